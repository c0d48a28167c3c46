"""Findings get their places: byte, line and column in the file, the path in the canonical document."""

from __future__ import annotations

from lxml import etree

from edifact_ics.canonical import message_xml, paths, schema
from edifact_ics.codes import CODES, finding
from edifact_ics.envelope.interchange import Interchange, Message
from edifact_ics.finding import Finding, Position
from edifact_ics.guide.xsd import Xsd
from edifact_ics.segment.interpreted import ElementFinding
from edifact_ics.segment.row import Row
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Placed, StructureFinding, Walk


def placed(inner: ElementFinding, position: Position, path: str | None = None) -> Finding:
    """Return a finding of one segment with its position, and its path in the canonical document."""
    source = inner.source or CODES[inner.code].source
    return Finding(
        inner.code, inner.severity, inner.message, position, path, inner.name, inner.value, source, inner.hint
    )


def place_findings(table: Table, message: Message, walked: Walk) -> list[Finding]:
    """Give the findings of a walk their positions and canonical paths."""
    wanted = {f.segment for f in walked.findings if f.inner.path}
    before = paths.prefixes(table, walked.placed, wanted) if wanted else {}
    return [
        placed(f.inner, message.at(f.segment, f.inner.element, f.inner.component), path_of(table, f, before))
        for f in walked.findings
    ]


def path_of(table: Table, found: StructureFinding, before: dict[int, tuple[str, dict[int, int]]]) -> str | None:
    """Return the canonical path of a finding, containers that repeat counted from 1."""
    inner = found.inner
    if inner.path is None or found.segment not in before:
        return None
    prefix, held = before[found.segment]
    names = inner.path.split("/")
    if inner.slot is not None and len(names) > 1 and held.get(inner.slot, 0) and _repeats(table, inner):
        names[-2] += f"[{held[inner.slot]}]"
    return "/".join([prefix, *names])


def _repeats(table: Table, inner: ElementFinding) -> bool:
    names = tuple((inner.path or "").split("/")[:-1])
    return any(u.each and u.container == names for n in table.nodes for u in n.segment.uses)


def schema_findings(xsd: Xsd | None, table: Table, message: Message, walked: Walk) -> list[Finding]:
    """Say where the canonical document of a message breaks its schema: it is written once more, with trace."""
    traced = message_xml.message_xml(table, message, walked, True)
    text = message_xml.alone(traced, table.mig.xml)
    try:
        element = etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        return [finding("INT-01", message.at(1), f"The canonical XML cannot be read: {error}.")]
    places = paths.places(table)
    silent = _silent(table, walked)
    found = []
    for breach in schema.breaches(xsd, element):
        opener = silent.get(breach.path.replace("[1]", ""))
        if opener is not None and opener.step is not None:
            found.append(_says_nothing(message, opener.number, opener.step.node.row, breach.path))
            continue
        segment = int(breach.seg.split()[0]) if breach.seg else 1
        place = places.get(breach.names)
        at = message.at(segment, place[0], place[1]) if place else message.at(segment)
        source = f"schemas/{table.mig.message.lower()}.xsd"
        code = CODES["XSD-01"]
        found.append(Finding("XSD-01", code.severity, breach.reason, at, breach.path, None, breach.value, source))
    if not found:
        found.append(finding("INT-01", message.at(1), "The canonical XML is not valid, but only without trace."))
    return found


def _silent(table: Table, walked: Walk) -> dict[str, Placed]:
    """Return the segments that bring no element and open a container, by the path of that, a first one uncounted."""
    opening = [
        p
        for p in walked.placed
        if p.step and p.item.carrier and p.step.node.index == 0 and p.step.node.segment.uses[0].values
    ]
    before = paths.prefixes(table, walked.placed, {p.number for p in opening})
    return {before[p.number][0].replace("[1]", ""): p for p in opening}


def _says_nothing(message: Message, number: int, row: Row, path: str) -> Finding:
    """Say that a segment opens a group in which nothing was sent."""
    tag, value = row.segment.tag, row.segment.uses[0].values[0]
    text = f"{tag} has no {value.name}, and nothing stands below it."
    at, hint = message.at(number, value.places[0][0]), f"Send the {value.name}, or leave {tag} out."
    return Finding("STR-10", CODES["STR-10"].severity, text, at, path, value.name, None, row.source, hint)


def last_place(interchange: Interchange, last: Message | None) -> Position:
    """Return the place of the last segment of an interchange that lacks UNZ; `last` is its last message."""
    if last is None:
        return interchange.at(interchange.header_place, 1, interchange.header_raw)
    at = last.at(len(last.raws))
    return Position(at.offset, at.line, at.column, interchange.number, None, None, interchange.segments, at.tag)


def end_offset(interchange: Interchange, last: Message | None) -> int:
    """Return the byte behind an interchange, counted from 0; `last` is its last message."""
    if interchange.trailer is not None:
        return interchange.trailer_place[0] + len(interchange.trailer) + 1
    if last is None:
        return interchange.offset
    return (last.at(len(last.raws)).offset or 0) + len(last.raws[-1]) + 1
