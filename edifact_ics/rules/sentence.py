"""What is wrong in the words of a rule's shape, for rules that have no sentence of their own."""

from __future__ import annotations

from edifact_ics.rules.conditions import HOLDS, Condition, Is, Not
from edifact_ics.rules.rule import REQUIRED, Rule
from edifact_ics.view import Complaint


def sentence(rule: Rule, complaint: Complaint) -> str:
    """Return what is wrong in the words of the rule's shape."""
    if rule.text:
        return rule.text
    label = complaint.level.guide.label
    name = label(complaint.name)
    when = "" if rule.condition == HOLDS else rule.condition.words(label)
    if rule.shape == REQUIRED:
        return f"{name} is missing; it must be sent when {when}." if when else f"{name} is missing."
    if isinstance(rule.condition, Not):
        return (
            f"{name} may be sent only when {rule.condition.inner.words(label)}{_here(rule.condition.inner, complaint)}."
        )
    return (
        f"{name} must not be sent when {when}{_here(rule.condition, complaint)}."
        if when
        else f"{name} must not be sent."
    )


def _here(condition: Condition, complaint: Complaint) -> str:
    """Return what stands here of the element that a condition asks for, where the condition alone does not say it."""
    if not isinstance(condition, Is) or condition.name == "MessageFunction":
        return ""
    value = complaint.level.nature if condition.name == "LineNatureType" else complaint.level.get(condition.name)
    if value is None:
        return "; it is not sent"
    return "" if condition.values == {value} else f"; it is {value}"
