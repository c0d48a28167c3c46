"""Where the plain walk ends: what explains a segment that has no plain place, and how the walk goes on.

Every explanation (a segment missing, too many, out of order, swallowed by the one before) is tried on a few segments
ahead; the one that leaves the fewest faults is taken, reported once, and the walk goes on.
"""

from __future__ import annotations

from edifact_ics.finding import Severity
from edifact_ics.guide.directory import segment_types
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.structure.explanation import Search, Undo
from edifact_ics.structure.faults import Faults
from edifact_ics.structure.heads import missing_head
from edifact_ics.structure.state import State
from edifact_ics.structure.table import Node, Step, Table
from edifact_ics.structure.terminator import Cut, cut
from edifact_ics.structure.walked import Placed, Walk
from edifact_ics.syntax.characters import MAX_SEGMENT

_BACK = 6  # segments that may be taken back to explain one
_UNDOS = 50  # times that this is tried in one message
_UNREAD = Interpreted()


class Recovery:
    """The explaining of faults in one message. It shares `state` and `placed` with the walk that calls it."""

    def __init__(self, table: Table, raws: list[str], closed: bool, state: State, placed: list[Placed]) -> None:
        self._table = table
        self._raws = raws
        self._search = Search(table, raws)
        self._closed = closed
        self.state = state
        self.placed = placed
        self.faults = Faults(table, raws)
        self._undos = self._empties = 0
        start = State(None, [0] * table.counters, [0] * table.use_counters)
        self._replayed = (0, start)  # how much of `placed` was replayed, and the state that led to

    def finish(self, truncated: bool, unterminated: bool) -> Walk:
        """Return what the walk gave, with what is missing at the end of the message."""
        trailer = self._raws[-1] if self._closed else None
        node = self.state.node
        if node is not None and node.segment.tag == "UNT" and not self._closed:
            trailer = self._cut_out
        elif node is not None and not truncated and not self._closed:
            for step in self._table.steps(node, "UNT")[:1]:
                self.faults.miss(step, len(self._raws) + 1)
        if unterminated:
            self._keep(len(self._raws), self._raws[-1])
        faults = self.faults
        if self._empties:
            faults.empties(self._empties)
        garbled = faults.garbled(len(self._raws) + 1)
        return Walk(self.placed, faults.findings, trailer, faults.explained(), faults.unlisted, garbled)

    _cut_out: str | None = None
    _spent: tuple[Node, int] | None = None  # the last segment that was one too many, and where it stands

    # ------------------------------------------------------------------ one segment, the careful way

    def place(self, number: int, raw: str) -> None:
        """Find the place of a segment that has no plain one, or report that it has none."""
        if not raw:
            if self.faults.full:
                self._empties += 1  # not even kept: a number left out among the placed is an empty segment
                return
            self.faults.empty(number)
            self._keep(number, raw)
            return
        if len(raw) > MAX_SEGMENT:
            self.faults.too_large(number, raw)
            self._place_unread(number, raw)
            return
        delimiters = self._table.delimiters
        bare = raw.lstrip(delimiters.element + delimiters.component)
        if bare == raw or bare[:3] not in segment_types():
            self._walk_on(number, raw, raw)
            return
        self.faults.separator_in_front(number, raw, bare)
        self._walk_as(number, bare, raw)

    def _walk_as(self, number: int, raw: str, sent: str) -> None:
        """Walk on with what a segment should have been; what is kept is what was sent."""
        before = len(self.placed)
        self._walk_on(number, raw, sent)
        self._put_back(before, number, sent)

    def _walk_on(self, number: int, raw: str, sent: str) -> None:
        """Find the place of a segment and put it there, or report that it has none."""
        tag = raw[:3]
        if tag not in segment_types():
            tag = tag.upper()
        if self._hangs_below_nothing(number, raw, tag):
            return
        step = self._choose(number, raw, tag)
        if isinstance(step, Undo):
            self._undo(step.back)
            step = self._choose(number, raw, tag)
        if step is None or isinstance(step, Undo):
            self._leave_out(number, raw, tag)
            return
        self.faults.miss(step, number)
        for node in step.missing:
            self.state.context.pop(node.segment.position, None)
        item = self._table.interpret(step.node, raw, self.state.context)
        if item.faulty:
            parted = cut(self._table, self.state, step, raw)
            if parted is not None:
                self._apply_cut(number, step, parted, raw)
                return
        self._apply(number, step, item, raw)
        if not step.missing and tag == raw[:3]:
            key = raw if tag in self._table.apart else tag
            if len(key) > 3 or self._table.steps(self._from, tag)[0] is step:
                self._table.keep(self._from, step, key)

    _from: Node | None = None

    def _choose(self, number: int, raw: str, tag: str) -> Step | Undo | None:
        """Return the step to take, or what else explains the segment best: None leaves it out."""
        state, table = self.state, self._table
        self._from = state.node
        steps = table.steps(state.node, tag)
        for step in steps:
            if not step.missing and state.counts[step.counter] < step.limit:
                item = table.interpret(step.node, raw, state.context)
                if item.uses and not state.is_spent(step, item) and _in_place(item):
                    return step
        if tag == "UNT" and steps:
            return steps[0]
        if tag not in table.tags:
            return None
        if self.faults.full:  # what explains it best would not be listed: the search is not worth its time
            return next((step for step in steps if not step.missing), None)
        return self._search.explain(state, self._before(), number - 1, raw, self.faults.known(number))

    def _before(self) -> list[State]:
        """Return the states before the last few segments, the last first, as far as those can be taken back.

        The walk keeps no such states: what was placed is gone through again, each part of it once.
        """
        if self._undos >= _UNDOS:
            return []
        done, state = self._replayed
        first = max(done, len(self.placed) - _BACK)
        for placed in self.placed[done:first]:
            if placed.step is not None:
                state.move(placed.step, placed.item)
        self._replayed = first, state
        states: list[State] = []
        ahead = state.copy()
        for placed in self.placed[first:]:
            if placed.step is None or placed.step.missing or ahead.node is None:
                states.clear()
            else:
                states.append(ahead.copy())
            if placed.step is not None:
                ahead.move(placed.step, placed.item)
        return states[::-1]

    def _undo(self, back: int) -> None:
        """Take back the last segments: the first of them was out of order, the others are placed anew."""
        self.state.set(self._before()[back - 1])
        self._undos += 1
        again = self.placed[-back:]
        del self.placed[-back:]
        self.faults.forget(again[0].number)
        first, *others = again
        self._leave_out(first.number, first.raw, first.raw[:3])
        for placed in others:
            self._walk_on(placed.number, placed.raw, placed.raw)

    def _hangs_below_nothing(self, number: int, raw: str, tag: str) -> bool:
        """Tell whether the trigger that a segment wants above it was left out; if so report that, and place it.

        What stands in front of it only to carry it hangs below that trigger too.
        """
        state, table = self.state, self._table
        step = next((s for s in table.steps(state.node, tag) if not s.missing), None)
        condition = table.interpret(step.node, raw, state.context).astray if step is not None else None
        if condition is None or self.faults.full:
            return False
        head = missing_head(table, state, self._raws[number - 1 :], condition)
        if head is None:
            return False
        back = 0
        while self._carries(len(self.placed) - 1 - back):
            back += 1
        before = [state, *self._before()]
        again = [*((p.number, p.raw) for p in self.placed[len(self.placed) - back :]), (number, raw)]
        first, sent = again[0]
        if back >= len(before):
            return False
        onward = next((s for s in table.steps(before[back].node, sent[:3]) if s.missing == (head,)), None)
        if onward is None:
            return False
        if back:
            self._undos += 1
            self.state.set(before[back])
            del self.placed[-back:]
            self.faults.forget(first)
        self.faults.miss(onward, first)
        state.context.pop(head.segment.position, None)
        self._apply(first, onward, table.interpret(onward.node, sent, state.context), sent)
        for again_number, again_raw in again[1:]:
            self._walk_on(again_number, again_raw, again_raw)
        return True

    def _carries(self, at: int) -> bool:
        """Tell whether a segment that was placed is there for nothing but what hangs below it."""
        place = self.placed[at] if at > 0 else None
        if place is None or place.step is None or not place.step.node.index or not place.item.uses:
            return False
        use = place.step.node.segment.uses[place.item.uses[0]]
        return bool(use.carrier) and not use.values

    def _apply(self, number: int, step: Step, item: Interpreted, raw: str) -> None:
        """Take a step for good: count, report what is too often, keep what the segment says."""
        state, node = self.state, step.node
        counts, uses = state.counts, state.uses
        state.reset(step)
        counts[step.counter] += 1
        spent = counts[step.counter] > step.limit
        if counts[step.counter] == step.limit + 1 and self._spent != (node, number - 1):
            self.faults.too_often(number, step, None)  # else a use said it: one finding for a run of repeats
        for use in item.uses:
            uses[node.uses + use] += 1
            if uses[node.uses + use] > node.limits[use] and not spent:
                spent = True
                if uses[node.uses + use] == node.limits[use] + 1:
                    self.faults.too_often(number, step, use)
        if spent:
            self._spent = (node, number)
            self.faults.surplus()
        if node.keep:
            state.context[node.segment.position] = item
        self.faults.add(number, item)
        self.placed.append(Placed(number, step, item, raw))
        state.node = node

    # ------------------------------------------------------------------ what has no place

    def _leave_out(self, number: int, raw: str, tag: str) -> None:
        """Report a segment that has no place here. Where its tag is none, what follows may hang below it."""
        self._keep(number, raw)
        self.faults.unexpected(number, raw, tag)
        if self.faults.garbled(number + 1):
            for node in self._table.nodes:
                if node.keep and node.index == 0 and node.group.parent is not None:
                    self.state.context.pop(node.segment.position, None)

    def _keep(self, number: int, raw: str) -> None:
        """Keep a segment that has no place, whole, as it came."""
        self.placed.append(Placed(number, None, _UNREAD, raw))

    def _place_unread(self, number: int, raw: str) -> None:
        """Let a segment that is not looked into stand where its tag fits."""
        steps = [s for s in self._table.steps(self.state.node, raw[:3]) if not s.missing]
        self._keep(number, raw)
        if steps:
            step = steps[0]
            self.state.counts[step.counter] += 1
            self.state.node = step.node

    # ------------------------------------------------------------------ lost terminators

    def _apply_cut(self, number: int, step: Step, parted: Cut, raw: str) -> None:
        first, second, at, _ = parted
        self.faults.lost_terminator(number, raw, at)
        before = len(self.placed)
        self._apply(number, step, self._table.interpret(step.node, first, self.state.context), first)
        if second[:3] == "UNT":
            self._cut_out = second
        self._walk_on(number, second, raw)
        self._put_back(before, number, raw)

    def _put_back(self, before: int, number: int, sent: str) -> None:
        """Keep what was sent, as the one segment it is, in place of what it should have been."""
        del self.placed[before:]
        self._keep(number, sent)
        self._replayed = len(self.placed), self.state.copy()  # from here on: what led here is no more placed


def _in_place(item: Interpreted) -> bool:
    """Tell whether a segment is surely where it belongs: sound, or with faults of nothing but its values."""
    return not item.faulty or all(f.code.startswith("VAL") for f in item.findings if f.severity is Severity.ERROR)
