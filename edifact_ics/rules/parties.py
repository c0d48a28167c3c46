"""Parties: who lodges, whom to call, and why something is changed."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import CHANGE, ORIGINAL, WITHDRAW, absent
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import required_when
from edifact_ics.view import Complaint, Level

RULES: list[Rule] = [
    required_when("GBR-BRANCH-IDENTIFIER-02", "ContactPhoneNumber", absent("BranchIdentifier")),
    required_when("GBR-CONTACT-NAME-01", "ContactName", ORIGINAL),
    required_when("GBR-CONTACT-PHONE-NUMBER-01", "ContactPhoneNumber", ORIGINAL),
]

REASONS = ("ChangeReasonDescription", "WithdrawalReasonDescription")


@rule("GBR-CHANGE-REASON-DESCRIPTION-01", carried=REASONS, when=CHANGE | WITHDRAW, own=True)
def reason(header: Level, known: Known) -> Iterator[Complaint]:
    levels = [header, *header.inside()]
    if not any(name in level.said for level in levels for name in REASONS):
        home = next((level for level in levels if REASONS[0] in level.guide.carries[level.kind]), header)
        function = header.get("MessageFunction")
        yield home.complaint(REASONS[0], f"Change Reason Description is missing; a {function} must say why.")
