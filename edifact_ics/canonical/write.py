"""The way back: canonical XML to EDIFACT.

A document with trace is written as it was sent, byte for byte. One without, or one that was changed so that its
trace no longer covers it, is written in guide order: carriers are put in where the guide needs them, counts and
references are worked out. A file is read message by message, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from edifact_ics.canonical.arrange import Arranger, Bit, Box, CannotWrite
from edifact_ics.canonical.leaf import Leaf
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.canonical.retrace import Retracer, cut
from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import paths
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig_tree import Mig
from edifact_ics.segment.row import to_elements
from edifact_ics.segment.trace import PART, from_hex, insert, notes_by_segment, parse_note
from edifact_ics.segment.values import clean, marked
from edifact_ics.structure.table import Table
from edifact_ics.syntax.characters import STANDARD, Delimiters, join_elements, split_elements
from edifact_ics.syntax.repertoire import encode

_NS = "{" + NAMESPACE + "}"


Kept = tuple[int, str, list[tuple[Place, str]]]  # an Unmapped element: segment number, tag, place and text


_REMEMBERED = 10_000  # segments written


@lru_cache(maxsize=8)  # a writer that has written much holds some megabytes
def writer_of(library: Library, message: str, delimiters: Delimiters, syntax: str) -> Writer:
    """Return what writes the messages of a guide in one way of writing."""
    return Writer(library.load(message), delimiters, syntax)


class Writer:
    """Writes the messages of one guide.

    `table` is that guide compiled, for walking what was written and nothing else: of many segments it remembers only
    which use they are.
    """

    def __init__(self, mig: Mig, delimiters: Delimiters = STANDARD, syntax: str = "UNOC") -> None:
        self.table = Table(mig, delimiters, syntax)
        self._delimiters = delimiters
        self._syntax = syntax
        self._rows = {node.segment.position: node.row for node in self.table.nodes}
        self._uses = {use.id: (node, use) for node in self.table.nodes for use in node.segment.uses}
        self._order = Arranger(self.table.layout, self._rows)
        self._leaves: dict[tuple[str, ...], Leaf] = {}
        self._wraps: set[tuple[str, ...]] = set()
        self._containers: set[tuple[str, ...]] = set()
        layout = self.table.layout
        for path, use, value in paths(layout):
            self._leaves[path] = Leaf.of(use, value, self._uses[use.id][0].row)
            self._containers.update(path[:i] for i in range(1, len(path)))
            if layout.plans[use.id].wrap:
                self._wraps.add(path[:-1])
        self._frames = {frame.name: frame for frame in layout.frames.values() if frame.parent is not None}
        self._written: dict[tuple[object, ...], str] = {}
        uses = {name: (node.segment.position, use) for name, (node, use) in self._uses.items()}
        self._retracer = Retracer(self._leaves, uses, self._raw, self.table)

    # ------------------------------------------------------------------ a message

    def message(self, element: etree._Element) -> list[str]:
        """Return the segments of a message element, UNH to UNT, escaped and without terminators.

        Raise CannotWrite when the guide has no place for what the document holds.
        """
        sent = notes_by_segment(element.get("sent", ""))
        known = self.retraced(element, cut(etree.tostring(element, encoding="unicode", with_tail=False)))
        if known is not None:
            return known
        box = Box(self.table.layout.root)
        kept: list[Kept] = []
        self._read(element, box, (), kept)
        self._check_names(box)
        numbered = self._numbered(element, box, kept)
        if numbered is None:
            if kept:
                raise CannotWrite(f"{etree.QName(element).localname} holds Unmapped elements, whose place is not known")
            raws = [self._plain(bit) for bit in self._order.arrange(box)]
        else:
            raws = [self._raw(bit, sent.get(number, "")) for number, bit in enumerate(numbered, 1)]
        return self._closed(element, raws, sent)

    def retraced(self, element: etree._Element, parts: list[str]) -> list[str] | None:
        """Return the segments of a message by the parts of its text (`retrace.cut`), None where that takes more care.

        Trace attributes in the element are not looked at.
        """
        sent = notes_by_segment(element.get("sent", ""))
        raws = self._retracer.raws(parts, element, sent)
        return None if raws is None else self._closed(element, raws, sent)

    def _check_names(self, box: Box) -> None:
        """Refuse a value whose name does not apply in this message: it would be read back under another."""
        bits = list(_all_bits(box))
        for bit in bits:
            for value in bit.values:
                for condition in value.when:
                    said = [b.texts.get(condition.place, "") for b in bits if b.position == condition.position]
                    if not condition.holds(said[0] if said else ""):
                        raise CannotWrite(f"{value.name} cannot be sent here: the guide wants {condition.text}")

    def _closed(self, element: etree._Element, raws: list[str], sent: dict[int, str]) -> list[str]:
        """Add UNT, unless it was not sent."""
        if element.get("closed") == "no":
            return raws
        header = split_elements(raws[0], self._delimiters)
        reference = self._delimiters.escape(header[1][0]) if len(header) > 1 else ""
        count = count_sent(element.get("count", ""), len(raws) + 1)
        if element.get("trailer-reference") is not None:
            reference = self._delimiters.escape(from_hex(element.get("trailer-reference", "")))
        elements = [["UNT"], [count]]
        raw = join_elements(elements, self._delimiters) + (self._delimiters.element + reference if reference else "")
        return [*raws, with_insertions(raw, sent.get(len(raws) + 1, ""))]

    def _numbered(
        self, element: etree._Element, box: Box, kept: list[Kept]
    ) -> list[Bit | tuple[str, dict[Place, str]]] | None:
        """Return the segments by the numbers they had, or None when the trace does not cover them all."""
        found: dict[int, Bit | tuple[str, dict[Place, str]]] = {}
        for bit in _all_bits(box):
            if bit.number is None:
                return None
            other = found.get(bit.number)
            if isinstance(other, Bit):
                if other.position != bit.position:
                    return None
                other.uses += bit.uses
                other.texts.update(bit.texts)
            else:
                found[bit.number] = bit
        for item in element.get("carriers", "").split():
            digits, _, use_id = item.partition(":")
            if use_id not in self._uses or not digits.isdecimal() or int(digits) in found:
                return None
            node, use = self._uses[use_id]
            found[int(digits)] = Bit(node.segment.position, [use], {}, int(digits))
        for number, tag, places in kept:
            if not number:
                return None
            known = found.get(number)
            if isinstance(known, Bit):
                known.texts.update(places)
            elif known is not None:
                known[1].update(places)
            else:
                found[number] = (tag, dict(places))
        if sorted(found) != list(range(1, len(found) + 1)):
            return None
        return [found[number] for number in sorted(found)]

    def _raw(self, bit: Bit | tuple[str, dict[Place, str]], note: str) -> str:
        if isinstance(bit, Bit) and not note:
            return self._plain(bit)
        constants, script = parse_note(note)
        if isinstance(bit, Bit):
            elements = self._elements(bit, constants)
        else:
            tag, texts = bit
            elements = kept_elements(tag, {**texts, **constants})
        raw = join_elements(self._encoded(elements), self._delimiters)
        return insert(raw, script) if script else raw

    def _plain(self, bit: Bit) -> str:
        """Return a segment that was sent as it would be written. Most segments are like one written before."""
        key = (bit.position, *[use.id for use in bit.uses], *bit.texts.items())
        known = self._written.get(key)
        if known is None:
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            known = join_elements(self._encoded(self._elements(bit, {})), self._delimiters)
            self._written[key] = known
        return known

    def _encoded(self, elements: list[list[str]]) -> list[list[str]]:
        if self._delimiters.release == " ":
            wrong = next((text for parts in elements for text in parts if self._delimiters.special.search(text)), None)
            if wrong is not None:
                raise CannotWrite(f"{wrong[:40]!r} holds a service character, and there is no release character")
        try:
            return [[encode(text, self._syntax) for text in parts] for parts in elements]
        except UnicodeEncodeError as error:
            text = f"the character {error.object[error.start]!r} is not in the repertoire {self._syntax}"
            raise CannotWrite(text) from None

    def _elements(self, bit: Bit, constants: dict[Place, str]) -> list[list[str]]:
        return self._rows[bit.position].compose(bit.uses, bit.texts, constants)

    # ------------------------------------------------------------------ reading the elements

    def _read(self, element: etree._Element, box: Box, path: tuple[str, ...], kept: list[Kept]) -> None:
        for child in element:
            tag = child.tag
            name = tag[len(_NS) :] if isinstance(tag, str) and tag.startswith(_NS) else etree.QName(child).localname
            here = (*path, name)
            if name == "Unmapped":
                read_unmapped(child, kept)
                continue
            leaf = self._leaves.get(here)
            if leaf is not None:
                self._read_leaf(child, leaf, box, here)
                continue
            frame = self._frames.get(name)
            if frame is not None:
                below = Box(frame)
                box.boxes.append(below)
                self._read(child, below, here, kept)
            elif here in self._wraps:
                self._read_wrap(child, box, here, kept)
            elif here in self._containers:
                self._read(child, box, here, kept)
            else:
                raise CannotWrite(f"the guide {self.table.mig.message} has no element {'/'.join(here)}")

    def _read_wrap(self, element: etree._Element, box: Box, path: tuple[str, ...], kept: list[Kept]) -> None:
        """Read a container that one segment fills, with what hangs below that segment."""
        inside = Box(box.frame)
        self._read(element, inside, path, kept)
        for bit in inside.bits[1:]:
            if bit.position != inside.bits[0].position:
                bit.parent = inside.bits[0]
        box.bits += inside.bits

    def _read_leaf(self, element: etree._Element, leaf: Leaf, box: Box, path: tuple[str, ...]) -> None:
        text = clean(element.text or "")
        if not text:
            return
        use, value, position = leaf.use, leaf.value, leaf.position
        numbers = [int(n) for n in (element.get("seg") or "").split() if n.isdecimal()]
        remembered = element.get("sent")
        if remembered is None and len(text) <= leaf.room:
            pieces = [[marked(value, text, self._delimiters.decimal)]]
        else:
            sent = from_hex(remembered) if remembered is not None else None
            pieces = leaf.pieces(text, sent, self._delimiters.decimal)
        for index, parts in enumerate(pieces):
            number = numbers[index] if index < len(numbers) else None
            bit = None if (value.many and value.parts != "each") or index else box.shared.get(use.id)
            if value.parts == "each" and remembered is None and bit is not None:
                parts = [""] * sum(place in bit.texts for place in value.places) + parts
                bit = bit if len(parts) <= len(value.places) else None
                parts = parts[-1:] if bit is None else parts
            if bit is None or (number is not None and bit.number != number):
                bit = Bit(position, [use], {}, number)
                box.bits.append(bit)
                box.shared[use.id] = bit
            for other in bit.values if leaf.rivals else ():
                if set(other.places) & set(value.places) and other is not value:
                    raise CannotWrite(f"{other.name} and {value.name} share one place, so only one can be sent")
            bit.values.append(value)
            for place, part in zip(value.places, parts, strict=False):
                if part:
                    bit.texts[place] = part


def _all_bits(box: Box) -> Iterator[Bit]:
    yield from box.bits
    for below in box.boxes:
        yield from _all_bits(below)


def count_sent(remembered: str, count: int) -> str:
    """Return a count as it was sent, if it was sent so for as many segments or messages as there are now."""
    text, _, held = from_hex(remembered).partition(" of ")
    return text if held == str(count) else str(count)


def read_unmapped(element: etree._Element, kept: list[Kept]) -> None:
    """Add what an Unmapped element keeps: the number of its segment (0: not known), its tag, a place and its text."""
    number = int(element.get("seg") or 0)
    tag = from_hex(element.get("tag") or "")
    text = from_hex(element.get("sent") or "") if element.get("sent") is not None else element.text or ""
    place = element.get("at")
    places: list[tuple[Place, str]] = []
    if place:
        first, _, second = place.partition(".")
        places.append(((int(first), int(second)), text))
    kept.append((number, tag, places))


def kept_elements(tag: str, texts: dict[Place, str]) -> list[list[str]]:
    """Return the elements of a segment that was kept as Unmapped; its tag may hold components of its own."""
    elements = to_elements("", texts)
    elements[0] = tag.split(PART)
    return elements


def with_insertions(raw: str, note: str) -> str:
    """Return a segment with the service characters put in that a note remembers."""
    _, script = parse_note(note)
    return insert(raw, script) if script else raw
