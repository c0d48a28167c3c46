"""Segments to interchanges and messages: UNB to UNZ, UNG, UNH to UNT, and their nesting.

Works through a file once and holds one message at a time. What the elements of a service segment may hold is the
guide's business (`mig/service.xml`), not this room's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from edifact_ics.codes import finding
from edifact_ics.envelope.beginning import beginning, no_edifact
from edifact_ics.envelope.group import Group, not_taken, unopened
from edifact_ics.envelope.interchange import Closed, Interchange, Message, Opened, Stray
from edifact_ics.finding import Finding, Position
from edifact_ics.syntax.characters import shift, split_elements
from edifact_ics.syntax.scan import Block, Scanner

MAX_INTERCHANGE = 10 * 1024 * 1024
_SERVICE = frozenset(("UN", "un", "Un", "uN"))
_LOOK = 1 << 16
_JUNK = 100  # pieces in front of an interchange of which each is reported
# Where a service segment swallowed the one that follows it: its terminator was lost.
_SWALLOWED = {
    "UNB": re.compile("(?<=[0-9A-Za-z\r\n'])UNH(?=\\W)"),
    "UNH": re.compile("(?<=[0-9A-Za-z\r\n'])BGM(?=\\W)"),
    "UNT": re.compile("(?<=[0-9A-Za-z\r\n'])UN[ZH](?=\\W)"),
}


Event = Opened | Message | Stray | Closed


class Reader:
    """Reads a file and gives its events in order.

    Findings that belong to no interchange (a file that is no EDIFACT at all) are in `findings`.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._scanner = Scanner(source)
        self._open: Interchange | None = None
        self._message: Message | None = None
        self._pending: list[Event] = []
        self._late: list[Finding] = []
        self._una = ""
        self._una_place = (0, 1, 1)
        # What stands before UNA or UNB, behind UNA, and behind UNZ: piece by piece, for there may be much of it.
        self._before: list[str] = []
        self._behind_una: list[str] = []
        self._after: list[str] = []
        self._unas = 0
        self._count = 0
        self._used: set[tuple[str, str]] = set()
        self._last: tuple[tuple[int, int, int], str] = ((0, 1, 1), "")
        self._group: Group | None = None
        self._ended: Interchange | None = None
        self.findings: list[Finding] = []
        self.tail = ""

    def events(self) -> Iterator[Event]:
        """Give what the file holds, in order; each `Message` may be dropped before the next is asked for."""
        if not self._start():
            return
        for block in self._scanner.blocks():
            self._take(block)
            if self._pending:
                yield from self._pending
                self._pending.clear()
        self._finish()
        yield from self._pending

    # ------------------------------------------------------------------ the start of the file

    def _start(self) -> bool:
        scanner = self._scanner
        ahead = scanner.peek(_LOOK)
        start = beginning(ahead)
        if start is None:
            self.findings.append(no_edifact(ahead))
            self.tail = ahead
            return False
        if start:
            junk = scanner.skip(start)
            self._before.append(junk)
            text = f"{len(junk)} bytes stand in front of the first segment: {junk[:20]!r}."
            self._late.append(finding("SYN-01", Position(0, 1, 1), text, junk[:20]))
        return True

    # ------------------------------------------------------------------ blocks

    def _take(self, block: Block) -> None:
        raws = block.raws
        self._from = 0
        if raws[0][:3] == "UNA" and len(raws) == 1 and len(raws[0]) in (8, 9) and not block.unterminated:
            self._take_una(block)
            return
        place, done = (block.offset, block.line, block.column), 0
        for index, raw in enumerate(raws):
            if raw[:2] not in _SERVICE or raw[:3].upper() == "UNS":
                if self._message is None:
                    place, done = block.ahead(place, done, index)
                    self._take_outside(block, index, place)
                continue
            tag = raw[:3].upper()
            swallowed = _SWALLOWED[tag].search(raw, 4) if tag in _SWALLOWED else None
            if swallowed:
                block.cut(index, swallowed.start())
            place, done = block.ahead(place, done, index)
            if tag not in ("UNG", "UNZ"):
                self._last = (shift(place, block.lead(index)), raw)
            if tag == "UNH":
                self._take_unh(block, index, place)
            elif tag == "UNT" and self._message is not None and not (block.unterminated and index == len(raws) - 1):
                self._extend(block, index)
                self._close_message(True)
            elif tag in ("UNB", "UNZ", "UNG", "UNE"):
                self._take_service(tag, block, index, place)
            elif self._message is None:
                self._take_outside(block, index, place)
        if self._message is not None:
            self._extend(block, len(raws) - 1)
            if block.unterminated:
                self._message.unterminated = True

    def _extend(self, block: Block, last: int) -> None:
        """Add the segments of a block, up to and with `last`, to the open message."""
        message = self._message
        assert message is not None
        start = self._from
        if start > last:
            return
        uniform = isinstance(message.leads, str) and isinstance(block.leads, str)
        if start > 0:
            same = uniform and (message.leads == block.leads or len(message.raws) == 1 or not message.raws)
        else:
            same = uniform and block.first == message.leads and (block.leads == message.leads or last == 0)
        if same:
            if start > 0:
                message.leads = block.leads
        else:
            if isinstance(message.leads, str):
                message.leads = [message.lead(i) for i in range(len(message.raws))]
            message.leads += [block.lead(i) for i in range(start, last + 1)]
        message.lost.update(i - start + len(message.raws) for i in block.lost if start <= i <= last)
        message.raws += block.raws[start : last + 1]
        self._from = 0

    def _close_message(self, closed: bool) -> None:
        message = self._message
        assert message is not None
        message.closed = closed
        message.interchange.segments += len(message.raws)
        self._message = None
        self._pending.append(message)

    # ------------------------------------------------------------------ service segments

    def _take_una(self, block: Block) -> None:
        raw = block.raws[0]
        place = shift((block.offset, block.line, block.column), block.first)
        if self._message is not None:
            self._break_off()
        self._close_interchange(None)
        self._release_ended()
        self._unas += 1
        if self._unas == 2:  # however many more follow: one cause, one finding
            text = "A second UNA stands where UNB was expected."
            self._late.append(finding("ENV-09", Position(*place, self._count + 1, None, None, None, "UNA"), text, raw))
        self._before += [self._una, block.first]
        self._una, self._una_place = raw, place
        if not block.delimiters.usable and self._unas <= 2:
            read = "read by them all the same" if block.delimiters.distinct else "the standard ones are assumed"
            text = f"The service characters {raw[3:]!r} of UNA cannot serve; {read}."
            self._late.append(finding("SYN-02", Position(*place, self._count + 1, None, None, None, "UNA"), text, raw))

    def _break_off(self) -> None:
        """The open message ends without UNT."""
        message = self._message
        assert message is not None
        self._close_message(False)

    def _new_interchange(self, place: tuple[int, int, int]) -> Interchange:
        """Begin an interchange; it is the open one from now on."""
        self._release_ended()
        self._count += 1
        start = self._una_place if self._una else place
        interchange = Interchange(
            self._count, *start, delimiters=self._scanner.delimiters, una=self._una, before="".join(self._before)
        )
        interchange.lead = "".join(self._behind_una)
        self._behind_una.clear()
        self._una = ""
        self._before.clear()
        self._unas = 0
        self._open = interchange
        return interchange

    def _take_service(self, tag: str, block: Block, index: int, place: tuple[int, int, int]) -> None:
        raw, lead = block.raws[index], block.lead(index)
        if self._message is not None:
            self._extend(block, index - 1)
            self._break_off()
        self._from = index + 1
        place = shift(place, lead)
        if tag == "UNB":
            self._take_unb(raw, lead, place)
            if self._open is not None:
                self._open.header_lost = index in block.lost
                self._open.header_cut = block.unterminated and index == len(block.raws) - 1
        elif tag == "UNZ":
            if self._open is None:
                interchange = self._new_interchange(place)
                self._pending.append(Opened(interchange, self._take_late()))
            self._close_interchange(raw, lead, place, block.unterminated)
        elif self._open is not None:
            self._take_group(tag, raw, place, lead)
        else:
            self._take_outside(block, index, place)

    def _take_unb(self, raw: str, lead: str, place: tuple[int, int, int]) -> None:
        self._close_interchange(None)
        una = bool(self._una)
        if not una:
            self._before.append(lead)
        interchange = self._new_interchange(place)
        interchange.lead += lead if una else ""
        interchange.header_raw = raw
        interchange.header = split_elements(raw, interchange.delimiters)
        interchange.header_place = place
        interchange.segments = 1
        found = self._take_late()
        key = (interchange.value(2), interchange.reference)
        if interchange.reference:
            if key in self._used:
                at = interchange.at(place, 1, raw, 5)
                text = f"Interchange reference {key[1]} of {key[0] or 'this sender'} was used before in this file."
                found.append(finding("ENV-12", at, text, key[1]))
            self._used.add(key)
        self._pending.append(Opened(interchange, found))

    def _take_late(self) -> list[Finding]:
        found, self._late = self._late, []
        return found

    def _take_unh(self, block: Block, index: int, place: tuple[int, int, int]) -> None:
        message = self._message
        if (
            message is not None
            and not message.raws[1:]
            and self._from == index
            and message.raws[0] == block.raws[index]
        ):
            return  # the same UNH once more: a segment too many in its message
        if self._message is not None:
            self._extend(block, index - 1)
            self._break_off()
        interchange = self._open
        if interchange is None:
            interchange = self._new_interchange(shift(place, block.lead(index)))
            interchange.bare = True
            self._pending.append(Opened(interchange, self._take_late()))
        interchange.messages += 1
        interchange.ungrouped += self._group is None
        leads: str | list[str] = block.leads if isinstance(block.leads, str) else [block.lead(index)]
        self._message = Message(interchange, interchange.messages, [block.raws[index]], leads, block.lead(index), place)
        if index in block.lost:
            self._message.lost.add(0)
        self._from = index + 1

    def _take_group(self, tag: str, raw: str, place: tuple[int, int, int], lead: str) -> None:
        interchange = self._open
        assert interchange is not None
        interchange.segments += 1
        at = interchange.at(place, interchange.segments, raw)
        self._pending.append(Stray(interchange, [raw], [lead]))
        if tag == "UNG":
            if not interchange.groups:
                self._late.append(not_taken(at))
            interchange.groups += 1
            interchange.segments -= 1
            self._unclosed_group()
            interchange.segments += 1
            self._group = Group.opened_by(interchange, raw)
            return
        self._late += self._group.closed_by(interchange, raw, place) if self._group else [unopened(at)]
        self._group = None

    # ------------------------------------------------------------------ outside of messages

    def _take_outside(self, block: Block, index: int, place: tuple[int, int, int]) -> None:
        raw, lead = block.raws[index], block.lead(index)
        end = "" if block.unterminated else block.delimiters.terminator
        ended = self._ended
        if self._open is None and ended is None:
            # In front of everything: what follows UNA, or junk between interchanges.
            junk = self._behind_una if self._una else self._before
            junk.append(lead + raw + end)
            if len(junk) > _JUNK:
                return  # enough was said of what stands there
            where = shift(place, lead)
            position = Position(*where, None, None, None, None, raw[:3] or None)
            if block.unterminated:
                text = f"The file ends inside the segment {raw[:40]!r}: its terminator is missing."
                self._late.append(finding("SYN-06", position, text, raw[:40]))
            else:
                text = f"{raw[:40]!r} stands outside any interchange."
                self._late.append(finding("ENV-09", position, text, raw[:40]))
            return
        if self._open is None:
            assert ended is not None
            if not self._after:
                where = shift(place, lead)
                text = f"Data stands after the end of the interchange: {raw[:40]!r}."
                position = Position(*where, ended.number, None, None, None, raw[:3] or None)
                self._late.append(finding("ENV-17", position, text, raw[:40]))
            self._after.append(lead + raw + end)
            return
        interchange = self._open
        interchange.segments += 1
        last = self._pending[-1] if self._pending else None
        if isinstance(last, Stray) and raw and self._strayed == interchange.segments - 1:
            last.raws.append(raw)
            last.leads.append(lead)
            last.unterminated = block.unterminated
        else:
            self._pending.append(Stray(interchange, [raw], [lead], block.unterminated))
        if self._strayed != interchange.segments - 1:
            interchange.strays += 1
            at = interchange.at(shift(place, lead), interchange.segments, raw)
            if block.unterminated:
                text = f"The file ends inside the segment {raw[:40]!r}: its terminator is missing."
                self._late.append(finding("SYN-06", at, text, raw[:40]))
            elif not raw:
                self._late.append(finding("SYN-11", at, "Two terminators follow each other between messages."))
            else:
                text = f"Segment {raw[:3]} stands outside a message; UNH or UNZ was expected here."
                self._late.append(finding("ENV-09", at, text, raw[:40]))
        self._strayed = interchange.segments

    _strayed = -1
    _from = 0

    # ------------------------------------------------------------------ the end

    def _close_interchange(
        self, raw: str | None, lead: str = "", place: tuple[int, int, int] = (0, 1, 1), unterminated: bool = False
    ) -> None:
        interchange = self._open
        if interchange is None:
            return
        self._unclosed_group()
        interchange.ends_astray = raw is None and self._strayed == interchange.segments
        self._open = None
        self._strayed = -1
        interchange.trailer, interchange.trailer_lead = raw, lead
        interchange.trailer_place, interchange.unterminated = place, unterminated
        if raw is not None:
            interchange.segments += 1
        self._ended = interchange

    def _unclosed_group(self) -> None:
        """Report a functional group that no UNE closes."""
        if self._group is not None and self._open is not None:
            place, raw = self._last
            self._late.append(self._group.unclosed(self._open.at(place, self._open.segments, raw)))
        self._group = None

    def _release_ended(self) -> None:
        """What stands behind the last interchange is known now: give its end."""
        if self._ended is not None:
            self._ended.after = "".join(self._after)
            self._after.clear()
            self._pending.append(Closed(self._ended, self._take_late()))
            self._ended = None

    def _finish(self) -> None:
        if self._message is not None:
            self._message.truncated = True
            self._break_off()
        self._close_interchange(None)
        if self._ended is not None and not self._una:
            self._after.append(self._scanner.tail)
        else:
            self.tail = "".join([*self._before, self._una, *self._behind_una, self._scanner.tail])
        self._release_ended()
        if not self._count and not self._late:
            self._late.append(finding("SYN-01", Position(0, 1, 1), "The file holds UNA and nothing else.", self._una))
        self.findings += self._take_late()
