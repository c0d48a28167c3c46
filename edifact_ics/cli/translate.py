"""`edifact-ics translate`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

import click
from lxml import etree

from edifact_ics.canonical import interchange_xml, message_xml
from edifact_ics.cli.options import Unreadable, coloured, files, guided, judging, policy, reading, writing
from edifact_ics.finding import Report
from edifact_ics.guide.library import Library
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked, Started
from edifact_ics.render import report
from edifact_ics.render.translation import HELD, json_pieces, pieces
from edifact_ics.source import is_xml, peek


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("-o", "--output", metavar="OUT", help="Where to write; a folder with --split or for several files.")
@click.option(
    "--to", "to", type=click.Choice(["xml", "json", "edifact"]), help="Default: the other of EDIFACT and XML."
)
@click.option("--split", is_flag=True, help="One file for each message.")
@click.option("--no-trace", is_flag=True, help="Plain XML, for those who do not go back.")
@click.option("--force", is_flag=True, help="Write despite errors; nothing that was sent is dropped.")
@guided
@judging
def translate(
    paths: tuple[str, ...],
    output: str | None,
    to: str | None,
    split: bool,
    no_trace: bool,
    force: bool,
    library: Library,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severities: tuple[str, ...],
) -> None:
    """Translate EDIFACT to canonical XML or JSON, and canonical XML to EDIFACT.

    What FILE holds tells which way. Errors of form stop it, with exit 1 and the findings on standard error;
    --select, --ignore and --severity choose what is shown of them and let nothing through.

    \b
    edifact-ics translate sent.edi -o sent.xml
    edifact-ics translate sent.xml -o again.edi        the same bytes
    edifact-ics translate sent.edi --to json --no-trace
    edifact-ics translate outbox/ --split -o messages/
    """
    judge = policy(select, ignore, severities)
    found = list(files(paths))
    if not found:
        sys.exit(0)  # said already: the folder holds no files
    many = split or len(found) > 1 or any(path != "-" and Path(path).is_dir() for path in paths)
    into = Path(output) if output and (many or Path(output).is_dir()) else None
    if into is None and many:
        raise click.UsageError("Several documents need a folder to go to: -o FOLDER.")
    if into is not None:
        try:
            into.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreadable(f"{into}: {error.strerror or error}; a folder is wanted.") from error
    code, written = 0, set[str]()
    for path in found:
        try:
            run = Run(Report(path), want_xml=True, trace=not no_trace, policy=judge, library=library)
            ok = _translate(path, output, into, to, split, force, run, written)
        except Unreadable as error:
            error.show()
            code = 2
            continue
        code = code if ok else max(code, 1)
    sys.exit(code)


def _translate(
    path: str,
    output: str | None,
    into: Path | None,
    to: str | None,
    split: bool,
    force: bool,
    run: Run,
    written: set[str],
) -> bool:
    """Translate one file; tell whether nothing stood against it."""
    with reading(path) as file:
        beginning, source = peek(file)
        xml = is_xml(beginning)
        job = _Job(path, to or ("edifact" if xml else "xml"), xml, force, run, written)
        return job.split(source, into) if split and into is not None else job.whole(source, output, into)


class _Job:
    """The translation of one file."""

    def __init__(self, path: str, to: str, from_xml: bool, force: bool, run: Run, written: set[str]) -> None:
        self._path, self._to, self._from_xml, self._force, self._written = path, to, from_xml, force, written
        self._run = run

    def whole(self, source: BinaryIO, output: str | None, into: Path | None) -> bool:
        """Translate the file into one; nothing is written before it is known that it may be."""
        suffix = {"xml": ".xml", "json": ".json", "edifact": ".edi"}[self._to]
        target = self._new(into / (_stem(self._path) + suffix)) if into is not None else output
        with SpooledTemporaryFile(max_size=HELD) as held:
            for piece in pieces(source, self._run, self._from_xml, self._to, self._force):
                held.write(piece)
            if not self._may_write():
                return False
            held.seek(0)
            with writing(target) as out:
                shutil.copyfileobj(held, out)
        return not self._run.refused

    def split(self, source: BinaryIO, into: Path) -> bool:
        """Translate each message into a file of its own, in an interchange of its own."""
        if self._from_xml:
            raise click.UsageError("--split takes EDIFACT apart; an XML document is written back whole.")
        opening = ""
        stem = _stem(self._path)
        for step in self._run.steps(source):
            if isinstance(step, Started):
                opening = interchange_xml.opening_xml(step.interchange, step.envelope, step.header, self._run.trace)
            elif isinstance(step, Checked) and (self._force or not step.rejected):
                xml = f"{message_xml.HEAD}>\n{opening}\n{step.xml}\n</Interchange>\n</{message_xml.ROOT}>\n".encode()
                name = f"{stem}-{step.message.interchange.number}-{step.message.number}"
                suffix = "json" if self._to == "json" else "xml"
                with writing(self._new(into / f"{name}.{suffix}")) as out:
                    if self._to == "json":
                        out.writelines(json_pieces(iter([etree.fromstring(xml)[0]]), self._run))
                    else:
                        out.write(xml)
        return self._may_write() and not self._run.refused

    def _new(self, target: Path) -> str:
        """Return a file name, unless this call wrote it before: nothing is written over another document."""
        if str(target) in self._written:
            raise Unreadable(f"{self._path}: {target} was written from another file before; give them other names.")
        self._written.add(str(target))
        return str(target)

    def _may_write(self) -> bool:
        """Say what was found on standard error, if anything stops the translation or was forced through."""
        found = self._run.report
        if not self._run.refused:
            return True
        for line in report.text(found, coloured(), True):
            click.echo(line, err=True)
        if not found.interchanges:
            click.echo(f"{self._path}: not translated; there is no interchange in it.", err=True)
            return False
        if not self._force:
            click.echo(f"{self._path}: not translated; --force writes despite errors.", err=True)
        return self._force


def _stem(path: str) -> str:
    return "stdin" if path == "-" else Path(path).stem
