"""A segment position compiled: which use of it a segment is, and how a segment is put together from its values.

One `Row` for each position, guide and way of writing (delimiters, repertoire). Reading is `interpret`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass

from edifact_ics.directory import Place
from edifact_ics.layout import Layout, written
from edifact_ics.mig import Condition, Segment, Use, Value
from edifact_ics.syntax import Delimiters, split_elements


def component(elements: list[list[str]], place: Place) -> str:
    """Return a component of split elements by its 1-based place, "" where nothing was sent."""
    if place[0] >= len(elements) or place[1] > len(elements[place[0]]):
        return ""
    return elements[place[0]][place[1] - 1]


def cut(text: str, value: Value, capacity: list[int]) -> list[str]:
    """Return a value cut over its components: each filled up, but never with a blank at an edge (guide: run-on)."""
    parts: list[str] = []
    rest = text
    for size in capacity:
        end = min(size, len(rest))
        if end < len(rest):
            early = end
            while early > 1 and " " in (rest[early - 1], rest[early]):
                early -= 1
            end = early if early > 1 else end
        parts.append(rest[:end])
        rest = rest[end:]
    if rest:  # keeping blanks off the edges took too much room
        parts, rest = [], text
        for size in capacity:
            parts.append(rest[:size])
            rest = rest[size:]
        parts[-1] += rest
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


@dataclass(frozen=True, slots=True)
class Plain:
    """What it takes to read one value of a use where nothing is out of the ordinary.

    `slot` is its place in the frame (that of its container, if one segment fills it; -1 if it is not written to XML),
    `start` and `end` its tags. `room` is what its component holds.
    """

    value: Value
    place: Place
    more: bool
    room: int
    element: str
    slot: int
    start: str
    end: str


class Row:
    """A segment position compiled for one guide and one way of writing (delimiters, repertoire)."""

    def __init__(self, segment: Segment, layout: Layout, delimiters: Delimiters, syntax: str) -> None:
        self.segment = segment
        self.layout = layout
        self.delimiters = delimiters
        self.syntax = syntax
        self._by_key: dict[tuple[Place, ...], dict[tuple[str, ...], list[int]]] = {}
        self._keyless: list[int] = []
        self.fixed_checked = segment.tag != "UNH"  # the envelope judges the type of a message
        self._mandatory = tuple(
            (number, slot.mandatory, tuple(i for i, element in enumerate(slot.components, 1) if element.mandatory))
            for number, slot in enumerate(segment.type.slots, 1)
            if slot.mandatory or any(element.mandatory for element in slot.components)
        )
        conditions: list[Condition] = []
        for index, use in enumerate(segment.uses):
            self._index_use(index, use)
            conditions += [c for c in use.when if c.position]
            conditions += [c for value in use.values for c in value.when if c.position]
        self.conditions = tuple(dict.fromkeys(conditions))
        # Where the segment that a use hangs below is missing, that was said already; the use is taken as it stands.
        below = {c for use in segment.uses for c in use.when}
        self.unseen = tuple(c in below or c.holds("") for c in self.conditions)
        self.plain = tuple(self._plain(use) for use in segment.uses)
        self.source = f"mig {layout.mig.message.lower()} {segment.position} {segment.tag}"

    def _index_use(self, index: int, use: Use) -> None:
        if not use.keys:
            self._keyless.append(index)
            return
        table = self._by_key.setdefault(tuple(c.place for c in use.keys), {})
        combinations: list[tuple[str, ...]] = [()]
        for condition in use.keys:
            combinations = [(*done, v) for done in combinations for v in condition.values]
        for key in combinations:
            table.setdefault(key, []).append(index)

    def _plain(self, use: Use) -> tuple[Plain, ...] | None:
        """Return how to read the values of a use in the plain case; None where there is no such case."""
        plan = self.layout.plans.get(use.id)
        special = any(v.when or v.segments > 1 for v in use.values) or (plan is not None and plan.joins)
        if not use.values or special:
            return None
        found = []
        order = written(use)
        for value in use.values:
            place = value.places[0]
            element = self.segment.type.element(place)
            slot = -1
            if plan is not None and not value.derived:
                slot = plan.slot if plan.wrap else plan.slots[order.index(value)]
            ends = (f"<{value.xml}", f"</{value.xml}>")
            found.append(Plain(value, place, len(value.places) > 1, element.format.most, element.id, slot, *ends))
        return tuple(found)

    # ------------------------------------------------------------------ reading

    def uses_of(self, elements: list[list[str]]) -> list[int]:
        """Return the indexes of the uses that the segment's qualifiers name."""
        found: list[int] = []
        for places, table in self._by_key.items():
            found += table.get(tuple(component(elements, p) for p in places), ())
        return found or self._keyless

    def is_whole(self, elements: list[list[str]]) -> bool:
        """Tell whether no element or component that the directory makes mandatory is missing."""
        for number, whole, parts in self._mandatory:
            sent = elements[number] if number < len(elements) else ()
            if any(sent):
                if any(part > len(sent) or not sent[part - 1] for part in parts):
                    return False
            elif whole:
                return False
        return True

    def key_places(self) -> list[Place]:
        """The places whose values tell the uses apart, the one that most uses look at first."""
        counts: dict[Place, int] = {}
        for places, table in self._by_key.items():
            for place in places:
                counts[place] = counts.get(place, 0) + len(table)
        return sorted(counts, key=lambda p: -counts[p])

    def matches(self, raw: str) -> bool:
        """Tell whether the qualifiers of a segment name a use of this row."""
        return bool(self.uses_of(split_elements(raw, self.delimiters)))

    # ------------------------------------------------------------------ writing

    def compose(
        self, uses: list[Use], texts: dict[Place, str], constants: dict[Place, str] | None = None
    ) -> list[list[str]]:
        """Return the elements of a segment, tag first: its values, its qualifiers and what is fixed around them.

        `constants` overrides what is fixed, as a segment was sent.
        """
        grid = dict(texts)
        for use in uses:
            for condition in use.keys:
                grid.setdefault(condition.place, condition.values[0])
        for use in uses:
            for condition in use.fixed:
                if condition.place not in grid and self.is_fixed(use, condition.place, grid):
                    grid[condition.place] = condition.values[0]
        grid.update(constants or {})
        return to_elements(self.segment.tag, grid)

    def is_fixed(self, use: Use, place: Place, grid: dict[Place, str]) -> bool:
        """Tell whether a fixed component must be there: always, unless its composite has values and none was sent."""
        element = place[0]
        mates = [p for p, text in grid.items() if p[0] == element and p != place and text]
        if mates:
            return True
        return not any(p[0] == element for value in use.values for p in value.places)

    def capacity(self, value: Value) -> list[int]:
        """The characters each component of a value holds."""
        return [self.segment.type.element(p).format.most for p in value.places]


def to_elements(tag: str, grid: dict[Place, str]) -> list[list[str]]:
    """Return texts by place as elements, tag first."""
    elements: list[list[str]] = [[tag]]
    for (element, number), text in sorted(grid.items()):
        while len(elements) <= element:
            elements.append([""])
        parts = elements[element]
        parts.extend([""] * (number - len(parts)))
        parts[number - 1] = text
    return elements
