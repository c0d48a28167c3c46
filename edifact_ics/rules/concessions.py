"""What lowers the duty of a line: orders placed in time, import credits, preference, instruments and their codes."""

from __future__ import annotations

from edifact_ics.rules.conditions import absent, line, present
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import at_least_one, forbidden_when, not_together

# Which instrument a firm order needs is not said: any of a line will do.
INSTRUMENTS = (
    "TreatmentInstrumentNumber",
    "SecondTreatmentInstrumentNumber",
    "TariffClassificationInstrumentNumber",
    "PreferenceInstrumentNumber",
)
WAREHOUSED = line("N20")

RULES: list[Rule] = [
    not_together("GBR-EFFECTIVE-DUTY-DATE-01", "EffectiveDutyDate", "FirmOrderDate"),
    forbidden_when("GBR-ELAC-NUMBER-01", "ELACNumber", WAREHOUSED),
    forbidden_when("GBR-ELAC-NUMBER-02", "ELACNumber", absent("PreferenceSchemeType")),
    forbidden_when("GBR-FIRM-ORDER-DATE-01", "FirmOrderDate", WAREHOUSED),
    at_least_one(
        "GBR-FIRM-ORDER-DATE-02",
        *INSTRUMENTS,
        when=present("FirmOrderDate"),
        text="A number of an instrument is missing; it must be sent when Firm Order Date is sent.",
    ),
    forbidden_when("GBR-IMPORT-CREDIT-NUMBER-01", "ImportCreditNumber", WAREHOUSED),
    forbidden_when("GBR-INSTRUMENT-SECURITY-CODE-04", "InstrumentSecurityCode", WAREHOUSED),
]
