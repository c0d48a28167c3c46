"""One segment by its guide row: which use it is, its values, their faults, and its canonical XML text.

`interpret` is a pure function of the segment's raw text (and of the few conditions its row puts on segments
before it), so its results are cached: most segments of real traffic repeat. Nothing here knows other segments.
"""

from __future__ import annotations

from edifact_ics.finding import Severity
from edifact_ics.segment.elements import read_values
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.segment.reading import Reading
from edifact_ics.segment.row import Row
from edifact_ics.segment.shape import check_fixed, check_shape, check_tag, uses_of
from edifact_ics.segment.surplus import check_surplus


def interpret(row: Row, raw: str, context: tuple[bool, ...] = ()) -> Interpreted:
    """Return what a segment says. `context` tells which of the row's conditions hold for the segments before it."""
    reading = Reading(row, raw, dict(zip(row.conditions, context, strict=True)))
    check_tag(reading)
    indexes = uses_of(reading)
    uses = [row.segment.uses[index] for index in indexes]
    check_shape(reading)
    for use in uses:
        check_fixed(reading, use)
    out = Interpreted(tuple(indexes))
    out.careful, out.elements = True, reading.elements
    read_values(reading, uses, out)
    check_surplus(reading, out)
    if "".join(reading.elements[0]).upper() != row.segment.tag:
        reading.findings = [
            f for f in reading.findings if f.code == "SYN-08"
        ]  # why all the rest is not as it should be
    if any(f.code == "STR-08" for f in reading.findings):  # what is missing was sent, as elements
        reading.findings = [f for f in reading.findings if f.code not in ("STR-10", "STR-11")]
    reading.findings.sort(key=lambda f: (f.element or 0, f.component or 0))
    out.findings = tuple(reading.findings)
    out.astray = reading.astray
    out.faulty = any(f.severity is Severity.ERROR for f in reading.findings)
    return out
