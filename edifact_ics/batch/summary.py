"""What a batch amounts to: files by verdict, findings by code, complaints by rule, the slowest files."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

from edifact_ics.batch.work import PASSED, UNREAD, Outcome
from edifact_ics.codes import CODES
from edifact_ics.finding import Verdict

VERDICTS = (*(verdict.value for verdict in Verdict), UNREAD, PASSED)
_SLOWEST = 20


@dataclass(slots=True)
class Tally:
    """How often a code was found, and in how many files."""

    code: str
    severity: str
    count: int = 0
    files: int = 0


@dataclass(slots=True)
class Summary:
    """Counts outcomes one by one; its size does not grow with the number of files.

    `done` files were worked on by this run, the rest by earlier ones. `seconds` is processor time. `slowest` are the
    seconds and names of files, slowest first.
    """

    do: str
    files: int = 0
    done: int = 0
    bytes: int = 0
    messages: int = 0
    seconds: float = 0.0
    unlisted: int = 0
    code: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    _tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    _slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, outcome: Outcome, *, before: bool = False) -> None:
        """Count an outcome; `before` tells that an earlier run has it."""
        self.files += 1
        self.done += not before
        self.bytes += outcome.size
        self.messages += outcome.messages
        self.seconds += outcome.seconds
        self.unlisted += outcome.unlisted
        self.code = max(self.code, outcome.code)
        self.verdicts[outcome.verdict] += 1
        for code, severity, count in outcome.findings:
            tally = self._tallies.setdefault((code, severity), Tally(code, severity))
            tally.count += count
            tally.files += 1
        keep = heapq.heappush if len(self._slowest) < _SLOWEST else heapq.heappushpop
        keep(self._slowest, (outcome.seconds, outcome.name))

    @property
    def slowest(self) -> list[tuple[float, str]]:
        """The slowest files."""
        return sorted((one for one in self._slowest if one[0] > 0), reverse=True)

    @property
    def findings(self) -> list[Tally]:
        """What was found in the data by code, the commonest first; rules are not among them."""
        return self._sorted(rules=False)

    @property
    def rules(self) -> list[Tally]:
        """What the business rules complained of, by rule, the commonest first."""
        return self._sorted(rules=True)

    def _sorted(self, *, rules: bool) -> list[Tally]:
        chosen = (tally for tally in self._tallies.values() if (tally.code not in CODES) is rules)
        return sorted(chosen, key=lambda tally: (-tally.count, tally.code, tally.severity))
