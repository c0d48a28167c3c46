"""What must stand in a table: ports, currencies, countries, units, quarantine codes, advices, securities, declarations.

A rule is skipped when its table is not loaded. What counts is the table on the effective duty date where the line has
one, else on the day of lodgement. The registers of clients, permits, advices and securities are kept by Customs and by
other agencies; a copy of them may be a part, so what it does not hold is a warning.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from edifact_ics.reference import Row
from edifact_ics.rules.conditions import ALWAYS, PRE_LODGED, Condition
from edifact_ics.rules.rule import CHECK, Known, Rule, rule
from edifact_ics.view import Complaint, Level


def day_of(level: Level, known: Known) -> datetime.date | None:
    """Return the day whose tables count for a level; None, which means any day, if none is known."""
    written = level.get("EffectiveDutyDate")
    if written is not None:
        try:
            return datetime.date.fromisoformat(written)
        except ValueError:  # its form is complained of elsewhere
            pass
    return known.lodged


def goods_of(level: Level) -> tuple[str, str] | None:
    """Return classification and statistical code of a line; None if it does not have both."""
    classification, statistical = level.get("TariffClassificationNumber"), level.get("StatisticalCode")
    return (classification, statistical) if classification and statistical else None


def is_missing(level: Level, name: str) -> bool:
    """Tell whether an element that this message could carry here was surely not sent."""
    return name not in level and bool(level.guide.kinds_of(name)) and level.knows(name)


def out_of_force(row: Row, day: datetime.date | None) -> str:
    """Return, in words, that a row is not in force on a day, and why."""
    begins = day is not None and row["from"] > day.isoformat()
    return f"is not in force on {day}: it {'begins on ' + row['from'] if begins else 'ended on ' + row['until']}"


def in_table(ident: str, name: str, table: str, **more: Any) -> Rule:
    """The element is the key of a row of the table that is in force."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        day = day_of(level, known)
        for number, value in level.each(name):
            if known.tables.row(table, value, on=day) is None:
                old = known.tables.row(table, value)
                why = out_of_force(old, day) if old else f"is not in the table {table}"
                yield level.complaint(name, f"{level.guide.label(name)} {value!r} {why}.", number)

    return Rule(ident, CHECK, name, check=check, carried=(name,), on=(name,), needs=(table,), **more)


RULES: list[Rule] = [
    in_table("GBR-AQIS-CONCERN-TYPE-05", "AQISConcernType", "aqis_concern_types"),
    in_table("GBR-AQIS-DOCUMENT-TYPE-03", "AQISDocumentType", "aqis_document_types"),
    in_table("GBR-AQIS-PREMISES-IDENTIFIER-01", "AQISPremisesIdentifier", "aqis_premises"),
    in_table("GBR-AQIS-PROCESSING-TYPE-04", "AQISProcessingType", "aqis_processing_types"),
    in_table("GBR-AQIS-PRODUCER-CODE-08", "AQISProducerCode", "aqis_producers"),
    in_table("GBR-FOREIGN-CURRENCY-CODE-01", "ForeignCurrencyCode", "currencies"),
    in_table("GBR-IMPORTER-COUNTRY-CODE-01", "ImporterCountryCode", "countries"),
    in_table("GBR-ORIGINATING-ESTABLISHMENT-IDENTIFIER-01", "OriginatingEstablishmentIdentifier", "establishments"),
]


