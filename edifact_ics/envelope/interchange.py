"""One interchange and one message as they were sent, and the places of their segments.

A place is counted out when it is asked for, never before: a sound message has no need of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from edifact_ics.finding import Finding, Position
from edifact_ics.syntax.characters import STANDARD, Delimiters, locate, shift, split_elements

CUSTOMS = "AAA336C"  # the site of Customs


Place = tuple[int, int, int]  # offset in bytes from 0, line and column from 1
_STRIDE = 256


@dataclass(slots=True, eq=False)
class Interchange:
    """One interchange of a file, filled in as it is read.

    `number` counts from 1 in the file. `una` is the service string advice as sent, "" where there was none.
    `header` is UNB as elements (tag first), empty for bare messages; `trailer` the raw text of UNZ, None if missing.
    `before` stood in front of it, `lead` in front of UNB, `trailer_lead` in front of UNZ, `after` behind it.
    """

    number: int
    offset: int
    line: int
    column: int
    delimiters: Delimiters = STANDARD
    una: str = ""
    before: str = ""
    lead: str = ""
    header_raw: str = ""
    header: list[list[str]] = field(default_factory=list)
    header_place: tuple[int, int, int] = (0, 1, 1)
    trailer: str | None = None
    trailer_lead: str = ""
    trailer_place: tuple[int, int, int] = (0, 1, 1)
    unterminated: bool = False
    after: str = ""
    messages: int = 0
    segments: int = 0
    bare: bool = False
    header_lost: bool = False
    ends_astray: bool = False
    header_cut: bool = False
    references: set[str] = field(default_factory=set)
    strays: int = 0
    groups: int = 0
    ungrouped: int = 0

    def value(self, element: int, component: int = 1) -> str:
        """Return a component of UNB by its 1-based place, "" where nothing was sent."""
        try:
            return self.header[element][component - 1]
        except IndexError:
            return ""

    @property
    def reference(self) -> str:
        """UNB 0020."""
        return self.value(5)

    @property
    def syntax(self) -> str:
        """The repertoire that texts are read by: UNB 0001, UNOC where there is no UNB.

        For UNOA and UNOB too: they are refused themselves, and what UNOC has beyond them is no second fault.
        """
        named = self.value(1) or "UNOC"
        return "UNOC" if named in ("UNOA", "UNOB") else named

    def at(
        self,
        place: tuple[int, int, int],
        segment: int,
        raw: str,
        element: int | None = None,
        component: int | None = None,
    ) -> Position:
        """Return a position in a service segment that stands outside messages."""
        inside = locate(raw, element, component, self.delimiters)
        offset, line, column = shift(place, raw[:inside])
        return Position(offset, line, column, self.number, None, None, segment, raw[:3] or None, element, component)


@dataclass(eq=False)
class Message:
    """One message as sent: `raws` from UNH to UNT, escaped, without terminators.

    `leads` is what stood before each segment but the first (one text for all, or a list with the first included),
    `first` what stood before UNH. `number` counts from 1 in the interchange. `truncated`: the file ended inside it.
    `unterminated`: its last segment lacks its terminator. `lost` are the indexes of other segments that lack theirs.
    """

    interchange: Interchange
    number: int
    raws: list[str]
    leads: str | list[str]
    first: str
    place: tuple[int, int, int]
    closed: bool = True
    truncated: bool = False
    unterminated: bool = False
    lost: set[int] = field(default_factory=set)
    _near: tuple[int, Place] | None = None

    @cached_property
    def header(self) -> list[list[str]]:
        """UNH as elements, tag first."""
        return split_elements(self.raws[0], self.interchange.delimiters)

    @property
    def reference(self) -> str:
        """UNH 0062 as sent, "" if missing."""
        return self.header[1][0] if len(self.header) > 1 else ""

    @property
    def type(self) -> list[str]:
        """The components of UNH S009: type, version, release, agency, association code."""
        return self.header[2] if len(self.header) > 2 else []

    def lead(self, index: int) -> str:
        """Return what stood in front of a segment, counted from 0."""
        if index == 0:
            return self.first
        return self.leads if isinstance(self.leads, str) else self.leads[index]

    def _text(self, first: int, last: int) -> str:
        """Return segments as they were sent, with what stood before each, and one character for a terminator."""
        if first == last:
            return ""
        if isinstance(self.leads, str) and not self.lost:
            return self.lead(first) + f"\0{self.leads}".join(self.raws[first:last]) + "\0"
        return "".join(self.lead(i) + self.raws[i] + ("" if i in self.lost else "\0") for i in range(first, last))

    @cached_property
    def _milestones(self) -> list[Place]:
        """The place in front of every so many segments."""
        found = [self.place]
        for first in range(0, len(self.raws) - _STRIDE, _STRIDE):
            found.append(shift(found[-1], self._text(first, first + _STRIDE)))
        return found

    def _front(self, index: int) -> Place:
        """Return the place in front of a segment. Places are asked for in order, more or less: the last is at hand."""
        near, place = self._near or (0, self.place)
        if near > index:
            near = index - index % _STRIDE
            place = self._milestones[near // _STRIDE]
        place = shift(place, self._text(near, index))
        self._near = index, place
        return place

    def at(self, segment: int, element: int | None = None, component: int | None = None) -> Position:
        """Return a position by the 1-based number of a segment and, if given, of an element and a component."""
        index = max(0, min(segment, len(self.raws)) - 1)
        raw = self.raws[index]
        inside = locate(raw, element, component, self.interchange.delimiters)
        offset, line, column = shift(self._front(index), self.lead(index) + raw[:inside])
        tag = raw.split(self.interchange.delimiters.element, 1)[0][:8] or None
        return Position(
            offset,
            line,
            column,
            self.interchange.number,
            self.reference,
            self.number,
            segment,
            tag,
            element,
            component,
        )


class Opened(NamedTuple):
    """An interchange begins; its UNB is known."""

    interchange: Interchange
    findings: list[Finding]


@dataclass(slots=True, eq=False)
class Stray:
    """Segments outside any message, and what stood in front of each. `unterminated`: the last lacks its terminator."""

    interchange: Interchange
    raws: list[str]
    leads: list[str]
    unterminated: bool = False


class Closed(NamedTuple):
    """An interchange ends; its UNZ, if any, is known."""

    interchange: Interchange
    findings: list[Finding]
