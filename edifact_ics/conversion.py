"""Both ways, piece by piece: an EDIFACT file as canonical XML, a canonical document as EDIFACT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from edifact_ics import canonical, schema
from edifact_ics.document import NotCanonical, Written, read_document
from edifact_ics.envelope import Stray, finding
from edifact_ics.finding import (
    CODES,
    Finding,
    InterchangeSummary,
    MessageSummary,
    Position,
    Report,
    verdict_of,
)
from edifact_ics.inspection import STAGES, Checked, Run, Started
from edifact_ics.mig import SERVICE, load_mig


def xml_pieces(run: Run, source: BinaryIO) -> Iterator[str]:
    """Give the canonical document of a file, piece by piece, while `run` fills its report.

    The last piece closes the root; what stood behind the last interchange is kept in its last attribute, so the root
    is given last but one as an empty string when there is none.
    """
    trace = run.trace
    yield canonical.HEAD + ">"
    for step in run.steps(source):
        if isinstance(step, Started):
            yield "\n" + canonical.opening_xml(step.interchange, step.envelope, step.header, trace)
        elif isinstance(step, Checked):
            yield "\n" + (step.xml or "")
        elif isinstance(step, Stray):
            yield canonical.stray_xml(step.interchange, step.raws)
        else:
            yield "\n" + canonical.closing_xml(step.interchange, trace)
    if trace and run.tail:
        yield "\n" + canonical.rest_xml(run.tail)
    yield f"\n</{canonical.ROOT}>\n"


def edifact_pieces(run: Run, source: BinaryIO) -> Iterator[str]:
    """Give the EDIFACT text of a canonical document, piece by piece (ISO 8859-1), while `run` fills its report.

    Each message is judged by its schema first; one that cannot be written is left out, with an error.
    """
    report = run.report
    for stage in STAGES:
        report.stages[stage] = "skipped: the file is XML"
    report.stages["canonical"] = report.stages["schema"] = "run"
    try:
        for written in read_document(source):
            yield from _written(written, report)
    except NotCanonical as error:
        code = "XSD-03" if error.well_formed else "XSD-02"
        report.add([finding(code, Position(line=error.line), str(error))])


def _written(written: Written, report: Report) -> Iterator[str]:
    found: list[Finding] = []
    element = written.element
    if element is not None and written.message is not None:
        found = _xml_findings(written.message, element, written)
    if written.error is not None and not found:
        at = Position(line=element.sourceline if element is not None else None, interchange=written.interchange)
        found.append(finding("XSD-01", at, f"The message cannot be written: {written.error}."))
    report.add(found)
    while len(report.interchanges) < written.interchange:
        report.interchanges.append(InterchangeSummary(len(report.interchanges) + 1, "", "", "", 0))
    if element is not None and written.message not in (None, SERVICE):
        summary = _xml_summary(element, written)
        summary.verdict = verdict_of(Counter(f.severity for f in found))
        report.interchanges[-1].messages.append(summary)
    elif element is not None and written.message == SERVICE:
        last = report.interchanges[-1]
        last.reference = _child(element, "InterchangeControlReferenceNumber")
        last.sender, last.recipient = _child(element, "InterchangeCreator"), _child(element, "RecipientSite")
    yield written.text


def _child(element: etree._Element, name: str) -> str:
    return element.findtext(f"{{{canonical.NAMESPACE}}}{name}") or ""


def _xml_summary(element: etree._Element, written: Written) -> MessageSummary:
    guide = load_mig(written.message or "")
    return MessageSummary(
        written.number,
        _child(element, "MessageReferenceNumber"),
        guide.type,
        _child(element, "DocumentName"),
        _child(element, "MessageFunction"),
        _child(element, "SenderReference"),
        _child(element, "SenderReferenceVersion"),
        written.segments,
    )


def _xml_findings(message: str, element: etree._Element, written: Written) -> list[Finding]:
    reference = _child(element, "MessageReferenceNumber")
    number = written.number or None
    found = []
    for breach in schema.breaches(message, element):
        at = Position(
            line=breach.line or None, interchange=written.interchange, message=reference, message_number=number
        )
        source = f"schemas/{message.lower()}.xsd"
        code = CODES["XSD-01"]
        found.append(Finding("XSD-01", code.severity, breach.reason, at, breach.path, None, breach.value, source))
    for child in element.iter(f"{{{canonical.NAMESPACE}}}Unmapped"):
        at = Position(line=child.sourceline, interchange=written.interchange, message=reference, message_number=number)
        text = (
            f"No row of the guide explains {child.get('tag', '')} {child.get('at', '')}: {(child.text or '')[:40]!r}."
        )
        found.append(finding("STR-17", at, text, child.text))
    return found
