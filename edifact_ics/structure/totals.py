"""Control totals held against what a message lists."""

from __future__ import annotations

from collections import Counter

from edifact_ics.codes import CODES
from edifact_ics.segment.interpreted import ElementFinding
from edifact_ics.structure.walked import StructureFinding, Walk


def wrong_totals(walked: Walk) -> list[StructureFinding]:
    """Return the findings that a total is not the number of segments it counts; one for each total.

    Where nothing is listed there is nothing to count: Customs then gives what the message answered had.
    """
    placed = [(place, place.step.node) for place in walked.placed if place.step is not None]
    segments = Counter(node.segment.position for _, node in placed)
    said = Counter(f"{value.xml}={text}" for place, _ in placed for value, text in place.item.values)
    found = []
    for place, node in placed:
        for value, text in place.item.values:
            listed = segments[value.counts] - said[value.uncounted] if value.counts else 0
            if not listed or not text.isdecimal() or int(text) == listed:
                continue
            code, (element, part) = "STR-19", value.places[0]
            message = f"{value.name} is {text}, the message lists {listed}."
            severity, source = CODES[code].severity, node.row.source
            inner = ElementFinding(code, severity, element, part, message, text, value.name, source=source)
            found.append(StructureFinding(place.number, inner))
    return found
