"""Cases as data: an edit of a valid message that a rule lets pass, and one that it complains of.

`cases/*.csv` hold them, a file for each module of rules:

    rule,base,outcome,edits,also,at,given
    GBR-AIRLINE-CODE-01,air,pass,AirlineCode=QF,,,
    GBR-AIRLINE-CODE-01,sea,fail,AirlineCode=QF,,AirlineCode,

`also`: other rules that the edit breaks, separated by blanks. `at`: the end of the path that is complained of. `given`:
what is known besides the message (see `given.py`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("cases")


@dataclass(frozen=True)
class Case:
    """One case, and where it stands."""

    rule: str
    base: str
    outcome: str
    edits: str
    also: tuple[str, ...]
    at: str
    given: str
    where: str


def cases() -> list[Case]:
    """All cases, file by file."""
    found = []
    for file in sorted(FOLDER.glob("*.csv")):
        with open(file, encoding="utf-8", newline="") as text:
            for number, row in enumerate(csv.DictReader(text), 2):
                found.append(
                    Case(
                        row["rule"],
                        row["base"],
                        row["outcome"],
                        row["edits"],
                        tuple(row["also"].split()),
                        row["at"],
                        row["given"],
                        f"{file.name}:{number}",
                    )
                )
    return found
