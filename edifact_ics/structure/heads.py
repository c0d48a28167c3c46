"""A segment that belongs below another than the one above it: whether what it hangs below was left out."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.guide.mig_tree import Condition
from edifact_ics.structure.state import State
from edifact_ics.structure.table import GroupNode, Node, Table

_AHEAD = 50  # segments looked at for one that was not left out, but stands further down


def missing_head(table: Table, state: State, ahead: list[str], condition: Condition) -> Node | None:
    """Return the trigger that is missing above a segment which wants it, None where one like it was sent.

    `ahead` are the segments from that one on: those of the same group are looked at, for the trigger may follow.
    """
    head = next(node for node in table.nodes if node.segment.position == condition.position)
    if head.index or head.group.parent is None or condition.negative:
        return None
    fitting = set(_uses(head, condition))
    if not fitting or state.node is None or not _is_inside(state.node.group, head.group):
        return None
    tags = {node.segment.tag for node in table.nodes if _is_inside(node.group, head.group)}
    for raw in ahead[:_AHEAD]:
        if raw[:3] not in tags:
            break
        if raw[:3] == head.segment.tag and not fitting.isdisjoint(head.row.uses_in(raw)):
            return None
    return None if any(state.uses[head.uses + use] for use in fitting) else head


def _uses(head: Node, condition: Condition) -> Iterator[int]:
    """Give the uses of a trigger that satisfy a condition."""
    for index, use in enumerate(head.segment.uses):
        if any(key.place == condition.place and set(key.values) & set(condition.values) for key in use.keys):
            yield index


def _is_inside(group: GroupNode | None, other: GroupNode) -> bool:
    """Tell whether a group is another one or stands inside it."""
    while group is not None and group is not other:
        group = group.parent
    return group is other
