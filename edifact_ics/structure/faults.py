"""What is wrong with the order of a message, put into words, each cause once.

A segment may be missed in one place and turn up in another: what was said of it is then taken back and said anew, of
the segment that stands in the wrong place.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import NamedTuple

from edifact_ics.codes import CODES
from edifact_ics.finding import MAX_PER_MESSAGE, Severity
from edifact_ics.guide.directory import segment_types
from edifact_ics.segment.interpreted import ElementFinding, Interpreted
from edifact_ics.segment.row import component
from edifact_ics.structure.explanation import Known
from edifact_ics.structure.needed import Lack
from edifact_ics.structure.table import Node, Step, Table
from edifact_ics.structure.walked import StructureFinding
from edifact_ics.syntax.characters import split_elements

_REMEMBERED = 20
_LISTED = 4 * MAX_PER_MESSAGE
_NO_TAG = ("STR-04", "STR-05", "SYN-08")


class _Missing(NamedTuple):
    """A segment said to be missing in front of another, of which `number` and `raw` are."""

    node: Node
    found: StructureFinding
    number: int
    raw: str


class _Stray(NamedTuple):
    """A segment left out, or one of those below it (then `tag` is that of the one they hang below)."""

    tag: str
    number: int
    found: StructureFinding


class Faults:
    """The findings of one message. `raws` are its segments, numbered from 1."""

    def __init__(self, table: Table, raws: list[str]) -> None:
        self._table = table
        self._raws = raws
        self.findings: list[StructureFinding] = []
        self.unlisted: Counter[Severity] = Counter()
        # The last few segments said to be missing or out of order: one may turn out to explain the other.
        self._missing: deque[_Missing] = deque(maxlen=_REMEMBERED)
        self._strays: deque[_Stray] = deque(maxlen=_REMEMBERED)
        self._less = self._more = self._lost = 0

    def known(self, number: int) -> Known:
        """Return what was said already and may be the cause of what is wrong at a segment."""
        return Known(
            tuple(missing.node for missing in self._missing),
            tuple(stray.tag for stray in self._strays),
            tuple(missing.raw for missing in self._missing if missing.number < number),
            self._left_out(number),
            self.garbled(number),
        )

    def _left_out(self, number: int) -> str:
        """Return the tag of the segment left out just before one, "" if none was."""
        last = self._strays[-1] if self._strays else None
        return last.tag if last and last.number == number - 1 and last.found.inner.code == "STR-03" else ""

    def explained(self) -> frozenset[int]:
        """Return the differences between a segment count sent and the segments found that the findings explain."""
        change = self._less - self._more
        return frozenset((0, self._less, -self._more, change, self._lost, self._lost + change))

    def garbled(self, number: int) -> bool:
        """Tell whether the segment just before has a tag that is none here: it may be what is missing."""
        last = self._strays[-1] if self._strays else None
        return last is not None and last.number == number - 1 and last.found.inner.code in _NO_TAG

    # ------------------------------------------------------------------ keeping

    def add(self, number: int, item: Interpreted) -> None:
        """Keep the findings inside a segment."""
        for inner in item.findings:
            self._list(StructureFinding(number, inner))

    def forget(self, number: int) -> None:
        """Take back what was said of the segments from one on."""
        while self.findings and self.findings[-1].segment >= number:
            self.findings.pop()

    def _list(self, found: StructureFinding) -> None:
        """Keep a finding while there is room; beyond that only count it."""
        if len(self.findings) < _LISTED:
            self.findings.append(found)
        else:
            self.unlisted[found.inner.severity] += 1

    def _take_back(self, found: StructureFinding) -> None:
        for index in range(len(self.findings) - 1, -1, -1):
            if self.findings[index] is found:
                del self.findings[index]
                return
        self.unlisted[found.inner.severity] -= 1

    def _say(
        self,
        number: int,
        code: str,
        text: str,
        value: str | None = None,
        element: int | None = None,
        source: str | None = None,
        hint: str | None = None,
    ) -> StructureFinding:
        severity = CODES[code].severity
        inner = ElementFinding(code, severity, element, None, text, value=value, source=source, hint=hint)
        found = StructureFinding(number, inner)
        self._list(found)
        return found

    # ------------------------------------------------------------------ missing, and too much

    def miss(self, step: Step, number: int) -> None:
        """Report what a step to a segment leaves out, at the last segment before the gap."""
        for node in step.missing:
            tag = node.segment.tag
            stray = next((s for s in self._strays if s.tag == tag), self._strays[-1] if self.garbled(number) else None)
            if stray is not None:
                self._strays.remove(stray)  # it was sent, but out of order: said already
                self._more -= 1
                continue
            if self._came_early(node, number) or self._came_late(node, number):
                continue
            name = f"{tag} ({node.segment.type.name.lower()})"
            after = self._raws[number - 2][:3] if number > 1 else "the start"
            if node.index == 0 and node.group.parent is not None:
                code, text = "STR-02", f"The segment {name} that opens {_group_name(node)} is missing after {after}."
            else:
                keys = node.segment.uses[0].keys if len(node.segment.uses) == 1 else ()
                name = "+".join([tag, *(c.values[0] for c in keys)]) + name.removeprefix(tag)
                code, text = "STR-01", f"The mandatory segment {name} is missing after {after}."
            found = self._say(max(number - 1, 1), code, text, source=node.row.source)
            raw = self._raws[number - 1] if number <= len(self._raws) else ""
            self._missing.append(_Missing(node, found, number, raw))
            self._less += 1

    def miss_use(self, lack: Lack) -> None:
        """Report a use of a segment that is missing, at the last segment before the gap.

        Where a segment has no place or swallowed another, that may be the one.
        """
        if self._more or self._lost or any(found.inner.code == "SYN-08" for found in self.findings):
            return
        segment = lack.node.segment
        use = segment.uses[lack.use]
        name = "+".join([segment.tag, *(c.values[0] for c in use.keys)])
        said = next(value.name for value in use.values if value.mandatory)
        after = self._raws[lack.number - 2][:3]
        text = f"The mandatory segment {name} ({said}) is missing after {after}."
        self._say(lack.number - 1, "STR-01", text, source=lack.node.row.source)
        self._less += 1

    def _came_early(self, node: Node, number: int) -> bool:
        """Tell whether what is missing stands further in front, where something else was missed to make it fit.

        Then it is out of order there, and nothing is missing.
        """
        for missing in self._missing:
            if missing.number < number and missing.raw[:3] == node.segment.tag and node.row.matches(missing.raw):
                self._missing.remove(missing)
                self._take_back(missing.found)
                self._less -= 1
                self._out_of_order(missing.number, missing.raw, [node])
                return True
        return False

    def _came_late(self, node: Node, number: int) -> bool:
        """Tell whether the segment in front, but for which nothing would be missing, is one said to be missing before.

        Then it is out of order, and nothing is missing.
        """
        group = node.group.parent if node.index == 0 else node.group
        missing = next(
            (m for m in self._missing if group and m.node is group.children[0] and m.number < number - 1), None
        )
        if missing is None:
            return False
        trigger, raw = missing.node, self._raws[number - 2]
        if raw[:3] != trigger.segment.tag or not trigger.row.matches(raw):
            return False
        self._missing.remove(missing)
        self._take_back(missing.found)
        self._less -= 1
        self._out_of_order(number - 1, raw, [trigger])
        return True

    def too_often(self, number: int, step: Step, use: int | None) -> None:
        """Report a segment that is the first one too many; of a use, when one is given."""
        segment, group = step.node.segment, step.node.group.group
        is_trigger = step.node.index == 0 and step.node.group.parent is not None
        what, limit = segment.tag, step.limit
        if use is not None:
            known = segment.uses[use]
            limit = step.node.limits[use]
            names = known.values[0].name if known.values else ""
            elements = split_elements(self._raws[number - 1], self._table.delimiters)
            values = [component(elements, c.place) for c in known.keys]
            what = "+".join([segment.tag, *values]) + (f" ({names})" if names else "")
        elif is_trigger:
            what = f"group {group.id}"
        text = f"{what} is sent more than {limit} {'time' if limit == 1 else 'times'} here."
        hint = None
        if not is_trigger and step.node.group.parent is not None and group.max > 1:
            another = _group_name(step.node)
            hint = f"Remove it. If another {another} begins here, write {group.trigger.tag} in front of it."
        self._say(number, "STR-07" if is_trigger else "STR-06", text, source=step.node.row.source, hint=hint)

    def surplus(self) -> None:
        """Count a segment that is too many."""
        self._more += 1

    # ------------------------------------------------------------------ no place, or no segment

    def unexpected(self, number: int, raw: str, tag: str) -> None:
        """Report a segment that has no place where it stands. `tag` is what its tag should be."""
        nodes = [node for node in self._table.nodes if node.segment.tag == tag]
        sent = raw.split(self._table.delimiters.element, 1)[0]
        mig = self._table.mig
        if raw[:3] != tag or not re.fullmatch("[A-Z][A-Z0-9]{2}", sent):
            text = f"{sent[:20]!r} is no segment tag: three capital letters are wanted."
            found = self._say(number, "SYN-08", text, sent[:40])
        elif nodes:
            missing = next((m for m in self._missing if m.node.segment.tag == tag and m.node.row.matches(raw)), None)
            if missing is not None:  # it was said to be missing; in truth it stands here
                self._missing.remove(missing)
                self._less -= 1
                self._take_back(missing.found)
            head = self._left_out(number)
            if self._table.hangs_below(tag, head):  # it belongs to that cause
                self._strays.append(_Stray(head, number, self._strays[-1].found))
                self._more += 1
                return
            found = self._out_of_order(number, raw, nodes)
            if missing is not None:
                return
        elif (kind := segment_types().get(tag)) is not None:
            text = f"Segment {tag} ({kind.name.lower()}) is not used in {mig.message}."
            found = self._say(number, "STR-05", text, raw[:60], source=f"mig {mig.message.lower()}")
        else:
            text = f"Segment {tag} is unknown: D.99B has none with this tag."
            found = self._say(number, "STR-04", text, raw[:60], source="UN/EDIFACT D.99B")
        self._strays.append(_Stray(tag, number, found))
        self._more += 1

    def _out_of_order(self, number: int, raw: str, nodes: list[Node]) -> StructureFinding:
        nodes = [node for node in nodes if node.row.matches(raw)] or nodes
        text = f"Segment {raw[:3]} is out of order here; its place is {_places(nodes)}."
        return self._say(number, "STR-03", text, raw[:60], source=nodes[0].row.source)

    def empty(self, number: int) -> None:
        """Report an empty segment."""
        self._say(number, "SYN-11", "Two terminators follow each other; the empty segment counts as one.")
        self._more += 1

    def empties(self, count: int) -> None:
        """Count empty segments for which there is no room among the findings."""
        self.unlisted[Severity.ERROR] += count
        self._more += count

    @property
    def full(self) -> bool:
        """Tell whether there is no room for another finding: then it is only counted."""
        return len(self.findings) >= _LISTED

    def too_large(self, number: int, raw: str) -> None:
        """Report a segment that is too large to be one."""
        self._say(number, "SYN-09", f"This segment has {len(raw):,} characters and was not looked into.", raw[:60])

    def separator_in_front(self, number: int, raw: str, bare: str) -> None:
        """Report a segment, without it `bare`, that has a separator in front of its tag."""
        text = f"A stray separator stands in front of the tag {bare[:3]}."
        self._say(number, "SYN-08", text, raw[:60], hint=f"Remove {raw[: len(raw) - len(bare)]!r}.")

    def lost_terminator(self, number: int, raw: str, at: int) -> None:
        """Report that another segment begins inside a segment, `at` characters from its start."""
        first, second = raw[:at], raw[at:]
        elements = split_elements(first, self._table.delimiters)
        text = f"The terminator of {first[:3]} is missing: {second[:3]} begins inside it, after {first[-20:]!r}."
        hint = f"Write a terminator in front of {second[:20]!r}."
        self._say(number, "SYN-07", text, raw[:200], len(elements) - 1 or None, CODES["SYN-07"].source, hint)
        self._lost += 1


def _group_name(node: Node) -> str:
    group = node.group.group
    return f"group {group.id} ({group.xml})" if group.xml else f"group {group.id}"


def _places(nodes: list[Node]) -> str:
    """Say where in the guide segments have their places, in words."""
    places = []
    for node in nodes[:4]:
        opens = node.index == 0 and node.group.parent is not None
        siblings, index = node.group.children, node.index
        if opens and node.group.parent is not None:
            siblings, index = node.group.parent.children, node.group.index
        inside = "the message" if opens or node.group.parent is None else _group_name(node.group.trigger)
        if index:
            before = siblings[index - 1]
            tag = before.segment.tag if isinstance(before, Node) else before.trigger.segment.tag
            places.append(f"after {tag} in {inside}")
        else:
            places.append(f"at the start of {inside}")
    return " or ".join(dict.fromkeys(places))
