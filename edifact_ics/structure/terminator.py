"""A terminator lost inside a message: where the next segment begins inside this one."""

from __future__ import annotations

from typing import NamedTuple

from edifact_ics.structure.state import State
from edifact_ics.structure.table import Step, Table

_TRIED = 8  # places at which a segment might begin


class Cut(NamedTuple):
    """A segment and the one that it swallowed, as they should have been sent.

    `at` is where the second begins, `onward` the step that it takes behind the first.
    """

    first: str
    second: str
    at: int
    onward: Step


def cut(table: Table, state: State, step: Step, raw: str) -> Cut | None:
    """Return the two segments that a segment taken along a step consists of, if cutting it makes both good."""
    released = table.delimiters.release + table.delimiters.terminator
    for match in list(table.embedded.finditer(raw, 4))[:_TRIED]:
        first, second = raw[: match.start()].rstrip(" \r\n").removesuffix(released), raw[match.start() :]
        item = table.interpret(step.node, first, state.context)
        if item.faulty:
            continue
        ahead = state.copy()
        ahead.move(step, item)
        onward = [s for s in table.steps(ahead.node, second[:3]) if not s.missing and s.node.row.matches(second)]
        if onward and (not table.interpret(onward[0].node, second, ahead.context).faulty or _again(table, second)):
            return Cut(first, second, match.start(), onward[0])
    return None


def _again(table: Table, raw: str) -> bool:
    """Tell whether yet another segment begins inside what is left."""
    return table.embedded.search(raw, 4) is not None
