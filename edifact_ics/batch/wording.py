"""The summary of a batch as text for people, as JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from edifact_ics.batch.summary import VERDICTS, Summary, Tally
from edifact_ics.batch.work import Outcome
from edifact_ics.finding import Severity
from edifact_ics.render.report import shown

DONE = {"check": "checked", "translate": "translated", "respond": "answered"}
_ROWS = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would work out


def text(summary: Summary) -> Iterator[str]:
    """Give the lines of a summary, at most twenty rows of each table."""
    before = summary.files - summary.done
    head = f"{_count(summary.files, 'file')} {DONE[summary.do]}, {_count(summary.messages, 'message')}"
    yield head + (f"; {before:,} of them by an earlier run" if before else "")
    for verdict in VERDICTS:
        if summary.verdicts[verdict]:
            yield f"  {verdict}: {summary.verdicts[verdict]:,}"
    for title, tallies in (("findings", summary.findings), ("business rules", summary.rules)):
        if tallies:
            yield f"{title}:"
            yield from _tallies(tallies)
    if summary.unlisted:
        yield f"{_count(summary.unlisted, 'finding')} more than reports list"
    if summary.slowest:
        yield "slowest files (processor time):"
        for seconds, name in summary.slowest[:5]:
            yield f"  {seconds:.3f} s  {shown(name)}"


def _tallies(tallies: list[Tally]) -> Iterator[str]:
    width = max(len(f"{tally.severity} {tally.code}") for tally in tallies[:_ROWS])
    for tally in tallies[:_ROWS]:
        yield f"  {f'{tally.severity} {tally.code}':{width}}  {tally.count:,} in {_count(tally.files, 'file')}"
    if len(tallies) > _ROWS:
        yield f"  and {len(tallies) - _ROWS} more"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# ---------------------------------------------------------------------- JSON


def as_json(summary: Summary, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Give a JSON document of the summary and of every file, piece by piece."""
    head = {
        "version": 1,
        "do": summary.do,
        "files": summary.files,
        "done_now": summary.done,
        "bytes": summary.bytes,
        "messages": summary.messages,
        "seconds": round(summary.seconds, 3),
        "verdicts": {verdict: summary.verdicts[verdict] for verdict in VERDICTS},
        "findings": [_tally("code", tally) for tally in summary.findings],
        "rules": [_tally("id", tally) for tally in summary.rules],
        "unlisted": summary.unlisted,
        "slowest": [{"file": name, "seconds": seconds} for seconds, name in summary.slowest],
    }
    yield json.dumps(head, indent=1)[:-2] + ',\n "entries": ['
    for number, outcome in enumerate(outcomes):
        yield ("," if number else "") + "\n  " + json.dumps(_entry(outcome))
    yield "]}\n"


def _tally(name: str, tally: Tally) -> dict[str, Any]:
    return {name: tally.code, "severity": tally.severity, "count": tally.count, "files": tally.files}


def _entry(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.name,
        "sha256": outcome.sha256,
        "bytes": outcome.size,
        "verdict": outcome.verdict,
        "messages": outcome.messages,
        "seconds": outcome.seconds,
        "findings": [
            {"code": code, "severity": severity, "count": count} for code, severity, count in outcome.findings
        ],
        "outputs": [path for path, _ in outcome.outputs],
        "note": outcome.note,
    }


# ---------------------------------------------------------------------- CSV


def summary_csv(summary: Summary) -> Iterator[str]:
    """Give the tables of a summary as rows of one: which table, its key, and what is counted in it."""
    yield _row("by", "key", "severity", "count", "files", "seconds")
    for verdict in VERDICTS:
        yield _row("verdict", verdict, "", "", summary.verdicts[verdict], "")
    for table, tallies in (("code", summary.findings), ("rule", summary.rules)):
        for tally in tallies:
            yield _row(table, tally.code, tally.severity, tally.count, tally.files, "")
    for seconds, name in summary.slowest:
        yield _row("slowest", name, "", "", "", seconds)


def files_csv(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Give a row for each file."""
    severities = [severity.value for severity in Severity]
    yield _row("file", "verdict", "bytes", "messages", *severities, "codes", "seconds", "outputs", "note", "sha256")
    for outcome in outcomes:
        weights = [sum(n for _, severity, n in outcome.findings if severity == weight) for weight in severities]
        codes = " ".join(sorted({code for code, _, _ in outcome.findings}))
        outputs = " ".join(path for path, _ in outcome.outputs)
        yield _row(
            outcome.name,
            outcome.verdict,
            outcome.size,
            outcome.messages,
            *weights,
            codes,
            outcome.seconds,
            outputs,
            outcome.note or "",
            outcome.sha256,
        )


def _row(*cells: object) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def _cell(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: names come from other people's archives."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
