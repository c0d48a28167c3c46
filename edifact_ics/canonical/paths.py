"""Where in the canonical document a segment or an element stands."""

from __future__ import annotations

from edifact_ics.guide.layout import Frame
from edifact_ics.guide.layout import paths as paths_of
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Placed


def prefixes(table: Table, placed: list[Placed], wanted: set[int]) -> dict[int, tuple[str, dict[int, int]]]:
    """Return, for the segments wanted, the path of their frame and how many elements each slot of it holds by then."""
    counts: dict[int, int] = {}
    trail: list[tuple[str, dict[int, int]]] = [(f"/{table.mig.xml}", counts)]
    frames: list[Frame] = []
    found: dict[int, tuple[str, dict[int, int]]] = {}
    for place in placed:
        step = place.step
        if step is not None:
            if step.frames or (frames[-1] if frames else table.layout.root) is not step.inside:
                keep = step.stays(frames)
                del trail[keep + 1 :], frames[keep:]
                for frame in step.node.frames[keep:]:
                    frames.append(frame)
                    path, held = trail[-1]
                    held[frame.slot] = held.get(frame.slot, 0) + 1
                    trail.append((f"{path}/{frame.name}[{held[frame.slot]}]", {}))
            held = trail[-1][1]
            for slot in place.item.slots:
                held[slot] = held.get(slot, 0) + 1
        if place.number in wanted and place.number not in found:
            found[place.number] = (trail[-1][0], dict(trail[-1][1]))
    return found


def places(table: Table) -> dict[tuple[str, ...], tuple[int, int | None]]:
    """Return the element (and component, None in a simple element) of each canonical path below the message."""
    found: dict[tuple[str, ...], tuple[int, int | None]] = {}
    kinds = {use.id: node.segment.type for node in table.nodes for use in node.segment.uses}
    for path, use, value in paths_of(table.layout):
        element, component = value.places[0]
        found[path] = (element, component if kinds[use.id].slots[element - 1].composite else None)
    return found
