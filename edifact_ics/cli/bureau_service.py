"""`edifact-ics bureau run`, `simulate` and what operates them: commands of the group in `edifact_ics.cli.bureau`."""

from __future__ import annotations

import datetime
import io
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edifact_ics.cli.bureau_options import NUMBER, moment
from edifact_ics.cli.options import FORMATS, Unreadable, writing
from edifact_ics.cli.registry import OPERATOR, database_words, named_operator, refusals, tell, tell_json

if TYPE_CHECKING:
    from edifact_ics.bureau.service.configuration import Configuration
    from edifact_ics.bureau.service.instance import Clock, Instance

CONFIGURATION = click.option(
    "-c",
    "--config",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="EDIFACT_ICS_BUREAU",
    required=True,
    metavar="FILE",
    help="The configuration of the instance (TOML); or the environment variable EDIFACT_ICS_BUREAU.",
)
FORM = click.option("--format", "form", type=FORMATS, default="text", show_default=True)
REHEARSED = click.option(
    "--at",
    metavar="TIME",
    callback=moment,
    help="To rehearse a day: the clock starts at this moment, as 2026-11-25T00:10+11:00. Not in production.",
)
WHO = click.option("--operator", metavar="NAME", envvar=OPERATOR, callback=named_operator, help="Who you are.")


@contextmanager
def _words() -> Iterator[None]:
    """Say with a sentence what keeps an instance from being used."""
    with database_words():
        try:
            from edifact_ics.bureau.service.configuration import ConfigurationError
            from edifact_ics.bureau.service.instance import BureauError
            from edifact_ics.history import HistoryError
            from edifact_ics.reference import ReferenceDataError

            try:
                yield
            except (ConfigurationError, BureauError, HistoryError, ReferenceDataError) as error:
                raise Unreadable(str(error)) from error
        except ModuleNotFoundError as error:
            raise Unreadable(f"The bureau needs {error.name}: pip install 'edifact-ics[bureau]'.") from error


@contextmanager
def opened_instance(
    file: Path, form: str = "text", at: datetime.datetime | None = None, *, present: bool = False
) -> Iterator[Instance]:
    """Open the instance of a configuration; a sentence when that, or what it names, cannot be used.

    `at`: its clock starts there. `present`: each file that is named and is not there is told with its line.
    """
    with _words(), refusals(form):
        from edifact_ics.bureau.service.instance import Instance

        own = _loaded(file, present)
        with Instance.open(own, clock=_clock(own, at)) as instance:
            instance.as_json = _as_json
            yield instance


def _as_json(interchange: bytes) -> bytes:
    """Return an interchange as JSON, as `translate --to json --no-trace` does."""
    from edifact_ics.finding import Report
    from edifact_ics.inspection.run import Run
    from edifact_ics.render.translation import pieces

    run = Run(Report("-"), want_xml=True, trace=False)
    return b"".join(pieces(io.BytesIO(interchange), run, from_xml=False, to="json"))


def _loaded(file: Path, present: bool = False) -> Configuration:
    from edifact_ics.bureau.service.configuration import load

    return load(file, present=present)


def _clock(own: Configuration, at: datetime.datetime | None) -> Clock:
    if at is not None and own.production:
        raise Unreadable("--at is for rehearsals, and this instance is in production.")
    return _started(at)


def _started(at: datetime.datetime | None) -> Clock:
    """Return the clock of the machine, or for a rehearsal one that starts at a moment and goes on from there."""
    ahead = at.timestamp() - time.time() if at else 0
    return lambda: time.time() + ahead


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--role", type=click.Choice(["bureau", "customs"]), default="bureau", show_default=True)
def init(folder: Path, role: str) -> None:
    """Make the folder of an instance: a configuration with comments, and places for keys, mail and payloads."""
    with _words():
        from edifact_ics.bureau.service.configuration import Role
        from edifact_ics.bureau.service.template import lay_out

        file = lay_out(folder, Role(role))
    tell([f"{file} was written: fill it in, then `edifact-ics bureau migrate -c {file}` makes its database."])


def _run(file: Path, role: str, once: bool, at: datetime.datetime | None) -> None:
    import logging

    with opened_instance(file, at=at, present=True) as instance:
        from edifact_ics.bureau.service.worker import run

        found = instance.configuration.role
        if found != role:
            other = "simulate" if found == "customs" else "run"
            raise Unreadable(f"{file}: its role is {found}; `bureau {other}` runs that.")
        logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
        logging.getLogger("edifact_ics.bureau").setLevel(logging.INFO)
        run(instance, until_idle=once)


