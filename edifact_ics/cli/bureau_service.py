"""`edifact-ics bureau run`, `simulate` and what operates them: commands of the group in `edifact_ics.cli.bureau`."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edifact_ics.cli.options import FORMATS, Unreadable
from edifact_ics.cli.registry import OPERATOR, database_words, named_operator, refusals, tell, tell_json

if TYPE_CHECKING:
    from edifact_ics.bureau.service.configuration import Configuration
    from edifact_ics.bureau.service.instance import Instance

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
WHO = click.option("--operator", metavar="NAME", envvar=OPERATOR, callback=named_operator, help="Who you are.")


@contextmanager
def _words() -> Iterator[None]:
    """Say with a sentence what keeps an instance from being used."""
    with database_words():
        try:
            from edifact_ics.bureau.service.configuration import ConfigurationError
            from edifact_ics.bureau.service.instance import BureauError
            from edifact_ics.history import HistoryError
        except ModuleNotFoundError as error:
            raise Unreadable(f"The bureau needs {error.name}: pip install 'edifact-ics[bureau]'.") from error
        try:
            yield
        except (ConfigurationError, BureauError, HistoryError) as error:
            raise Unreadable(str(error)) from error


@contextmanager
def opened_instance(file: Path, form: str = "text") -> Iterator[Instance]:
    """Open the instance of a configuration; a sentence when that, or what it names, cannot be used."""
    with _words(), refusals(form):
        from edifact_ics.bureau.service.configuration import load
        from edifact_ics.bureau.service.instance import Instance

        with Instance.open(load(file)) as instance:
            instance.as_json = _as_json
            yield instance


def _as_json(interchange: bytes) -> bytes:
    """Return an interchange as JSON, as `translate --to json --no-trace` does."""
    from edifact_ics.finding import Report
    from edifact_ics.inspection.run import Run
    from edifact_ics.render.translation import pieces

    run = Run(Report("-"), want_xml=True, trace=False)
    return b"".join(pieces(io.BytesIO(interchange), run, from_xml=False, to="json"))


def _loaded(file: Path) -> Configuration:
    from edifact_ics.bureau.service.configuration import load

    return load(file)


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


def _run(file: Path, role: str, once: bool) -> None:
    import logging

    with opened_instance(file) as instance:
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
def run_bureau(file: Path, once: bool) -> None:
    """Run a bureau toward Customs, until it is told to stop; several may run over one PostgreSQL database."""
    _run(file, "bureau", once)


@click.command()
@CONFIGURATION
@_ONCE
def simulate(file: Path, once: bool) -> None:
    """Play Customs, to practise against: judge what comes, and answer. It runs in test only."""
    _run(file, "customs", once)


@click.command()
@CONFIGURATION
@FORM
def status(file: Path, form: str) -> None:
    """Say how an instance stands: work, what has no answer, certificates that end, what an operator must look at."""
    with opened_instance(file, form) as instance:
        from edifact_ics.bureau.service.operations import overview

        found = overview(instance)
    if form == "json":
        names = ("id", "what", "detail", "trace", "made")
        tasks = [{name: getattr(one, name) for name in names} for one in found.tasks]
        unanswered = [{"site": s, "reference": r, "hours": round(h, 1)} for s, r, h in found.unanswered]
        data = {"work": found.stages, "oldest": found.oldest, "unanswered": unanswered, "ending": list(found.ending)}
        tell_json({**data, "tasks": tasks})
        return
    lines = [f"{count} {stage}" for stage, count in sorted(found.stages.items())]
    oldest = f" The oldest that is due came at {found.oldest}." if found.oldest else ""
    tell([f"Work: {', '.join(lines) or 'none'}.{oldest}"])
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
@click.argument("number", type=int, metavar="WORK")
@CONFIGURATION
@WHO
def retry(number: int, file: Path, operator: str) -> None:
    """Take a piece of work out of quarantine, and try its last step again."""
    with opened_instance(file) as instance:
        from edifact_ics.bureau.service import operations

        stage = operations.retry(instance, number, operator)
    tell([f"Work {number} is tried again, from the step `{stage}`."])


@click.command()
@click.argument("number", type=int, metavar="TASK")
@click.option("--note", default="", help="What was done.")
@CONFIGURATION
@WHO
def resolve(number: int, note: str, file: Path, operator: str) -> None:
    """Note that you have dealt with a task."""
    with opened_instance(file) as instance:
        from edifact_ics.bureau.service import operations

        operations.resolve(instance, number, note, operator)
    tell([f"Task {number} is resolved."])


@click.command()
@click.argument("number", type=int, metavar="WORK")
@CONFIGURATION
@WHO
def override(number: int, file: Path, operator: str) -> None:
    """Send what our business rules refused: one operator asks, another confirms, then this command does it."""
    with opened_instance(file) as instance:
        from edifact_ics.bureau.service import operations

        asked = operations.override(instance, number, operator)
        url = instance.configuration.database
    if asked is None:
        tell([f"Work {number} goes on, what refused it counting as warnings."])
    else:
        rules = ", ".join(map(str, asked.detail["rules"])) if isinstance(asked.detail["rules"], list) else ""
        tell([f"Request {asked.number}: override of {rules}. Another operator confirms it:"])
        tell([f"edifact-ics bureau confirm {asked.number} --registry {url}"])


@click.command()
@CONFIGURATION
@WHO
def purge(file: Path, operator: str) -> None:
    """Delete mails and interchanges that were kept as long as they must be."""
    with opened_instance(file) as instance:
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
def restore(source: Path | None, file: Path) -> None:
    """Put a copy back where there is no database; without TAR, tell a PostgreSQL database that it was restored."""
    with _words():
        from edifact_ics.bureau.service import backup as copies

        if source is None:
            copies.restored(_loaded(file))
        else:
            copies.restore(_loaded(file), source)
    tell(["It is restored. Its reference counters moved ahead; `bureau status` says what to look at."])


@click.command()
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Leave the folder there.")
def demo(keep: Path | None) -> None:
    """Show the whole loop on this machine, by signed mail: client, bureau, practice Customs and back."""
    with _words():
        from edifact_ics.bureau.service.demonstration import DemonstrationFailed, demonstrate

        with tempfile.TemporaryDirectory(prefix="edifact-ics-") as made:
            folder = Path(made) if keep is None else keep
            if keep is not None:
                keep.mkdir(parents=True, mode=0o700, exist_ok=True)
                if any(keep.iterdir()):
                    raise Unreadable(f"{keep} is not empty.")
            try:
                for line in demonstrate(folder):
                    tell([line])
            except DemonstrationFailed as error:
                tell([f"The demonstration failed: {error}"])
                sys.exit(1)
    tell(["All of it came as it must."])


def migrated(file: Path) -> None:
    """Make the tables of an instance, or bring older ones up to this program."""
    with _words():
        from edifact_ics.bureau.registry import REGISTRY
        from edifact_ics.bureau.service.instance import BUREAU
        from edifact_ics.ledger.database import LEDGER

        url = _loaded(file).database
        for room in (LEDGER, REGISTRY, BUREAU):
            room.migrate(url)


COMMANDS = (
    init,
    run_bureau,
    simulate,
    status,
    quarantine,
    retry,
    resolve,
    override,
    purge,
    backup,
    restore,
    demo,
)
