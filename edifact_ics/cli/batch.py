"""`edifact-ics batch`."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from edifact_ics.batch import page, wording
from edifact_ics.batch.executors import ENGINES, EngineError, executor
from edifact_ics.batch.manifest import Manifest, ManifestError
from edifact_ics.batch.run import Batch, identity
from edifact_ics.batch.summary import Summary
from edifact_ics.batch.work import Job
from edifact_ics.cli.options import (
    Unreadable,
    guided,
    judging,
    policy,
    reference_data,
    rule_set,
    tables_in,
    writing,
)
from edifact_ics.cli.respond import MOMENT
from edifact_ics.guide.library import Library
from edifact_ics.reference import default_folder

_FACES = {"text": "summary.txt", "json": "summary.json", "csv": "summary.csv", "html": "summary.html"}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="DIR…", type=click.Path(exists=True))
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder for outputs, manifest and summaries.")
@click.option(
    "--do", type=click.Choice(["check", "translate", "respond"]), default="check", show_default=True, help="What to do."
)
@click.option(
    "--engine", type=click.Choice(list(ENGINES)), default="dask", show_default=True, help="Who does the work."
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes of this machine; default: one a processor.")
@click.option("--scheduler", metavar="URL", help="Of a cluster that sees the same folders: tcp://…, or a Spark master.")
@click.option("--again", is_flag=True, help="Forget what an earlier run into the same folder did.")
@click.option("--format", "form", type=click.Choice(list(_FACES)), default="text", show_default=True)
@click.option("--kind", type=click.Choice(["contrl", "cusres", "both"]), default="both", help="respond: which answers.")
@click.option("--at", type=MOMENT, help="respond: date and time for UNB, taken as given.")
@click.option("--no-trace", is_flag=True, help="translate: plain XML, for those who do not go back.")
@click.option("--force", is_flag=True, help="translate: write despite errors.")
@click.option("--rules", "rule_files", multiple=True, metavar="FILE", help="Rules of your own: a Python file.")
@guided
@reference_data
@judging
def batch(
    paths: tuple[str, ...],
    output: str,
    do: str,
    engine: str,
    workers: int | None,
    scheduler: str | None,
    again: bool,
    form: str,
    kind: str,
    at: datetime.datetime | None,
    no_trace: bool,
    force: bool,
    rule_files: tuple[str, ...],
    library: Library,
    folder: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severities: tuple[str, ...],
) -> None:
    """Check, translate or answer whole archives, on all processors, and sum up what was found.

    DIR is a folder, a zip, an mbox, a Maildir, or a folder of these. Outputs go below DIR of -o, in files/; beside them
    stand summary.txt, .json, .csv and .html, files.csv, and the manifest: a run that was stopped or killed goes on
    where it was when the same command is given again.

    Exit 0: all accepted, 1: an error stands in a file, 2: a file could not be read or answered, or the batch not run.

    \b
    edifact-ics batch archive/ -o checked
    edifact-ics batch 2025.zip 2026.zip -o xml --do translate --workers 4
    edifact-ics batch archive/ -o checked --scheduler tcp://scheduler:8786
    """
    judge = policy(select, ignore, severities)
    rule_set(rule_files)  # both only to say now, and once, that one cannot be used
    tables_in(folder)
    job = Job(
        do,
        os.path.abspath(output),
        os.path.abspath(library.folder) if library.folder else None,
        tuple(map(os.path.abspath, rule_files)),
        os.path.abspath(folder or default_folder()),
        judge,
        kind,
        at,
        not no_trace,
        force,
    )
    count = workers or os.cpu_count() or 1
    try:
        with Manifest(Path(output), identity(job), again=again) as manifest:
            summary = _run(paths, job, manifest, engine, count, scheduler)
            if not summary.files:
                click.echo("There are no files to work on.", err=True)
            _write(Path(output), summary, manifest)
    except ManifestError as error:
        raise Unreadable(f"{output} cannot be used: {error}.") from error
    except EngineError as error:
        raise Unreadable(str(error)) from error
    except OSError as error:
        raise Unreadable(f"{error.filename or output}: {error.strerror or error}.") from error
    with open(Path(output, _FACES[form]), "rb") as face:
        shutil.copyfileobj(face, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    sys.exit(summary.code)


def _run(
    paths: Iterable[str], job: Job, manifest: Manifest, engine: str, workers: int, scheduler: str | None
) -> Summary:
    under_way = Batch(tuple(paths), job, manifest, workers)
    with closing(executor(engine, workers, scheduler)) as engine_, _bar(under_way):
        try:
            return under_way.run(engine_)
        except KeyboardInterrupt:
            done = under_way.summary.files
            raise Unreadable(f"Stopped after {done:,} files; the same command goes on with the others.") from None


@contextmanager
def _bar(under_way: Batch) -> Iterator[None]:
    """Show how far a batch is, on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with click.progressbar(length=under_way.size, label=under_way.job.do, file=sys.stderr) as bar:
        under_way.progressed = bar.update
        yield
        bar.update(max(0, under_way.size - bar.pos))


def _write(folder: Path, summary: Summary, manifest: Manifest) -> None:
    """Write the summary in every form."""
    for name, pieces in (
        (_FACES["text"], (f"{line}\n" for line in wording.text(summary))),
        (_FACES["json"], wording.as_json(summary, manifest.outcomes())),
        (_FACES["csv"], wording.summary_csv(summary)),
        (_FACES["html"], page.page(summary, manifest.outcomes())),
        ("files.csv", wording.files_csv(manifest.outcomes())),
    ):
        with writing(str(folder / name)) as out:
            out.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)
