"""Bytes to segments: a file read in blocks and cut at terminators, with the service characters of UNA.

Text is ISO 8859-1, one character for one byte, so that a character's index is its offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import BinaryIO

from edifact_ics.syntax.characters import BREAKS, STANDARD, Delimiters, shift

CHUNK = 1 << 18
_SHORT = "UNA:+.?'"  # the standard characters, the blank among them left out


@dataclass(slots=True, eq=False)
class Block:
    """A run of segments as sent, still escaped, without terminators.

    `leads` is what stood before each segment: one text for all but the first, or a list for each. `first` is
    what stood before the first. `offset` is the byte where the block begins, `line` and `column` (from 1) its place.
    `unterminated`: the last segment lacks its terminator.
    `inner`: line ends stand inside segments too. `lost` are the indexes of segments whose terminator is missing.
    """

    raws: list[str]
    leads: str | list[str]
    first: str
    offset: int
    line: int
    column: int
    delimiters: Delimiters
    unterminated: bool = False
    inner: bool = False
    lost: set[int] = field(default_factory=set)

    def cut(self, index: int, at: int) -> None:
        """Read one segment as the two it should have been: the terminator between them is missing."""
        raw = self.raws[index]
        if isinstance(self.leads, str):
            self.leads = [self.lead(i) for i in range(len(self.raws))]
        first = raw[:at].rstrip(BREAKS).removesuffix(self.delimiters.release + self.delimiters.terminator)
        self.raws[index : index + 1] = [first, raw[at:]]
        self.leads.insert(index + 1, raw[len(first) : at])
        self.lost.add(index)

    def lead(self, index: int) -> str:
        """Return what stood in front of a segment, counted from 0."""
        if index == 0:
            return self.first
        return self.leads if isinstance(self.leads, str) else self.leads[index]

    def ahead(self, place: tuple[int, int, int], done: int, index: int) -> tuple[tuple[int, int, int], int]:
        """Return the place in front of segment `index` (its lead included), having come as far as `done`."""
        if index == done:
            return place, done
        raws = self.raws[done:index]
        if isinstance(self.leads, str) and not self.inner:
            offset, line, column = place
            leads = self.leads * (index - done - 1) + self.lead(done)
            size = sum(map(len, raws)) + len(raws) + len(leads)
            lines = leads.count("\n")
            if lines:
                last = self.lead(index - 1)
                if "\n" in last:
                    column = len(last) - last.rfind("\n") + len(raws[-1]) + 1
                    return (offset + size, line + lines, column), index
            else:
                return (offset + size, line, column + size), index
        ends = ("" if done + i in self.lost else "\x00" for i in range(len(raws)))
        text = "".join(self.lead(done + i) + raw + end for i, (raw, end) in enumerate(zip(raws, ends, strict=True)))
        return shift(place, text), index


class Scanner:
    """Reads a file as blocks of segments, never holding more than a chunk and one segment.

    UNA stands in a block of its own (raw text `UNA` and its six characters but for the terminator) and sets the
    delimiters of what follows. After the last block `tail` holds what stood behind the last segment.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._buffer = ""
        self._at = 0  # consumed up to here; the buffer is cut only now and then
        self._offset = 0
        self._line = 1
        self._column = 1
        self._ended = False
        self._window = CHUNK
        self.delimiters = STANDARD
        self.tail = ""

    def _fill(self, size: int) -> None:
        """Have at least `size` characters ahead, unless the file ends before."""
        while len(self._buffer) - self._at < size and not self._ended:
            data = self._source.read(max(CHUNK, size))
            self._ended = not data
            self._buffer = self._buffer[self._at :] + data.decode("iso8859-1")
            self._at = 0

    def peek(self, size: int) -> str:
        """Return the first characters not yet consumed, at most `size`; fewer only at the end."""
        self._fill(size)
        return self._buffer[self._at : self._at + size]

    def skip(self, size: int) -> str:
        """Consume characters and return them."""
        text = self.peek(size)
        self._at += len(text)
        self._offset += len(text)
        lines = text.count("\n")
        if lines:
            self._line += lines
            self._column = len(text) - text.rfind("\n")
        else:
            self._column += len(text)
        return text

    @property
    def place(self) -> tuple[int, int, int]:
        """Byte offset from 0, line and column from 1, of what comes next."""
        return self._offset, self._line, self._column

    def blocks(self) -> Iterator[Block]:
        """Give the blocks of the file in order."""
        while True:
            while (una := self._una()) is not None:
                yield una
            size = self._segments()
            if size is None:
                break
            text = self.peek(size)
            block = self._block(text)
            stop = self._next_una(text, block)
            ended = self._next_unz(block)
            if ended is not None and (stop is None or ended < stop):
                stop = ended
            if stop is None:
                self._window = min(CHUNK, self._window * 2)
            else:
                # The rest is scanned anew, its service characters may be others. A small window keeps a file of
                # nothing but UNAs from costing more than its size.
                leads = block.leads if isinstance(block.leads, str) else block.leads[:stop]
                block = replace(block, raws=block.raws[:stop], leads=leads)
                size = sum(len(raw) + 1 + len(block.lead(i)) for i, raw in enumerate(block.raws))
                self._window = 1 << 7
            if block.raws:
                self.skip(size)
                yield block
                if ended is not None and len(block.raws) == ended:
                    self.delimiters = STANDARD
        rest = self.peek(len(self._buffer) + 1)
        body = rest.lstrip(BREAKS)
        lead = rest[: len(rest) - len(body)]
        if body:
            offset, line, column = self.place
            yield Block([body], "", lead, offset, line, column, self.delimiters, True)
        self.tail = "" if body else rest
        self.skip(len(rest))

    def _una(self) -> Block | None:
        """Read a UNA that stands next, and take its characters."""
        size = 64
        while len(ahead := self.peek(size)) == size and ahead.isspace():
            size *= 2
        lead = ahead[: len(ahead) - len(ahead.lstrip(BREAKS))]
        raw = self.peek(len(lead) + 9)[len(lead) :]
        if not raw.startswith("UNA") or len(raw) < 9:
            return None
        if raw[:8] == _SHORT and raw[8] in "\r\nU":
            raw = _SHORT
        offset, line, column = self.place
        self.skip(len(lead) + len(raw))
        delimiters = announced(raw)
        self.delimiters = delimiters if delimiters.distinct else STANDARD
        return Block([raw], "", lead, offset, line, column, delimiters)

    def _segments(self) -> int | None:
        """Return the size of the whole segments ahead, about one window; None when there are none."""
        text = self.peek(self._window)
        at = self._last_terminator(text)
        if at is None:
            at = self._first_terminator()
        return None if at is None else at + 1

    def _last_terminator(self, text: str) -> int | None:
        end = len(text)
        while (at := text.rfind(self.delimiters.terminator, 0, end)) >= 0:
            if not self._released(text, at):
                return at
            end = at
        return None

    def _first_terminator(self) -> int | None:
        """Find the end of a segment longer than the window, reading on; each piece is looked at once."""
        pieces, base, parity = [self._buffer[self._at :]], 0, 0
        while True:
            at, parity = _find_terminator(pieces[-1], self.delimiters, parity)
            if at is not None:
                break
            base += len(pieces[-1])
            data = self._source.read(CHUNK)
            if not data:
                self._ended = True
                break
            pieces.append(data.decode("iso8859-1"))
        self._buffer, self._at = "".join(pieces), 0
        return None if at is None else base + at

    def _released(self, text: str, at: int) -> bool:
        release = self.delimiters.release
        if release == " ":
            return False
        start = at
        while start and text[start - 1] == release:
            start -= 1
        return (at - start) % 2 == 1

    def _block(self, text: str) -> Block:
        offset, line, column = self.place
        d = self.delimiters
        body = text[:-1]
        raws, leads, first = _split_uniform(body, d) or _split(body, d)
        between = (
            leads.count("\n") * (len(raws) - 1) if isinstance(leads, str) else sum(x.count("\n") for x in leads[1:])
        )
        inner = body.count("\n") != first.count("\n") + between
        return Block(raws, leads, first, offset, line, column, d, inner=inner)

    def _next_unz(self, block: Block) -> int | None:
        """Return the index behind UNZ where other than the standard characters end with their interchange."""
        if self.delimiters == STANDARD:
            return None
        return next((i + 1 for i, raw in enumerate(block.raws) if raw[:3] == "UNZ"), None)

    @staticmethod
    def _next_una(text: str, block: Block) -> int | None:
        if "UNA" not in text:
            return None
        # At the very start of the block it was looked at, and is none.
        return next((i for i, raw in enumerate(block.raws) if i and raw[:3] == "UNA"), None)


