"""The walk: each segment of a message to its position in the guide, by compiled transitions.

From a position and a tag the guide leads to at most one position without anything missing; those steps are worked
out once (`table`). The loop here holds that plain case only; what has no plain place goes to `recovery`. Element
values belong to `interpret`; only qualifiers are looked at here, through a row's cache.
"""

from __future__ import annotations

from edifact_ics.recovery import Recovery
from edifact_ics.syntax import MAX_SEGMENT
from edifact_ics.table import Table
from edifact_ics.walked import Placed, Walk

_new = tuple.__new__  # a Placed is made for every segment; this is the short way


def walk(table: Table, raws: list[str], closed: bool, truncated: bool = False, unterminated: bool = False) -> Walk:
    """Match the segments of a message, UNH first, to its guide.

    `closed`: the last one is UNT. `truncated`: the file ended inside the message, so nothing is said to be missing
    at its end. `unterminated`: the last segment is incomplete and is not looked into. One cause gives one finding.
    """
    recovery = Recovery(table, raws, closed)
    state, placed = recovery.state, recovery.placed
    counts, uses, context, limits = state.counts, state.uses, state.context, table.limits
    following = table.start
    for number, raw in enumerate(raws[: len(raws) - 1] if unterminated else raws, 1):
        step = following.get(raw[:3]) or following.get(raw)
        if step is None or len(raw) > MAX_SEGMENT:
            recovery.place(number, raw)
            following = state.node.next if state.node is not None else table.start
            continue
        node = step.node
        item = node.cache.get(raw) or table.interpret(node, raw, context)
        use, counter = item.counter, step.counter
        free = use >= 0 and (uses[use] < limits[use] or step.reset_uses is not None)
        if not free or counts[counter] >= step.limit:
            recovery.place(number, raw)
            following = state.node.next if state.node is not None else table.start
            continue
        if step.reset is not None:
            state.reset(step)
        counts[counter] += 1
        uses[use] += 1
        if node.keep:
            context[node.segment.position] = item
        if item.careful:
            recovery.faults.add(number, item)
        placed.append(_new(Placed, (number, step, item, raw)))
        state.node = node
        following = node.next
    return recovery.finish(truncated, unterminated)
