"""Answers explained with what they answer: of a CONTRL the very segment and value that were refused, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edifact_ics.envelope.interchange import Interchange
from edifact_ics.finding import Finding
from edifact_ics.guide.directory import segment_types
from edifact_ics.inspection.steps import Checked, Ended, Started, Step
from edifact_ics.render import answer
from edifact_ics.render.report import shown
from edifact_ics.segment.row import component
from edifact_ics.structure.walked import Placed
from edifact_ics.syntax.characters import split_elements

_DETAILS_BELOW = "18"
_ACTIONS = {"4": "refused", "7": "accepted in form", "8": "received"}


@dataclass(slots=True)
class Sent:
    """One interchange that was sent, its messages by their references, and what our own check finds around them."""

    interchange: Interchange
    findings: list[Finding] = field(default_factory=list)
    messages: dict[str, Checked] = field(default_factory=dict)


def sent_in(steps: Iterator[Step]) -> list[Sent]:
    """Return the interchanges of a file that was sent."""
    found: list[Sent] = []
    for step in steps:
        if isinstance(step, Started):
            found.append(Sent(step.interchange, list(step.findings)))
        elif isinstance(step, Ended):
            found[-1].findings += step.findings
        elif isinstance(step, Checked):
            found[-1].messages.setdefault(step.message.reference, step)
    return found


def lines(steps: Iterator[Step], sent: list[Sent]) -> Iterator[str]:
    """Explain the answers in a file, each with the interchange of `sent` that it answers; nothing where none is."""
    from_whom, nothing = "", True
    for step in steps:
        if isinstance(step, Started):
            from_whom = f"{step.interchange.reference} from {step.interchange.value(2)}"
        elif isinstance(step, Checked) and step.message.type[:1] == ["CONTRL"] and step.walk is not None:
            nothing = False
            yield from _answer(from_whom, step.walk.placed, sent)
        elif isinstance(step, Checked) and answer.explains(step):
            nothing = False
            yield shown(f"{step.summary.document} {from_whom}")
            messages = (message for one in sent for message in one.messages.values())
            yield from (f"  {line}" for line in answer.lines(step, messages))
        elif isinstance(step, Ended) and not nothing:
            yield ""


def _answer(from_whom: str, placed: list[Placed], sent: list[Sent]) -> Iterator[str]:
    match: Sent | None = None
    message: Checked | None = None
    segment = 0
    for one in placed:
        said = _Said(one)
        tag = one.step.node.segment.tag if one.step else ""
        if tag == "UCI":
            match = _find(said("InterchangeControlReference"), sent)
            yield shown(f"CONTRL {from_whom} to interchange {said('InterchangeControlReference')}: {_outcome(said)}")
            if match is None:
                yield "  That interchange is not in the file it was held against."
            elif said("ServiceSegmentTag"):
                yield from _service(match, said)
        elif tag == "UCM":
            reference = said("MessageReferenceNumber")
            message = match.messages.get(reference) if match else None
            yield f"  {shown(_named(reference, message))}: {_outcome(said)}"
            if match is not None and message is None:
                yield "    That message is not in the interchange."
            elif message is not None and said("ServiceSegmentTag"):
                number = 1 if said("ServiceSegmentTag") == "UNH" else len(message.message.raws)
                yield from _segment(message, number, "")
                yield from _element(message, number, said)
        elif tag == "UCS":
            segment = _number(said("SegmentPosition"))
            if message is not None:
                yield from _segment(message, segment, _error(said))
        elif tag == "UCD" and message is not None:
            yield from _element(message, segment, said)


class _Said:
    """What a segment of CONTRL says, asked by the end of the canonical name; "" where it says nothing."""

    def __init__(self, placed: Placed) -> None:
        self.values = {value.xml: (text, value.codes) for value, text in placed.item.values}

    def __call__(self, name: str) -> str:
        return next((text for xml, (text, _) in self.values.items() if xml.endswith(name)), "")

    @property
    def place(self) -> tuple[int, int] | None:
        """Element (the tag is 0) and component (0: the whole element) that it names; None when it names none."""
        parts = [text for xml, (text, _) in self.values.items() if xml.endswith("DataElementPosition")]
        if not parts or not all(text.isdecimal() for text in parts):
            return None
        return int(parts[0]) - 1, int(parts[1]) if len(parts) > 1 else 0

    def error(self) -> tuple[str, str]:
        """Return the error code and what it means."""
        for xml, (text, codes) in self.values.items():
            if xml.endswith("SyntaxErrorCode"):
                return text, (codes.labels.get(text) if codes else None) or "error"
        return "", ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _find(reference: str, sent: list[Sent]) -> Sent | None:
    """Return the interchange with a reference: compared as text, then as a number."""
    same = [s for s in sent if s.interchange.reference == reference]
    alike = [s for s in sent if s.interchange.reference.lstrip("0") == reference.lstrip("0")]
    return next(iter(same or alike), None)


def _outcome(said: _Said) -> str:
    action = said("ActionCode")
    error = _error(said)
    return (_ACTIONS.get(action) or f"action {shown(action)}") + (f": {error}" if error else "")


def _error(said: _Said) -> str:
    """Return what the error means, "" where there is none or it only says that details stand lower down."""
    code, meaning = said.error()
    return shown(f"{meaning} ({code})") if code and code != _DETAILS_BELOW else ""


def _named(reference: str, message: Checked | None) -> str:
    if message is None:
        return f"Message {reference}"
    about = message.summary
    return f"Message {reference} ({about.document or about.type} {about.sender_reference}".rstrip() + ")"


def _service(sent: Sent, said: _Said) -> Iterator[str]:
    interchange = sent.interchange
    tag = said("ServiceSegmentTag")
    raw = {"UNA": interchange.una, "UNB": interchange.header_raw, "UNZ": interchange.trailer or ""}.get(tag, "")
    yield f"    {shown(raw or tag)}"
    yield from _part(raw, split_elements(raw, interchange.delimiters), said)
    for finding in sent.findings:
        if finding.position.tag == tag:
            yield from _ours(finding)


def _segment(message: Checked, number: int, error: str) -> Iterator[str]:
    """Show a segment as it was sent, and what our own check finds of it as a whole."""
    raws = message.message.raws
    if not 1 <= number <= len(raws):
        yield f"    segment {number}, which the message does not have: it has {len(raws)}"
        return
    yield f"    segment {number}{f', {error}' if error else ''}: {shown(raws[number - 1][:160])}"
    for finding in message.findings:
        if finding.position.segment == number and (error or finding.position.element is None):
            yield from _ours(finding)


def _element(message: Checked, number: int, said: _Said) -> Iterator[str]:
    """Show the element or component of a segment that an error speaks of, and what our own check finds there."""
    raws = message.message.raws
    if not 1 <= number <= len(raws) or said.place is None:
        return
    raw = raws[number - 1]
    yield from _part(raw, split_elements(raw, message.message.interchange.delimiters), said)
    element, part = said.place
    for finding in message.findings:
        at = finding.position
        if at.segment == number and at.element == element and (not part or at.component in (part, None)):
            yield from _ours(finding)


def _part(raw: str, elements: list[list[str]], said: _Said) -> Iterator[str]:
    """Name the place that an error speaks of, and show what was sent there."""
    if said.place is None:
        return
    element, part = said.place
    slots = kind.slots if (kind := segment_types().get(raw[:3])) else ()
    name = ""
    if 1 <= element <= len(slots):
        slot = slots[element - 1]
        inside = slot.components[part - 1 : part] if part else slot.components[:1]
        name = inside[0].name if inside and (part or not slot.composite) else slot.id
    place = f"element {element}" + (f", component {part}" if part else "") if element else "the tag"
    whole = ":".join(elements[element]) if 0 < element < len(elements) else ""
    text = component(elements, (element, part)) if part else whole
    what = f"{text!r} was sent" if text else "nothing was sent"
    error = _error(said)
    yield shown(f"      {error + ': ' if error else ''}{place}{f' ({name})' if name else ''}; {what}")


def _ours(finding: Finding) -> Iterator[str]:
    yield f"        {finding.code}: {shown(finding.message)}"
    if finding.hint:
        yield f"        {shown(finding.hint)}"
