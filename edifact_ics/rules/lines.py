"""Lines: how they are numbered, what is to be done with them, their amounts, quantities and origin."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import CHANGE, ORIGINAL, WITHDRAW, is_not, line, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import distinct, forbidden_when, only_when, required_when, together
from edifact_ics.view import HEADER, LINE, Complaint, Level

ACTION, NUMBER, STRENGTH = "LineActionCode", "LineNumber", "InvoiceSpiritStrengthPercentage"
WAREHOUSED = line("N20")

RULES: list[Rule] = [
    only_when("GBR-INVOICE-SPIRIT-STRENGTH-PERCENTAGE-02", STRENGTH, line("N30")),
    required_when("GBR-LINE-ACTION-CODE-01", ACTION, ORIGINAL | CHANGE, own=True),
    forbidden_when("GBR-LINE-ACTION-CODE-02", ACTION, WITHDRAW),
    required_when("GBR-LINE-AMOUNT-02", "LineAmountCurrencyCode", present("LineAmount")),
    distinct("GBR-LINE-AMOUNT-03", "LineAmountType"),
    forbidden_when("GBR-LINE-NUMBER-04", NUMBER, WITHDRAW),
    forbidden_when("GBR-MANUAL-LINE-PROCESSING-INDICATOR-01", "ManualLineProcessingIndicator", WAREHOUSED),
    # A self assessed clearance has it on the header, for its lines; the short one has no lines.
    required_when(
        "GBR-ORIGIN-COUNTRY-CODE-01",
        "OriginCountryCode",
        ORIGINAL & present(NUMBER),
        text="Origin Country Code is missing; an Original must send it for its lines.",
    ),
    forbidden_when("GBR-OTHER-DUTY-FACTOR-01", "OtherDutyFactor", WAREHOUSED),
    together("GBR-QUANTITY-01", "Quantity", "QuantityUnit"),
    forbidden_when("GBR-REFUND-REASON-CODE-01", "RefundReasonCode", WAREHOUSED),
    forbidden_when("GBR-RELATED-TRANSACTION-INDICATOR-01", "RelatedTransactionIndicator", line("N30")),
]


@rule("GBR-LINE-NUMBER-01", level=HEADER, carried=(NUMBER,), when=ORIGINAL, own=True)
def lines_begin_with_one(header: Level, known: Known) -> Iterator[Complaint]:
    first = next((one for one in header.lines() if one.said.get(NUMBER, "").isdigit()), None)
    if first is not None and int(first.said[NUMBER]) != 1:
        yield first.complaint(NUMBER, f"The first line has number {first.said[NUMBER]}; it must be 1.")


# The document asks for it with every quantity in litres of alcohol, and allows it on lines out of a warehouse only:
# where both meet, the prohibition wins.
@rule(
    "GBR-INVOICE-SPIRIT-STRENGTH-PERCENTAGE-01",
    on="QuantityUnit",
    carried=(STRENGTH,),
    level=LINE,
    when=line("N30") & ~WITHDRAW & is_not("NilReturnIndicator", "Y"),
)
def spirits_have_a_strength(line: Level, known: Known) -> Iterator[Complaint]:
    if STRENGTH not in line and line.complete and "LA" in line.values("QuantityUnit"):
        text = "Invoice Spirit Strength Percentage is missing; it must be sent with litres of alcohol (LA)."
        yield line.complaint(STRENGTH, text)
