"""What a batch has done, written down so that a run that was killed goes on where it stopped.

One line of JSON for each file, appended and forced to disk before the file counts as done; of several lines on one file
the last holds. The first line says what was asked for: outcomes of different jobs are never mixed. A line that was cut
off by a kill is taken away, and its file done again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from edifact_ics.batch.work import UNREAD, Outcome

NAME = "manifest.jsonl"
VERSION = 1


class ManifestError(Exception):
    """The manifest cannot be used: it is of another job, or another run has it open."""


class Manifest:
    """The manifest of an output folder, locked while it is open.

    What earlier runs left counts only once this run has met the file too. Both are known by name, with the byte of the
    manifest, counted from 0, where the line of the file begins.
    """

    def __init__(self, folder: Path, job: str, *, again: bool = False) -> None:
        """Open or begin the manifest of a folder; `job` says what is asked for, `again` forgets what was done before.

        Raise ManifestError when it cannot be used, OSError when it cannot be read or written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file: BinaryIO = open(folder / NAME, "a+b")  # noqa: SIM115 - open as long as the run
        self._known: dict[str, int] = {}
        self._met: dict[str, int] = {}
        try:
            _lock(self._file)
            if again:
                self._file.truncate(0)
            self._load(job)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Manifest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _load(self, job: str) -> None:
        self._file.seek(0)
        offset = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                self._file.truncate(offset)
                break
            written = _read(line)
            if offset == 0:
                if written.get("job") != job:
                    raise ManifestError(
                        "it holds what was done with other options, guides, rules or tables, or by another version; "
                        "name another folder, or begin again with --again"
                    )
            elif isinstance(written.get("name"), str):
                self._known[written["name"]] = offset
            offset += len(line)
        if offset == 0:
            self._append([{"version": VERSION, "job": job}])

    def _append(self, lines: Iterable[dict[str, Any]]) -> list[int]:
        """Write lines and force them to disk; return where each begins."""
        offset = self._file.seek(0, os.SEEK_END)
        offsets, pieces = [], []
        for line in lines:
            piece = json.dumps(line).encode("ascii") + b"\n"
            offsets.append(offset)
            pieces.append(piece)
            offset += len(piece)
        self._file.write(b"".join(pieces))
        self._file.flush()
        os.fsync(self._file.fileno())
        return offsets

    # ------------------------------------------------------------------ asking and telling

    def before(self, name: str) -> Outcome | None:
        """Return what an earlier run made of a file, None if nothing."""
        offset = self._known.get(name)
        return None if offset is None else self._at(offset)

    def stands(self, outcome: Outcome, sha256: str) -> bool:
        """Tell whether an outcome still holds: the same content, read to its end, and its outputs all there."""
        return (
            outcome.sha256 == sha256
            and outcome.verdict != UNREAD
            and all(_size(self._folder / path) == size for path, size in outcome.outputs)
        )

    def keep(self, name: str) -> None:
        """Let the outcome of an earlier run count."""
        self._met[name] = self._known.pop(name)

    def record(self, outcomes: list[Outcome]) -> None:
        """Write down outcomes; when this returns they are on disk."""
        offsets = self._append(asdict(outcome) for outcome in outcomes)
        for outcome, offset in zip(outcomes, offsets, strict=True):
            self._known.pop(outcome.name, None)
            self._met[outcome.name] = offset

    def outcomes(self) -> Iterator[Outcome]:
        """Give the outcome of each file this run met, in order of names."""
        for name in sorted(self._met):
            outcome = self._at(self._met[name])
            if outcome is not None:
                yield outcome

    def targets(self) -> Iterator[tuple[str, str]]:
        """Give the targets that earlier runs gave, with the names of their files."""
        for name in list(self._known):
            outcome = self.before(name)
            if outcome is not None and outcome.target:
                yield outcome.target, name

    def _at(self, offset: int) -> Outcome | None:
        self._file.seek(offset)
        written = _read(self._file.readline())
        try:
            outcome = Outcome(**written)
            return Outcome(
                **{
                    **written,
                    "findings": tuple((code, severity, count) for code, severity, count in outcome.findings),
                    "outputs": tuple((path, size) for path, size in outcome.outputs),
                }
            )
        except (TypeError, ValueError):
            return None  # a line that is none of ours: its file is done again


def _read(line: bytes) -> dict[str, Any]:
    try:
        written = json.loads(line)
    except ValueError:
        return {}
    return written if isinstance(written, dict) else {}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _lock(file: BinaryIO) -> None:
    """Keep other runs out for as long as the file is open; a killed run gives it free."""
    try:
        import fcntl
    except ModuleNotFoundError:  # a system without such locks: two runs at once are not noticed
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ManifestError("another run is at work in it") from error
