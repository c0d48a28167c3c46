"""What explains best a segment that has no plain place: a search over the ways to read on.

A way takes a step of the guide (with what is missing on it), leaves a segment out, or takes the segment before back.
Each fault on it costs; the way that reaches some segments ahead with the least is the explanation. A segment that is
missing in one place and out of order in another is one fault, not two. Nothing is reported here, and nothing changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from edifact_ics.guide.directory import segment_types
from edifact_ics.structure.state import State
from edifact_ics.structure.table import GroupNode, Node, Step, Table
from edifact_ics.structure.terminator import cut
from edifact_ics.syntax.characters import MAX_SEGMENT

_AHEAD = 12  # segments that a way must reach beyond the one in question
_MOST_TRIED = 40  # ways taken up for one segment, so that a hostile message costs no more than its size
_PATIENT = 100  # segments of one message explained with care; a message that is all wrong is read in haste behind them
_IN_HASTE = 4  # ways then taken up, and segments looked at
_FAULT = 10  # what one fault costs
_SPOILT = 5  # a segment at its place in which something is wrong
_LATE = 1  # a segment said to be missing that comes later: of two that changed places, the first is out of order
_FOLLOWS = 5  # a segment left out because what it hangs below was left out

# How natural explanations are that cost the same, the most natural first.
_TOO_OFTEN, _MISSING, _TRIGGER_MISSING, _OUT_OF_ORDER, _BEFORE_IT, _ELSEWHERE = range(6)


@dataclass(frozen=True, slots=True)
class Undo:
    """What explains a segment: one of those before it, so many back, is out of order."""

    back: int


@dataclass(frozen=True, slots=True)
class Known:
    """What was said already, so that it is not counted again.

    `missing` are positions said to be missing, `strays` tags of segments left out, `early` segments in front of which
    something was said to be missing: they may be out of order instead. `out` is the tag of the segment left out just
    before, "" if none. `garbled` tells whether the last segment had a tag that is none: it may be what is missing.
    """

    missing: tuple[Node, ...]
    strays: tuple[str, ...]
    early: tuple[str, ...]
    out: str
    garbled: bool


@dataclass(slots=True)
class _Way:
    """A way to read on: where it stands, what it cost, and its first move.

    `at` is the index of the next segment. `out` is the tag of a segment left out just before it, "" if none;
    `garbled`, that its tag was none; `over`, that the segment before it was one too many.
    """

    state: State
    at: int
    missing: tuple[Node, ...]
    strays: tuple[str, ...]
    garbled: bool
    out: str = ""
    over: bool = False
    first: Step | Undo | None = None


class Search:
    """The search for one message. `raws` are its segments."""

    def __init__(self, table: Table, raws: list[str]) -> None:
        self._table = table
        self._raws = raws
        self._early: tuple[str, ...] = ()
        self._explained = 0

    def explain(self, state: State, before: list[State], index: int, raw: str, known: Known) -> Step | Undo | None:
        """Return the best explanation of the segment at an index (from 0), of which `raw` is the text to read.

        None: it is out of order. `before` are the states before the segments in front of it, the nearest first, as
        many as can be taken back.
        """
        self._early = known.early
        start = _Way(state, index, known.missing, known.strays, known.garbled, known.out)
        heap: list[tuple[int, int, int, _Way]] = []
        self._explained += 1
        patient = self._explained <= _PATIENT
        end = min(len(self._raws), index + 1 + (_AHEAD if patient else _IN_HASTE))
        count = 0
        for cost, rank, way in self._first(start, before, raw):
            count += 1
            heappush(heap, (cost, rank, count, way))
        seen = set[tuple[int, int, tuple[Node, ...], tuple[str, ...]]]()
        best = heap[0][3]
        for _ in range(_MOST_TRIED if patient else _IN_HASTE):
            cost, rank, _, way = heappop(heap)
            cost += self._read_on(way, end)
            if heap and (cost, rank) > heap[0][:2]:
                count += 1
                heappush(heap, (cost, rank, count, way))  # it cost more than thought: others come first
                continue
            if way.at > best.at or way.at >= end:
                best = way  # the cheapest of those that came so far
            if way.at >= end:
                break
            key = (way.at, id(way.state.node), way.missing, way.strays)
            if key in seen:
                continue
            seen.add(key)
            for more, onward in self._moves(way, self._raws[way.at]):
                count += 1
                onward.first = way.first
                heappush(heap, (cost + more, rank, count, onward))
            if not heap:
                break
        return best.first

    # ------------------------------------------------------------------ the moves

    def _first(self, start: _Way, before: list[State], raw: str) -> Iterator[tuple[int, int, _Way]]:
        """Give the first moves with their costs and ranks."""
        steps = self._table.steps(start.state.node, self._tag(raw))
        for cost, way in self._moves(start, raw):
            if isinstance(way.first, Step):
                yield cost, self._rank(start, way.first, steps, raw), way
            else:
                yield cost, _OUT_OF_ORDER, way
        if any(self._is_plain(start.state, step, raw) for step in steps):
            before = before[:1]  # it has its place, and only something in it is wrong
        for back, state in enumerate(before, 1):
            at = start.at - back
            cost, way = self._left_out(_Way(state, at, start.missing, start.strays, False), self._raws[at])
            way.first = Undo(back)
            yield cost, _BEFORE_IT if back == 1 else _ELSEWHERE + back, way

    def _moves(self, way: _Way, raw: str) -> Iterator[tuple[int, _Way]]:
        """Give the ways that lead on from one by reading or leaving out the next segment, each with what it costs."""
        tag = self._tag(raw)
        steps = self._table.steps(way.state.node, tag)
        for step in steps:
            yield self._taken(way, step, raw)
        if tag != "UNT" or not steps:
            yield self._left_out(way, raw)

    def _taken(self, way: _Way, step: Step, raw: str) -> tuple[int, _Way]:
        """Take a step; what is missing on it, too often or spoilt in it costs."""
        state, strays, garbled = way.state.copy(), list(way.strays), way.garbled
        cost, missing = 0, way.missing
        for node in step.missing:
            if node.segment.tag in strays:
                strays.remove(node.segment.tag)
            elif garbled:
                garbled = False
            elif any(node.segment.tag == raw[:3] and node.row.matches(raw) for raw in self._early):
                cost += _LATE
            else:
                cost += _FAULT
                missing = (*missing, node)
        item = self._table.interpret(step.node, raw, state.context)
        parted = cut(self._table, state, step, raw) if item.faulty else None
        if parted is not None:
            item = self._table.interpret(step.node, parted.first, state.context)
            cost += _SPOILT
        over = state.move(step, item)
        again = way.over and step.node is way.state.node and state.counts[step.counter] <= step.limit
        if over and not again:
            cost += _FAULT  # several uses of one segment that were all sent twice are one cause
        if not item.uses:
            cost += _FAULT
        elif item.faulty:
            cost += _SPOILT
        if parted is not None:
            onward = parted.onward
            over = state.move(onward, self._table.interpret(onward.node, parted.second, state.context))
        return cost, _Way(state, way.at + 1, missing, tuple(strays), False, "", over, step)

    def _left_out(self, way: _Way, raw: str) -> tuple[int, _Way]:
        """Leave a segment out: hardly a fault if it was said to be missing, or if what it hangs below was left out."""
        tag = self._tag(raw)
        known = segment_types().get(raw[:3]) is not None
        missing = next((n for n in way.missing if n.segment.tag == tag and n.row.matches(raw)), None)
        onward = _Way(way.state.copy(), way.at + 1, way.missing, way.strays, False, tag)
        if tag not in self._table.tags:
            onward.garbled = bool(raw)
            onward.out = ""
            return 0, onward
        if missing is not None:
            at = way.missing.index(missing)
            onward.missing = way.missing[:at] + way.missing[at + 1 :]
            return _LATE, onward
        if way.out and self._table.hangs_below(tag, way.out):
            onward.out = way.out
            return _FOLLOWS, onward
        onward.strays = (*way.strays, tag)
        onward.garbled = not known
        return _FAULT, onward

    def _read_on(self, way: _Way, end: int) -> int:
        """Read on for as long as there is a plain way; return what segments cost that are spoilt at their places."""
        table, state, cost = self._table, way.state, 0
        while way.at < end:
            raw = self._raws[way.at]
            if any(node.segment.tag == raw[:3] for node in way.missing):
                return cost  # it may be the one said to be missing
            if not raw or len(raw) > MAX_SEGMENT or (raw[:3] not in table.tags and raw[:3].upper() not in table.tags):
                way.garbled, way.out, way.over = bool(raw), "", False
                way.at += 1
                continue
            step = next((s for s in table.steps(state.node, raw[:3]) if self._is_plain(state, s, raw)), None)
            if step is None:
                return cost
            item = table.interpret(step.node, raw, state.context)
            if item.faulty and cut(table, state, step, raw) is not None:
                return cost
            cost += _SPOILT if item.faulty else 0
            state.move(step, item)
            way.garbled, way.out, way.over = False, "", False
            way.at += 1
        return cost

    def _is_plain(self, state: State, step: Step, raw: str) -> bool:
        """Tell whether a step can be taken without any fault of order."""
        if step.missing or state.counts[step.counter] >= step.limit:
            return False
        item = self._table.interpret(step.node, raw, state.context)
        return bool(item.uses) and not state.is_spent(step, item)

    def _tag(self, raw: str) -> str:
        return raw[:3] if raw[:3] in segment_types() else raw[:3].upper()

    # ------------------------------------------------------------------ how natural a move is

    def _rank(self, way: _Way, step: Step, steps: list[Step], raw: str) -> int:
        """Return how natural a step is among those that cost the same."""
        node, state = step.node, way.state
        if step.missing:
            return _ELSEWHERE if self._has_place_before(state, step, raw) else _MISSING
        if not self._table.interpret(node, raw, state.context).uses:
            return _ELSEWHERE if self._fits_elsewhere(raw, node) else _MISSING
        carried = any(other.missing == (node.group.trigger,) and other.node is node for other in steps)
        if carried and state.counts[step.counter] >= step.limit and raw != self._raws[way.at - 1]:
            return _TRIGGER_MISSING  # what opens its group is more likely missing than the segment sent twice
        return _TOO_OFTEN

    def _has_place_before(self, state: State, step: Step, raw: str) -> bool:
        """Tell whether the segment would have had its place earlier, in what is still open: then it is out of order.

        Not where a step needs nothing but the trigger of an open group once more, or closes what lacks something in
        order to repeat a group: then what is missing makes it fit.
        """
        anew = bool(step.entered) and step.missing == (step.entered[0].trigger,)
        at, tag = state.node, self._tag(raw)
        open_groups: list[GroupNode | None] = [at.group if at is not None else self._table.root]
        while open_groups[-1] is not None:
            open_groups.append(open_groups[-1].parent)
        for node in self._table.nodes:
            if (node is step.node and not node.index) or (node is not step.node and anew):
                continue
            near = node.group in open_groups or (node.index == 0 and node.group.parent in open_groups)
            if node.segment.tag != tag or not near or (at is not None and node.segment.position >= at.segment.position):
                continue
            item = self._table.interpret(node, raw, state.context)
            if not item.faulty and any(state.uses[node.uses + use] < node.limits[use] for use in item.uses):
                return True
        return False

    def _fits_elsewhere(self, raw: str, here: Node) -> bool:
        """Tell whether the segment would be sound at another place of the guide: out of order, then."""
        for node in self._table.nodes:
            other = node.segment.tag == here.segment.tag and node is not here
            if other and node.row.matches(raw) and not self._table.interpret(node, raw, {}).faulty:
                return True
        return False
