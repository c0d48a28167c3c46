"""Wine equalisation tax: exempt from it, or quoting for it."""

from __future__ import annotations

from edifact_ics.rules.conditions import is_, line
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import forbidden_when, not_together, required_when

EXEMPTION, QUOTE = "WineEqualisationTaxExemptionCode", "WineEqualisationTaxQuoteIndicator"

RULES: list[Rule] = [
    forbidden_when("GBR-WINE-EQUALISATION-TAX-EXEMPTION-CODE-01", EXEMPTION, line("N20")),
    not_together("GBR-WINE-EQUALISATION-TAX-EXEMPTION-CODE-02", EXEMPTION, QUOTE),
    required_when("GBR-WINE-EQUALISATION-TAX-QUOTE-INDICATOR-01", "ImporterABN", is_(QUOTE, "Y")),
]
