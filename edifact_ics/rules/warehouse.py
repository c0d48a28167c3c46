"""Goods in a warehouse: where they are kept, how they are counted there, the declaration that put them there."""

from __future__ import annotations

from edifact_ics.rules.conditions import ORIGINAL, absent, header, is_not, line, present
from edifact_ics.rules.rule import EVERY, Rule
from edifact_ics.rules.shapes import forbidden_when, only_when, required_when

LINE_NUMBER, IDENTIFIER = "WarehouseReferenceLineNumber", "WarehouseReferenceDeclarationIdentifier"
ESTABLISHMENT, UNIT = "WarehouseEstablishmentIdentifier", "WarehouseQuantityUnitIndicator"

RULES: list[Rule] = [
    required_when("GBR-WAREHOUSE-REFERENCE-LINE-NUMBER-01", IDENTIFIER, present(LINE_NUMBER)),
    required_when("GBR-WAREHOUSE-REFERENCE-LINE-NUMBER-02", LINE_NUMBER, present(IDENTIFIER)),
    only_when("GBR-WAREHOUSE-REFERENCE-LINE-NUMBER-03", LINE_NUMBER, line("N30")),
    # Goods quoted by a clearance code have no line to quote, and a nil return has no goods.
    required_when(
        "GBR-WAREHOUSE-REFERENCE-LINE-NUMBER-04",
        LINE_NUMBER,
        line("N30") & absent("MultipleClearanceCode") & is_not("NilReturnIndicator", "Y"),
    ),
    only_when("GBR-WAREHOUSE-REFERENCE-DECLARATION-IDENTIFIER-01", IDENTIFIER, line("N30")),
    # The header of a home consumption declaration names no warehouse, and neither do its lines.
    forbidden_when("GBR-WAREHOUSE-ESTABLISHMENT-IDENTIFIER-01", ESTABLISHMENT, header("N10"), level=EVERY),
    required_when(
        "GBR-WAREHOUSE-ESTABLISHMENT-IDENTIFIER-02", ESTABLISHMENT, header("N10/N20", "N20", "N30") & ORIGINAL
    ),
    forbidden_when("GBR-WAREHOUSE-QUANTITY-UNIT-INDICATOR-01", UNIT, line("N10")),
    required_when("GBR-WAREHOUSE-QUANTITY-UNIT-INDICATOR-03", UNIT, line("N20")),
]
