"""Segments in guide order: what a document without trace is written as, with the segments that only carry others."""

from __future__ import annotations

from dataclasses import dataclass, field

from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import Frame, Layout
from edifact_ics.guide.mig_tree import ANY, Condition, Group, Segment, Use, Value
from edifact_ics.segment.row import Row


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


class Arranger:
    """Puts the segments of one guide's messages into guide order; `rows` are its positions compiled."""

    def __init__(self, layout: Layout, rows: dict[str, Row]) -> None:
        self._layout = layout
        self._rows = rows
        self._last = max(rows)

    def arrange(self, box: Box) -> list[Bit]:
        """Return the segments of a message in guide order, carriers put in, without UNT."""
        return [bit for bit in self._contents(self._layout.mig.root, box, None) if bit.position != self._last]

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
        frame = self._layout.frames_of(group)
        if frame is not None:
            out: list[Bit] = []
            self._move_beside(group, frame, box)
            for below in box.boxes:
                if below.frame is frame:
                    heads = [bit for bit in below.bits if bit.position == group.trigger.position]
                    if len(heads) > 1:
                        names = " and ".join(value.name for bit in heads for value in bit.values)
                        raise CannotWrite(
                            f"one segment {group.trigger.tag} opens {frame.name}, so of {names} one can be sent"
                        )
                    first = group.trigger.uses[0]
                    if not heads and any(c.values[0] == ANY for c in first.keys):
                        raise CannotWrite(f"{frame.name} needs its {first.values[0].name}: nothing else opens it")
                    head = heads[0] if heads else Bit(group.trigger.position, [first])
                    out += self._contents(group, below, head)
            return out
        instances = self._instances(group, box)
        return [bit for instance in instances for bit in instance]

    def _move_beside(self, group: Group, frame: Frame, box: Box) -> None:
        """Put the containers that stand beside those of a group into the one under which they are sent."""
        for inside in group.children:
            if not isinstance(inside, Group) or not inside.beside:
                continue
            beside = [b for b in box.boxes if b.frame is self._layout.frames_of(inside)]
            around = [b for b in box.boxes if b.frame is frame]
            if beside and not around:
                around = [Box(frame)]
                box.boxes += around
            if beside:
                around[-1 if inside.last else 0].boxes += beside

    def _instances(self, group: Group, box: Box) -> list[list[Bit]]:
        """Return the instances of a group without a container of its own: each value opens one, the rest hang below."""
        trigger = group.trigger
        heads = [bit for bit in box.bits if bit.position == trigger.position]
        below: dict[int, list[list[Bit]]] = {id(bit): [] for bit in heads}
        for child in group.children[1:]:
            if isinstance(child, Segment):
                self._hang(child, [b for b in box.bits if b.position == child.position], group, heads, below)
            elif self._layout.frames_of(child) is not None:
                inner = self._group(child, box)
                if inner:
                    below[id(self._last_head(group, heads, below))].append(inner)
            else:
                for instance in self._instances(child, box):
                    owner = instance[0].parent
                    known = owner is not None and id(owner) in below
                    head = owner if owner is not None and known else self._last_head(group, heads, below)
                    below[id(head)].append(instance)
                if child.mandatory:
                    self._add_empty(child, heads, below)
        found = [[head, *(bit for part in below[id(head)] for bit in part)] for head in heads]
        return [self._with_carriers(group, instance) for instance in found]

    @staticmethod
    def _add_empty(child: Group, heads: list[Bit], below: dict[int, list[list[Bit]]]) -> None:
        """Give each trigger the instance of a mandatory group that nothing stands in (GID+1 behind each RFF)."""
        for head in heads:
            parts = below[id(head)]
            if all(bit.position != child.trigger.position for part in parts for bit in part):
                parts.append([Bit(child.trigger.position, [child.trigger.uses[0]])])

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
            carrier = self._carrier(group, wanted)
            if carrier is not None and carrier.carrier == "each":
                head = self._new_head(group, wanted, heads, below)
                if head is not None:
                    below[id(head)].append([bit])
                    continue
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
