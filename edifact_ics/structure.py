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


def walk(table: Table, raws: list[str], closed: bool, truncated: bool = False, unterminated: bool = False) -> Walk:
    """Match the segments of a message, UNH first, to its guide.

    `closed`: the last one is UNT. `truncated`: the file ended inside the message, so nothing is said to be missing
    at its end. `unterminated`: the last segment is incomplete and is not looked into. One cause gives one finding.
    """
    recovery = Recovery(table, raws, closed)
    state, placed = recovery.state, recovery.placed
    counts, uses, context = state.counts, state.uses, state.context
    following = table.start
    for number, raw in enumerate(raws[: len(raws) - unterminated], 1):
        step = following.get(raw[:3]) or following.get(raw)
        if step is None or counts[step.counter] >= step.limit or len(raw) > MAX_SEGMENT:
            recovery.place(number, raw)
            following = state.node.next if state.node is not None else table.start
            continue
        node = step.node
        item = node.cache.get(raw) or table.interpret(node, raw, context)
        first = node.uses
        spent = item.faulty
        if step.reset_uses is None:
            for use in item.uses:
                if uses[first + use] >= node.limits[use]:
                    spent = True
        if spent:
            recovery.place(number, raw)
            following = state.node.next if state.node is not None else table.start
            continue
        if step.reset is not None:
            state.reset(step)
        counts[step.counter] += 1
        for use in item.uses:
            uses[first + use] += 1
        if node.keep:
            context[node.segment.position] = item
        if item.findings:
            recovery.faults.add(number, item)
        placed.append(Placed(number, step, item, raw))
        state.node = node
        following = node.next
    return recovery.finish(truncated, unterminated)
