"""The listing of the page: messages folded by header, transport line and line, findings beside their segments."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from edifact_ics.conversion import edifact_pieces
from edifact_ics.envelope.interchange import Message
from edifact_ics.finding import Finding, Report
from edifact_ics.guide.library import ours
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked, Started
from edifact_ics.reference import load_reference
from edifact_ics.render import answer
from edifact_ics.render.report import interchange_name, message_name, place, rules_line, shown, totals
from edifact_ics.render.words import worded
from edifact_ics.rules import Known, available
from edifact_ics.rules.claims import meanings
from edifact_ics.source import is_xml
from edifact_ics.structure.walked import Placed
from edifact_ics.syntax.characters import Delimiters, locate, split_elements

if TYPE_CHECKING:
    from jinja2 import Template

PER_PAGE = 1_000  # segments; a page is to stay usable whatever the file
INDEXED = 200  # findings that the index names


@dataclass(slots=True)
class _Spot:
    """A component in the file: `length` bytes from `offset`, `raw` for people; `before` must be written first."""

    offset: int
    length: int
    raw: str
    before: str = ""


@dataclass(slots=True)
class _Shown:
    """A finding as the page shows it; `spot` is the component it speaks of, None where it cannot be edited."""

    code: str
    severity: str
    place: str
    text: str
    hint: str
    meaning: str
    cure: str
    source: str
    spot: _Spot | None = None


@dataclass(slots=True)
class _Cell:
    """A value with its data element; `spot` is where it can be edited."""

    name: str
    text: str
    spot: _Spot | None = None


@dataclass(slots=True)
class _Row:
    """A segment; `anchor` tells it from all others of the file."""

    anchor: str
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
    explained: list[str]  # what an answer of Customs says, in plain words


@dataclass(slots=True)
class _Indexed:
    """A finding in the index: the page that shows it, and the segment there, "" where it has none."""

    severity: str
    code: str
    text: str
    page: int
    anchor: str


@cache
def template(name: str) -> Template:
    """Return a template of the page; every value in it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("edifact_ics.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template(name)


def listing(body: bytes, page: int) -> str:
    """Return a file as HTML: its verdict, an index of its findings, and the segments of a page, counted from 1."""
    rules = available().engine(Known(reference=load_reference()))
    run = Run(Report("file"), library=ours(), engine=rules)
    judged = run.report
    if from_xml := is_xml(body[:512]):
        # The document itself is judged; what it stands for as EDIFACT is only shown.
        body = "".join(edifact_pieces(run, io.BytesIO(body))).encode("iso8859-1")
        run = Run(Report("file"), library=ours())
    page_of = _Page(page, editable=not from_xml)
    for step in run.steps(io.BytesIO(body)):
        if isinstance(step, Started):
            page_of.delimiters = page_of.delimiters or _written(step.interchange.delimiters)
        elif isinstance(step, Checked):
            if from_xml:
                step.findings = []
            page_of.add(step)
    outside = [f for f in judged.findings if from_xml or f.position.message_number is None]
    return template("listing.html").render(
        verdict=judged.verdict.value,
        totals=totals(judged),
        interchanges=[interchange_name(one) for one in judged.interchanges],
        loose=[_shown(finding) for finding in outside[:INDEXED]],
        unlisted=sum(judged.counts.values()) - len(page_of.index) - min(len(outside), INDEXED),
        index=page_of.index,
        messages=page_of.messages,
        page=page,
        pages=max(1, -(-page_of.segments // PER_PAGE)),
        rules=rules_line(judged) if judged.rules_skipped else "",
        stages=[f"{stage} {state}" for stage, state in judged.stages.items() if state != "run"],
        delimiters=page_of.delimiters,
    )


def _written(d: Delimiters) -> str:
    """Return the service characters, the release character last; a blank there means that none is used."""
    return "".join(c for c in d.special_characters if c != d.release) + d.release


class _Page:
    """Gathers what one page shows: so many segments of the file, whichever message they are of."""

    def __init__(self, number: int, editable: bool) -> None:
        self._first = (number - 1) * PER_PAGE
        self._editable = editable
        self.segments = 0
        self.delimiters = ""
        self.messages: list[_Message] = []
        self.index: list[_Indexed] = []
        self._count = 0

    def add(self, done: Checked) -> None:
        """Take a message: its findings into the index, those of its segments that the page shows."""
        self._count += 1
        before, self.segments = self.segments, self.segments + len(done.message.raws)
        for finding in done.findings[: INDEXED - len(self.index)]:
            number = max(1, finding.position.segment or 1)
            page = 1 + (before + min(number, len(done.message.raws)) - 1) // PER_PAGE
            text = f"message {self._count}, {place(finding.position)}: {shown(finding.message)}"
            anchor = self._anchor(number)
            self.index.append(_Indexed(finding.severity.value, finding.code, text, page, anchor))
        first, last = self._first - before + 1, self._first - before + PER_PAGE
        if last >= 1 and first <= len(done.message.raws):
            self.messages.append(self._message(done, first, last))

    def _anchor(self, segment: int) -> str:
        return f"m{self._count}-s{segment}"

    def _message(self, done: Checked, first: int, last: int) -> _Message:
        found: dict[int, list[Finding]] = {}
        for finding in done.findings:
            found.setdefault(finding.position.segment or 0, []).append(finding)
        title = message_name(done.summary).removesuffix(f": {done.summary.verdict.value}")
        parts = [_Part("Header" if first <= 1 else "Header, continued")]
        for number, opened, cells in self._segments(done, first, last):
            own = found.pop(number, [])
            if number < first or number > last:
                if opened and number < first:
                    parts = [_Part(f"{opened}, continued")]
                continue
            if opened:
                parts.append(_Part(opened))
            findings = [_shown(finding, self._spot(done.message, finding)) for finding in own]
            tag = shown(done.message.raws[number - 1][:3])
            parts[-1].rows.append(_Row(self._anchor(number), number, tag, cells, findings))
        loose = [_shown(f) for number in sorted(found) for f in found[number]] if first <= 1 else []
        about = f"{title} - {done.table.mig.title}" if done.table else title
        explained = list(answer.lines(done)) if first <= 1 and answer.explains(done) else []
        return _Message(about, done.summary.verdict.value, [part for part in parts if part.rows], loose, explained)

    def _segments(self, done: Checked, first: int, last: int) -> Iterator[tuple[int, str, list[_Cell]]]:
        """Give each segment: its number, the title of the part it opens ("" for none), its values if it is shown."""
        message = done.message
        if done.walk is None:
            for number, raw in enumerate(message.raws, 1):
                yield number, "", [_Cell("", shown(raw[3:203]))]
            return
        counts: dict[str, int] = {}
        for placed in done.walk.placed:
            opened = ""
            for frame in placed.step.frames if placed.step else ():
                counts[frame.name] = counts.get(frame.name, 0) + 1
                opened = f"{frame.name} {counts[frame.name]}"
            wanted = first <= placed.number <= last
            yield placed.number, opened, list(self._cells(placed, message)) if wanted else []

    def _cells(self, placed: Placed, message: Message) -> Iterator[_Cell]:
        if placed.step is None or not placed.item.values:
            yield _Cell("" if placed.step else "not explained by the guide", shown(placed.raw[3:203]))
            return
        for value, text in placed.item.values:
            spots = []
            if self._editable and not value.code and not value.derived:
                found = [_spot(message, placed.number, *place) for place in value.places]
                spots = [spot for spot in found if spot and spot.length]
            yield _Cell(value.name, shown(worded(value, text)), spots[0] if len(spots) == 1 else None)

    def _spot(self, message: Message, finding: Finding) -> _Spot | None:
        at = finding.position
        if not self._editable or at.segment is None or at.element is None:
            return None
        return _spot(message, at.segment, at.element, at.component or 1)


def _spot(message: Message, segment: int, element: int, component: int) -> _Spot | None:
    """Return where in the file a component stands, or would stand, with the separators that are wanting before it."""
    start = message.at(segment).offset
    if start is None or not 1 <= segment <= len(message.raws):
        return None
    raw, d = message.raws[segment - 1], message.interchange.delimiters
    elements = split_elements(raw, d)
    if element >= len(elements):
        before = d.element * (element - len(elements) + 1) + d.component * (component - 1)
        return _Spot(start + len(raw), 0, "", before)
    parts = elements[element]
    index = locate(raw, element, component, d)
    if component > len(parts):
        return _Spot(start + index, 0, "", d.component * (component - len(parts)))
    end = index
    while end < len(raw) and raw[end] not in (d.element, d.component):
        end += 2 if raw[end] == d.release != " " else 1
    return _Spot(start + index, min(end, len(raw)) - index, shown(parts[component - 1]))


def _shown(finding: Finding, spot: _Spot | None = None) -> _Shown:
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
        spot,
    )
