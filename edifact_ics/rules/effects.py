"""Unaccompanied personal effects: a declaration with the document property UPE, and who owns the goods."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import WITHDRAW
from edifact_ics.rules.rule import CHECK, Known, Rule, rule
from edifact_ics.view import Complaint, Level

PROPERTY = "HeaderDocumentProperty"


def _owner(ident: str, name: str) -> Rule:
    """What must be told of the importer when one of the document properties, which repeat, is UPE."""

    def check(header: Level, known: Known) -> Iterator[Complaint]:
        if "UPE" in header.values(PROPERTY) and name not in header and header.knows(name):
            label = header.guide.label
            yield header.complaint(name, f"{label(name)} is missing; it must be sent when {label(PROPERTY)} is UPE.")

    return Rule(ident, CHECK, name, ~WITHDRAW, check, (name,), on=(PROPERTY,))


RULES: list[Rule] = [
    _owner("GBR-UPE-IMPORTER-PASSPORT-COUNTRY-06", "UPEImporterPassportCountry"),
    _owner("GBR-UPE-IMPORTER-PASSPORT-NUMBER-01", "UPEImporterPassportNumber"),
    _owner("GBR-UPE-IMPORTER-DATE-OF-BIRTH-01", "UPEImporterDateOfBirth"),
    _owner("GBR-UPE-IMPORTER-SEX-01", "UPEImporterSex"),
]


@rule("GBR-UPE-IMPORTER-PASSPORT-COUNTRY-03", on=PROPERTY)
def effects_come_for_home_consumption(header: Level, known: Known) -> Iterator[Complaint]:
    """Personal effects are not put into a warehouse."""
    nature = header.get("HeaderNatureType")
    if "UPE" in header.values(PROPERTY) and nature is not None and nature not in ("N10", "N10/N20"):
        text = f"Header Nature Type is {nature}; it must be N10 or N10/N20 when {header.guide.label(PROPERTY)} is UPE."
        yield header.complaint("HeaderNatureType", text)


@rule("GBR-UPE-IMPORTER-PASSPORT-COUNTRY-10", on=PROPERTY)
def effects_are_not_self_assessed(header: Level, known: Known) -> Iterator[Complaint]:
    """UPE and SAC exclude each other; the message SAC has no document properties at all."""
    properties = header.each(PROPERTY)
    if "UPE" in (value for _, value in properties):
        for number, value in properties:
            if value == "SAC":
                text = f"{header.guide.label(PROPERTY)} is SAC beside UPE; a declaration has one of the two."
                yield header.complaint(PROPERTY, text, number)
