"""The listing of the page: messages folded by header, transport line and line, findings beside their segments."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from edifact_ics.envelope.interchange import Message
from edifact_ics.finding import Finding, Report
from edifact_ics.guide.library import ours
from edifact_ics.guide.mig_tree import Value
from edifact_ics.inspection.run import Checked, Ended, Run, Started
from edifact_ics.pipeline import InvalidInterchange, as_edifact
from edifact_ics.reference import load_reference
from edifact_ics.render.report import interchange_name, message_name, place, rules_line, shown, totals
from edifact_ics.render.words import worded
from edifact_ics.rules import Known, available
from edifact_ics.rules.claims import meanings
from edifact_ics.source import is_xml
from edifact_ics.structure.walked import Placed
from edifact_ics.syntax.characters import Delimiters, locate

if TYPE_CHECKING:
    from jinja2 import Template

PER_PAGE = 10  # messages; a page is to stay usable whatever the file
_MOST_LINES = 3_000  # segments of one message that are listed


@dataclass(slots=True)
class _Shown:
    """A finding as the page shows it."""

    code: str
    severity: str
    place: str
    text: str
    hint: str
    meaning: str
    cure: str
    source: str


@dataclass(slots=True)
class _Cell:
    """A value: its data element, its text, and where in the file it stands; `length` -1: it cannot be edited."""

    name: str
    text: str
    raw: str
    offset: int = -1
    length: int = -1


@dataclass(slots=True)
class _Row:
    number: int
    tag: str
    cells: list[_Cell]
    findings: list[_Shown]


@dataclass(slots=True)
class _Part:
    """What is folded together: the header of a message, a line of it."""

    title: str
    rows: list[_Row] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        """Tell whether a finding stands in it: it is shown open."""
        return any(row.findings for row in self.rows)


@dataclass(slots=True)
class _Message:
    title: str
    verdict: str
    parts: list[_Part]
    findings: list[_Shown]
    unlisted: int


@cache
def template(name: str) -> Template:
    """Return a template of the page; every value in it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("edifact_ics.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template(name)


def listing(body: bytes, page: int) -> str:
    """Return the listing of a file as HTML: its verdict, findings, and the messages of a page, counted from 1."""
    rules = available().engine(Known(reference=load_reference()))
    run = Run(Report("file"), library=ours(), engine=rules)
    editable = not is_xml(body[:512])
    names: list[str] = []
    messages: list[_Message] = []
    loose: list[_Shown] = []
    delimiters = ""
    count = 0
    try:
        steps = run.steps(as_edifact(io.BytesIO(body)))
        sound = True
    except InvalidInterchange as error:  # a document that stands for no EDIFACT: there is nothing to list
        run.report, steps, sound = error.report, iter(()), False
    for step in steps:
        if isinstance(step, Started):
            delimiters = delimiters or _written(step.interchange.delimiters)
            loose += map(_shown, step.findings)
        elif isinstance(step, Ended):
            loose += map(_shown, step.findings)
        elif isinstance(step, Checked):
            count += 1
            if (count - 1) // PER_PAGE == page - 1:
                messages.append(_message(step, editable))
    names = [interchange_name(one) for one in run.report.interchanges]
    known = {(f.code, f.text) for f in loose}
    loose += [s for f in run.report.findings if f.position.message_number is None or not sound
              if ((s := _shown(f)).code, s.text) not in known]  # fmt: skip
    return template("listing.html").render(
        verdict=run.report.verdict.value,
        totals=totals(run.report),
        interchanges=names,
        loose=loose,
        messages=messages,
        page=page,
        pages=-(-count // PER_PAGE),
        rules=rules_line(run.report) if run.report.rules_skipped else "",
        stages=[f"{stage} {state}" for stage, state in run.report.stages.items() if state != "run"],
        delimiters=delimiters,
    )


def _written(d: Delimiters) -> str:
    """Return the service characters, the release character last."""
    return "".join(c for c in d.special_characters if c != d.release) + d.release


def _message(done: Checked, editable: bool) -> _Message:
    by_segment: dict[int, list[_Shown]] = {}
    for finding in done.findings:
        by_segment.setdefault(finding.position.segment or 0, []).append(_shown(finding))
    title = f"{message_name(done.summary)}" + (f" - {done.table.mig.title}" if done.table else "")
    parts = [_Part("Header")]
    listed = 0
    for row, opened in _rows(done, editable, by_segment):
        listed += 1
        if opened:
            parts.append(_Part(opened))
        parts[-1].rows.append(row)
        if listed == _MOST_LINES:
            break
    missing = [shown for number, found in by_segment.items() for shown in found if number]
    return _Message(
        title, done.summary.verdict.value, parts, by_segment.pop(0, []) + missing, len(done.message.raws) - listed
    )


def _rows(done: Checked, editable: bool, findings: dict[int, list[_Shown]]) -> Iterator[tuple[_Row, str]]:
    """Give each segment with the title of the part it opens, "" when it opens none; findings shown are taken out."""
    message = done.message
    if done.walk is None:
        for number, raw in enumerate(message.raws, 1):
            yield _Row(number, shown(raw[:3]), [_Cell("", shown(raw[3:203]), "")], findings.pop(number, [])), ""
        return
    counts: dict[str, int] = {}
    for placed in done.walk.placed:
        opened = ""
        for frame in placed.step.frames if placed.step else ():
            counts[frame.name] = counts.get(frame.name, 0) + 1
            opened = f"{frame.name} {counts[frame.name]}"
        cells = list(_cells(placed, message, editable))
        yield _Row(placed.number, shown(placed.raw[:3]), cells, findings.pop(placed.number, [])), opened


def _cells(placed: Placed, message: Message, editable: bool) -> Iterator[_Cell]:
    if placed.step is None or not placed.item.values:
        yield _Cell("" if placed.step else "not explained by the guide", shown(placed.raw[3:203]), "")
        return
    for value, text in placed.item.values:
        cell = _Cell(value.name, shown(worded(value, text)), text)
        if editable and len(value.places) == 1 and not value.code and not value.derived:
            _find(cell, value, placed, message)
        yield cell


def _find(cell: _Cell, value: Value, placed: Placed, message: Message) -> None:
    """Say where in the file the component of a value stands, and how long it is."""
    d = message.interchange.delimiters
    element, component = value.places[0]
    start = locate(placed.raw, element, component, d)
    end, raw = start, placed.raw
    while end < len(raw) and raw[end] not in (d.element, d.component):
        end += 2 if raw[end] == d.release and d.release != " " else 1
    offset = message.at(placed.number, element, component).offset
    if offset is not None and end > start:
        cell.offset, cell.length = offset, min(end, len(raw)) - start


def _shown(finding: Finding) -> _Shown:
    known = meanings().get(finding.code)
    return _Shown(
        finding.code,
        finding.severity.value,
        place(finding.position),
        shown(finding.message),
        shown(finding.hint or ""),
        known.meaning if known else "",
        known.cure if known else "",
        shown(finding.source or ""),
    )
