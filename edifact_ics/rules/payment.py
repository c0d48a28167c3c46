"""Bank accounts that are paid from."""

from __future__ import annotations

from edifact_ics.rules.conditions import ORIGINAL, present
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import forbidden_when, required_when

RULES: list[Rule] = [
    # The words fit a refund better than a payment: payments and drawbacks, which must name an account, are left out.
    forbidden_when(
        "GBR-BANK-ACCOUNT-NAME-01", "BankAccountName", ORIGINAL, messages=("IMD", "IMPED1", "IMPED2", "SAC")
    ),
    required_when("GBR-BSB-NUMBER-01", "BSBNumber", present("BankAccountNumber")),
]
