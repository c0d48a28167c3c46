"""The catalogue: every statement of the rules document, what it says in our words, and what checks it.

`catalogue.csv` has a row for each statement. A row is claimed by a rule of that id, or says itself what claims it: the
guide of the message (mig), its schema (xsd), the ledger, the answer that is written (response), or nothing here, with
the reason. A row that repeats another (`same`) is checked, and reported, as that one.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from edifact_ics.finding import Severity

EDITION = "ICS business rules, 1 May 2023"
_FILE = Path(__file__).with_name("catalogue.csv")


class Entry(NamedTuple):
    """One statement; the columns of the file, in their order.

    `element` is the data element it is about, as the document names it; `kind` what sort of rule it is; `level` where
    it looks; `messages` those it is for, none meaning all; `line` the line of the source document. `statement`,
    `condition`, `cure` and `example` are ours. `status` is how it is claimed where no rule of its id does that, "" if
    one does; `by` names what does it then, `reason` says how, or why it is not checked.
    """

    id: str
    element: str
    kind: str
    level: str
    messages: tuple[str, ...]
    line: int
    severity: Severity
    same: str
    status: str
    by: str
    reason: str
    statement: str
    condition: str
    cure: str
    example: str

    @property
    def source(self) -> str:
        """Where the statement stands."""
        return f"{EDITION}, line {self.line}"


@cache
def catalogue() -> dict[str, Entry]:
    """Return the statements by id, in the order of the document."""
    with open(_FILE, encoding="utf-8", newline="") as file:
        _header, *rows = csv.reader(file)
    return {row[0]: _entry(*row) for row in rows}


def _entry(
    ident: str, element: str, kind: str, level: str, messages: str, line: str, severity: str, *others: str
) -> Entry:
    return Entry(ident, element, kind, level, tuple(messages.split()), int(line), Severity(severity), *others)
