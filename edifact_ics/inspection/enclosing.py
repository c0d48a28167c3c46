"""What is wrong with the segments around messages: UNB and UNZ by their guide, and by what they say of the rest."""

from __future__ import annotations

from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import Interchange
from edifact_ics.envelope.service import blanks, is_blank, sender_findings, syntax_findings, trailer_findings
from edifact_ics.finding import Finding, Position
from edifact_ics.inspection.placing import placed
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.structure.table import Table
from edifact_ics.syntax.characters import split_elements
from edifact_ics.syntax.wrapping import Wrapping


def said_by(envelope: Table, tag: str, raw: str) -> Interpreted:
    """Return what a service segment says, by the guide of the envelope."""
    node = next(n for n in envelope.nodes if n.segment.tag == tag)
    return envelope.interpret(node, raw, {})


def of_header(interchange: Interchange, header: Interpreted) -> list[Finding]:
    """Return what is wrong with UNB, `header` being what it says."""
    place, raw = interchange.header_place, interchange.header_raw
    if interchange.header_cut:
        text = f"The file ends inside the segment {raw[:40]!r}: its terminator is missing."
        return [finding("SYN-06", interchange.at(place, 1, raw), text, raw[:200])]
    found = syntax_findings(interchange)
    told = bool(found)
    if interchange.header_lost:
        text = "The terminator of UNB is missing: UNH begins in it."
        found.append(finding("SYN-07", interchange.at(place, 1, raw), text))
    if is_blank(interchange.lead):
        found.append(blanks(interchange.at(place, 1, raw)))
    found += [
        placed(f, interchange.at(place, 1, raw, f.element, f.component))
        for f in header.findings
        if not (told and f.element == 1)
    ]
    if not any(f.position.element == 2 for f in found):
        found += sender_findings(interchange)
    return found


def of_trailer(envelope: Table, interchange: Interchange, raw: str, cut: bool) -> list[Finding]:
    """Return what is wrong with UNZ: what its elements are first, then what they say. `cut`: the file ended before."""
    own = trailer_findings(interchange, cut)
    if any(f.code in ("SYN-06", "ENV-02") for f in own):
        return own
    place, number = interchange.trailer_place, interchange.segments
    found = [
        placed(f, interchange.at(place, number, raw, f.element, f.component))
        for f in said_by(envelope, "UNZ", raw).findings
    ]
    elements = split_elements(raw, interchange.delimiters)
    if len(elements) > 2 and elements[2] == [interchange.reference]:
        found = [f for f in found if f.position.element != 2]  # the same fault was reported at UNB
    if is_blank(interchange.trailer_lead):
        found.append(blanks(interchange.at(place, number, raw)))
    told = {f.position.element for f in found}
    return found + [f for f in own if f.position.element is None or f.position.element not in told]


def wrapped(interchange: Interchange, wrapping: Wrapping) -> Finding:
    """Say that lines of one width were broken in the interchange."""
    at = Position(interchange.offset, interchange.line, interchange.column, interchange.number)
    text = f"Lines are broken after {wrapping.width} characters, inside segments too; the file is read without that."
    return finding("SYN-12", at, text)
