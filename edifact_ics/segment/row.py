"""A segment position compiled: which use of it a segment is, and how a segment is put together from its values.

One `Row` for each position, guide and way of writing (delimiters, repertoire). Reading is `interpret`'s business.
"""

from __future__ import annotations

from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import Layout
from edifact_ics.guide.mig_tree import ANY, Condition, Segment, Use, Value
from edifact_ics.syntax.characters import Delimiters, split_elements


def component(elements: list[list[str]], place: Place) -> str:
    """Return a component of split elements by its 1-based place, "" where nothing was sent."""
    if place[0] >= len(elements) or place[1] > len(elements[place[0]]):
        return ""
    return elements[place[0]][place[1] - 1]


def cut(text: str, value: Value, capacity: list[int]) -> list[str]:
    """Return a value cut over its components: each filled up, but never with a blank at an edge (guide: run-on)."""
    if value.parts == "words":
        return _cut_words(text, capacity)
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


def _cut_words(text: str, capacity: list[int]) -> list[str]:
    """Return a value cut over its components; a blank at a cut is left out where the part, not being full, shows it."""
    parts: list[str] = []
    for size in capacity:
        end = size
        if len(text) > size and " " in text[size - 1 : size + 1]:
            blank = text.rfind(" ", 0, size)
            end = blank if blank > 0 else size
        parts.append(text[:end])
        text = text[end:].removeprefix(" ") if end < size else text[end:]
        if not text:
            break
    parts[-1] += text
    return parts


class Row:
    """A segment position compiled for one guide and one way of writing (delimiters, repertoire)."""

    def __init__(self, segment: Segment, layout: Layout, delimiters: Delimiters, syntax: str) -> None:
        self.segment = segment
        self.layout = layout
        self.delimiters = delimiters
        self.syntax = syntax
        self._by_key: dict[tuple[Place, ...], dict[tuple[str, ...], list[int]]] = {}
        self._keyless: list[int] = []
        self._open: list[tuple[int, Use]] = []  # uses that a component which holds anything tells from others
        self.fixed_checked = segment.tag != "UNH"  # the envelope judges the type of a message
        conditions: list[Condition] = []
        for index, use in enumerate(segment.uses):
            self._index_use(index, use)
            conditions += [c for c in use.when if c.position]
            conditions += [c for value in use.values for c in value.when if c.position]
        self.conditions = tuple(dict.fromkeys(conditions))
        # Where the segment that a use hangs below is missing, that was said already; the use is taken as it stands.
        below = {c for use in segment.uses for c in use.when}
        self.unseen = tuple(c in below or c.holds("") for c in self.conditions)
        self._one_key: tuple[Place, dict[str, list[int]]] | None = None
        if len(self._by_key) == 1 and len(next(iter(self._by_key))) == 1 and not self._open:
            place, uses = next(iter(self._by_key.items()))
            self._one_key = place[0], {key[0]: found for key, found in uses.items()}
        self.referred = False  # set where a condition of another row looks at this one
        self.keyed = bool(self._by_key)
        self.exclusive = self._is_exclusive()
        self.told_first = self._is_alone() and self._one_key is not None and self._one_key[0] == (1, 1)
        self.derived = any(value.derived for use in segment.uses for value in use.values)
        self.source = f"mig {layout.mig.message.lower()} {segment.position} {segment.tag}"

    def _index_use(self, index: int, use: Use) -> None:
        if not use.keys:
            self._keyless.append(index)
            return
        if any(ANY in c.values for c in use.keys):
            self._open.append((index, use))
            return
        table = self._by_key.setdefault(tuple(c.place for c in use.keys), {})
        combinations: list[tuple[str, ...]] = [()]
        for condition in use.keys:
            combinations = [(*done, v) for done in combinations for v in condition.values]
        for key in combinations:
            table.setdefault(key, []).append(index)

    def _is_exclusive(self) -> bool:
        """Tell whether a segment is one use at most, told by components that hold no value."""
        places = {place for places in self._by_key for place in places}
        apart = all(place not in places for use in self.segment.uses for v in use.values for place in v.places)
        return apart and self._is_alone()

    def _is_alone(self) -> bool:
        """Tell whether each key names one use, and all uses are told by the same components."""
        alone = all(len(found) == 1 for table in self._by_key.values() for found in table.values())
        return alone and len(self._by_key) + len(self._keyless) == 1 and not self._open

    # ------------------------------------------------------------------ reading

    def uses_in(self, raw: str) -> list[int]:
        """Return the indexes of the uses that the qualifiers of a segment name, looking no further than they stand."""
        d = self.delimiters
        if self._one_key is None or self._one_key[0][0] != 1 or d.release in raw:
            return self.uses_of(split_elements(raw, d)) if self._by_key or self._open else self._keyless
        (_, part), by_key = self._one_key
        first = raw.split(d.element, 2)
        parts = first[1].split(d.component, part) if len(first) > 1 else []
        return by_key.get(parts[part - 1] if len(parts) >= part else "") or self._keyless

    def uses_of(self, elements: list[list[str]]) -> list[int]:
        """Return the indexes of the uses that the segment's qualifiers name."""
        if self._one_key is not None:
            (element, part), by_key = self._one_key
            try:
                return by_key.get(elements[element][part - 1]) or self._keyless
            except IndexError:
                return by_key.get("") or self._keyless
        found: list[int] = []
        for places, table in self._by_key.items():
            found += table.get(tuple(component(elements, p) for p in places), ())
        found += [i for i, use in self._open if all(c.holds(component(elements, c.place)) for c in use.keys)]
        return found or self._keyless

    def key_places(self) -> list[Place]:
        """The places whose values tell the uses apart, the one that most uses look at first."""
        counts: dict[Place, int] = {}
        for places, table in self._by_key.items():
            for place in places:
                counts[place] = counts.get(place, 0) + len(table)
        for _, use in self._open:
            for condition in use.keys:
                counts[condition.place] = counts.get(condition.place, 0) + 1
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
        grid = {**texts, **(constants or {})}
        for use in uses:
            for condition in use.keys:
                if condition.values[0] != ANY:
                    grid.setdefault(condition.place, condition.values[0])
        for use in uses:
            for condition in use.fixed:
                if condition.place not in grid and self.is_fixed(use, condition.place, grid):
                    grid[condition.place] = condition.values[0]
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
