"""The basis and the date of valuation."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import ORIGINAL, line
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import forbidden_when, required_when
from edifact_ics.view import Complaint, Level

RULES: list[Rule] = [
    forbidden_when("GBR-VALUATION-BASIS-TYPE-01", "ValuationBasisType", line("N30")),
    required_when("GBR-VALUATION-BASIS-TYPE-03", "ValuationBasisType", ORIGINAL & line("N10", "N20")),
    required_when("GBR-VALUATION-DATE-01", "ValuationDate", ORIGINAL),
]


@rule("GBR-VALUATION-DATE-02", on="ValuationDate")
def not_valued_after_lodgement(header: Level, known: Known) -> Iterator[Complaint]:
    """The Date of Lodgement, which the document does not define, is the day of preparation in UNB."""
    valued = header.get("ValuationDate")
    if valued is not None and known.lodged is not None and valued > f"{known.lodged:%Y%m%d}":
        text = f"Valuation Date {valued} is after the Date of Lodgement, {known.lodged:%Y%m%d} by UNB."
        yield header.complaint("ValuationDate", text)
