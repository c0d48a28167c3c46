"""Uses of a segment that a message must have: a position with several uses may be filled and yet lack one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from edifact_ics.structure.table import Node, Table
from edifact_ics.structure.walked import Placed


class Lack(NamedTuple):
    """A use that is missing; `number` is the segment in front of which it should stand."""

    node: Node
    use: int
    number: int


def lacking(table: Table, placed: list[Placed]) -> Iterator[Lack]:
    """Give the uses that are missing, for each instance of their group.

    A position at which nothing stands was said to be missing; where something wrong stands, that may be the one.
    """
    for node, use in table.needed:
        held: list[Placed] = []
        for place in placed:
            if place.step is None:
                continue
            if node.group in place.step.entered:
                yield from _in(held, node, use)
                held = []
            if place.step.node is node:
                held.append(place)
        yield from _in(held, node, use)


def _in(held: list[Placed], node: Node, use: int) -> Iterator[Lack]:
    """Give the use if it is not among the segments that stand at the position."""
    sent = Counter(index for place in held for index in place.item.uses)
    sound = all(place.item.uses and not place.item.faulty for place in held)
    if held and not sent[use] and sound and all(sent[index] <= node.limits[index] for index in sent):
        behind = (place.number for place in held if min(place.item.uses) > use)
        yield Lack(node, use, next(behind, held[-1].number + 1))
