"""Luxury car tax: exemption, quotation, and the one vehicle of a line for which it is paid."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edifact_ics.rules.conditions import is_, line
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import at_most, forbidden_when, required_when
from edifact_ics.view import Complaint, Level

EXEMPTION, PAYABLE = "LuxuryCarTaxExemptionCode", "LuxuryCarTaxPayableIndicator"
QUOTED = is_("LuxuryCarTaxQuoteIndicator", "Y")
PAID = is_(PAYABLE, "Y")

RULES: list[Rule] = [
    forbidden_when("GBR-LUXURY-CAR-TAX-EXEMPTION-CODE-01", EXEMPTION, line("N20")),
    forbidden_when("GBR-LUXURY-CAR-TAX-EXEMPTION-CODE-02", EXEMPTION, QUOTED),
    at_most("GBR-LUXURY-CAR-TAX-PAYABLE-INDICATOR-04", "VehicleIdentificationNumber", 1, PAID),
    required_when("GBR-LUXURY-CAR-TAX-QUOTE-INDICATOR-01", "ImporterABN", QUOTED),
]


# Where a line has two quantities, the first counts: the statistical one.


@rule("GBR-LUXURY-CAR-TAX-PAYABLE-INDICATOR-05", on=PAYABLE, when=PAID)
def cars_are_counted(line: Level, known: Known) -> Iterator[Complaint]:
    unit = line.get("QuantityUnit")
    if unit != "NO" and (unit is not None or line.complete):
        text = f"Quantity Unit is {unit or 'missing'}; it must be NO (number) where luxury car tax is payable."
        yield line.complaint("QuantityUnit", text)


@rule("GBR-LUXURY-CAR-TAX-PAYABLE-INDICATOR-06", on=PAYABLE, when=PAID)
def one_car_a_line(line: Level, known: Known) -> Iterator[Complaint]:
    quantity = line.get("Quantity")
    if (quantity is None and line.complete) or (quantity is not None and Decimal(quantity) != 1):
        text = f"Quantity is {quantity or 'missing'}; it must be 1 where luxury car tax is payable."
        yield line.complaint("Quantity", text)
