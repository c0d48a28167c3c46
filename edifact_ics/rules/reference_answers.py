"""Lodgement questions and declarations: their numbers stand in tables, and some answers ask for more.

The rules document calls them by name; the tables say which number has which name.
"""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import is_
from edifact_ics.rules.reference_data import is_missing
from edifact_ics.rules.reference_parties import is_accredited
from edifact_ics.rules.rule import CHECK, Known, Rule, rule
from edifact_ics.view import LINE, TRANSPORT_LINE, Complaint, Level

_QUESTION = "LodgementQuestionIdentifier"
_DECLARATION = "LodgementDeclarationIdentifier"
_BARRIER = ("AQIS FCL BARRIER QUESTION", "AQIS LCL BARRIER QUESTION")
_CONTAINERS = ("FCL", "LCL", "FCX")


def _numbers(known: Known, table: str, name: str) -> set[str]:
    """Return the numbers that a table has for a name, without leading zeros: messages differ in how many they send."""
    rows = known.tables.rows(table, on=known.lodged)
    return {row["identifier"].lstrip("0") for row in rows if row["name"].casefold() == name.casefold()}


def _answers(level: Level, known: Known, question: str) -> list[tuple[str, int]]:
    """Return the answers a level gives to a question, with the number of the repetition."""
    numbers = _numbers(known, "lodgement_questions", question)
    return [
        (record.get("LodgementQuestionAnswerType") or "", record.number)
        for record in level.records(_QUESTION)
        if (record.get(_QUESTION) or "").lstrip("0") in numbers
    ]


@rule("GBR-AQIS-CONCERN-TYPE-04", on=_QUESTION, needs="lodgement_questions")
def concern_of_packing(level: Level, known: Known) -> Iterator[Complaint]:
    """A high-risk answer to a question on packing, and cargo in containers, need an AQIS Concern Type.

    An error for an importer who is accredited with quarantine, as far as the table of clients knows; a warning else.
    """
    cargo = {kind for one in (level, *level.below) for kind in one.values("ImportCargoType")}
    if not cargo.intersection(_CONTAINERS) or not is_missing(level, "AQISConcernType"):
        return
    for question in _BARRIER:
        risky = {
            row["high_risk_answer"]
            for row in known.tables.rows("lodgement_questions", on=known.lodged)
            if row["name"].casefold() == question.casefold()
        }
        if any(answer in risky for answer, _ in _answers(level, known, question) if answer):
            text = f"AQIS Concern Type is missing: the answer to the {question} says that the packing is a concern."
            yield Complaint(level, "AQISConcernType", text, warning=not is_accredited(level, known))
            return


def _referral(ident: str, question: str) -> Rule:
    """A concern that is answered with Y is described."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        name = "ReferralReasonDescription"
        if level.values(name) or not is_missing(level, name):
            return
        for answer, number in _answers(level, known, question):
            if answer == "Y":
                text = f"Referral Reason Description is missing: the question on {question} is answered with Y."
                yield level.complaint(name, text, number)
                return

    return Rule(
        ident, CHECK, _QUESTION, check=check, carried=(_QUESTION,), on=(_QUESTION,), needs=("lodgement_questions",)
    )


def _quotation(given: str, ungiven: str, indicator: str, declaration: str) -> list[Rule]:
    """A line that quotes an ABN for a tax needs the declaration; without such a line it is not made."""

    def needed(level: Level, known: Known) -> Iterator[Complaint]:
        header = level.parent or level
        numbers = _numbers(known, "lodgement_declarations", declaration)
        made = {number.lstrip("0") for number in header.values(_DECLARATION)}
        if numbers and numbers.isdisjoint(made) and header.knows(_DECLARATION):
            label = level.guide.label(indicator)
            text = f"The lodgement declaration {declaration!r} ({', '.join(sorted(numbers))}) is missing: {label} is Y."
            yield header.complaint(_DECLARATION, text)

    def not_wanted(level: Level, known: Known) -> Iterator[Complaint]:
        lines = [one for one in level.below if one.kind == LINE]
        if not level.complete or any(one.get(indicator) == "Y" for one in lines) or not level.guide.kinds_of(indicator):
            return
        numbers = _numbers(known, "lodgement_declarations", declaration)
        for number, made in level.each(_DECLARATION):
            if made.lstrip("0") in numbers:
                label = level.guide.label(indicator)
                text = f"The lodgement declaration {declaration!r} must not be made: {label} is Y on no line."
                yield level.complaint(_DECLARATION, text, number)

    needs = ("lodgement_declarations",)
    return [
        Rule(given, CHECK, indicator, is_(indicator, "Y"), needed, (indicator,), on=(indicator,), needs=needs),
        Rule(ungiven, CHECK, _DECLARATION, check=not_wanted, carried=(_DECLARATION,), on=(_DECLARATION,), needs=needs),
    ]


RULES: list[Rule] = [
    _referral("GBR-REFERRAL-REASON-DESCRIPTION-01", "Quarantine concerns"),
    _referral("GBR-REFERRAL-REASON-DESCRIPTION-02", "Community Protection concerns"),
    *_quotation(
        "GBR-LUXURY-CAR-TAX-QUOTE-INDICATOR-02",
        "GBR-LUXURY-CAR-TAX-QUOTE-INDICATOR-03",
        "LuxuryCarTaxQuoteIndicator",
        "Luxury Car Tax Quotation",
    ),
    *_quotation(
        "GBR-WINE-EQUALISATION-TAX-QUOTE-INDICATOR-02",
        "GBR-WINE-EQUALISATION-TAX-QUOTE-INDICATOR-03",
        "WineEqualisationTaxQuoteIndicator",
        "Wine Equalisation Tax Quotation",
    ),
]


@rule("GBR-AQIS-PROCESSING-TYPE-05", on="AQISProcessingType", needs="aqis_processing_types")
def cargo_of_a_processing_type(level: Level, known: Known) -> Iterator[Complaint]:
    """A processing type that is for one cargo type needs a transport line of that type."""
    header = level.parent or level
    if not header.complete:
        return
    cargo = {kind for one in header.below if one.kind == TRANSPORT_LINE for kind in one.values("ImportCargoType")}
    for number, value in level.each("AQISProcessingType"):
        row = known.tables.row("aqis_processing_types", value, on=known.lodged)
        if row is not None and row["cargo_type"] and row["cargo_type"] not in cargo:
            text = f"AQIS Processing Type {value!r} is for cargo type {row['cargo_type']}, which no transport line has."
            yield level.complaint("AQISProcessingType", text, number)
