"""The customs value that a drawback is claimed for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edifact_ics.rules.conditions import absent, is_
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import required_when
from edifact_ics.view import Complaint, Level

ON_HEADER, ON_LINE = "HeaderDrawbackAssessmentMethodType", "LineDrawbackAssessmentMethodIdentifier"
# The document asks for an assessment type O; the method of the line goes before that of the header.
BY_VALUE = is_(ON_LINE, "O") | (absent(ON_LINE) & is_(ON_HEADER, "O"))

RULES: list[Rule] = [required_when("GBR-CUSTOMS-VALUE-AMOUNT-01", "CustomsValueAmount", BY_VALUE)]


@rule("GBR-CUSTOMS-VALUE-AMOUNT-02", on="CustomsValueAmount")
def more_than_nothing(line: Level, known: Known) -> Iterator[Complaint]:
    if Decimal(line.said["CustomsValueAmount"]) <= 0:
        yield line.complaint("CustomsValueAmount", "Customs Value Amount must be greater than zero.")
