"""The account of the rules as text, and as JSON for programs (contract, `rules --format json`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edifact_ics.rules import Rule, RuleSet, catalogue
from edifact_ics.rules.claims import Claim, totals


def text(found: list[Claim], rules: RuleSet, ids: tuple[str, ...] = ()) -> Iterator[str]:
    """Give the statements wanted, a line each, with their totals; all of them if no id is given."""
    for claim in found:
        if _wanted(claim.entry.id, ids):
            by = claim.by or claim.reason or ""
            yield f"{claim.entry.id}  {claim.status}  {claim.entry.statement}" + (f"  ({by})" if by else "")
    for rule in _own(rules, ids):
        yield f"{rule.id}  checked  {rule.statement or rule.text}  ({rule.name})"
    if not ids:
        yield ", ".join(f"{count} {status}" for status, count in totals(found).items())


def as_json(found: list[Claim], rules: RuleSet, ids: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the statements wanted as the contract has them; `totals` are those of the whole catalogue."""
    listed = [_row(claim) for claim in found if _wanted(claim.entry.id, ids)]
    listed += [_own_row(rule) for rule in _own(rules, ids)]
    return {"version": 1, "rules": listed, "totals": totals(found)}


def _wanted(ident: str, ids: tuple[str, ...]) -> bool:
    return not ids or ident.upper().startswith(tuple(one.upper() for one in ids))


def _own(rules: RuleSet, ids: tuple[str, ...]) -> list[Rule]:
    return [rule for rule in rules if rule.id not in catalogue() and _wanted(rule.id, ids)]


def _row(claim: Claim) -> dict[str, Any]:
    entry = claim.entry
    return {
        "id": entry.id,
        "element": entry.element or None,
        "status": claim.status,
        "by": claim.by or None,
        "reason": claim.reason,
        "severity": claim.severity.value,
        "messages": list(entry.messages) or ["ALL"],
        "source_line": entry.line,
        "kind": entry.kind,
        "level": entry.level,
        "statement": entry.statement,
        "condition": entry.condition or None,
        "cure": entry.cure or None,
        "example": entry.example or None,
    }


def _own_row(rule: Rule) -> dict[str, Any]:
    severity = rule.severity.value if rule.severity else "error"
    return {
        "id": rule.id,
        "element": None,
        "status": "checked",
        "by": rule.name,
        "reason": None,
        "severity": severity,
        "messages": list(rule.messages) or ["ALL"],
        "source_line": None,
        "kind": "own",
        "level": rule.level,
        "statement": rule.statement or rule.text,
        "condition": None,
        "cure": rule.cure or None,
        "example": None,
    }
