"""What cases may be given besides the message: reference tables and what was sent before, by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from edifact_ics.reference.file import read_head
from edifact_ics.reference.shelf import Issue, beside_shipped, issues_in
from tests.rules.pasts import PASTS, past

SAMPLES = Path(__file__).parents[2] / "samples" / "reference"
TABLES = Path(__file__).with_name("tables")


@cache
def given(names: str) -> dict[str, Any]:
    """Return what a case is given: the tables named, besides those that are shipped, or one of the `PASTS`.

    A sample table goes by its own name, one that only cases need (`tables/`) by that of its file.
    """
    if not names:
        return {}
    if names in PASTS:
        return {"history": past(names)}
    wanted = {*names.split()}
    own = [issue for issue in issues_in(SAMPLES) if issue.name in wanted]
    own += [issue for issue in _of_cases() if issue.file and issue.file.stem in wanted]
    assert len(own) == len(wanted), names
    return {"reference": beside_shipped(own)}


def _of_cases() -> list[Issue]:
    found = []
    for file in TABLES.glob("*.csv"):
        with open(file, "rb") as text:
            head = read_head(text, file.name)
        found.append(Issue(head.table, head.issued, head.source, file))
    return found
