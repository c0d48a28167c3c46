"""The canonical document: the XML text of a message as the walk found it.

Named by data elements, in guide order. With trace, attributes remember how it was sent: `seg` the segment number,
`sent` a value that was cleaned, and on the message `carriers` (segments that bring no element), `sent` (places and
service characters), `breaks` (what stood between segments). `write` reads them back.
"""

from __future__ import annotations

from dataclasses import dataclass

from edifact_ics.envelope.interchange import Message
from edifact_ics.guide.layout import UNMAPPED, Frame
from edifact_ics.guide.mig_tree import Value
from edifact_ics.segment.interpreted import Interpreted, kept, safe
from edifact_ics.segment.trace import PART, SEGMENT_PART, TRACE, attribute, to_hex, untraced, written_attribute
from edifact_ics.segment.values import clean
from edifact_ics.structure.table import Table
from edifact_ics.structure.walked import Placed, Walk
from edifact_ics.syntax.characters import split_elements

NAMESPACE = "urn:edifact-ics:canonical"
ROOT = "Interchanges"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="{NAMESPACE}"'


@dataclass(frozen=True, slots=True)
class Document:
    """The canonical document of one message.

    `xml` is its element without the namespace declaration, `name` that element's name; `message` the guide (IMD …),
    None when the message is not known. `interchange` and `number` count from 1.
    """

    xml: str
    name: str
    message: str | None
    interchange: int
    number: int
    reference: str

    def __str__(self) -> str:
        """The document as a standing-alone XML text."""
        return alone(self.xml, self.name)


def alone(xml: str, name: str) -> str:
    """Return the element of a message, by its name, as an XML text that can stand alone."""
    head = f"<{name}"
    return f'{head} xmlns="{NAMESPACE}"{xml[len(head) :]}'


class _Open:
    """A frame being filled: the pieces of XML that came in, and their slots."""

    __slots__ = ("frame", "runs", "slots", "xml")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.slots: list[int] = []
        self.xml: list[str] = []
        self.runs: list[tuple[int, Value, str, str, int]] = []

    def text(self, trace: bool) -> str:
        """Return what came in, in slot order."""
        if self.runs:
            for slot, text in _run_on(self.runs, trace):
                self.slots.append(slot)
                self.xml.append(text)
        return self.frame.filled(self.slots, self.xml)


def body(table: Table, placed: list[Placed], trace: bool) -> str:
    """Return the XML inside the message element."""
    text = _body(table, placed, trace)
    return text if trace else untraced(text)


def _body(table: Table, placed: list[Placed], trace: bool) -> str:
    """Return the same with its marks where no trace is wanted: to take them out at one stroke is quicker."""
    root = _Open(table.layout.root)
    stack = [root]
    frame, slots, xml = root.frame, root.slots, root.xml
    expected = 1
    for number, step, item, raw in placed:
        if number != expected:
            _fill(root, table, range(expected, number), trace)
        expected = number + 1
        if step is None:
            item = kept(raw, table.delimiters, table.syntax)
            root.slots += item.slots
            root.xml += _marked(item, number) if trace else item.xml
            continue
        if step.frames or frame is not step.inside:
            keep = step.stays([open_.frame for open_ in stack[1:]])
            while len(stack) > keep + 1:
                _close(stack, trace)
            stack += [_Open(frame) for frame in step.node.frames[keep:]]
            frame, slots, xml = stack[-1].frame, stack[-1].slots, stack[-1].xml
        pieces = _marked(item, number) if trace else item.xml
        if item.careful:
            stack[-1].runs += [(*run, number) for run in item.runs]
            if item.joins:
                _join(stack[-1], item.slots, pieces)
                continue
        slots += item.slots
        xml += pieces
    while len(stack) > 1:
        _close(stack, trace)
    return root.text(trace)


def _fill(root: _Open, table: Table, numbers: range, trace: bool) -> None:
    """Keep the empty segments that the walk only counted."""
    item = kept("", table.delimiters, table.syntax)
    for number in numbers:
        root.slots += item.slots
        root.xml += _marked(item, number) if trace else item.xml


def _marked(item: Interpreted, number: int) -> tuple[str, ...]:
    texts = item.xml
    if not texts:
        return texts
    mark = f' seg="{number}"'
    if len(texts) == 1:
        return (texts[0].replace(TRACE, mark),)
    return tuple([text.replace(TRACE, mark) for text in texts])


def _join(open_: _Open, slots: tuple[int, ...], pieces: tuple[str, ...]) -> None:
    """Put what a segment adds into the container that the trigger of its group opened; what is left over beside it."""
    for slot, text in zip(slots, pieces, strict=True):
        known = next((i for i in reversed(range(len(open_.slots))) if open_.slots[i] == slot), None)
        if known is None or slot == UNMAPPED:
            open_.slots.append(slot)
            open_.xml.append(text)
            continue
        whole = open_.xml[known]
        end = whole.rindex("</")
        inner = text[text.index(">") + 1 : text.rindex("</")]
        open_.xml[known] = whole[:end] + inner + whole[end:]


def _close(stack: list[_Open], trace: bool) -> None:
    done = stack.pop()
    name = done.frame.name
    stack[-1].slots.append(done.frame.slot)
    stack[-1].xml.append(f"<{name}>{done.text(trace)}</{name}>")


