"""A message in our own form, every element with the number of its segment: written from its text at one stroke.

What is in any other form, or would be refused, is left to the careful way (`write`): here it is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from edifact_ics.canonical.arrange import Bit, CannotWrite
from edifact_ics.canonical.leaf import Leaf
from edifact_ics.guide.mig_tree import Use
from edifact_ics.segment.values import clean, marked
from edifact_ics.syntax.characters import Delimiters

# An element that holds text; else the start or the end of one that holds elements.
_TOKEN = re.compile(r'<([A-Za-z0-9]+) seg="([1-9][0-9]{0,6})">([^<]+)</\1>|<(/?[A-Za-z0-9]+)>')
_SLOTS = 8
_MARK = re.compile("[\\x01-\\x08]")  # a slot in a template to be
_REMEMBERED = 20_000  # segments written

Said = tuple[Leaf | str, ...]  # what a document says of one segment: leaves and their texts in turn


class _Level(dict[str, "Leaf | _Level"]):
    """What may stand in an element, by name."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A segment with slots: `order` is the element that fills each, `rooms` the characters each element may have."""

    text: str
    order: list[int]
    rooms: list[int]

    def filled(self, texts: Said, delimiters: Delimiters) -> str | None:
        """Return the segment with these texts, or None where one of them takes a closer look."""
        released: list[str] = []
        for text, room in zip(texts, self.rooms, strict=True):
            assert isinstance(text, str)
            if text.isalnum() and text.isascii():
                released.append(text)
            elif "&" in text or not text.isascii() or clean(text) != text:
                return None
            else:
                released.append(delimiters.escape(text))
            if room and len(text) > room:
                return None
        return self.text % tuple([released[index] for index in self.order])


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
        delimiters: Delimiters,
    ) -> None:
        self._uses = uses
        self._raw = raw
        self._root = _Level()
        self._delimiters = delimiters
        self._written: dict[Said, str | None] = {}
        self._templates: dict[Said, _Template | None] = {}
        self._carriers: dict[str, str] = {}
        for path, leaf in leaves.items():
            level = self._root
            for name in path[:-1]:
                below = level.setdefault(name, _Level())
                if isinstance(below, Leaf):
                    break
                level = below
            else:
                level[path[-1]] = leaf

    def raws(self, element: etree._Element, sent: dict[int, str]) -> list[str] | None:
        """Return the segments of a message without UNT; `sent` are the notes on them by number. None: not this way."""
        said = self._said(etree.tostring(element, encoding="unicode", with_tail=False))
        if said is None:
            return None
        found: dict[int, str] = {}
        written = self._written
        try:
            for item in element.get("carriers", "").split():
                digits, _, use_id = item.partition(":")
                found[int(digits)] = self._carrier(use_id, sent.get(int(digits), ""))
            carriers = len(found)
            for digits, what in said.items():
                number = int(digits)
                raw = written[what] if what in written else self._remember(what)
                if number in sent:
                    bit = _bit(what, self._delimiters.decimal)
                    raw = self._raw(bit, sent[number]) if bit is not None else None
                if raw is None:
                    return None
                found[number] = raw
            if len(found) != carriers + len(said):
                return None
            return [found[number] for number in range(1, len(found) + 1)]
        except (CannotWrite, KeyError, ValueError):
            return None

    def _said(self, text: str) -> dict[str, Said] | None:
        """Return what a message says of its segments, by number; None where it is not in our form."""
        said: dict[str, Said] = {}
        level, above = self._root, list[_Level]()
        start = text.find(">") + 1
        end = text.rfind("<")
        leaves = others = 0
        for name, number, value, other in _TOKEN.findall(text, start, end) if start <= end else ():
            if other:
                others += 1
                if other[0] == "/":
                    level = above.pop() if above else self._root
                    continue
                below = level.get(other)
                if below.__class__ is not _Level:
                    return None
                above.append(level)
                level = below
                continue
            leaves += 1
            leaf = level.get(name)
            if leaf.__class__ is not Leaf:
                return None
            before = said.get(number)
            said[number] = (leaf, value) if before is None else (*before, leaf, value)
        return said if text.count("<", start, end) == 2 * leaves + others else None

    def _remember(self, what: Said) -> str | None:
        """Write a segment unlike any before: by a template for its elements, or with care."""
        if len(self._written) >= _REMEMBERED:
            self._written.clear()
        leaves, texts = what[::2], what[1::2]
        known = leaves in self._templates
        template = self._templates[leaves] if known else None
        raw = template.filled(texts, self._delimiters) if template is not None else None
        if raw is None:
            bit = _bit(what, self._delimiters.decimal)
            try:
                raw = self._raw(bit, "") if bit is not None else None
            except CannotWrite:
                raw = None
            if raw is not None and not known:
                self._templates[leaves] = self._template(what)
        self._written[what] = raw
        return raw

    def _template(self, what: Said) -> _Template | None:
        """Return the template of segments that bring the same elements; None where each text takes a closer look."""
        leaves = [leaf for leaf in what if isinstance(leaf, Leaf)]
        marks = [chr(number) for number in range(1, len(leaves) + 1)]
        taken = set(self._delimiters.special_characters)
        if (
            len(marks) > _SLOTS
            or self._delimiters.release == " "
            or self._delimiters.decimal != "."
            or taken & set(marks)
        ):
            return None
        bit = Bit(leaves[0].position, [leaves[0].use])
        for leaf, mark in zip(leaves, marks, strict=True):
            if not leaf.room and not leaf.value.code:
                return None
            bit.texts[leaf.value.places[0]] = leaf.value.code or mark
        raw = self._raw(bit, "")
        order = [ord(char) - 1 for char in raw if char in marks]
        return _Template(_MARK.sub("%s", raw.replace("%", "%%")), order, [leaf.room for leaf in leaves])

    def _carrier(self, use_id: str, note: str) -> str:
        raw = self._carriers.get(use_id)
        if raw is None or note:
            position, use = self._uses[use_id]
            raw = self._raw(Bit(position, [use]), note)
            if not note:
                self._carriers[use_id] = raw
        return raw


def _bit(what: Said, decimal: str) -> Bit | None:
    """Return the segment of which a document says this; None where it takes a closer look."""
    bit: Bit | None = None
    for leaf, text in zip(what[::2], what[1::2], strict=True):
        assert isinstance(leaf, Leaf)
        assert isinstance(text, str)
        value = leaf.value
        if value.parts == "each" or value.when or (bit is not None and bit.uses[0] is not leaf.use):
            return None
        if bit is None:
            bit = Bit(leaf.position, [leaf.use])
        elif value.many or any(set(other.places) & set(value.places) for other in bit.values):
            return None
        text = clean(_unescaped(text))
        fits = len(text) <= leaf.room
        pieces = [[marked(value, text, decimal)]] if fits else leaf.pieces(text, None, decimal)
        if not text or len(pieces) != 1:
            return None
        bit.values.append(value)
        bit.texts.update((place, part) for place, part in zip(value.places, pieces[0], strict=False) if part)
    return bit


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r")
    return text.replace("&amp;", "&")
