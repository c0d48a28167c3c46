"""A report as text for people and as JSON for programs (contract, `check --format json`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from edifact_ics.finding import Finding, InterchangeSummary, MessageSummary, Position, Report, Severity

FUNCTIONS = {"9": "original", "4": "change", "50": "withdraw"}
_COLOURS = {Severity.ERROR: "\x1b[31m", Severity.WARNING: "\x1b[33m", Severity.INFO: "\x1b[36m"}


def shown(text: str) -> str:
    """Return a text safe for a terminal: control characters as escapes, never as themselves."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}" for c in text)


def text(report: Report, colour: bool = False, quiet: bool = False) -> Iterator[str]:
    """Give the lines of a report. `quiet` leaves out everything but files that have findings."""
    if quiet and not report.findings:
        return
    yield f"{shown(report.file)}: {report.verdict.value}{totals(report)}"
    by_interchange: dict[int | None, list[Finding]] = {}
    for finding in report.findings:
        by_interchange.setdefault(finding.position.interchange, []).append(finding)
    known = {interchange.number for interchange in report.interchanges}
    for number, found in by_interchange.items():
        if number not in known:
            yield from _findings(found, colour, "  ")
    for interchange in report.interchanges:
        own = by_interchange.get(interchange.number, [])
        if quiet and not own:
            continue
        yield f"  interchange {interchange_name(interchange)}"
        loose = [f for f in own if f.position.message_number is None]
        by_message: dict[int, list[Finding]] = {}
        for finding in own:
            by_message.setdefault(finding.position.message_number or 0, []).append(finding)
        yield from _findings(loose, colour, "    ")
        messages = interchange.messages
        listed = [m for m in messages if by_message.get(m.number)] if len(messages) > 20 or quiet else messages
        for message in listed:
            yield f"    message {message_name(message)}"
            yield from _findings(by_message.get(message.number, []), colour, "      ")
        if len(listed) < len(messages) and not quiet:
            yield f"    {len(messages) - len(listed)} messages without findings"
    skipped = [
        f"{stage} ({state.removeprefix('skipped: ')})" for stage, state in report.stages.items() if state != "run"
    ]
    if skipped and not quiet:
        yield "  not done: " + ", ".join(skipped)
    if report.rules_skipped and not quiet:
        yield f"  rules: {rules_line(report)}"


def rules_line(report: Report) -> str:
    """Say how many rules ran and how many were skipped, with the three commonest reasons."""
    reasons = Counter(reason for _, reason in report.rules_skipped).most_common()
    named = [f"{reason} ({number})" for reason, number in reasons[:3]]
    more = [f"{_count(len(reasons) - 3, 'other reason')}"] if len(reasons) > 3 else []
    return f"{report.rules_run} run, {len(report.rules_skipped)} skipped: {', '.join(named + more)}"


def totals(report: Report) -> str:
    """Return how much a file holds, and how many findings of each severity, in brackets."""
    messages = sum(len(i.messages) for i in report.interchanges)
    counts = [_count(len(report.interchanges), "interchange"), _count(messages, "message")]
    for severity in Severity:
        if report.counts[severity]:
            noun = "remark" if severity is Severity.INFO else severity.value
            counts.append(_count(report.counts[severity], noun))
    return " (" + ", ".join(counts) + ")"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def interchange_name(interchange: InterchangeSummary) -> str:
    """Return an interchange in words: its reference, from whom, to whom."""
    if not (interchange.sender or interchange.recipient or interchange.reference):
        return f"{interchange.number} (no envelope)"
    return shown(f"{interchange.reference or '?'} from {interchange.sender or '?'} to {interchange.recipient or '?'}")


def message_name(message: MessageSummary) -> str:
    """Return a message in words, with its verdict."""
    name = message.document or message.type or "of unknown type"
    parts = [f"{message.reference or '?'}: {name}"]
    if message.sender_reference:
        parts.append(f"{message.sender_reference} version {message.sender_reference_version or '?'}")
    if message.function:
        parts.append(FUNCTIONS.get(message.function, f"function {message.function}"))
    if message.segments:
        parts.append(_count(message.segments, "segment"))
    return shown(", ".join(parts)) + f": {message.verdict.value}"


def _findings(findings: list[Finding], colour: bool, indent: str) -> Iterator[str]:
    for finding in findings:
        start, end = (_COLOURS[finding.severity], "\x1b[0m") if colour else ("", "")
        head = f"{start}{finding.severity.value} {finding.code}{end}"
        yield f"{indent}{head} {place(finding.position)}: {shown(finding.message)}"
        if finding.path:
            yield f"{indent}  in {shown(finding.path)}"
        if finding.hint:
            yield f"{indent}  {shown(finding.hint)}"


def place(position: Position) -> str:
    """Return a position in words a person can look up."""
    parts = []
    if position.line is not None:
        parts.append(f"line {position.line}" + (f":{position.column}" if position.column else ""))
    if position.segment is not None:
        parts.append(f"segment {position.segment}" + (f" {shown(position.tag)}" if position.tag else ""))
    if position.element is not None:
        parts.append(f"element {position.element}" + (f".{position.component}" if position.component else ""))
    return ", ".join(parts) or "the file"


def as_json(reports: list[Report]) -> Iterator[str]:
    """Give a JSON document of all reports, piece by piece."""
    import json  # a report as text needs it not

    yield '{"version": 1,\n "files": ['
    for number, report in enumerate(reports):
        yield ("," if number else "") + "\n  " + json.dumps(_file(report), ensure_ascii=False)
    yield "]}\n"


def _file(report: Report) -> dict[str, Any]:
    return {
        "file": report.file,
        "verdict": report.verdict.value,
        "interchanges": [_interchange(i) for i in report.interchanges],
        "stages": report.stages,
        "rules": {
            "run": report.rules_run,
            "skipped": [{"id": ident, "reason": reason} for ident, reason in report.rules_skipped],
        },
        "findings": [_finding(f) for f in report.findings],
    }


def _interchange(interchange: InterchangeSummary) -> dict[str, Any]:
    return {
        "reference": interchange.reference,
        "sender": interchange.sender,
        "recipient": interchange.recipient,
        "offset": interchange.offset,
        "messages": [
            {
                "reference": m.reference,
                "type": m.type,
                "document": m.document,
                "function": m.function,
                "sender_reference": m.sender_reference,
                "sender_reference_version": m.sender_reference_version,
                "segments": m.segments,
                "verdict": m.verdict.value,
            }
            for m in interchange.messages
        ],
    }


_POSITION = tuple(f.name for f in fields(Position))


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "position": {name: getattr(finding.position, name) for name in _POSITION},
        "path": finding.path,
        "name": finding.name,
        "value": finding.value,
        "source": finding.source,
        "hint": finding.hint,
    }
