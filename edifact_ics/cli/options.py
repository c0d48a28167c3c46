"""Options and habits that commands share: which files, which findings, which form, where output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import click

from edifact_ics.cli.progress import followed
from edifact_ics.codes import CODES
from edifact_ics.finding import Policy, Severity
from edifact_ics.guide.library import Library, ours
from edifact_ics.guide.mig_tree import MigError
from edifact_ics.history import Journal, Memory
from edifact_ics.reference import Reference, ReferenceDataError, load_reference
from edifact_ics.rules import RuleError, RuleSet, available, catalogue, from_file

if TYPE_CHECKING:
    from edifact_ics.ledger import Ledger

LEDGER = click.option(
    "--ledger", metavar="URL", help="What was sent before: sqlite:///FILE, a file, or postgresql://USER@HOST/DATABASE."
)
FORMATS = click.Choice(["text", "json"])
REPORTS = click.Choice(["text", "json", "sarif", "html"])

reference_data = click.option(
    "--reference-data",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Tables to look things up in; not those of the default folder.",
)


class Unreadable(click.ClickException):
    """A file that cannot be read: exit 2, one sentence."""

    exit_code = 2


def judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose findings and weigh them."""
    for option in (
        click.option(
            "--severity", "severities", multiple=True, metavar="ID=LEVEL", help="Give a code another severity."
        ),
        click.option("--ignore", multiple=True, metavar="PREFIX", help="Leave out findings whose code begins so."),
        click.option("--select", multiple=True, metavar="PREFIX", help="Keep only findings whose code begins so."),
    ):
        command = option(command)
    return command


def _library(ctx: click.Context, param: click.Parameter, folder: str | None) -> Library:
    """Return the guides to use; exit 2 with file and line when one of the folder is not sound."""
    if folder is None:
        return ours()
    try:
        return Library(folder)
    except MigError as error:
        raise Unreadable(f"{error}.") from error


guided = click.option(
    "--mig",
    "library",
    metavar="DIR",
    callback=_library,
    help="A folder of guides, or corrections to ours, that come before ours.",
)


def policy(select: tuple[str, ...], ignore: tuple[str, ...], severities: tuple[str, ...]) -> Policy:
    """Return the policy the options ask for; a usage error for a level that does not exist."""
    given = []
    for item in severities:
        code, _, level = item.partition("=")
        try:
            given.append((code, Severity(level)))
        except ValueError:
            raise click.UsageError(f"--severity {item}: write CODE=error, CODE=warning or CODE=info") from None
        if code not in CODES and code not in catalogue() and not code.startswith("X-"):
            raise click.UsageError(f"--severity {item}: there is no code {code!r}")
    return Policy(select, ignore, tuple(given))


def rule_set(paths: tuple[str, ...]) -> RuleSet:
    """Return the rules to judge by: ours, those of installed packages, those in the files; Unreadable if one fails."""
    try:
        found = available()
        for path in paths:
            found |= from_file(path)
    except RuleError as error:
        raise Unreadable(str(error)) from error
    return found


@contextmanager
def ledger_words() -> Iterator[None]:
    """Say with a sentence that an extra is missing or that the database cannot be used."""
    try:
        from edifact_ics.ledger import LedgerError  # an extra, and it takes time to load
    except ModuleNotFoundError as error:
        raise Unreadable(f"The ledger needs {error.name}: pip install 'edifact-ics[ledger]'.") from error
    try:
        yield
    except LedgerError as error:
        raise Unreadable(str(error)) from error


@contextmanager
def opened_ledger(url: str, *, create: bool) -> Iterator[Ledger | None]:
    """Open a ledger; None where there is none yet, unless told to `create` it."""
    with ledger_words():
        from edifact_ics.ledger import Ledger

        found = Ledger.open(url, create=create)
        if found is None:
            yield None
            return
        with found:
            yield found


@contextmanager
def judged_by(url: str | None, record: bool) -> Iterator[Journal | None]:
    """Give the journal that messages are judged by: the ledger itself to `record` in, or a memory on top of it."""
    if url is None:
        if record:
            raise click.UsageError("--record writes to a ledger: name it with --ledger URL.")
        yield None
        return
    with opened_ledger(url, create=record) as ledger:
        if ledger is None:
            click.echo(f"{url}: there is no ledger yet, so nothing was sent before", err=True)
        yield ledger if ledger is not None and record else Memory(ledger)


def tables_in(folder: Path | None) -> Reference:
    """Return the tables of a folder, None being the default one, and those shipped; Unreadable if a file is none."""
    try:
        return load_reference(folder)
    except ReferenceDataError as error:
        raise Unreadable(f"{error}.") from error
    except OSError as error:
        raise Unreadable(f"{error.filename}: {error.strerror or error}.") from error


def files(paths: tuple[str, ...]) -> Iterator[str]:
    """Give the files meant: folders are walked, in order of names; hidden files are left out; `-` is standard input."""
    once(*paths)
    for path in paths:
        if path != "-" and os.path.isdir(path):
            found = sorted(p for p in Path(path).rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
            if not found:
                click.echo(f"{path}: the folder holds no files", err=True)
            yield from map(str, found)
        else:
            yield path


def once(*paths: str | None) -> None:
    """Refuse standard input named twice: it can be read only once."""
    if paths.count("-") > 1:
        raise click.UsageError("- is standard input, which can be read only once.")


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


@contextmanager
def reading(path: str) -> Iterator[BinaryIO]:
    """Open a file or standard input; raise Unreadable with a sentence when it cannot be read."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; only opening may fail with a sentence
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}.") from error
    with file, followed(file) as shown:
        yield shown


@contextmanager
def writing(path: str | None) -> Iterator[IO[bytes]]:
    """Open the output; a file takes its name only when all was written, so that nothing half done is left."""
    if path is None or path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = f"{path}.part"
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, path)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}.") from error
    finally:
        Path(part).unlink(missing_ok=True)


def coloured() -> bool:
    """Tell whether colour helps: on a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