_ONCE = click.option("--once", is_flag=True, help="Return when nothing is due, instead of going on.")


@click.command("run")
@CONFIGURATION
@_ONCE
@REHEARSED
def run_bureau(file: Path, once: bool, at: datetime.datetime | None) -> None:
    """Run a bureau toward Customs, until it is told to stop; several may run over one PostgreSQL database."""
    _run(file, "bureau", once, at)


@click.command()
@CONFIGURATION
@_ONCE
@REHEARSED
def simulate(file: Path, once: bool, at: datetime.datetime | None) -> None:
    """Play Customs, to practise against: judge what comes, and answer. It runs in test only."""
    _run(file, "customs", once, at)


@click.command()
@CONFIGURATION
@REHEARSED
@FORM
def status(file: Path, form: str, at: datetime.datetime | None) -> None:
    """Say how an instance stands: work, what has no answer, certificates that end, what an operator must look at."""
    with opened_instance(file, form, at) as instance:
        from edifact_ics.bureau.service.operations import overview

        found = overview(instance)
    if form == "json":
        names = ("id", "what", "detail", "trace", "made")
        tasks = [{name: getattr(one, name) for name in names} for one in found.tasks]
        unanswered = [{"site": s, "reference": r, "hours": round(h, 1)} for s, r, h in found.unanswered]
        data = {"work": found.stages, "oldest": found.oldest, "unanswered": unanswered, "ending": list(found.ending)}
        tell_json({**data, "away": found.away.isoformat() if found.away else None, "tasks": tasks})
        return
    lines = [f"{count} {stage}" for stage, count in sorted(found.stages.items())]
    oldest = f" The oldest that is due came at {found.oldest}." if found.oldest else ""
    tell([f"Work: {', '.join(lines) or 'none'}.{oldest}"])
    if found.away:
        tell([f"Customs is away until {found.away:%Y-%m-%dT%H:%M:%SZ}; what is for it waits."])
    tell([f"No answer yet: {s} {r}, sent {h:.1f} hours ago." for s, r, h in found.unanswered])
    tell([f"Soon: {one}." for one in found.ending])
    tell([f"Task {one.id} ({one.what}): {one.detail}" for one in found.tasks] or ["Nothing waits for an operator."])


@click.command()
@CONFIGURATION
@FORM
def quarantine(file: Path, form: str) -> None:
    """List what was put aside, and why."""
    with opened_instance(file, form) as instance:
        from edifact_ics.bureau.service.operations import quarantined

        rows = quarantined(instance)
    if form == "json":
        names = ("id", "kind", "site", "reference", "reason", "detail", "trace", "made")
        tell_json({"quarantine": [{name: getattr(row, name) for name in names} for row in rows]})
    else:
        tell([f"{row.id}: {row.reason}: {row.detail}" for row in rows] or ["Nothing is in quarantine."])


@click.command()
@click.argument("about", metavar="WORK")
@CONFIGURATION
@FORM
def trail(about: str, file: Path, form: str) -> None:
    """Say what happened to a mail and to all that came of it, up to the answers of Customs.

    WORK is a number of work, the trace that log lines name, or the reference of an interchange.
    """
    with opened_instance(file, form) as instance:
        from edifact_ics.bureau.service.trail import trail as told

        with instance.reading() as connection:
            found = list(told(connection, about))
    if form == "json":
        tell_json({"trail": [asdict(one) for one in found]})
    else:
        tell([one.line() for one in found] or [f"Nothing is known of {about}."])


@click.command()
@click.argument("number", type=NUMBER, metavar="WORK")
@click.option("-o", "--output", metavar="OUT", help="Where to write it; default: standard output.")
@CONFIGURATION
def interchange(number: int, output: str | None, file: Path) -> None:
    """Write the interchange that came with a piece of work, or goes out with it, for `show` and `check`."""
    with opened_instance(file) as instance:
        from edifact_ics.bureau.service import operations

        data = operations.interchange(instance, number)
    with writing(output) as out:
        out.write(data)


@click.command()
@click.argument("number", type=NUMBER, metavar="WORK")
@CONFIGURATION
@REHEARSED
@WHO
def retry(number: int, file: Path, operator: str, at: datetime.datetime | None) -> None:
    """Take a piece of work out of quarantine, and try its last step again."""
    with opened_instance(file, at=at) as instance:
        from edifact_ics.bureau.service import operations

        stage = operations.retry(instance, number, operator)
    tell([f"Work {number} is tried again, from the step `{stage}`."])