def _australian(ident: str, name: str) -> Rule:
    """The port is in Australia; one of Australia that the table does not hold may be newer than the table."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        for number, port in level.each(name):
            label = level.guide.label(name)
            if port[:2] != "AU":
                yield level.complaint(
                    name, f"{label} {port!r} is not in Australia; its code must begin with AU.", number
                )
            elif known.tables.row("ports", port, on=day_of(level, known)) is None:
                text = f"{label} {port!r} is not among the Australian ports of the table; it may be newer, or mistyped."
                yield Complaint(level, name, text, number, warning=True)

    return Rule(ident, CHECK, name, ALWAYS, check, (name,), on=(name,), needs=("ports",))


RULES += [
    _australian("GBR-FIRST-ARRIVAL-PORT-CODE-02", "FirstArrivalPortCode"),
    _australian("GBR-PORT-OF-DESTINATION-01", "PortOfDestination"),
]


@rule("GBR-IMPORTER-STATE-CODE-01", on="ImporterStateCode", needs="states")
def importer_state(level: Level, known: Known) -> Iterator[Complaint]:
    """The state of an Australian importer is one of the eight states and territories."""
    state = level.said["ImporterStateCode"]
    if level.get("ImporterCountryCode") in (None, "AU") and not known.tables.row("states", state):
        states = ", ".join(known.tables.values("states"))
        yield level.complaint("ImporterStateCode", f"Importer State Code {state!r} is none of {states}.")


@rule("GBR-EXPORT-QUANTITY-02", on="ExportQuantityUnit", needs="codelists")
def export_unit(level: Level, known: Known) -> Iterator[Complaint]:
    """The unit is one that ICS knows; a list that is open makes an unknown one a warning."""
    tables = known.tables
    for number, unit in level.each("ExportQuantityUnit"):
        if tables.row("codelists", "QuantityUnit", unit, on=day_of(level, known)):
            continue
        other = tables.row("units", unit, "REC20")
        hint = f"; in Recommendation 20 it is the {other['name']}, but ICS has codes of its own" if other else ""
        text = f"Export Quantity Unit {unit!r} is not in the code list QuantityUnit{hint}."
        open_ = any(row["open"] == "Y" for row in tables.rows("codelists", "QuantityUnit"))
        yield Complaint(level, "ExportQuantityUnit", text, number, warning=open_)


# ---------------------------------------------------------------------- advices

_VALID = ("Finalised", "Input", "Open")


def _advice(name: str, kind: str, valid: str, invalid: str) -> list[Rule]:
    """An advice is known and of a valid status (first rule), not of an invalid one (second)."""

    def known_and_valid(level: Level, known: Known) -> Iterator[Complaint]:
        for number, advice in level.each(name):
            row = known.tables.row("advice_numbers", advice, on=day_of(level, known))
            if row is None:
                text = f"{level.guide.label(name)} {advice!r} is not in the table advice_numbers."
                yield Complaint(level, name, text, number, warning=True)
            elif row["kind"] != kind and row["status"] in _VALID:
                text = f"{level.guide.label(name)} {advice!r} is a {row['kind']} advice, not a {kind} advice."
                yield level.complaint(name, text, number)

    def not_invalid(level: Level, known: Known) -> Iterator[Complaint]:
        for number, advice in level.each(name):
            row = known.tables.row("advice_numbers", advice, on=day_of(level, known))
            if row is not None and row["status"] not in _VALID:
                text = f"{level.guide.label(name)} {advice!r} is {row['status'].lower()}; it must be {_either(_VALID)}."
                yield level.complaint(name, text, number)

    return [
        Rule(ident, CHECK, name, ALWAYS, check, (name,), on=(name,), needs=("advice_numbers",))
        for ident, check in ((valid, known_and_valid), (invalid, not_invalid))
    ]


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}".lower()


RULES += _advice(
    "HeaderValuationAdviceNumber",
    "valuation",
    "GBR-HEADER-VALUATION-ADVICE-NUMBER-01",
    "GBR-HEADER-VALUATION-ADVICE-NUMBER-02",
)
RULES += _advice(
    "LineValuationAdviceNumber",
    "valuation",
    "GBR-LINE-VALUATION-ADVICE-NUMBER-01",
    "GBR-LINE-VALUATION-ADVICE-NUMBER-02",
)
RULES += _advice("TariffAdviceNumber", "tariff", "GBR-TARIFF-ADVICE-NUMBER-01", "GBR-TARIFF-ADVICE-NUMBER-02")


# ---------------------------------------------------------------------- existing and current


def _registered(
    name: str, table: str, exists: str, current: str, when: Condition = ALWAYS, partial: bool = False
) -> list[Rule]:
    """What is quoted stands in the register (first rule), and is current (second)."""

    def existing(level: Level, known: Known) -> Iterator[Complaint]:
        for number, value in level.each(name):
            if known.tables.row(table, value) is None:
                text = f"{level.guide.label(name)} {value!r} is not in the table {table}."
                yield Complaint(level, name, text, number, warning=partial)

    def in_force(level: Level, known: Known) -> Iterator[Complaint]:
        day = day_of(level, known)
        for number, value in level.each(name):
            row = known.tables.row(table, value)
            if row is not None and known.tables.row(table, value, on=day) is None:
                yield level.complaint(name, f"{level.guide.label(name)} {value!r} {out_of_force(row, day)}.", number)

    return [
        Rule(ident, CHECK, name, when, check, (name,), on=(name,), needs=(table,))
        for ident, check in ((exists, existing), (current, in_force))
    ]


RULES += _registered(
    "DumpingSpecificationNumber",
    "dumping_specifications",
    "GBR-DUMPING-EXPORT-COUNTRY-CODE-04",
    "GBR-DUMPING-EXPORT-COUNTRY-CODE-05",
)
RULES += _registered(
    "SecurityIdentifier",
    "securities",
    "GBR-SECURITY-IDENTIFIER-03",
    "GBR-SECURITY-IDENTIFIER-04",
    when=~PRE_LODGED,
    partial=True,
)