@lru_cache(maxsize=64)
def announced(una: str) -> Delimiters:
    """Return the service characters that a UNA announces; where the blank is left out they cannot serve."""
    whole = una if len(una) == 9 else una + una[6]  # two characters alike: not distinct
    return Delimiters(*whole[3:9])


def _find_terminator(text: str, d: Delimiters, parity: int) -> tuple[int | None, int]:
    """Return the index of the first terminator that is not released, and the release parity at the end of `text`.

    `parity` is 1 when the text before ended with an unspent release character.
    """
    release = d.release if d.release != " " else ""
    if not release:
        at = text.find(d.terminator)
        return (None if at < 0 else at), 0
    pattern = re.compile(f"{re.escape(release)}.|{re.escape(d.terminator)}", re.S)
    start = parity
    for match in pattern.finditer(text, start):
        if match.group() == d.terminator:
            return match.start(), 0
    tail = len(text) - len(text.rstrip(release))
    spent = tail - (parity if tail == len(text) else 0)
    return None, max(spent, 0) % 2


def _split(body: str, d: Delimiters) -> tuple[list[str], list[str], str]:
    """Split text without its last terminator, with any line ends in front of the segments."""
    raws = _join_released(body, body.split(d.terminator), d)
    leads = []
    for i, raw in enumerate(raws):
        bare = raw.lstrip(BREAKS)
        leads.append(raw[: len(raw) - len(bare)])
        raws[i] = bare
    return raws, leads, leads[0]


