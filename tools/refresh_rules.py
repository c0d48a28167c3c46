"""Write docs/rules.md: every statement of the rules document, and what checks it, from the catalogue and the code.

Run `python tools/refresh_rules.py` after a rule or its words were changed; a test fails until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from edifact_ics.finding import Severity
from edifact_ics.rules import standard
from edifact_ics.rules.claims import Claim, claims, totals

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
WORDS = {
    "checked": "checked",
    "mig": "by the guides",
    "xsd": "by the schemas",
    "ledger": "where it is known what was sent before",
    "response": "by the answer",
    "not-checkable": "not here",
    "skipped-without": "with a table that is yours to load",
}
INTRODUCTION = """\
# The business rules

What the rules document of 1 May 2023 says of the ten import messages, statement by statement, in our words, and what
checks it. This page is written by `tools/refresh_rules.py`; `edifact-ics rules` prints the same, and `edifact-ics
explain ID` gives one statement with its condition, its cure and an example. How to add rules of your own:
[rules-writing.md](rules-writing.md).

A rule is asked where the guide of the message has its element. A Change is judged on the declaration that results
from it; without that declaration, what the Change leaves unsaid is not held against it, but for lines that it
inserts. Where a requirement meets a prohibition, the prohibition wins. A breach is an error unless the table says
warning; `--severity ID=LEVEL` weighs it otherwise, `--ignore ID` leaves it out.
"""


def page() -> str:
    """Return the page as Markdown."""
    found = claims(standard())
    counts = "\n".join(f"| {WORDS.get(status, status)} | {count} |" for status, count in totals(found).items() if count)
    head = f"{INTRODUCTION}\n| Statements | |\n|---|---:|\n{counts}\n"
    sections = (line for name, rows in groupby(found, _heading) for line in _section(name, list(rows)))
    return head + "".join(f"{line}\n" for line in sections)


def _heading(claim: Claim) -> str:
    return claim.entry.element if claim.entry.id.startswith("GBR-") else "All messages"


def _section(name: str, rows: list[Claim]) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield "| Id | Says | Checked |\n|---|---|---|"
    for claim in rows:
        entry = claim.entry
        limits = f" ({', '.join(entry.messages)})" if entry.messages else ""
        yield f"| {entry.id}{limits} | {entry.statement or '…'} | {_checked(claim)} |"


def _checked(claim: Claim) -> str:
    """Return what checks a statement, in a few words."""
    if claim.entry.same:
        return f"as {claim.entry.same}"
    status, _, table = claim.status.partition(":")
    words = f"with the table {table}" if table else WORDS.get(status, status)
    if claim.severity is Severity.WARNING and status != "not-checkable":
        words += ", a warning"
    if claim.reason and not table and status != "ledger":
        words += f": {claim.reason}"
    return words


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
