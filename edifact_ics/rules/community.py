"""Community protection: risks, questions, answers and permits."""

from __future__ import annotations

from edifact_ics.rules.conditions import present
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import required_when

RULES: list[Rule] = [
    required_when(
        "GBR-COMMUNITY-PROTECTION-QUESTION-ANSWER-TYPE-02",
        "CommunityProtectionQuestionIdentifier",
        present("CommunityProtectionQuestionAnswerType"),
    ),
]
