"""What the header says of the whole declaration: identifiers, importer, nature, amounts, properties, amber reasons."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import CHANGE, ORIGINAL, PRE_LODGED, WITHDRAW, header, line, present
from edifact_ics.rules.rule import CHECK, Known, Rule, rule
from edifact_ics.rules.shapes import at_least_one, distinct, forbidden_when, required_when
from edifact_ics.view import HEADER, LINE, Complaint, Level

TERMS = "InvoiceTermType"
DECLARATIONS = ("IMD", "SAC", "IMPED1", "IMPED2", "RCR")


def _apart(ident: str, heading: str, nature: str) -> Rule:
    """A line of this nature has no place in a declaration of that nature (Table A of the document)."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        yield level.complaint("LineNatureType", f"A line of nature {nature} cannot stand in an {heading} declaration.")

    name = "LineNatureType"
    return Rule(ident, CHECK, name, header(heading) & line(nature), check, (name,), level=LINE, on=(name,))


RULES: list[Rule] = [
    required_when("GBR-GOODS-DESCRIPTION-01", "GoodsDescription", ORIGINAL, messages=("DRWBCK", "IMD", "SAC")),
    required_when("GBR-HEADER-AMOUNT-TYPE-02", "HeaderAmountCurrencyCode", present("HeaderAmount")),
    distinct("GBR-HEADER-AMOUNT-TYPE-03", "HeaderAmountType"),
    required_when("GBR-HEADER-NATURE-TYPE-01", "HeaderNatureType", ORIGINAL),
    _apart("GBR-HEADER-NATURE-TYPE-03", "N10", "N20"),
    _apart("GBR-HEADER-NATURE-TYPE-04", "N10", "N30"),
    _apart("GBR-HEADER-NATURE-TYPE-05", "N20", "N10"),
    _apart("GBR-HEADER-NATURE-TYPE-06", "N20", "N30"),
    _apart("GBR-HEADER-NATURE-TYPE-07", "N10/N20", "N30"),
    _apart("GBR-HEADER-NATURE-TYPE-08", "N30", "N10"),
    _apart("GBR-HEADER-NATURE-TYPE-09", "N30", "N20"),
    # Other messages quote a declaration that exists: the number is kept from an Original only where it is its own.
    forbidden_when("GBR-IMPORT-DECLARATION-IDENTIFIER-02", "ImportDeclarationIdentifier", ORIGINAL, messages=("IMD",)),
    forbidden_when(
        "GBR-SELF-ASSESSED-CLEARANCE-IDENTIFIER-01", "SelfAssessedClearanceIdentifier", ORIGINAL, messages=("SAC",)
    ),
    # A self assessed clearance may name the importer in words: not everybody has a number.
    at_least_one(
        "GBR-IMPORTER-ABN-01",
        "ImporterABN",
        "ImporterIdentifier",
        "ImporterName",
        messages=DECLARATIONS,
        text="The importer is not named: send Importer ABN or Importer Identifier.",
    ),
    forbidden_when(
        "GBR-IMPORT-PERIODIC-DECLARATION-IDENTIFIER-02",
        "ImportPeriodicDeclarationIdentifier",
        ORIGINAL | WITHDRAW,
        messages=("IMPED1", "IMPED2"),
    ),
    required_when("GBR-IMPORTER-REFERENCE-01", "ImporterReference", ORIGINAL),
    forbidden_when("GBR-INVOICE-TERM-TYPE-02", "InvoiceTermType", header("N30")),
    required_when(
        "GBR-LODGEMENT-QUESTION-IDENTIFIER-01", "LodgementQuestionAnswerType", present("LodgementQuestionIdentifier")
    ),
    forbidden_when("GBR-PRE-LODGEMENT-INDICATOR-02", "SecurityIdentifier", PRE_LODGED),
]


@rule("GBR-HEADER-DOCUMENT-PROPERTY-05", on="HeaderDocumentProperty")
def full_calculation_is_for_self_assessed_clearances(level: Level, known: Known) -> Iterator[Complaint]:
    properties = level.values("HeaderDocumentProperty")
    if "PAYDTC" in properties and "SAC" not in properties:
        text = "Header Document Property PAYDTC is sent without SAC; it is for self assessed clearances only."
        number = next(n for n, value in level.each("HeaderDocumentProperty") if value == "PAYDTC")
        yield level.complaint("HeaderDocumentProperty", text, number)


STATEMENT, REASON, LINE_REASON = "AmberStatement", "HeaderAmberReasonType", "LineAmberReasonType"


def _has_reason(home: Level) -> bool:
    return REASON in home.said or any(LINE_REASON in level.said for level in home.inside())


@rule("GBR-HEADER-AMBER-REASON-TYPE-01", carried=(STATEMENT,), level=HEADER, when=~WITHDRAW)
def amber_reasons_are_explained(header: Level, known: Known) -> Iterator[Complaint]:
    for home in _homes(header, STATEMENT):
        if STATEMENT not in home.said and home.complete and _has_reason(home):
            yield home.complaint(STATEMENT, "Amber Statement is missing: an amber reason is given, but not explained.")


@rule("GBR-HEADER-AMBER-REASON-TYPE-02", on=STATEMENT, when=~WITHDRAW)
def only_amber_reasons_are_explained(home: Level, known: Known) -> Iterator[Complaint]:
    if home.complete and not _has_reason(home):
        yield home.complaint(STATEMENT, "Amber Statement is sent, but no amber reason, neither here nor on a line.")


@rule("GBR-INVOICE-TERM-TYPE-01", carried=(TERMS,), level=HEADER, when=ORIGINAL | CHANGE)
def terms_of_the_invoice(header: Level, known: Known) -> Iterator[Complaint]:
    """A periodic declaration says them of its releases, and not of each; one that says none at all lacks them."""
    if header.nature == "N30":  # they are forbidden there
        return
    homes = _homes(header, TERMS)
    if not homes and header.function == "Original":
        homes = (header.below or [header])[:1]
    for home in homes:
        if TERMS not in home.said and home.complete and home.function == "Original":
            label = header.guide.label(TERMS)
            yield home.complaint(TERMS, f"{label} is missing; it must be sent when the message is an Original.")


def _homes(header: Level, name: str) -> list[Level]:
    """The levels that may hold an element: the header, or below each sub header of a periodic declaration."""
    kinds = header.guide.kinds_of(name)
    return [header] if HEADER in kinds else [level for level in header.inside() if level.kind in kinds]
