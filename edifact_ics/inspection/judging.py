"""One walked message judged by the business rules: what they complain of as findings, each at its place."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from edifact_ics.canonical.viewing import Spot, spot
from edifact_ics.codes import CODES
from edifact_ics.envelope.interchange import Interchange
from edifact_ics.finding import Finding, Position, Severity
from edifact_ics.rules import Engine, Judged, Known
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Placed
from edifact_ics.view import View

if TYPE_CHECKING:
    from edifact_ics.inspection.lodging import Lodging

At = Callable[[Spot], Position]


def findings(
    engine: Engine,
    table: Table,
    placed: list[Placed],
    seen: View,
    known: Known,
    at: At,
    lodging: Lodging | None = None,
) -> list[Finding]:
    """Return what the rules complain of in a message without errors of form, in check order.

    `seen` is the message as rules read it; its levels are let go. `at` turns a place (segment, element, component;
    canonical path) into a position. `lodging` knows what was sent before.
    """
    if lodging is not None and table.mig.sender == "trader":
        known = lodging.known(known, seen, table, placed)
    found = [_finding(judged, table, seen, at) for judged in engine.judge(seen, known)]
    if known.standing is not None and known.standing.pending is not None:
        found.append(_outstanding(known.standing.pending, table, seen, at))
    seen.let_go()
    return found


def _outstanding(version: int, table: Table, seen: View, at: At) -> Finding:
    where = spot(table, seen.header.complaint("SenderReferenceVersion"), seen.header)
    text = f"Version {version} of this document was sent on, and Customs has not answered it."
    code, name = CODES["LED-01"], seen.guide.label("SenderReferenceVersion")
    return Finding("LED-01", code.severity, text, at(where), where.path, name, where.value, code.source, code.cure)


def _finding(judged: Judged, table: Table, seen: View, at: At) -> Finding:
    rule, complaint = judged.rule, judged.complaint
    where = spot(table, complaint, seen.header)
    if judged.crash is not None:
        code = CODES["INT-001"]
        return Finding("INT-001", code.severity, judged.text, at(where), source=rule.source or rule.id, hint=code.cure)
    severity = Severity.WARNING if complaint.warning else rule.severity or Severity.ERROR
    name = seen.guide.label(complaint.name)
    value = where.value[:200] if where.value else None
    return Finding(rule.id, severity, judged.text, at(where), where.path, name, value, rule.source, rule.cure or None)


def lodged(interchange: Interchange) -> datetime.date | None:
    """Return the day of preparation in UNB, which counts as the Date of Lodgement; None if it names no day."""
    return day(interchange.value(4))


def day(text: str) -> datetime.date | None:
    """Return the day that YYMMDD names, None if it names none."""
    if len(text) != 6 or not text.isdecimal():
        return None
    try:
        return datetime.date.fromisoformat(f"20{text}")
    except ValueError:
        return None
