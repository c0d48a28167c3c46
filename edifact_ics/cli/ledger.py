"""`edifact-ics ledger`: what was sent before, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from edifact_ics.cli.options import Unreadable, files, ledger_words, opened_ledger, reading
from edifact_ics.history import Key

if TYPE_CHECKING:
    from edifact_ics.ledger import Ledger

URL = click.argument("url", metavar="URL")


@contextmanager
def _existing(url: str) -> Iterator[Ledger]:
    with opened_ledger(url, create=False) as found:
        if found is None:
            raise Unreadable(f"There is no ledger at {url} yet: `ledger migrate` makes one, or `check --record` does.")
        yield found


@click.group()
def ledger() -> None:
    """Keep what was sent before, and what became of it, in SQLite or PostgreSQL.

    URL is sqlite:///FILE, the path of an SQLite file, or postgresql://USER@HOST/DATABASE.

    \b
    edifact-ics check sent.edi --ledger sent.db --record      judge as Customs does, and remember
    edifact-ics ledger show sent.db                           every document, and where it stands
    edifact-ics ledger answer sent.db inbox/                  take what Customs answered
    """


@ledger.command()
@URL
def migrate(url: str) -> None:
    """Make the tables in an empty database, or bring older ones up to this program."""
    with ledger_words():
        from edifact_ics.ledger import migrate as bring_up

        bring_up(url)
    click.echo("The ledger is up to date.")


@ledger.command()
@URL
@click.argument("reference", required=False)
def show(url: str, reference: str | None) -> None:
    """List the documents and where they stand; with REFERENCE, those of that sender reference."""
    with _existing(url) as found:
        known = [row for row in found.documents() if reference in (None, row[0].reference)]
    for key, now, identifier, status in known:
        versions = ", ".join(map(str, sorted(now.versions))) or "none"
        parts = [f"{key.client} {key.document} {key.reference}: {now.state.value}", f"versions sent: {versions}"]
        parts += [f"accepted: {now.accepted}"] if now.accepted else []
        parts += [f"waiting for the answer to {now.pending}"] if now.pending else []
        parts += ["reference used up by a pre-lodgement"] if now.prelodged else []
        parts += ["locked: touched on line"] if now.locked else []
        parts += [f"identifier {identifier}"] if identifier else []
        parts += [f"status {status}"] if status else []
        click.echo("; ".join(parts))
    if not known:
        click.echo("No such document was ever sent." if reference else "Nothing was ever sent.")


@ledger.command()
@URL
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
def answer(url: str, paths: tuple[str, ...]) -> None:
    """Take answers of Customs (CONTRL, CUSRES) from files, in the order given, and say what each changes."""
    with _existing(url) as found:
        from edifact_ics.ledger import answers_in
        from edifact_ics.pipeline import InvalidInterchange

        for path in files(paths):
            empty = True
            try:
                with reading(path) as file:
                    for told, said in answers_in(file):
                        empty = False
                        effect = found.take(told, said) if said else "Not taken: no answer, or it has errors."
                        click.echo(f"{path}: message {told.message}: {effect}")
            except InvalidInterchange:
                pass  # a document that stands for no EDIFACT holds no answer
            if empty:
                click.echo(f"{path}: Not taken: there is no message in it.")


@ledger.command()
@URL
@click.argument("client")
@click.argument("document")
@click.argument("reference")
def lock(url: str, client: str, document: str, reference: str) -> None:
    """Note that a document was created, amended or withdrawn on line: nothing more can be sent for it by EDI."""
    with _existing(url) as found:
        found.touch(Key(client, document.upper(), reference))
    click.echo(f"{document.upper()} {reference} of {client} is locked.")


@ledger.command()
@URL
@click.argument("site", required=False)
@click.argument("client", required=False)
def site(url: str, site: str | None, client: str | None) -> None:
    """Note that SITE belongs to CLIENT; without them, list the sites. A site not listed is a client of its own."""
    if site and not client:
        raise click.UsageError("Name the client as well.")
    with _existing(url) as found:
        if site and client:
            found.own(site, client)
        for name, owner in found.sites():
            click.echo(f"{name} belongs to {owner}")
