"""Drawback claims."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edifact_ics.rules.conditions import ORIGINAL
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import forbidden_when, required_when
from edifact_ics.view import Complaint, Level

RULES: list[Rule] = [
    # Other messages quote a claim that exists; the rule is for a claim of its own.
    forbidden_when("GBR-DRAWBACK-CLAIM-IDENTIFIER-02", "DrawbackClaimIdentifier", ORIGINAL, messages=("DRWBCK",)),
    required_when("GBR-EXPORT-DECLARATION-NUMBER-01", "ExportDeclarationNumber"),
]


@rule("GBR-EXPORT-QUANTITY-01", on="ExportQuantity")
def something_was_exported(line: Level, known: Known) -> Iterator[Complaint]:
    for number, quantity in line.each("ExportQuantity"):
        if Decimal(quantity) <= 0:
            text = f"Export Quantity is {quantity}; it must be greater than zero."
            yield line.complaint("ExportQuantity", text, number)
