"""Dumping: what may be sent of it together. What is under measures the tables say (`reference_dumping`)."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import absent, is_, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import forbidden_when, not_together, required_when
from edifact_ics.view import Complaint, Level

EXEMPTION, SPECIFICATION = "DumpingExemptionType", "DumpingSpecificationNumber"
DETAILS = ("DumpingExportCountryCode", "DumpingExportPrice", "DumpingExchangeRate")

RULES: list[Rule] = [
    forbidden_when("GBR-DUMPING-EXCHANGE-RATE-02", "DumpingExchangeRate", is_("DumpingExportPriceCurrency", "AUD")),
    not_together("GBR-DUMPING-EXEMPTION-TYPE-01", EXEMPTION, SPECIFICATION),
    required_when("GBR-DUMPING-EXPORT-COUNTRY-CODE-02", "DumpingExportPrice", present(SPECIFICATION)),
]


@rule("GBR-DUMPING-EXPORT-COUNTRY-CODE-01", on=DETAILS, when=absent(EXEMPTION) & absent(SPECIFICATION))
def details_belong_to_a_measure(line: Level, known: Known) -> Iterator[Complaint]:
    for name in DETAILS:
        for number, _ in line.each(name)[:1]:
            text = "is sent without a Dumping Specification Number or a Dumping Exemption Type that it could belong to."
            yield line.complaint(name, f"{line.guide.label(name)} {text}", number)
