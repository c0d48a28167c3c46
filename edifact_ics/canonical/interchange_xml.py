"""The canonical document of a file around its messages: interchanges, their envelopes, what stood between messages."""

from __future__ import annotations

from edifact_ics.canonical.message_xml import body, is_plain_trailer
from edifact_ics.envelope.interchange import Interchange, Stray
from edifact_ics.segment.interpreted import Interpreted, kept
from edifact_ics.segment.trace import TRACE, attribute, to_hex, written_attribute
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Placed
from edifact_ics.syntax.characters import split_elements


def opening_xml(interchange: Interchange, envelope: Table, header: Interpreted | None, trace: bool) -> str:
    """Return the start of an interchange: its tag with attributes, and its Envelope.

    What is only known at its end (UNZ, what follows) stands in the `Trailer` that closes it.
    """
    marks = ""
    if trace:
        marks = attribute("una", interchange.una) if interchange.una else ' una=""'
        marks += attribute("before", interchange.before) if interchange.before else ""
        if interchange.lead and (header is None or not _has_odd_header(interchange)):
            marks += attribute("break", interchange.lead)
        unended = "!" if interchange.header_lost or interchange.header_cut else ""
        note = ";".join(filter(None, (header.sent if header else "", unended)))
        if note:
            marks += written_attribute("sent", note)
    if header is None:
        kind = "" if interchange.bare else "missing"
        return f'<Interchange envelope="{kind or "none"}"{marks}>'
    if _has_odd_header(interchange):
        raw = interchange.header_raw
        end = ' terminated="no"' if interchange.header_cut else ""
        return f'<Interchange envelope="missing"{marks}>' + _outside(interchange, raw, interchange.lead, end)
    step = envelope.steps(None, "UNB")[0]
    inner = (
        body(envelope, [Placed(1, step, header, "UNB")], trace)
        if trace
        else body(envelope, [Placed(1, step, header, "UNB")], False)
    )
    inner = inner.replace(' seg="1"', "")
    return f"<Interchange{marks}><Envelope>{inner}</Envelope>"


def _has_odd_header(interchange: Interchange) -> bool:
    """Tell whether UNB has another tag than UNB (unb), so that only its whole text says what was sent."""
    return bool(interchange.header) and interchange.header[0] != ["UNB"]


def closing_xml(interchange: Interchange, trace: bool) -> str:
    """Return the end of an interchange: with trace, a Trailer that says how UNZ was sent where that is not plain."""
    if not trace:
        return "</Interchange>"
    marks = ""
    raw = interchange.trailer
    if raw is None:
        marks = ' closed="no"'
    else:
        item = kept(raw, interchange.delimiters, interchange.syntax)
        if not is_plain_trailer("UNZ", split_elements(raw, interchange.delimiters)):
            end = ' terminated="no"' if interchange.unterminated else ""
            odd = _outside(interchange, raw, interchange.trailer_lead, end)
            after = attribute("after", interchange.after) if interchange.after else ""
            return f'{odd}<Trailer closed="no"{after}/></Interchange>'
        count = item.value((1, 1))
        reference = item.value((2, 1))
        if count != str(interchange.messages):
            marks += attribute("count", f"{count} of {interchange.messages}")
        if reference != interchange.reference or _has_odd_header(interchange):
            marks += attribute("trailer-reference", reference)
        extra = [(p, t) for p, t in item.unmapped if p not in ((1, 1), (2, 1))]
        notes = [f"{p[0]}.{p[1]}={to_hex(t, ', ;')}" for p, t in extra] + ([item.sent] if item.sent else [])
        if notes:
            marks += written_attribute("sent", ";".join(notes))
        if interchange.trailer_lead:
            marks += attribute("break", interchange.trailer_lead)
    if interchange.unterminated:
        marks += ' terminated="no"'
    if interchange.after:
        marks += attribute("after", interchange.after)
    return f"<Trailer{marks}/></Interchange>" if marks else "</Interchange>"


def stray_xml(stray: Stray) -> str:
    """Return segments that stood outside any message, kept as they came."""
    last = len(stray.raws) - 1
    return "".join(
        _outside(stray.interchange, raw, lead, ' terminated="no"' if stray.unterminated and number == last else "")
        for number, (raw, lead) in enumerate(zip(stray.raws, stray.leads, strict=True))
    )


def _outside(interchange: Interchange, raw: str, lead: str, end: str) -> str:
    item = kept(raw, interchange.delimiters, interchange.syntax)
    marks = (attribute("break", lead) if lead else "") + (written_attribute("notes", item.sent) if item.sent else "")
    inner = "".join(item.xml).replace(TRACE, "")
    return f"<Outside{marks}{end}>{inner}</Outside>"


def rest_xml(text: str) -> str:
    """Return what stood in the file beside its interchanges, kept as it came."""
    return f"<Rest{attribute('sent', text)}/>"
