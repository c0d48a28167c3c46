"""A message in our own form, every element with the number of its segment: written from its text at one stroke.

The text is cut at the numbers. What stands from the name of one segment's first element to that of the next is a
stretch; a stretch seen before costs one look-up. What is in any other form, or would be refused, is left to the careful
way (`write`): here it is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from operator import ne

from lxml import etree

from edifact_ics.canonical.arrange import Bit, CannotWrite
from edifact_ics.canonical.leaf import Leaf
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.canonical.mould import Mould
from edifact_ics.guide.mig_tree import Condition, Use
from edifact_ics.structure.table import Table

_NUMBER = re.compile(r' seg="([1-9][0-9]{0,6})">')
_APART = "\n"  # between the parts of a stretch that belong to one segment
_TAGS = re.compile(r"(<[^\n]*\n?)")  # what stands behind a text of a stretch
_INDENT = re.compile(r">\s+<")
_MOST = 40  # elements of a segment
_MOULDS = 2_000
_LONGEST = 600  # that is remembered
_REMEMBERED = 20_000  # stretches, and ways between elements


class _Level(dict[str, "Leaf | _Level"]):
    """What may stand in an element, by name; and the places in it where a stretch may begin."""

    def __init__(self, above: _Level | None = None) -> None:
        self.above = above
        self.places: dict[str, _Place] = {}


class _Place(dict[str, "_Said"]):
    """Where a stretch begins, with what was read there before: at a leaf of a level; at the end of it all at none."""

    def __init__(self, level: _Level, leaf: Leaf | None, name: str) -> None:
        self.level = level
        self.leaf = leaf
        self.name = name
        self.ways: dict[str, tuple[Mould, _Place]] = {}  # by what stands between the texts of a stretch


# What a stretch says: the segment, where the next one begins, and what the names in it want of other segments.
_Said = tuple[str, _Place, tuple[Condition, ...]]


class Retracer:
    """Writes messages of one guide whose trace is whole.

    `leaves` are the elements by path, `uses` the position and use that an id names; `raw` writes one segment with a
    note on how it was sent ("" for none).
    """

    def __init__(
        self,
        leaves: dict[tuple[str, ...], Leaf],
        uses: dict[str, tuple[str, Use]],
        raw: Callable[[Bit, str], str],
        table: Table,
    ) -> None:
        self._uses = uses
        self._raw = raw
        self._table = table
        self._root = _Level()
        self._start = _Place(self._root, None, "")
        self._places: list[_Place] = []
        self._held = 0
        self._moulds: dict[tuple[Leaf, ...], Mould] = {}
        self._carriers: dict[str, str] = {}
        for path, leaf in leaves.items():
            level = self._root
            for name in path[:-1]:
                below = level.setdefault(name, _Level(level))
                if isinstance(below, Leaf):
                    break
                level = below
            else:
                level[path[-1]] = leaf
        self._sources = dict(_sources(leaves))

    def raws(self, parts: list[str], element: etree._Element, sent: dict[int, str]) -> list[str] | None:
        """Return the segments of a message without UNT, by the parts of its text (see `cut`).

        `sent` are the notes on segments by number. None: not this way.
        """
        numbers, carriers = parts[1::2], element.get("carriers", "").split()
        if not numbers:
            return None
        wanted = set[Condition]()
        raws = [""] * (len(carriers) + 2 + sum(map(ne, numbers, islice(numbers, 1, None))))  # by number
        try:
            for item in carriers:
                number, _, use_id = item.partition(":")
                if not number.isdecimal():
                    return None
                raws[int(number)] = self._carrier(use_id, sent.get(int(number), ""))
            place = self._moved(self._root, parts[0][1:].split("><"))
            number, stretch = numbers[0], parts[2]
            for following, more in zip((*numbers[1:], ""), (*parts[4::2], ""), strict=True):
                if following == number:
                    stretch += _APART + more
                    continue
                raw, after, wants = place.get(stretch) or self._read(place, stretch)
                if wants:
                    wanted.update(wants)
                if sent and int(number) in sent:
                    raw = self._noted(place, stretch, sent[int(number)])
                raws[int(number)] = raw
                place, number, stretch = after, following, more
        except (CannotWrite, KeyError, ValueError, IndexError):
            return None
        del raws[0]
        held = all(condition.holds(element.findtext(self._sources[condition]) or "") for condition in wanted)
        return raws if held and all(raws) else None

    def _read(self, place: _Place, stretch: str) -> _Said:
        """Return what a stretch unlike any before says.

        Raise KeyError where it is not in our form, CannotWrite where it takes a closer look.
        """
        mould, texts, after = self._parsed(place, stretch)
        raw = mould.raw(texts)
        if raw is None:
            raise CannotWrite(stretch)
        known = raw, after, mould.wants
        if len(stretch) <= _LONGEST:
            if self._held >= _REMEMBERED:
                self._forget()
            place[stretch] = known
            self._held += 1
        return known

    def _parsed(self, place: _Place, stretch: str) -> tuple[Mould, list[str], _Place]:
        """Return what writes a stretch, its texts, and where it ends."""
        text, _, moves = stretch.partition("<")
        texts = [text]
        if _APART in moves:
            pieces = _TAGS.split(stretch)
            texts, moves = pieces[:-1:2], "".join(pieces[1::2])
        way = place.ways.get(moves)
        if way is None:
            way = self._way(place, moves)
            if len(stretch) <= _LONGEST:
                place.ways[moves] = way
                self._held += 1
        return way[0], texts, way[1]

    def _way(self, place: _Place, moves: str) -> tuple[Mould, _Place]:
        """Return what writes stretches in which these tags stand behind the texts, and where they end."""
        leaves: list[Leaf] = []
        for one in moves.split(_APART):
            closed, *steps = one.removeprefix("<").split("><")
            if place.leaf is None or closed.rstrip(">") != f"/{place.name}":
                raise KeyError(one)
            leaves.append(place.leaf)
            if one.endswith(">"):  # the end of the message
                steps = [*steps[:-1], steps[-1][:-1], ""] if steps else [""]
            place = self._moved(place.level, steps)
        key = tuple(leaves)
        if len(key) > _MOST:
            raise KeyError(key)
        mould = self._moulds.get(key)
        if mould is None:
            if len(self._moulds) >= _MOULDS:
                self._forget()
                self._moulds.clear()
            mould = self._moulds[key] = Mould(key, self._table, self._raw)
        if not self._sources.keys() >= {*mould.wants}:
            raise KeyError(key)
        return mould, place

    def _moved(self, level: _Level, steps: list[str]) -> _Place:
        """Return the place at the end of some tags, without their brackets: at the last of them, a leaf."""
        *moves, name = steps
        for step in moves:
            below = level.above if step[:1] == "/" else level[step]
            if not isinstance(below, _Level):
                raise KeyError(step)
            level = below
        place = level.places.get(name)
        if place is None:
            leaf = level[name] if name else None
            if isinstance(leaf, _Level):
                raise KeyError(name)
            place = level.places[name] = _Place(level, leaf, name)
            self._places.append(place)
        return place

    def _noted(self, place: _Place, stretch: str, note: str) -> str:
        """Return a segment with a note on how it was sent."""
        mould, texts, _ = self._parsed(place, stretch)
        bit = mould.bit(texts)
        if bit is None:
            raise CannotWrite(stretch)
        return self._raw(bit, note)

    def _carrier(self, use_id: str, note: str) -> str:
        raw = self._carriers.get(use_id)
        if raw is None or note:
            position, use = self._uses[use_id]
            raw = self._raw(Bit(position, [use]), note)
            if not note:
                self._carriers[use_id] = raw
        return raw

    def _forget(self) -> None:
        self._held = 0
        for place in self._places:
            place.clear()
            place.ways.clear()


def _sources(leaves: dict[tuple[str, ...], Leaf]) -> Iterator[tuple[Condition, str]]:
    """Give the conditions that names put on other segments, each with the path of the element that brings that text.

    A condition on what no element, or more than one, may bring is left out.
    """
    for condition in {condition for leaf in leaves.values() for condition in leaf.value.when}:
        found = [
            path
            for path, leaf in leaves.items()
            if leaf.position == condition.position and condition.place in leaf.value.places
        ]
        if len(found) == 1 and leaves[found[0]].room:
            yield condition, "/".join(f"{{{NAMESPACE}}}{name}" for name in found[0])


def cut(text: str) -> list[str]:
    """Return the text inside the element of a message, cut at the numbers of segments: text and number in turn."""
    inner = text[text.find(">") + 1 : text.rfind("<")]
    if "\n" in inner:
        inner = _INDENT.sub("><", inner).strip()
    return _NUMBER.split(inner)
