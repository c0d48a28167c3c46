"""What the run through a file gives, step by step: interchanges, their messages, and what stands outside of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from edifact_ics.envelope.interchange import Interchange, Message, Stray
from edifact_ics.finding import Finding, MessageSummary, Severity
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Walk
from edifact_ics.view import View


@dataclass(slots=True, eq=False)
class Checked:
    """One message and all that was found in it.

    `table` and `walk` are None when the message is not known, `view` when no rule was asked. `xml` is its canonical
    element when one was asked for. `states` counts the accepted states of its document, this one among them; None
    without a history.
    """

    message: Message
    summary: MessageSummary
    findings: list[Finding]
    table: Table | None = None
    walk: Walk | None = None
    view: View | None = None
    xml: str | None = None
    states: int | None = None

    @property
    def rejected(self) -> bool:
        """Tell whether an error stands in the message."""
        return any(f.severity is Severity.ERROR for f in self.findings)


class Started(NamedTuple):
    """An interchange begins; `header` is what its UNB says, None if there is none."""

    interchange: Interchange
    findings: list[Finding]
    envelope: Table
    header: Interpreted | None


class Ended(NamedTuple):
    """An interchange ends."""

    interchange: Interchange
    findings: list[Finding]


Step = Started | Checked | Stray | Ended
