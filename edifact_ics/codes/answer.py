"""The codes that errors bear in a business answer: those of Customs that are known, and our own for the rest.

`answers.csv` ties codes to the rules of the catalogue. A rule whose code at Customs is not known has one of the family
`simulator`, SM0001 and so on: a new rule takes the next free number, and no number is ever used again.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FRONT_END = "front-end"
SIMULATOR = "simulator"
_OWN_RULE = "SM0000"
_FILE = Path(__file__).with_name("answers.csv")


@dataclass(frozen=True, slots=True)
class AnswerCode:
    """A code of ERC, at most 8 characters, or the number of an advice in ERP.

    `family` tells who gives it (front-end, import, drawback, cargo, client, export; outcome and advice; simulator:
    ourselves), `severity` is error, warning, advice or outcome. `label` says in a few words what it means, "" where its
    one rule says that. `rules` are the statements of the catalogue it stands for; none where the tie is not known.
    """

    code: str
    family: str
    severity: str
    label: str
    rules: tuple[str, ...]
    basis: str
    note: str


@cache
def answer_codes() -> dict[str, AnswerCode]:
    """Return the codes by themselves."""
    with open(_FILE, encoding="utf-8", newline="") as file:
        next(file)  # the names of the columns, which are those of the fields
        return {
            code: AnswerCode(code, family, severity, label, tuple(rules.split()), basis, note)
            for code, family, severity, label, rules, basis, note in csv.reader(file)
        }


@cache
def _by_rule() -> dict[str, AnswerCode]:
    return {rule: code for code in answer_codes().values() for rule in code.rules}


def answer_code(rule: str) -> AnswerCode | None:
    """Return the code that a broken rule has in an answer; None if there is none. A user's rules share one."""
    return answer_codes()[_OWN_RULE] if rule.startswith("X-") else _by_rule().get(rule)
