"""A message segment by segment, in the words of its guide: for people who know declarations but not EDIFACT."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.finding import Finding
from edifact_ics.guide.directory import segment_types
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked, Ended, Started, Step
from edifact_ics.render import answer
from edifact_ics.render.report import FUNCTIONS, shown
from edifact_ics.render.words import date, worded
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.structure.walked import Placed
from edifact_ics.syntax.characters import split_elements

_NUMBERS = ("LineNumber", "ReferenceNumber", "SegmentPosition")
_HEADINGS = {
    "TransportLine": "Transport line",
    "Line": "Line",
    "MessageResponse": "Answer to message",
    "SegmentError": "Segment",
}


def lines(steps: Iterator[Step], run: Run, segments: bool = True) -> Iterator[str]:
    """Give the listing of a file, each finding below the segment it speaks of; an answer of Customs explained first.

    Without `segments` an answer is explained and not listed.
    """
    nothing = True
    for step in steps:
        nothing = False
        if isinstance(step, Started):
            yield from _interchange(step)
        elif isinstance(step, Checked):
            yield from message(step, segments)
        elif isinstance(step, Ended):
            yield from _said(step.findings, "")
            yield ""
        else:
            for raw in step.raws:
                yield f"       {shown(raw[:100])}   (outside any message)"
    if nothing:
        yield from _said(run.report.findings, "")


def _interchange(step: Started) -> Iterator[str]:
    interchange = step.interchange
    if step.header is None:
        yield f"Interchange {interchange.number}: messages without an envelope"
    else:
        test = ", test" if interchange.value(11) == "1" else ""
        day, time = interchange.value(4), interchange.value(4, 2)
        when = f", {date('20' + day)} {time[:2]}:{time[2:]}" if len(day) == 6 and len(time) == 4 else ""
        names = f"{interchange.reference} from {interchange.value(2)} to {interchange.value(3)}"
        yield f"Interchange {shown(names)}{shown(when)}{test}"
    yield from _said(step.findings, "")


def message(done: Checked, segments: bool = True) -> Iterator[str]:
    """Give the listing of one message, an answer explained first; without `segments` it is only explained."""
    summary, message = done.summary, done.message
    title = done.table.mig.title if done.table else "unknown message"
    name = f"{summary.document or summary.type}: {title}"
    about = [f"Message {summary.reference}", name]
    if summary.sender_reference:
        function = FUNCTIONS.get(summary.function, summary.function)
        about.append(f"{summary.sender_reference} version {summary.sender_reference_version}, {function}")
    yield ""
    yield shown("  ".join(about)) + f"  [{summary.verdict.value}]"
    if answer.explains(done):
        yield from (f"    {line}".rstrip() for line in answer.lines(done))
        if not segments:
            yield from _said(done.findings, "      ")
            return
        yield ""
    found: dict[int, list[Finding]] = {}
    for finding in done.findings:
        found.setdefault(finding.position.segment or 0, []).append(finding)
    yield from _said(found.pop(0, []), "      ")
    if done.walk is None:
        for number, raw in enumerate(message.raws, 1):
            yield from _plain(number, raw)
            yield from _said(found.pop(number, []), "      ")
        return
    counts: dict[str, int] = {}
    for placed in done.walk.placed:
        yield from _headings(placed, counts)
        yield from _segment(placed, message.raws[placed.number - 1])
        yield from _said(found.pop(placed.number, []), "      ")
    for rest in found.values():
        yield from _said(rest, "      ")


def _headings(placed: Placed, counts: dict[str, int]) -> Iterator[str]:
    for frame in placed.step.frames if placed.step else ():
        counts[frame.name] = counts.get(frame.name, 0) + 1
        numbers = [text for value, text in placed.item.values if value.xml.endswith(_NUMBERS)]
        said = numbers[0] if numbers else ""
        name = _HEADINGS.get(frame.name, frame.name)
        yield f"  -- {name} {shown(said) or counts[frame.name]}"


def _segment(placed: Placed, raw: str) -> Iterator[str]:
    item = placed.item
    if placed.step is None:
        yield f"  {placed.number:>4}      {shown(raw[:100])}   (not explained by the guide)"
        return
    start = f"  {placed.number:>4} {shown(placed.step.node.segment.tag):<3} "
    if not item.values:
        yield start + f" {_meaning(placed, item)}"
        return
    for number, (value, text) in enumerate(item.values):
        lead = start if not number else " " * len(start)
        yield f"{lead} {value.name}: {shown(worded(value, text))}"


def _meaning(placed: Placed, item: Interpreted) -> str:
    node = placed.step.node if placed.step else None
    if node is None:
        return ""
    uses = [node.segment.uses[i] for i in item.uses]
    values = [v for use in uses for v in use.values if v.derived]
    if values:
        return ", ".join(f"{v.name}: {shown(item.value(v.places[0]))}" for v in values)
    said = "+".join(shown(item.value(c.place)) for use in uses for c in use.keys)
    return f"{node.segment.type.name}{f' ({said})' if said else ''}"


def _plain(number: int, raw: str) -> Iterator[str]:
    elements = split_elements(raw)
    kind = segment_types().get(elements[0][0])
    yield f"  {number:>4} {shown(elements[0][0]):<3}  {kind.name if kind else ''}  {shown(raw[4:100])}"


def _said(findings: list[Finding], indent: str) -> Iterator[str]:
    for finding in findings:
        place = ""
        at = finding.position
        if at.element is not None:
            place = f" (element {at.element}{f'.{at.component}' if at.component else ''})"
        yield f"{indent}^ {finding.severity.value} {finding.code}{place}: {shown(finding.message)}"
        if finding.hint:
            yield f"{indent}  {shown(finding.hint)}"
