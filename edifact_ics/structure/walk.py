"""The walk: each segment of a message to its position in the guide, by compiled transitions.

From a position and a tag the guide leads to at most one position without anything missing; those steps are worked
out once (`table`). The loop here holds that plain case only; what has no plain place goes to `recovery`. Element
values belong to `interpret`; only qualifiers are looked at here, through a row's cache.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from edifact_ics.structure.needed import lacking
from edifact_ics.structure.state import State
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Placed, Walk
from edifact_ics.syntax.characters import MAX_SEGMENT

if TYPE_CHECKING:
    from edifact_ics.structure.recovery import Recovery

_new = tuple.__new__  # a Placed is made for every segment; this is the short way


def walk(table: Table, raws: list[str], closed: bool, truncated: bool = False, unterminated: bool = False) -> Walk:
    """Match the segments of a message, UNH first, to its guide.

    `closed`: the last one is UNT. `truncated`: the file ended inside the message, so nothing is said to be missing
    at its end. `unterminated`: the last segment is incomplete and is not looked into. One cause gives one finding.
    """
    state, placed = State(None, [0] * table.counters, [0] * table.use_counters), list[Placed]()
    counts, uses, context, limits = state.counts, state.uses, state.context, table.limits
    recovery: Recovery | None = None
    following = table.start
    for number, raw in enumerate(raws[: len(raws) - 1] if unterminated else raws, 1):
        step = following.get(raw[:3]) or following.get(raw) or table.plain_step(state.node, raw, context)
        free = step is not None and len(raw) <= MAX_SEGMENT and counts[step.counter] < step.limit
        if step is not None and free:
            node = step.node
            item = node.cache.get(raw) or table.interpret(node, raw, context)
            use = item.counter
            free = use >= 0 and (uses[use] < limits[use] or step.reset_uses is not None)
        if step is None or not free:
            recovery = recovery or _recovery(table, raws, closed, state, placed)
            recovery.place(number, raw)
            following = state.node.next if state.node is not None else table.start
            continue
        if step.reset is not None:
            state.reset(step)
        counts[step.counter] += 1
        uses[use] += 1
        if node.keep:
            context[node.segment.position] = item
        if item.careful and item.findings:
            recovery = recovery or _recovery(table, raws, closed, state, placed)
            recovery.faults.add(number, item)
        placed.append(_new(Placed, (number, step, item, raw)))
        state.node = node
        following = node.next
    lacks = list(lacking(table, placed)) if table.needed and not truncated else []
    if recovery is None and (closed or truncated) and not unterminated and not lacks:
        return Walk(placed, [], raws[-1] if closed else None, frozenset((0,)), Counter(), False)
    recovery = recovery or _recovery(table, raws, closed, state, placed)
    for lack in lacks:
        recovery.faults.miss_use(lack)
    return recovery.finish(truncated, unterminated)


def _recovery(table: Table, raws: list[str], closed: bool, state: State, placed: list[Placed]) -> Recovery:
    """Return what explains faults, to go on from where the plain walk stands."""
    from edifact_ics.structure.recovery import Recovery  # only a fault needs it, and it takes time to load

    return Recovery(table, raws, closed, state, placed)
