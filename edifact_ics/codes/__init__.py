"""The finding codes: what each means, how to cure it, where that stands, how much it weighs.

One module for each family; rules add theirs under their own ids.
"""

from __future__ import annotations

from edifact_ics.codes.code import Code
from edifact_ics.codes.document import INT, XSD
from edifact_ics.codes.envelope import ENV, SYN
from edifact_ics.codes.ledger import LED
from edifact_ics.codes.message import STR, VAL
from edifact_ics.finding import Finding, Position

__all__ = ["CODES", "Code", "finding"]

CODES: dict[str, Code] = {**SYN, **ENV, **STR, **VAL, **XSD, **LED, **INT}


def finding(code: str, position: Position, text: str, value: str | None = None, hint: str | None = None) -> Finding:
    """Return a finding whose severity and source are those of its code."""
    known = CODES[code]
    return Finding(code, known.severity, text, position, value=value, source=known.source, hint=hint)
