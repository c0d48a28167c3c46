"""What is done with one chunk of files: check, translate or respond, the outcome of each, its output written.

A worker runs this wherever an engine puts it. It is told all by its arguments, writes only files named by them, and
doing a chunk twice leaves the same as doing it once. It never writes a ledger.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from edifact_ics.batch.archives import Source
from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.finding import Finding, Policy, Report, Verdict
from edifact_ics.guide.library import Library, ours
from edifact_ics.inspection.run import Run
from edifact_ics.pipeline import check, respond
from edifact_ics.reference import Reference, load_reference
from edifact_ics.render import report as rendered
from edifact_ics.rules import RuleSet, available, from_file
from edifact_ics.source import is_xml, peek

UNREAD = "unread"
PASSED = "passed-over"
PART = ".part"
_REFERENCES = 10**14 - 10**6
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of a batch; all paths are absolute, so that it means the same wherever a worker runs.

    `do` is check, translate or respond; `output` the folder that outputs go into; `mig`, `rules` and `tables` are the
    folders and files of a user, `kind` and `at` those of `respond`, `trace` and `force` those of `translate`.
    """

    do: str
    output: str
    mig: str | None = None
    rules: tuple[str, ...] = ()
    tables: str | None = None
    policy: Policy = field(default_factory=Policy)
    kind: str = "both"
    at: datetime.datetime | None = None
    trace: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A file, and `target`: where its outputs go, a path below the output folder without a suffix."""

    source: Source
    target: str


Findings = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    `sha256` is that of its content, "" where it could not be read; `verdict` that of its report, or `unread` (it will
    be tried again) or `passed-over` (none of ours); `code` the exit code it asks for. `findings` are code, severity and
    how often; `unlisted` counts those that a report has no room for. `outputs` are paths below the output folder, with
    their bytes. `seconds` is processor time.
    """

    name: str
    sha256: str
    size: int
    verdict: str
    code: int
    target: str = ""
    seconds: float = 0.0
    messages: int = 0
    findings: Findings = ()
    unlisted: int = 0
    outputs: tuple[tuple[str, int], ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Equipment:
    """What a worker judges by, read once."""

    library: Library
    rules: RuleSet
    tables: Reference


@lru_cache(maxsize=2)
def _equipment(job: Job) -> _Equipment:
    rules = available()
    for path in job.rules:
        rules |= from_file(path)
    folder = Path(job.tables) if job.tables else None
    return _Equipment(Library(job.mig) if job.mig else ours(), rules, load_reference(folder))


def work(job: Job, tasks: list[Task]) -> list[Outcome]:
    """Do a chunk of files and return the outcome of each; what goes wrong with one is its outcome, no exception."""
    return [_outcome(job, task) for task in tasks]


def _outcome(job: Job, task: Task) -> Outcome:
    source, digest = task.source, ""
    start = time.thread_time()
    try:
        digest = content_hash(source)
        done = {"check": _check, "translate": _translate, "respond": _respond}[job.do](job, task, digest)
    except Exception as error:  # one file must not take the others with it, whatever is the matter
        why = (error.strerror or str(error)) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        return unread(source.name, f"It could not be done: {why}.", source.size, task.target)
    report = done.report
    return Outcome(
        source.name,
        digest,
        source.size,
        report.verdict.value,
        done.code,
        task.target,
        round(time.thread_time() - start, 6),
        sum(len(interchange.messages) for interchange in report.interchanges),
        _counted(done.findings if done.findings is not None else report.findings),
        report.unlisted,
        done.outputs,
        done.note,
    )


def unread(name: str, why: str, size: int = 0, target: str = "") -> Outcome:
    """Return the outcome of a file that could not be read or done."""
    return Outcome(name, "", size, UNREAD, 2, target, note=why)


def content_hash(source: Source) -> str:
    """Return the SHA-256 of what a file holds, as hex."""
    whole = hashlib.sha256()
    with _opened(source) as file:
        while block := file.read(_BLOCK):
            whole.update(block)
    return whole.hexdigest()


def _opened(source: Source) -> BinaryIO:
    if source.data is not None:
        return io.BytesIO(source.data)
    assert source.path is not None
    return open(source.path, "rb")


def _counted(findings: list[Finding]) -> Findings:
    counts = Counter((finding.code, finding.severity.value) for finding in findings)
    return tuple((code, severity, count) for (code, severity), count in sorted(counts.items()))


# ---------------------------------------------------------------------- one file


@dataclass(frozen=True, slots=True)
class _Done:
    """`findings` stand in for those of the report where a policy is still to be followed."""

    report: Report
    code: int
    outputs: tuple[tuple[str, int], ...] = ()
    note: str | None = None
    findings: list[Finding] | None = None


def _check(job: Job, task: Task, digest: str) -> _Done:
    by = _equipment(job)
    with _opened(task.source) as file:
        report = check(file, task.source.name, job.policy, by.library, rules=by.rules, reference=by.tables).report
    return _Done(report, int(report.verdict is Verdict.REJECTED), (_report(job, task, report),))


def _translate(job: Job, task: Task, digest: str) -> _Done:
    run = Run(
        Report(task.source.name),
        want_xml=True,
        trace=job.trace,
        policy=job.policy,
        library=_equipment(job).library,
    )
    with _opened(task.source) as opened:
        beginning, file = peek(opened)
        if is_xml(beginning):
            suffix, pieces = ".edi", (piece.encode("iso8859-1") for piece in edifact_pieces(run, file))
        else:
            suffix, pieces = ".xml", (piece.encode("utf-8") for piece in xml_pieces(run, file))
        held = _Held(job, task.target + suffix)
        try:
            held.write(pieces)
            if run.refused and not (job.force and run.report.interchanges):
                return _Done(run.report, 1, (_report(job, task, run.report),), "Not translated: errors of form stand.")
            return _Done(run.report, int(run.refused), (held.keep(),))
        finally:
            held.drop()


def _respond(job: Job, task: Task, digest: str) -> _Done:
    by = _equipment(job)
    with _opened(task.source) as file:
        answer = respond(
            file,
            kind=job.kind,
            at=job.at,
            reference=_reference(task.source.name, digest),
            library=by.library,
            rules=by.rules,
            tables=by.tables,
        )
    outputs = (_written(job, f"{task.target}.answer.edi", [answer.data]),) if answer.data else ()
    kept = job.policy.apply(answer.report.findings)
    return _Done(answer.report, 0 if answer.possible else 2, outputs, " ".join(answer.notes) or None, kept)


def _reference(name: str, digest: str) -> int:
    """Return the reference of the first answer to a file: the same whenever it is done again, its own for each file."""
    whole = hashlib.sha256(f"{name}\0{digest}".encode("utf-8", "surrogateescape")).hexdigest()
    return int(whole[:16], 16) % _REFERENCES + 1


# ---------------------------------------------------------------------- outputs


class _Held:
    """A file being written, under another name until it is kept."""

    def __init__(self, job: Job, output: str) -> None:
        self._output = output
        self._path = Path(job.output, output)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._part = self._path.with_name(f".{uuid4().hex}{PART}")

    def write(self, pieces: Iterable[bytes]) -> None:
        with open(self._part, "wb") as file:
            file.writelines(pieces)

    def keep(self) -> tuple[str, int]:
        size = self._part.stat().st_size
        os.replace(self._part, self._path)
        return self._output, size

    def drop(self) -> None:
        self._part.unlink(missing_ok=True)


def _written(job: Job, output: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    held = _Held(job, output)
    try:
        held.write(pieces)
        return held.keep()
    finally:
        held.drop()


def _report(job: Job, task: Task, report: Report) -> tuple[str, int]:
    return _written(job, f"{task.target}.json", _encoded(rendered.as_json([report])))


def _encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    return (piece.encode("utf-8", "replace") for piece in pieces)
