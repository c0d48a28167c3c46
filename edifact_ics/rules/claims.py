"""What checks each statement of the catalogue: the account of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from edifact_ics.codes import CODES, Code
from edifact_ics.codes.answer import FRONT_END, SIMULATOR, AnswerCode, answer_codes
from edifact_ics.finding import Severity
from edifact_ics.rules.catalogue import Entry, catalogue
from edifact_ics.rules.rule import NOTHING, Known, Rule

UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement and what checks it.

    `status` is checked, mig, xsd, ledger, response, skipped-without:TABLE, not-checkable, or unclaimed; `by` names the
    place in the code or the guides, `reason` says why and how where that is not plain.
    """

    entry: Entry
    status: str
    by: str
    reason: str | None
    severity: Severity


def claims(rules: Iterable[Rule], known: Known = NOTHING) -> list[Claim]:
    """Return the claim of every statement, in the order of the document; `known` tells which tables are loaded."""
    by_id = {rule.id: rule for rule in rules}
    return [_claim(entry, by_id, known) for entry in catalogue().values()]


def _claim(entry: Entry, rules: dict[str, Rule], known: Known) -> Claim:
    if entry.same:
        first = _claim(catalogue()[entry.same], rules, known)
        return Claim(entry, first.status, first.by, f"the same as {entry.same}, and reported as that", first.severity)
    rule = rules.get(entry.id)
    if rule is None:
        return Claim(entry, entry.status or UNCLAIMED, entry.by, entry.reason or None, entry.severity)
    severity = rule.severity or entry.severity
    for need in rule.needs:
        lacking = known.lacks(need)
        if need == "history":
            return Claim(entry, "ledger", rule.name, lacking, severity)
        if lacking is not None:
            return Claim(entry, f"skipped-without:{need}", rule.name, lacking, severity)
    return Claim(entry, "checked", rule.name, entry.reason or None, severity)


def speaking_of(message: str) -> dict[str, list[str]]:
    """Return the ids of the statements that speak of each data element in a message (IMD), by its name."""
    found: dict[str, list[str]] = {}
    for entry in catalogue().values():
        if not entry.messages or message in entry.messages:
            found.setdefault(entry.element, []).append(entry.id)
    return found


def totals(found: Iterable[Claim]) -> dict[str, int]:
    """Return how many statements have each status, and all of them."""
    counts = Counter(claim.status.partition(":")[0] for claim in found)
    return {UNCLAIMED: 0, **dict(sorted(counts.items())), "total": counts.total()}


def explained(entry: Entry) -> Code:
    """Return a statement as what a finding code means."""
    told = entry.condition in ("", "always") or entry.condition in entry.statement
    condition = "" if told else f" It applies when {entry.condition}."
    cure = entry.cure + (f" For example: {entry.example}." if entry.example else "")
    title = entry.element or "every message"
    return Code(title, f"{entry.statement}{condition}", cure, entry.source, entry.severity)


@cache
def meanings() -> dict[str, Code]:
    """Return what every code means: those of findings, then statements of the catalogue, then codes of answers."""
    known = {**CODES, **{ident: explained(entry) for ident, entry in catalogue().items()}}
    return known | {code: answered(entry) for code, entry in answer_codes().items()}


def answered(code: AnswerCode) -> Code:
    """Return a code of a business answer as what a finding code means."""
    broken = [catalogue()[rule] for rule in code.rules]
    of_one = explained(broken[0]) if len(broken) == 1 else None
    title = code.label or (of_one.title if of_one else "")
    told = f"{code.label[:1].upper()}{code.label[1:]}. " if code.label else ""
    if of_one:
        meaning = f"{told}Rule {code.rules[0]}: {of_one.meaning}"
    elif broken:
        meaning = f"{told}It stands for any of {len(broken)} rules; the text of the error names the one."
    else:
        meaning = told.rstrip()
    if code.note:
        meaning += f" ({code.note[:1].upper()}{code.note[1:]}.)"
    who = {SIMULATOR: "our own, the code of Customs is not known", FRONT_END: "the front end of Customs"}
    cure = of_one.cure if of_one else "See the text of the error." if code.severity == "error" else ""
    severity = {"error": Severity.ERROR, "warning": Severity.WARNING}.get(code.severity, Severity.INFO)
    return Code(title, meaning, cure, f"{who.get(code.family, 'answers of Customs')} ({code.basis})", severity)
