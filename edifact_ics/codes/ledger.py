"""Codes of what was sent before, where it is no business rule."""

from __future__ import annotations

from edifact_ics.codes.code import Code

LED = {
    "LED-01": Code(
        "an answer is outstanding",
        "A message with this sender reference was sent on and Customs has not answered it. Until then nobody can tell "
        "which version Customs holds, and whether the next one is in order.",
        "Wait for the answer, then send. `edifact-ics ledger answer` takes answers that came by another way.",
        "ICS business rules, life of a document",
    ),
}
