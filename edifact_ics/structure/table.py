"""A guide compiled: its positions, the steps between them, and the caches of what segments say.

From a position and a tag the guide leads to at most one position without anything missing. Those steps are worked
out when they are first needed, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from edifact_ics.guide.layout import Frame, Layout
from edifact_ics.guide.mig_tree import Group, Mig, Segment
from edifact_ics.segment.interpret import interpret
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.segment.plain import PlainRow
from edifact_ics.segment.row import Row
from edifact_ics.syntax.characters import STANDARD, Delimiters

MOST_MISSING = 3  # segments that may be missing in one place before it is another place altogether
_CACHE_ENTRIES = 18_000  # in each of two generations
_CACHE_LONGEST = 300
_CACHE_LONG = 2  # segments longer than that: looking for a place asks for the same one again and again


class Node:
    """A segment position compiled: its row, its counters and the steps that lead on from it.

    `next` holds, by tag, the steps worked out so far. `counter` counts its repeats (those of its group when it is a
    trigger), `uses` is where the counters of its uses begin.
    """

    __slots__ = (
        "cache",
        "counter",
        "frames",
        "group",
        "index",
        "keep",
        "limit",
        "limits",
        "next",
        "older",
        "plain",
        "row",
        "segment",
        "uses",
    )

    def __init__(self, segment: Segment, group: GroupNode, index: int, row: Row) -> None:
        self.segment = segment
        self.group = group
        self.index = index
        self.row = row
        self.plain = PlainRow(row)
        self.cache: dict[str | tuple[str, tuple[bool, ...]], Interpreted] = {}
        self.older: dict[str | tuple[str, tuple[bool, ...]], Interpreted] = {}
        self.next: dict[str, Step] = {}
        self.counter = self.uses = 0
        self.limit = segment.max
        # The uses of a trigger that opens a container are counted inside it, where there is one: by the group alone.
        opens = index == 0 and group.frame is not None
        self.limits = tuple(group.group.max if opens else use.max for use in segment.uses)
        self.keep = False
        self.frames: tuple[Frame, ...] = ()


class GroupNode:
    """A segment group compiled.

    `first` and `last` bound the counters that a new instance sets to zero, `first_use` and `last_use` those of uses
    that it sets to zero if it opens a container: uses are counted inside their container, however deep.
    """

    __slots__ = ("children", "counter", "first", "first_use", "frame", "group", "index", "last", "last_use", "parent")

    def __init__(self, group: Group, parent: GroupNode | None, index: int, frame: Frame | None) -> None:
        self.group = group
        self.parent = parent
        self.index = index
        self.frame = frame
        self.children: list[Node | GroupNode] = []
        self.counter = self.first = self.last = 0
        self.first_use = self.last_use = 0

    @property
    def trigger(self) -> Node:
        """The segment that opens the group."""
        first = self.children[0]
        assert isinstance(first, Node)
        return first


@dataclass(slots=True, eq=False)
class Step:
    """The way to a node: what is missing on it, which groups it enters (outermost first).

    `depth` is how many frames stay open before `frames` are opened. `reset` bounds the counters set to zero.
    """

    node: Node
    missing: tuple[Node, ...]
    entered: tuple[GroupNode, ...]
    counter: int
    limit: int
    reset: tuple[int, int] | None
    zeros: list[int]
    reset_uses: tuple[int, int] | None
    zero_uses: list[int]
    depth: int
    frames: tuple[Frame, ...]
    inside: Frame

    def stays(self, frames: list[Frame]) -> int:
        """Return how many of the open frames stay open; those of the node beyond them are opened.

        A frame that a damaged segment should have opened is opened by what stands in it.
        """
        same = 0
        while same < min(self.depth, len(frames)) and frames[same] is self.node.frames[same]:
            same += 1
        return same


class Table:
    """A guide compiled for one way of writing."""

    def __init__(self, mig: Mig, delimiters: Delimiters = STANDARD, syntax: str = "UNOC") -> None:
        self.mig = mig
        self.layout = Layout(mig)
        self.delimiters = delimiters
        self.syntax = syntax
        self.nodes: list[Node] = []
        self.counters = self.use_counters = 0
        self.start: dict[str, Step] = {}
        self._candidates: dict[tuple[int, str, int], list[Step]] = {}
        self._cached = 0
        self._long: list[tuple[Node, str | tuple[str, tuple[bool, ...]]]] = []
        self.has_totals = any(v.counts for s in mig.segments() for use in s.uses for v in use.values)
        self.root = self._group(mig.root, None, 0, ())
        positions = {node.segment.position: node for node in self.nodes}
        for node in self.nodes:
            for condition in node.row.conditions:
                referred = positions[condition.position or ""]
                referred.keep = referred.row.referred = True
        tags = [node.segment.tag for node in self.nodes]
        self.apart = {
            tag for tag in set(tags) if len({id(n.group) for n in self.nodes if n.segment.tag == tag}) < tags.count(tag)
        }
        self.tags = frozenset(tags)
        self.limits = tuple(limit for node in self.nodes for limit in node.limits)
        self.needed = tuple(_needed(self.nodes))
        known = "|".join(sorted(set(tags)))
        self.embedded = re.compile(f"(?:{known})(?={re.escape(delimiters.element)})")

    def _group(self, group: Group, parent: GroupNode | None, index: int, frames: tuple[Frame, ...]) -> GroupNode:
        frame = self.layout.frames_of(group)
        node = GroupNode(group, parent, index, frame if parent is not None else None)
        if node.frame is not None:
            frames = (*(frames[:-1] if group.beside else frames), node.frame)
        node.counter = self._counter()
        node.first = self.counters
        node.first_use = self.use_counters
        for number, child in enumerate(group.children):
            if isinstance(child, Group):
                node.children.append(self._group(child, node, number, frames))
                continue
            row = Row(child, self.layout, self.delimiters, self.syntax)
            leaf = Node(child, node, number, row)
            leaf.counter = self._counter()
            leaf.uses = self.use_counters
            self.use_counters += len(child.uses)
            leaf.frames = frames
            node.children.append(leaf)
            self.nodes.append(leaf)
            if number == 0:
                node.first = self.counters  # a trigger is counted by its group
        node.last = self.counters
        node.last_use = self.use_counters
        return node

    def _counter(self) -> int:
        self.counters += 1
        return self.counters - 1

    # ------------------------------------------------------------------ steps

    def steps(self, state: Node | None, tag: str, most: int = MOST_MISSING) -> list[Step]:
        """Return the ways from a node (None: the start) to a segment with this tag, those with least missing first.

        No way lacks more than `most` segments.
        """
        key = (id(state), tag, most)
        known = self._candidates.get(key)
        if known is None:
            ways = [
                (missing, node, entered)
                for missing, node, entered in self._ways(state, tag, most)
                if len(missing) <= most
            ]
            ways.sort(key=lambda way: len(way[0]))
            known = self._candidates[key] = [self._step(*way) for way in ways]
        return known

    def plain_step(self, before: Node | None, raw: str, context: dict[str, Interpreted]) -> Step | None:
        """Return, and keep, the way to a segment of one sound use, nothing missing; None: only care can find it."""
        tag = raw[:3]
        step = next(iter(self.steps(before, tag, 0)), None) if tag in self.tags else None
        if step is None:
            return None
        item = self.interpret(step.node, raw, context)
        if item.counter < 0 or item.astray is not None:
            return None
        self.keep(before, step, raw if tag in self.apart else tag)
        return step

    def keep(self, before: Node | None, step: Step, key: str) -> None:
        """Keep a step for the walk, by tag or, where siblings share the tag, by the whole (short) segment."""
        if len(key) <= 8:
            (before.next if before is not None else self.start)[key] = step

    def _ways(
        self, state: Node | None, tag: str, most: int
    ) -> Iterator[tuple[tuple[Node, ...], Node, tuple[GroupNode, ...]]]:
        if state is None:
            yield from self._forward(self.root, 0, tag, (), (), most)
            return
        if (state.segment.tag == tag and state.index) or (state.segment.tag == tag and state.group.parent is None):
            yield (), state, ()
        group: GroupNode | None = state.group
        index, missing, closed = state.index, tuple[Node, ...](), False
        while group is not None:
            yield from self._forward(group, index + 1, tag, missing, (), most)
            missing += tuple(_required(group.children[index + 1 :]))
            if group.parent is not None and not closed:
                if group.trigger.segment.tag == tag:
                    yield missing, group.trigger, (group,)
                yield from self._forward(group, 1, tag, (*missing, group.trigger), (group,), most)
            closed = group.group.last  # the group that holds the last ones is the last of its kind
            index, group = group.index, group.parent

    def _forward(
        self,
        group: GroupNode,
        start: int,
        tag: str,
        missing: tuple[Node, ...],
        entered: tuple[GroupNode, ...],
        most: int,
    ) -> Iterator[tuple[tuple[Node, ...], Node, tuple[GroupNode, ...]]]:
        """Give the ways to a tag among the children of a group from `start` on, and inside their groups."""
        for child in group.children[start:]:
            if len(missing) > most:
                return
            if isinstance(child, Node):
                if child.segment.tag == tag:
                    yield missing, child, entered
            else:
                inside = (*entered, child)
                if child.trigger.segment.tag == tag:
                    yield missing, child.trigger, inside
                yield from self._forward(child, 1, tag, (*missing, child.trigger), inside, most)
            missing += tuple(_required([child]))

    def _step(self, missing: tuple[Node, ...], node: Node, entered: tuple[GroupNode, ...]) -> Step:
        opened = [group.frame for group in entered]
        frames = tuple(frame for frame in node.frames if frame in opened)
        depth = len(node.frames) - len(frames)
        is_trigger = node.index == 0 and bool(entered) and entered[-1] is node.group
        counter = node.group.counter if is_trigger else node.counter
        limit = node.group.group.max if is_trigger else node.limit
        reset = (entered[0].first, entered[0].last) if entered and entered[0].first < entered[0].last else None
        zeros = [0] * (reset[1] - reset[0]) if reset else []
        opening = next((group for group in entered if group.frame is not None), None)
        depth = len(node.frames) - len(frames)
        inside = node.frames[-1] if node.frames else self.layout.root
        reset_uses = (opening.first_use, opening.last_use) if opening else None
        zero_uses = [0] * (opening.last_use - opening.first_use) if opening else []
        return Step(node, missing, entered, counter, limit, reset, zeros, reset_uses, zero_uses, depth, frames, inside)

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        """The tags of all segments that stand in groups opened by a tag."""
        below: dict[str, set[str]] = {}
        for node in self.nodes:
            group: GroupNode | None = node.group
            while group is not None and group.parent is not None:
                if group.trigger is not node:
                    below.setdefault(group.trigger.segment.tag, set()).add(node.segment.tag)
                group = group.parent
        return {head: frozenset(tags) for head, tags in below.items()}

    def hangs_below(self, tag: str, head: str) -> bool:
        """Tell whether a segment with this tag can stand in a group that the other tag opens."""
        return tag in self._below.get(head, ())

    # ------------------------------------------------------------------ interpreting

    def interpret(self, node: Node, raw: str, context: dict[str, Interpreted]) -> Interpreted:
        """Return what a segment says at a node, from the cache when it said the same before."""
        if node.row.conditions:
            return self._interpret_where(node, raw, context)
        known = node.cache.get(raw)
        if known is None:
            known = node.older.get(raw) or node.plain.read(raw) or interpret(node.row, raw, ())
            self._remember(node, raw, raw, known)
        return known

    def _interpret_where(self, node: Node, raw: str, context: dict[str, Interpreted]) -> Interpreted:
        """Return what a segment says where that depends on segments before it."""
        row = node.row
        facts = tuple(
            c.holds(said.value(c.place)) if (said := context.get(c.position or "")) and said.uses else unseen
            for c, unseen in zip(row.conditions, row.unseen, strict=True)
        )
        key = (raw, facts)  # never the text alone, which the walk asks for
        known = node.cache.get(key)
        if known is None:
            known = node.older.get(key) or (node.plain.read(raw) if all(facts) else None) or interpret(row, raw, facts)
            self._remember(node, key, raw, known)
        return known

    def _remember(self, node: Node, key: str | tuple[str, tuple[bool, ...]], raw: str, known: Interpreted) -> None:
        """Keep what a segment says."""
        if len(known.uses) == 1 and not known.faulty:
            known.counter = node.uses + known.uses[0]
        self.know(node, key, raw, known)

    def know(self, node: Node, key: str | tuple[str, tuple[bool, ...]], raw: str, known: Interpreted) -> None:
        """Keep what a segment says at a node; of one that is only walked, its uses and their counter will do."""
        node.cache[key] = known
        if len(raw) > _CACHE_LONGEST:
            self._long.append((node, key))
            if len(self._long) > _CACHE_LONG:
                other, longest = self._long.pop(0)
                other.cache.pop(longest, None)
        else:
            self._cached += 1
            if self._cached >= _CACHE_ENTRIES:
                self._cached = 0
                for other in self.nodes:  # what was not asked for since the last time is forgotten
                    other.older, other.cache = other.cache, {}


def _needed(nodes: list[Node]) -> Iterator[tuple[Node, int]]:
    """Give the uses that must be sent: of a mandatory segment that may be sent in several, those with such a value."""
    for node in nodes:
        segment = node.segment
        if segment.mandatory and segment.max > 1 and len(segment.uses) > 1:
            for index, use in enumerate(segment.uses):
                if not use.when and any(value.mandatory and not value.when for value in use.values):
                    yield node, index


def _required(children: list[Node | GroupNode]) -> Iterator[Node]:
    for child in children:
        if isinstance(child, Node):
            if child.segment.mandatory:
                yield child
        elif child.group.mandatory:
            yield child.trigger
