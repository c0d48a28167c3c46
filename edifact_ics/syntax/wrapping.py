"""A file whose lines were all broken at one width, so that line ends stand inside tags and values: read as it was.

Mail and mainframes do that to a file without line ends. What stood there before is plain, so the file is read without
them, and places are told as they are in the file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO

from edifact_ics.finding import Position
from edifact_ics.source import peek

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LOOK = 1 << 14
_NARROWEST = 40
_LINES = 3  # of one width in a row: fewer may be chance


@dataclass(slots=True, eq=False)
class Wrapping:
    """Lines of `width` characters, each followed by `end`; `lines` counts those that were joined so far."""

    width: int
    end: bytes
    lines: int = 0

    def holds(self, offset: int) -> bool:
        """Tell whether a place of the joined text stands in lines that were joined."""
        return offset < self.width * self.lines

    def place(self, position: Position) -> Position:
        """Return where in the file a position of the joined text is."""
        if position.offset is None or position.line is None or position.column is None:
            return position
        before = min(position.offset // self.width, self.lines)
        column = position.column - before * self.width if position.line == 1 else position.column
        return replace(
            position,
            offset=position.offset + before * len(self.end),
            line=position.line + before,
            column=column,
        )


def unwrapped(source: BinaryIO) -> tuple[BinaryIO, Wrapping | None]:
    """Return a file with its lines joined and how they were broken; the file itself and None where they were not."""
    beginning, source = peek(source, _LOOK)
    wrapping = _wrapping(beginning)
    if wrapping is None:
        return source, None
    return io.BufferedReader(_Joined(source, wrapping)), wrapping


def _wrapping(beginning: bytes) -> Wrapping | None:
    """Tell how the first lines are broken: all at one width, and some of them inside a segment."""
    at = beginning.find(b"\n")
    if at < _NARROWEST or not beginning.startswith(b"UN"):
        return None
    end = b"\r\n" if beginning[at - 1 : at] == b"\r" else b"\n"
    width = at + 1 - len(end)
    whole = list(takewhile(lambda line: len(line) == width, beginning.split(end)))
    if len(whole) < _LINES:
        return None
    terminator = beginning[8:9] if beginning.startswith(b"UNA") else b"'"
    return Wrapping(width, end) if any(not line.endswith(terminator) for line in whole) else None


class _Joined(io.RawIOBase):
    """A stream without the line ends of its wrapped lines; from the first line of another width on as it is."""

    def __init__(self, source: BinaryIO, wrapping: Wrapping) -> None:
        self._source = source
        self._wrapping = wrapping
        self._rest = b""
        self._joining = True

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer and return how many bytes were read, 0 at the end."""
        view = memoryview(buffer)
        if not self._rest:
            self._rest = self._next()
        data, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(data)] = data
        return len(data)

    def _next(self) -> bytes:
        """Return what comes next: some hundred lines joined."""
        width, end = self._wrapping.width, self._wrapping.end
        if not self._joining:
            return self._source.read(1 << 16)
        data = self._source.read((width + len(end)) * 256)
        found: list[bytes] = []
        for at in range(0, len(data), width + len(end)):
            line = data[at : at + width + len(end)]
            if line[width:] != end:
                self._joining = False
                return b"".join([*found, data[at:]])
            found.append(line[:width])
            self._wrapping.lines += 1
        return b"".join(found)
