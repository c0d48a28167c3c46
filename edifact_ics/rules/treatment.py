"""The goods of a line: classification, treatments and their instruments, supplier, identification of vehicles."""

from __future__ import annotations

from edifact_ics.rules.conditions import ORIGINAL, line, present
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import forbidden_when, required_when

N20, N30 = line("N20"), line("N30")


def _typed(ident: str, instrument: str) -> Rule:
    """An instrument that is quoted by number needs its type; a type alone is not forbidden by the document."""
    return required_when(ident, f"{instrument}InstrumentType", present(f"{instrument}InstrumentNumber"))


RULES: list[Rule] = [
    # Here it is the type that needs the number; the document does not say the reverse.
    required_when("GBR-INSTRUMENT-NUMBER-01", "InstrumentNumber", present("InstrumentType")),
    forbidden_when("GBR-SECOND-TREATMENT-CODE-01", "SecondTreatmentCode", N20),
    required_when("GBR-SECOND-TREATMENT-CODE-02", "TreatmentCode", present("SecondTreatmentCode")),
    forbidden_when("GBR-SECOND-TREATMENT-INSTRUMENT-NUMBER-01", "SecondTreatmentInstrumentNumber", N20),
    _typed("GBR-SECOND-TREATMENT-INSTRUMENT-NUMBER-02", "SecondTreatment"),
    required_when(
        "GBR-SECOND-TARIFF-CLASSIFICATION-NUMBER-01",
        "TariffClassificationNumber",
        present("SecondTariffClassificationNumber"),
    ),
    forbidden_when("GBR-SECOND-TARIFF-CLASSIFICATION-NUMBER-02", "SecondTariffClassificationNumber", N20),
    required_when("GBR-STATISTICAL-CODE-01", "StatisticalCode", ORIGINAL),
    forbidden_when("GBR-SUPPLIER-IDENTIFIER-01", "SupplierIdentifier", N30),
    _typed("GBR-TARIFF-CLASSIFICATION-INSTRUMENT-NUMBER-01", "TariffClassification"),
    required_when("GBR-TARIFF-CLASSIFICATION-NUMBER-01", "TariffClassificationNumber", ORIGINAL),
    _typed("GBR-TREATMENT-INSTRUMENT-NUMBER-01", "Treatment"),
    forbidden_when("GBR-TREATMENT-INSTRUMENT-NUMBER-02", "TreatmentInstrumentNumber", N20),
    forbidden_when("GBR-TREATMENT-CODE-02", "TreatmentCode", N20),
    required_when("GBR-TREATMENT-CODE-03", "TreatmentCode", present("TreatmentCodeRateNumber")),
    forbidden_when("GBR-VEHICLE-IDENTIFICATION-NUMBER-01", "VehicleIdentificationNumber", N30),
]
