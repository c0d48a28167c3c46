"""Both ways, piece by piece: an EDIFACT file as canonical XML, a canonical document as EDIFACT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from lxml import etree

from edifact_ics.canonical import interchange_xml, message_xml, paths, schema
from edifact_ics.canonical.document import NotCanonical, read_document
from edifact_ics.canonical.places import Places
from edifact_ics.canonical.viewing import view
from edifact_ics.canonical.written import Written
from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import Stray
from edifact_ics.finding import Finding, InterchangeSummary, MessageSummary, Position, Severity, leniently, verdict_of
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig import SERVICE
from edifact_ics.inspection import judging
from edifact_ics.inspection.guides import has_rules, is_lenient, table_of
from edifact_ics.inspection.placing import path_of, placed
from edifact_ics.inspection.run import STAGES, Run, few_collections
from edifact_ics.inspection.steps import Checked, Started
from edifact_ics.structure.walk import walk
from edifact_ics.syntax.repertoire import encode, outside, shown

if TYPE_CHECKING:
    from edifact_ics.inspection.lodging import Lodging


def xml_pieces(run: Run, source: BinaryIO) -> Iterator[str]:
    """Give the canonical document of a file, piece by piece, while `run` fills its report.

    What stood in the file beside its interchanges comes last, in an element of its own.
    """
    trace = run.trace
    yield message_xml.HEAD + ">"
    for step in run.steps(source):
        if isinstance(step, Started):
            yield "\n" + interchange_xml.opening_xml(step.interchange, step.envelope, step.header, trace)
        elif isinstance(step, Checked):
            yield "\n" + (step.xml or "")
        elif isinstance(step, Stray):
            yield interchange_xml.stray_xml(step)
        else:
            yield "\n" + interchange_xml.closing_xml(step.interchange, trace)
    if trace and run.tail:
        yield "\n" + interchange_xml.rest_xml(run.tail)
    yield f"\n</{message_xml.ROOT}>\n"


def edifact_pieces(run: Run, source: BinaryIO) -> Iterator[str]:
    """Give the EDIFACT text of a canonical document, piece by piece (ISO 8859-1), while `run` fills its report.

    Each message is judged by its schema first; one that cannot be written is left out, with an error.
    """
    report = run.report
    for stage in STAGES:
        report.stages[stage] = "skipped: the file is XML"
    report.stages["structure"] = report.stages["canonical"] = report.stages["schema"] = "run"
    try:
        with few_collections():
            for written in read_document(source, run.library):
                yield from _written(written, run)
    except NotCanonical as error:
        code = "XSD-03" if error.well_formed else "XSD-02"
        broken = [finding(code, Position(line=error.line), str(error))]
        run.tell(broken)
        if run.lodging is not None:
            run.lodging.refuse(broken)
    if run.lodging is not None:
        run.lodging.end()
    run.say_rules(run.why_not)


def _written(written: Written, run: Run) -> Iterator[str]:
    report = run.report
    found: list[Finding] = []
    element = written.element
    if element is not None and written.message is not None:
        found = _xml_findings(run.library, written.message, element, written)
        guide = run.library.load(written.message) if written.message != SERVICE else None
        sender = report.interchanges[-1].sender if report.interchanges else ""
        if guide is not None and is_lenient(guide, sender):
            found = leniently(found)
        if guide is not None and run.engine is not None and has_rules(guide):
            run.ruled += 1
            if written.error is None and not any(f.severity is Severity.ERROR for f in found):
                found += _rule_findings(written.message, element, written, run)
    if written.error is not None and not found:
        line = element.sourceline if element is not None else None
        at = Position(line=line, interchange=written.interchange or None)
        what = "The message cannot be written" if element is not None else "The document is not sound"
        found.append(finding("XSD-01", at, f"{what}: {written.error}."))
    if run.lodging is not None:
        found += _lodge(run.lodging, written, found, run)
    run.tell(found)
    while len(report.interchanges) < written.interchange:
        report.interchanges.append(InterchangeSummary(len(report.interchanges) + 1, "", "", "", 0))
    if element is not None and written.message not in (None, SERVICE):
        summary = _xml_summary(run.library, element, written)
        summary.verdict = verdict_of(Counter(f.severity for f in found))
        report.interchanges[-1].messages.append(summary)
    elif element is not None and written.message == SERVICE:
        last = report.interchanges[-1]
        last.reference = _child(element, "InterchangeControlReferenceNumber")
        last.sender, last.recipient = _child(element, "InterchangeCreator"), _child(element, "RecipientSite")
        run.lodged = judging.day(_child(element, "PreparationDate"))
    yield written.text


def _lodge(lodging: Lodging, written: Written, found: list[Finding], run: Run) -> list[Finding]:
    """Open an interchange in the journal at its envelope, tell it what became of a message.

    Return the finding that the reference was used before.
    """
    element = written.element
    if written.message == SERVICE and element is not None:
        lodging.end()
        site, reference = _child(element, "InterchangeCreator"), _child(element, "InterchangeControlReferenceNumber")
        again = lodging.begin(site, reference, _places(written, element)(element.sourceline))
        lodging.refuse([*found, *again])
        return again
    lodging.refuse(found, whole=written.message is None)
    lodging.record(found)
    return []


def _child(element: etree._Element, name: str) -> str:
    return element.findtext(f"{{{message_xml.NAMESPACE}}}{name}") or ""


def _xml_summary(library: Library, element: etree._Element, written: Written) -> MessageSummary:
    guide = library.load(written.message or "")
    return MessageSummary(
        written.number,
        _child(element, "MessageReferenceNumber"),
        guide.type,
        _child(element, "DocumentName") or _child(element, "MessageType"),
        _child(element, "MessageFunction"),
        _child(element, "SenderReference"),
        _child(element, "SenderReferenceVersion"),
        len(written.raws),
    )


def _xml_findings(library: Library, message: str, element: etree._Element, written: Written) -> list[Finding]:
    """Return what is wrong with a message: by its schema, and where that has no quarrel with it, by its guide."""
    if written.proved:
        return [] if written.faultless else _guide_findings(library, message, element, written)
    found = []
    at = _places(written, element)
    identifier = _child(element, "SyntaxIdentifier")
    if message == SERVICE and identifier != "UNOC":
        text = f"The repertoire {identifier!r} is not taken; ICS takes UNOC only."
        found.append(finding("SYN-03", at(element.sourceline), text, identifier, "Write UNOC."))
    found += _unwritable(element, written, at)
    for breach in schema.breaches(library.schema(message), element):
        source = f"schemas/{message.lower()}.xsd"
        found.append(
            Finding(
                "XSD-01",
                Severity.ERROR,
                breach.reason,
                at(breach.line or None),
                breach.path,
                None,
                breach.value,
                source,
            )
        )
    for child in element.iter(f"{{{message_xml.NAMESPACE}}}Unmapped"):
        what = f"{child.get('tag', '')} {child.get('at', '')}"
        text = f"No row of the guide explains {what}: {(child.text or '')[:40]!r}."
        found.append(finding("STR-17", at(child.sourceline), text, child.text))
    return found or _guide_findings(library, message, element, written)


def _unwritable(element: etree._Element, written: Written, at: Callable[[int | None], Position]) -> Iterator[Finding]:
    """Give the values that hold a character which the repertoire of the interchange does not have."""
    places = Places(element)
    for node in element.iter():
        text = node.text or ""
        index = _first_unwritable(text, written.syntax)
        if index is not None:
            name = etree.QName(node).localname
            said = f"{name} holds the character {shown(text[index])}, which is not in the repertoire {written.syntax}."
            one = finding("SYN-05", at(node.sourceline), said, text[:200])
            yield replace(one, path=places[node].path)


def _first_unwritable(text: str, syntax: str) -> int | None:
    if text.isascii() and text.isprintable():
        return None
    try:
        return outside(encode(text, syntax), syntax)
    except UnicodeEncodeError as error:
        return error.start


def _guide_findings(library: Library, message: str, element: etree._Element, written: Written) -> list[Finding]:
    """Return what the guide says of the segments a message was written to: days that do not exist, codes, lengths."""
    if not written.raws:
        return []
    table = table_of(library, message, written.delimiters, written.syntax)
    walked = walk(table, list(written.raws), element.get("closed") != "no", True)
    wanted = {f.segment for f in walked.findings if f.inner.path}
    before = paths.prefixes(table, walked.placed, wanted) if wanted else {}
    found = []
    at, places = _places(written, element), Places(element)
    for one in walked.findings:
        if one.inner.severity is Severity.INFO:
            continue  # how a value was sent is no concern of a document
        path = path_of(table, one, before)
        found.append(placed(one.inner, at(places.line(path)), path))
    return found


def _rule_findings(message: str, element: etree._Element, written: Written, run: Run) -> list[Finding]:
    """Return what the business rules complain of, at the lines of the XML."""
    assert run.engine is not None
    table = table_of(run.library, message, written.delimiters, written.syntax)
    placed_ = walk(table, list(written.raws), element.get("closed") != "no", True).placed
    at, places = _places(written, element), Places(element)
    report = run.report.interchanges
    sender = report[written.interchange - 1].sender if len(report) >= written.interchange else ""
    known = run.engine.known._replace(client=sender, lodged=run.lodged)
    run.judged += 1
    seen = view(table, placed_)
    return judging.findings(
        run.engine, table, placed_, seen, known, lambda spot: at(places.line(spot.path)), run.lodging
    )


def _places(written: Written, element: etree._Element) -> Callable[[int | None], Position]:
    """Return what gives the position of a line of a message; the message is looked at once."""
    reference = _child(element, "MessageReferenceNumber") if written.number else None
    all_on, interchange, number = written.line, written.interchange, written.number or None
    return lambda line: Position(line=all_on or line, interchange=interchange, message=reference, message_number=number)
