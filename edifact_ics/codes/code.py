"""What a finding code means."""

from __future__ import annotations

from typing import NamedTuple

from edifact_ics.finding import Severity


class Code(NamedTuple):
    """What a finding code means: `title` in a few words, `meaning` and `cure` as sentences, `source` the clause."""

    title: str
    meaning: str
    cure: str
    source: str
    severity: Severity = Severity.ERROR