def _run_on(runs: list[tuple[int, Value, str, str, int]], trace: bool) -> list[tuple[int, str]]:
    """Return the values that run over several segments, joined as text."""
    found: dict[int, list[tuple[Value, str, str, int]]] = {}
    for slot, value, text, sent, number in runs:
        found.setdefault(slot, []).append((value, text, sent, number))
    parts = []
    for slot, pieces in found.items():
        value = pieces[0][0]
        whole = clean("".join(sent.replace(PART, "") for _, _, sent, _ in pieces))
        seg = attribute("seg", " ".join(str(number) for *_, number in pieces)) if trace else TRACE
        sent = attribute("sent", SEGMENT_PART.join(sent for _, _, sent, _ in pieces))
        parts.append((slot, f"<{value.xml}{seg}{sent}>{safe(whole)}</{value.xml}>"))
    return parts


# ---------------------------------------------------------------------- messages


def message_xml(table: Table, message: Message, walk: Walk, trace: bool) -> str:
    """Return the element of a message that was walked."""
    name = table.mig.xml
    marks = _message_marks(table, message, walk.placed, walk.trailer) if trace else ""
    placed = [p for p in walk.placed if p.number != len(message.raws)] if _odd_trailer(message) else walk.placed
    return f"<{name}{marks}>{body(table, placed, trace)}{_odd_trailer(message) if trace else ''}</{name}>"


def is_plain_trailer(tag: str, elements: list[list[str]]) -> bool:
    """Tell whether a trailer is its tag and two simple elements at most, so that attributes can remember it."""
    return elements[0] == [tag] and len(elements) <= 3 and all(len(parts) == 1 for parts in elements)


def _odd_trailer(message: Message) -> str:
    """Return UNT as elements that keep it whole, where it is not plain; "" where it is, or was not sent."""
    interchange = message.interchange
    raw = message.raws[-1]
    if not message.closed or is_plain_trailer("UNT", split_elements(raw, interchange.delimiters)):
        return ""
    mark = f' seg="{len(message.raws)}"'
    item = kept(raw, interchange.delimiters, interchange.syntax)
    return "".join(item.xml).replace(TRACE, mark)


def unknown_xml(message: Message, trace: bool) -> str:
    """Return the element of a message that no guide explains: everything kept as it came."""
    interchange = message.interchange
    parts: list[str] = []
    notes = []
    raws = message.raws[:-1] if message.closed else message.raws
    for number, raw in enumerate(raws, 1):
        item = kept(raw, interchange.delimiters, interchange.syntax)
        parts += _marked(item, number) if trace else [untraced(text) for text in item.xml]
        if item.sent:
            notes.append(f"{number}:{item.sent}")
    marks = ""
    if trace:
        if message.closed:
            trailer = kept(message.raws[-1], interchange.delimiters, interchange.syntax)
            if trailer.sent:
                notes.append(f"{len(message.raws)}:{trailer.sent}")
        marks = f' sent="{" ".join(notes)}"' if notes else ""
        marks += _break_marks(message) + _trailer_marks(message)
    return f"<UnknownMessage{marks}>{''.join(parts)}{_odd_trailer(message) if trace else ''}</UnknownMessage>"


def _message_marks(table: Table, message: Message, placed: list[Placed], trailer: str | None) -> str:
    carriers = [f"{p.number}:{p.item.carrier}" for p in placed if p.item.carrier and p.raw[:3] != "UNT"]
    notes = []
    for p in placed:
        sent = p.item.sent if p.step else kept(p.raw, table.delimiters, table.syntax).sent
        if p.number - 1 in message.lost:
            sent = f"{sent};!" if sent else "!"
        if sent:
            notes.append(f"{p.number}:{sent}")
    marks = f' carriers="{" ".join(carriers)}"' if carriers else ""
    if notes:
        marks += written_attribute("sent", " ".join(notes))
    return marks + _break_marks(message) + _trailer_marks(message)


def _break_marks(message: Message) -> str:
    """What stood in front of the segments, where it is not the line end of the interchange."""
    usual = line_end(message)
    odd = (
        []
        if isinstance(message.leads, str)
        else [f"{i + 1}:{to_hex(lead, ' ')}" for i, lead in enumerate(message.leads) if i and lead != usual]
    )
    if message.first != usual:
        odd.insert(0, f"1:{to_hex(message.first, ' ')}")
    marks = attribute("line-end", usual) if usual else ""
    return marks + (written_attribute("breaks", " ".join(odd)) if odd else "")


def line_end(message: Message) -> str:
    """Return what stood in front of most segments of a message."""
    if isinstance(message.leads, str):
        return message.leads if len(message.raws) > 1 else message.first
    rest = message.leads[1:]
    return max(set(rest), key=rest.count) if len(set(rest)) > 1 else (rest[0] if rest else "")


def _trailer_marks(message: Message) -> str:
    """UNT where it is not the one that would be written."""
    if not message.closed:
        return ' closed="no"' + (' terminated="no"' if message.unterminated else "")
    elements = split_elements(message.raws[-1], message.interchange.delimiters)
    if not is_plain_trailer("UNT", elements):
        return ' closed="no"'  # it is kept whole, see `_odd_trailer`
    count = elements[1][0] if len(elements) > 1 else ""
    reference = elements[2][0] if len(elements) > 2 else ""
    held = len(message.raws)
    marks = attribute("count", f"{count} of {held}") if count != str(held) else ""
    return marks + (attribute("trailer-reference", reference) if reference != message.reference else "")
