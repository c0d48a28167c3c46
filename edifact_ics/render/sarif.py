"""Reports as SARIF 2.1.0, the form in which editors and build servers take findings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from edifact_ics import __version__
from edifact_ics.finding import Finding, Position, Report, Severity
from edifact_ics.render.report import shown
from edifact_ics.rules.claims import meanings

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def document(reports: list[Report]) -> Iterator[str]:
    """Give the log of one run over all files, piece by piece."""
    codes = sorted({finding.code for report in reports for finding in report.findings})
    places = {code: number for number, code in enumerate(codes)}
    results = [_result(finding, report, places) for report in reports for finding in report.findings]
    driver = {"name": "edifact-ics", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(report.file)}} for report in reports],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(_skipped(reports))}],
        "results": results,
    }
    yield from json.JSONEncoder(indent=1, ensure_ascii=True).iterencode(
        {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    )
    yield "\n"


def _rule(code: str) -> dict[str, Any]:
    known = meanings().get(code)
    if known is None:  # a rule of the user's own
        return {"id": code}
    level = _LEVELS[known.severity]
    return {
        "id": code,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.meaning},
        "help": {"text": f"{known.meaning} {known.cure} ({known.source})".replace("  ", " ")},
        "defaultConfiguration": {"level": level},
    }


def _result(finding: Finding, report: Report, places: dict[str, int]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(report.file)}}
    if region := _region(finding.position):
        physical["region"] = region
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": shown(finding.path), "kind": "element"}]
    hint = f" {finding.hint}" if finding.hint else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": places[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": shown(finding.message + hint)},
        "locations": [location],
        "properties": {
            "offset": finding.position.offset,
            "interchange": finding.position.interchange,
            "message": finding.position.message_number,
            "segment": finding.position.segment,
            "element": finding.position.element,
            "component": finding.position.component,
            "source": finding.source,
        },
    }


def _region(position: Position) -> dict[str, int]:
    """Return where an editor opens: line and column from 1; to the end of the line, for values may stand released."""
    if position.line is None:
        return {}
    return {"startLine": position.line, "startColumn": position.column or 1}


def _skipped(reports: list[Report]) -> Iterator[dict[str, Any]]:
    """Give what was not looked at: silence must not look like success."""
    for report in reports:
        for stage, state in report.stages.items():
            if state != "run":
                yield {"level": "note", "message": {"text": shown(f"{report.file}: {stage} {state}")}}
        for ident, reason in report.rules_skipped:
            yield {
                "level": "note",
                "associatedRule": {"id": ident},
                "message": {"text": shown(f"{report.file}: {ident} skipped: {reason}")},
            }


def _uri(file: str) -> str:
    """Return a file as an address: a whole one where its path is whole, else relative to where the run began."""
    path = quote(file.replace("\\", "/"), safe="/:", errors="surrogateescape") or "-"
    return f"file://{path}" if path.startswith("/") else path
