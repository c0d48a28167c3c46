"""What the walk of a message gives: its segments at their places, and what is wrong with their order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from edifact_ics.finding import Severity
from edifact_ics.segment.interpreted import ElementFinding, Interpreted
from edifact_ics.structure.table import Step


class Placed(NamedTuple):
    """A segment and where the walk put it.

    `step` is None when it has no place in the guide; then `item` is empty. `raw` is the segment as sent.
    """

    number: int
    step: Step | None
    item: Interpreted
    raw: str


class StructureFinding(NamedTuple):
    """A finding at a segment, counted from 1 with UNH = 1; `inner` says what, and where inside the segment."""

    segment: int
    inner: ElementFinding


@dataclass(slots=True, eq=False)
class Walk:
    """What the walk of one message gives.

    `placed` are its segments in order; a number that is left out is that of an empty segment, of so many that they are
    only counted. `trailer` is UNT as found, also when it had to be cut out of the segment before. `explained` are
    differences between a segment count sent and the segments found that the findings explain already. `unlisted` counts
    the findings for which there was no room. `garbled`: the last segment has a tag that is none, so it may have been
    UNT.
    """

    placed: list[Placed]
    findings: list[StructureFinding]
    trailer: str | None
    explained: frozenset[int]
    unlisted: Counter[Severity]
    garbled: bool
