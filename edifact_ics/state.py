"""Where a walk stands in the guide, and what is counted there."""

from __future__ import annotations

from dataclasses import dataclass, field

from edifact_ics.interpreted import Interpreted
from edifact_ics.table import Node, Step


@dataclass(slots=True)
class State:
    """Where a walk stands; copied to try an explanation out."""

    node: Node | None
    counts: list[int]
    uses: list[int]
    context: dict[str, Interpreted] = field(default_factory=dict)

    def set(self, other: State) -> None:
        """Become another state; the lists stay the same objects."""
        self.node = other.node
        self.counts[:] = other.counts
        self.uses[:] = other.uses
        self.context.clear()
        self.context.update(other.context)

    def reset(self, step: Step, number: int = 0) -> tuple[int, list[int], list[int]]:
        """Set to zero what a new instance of a group counts anew, and forget what was said by segments now missing.

        Return the number given and what the counters held before.
        """
        for node in step.missing:
            self.context.pop(node.segment.position, None)
        counts: list[int] = []
        uses: list[int] = []
        if step.reset is not None:
            first, last = step.reset
            counts = self.counts[first:last]
            self.counts[first:last] = step.zeros
        if step.reset_uses is not None:
            first, last = step.reset_uses
            uses = self.uses[first:last]
            self.uses[first:last] = step.zero_uses
        return number, counts, uses

    def copy(self) -> State:
        """Return the same standing, to be moved on apart."""
        return State(self.node, self.counts.copy(), self.uses.copy(), self.context.copy())
