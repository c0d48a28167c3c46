"""Where each data element stands in the canonical document: the tree of containers that a guide describes.

A frame is an element that is filled while segments come in: the message, or the container of a group (TransportLine,
Line). Inside a frame every place has a slot number in guide order, so that a document can be put together by
sorting what came in by its slot, whatever the order it was sent in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from edifact_ics.guide.mig_tree import Group, Mig, Segment, Use, Value, below

UNMAPPED = 1 << 20  # the slot of what no row explains: after everything else
_SHAPES = 4_000  # remembered for each frame
_LONGEST = 100  # texts of a frame whose shape is worth remembering

# How the texts that came into a frame are put together: their order (None: as they came) and a template for them.
_Shape = tuple[Callable[[Sequence[str]], tuple[str, ...]] | None, str]


class Frame:
    """An element that gathers what segments bring.

    `name` is its XML name, `slot` its place in `parent` (None for the message). `chains` gives, for each slot, the
    containers between the frame and what stands in the slot.
    """

    def __init__(self, name: str, parent: Frame | None, slot: int) -> None:
        self.name = name
        self.parent = parent
        self.slot = slot
        self.chains: list[tuple[str, ...]] = []
        self.shapes: dict[tuple[int, ...], _Shape] = {}

    def chain(self, slot: int) -> tuple[str, ...]:
        """Return the containers that stand around a slot, outermost first."""
        return self.chains[slot] if slot < len(self.chains) else ()

    def filled(self, slots: Sequence[int], texts: Sequence[str]) -> str:
        """Return the texts that came into the frame in the order of their slots, containers put around them."""
        if len(slots) > _LONGEST:
            order, template = self._shape(slots)
        else:
            key = tuple(slots)
            order, template = self.shapes.get(key) or self._remember(key)
        return template % (tuple(texts) if order is None else order(texts))

    def _remember(self, slots: tuple[int, ...]) -> _Shape:
        if len(self.shapes) >= _SHAPES:
            self.shapes.clear()
        shape = self.shapes[slots] = self._shape(slots)
        return shape

    def _shape(self, slots: Sequence[int]) -> _Shape:
        order = sorted(range(len(slots)), key=slots.__getitem__)
        out: list[str] = []
        open_: tuple[str, ...] = ()
        for index in order:
            chain = self.chain(slots[index])
            if chain != open_:
                _turn(out, open_, chain)
                open_ = chain
            out.append("%s")
        _turn(out, open_, ())
        return (itemgetter(*order) if order != sorted(order) else None), "".join(out)


def _turn(out: list[str], old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """Close the containers of `old` and open those of `new` that the two do not share."""
    same = 0
    while same < len(old) and same < len(new) and old[same] == new[same]:
        same += 1
    out += [f"</{name}>" for name in reversed(old[same:])]
    out += [f"<{name}>" for name in new[same:]]


class Plan(NamedTuple):
    """How the values of one use become XML.

    `wrap` is the container that the segment fills alone ("" if it is shared with other segments); then all values
    share `slot`. Otherwise `slots` gives one for each value. `joins`: the segment adds to the container that the
    trigger of its group opened.
    """

    frame: Frame
    wrap: str
    slot: int
    slots: tuple[int, ...]
    joins: bool


class _Node:
    """A container or a leaf while the tree is gathered; `uses` are those that feed it, with their positions."""

    def __init__(self, name: str, group: Group | None = None) -> None:
        self.name = name
        self.group = group
        self.children: dict[str, _Node] = {}
        self.uses: list[tuple[str, Use]] = []


class Layout:
    """The canonical layout of one guide."""

    def __init__(self, mig: Mig) -> None:
        self.mig = mig
        self.plans: dict[str, Plan] = {}
        self.frames: dict[str, Frame] = {}
        self.root = self._frame(mig.root, None, 0)

    def _frame(self, group: Group, parent: Frame | None, slot: int) -> Frame:
        frame = Frame(group.xml or "", parent, slot)
        self.frames[group.position] = frame
        node = _Node(frame.name)
        self._gather(group, node)
        self._number(node, frame, ())
        return frame

    def _gather(self, group: Group, node: _Node) -> None:
        for child in group.children:
            if isinstance(child, Group):
                if not child.xml:
                    self._gather(child, node)
                elif not child.beside:
                    inside = [g for g in child.children if isinstance(g, Group) and g.beside]
                    for opened in (child, *inside):
                        node.children[opened.xml or ""] = _Node(opened.xml or "", group=opened)
                continue
            for use in child.uses:
                self._gather_use(child, use, node)

    def _gather_use(self, segment: Segment, use: Use, node: _Node) -> None:
        here = node
        for name in use.container:
            here = here.children.setdefault(name, _Node(name))
            here.uses.append((segment.position, use))
        for value in written(use):
            here.children.setdefault(value.xml, _Node(value.xml)).uses.append((segment.position, use))

    def _number(self, node: _Node, frame: Frame, chain: tuple[str, ...]) -> None:
        for child in node.children.values():
            if child.group is not None:
                frame.chains.append(chain)
                self._frame(child.group, frame, len(frame.chains) - 1)
            elif _filled_alone(child):
                frame.chains.append(chain)
                opener = child.uses[0][0]
                for position, use in child.uses:
                    slot = len(frame.chains) - 1
                    self.plans[use.id] = Plan(frame, child.name, slot, (), use.each and position != opener)
            elif child.children:
                self._number(child, frame, (*chain, child.name))
            else:
                frame.chains.append(chain)
                for _, use in child.uses:
                    self._add_slot(use, child.name, frame)

    def _add_slot(self, use: Use, name: str, frame: Frame) -> None:
        known = self.plans.get(use.id)
        slots = list(known.slots) if known else [-1] * len(written(use))
        for i, value in enumerate(written(use)):
            if value.xml == name:
                slots[i] = len(frame.chains) - 1
        self.plans[use.id] = Plan(frame, "", -1, tuple(slots), False)

    def frames_of(self, group: Group) -> Frame | None:
        """Return the frame that an instance of a group opens, or None."""
        return self.frames.get(group.position)


def written(use: Use) -> tuple[Value, ...]:
    """The values of a use that stand in the document: all but the derived ones."""
    return tuple(value for value in use.values if not value.derived)


def _filled_alone(node: _Node) -> bool:
    """Tell whether one segment fills the container, so that its text can be made from that segment alone."""
    if not node.children or any(child.children or child.group for child in node.children.values()):
        return False
    if any(value.segments > 1 for _, use in node.uses for value in use.values):
        return False
    if all(use.each for _, use in node.uses):
        return True
    return len(node.uses) == 1 and node.uses[0][1].max == 1


def paths(layout: Layout) -> Iterator[tuple[tuple[str, ...], Use, Value]]:
    """Give the path of every element below the message element, with the use and the value it comes from."""

    def visit(group: Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Use, Value]]:
        for child in group.children:
            if isinstance(child, Group):
                yield from visit(child, below(path, child))
                continue
            for use in child.uses:
                for value in written(use):
                    yield (*path, *use.container, value.xml), use, value

    yield from visit(layout.mig.root, ())
