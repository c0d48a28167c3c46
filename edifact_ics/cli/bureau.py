"""`edifact-ics bureau`: running the bureau; its audit trail, its operators, and what takes two of them."""

from __future__ import annotations

import datetime
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edifact_ics.cli.bureau_options import NUMBER
from edifact_ics.cli.bureau_service import COMMANDS, migrated
from edifact_ics.cli.registry import VARIABLE, changing, database_words, opened, reading, tell, tell_asked, tell_json

if TYPE_CHECKING:
    from edifact_ics.bureau.registry import Request


@click.group()
def bureau() -> None:
    """Run the bureau: who may change its registry, what two must agree on, and the trail of it all.

    \b
    edifact-ics bureau demo                     the whole loop on this machine
    edifact-ics bureau init practice            the folder of an instance, to fill in
    edifact-ics bureau operator add bob
    edifact-ics bureau requests                 what waits for a second operator
    edifact-ics bureau audit verify             that nobody touched the audit trail
    """


@bureau.group()
def audit() -> None:
    """Read the audit trail, and prove that it is whole."""


@audit.command()
@click.option("--noted", metavar="ROWS:HASH", help="A head of the trail that was noted before, outside the database.")
@reading
def verify(noted: str | None, url: str, form: str) -> None:
    """Prove that every row of the audit trail is as it was written; exit 1 and the rows when one is not."""
    with opened(url, form) as registry:
        from edifact_ics.bureau.registry import Head
        from edifact_ics.render.registry import verify_data, verify_lines

        head = None
        if noted is not None:
            length, _, digest = noted.partition(":")
            if not length.isdecimal() or len(digest) != 64:
                raise click.UsageError(f"--noted {noted!r}: write it as `audit verify` printed it, ROWS:HASH.")
            head = Head(int(length), digest.lower())
        found, faults = registry.verify(head)
        if form == "json":
            tell_json(verify_data(found, faults))
        else:
            tell(verify_lines(found, faults))
        if faults:
            sys.exit(1)


@audit.command("show")
@click.argument("subject", required=False)
@reading
def show_trail(subject: str | None, url: str, form: str) -> None:
    """List the rows of the audit trail; with SUBJECT those of one client, site, certificate or authority."""
    with opened(url, form) as registry:
        from edifact_ics.render.registry import entry_line

        found = [one for one in registry.trail() if subject is None or subject in one.subject]
        if form == "json":
            tell_json({"entries": [asdict(one) for one in found]})
        else:
            tell([entry_line(one) for one in found] or ["There are no such rows."])


@bureau.command()
@click.argument("url", metavar="[URL]", envvar=VARIABLE, required=False)
@click.option("-c", "--config", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
def migrate(url: str | None, file: Path | None) -> None:
    """Make tables in an empty database, or bring older ones up: of a registry by its URL, of an instance by FILE."""
    if file is not None:
        migrated(file)
        click.echo("The database of the instance is up to date.")
        return
    if url is None:
        raise click.UsageError("Name the registry by its URL, or an instance by its configuration (-c FILE).")
    with database_words():
        from edifact_ics.bureau.registry import REGISTRY

        REGISTRY.migrate(url)
    click.echo("The registry is up to date.")


@bureau.group()
def operator() -> None:
    """Name the operators: who may change the registry. The first two name themselves; later ones take two."""


@operator.command("list")
@reading
def list_operators(url: str, form: str) -> None:
    """List the operators."""
    with opened(url, form) as registry:
        found = registry.operators()
        if form == "json":
            tell_json({"operators": list(found)})
        else:
            tell(list(found) or ["Nobody is named yet: `bureau operator add NAME`."])


@operator.command()
@click.argument("name")
@changing
def add(name: str, url: str, form: str, operator: str) -> None:
    """Name an operator."""
    with opened(url, form, founder=operator) as registry:
        from edifact_ics.bureau.registry import Change

        if name in registry.operators() or registry.found(name, by=operator):
            if form == "json":
                tell_json({"operator": name})
            else:
                tell([f"{name} is an operator."])
            return
        tell_asked(registry.ask(Change.OPERATOR_ADD, name, {}, operator=operator), form)


@operator.command()
@click.argument("name")
@changing
def remove(name: str, url: str, form: str, operator: str) -> None:
    """Ask to take an operator's name off; another operator confirms it."""
    with opened(url, form) as registry:
        from edifact_ics.bureau.registry import Change

        tell_asked(registry.ask(Change.OPERATOR_REMOVE, name, {}, operator=operator), form)


@bureau.command()
@click.argument("client")
@click.argument("name", metavar="SIGNATORY")
@click.option("--signed", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DAY", help="As 2026-11-25.")
@changing
def signatory(client: str, name: str, signed: datetime.datetime, url: str, form: str, operator: str) -> None:
    """Ask for another signatory of a client's agreement, in place of the one on record; another operator confirms."""
    with opened(url, form) as registry:
        day = signed.date().isoformat()
        tell_asked(registry.replace_signatory(client, name, day, operator=operator), form)


@bureau.command()
@reading
@click.option("--all", "every", is_flag=True, help="Those that were decided too.")
def requests(url: str, form: str, every: bool) -> None:
    """List what operators asked for and what waits for a second one."""
    with opened(url, form) as registry:
        from edifact_ics.bureau.registry import State
        from edifact_ics.render.registry import request_data, request_line

        found = registry.requests(None if every else State.PENDING)
        if form == "json":
            tell_json({"requests": [request_data(one) for one in found]})
        else:
            tell([request_line(one) for one in found] or ["Nothing waits for a second operator."])


@bureau.command()
@click.argument("number", type=NUMBER, metavar="ID")
@changing
def confirm(number: int, url: str, form: str, operator: str) -> None:
    """Confirm what another operator asked for."""
    with opened(url, form) as registry:
        _tell_request(registry.confirm(number, operator=operator), form)


@bureau.command()
@click.argument("number", type=NUMBER, metavar="ID")
@changing
def refuse(number: int, url: str, form: str, operator: str) -> None:
    """Say no to what an operator asked for, or take back your own."""
    with opened(url, form) as registry:
        _tell_request(registry.refuse(number, operator=operator), form)


@bureau.command()
def trust() -> None:
    """List the changes, and how many operators each takes."""
    from edifact_ics.render.registry import trust_lines

    tell(trust_lines())


def _tell_request(request: Request, form: str) -> None:
    from edifact_ics.render.registry import request_data, request_line

    if form == "json":
        tell_json({"request": request_data(request)})
    else:
        tell([request_line(request)])


for command in COMMANDS:
    bureau.add_command(command)