@click.command()
@click.argument("number", type=NUMBER, metavar="TASK")
@click.option("--note", default="", help="What was done.")
@CONFIGURATION
@REHEARSED
@WHO
def resolve(number: int, note: str, file: Path, operator: str, at: datetime.datetime | None) -> None:
    """Note that you have dealt with a task."""
    with opened_instance(file, at=at) as instance:
        from edifact_ics.bureau.service import operations

        operations.resolve(instance, number, note, operator)
    tell([f"Task {number} is resolved."])


@click.command()
@click.argument("number", type=NUMBER, metavar="WORK")
@CONFIGURATION
@REHEARSED
@WHO
def override(number: int, file: Path, operator: str, at: datetime.datetime | None) -> None:
    """Send what our business rules refused: one operator asks, another confirms, then this command does it."""
    with opened_instance(file, at=at) as instance:
        from edifact_ics.bureau.service import operations
        from edifact_ics.database import shown

        asked = operations.override(instance, number, operator)
        url = shown(instance.engine.url)
    if asked is None:
        tell([f"Work {number} goes on, what refused it counting as warnings."])
    else:
        rules = ", ".join(map(str, asked.detail["rules"])) if isinstance(asked.detail["rules"], list) else ""
        tell([f"Request {asked.number}: override of {rules}. Another operator confirms it:"])
        tell([f"edifact-ics bureau confirm {asked.number} --registry {url}"])


@click.command()
@CONFIGURATION
@REHEARSED
@WHO
def purge(file: Path, operator: str, at: datetime.datetime | None) -> None:
    """Delete mails and interchanges that were kept as long as they must be."""
    with opened_instance(file, at=at) as instance:
        from edifact_ics.bureau.service import operations

        count = operations.purge(instance, operator)
    tell([f"{count} payloads were deleted."])


@click.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="TAR")
@CONFIGURATION
def backup(target: Path, file: Path) -> None:
    """Copy database and payloads of an instance, running or not, into a new tar file."""
    with _words():
        from edifact_ics.bureau.service.backup import back_up

        count = back_up(_loaded(file), target)
    tell([f"{target}: the database and {count} payloads."])


@click.command()
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path), metavar="TAR", required=False)
@CONFIGURATION
@REHEARSED
def restore(source: Path | None, file: Path, at: datetime.datetime | None) -> None:
    """Put a copy back where there is no database; without TAR, tell a PostgreSQL database that it was restored."""
    with _words():
        from edifact_ics.bureau.service import backup as copies

        own = _loaded(file)
        clock = _clock(own, at)
        if source is None:
            copies.restored(own, clock)
        else:
            copies.restore(own, source, clock)
    tell(["It is restored. Its reference counters moved ahead; `bureau status` says what to look at."])


@click.command()
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Leave the folder there.")
@REHEARSED
def demo(keep: Path | None, at: datetime.datetime | None) -> None:
    """Show the whole loop on this machine, by signed mail: client, bureau, practice Customs and back."""
    with _words():
        from edifact_ics.bureau.service.demonstration import DemonstrationFailed, demonstrate

        with tempfile.TemporaryDirectory(prefix="edifact-ics-") as made:
            folder = Path(made) if keep is None else keep
            if keep is not None:
                try:
                    keep.mkdir(parents=True, mode=0o700, exist_ok=True)
                    empty = not any(keep.iterdir())
                except OSError as error:
                    raise Unreadable(f"{keep}: {error.strerror}.") from error
                if not empty:
                    raise Unreadable(f"{keep} is not empty.")
            try:
                for line in demonstrate(folder, _started(at)):
                    tell([line])
            except DemonstrationFailed as error:
                tell([f"The demonstration failed: {error}"])
                sys.exit(1)
    tell(["All of it came as it must."])


def migrated(file: Path) -> None:
    """Make the tables of an instance, or bring older ones up to this program."""
    with _words():
        from edifact_ics.bureau.service.instance import migrate

        migrate(_loaded(file).database)


COMMANDS = (
    init,
    run_bureau,
    simulate,
    status,
    quarantine,
    trail,
    interchange,
    retry,
    resolve,
    override,
    purge,
    backup,
    restore,
    demo,
)
