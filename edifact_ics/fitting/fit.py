"""How past messages fit the guides: for each row how often it was seen, how long its values are, what contradicts it.

Only sums are kept, and a few examples of each contradiction, so that an archive of any size can be gone through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from edifact_ics.finding import Severity
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig_tree import Mig, Segment, Use, Value
from edifact_ics.inspection.steps import Checked, Step
from edifact_ics.segment.interpreted import ElementFinding, Interpreted
from edifact_ics.structure.walked import Placed

MOST_EXAMPLES = 3  # of each contradiction, and of each thing that no row explains
MOST_CODES = 50  # outside its list, for each row; the others are counted together
MOST_UNEXPLAINED = 1_000  # kinds of things that no row explains, for each guide
MOST_NAMED = 100  # types without a guide, and files passed over
_ORDER = ("STR-01", "STR-02", "STR-03", "STR-06", "STR-07")
_UNEXPLAINED = ("STR-04", "STR-05", "STR-08", "STR-09", "STR-12", "STR-13", "STR-14", "STR-18")


class Example(NamedTuple):
    """Where something was seen: segment, element and component count from 1, UNH being segment 1; `value` as sent."""

    file: str
    interchange: int
    message: str
    segment: int
    element: int | None
    component: int | None
    value: str | None


@dataclass(slots=True)
class Seen:
    """What was seen against the guides: how often, the sentence of the first, and the first places."""

    code: str
    text: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, example: Example) -> None:
        """Count it once more, and keep the place if there is room."""
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(example)


@dataclass(slots=True)
class RowFit:
    """One row of a guide against the archive: a segment (no use), a use without values (no value), or a data element.

    `seen` counts segments, `messages` the messages they stood in. `shortest` and `longest` are the lengths of cleaned
    values in characters (None: no value was seen), per segment where a value runs over several; `digits` and `letters`
    tell whether all of them were such. `codes` counts the codes of a list, `outside` those that are not in it.
    """

    segment: Segment
    use: Use | None = None
    value: Value | None = None
    seen: int = 0
    messages: int = 0
    shortest: int | None = None
    longest: int | None = None
    digits: bool = True
    letters: bool = True
    codes: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    outside_others: int = 0
    contradictions: dict[str, Seen] = field(default_factory=dict)
    last_message: int = 0

    @property
    def basis(self) -> str:
        """On what the row rests: guide, observed, inferred or assumed."""
        return (self.value or self.use or self.segment).basis

    @property
    def contradicted(self) -> int:
        """How many times something contradicted the row."""
        return sum(seen.count for seen in self.contradictions.values())

    def meet(self, message: int, text: str | None) -> None:
        """Take note of one segment of a message (counted over the archive) with the value it brought."""
        self.seen += 1
        if message != self.last_message:
            self.last_message = message
            self.messages += 1
        if text is None or self.value is None:
            return
        length = len(text)
        if self.shortest is None or length < self.shortest:
            self.shortest = length
        if self.longest is None or length > self.longest:
            self.longest = length
        self.digits = self.digits and text.isdecimal()
        self.letters = self.letters and text.isalpha()
        if self.value.codes is not None:
            self._meet_code(text, self.value.codes.labels)

    def _meet_code(self, text: str, labels: dict[str, str]) -> None:
        if text in labels:
            self.codes[text] += 1
        elif text in self.outside or len(self.outside) < MOST_CODES:
            self.outside[text] += 1
        else:
            self.outside_others += 1

    def contradict(self, inner: ElementFinding, example: Example) -> None:
        """Take note of a finding against the row."""
        self.contradictions.setdefault(inner.code, Seen(inner.code, inner.message)).add(example)


class GuideFit:
    """One guide against the messages of the archive that follow it."""

    def __init__(self, mig: Mig) -> None:
        self.mig = mig
        self.messages = 0
        self.segments = 0
        self.clean = 0
        self.rows: list[RowFit] = []
        self.unexplained: dict[tuple[str, ...], Seen] = {}
        self.unexplained_others = 0
        self._segments: dict[str, RowFit] = {}
        self._uses: dict[str, RowFit] = {}
        self._values: dict[int, RowFit] = {}
        for segment in mig.segments():
            self._segments[segment.position] = self._row(RowFit(segment))
            for use in segment.uses:
                if not use.values:
                    self._uses[use.id] = self._row(RowFit(segment, use))
                for value in use.values:
                    self._values[id(value)] = self._row(RowFit(segment, use, value))

    def _row(self, row: RowFit) -> RowFit:
        self.rows.append(row)
        return row

    # ------------------------------------------------------------------ one message

    def take(self, file: str, done: Checked) -> None:
        """Add a message that was walked by this guide."""
        walked = done.walk
        assert walked is not None
        self.messages += 1
        self.segments += len(done.message.raws)
        found = [f for f in walked.findings if f.inner.severity is not Severity.INFO or f.inner.code == "VAL-11"]
        self.clean += not found
        placed = {p.number: p for p in walked.placed} if found else {}
        for one in walked.placed:
            self._meet(one)
        for f in found:
            inner, at = f.inner, done.message
            place = (f.segment, inner.element, inner.component, inner.value)
            self._contradict(inner, placed.get(f.segment), Example(file, at.interchange.number, at.reference, *place))

    def _meet(self, placed: Placed) -> None:
        if placed.step is None:
            return
        segment = placed.step.node.segment
        self._segments[segment.position].meet(self.messages, None)
        item = placed.item
        brought = {id(value) for value, _ in item.values}
        for index in item.uses:
            use = segment.uses[index]
            if not use.values:
                self._uses[use.id].meet(self.messages, None)
            for value in use.values:
                if value.derived and id(value) not in brought:
                    self._values[id(value)].meet(self.messages, _derived(item, value, placed.raw))
        for value, text in item.values:
            self._values[id(value)].meet(self.messages, None if value.code else text)

    # ------------------------------------------------------------------ what speaks against the guide

    def _contradict(self, inner: ElementFinding, placed: Placed | None, example: Example) -> None:
        """Put a finding down to the row it speaks against; damage (SYN) speaks against none."""
        if inner.code.startswith("SYN"):
            return
        if inner.code in _UNEXPLAINED:
            self._unexplain(inner, placed, example)
            return
        row = self._segment_of(inner, placed)
        if inner.code not in _ORDER and placed is not None and placed.step is not None:
            row = self._row_in(inner, placed) or row
        if row is not None:
            row.contradict(inner, example)
        else:
            self._unexplain(inner, placed, example)

    def _segment_of(self, inner: ElementFinding, placed: Placed | None) -> RowFit | None:
        """Return the position that a finding names as its source, else the one where the segment was put."""
        words = (inner.source or "").replace(",", "").split()
        named = self._segments.get(words[2]) if len(words) > 2 and words[0] == "mig" else None
        if named is None and placed is not None and placed.step is not None:
            named = self._segments.get(placed.step.node.segment.position)
        return named

    def _row_in(self, inner: ElementFinding, placed: Placed) -> RowFit | None:
        """Return the data element that a finding inside a segment speaks of, else the first of its use."""
        assert placed.step is not None
        segment = placed.step.node.segment
        name = (inner.path or "").rpartition("/")[2]
        place = (inner.element or 0, inner.component or 1)
        for index in placed.item.uses:
            use = segment.uses[index]
            for value in use.values:
                if value.xml == name or (not name and place in value.places and inner.code != "STR-15"):
                    return self._values[id(value)]
        for index in placed.item.uses[:1]:
            use = segment.uses[index]
            return self._values[id(use.values[0])] if use.values else self._uses[use.id]
        return None

    def _unexplain(self, inner: ElementFinding, placed: Placed | None, example: Example) -> None:
        tag = placed.raw[:3] if placed is not None else ""
        position, qualifiers = "", ""
        if placed is not None and placed.step is not None:
            segment = placed.step.node.segment
            position, tag = segment.position, segment.tag
            keys = {c.place for use in segment.uses for c in use.keys}
            qualifiers = "".join(f"+{placed.item.value(place)}" for place in sorted(keys))
        where = ".".join(str(n) for n in (inner.element, inner.component) if n is not None)
        if placed is None or placed.step is None:
            where, qualifiers = "", "+" + placed.raw[4:12].partition("+")[0] if placed is not None else ""
        key = (position, tag, qualifiers, where, inner.code)
        if key in self.unexplained or len(self.unexplained) < MOST_UNEXPLAINED:
            self.unexplained.setdefault(key, Seen(inner.code, inner.message)).add(example)
        else:
            self.unexplained_others += 1


def _derived(item: Interpreted, value: Value, raw: str) -> str | None:
    """Return a count or reference that the document leaves out; None where the reading kept no elements."""
    return "".join(item.value(place) for place in value.places) or None if item.elements else None


class Fit:
    """An archive against the guides of a library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.files = 0
        self.unknown: Counter[str] = Counter()
        self.refused: list[tuple[str, str]] = []
        self.refused_others = 0
        self._guides: dict[str, GuideFit] = {}

    @property
    def guides(self) -> list[GuideFit]:
        """The guides that any message followed, by name."""
        return [self._guides[name] for name in sorted(self._guides)]

    @property
    def messages(self) -> int:
        """How many messages were held against a guide."""
        return sum(guide.messages for guide in self._guides.values())

    @property
    def contradicted(self) -> bool:
        """Tell whether anything in the archive speaks against a guide."""
        return any(
            guide.unexplained or any(row.contradictions or row.outside for row in guide.rows)
            for guide in self._guides.values()
        )

    def take(self, file: str, steps: Iterable[Step]) -> bool:
        """Add a file, as it is gone through; tell whether it held a message at all."""
        held = False
        for step in steps:
            if not isinstance(step, Checked):
                continue
            held = True
            if step.table is None or step.walk is None:
                self._unknown(step)
                continue
            mig = step.table.mig
            if mig.message not in self._guides:
                self._guides[mig.message] = GuideFit(mig)
            self._guides[mig.message].take(file, step)
        self.files += held
        return held

    def _unknown(self, done: Checked) -> None:
        kind = " ".join(filter(None, (":".join(done.message.type[:4]), done.summary.document)))
        self.unknown[kind if kind in self.unknown or len(self.unknown) < MOST_NAMED else "others"] += 1

    def refuse(self, file: str, reason: str) -> None:
        """Take note of a file that no message could be read from."""
        if len(self.refused) < MOST_NAMED:
            self.refused.append((file, reason))
        else:
            self.refused_others += 1
