"""Findings: what is wrong, where, and what it means.

A `Finding` is a fact with a place; a `Report` gathers the findings of one file and knows the verdict. What a code means
stands in `codes`. This room knows nothing else of the package.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

MAX_PER_MESSAGE = 1_000
MAX_PER_FILE = 10_000


class Severity(enum.Enum):
    """How much a finding weighs: only an error rejects."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(enum.Enum):
    """What the findings amount to for a message or a file."""

    ACCEPTED = "accepted"
    WARNED = "accepted-with-warnings"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the source.

    `offset` counts bytes from 0; `line`, `column`, `interchange`, `message_number`, `segment`, `element` and
    `component` count from 1. `segment` counts within the message with UNH = 1 (within the interchange for service
    segments outside messages). `message` is UNH 0062 as sent. None means: does not apply.
    """

    offset: int | None = None
    line: int | None = None
    column: int | None = None
    interchange: int | None = None
    message: str | None = None
    message_number: int | None = None
    segment: int | None = None
    tag: str | None = None
    element: int | None = None
    component: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault (or remark) with one cause.

    `value` is what stood there (cut at 200 characters), `source` the clause or MIG row it is judged by, `name`
    the data element as a broker calls it, `path` its place in the canonical document.
    """

    code: str
    severity: Severity
    message: str
    position: Position
    path: str | None = None
    name: str | None = None
    value: str | None = None
    source: str | None = None
    hint: str | None = None


@dataclass(slots=True)
class MessageSummary:
    """One message of a report; texts are as sent, "" where nothing was sent."""

    number: int
    reference: str
    type: str
    document: str = ""
    function: str = ""
    sender_reference: str = ""
    sender_reference_version: str = ""
    segments: int = 0
    verdict: Verdict = Verdict.ACCEPTED


@dataclass(slots=True)
class InterchangeSummary:
    """One interchange of a report; `offset` is the byte where its UNA or UNB starts, counted from 0."""

    number: int
    reference: str
    sender: str
    recipient: str
    offset: int
    messages: list[MessageSummary] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What was found in one file, which stages and rules ran, and what was skipped and why."""

    file: str
    interchanges: list[InterchangeSummary] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stages: dict[str, str] = field(default_factory=dict)
    rules_run: int = 0
    rules_skipped: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[Severity] = field(default_factory=Counter)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole file; it knows findings beyond the listed ones too."""
        return verdict_of(self.counts)

    def add(self, findings: Iterable[Finding]) -> list[Finding]:
        """Count every finding, list it while there is room, and return those given."""
        batch = list(findings)
        for finding in batch:
            self.counts[finding.severity] += 1
        self.findings.extend(batch[: max(0, MAX_PER_FILE - len(self.findings))])
        return batch

    @property
    def unlisted(self) -> int:
        """How many findings were counted but not listed."""
        return sum(self.counts.values()) - len(self.findings)


class Policy(NamedTuple):
    """What a user makes of findings: which codes to keep (by prefix) and which severity to give them (by code).

    An empty `select` keeps all. Answers to Customs' messages are written from the facts, whatever the policy.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()

    def weigh(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return all findings, those left out too, each with the severity it is given."""
        given = dict(self.severities)
        return [replace(f, severity=given[f.code]) if f.code in given else f for f in findings]

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings kept, each with the severity it is given."""
        given = dict(self.severities)
        kept = []
        for finding in findings:
            if self.select and not finding.code.startswith(self.select):
                continue
            if self.ignore and finding.code.startswith(self.ignore):
                continue
            severity = given.get(finding.code)
            kept.append(replace(finding, severity=severity) if severity else finding)
        return kept


def leniently(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings on a message of Customs: what our guide does not explain is a warning.

    Customs may change its messages before we change the guides. What breaks the syntax or the envelope is an error
    whoever sends it, and so is a message without its BGM.
    """
    return [replace(f, severity=Severity.WARNING) if _is_forgiven(f) else f for f in findings]


def _is_forgiven(found: Finding) -> bool:
    known = found.code.startswith(("STR", "VAL")) or found.code == "XSD-01"
    return found.severity is Severity.ERROR and known and found.code != "STR-01"


def verdict_of(counts: Counter[Severity]) -> Verdict:
    """Return the verdict that these counts amount to: rejected exactly when an error stands."""
    if counts[Severity.ERROR]:
        return Verdict.REJECTED
    return Verdict.WARNED if counts[Severity.WARNING] else Verdict.ACCEPTED
