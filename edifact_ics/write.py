"""The way back: canonical XML to EDIFACT.

A document with trace is written as it was sent, byte for byte. One without, or one that was changed so that its
trace no longer covers it, is written in guide order: carriers are put in where the guide needs them, counts and
references are worked out. A file is read message by message, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from edifact_ics.canonical import NAMESPACE
from edifact_ics.directory import Place
from edifact_ics.layout import Frame, paths
from edifact_ics.mig import Condition, Group, Mig, Segment, Use, Value
from edifact_ics.row import Row, cut, to_elements
from edifact_ics.syntax import STANDARD, Delimiters, encode, join_elements, split_elements
from edifact_ics.table import Node, Table
from edifact_ics.trace import PART, SEGMENT_PART, from_hex, insert, notes_by_segment, parse_note
from edifact_ics.values import clean

_NS = "{" + NAMESPACE + "}"


class CannotWrite(Exception):
    """A document that cannot be written as EDIFACT; the text says what is missing or too much."""


@dataclass(slots=True)
class Bit:
    """One segment to be: the uses it is, its texts by place, and the number it had (None: not known)."""

    position: str
    uses: list[Use]
    texts: dict[Place, str] = field(default_factory=dict)
    number: int | None = None
    parent: Bit | None = None
    values: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Box:
    """A frame of a document: the bits in it in document order, and the frames below it."""

    frame: Frame
    bits: list[Bit] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    shared: dict[str, Bit] = field(default_factory=dict)


Kept = tuple[int, str, list[tuple[Place, str]]]  # an Unmapped element: segment number, tag, place and text


@dataclass(frozen=True, slots=True)
class _Leaf:
    """Where a named element goes."""

    use: Use
    value: Value
    row: Row


class Writer:
    """Writes the messages of one guide."""

    def __init__(self, mig: Mig, delimiters: Delimiters = STANDARD, syntax: str = "UNOC") -> None:
        self._table = Table(mig, delimiters, syntax)
        self._delimiters = delimiters
        self._syntax = syntax
        self._rows = {node.segment.position: node.row for node in self._table.nodes}
        self._nodes: dict[str, Node] = {node.segment.position: node for node in self._table.nodes}
        self._uses = {use.id: (node, use) for node in self._table.nodes for use in node.segment.uses}
        self._leaves: dict[tuple[str, ...], _Leaf] = {}
        self._wraps: set[tuple[str, ...]] = set()
        self._containers: set[tuple[str, ...]] = set()
        layout = self._table.layout
        for path, use, value in paths(layout):
            self._leaves[path] = _Leaf(use, value, self._rows[self._uses[use.id][0].segment.position])
            self._containers.update(path[:i] for i in range(1, len(path)))
            if layout.plans[use.id].wrap:
                self._wraps.add(path[:-1])
        self._frames = {frame.name: frame for frame in layout.frames.values() if frame.parent is not None}

    # ------------------------------------------------------------------ a message

    def message(self, element: etree._Element) -> list[str]:
        """Return the segments of a message element, UNH to UNT, escaped and without terminators.

        Raise CannotWrite when the guide has no place for what the document holds.
        """
        box = Box(self._table.layout.root)
        kept: list[Kept] = []
        self._read(element, box, (), kept)
        self._check_names(box)
        sent = notes_by_segment(element.get("sent", ""))
        numbered = self._numbered(element, box, kept)
        if numbered is None:
            if kept:
                raise CannotWrite(f"{etree.QName(element).localname} holds Unmapped elements, whose place is not known")
            elements = [self._elements(bit, {}) for bit in self._arrange(box)]
            raws = [join_elements(self._encoded(e), self._delimiters) for e in elements]
        else:
            raws = [self._raw(bit, sent.get(number, "")) for number, bit in enumerate(numbered, 1)]
        return self._closed(element, raws, sent)

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
        constants, script = parse_note(note)
        if isinstance(bit, Bit):
            elements = self._elements(bit, constants)
        else:
            tag, texts = bit
            elements = kept_elements(tag, {**texts, **constants})
        raw = join_elements(self._encoded(elements), self._delimiters)
        return insert(raw, script) if script else raw

    def _encoded(self, elements: list[list[str]]) -> list[list[str]]:
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
            name = etree.QName(child).localname
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
                raise CannotWrite(f"the guide {self._table.mig.message} has no element {'/'.join(here)}")

    def _read_wrap(self, element: etree._Element, box: Box, path: tuple[str, ...], kept: list[Kept]) -> None:
        """Read a container that one segment fills, with what hangs below that segment."""
        inside = Box(box.frame)
        self._read(element, inside, path, kept)
        for bit in inside.bits[1:]:
            if bit.position != inside.bits[0].position:
                bit.parent = inside.bits[0]
        box.bits += inside.bits

    def _read_leaf(self, element: etree._Element, leaf: _Leaf, box: Box, path: tuple[str, ...]) -> None:
        text = clean(element.text or "")
        if not text:
            return
        use, value = leaf.use, leaf.value
        numbers = [int(n) for n in (element.get("seg") or "").split() if n.isdecimal()]
        remembered = element.get("sent")
        pieces = self._pieces(leaf, text, from_hex(remembered) if remembered is not None else None)
        position = self._uses[use.id][0].segment.position
        for index, parts in enumerate(pieces):
            number = numbers[index] if index < len(numbers) else None
            bit = None if value.many or index else box.shared.get(use.id)
            if bit is None or (number is not None and bit.number != number):
                bit = Bit(position, [use], {}, number)
                box.bits.append(bit)
                box.shared[use.id] = bit
            for other in bit.values:
                if set(other.places) & set(value.places) and other is not value:
                    raise CannotWrite(f"{other.name} and {value.name} share one place, so only one can be sent")
            bit.values.append(value)
            for place, part in zip(value.places, parts, strict=False):
                if part:
                    bit.texts[place] = part

    @staticmethod
    def _pieces(leaf: _Leaf, text: str, remembered: str | None) -> list[list[str]]:
        """Return the components of a value for each segment it takes."""
        value = leaf.value
        if value.code:
            return [[value.code]]
        if remembered is not None:
            pieces = [piece.split(PART) for piece in remembered.split(SEGMENT_PART)]
            if clean("".join("".join(p) for p in pieces)) == text and len(pieces) <= value.segments:
                return pieces
        capacity = leaf.row.capacity(value)
        if value.segments == 1:
            return [cut(text, value, capacity)]
        whole = cut(text, value, [sum(capacity)] * value.segments)
        return [cut(part, value, capacity) for part in whole]

    # ------------------------------------------------------------------ guide order

    def _arrange(self, box: Box) -> list[Bit]:
        """Return the segments of a message in guide order, carriers put in, without UNT."""
        return [bit for bit in self._contents(self._table.mig.root, box, None) if bit.position != self._last_position]

    @property
    def _last_position(self) -> str:
        return self._table.nodes[-1].segment.position

    def _contents(self, group: Group, box: Box, trigger: Bit | None) -> list[Bit]:
        """Return the segments of a group (or message) that a box fills; `trigger` is its first one, if any."""
        out: list[Bit] = [trigger] if trigger else []
        for child in group.children[1 if trigger else 0 :]:
            if isinstance(child, Segment):
                bits = [bit for bit in box.bits if bit.position == child.position]
                if not bits and child.mandatory:
                    bits = [Bit(child.position, [child.uses[0]])]
                out += bits
            else:
                out += self._group(child, box)
        return out

    def _group(self, group: Group, box: Box) -> list[Bit]:
        frame = self._table.layout.frames_of(group)
        if frame is not None:
            out: list[Bit] = []
            for below in box.boxes:
                if below.frame is frame:
                    heads = [bit for bit in below.bits if bit.position == group.trigger.position]
                    head = heads[0] if heads else Bit(group.trigger.position, [group.trigger.uses[0]])
                    out += self._contents(group, below, head)
            return out
        instances = self._instances(group, box)
        return [bit for instance in instances for bit in instance]

    def _instances(self, group: Group, box: Box) -> list[list[Bit]]:
        """Return the instances of a group without a container of its own: each value opens one, the rest hang below."""
        trigger = group.trigger
        heads = [bit for bit in box.bits if bit.position == trigger.position]
        below: dict[int, list[list[Bit]]] = {id(bit): [] for bit in heads}
        for child in group.children[1:]:
            if isinstance(child, Segment):
                self._hang(child, [b for b in box.bits if b.position == child.position], group, heads, below)
            elif self._table.layout.frames_of(child) is not None:
                inner = self._group(child, box)
                if inner:
                    below[id(self._last_head(group, heads, below))].append(inner)
            else:
                for instance in self._instances(child, box):
                    owner = instance[0].parent
                    known = owner is not None and id(owner) in below
                    head = owner if owner is not None and known else self._last_head(group, heads, below)
                    below[id(head)].append(instance)
        found = [[head, *(bit for part in below[id(head)] for bit in part)] for head in heads]
        return [self._with_carriers(group, instance) for instance in found]

    @staticmethod
    def _with_carriers(group: Group, instance: list[Bit]) -> list[Bit]:
        """Put in the segments that only carry the ones behind them in a group (CTA in front of COM)."""
        for child in group.children[1:]:
            if not isinstance(child, Segment) or not child.uses[0].carrier or child.uses[0].values:
                continue
            behind = [i for i, bit in enumerate(instance) if bit.position > child.position]
            if behind and all(bit.position != child.position for bit in instance):
                instance.insert(behind[0], Bit(child.position, [child.uses[0]]))
        return instance

    def _hang(
        self, child: Segment, bits: list[Bit], group: Group, heads: list[Bit], below: dict[int, list[list[Bit]]]
    ) -> None:
        """Hang the segments of one position below the triggers they belong to."""
        taken: dict[tuple[int, str], int] = {}
        for bit in bits:
            use = bit.uses[0]
            if bit.parent is not None and id(bit.parent) in below:
                below[id(bit.parent)].append([bit])
                continue
            wanted = next((c for c in use.when if c.position == group.trigger.position), None)
            fits = [h for h in heads if self._fits(h, wanted)]
            key = "" if child.max == 1 else use.id
            free = next(
                (h for h in fits if taken.get((id(h), key), 0) < (1 if self._is_carrier(h) else child.max)), None
            )
            if free is None or (
                wanted is None and not self._is_carrier(free) and self._carrier(group, None) is not None
            ):
                carriers = [
                    h for h in heads if self._is_carrier(h) and not taken.get((id(h), key), 0) and self._fits(h, wanted)
                ]
                free = carriers[0] if carriers else self._new_head(group, wanted, heads, below) or free
            if free is None:
                name = use.values[0].name if use.values else child.tag
                raise CannotWrite(f"{name} needs a segment {group.trigger.tag} in front of it, and nothing gives one")
            taken[(id(free), key)] = taken.get((id(free), key), 0) + 1
            below[id(free)].append([bit])

    def _fits(self, head: Bit, wanted: Condition | None) -> bool:
        if wanted is None:
            return True
        row = self._rows[head.position]
        elements = row.compose(head.uses, head.texts)
        place = wanted.place
        try:
            return wanted.holds(elements[place[0]][place[1] - 1])
        except IndexError:
            return wanted.holds("")

    @staticmethod
    def _is_carrier(head: Bit) -> bool:
        return not head.texts

    def _carrier(self, group: Group, wanted: Condition | None) -> Use | None:
        for use in group.trigger.uses:
            if use.carrier and self._fits(Bit(group.trigger.position, [use]), wanted):
                return use
        return None

    def _new_head(
        self, group: Group, wanted: Condition | None, heads: list[Bit], below: dict[int, list[list[Bit]]]
    ) -> Bit | None:
        use = self._carrier(group, wanted)
        if use is None or len(heads) >= group.max:
            return None
        head = Bit(group.trigger.position, [use])
        heads.append(head)
        below[id(head)] = []
        return head

    def _last_head(self, group: Group, heads: list[Bit], below: dict[int, list[list[Bit]]]) -> Bit:
        """Return the trigger that whole groups hang below: the last one, or a carrier."""
        use = self._carrier(group, None)
        carried = [head for head in heads if self._is_carrier(head)]
        if carried:
            return carried[-1]
        if not heads or (use is not None and use.carrier == "always" and len(heads) < group.max):
            new = self._new_head(group, None, heads, below)
            if new is not None:
                return new
        if not heads:
            raise CannotWrite(f"group {group.id} needs a segment {group.trigger.tag} to open it, and nothing gives one")
        return heads[-1]


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
