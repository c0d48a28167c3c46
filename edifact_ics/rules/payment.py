"""Payment: the bank accounts paid from, funds transfer, payment under protest."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import ORIGINAL, absent, is_, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import at_least_one, forbidden_when, not_together, required_when
from edifact_ics.view import Complaint, Level

RULES: list[Rule] = [
    # The words fit a refund better than a payment: payments and drawbacks, which must name an account, are left out.
    forbidden_when(
        "GBR-BANK-ACCOUNT-NAME-01", "BankAccountName", ORIGINAL, messages=("IMD", "IMPED1", "IMPED2", "SAC")
    ),
    required_when("GBR-BSB-NUMBER-01", "BSBNumber", present("BankAccountNumber")),
    at_least_one(
        "GBR-FIRST-PAID-UNDER-PROTEST-DECLARATION-IDENTIFIER-02",
        "FirstPaidUnderProtestDeclarationIdentifier",
        "PaidUnderProtestStatement",
        when=is_("PaidUnderProtestIndicator", "Y"),
    ),
    not_together(
        "GBR-PAID-UNDER-PROTEST-STATEMENT-01",
        "PaidUnderProtestStatement",
        "FirstPaidUnderProtestDeclarationIdentifier",
    ),
    required_when("GBR-REFUND-BSB-NUMBER-01", "RefundBSBNumber", present("RefundBankAccountNumber")),
]

# No word about funds transfer means that there is none.
NO_TRANSFER = is_("EFTPaymentIndicator", "N") | absent("EFTPaymentIndicator")


@rule("GBR-EFT-PAYMENT-APPROVED-INDICATOR-01", on="EFTPaymentApprovedIndicator", when=NO_TRANSFER)
def only_a_transfer_is_approved(header: Level, known: Known) -> Iterator[Complaint]:
    if header.said["EFTPaymentApprovedIndicator"] == "Y":
        indicator = header.get("EFTPaymentIndicator") or "not sent, which means N"
        text = f"EFT Payment Approved Indicator is Y, but EFT Payment Indicator is {indicator}."
        yield header.complaint("EFTPaymentApprovedIndicator", text)