def _split_uniform(body: str, d: Delimiters) -> tuple[list[str], str, str] | None:
    """Split text in which the same line end (or none) follows every terminator; None when it is otherwise."""
    if "\n" not in body and "\r" not in body:
        between = ""
    else:
        at = body.find(d.terminator)
        end = at + 1
        while end < len(body) and body[end] in BREAKS:
            end += 1
        between = body[at + 1 : end] if at >= 0 else ""
        if not between and at >= 0:
            return None
    mark = d.terminator + between
    if re.search(re.escape(mark) + "[ \t\r\n]", body):
        return None
    raws = _join_released(body, body.split(mark), d, between)
    if between and any(d.terminator in raw for raw in raws):
        # A terminator without the line end; unless it is released, the text is not uniform.
        pattern = re.compile(f"{re.escape(d.release)}.|{re.escape(d.terminator)}", re.S)
        if d.release == " " or any(m.group() == d.terminator for raw in raws for m in pattern.finditer(raw)):
            return None
    bare = raws[0].lstrip(BREAKS)
    first = raws[0][: len(raws[0]) - len(bare)]
    raws[0] = bare
    return raws, between, first


def _join_released(body: str, raws: list[str], d: Delimiters, between: str = "") -> list[str]:
    """Put together again the segments of a text that were split at a released terminator."""
    release = d.release
    if release == " " or (release + d.terminator not in body and not body.endswith(release)):
        return raws
    ends = [i for i, raw in enumerate(raws) if raw[-1:] == release and (len(raw) - len(raw.rstrip(release))) % 2]
    joined: list[str] = []
    done = 0
    for place, index in enumerate(ends):
        if index < done:
            continue  # put to the one before it
        joined += raws[done:index]
        last = place
        while last + 1 < len(ends) and ends[last + 1] == ends[last] + 1:
            last += 1
        done = ends[last] + 2
        joined.append((d.terminator + between).join(raws[index:done]))
    joined += raws[done:]
    return joined
