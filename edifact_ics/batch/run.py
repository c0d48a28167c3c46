"""One batch from end to end: files in, outcomes written down, a summary out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from edifact_ics import __version__
from edifact_ics.batch.archives import Refused, Source, found_in, sources
from edifact_ics.batch.executors import Executor
from edifact_ics.batch.manifest import Manifest
from edifact_ics.batch.summary import Summary
from edifact_ics.batch.targets import FOLDER, Targets
from edifact_ics.batch.work import PART, PASSED, Job, Outcome, Task, content_hash, unread

_MOST_FILES = 64  # of a chunk
_LEAST, _MOST = 20_000, 1_000_000  # bytes of a chunk: not too small for its journey, not too large to be lost
_SHARES = 8  # chunks for each worker, where there is enough to do, so that all end at about the same time


def identity(job: Job) -> str:
    """Return what a job is known by: its options, the content of its guides, rules and tables, our version."""
    options = repr(replace(job, output="", mig=None, rules=(), tables=None))
    whole = hashlib.sha256(json.dumps([__version__, options]).encode())
    for kind, path in [("mig", job.mig), ("tables", job.tables), *(("rules", path) for path in job.rules)]:
        whole.update(f"\0{kind}\0".encode())
        for file in _files(Path(path)) if path else ():
            whole.update(file.name.encode("utf-8", "surrogateescape") + b"\0")
            whole.update(content_hash(Source("", "", 0, path=str(file))).encode())
    return whole.hexdigest()


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


@dataclass(slots=True)
class Batch:
    """A batch under way. `paths` are folders and archives; `progressed` is told of bytes as they are done."""

    paths: Sequence[str]
    job: Job
    manifest: Manifest
    workers: int
    progressed: Callable[[int], object] = lambda count: None
    summary: Summary = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.summary = Summary(self.job.do)
        self.size = sum(found.size for found in found_in(self.paths, self.job.output))

    def run(self, executor: Executor) -> Summary:
        """Do all files that are not done, and return what all of them amount to.

        Each outcome is on disk before the next is waited for. EngineError leaves what is done in the manifest.
        """
        for outcomes in executor.outcomes(self.job, self._chunks()):
            self._take(outcomes)
            self.progressed(sum(outcome.size for outcome in outcomes))
        for left in Path(self.job.output, FOLDER).rglob(f".*{PART}"):  # by a worker that was killed
            left.unlink(missing_ok=True)
        return self.summary

    def _take(self, outcomes: list[Outcome]) -> None:
        self.manifest.record(outcomes)
        for outcome in outcomes:
            self.summary.add(outcome)

    def _chunks(self) -> Iterator[list[Task]]:
        """Give what is to be done, in chunks; take what is done already, and what is refused, on the way."""
        share = min(max(self.size // (self.workers * _SHARES), _LEAST), _MOST)
        targets = Targets(self.manifest.targets())
        chunk: list[Task] = []
        held = 0
        for source in self._to_do():
            chunk.append(Task(source, targets.of(source.name, source.place)))
            held += source.size
            if held >= share or len(chunk) >= _MOST_FILES:
                yield chunk
                chunk, held = [], 0
        if chunk:
            yield chunk

    def _to_do(self) -> Iterator[Source]:
        refused: list[Outcome] = []
        for found in found_in(self.paths, self.job.output):
            for one in sources(found):
                if isinstance(one, Refused):
                    refused.append(_refused(one))
                    if len(refused) >= _MOST_FILES:  # an archive may hold any number of them
                        self._take(refused)
                        refused = []
                elif not self._is_done(one):
                    yield one
        if refused:
            self._take(refused)

    def _is_done(self, source: Source) -> bool:
        """Tell whether an earlier run did a file and that still holds; what no longer holds is taken away."""
        before = self.manifest.before(source.name)
        if before is None:
            return False
        try:
            stands = self.manifest.stands(before, content_hash(source))
        except OSError:
            stands = False  # the worker will say so
        if stands:
            self.manifest.keep(source.name)
            self.summary.add(before, before=True)
            self.progressed(source.size)
            return True
        for path, _ in before.outputs:
            Path(self.job.output, path).unlink(missing_ok=True)
        return False


def _refused(refused: Refused) -> Outcome:
    if refused.harmless:
        return replace(unread(refused.name, refused.why), verdict=PASSED, code=0)
    return unread(refused.name, refused.why)
