"""Where a walk stands in the guide, and what is counted there."""

from __future__ import annotations

from dataclasses import dataclass, field

from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.structure.table import Node, Step


@dataclass(slots=True, eq=False)
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

    def reset(self, step: Step) -> None:
        """Set to zero what a new instance of a group counts anew, and forget what was said by segments now missing."""
        for node in step.missing:
            self.context.pop(node.segment.position, None)
        if step.reset is not None:
            first, last = step.reset
            self.counts[first:last] = step.zeros
        if step.reset_uses is not None:
            first, last = step.reset_uses
            self.uses[first:last] = step.zero_uses

    def copy(self) -> State:
        """Return the same standing, to be moved on apart."""
        return State(self.node, self.counts.copy(), self.uses.copy(), self.context.copy())

    def is_spent(self, step: Step, item: Interpreted) -> bool:
        """Tell whether a segment of one of these uses was sent as often as it may be."""
        if step.reset_uses is not None:
            return False
        node = step.node
        return any(self.uses[node.uses + use] >= node.limits[use] for use in item.uses)

    def move(self, step: Step, item: Interpreted) -> bool:
        """Go along a step; tell whether the segment is the first one too many of its kind."""
        counts, node = self.counts, step.node
        self.reset(step)
        counts[step.counter] += 1
        over = counts[step.counter] == step.limit + 1
        spent = counts[step.counter] > step.limit
        for use in item.uses:
            self.uses[node.uses + use] += 1
            over = over or (not spent and self.uses[node.uses + use] == node.limits[use] + 1)
        if node.keep:
            self.context[node.segment.position] = item
        self.node = node
        return over
