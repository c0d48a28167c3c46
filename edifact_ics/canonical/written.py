"""What a document becomes, piece by piece: messages, and what stands between and around them."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from edifact_ics.canonical.arrange import CannotWrite
from edifact_ics.canonical.write import Kept, count_sent, kept_elements, read_unmapped, with_insertions
from edifact_ics.guide.directory import Place
from edifact_ics.segment.row import to_elements
from edifact_ics.segment.trace import from_hex, insert, notes_by_segment, parse_note
from edifact_ics.syntax.characters import BREAKS, STANDARD, Delimiters, join_elements
from edifact_ics.syntax.repertoire import encode


@dataclass(slots=True)
class Out:
    """The interchange being written."""

    delimiters: Delimiters
    una: str
    syntax: str = "UNOC"
    reference: str = ""
    header: list[list[str]] | None = None
    messages: int = 0
    envelopes: int = 0
    bare: bool = False
    trailer: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Written:
    """A piece of the file that results: `text` is ISO 8859-1, one character for one byte.

    `message` is the guide's name where the piece is a message, `element` its XML, `raws` its segments and how they are
    written; None for what stands between messages. `proved`: the message is valid and can be written, and as its
    elements have no trace attributes, `line` says where they all stand; `faultless`: its guide finds nothing in it.
    """

    text: str
    message: str | None = None
    element: etree._Element | None = None
    error: str | None = None
    interchange: int = 0
    number: int = 0
    raws: tuple[str, ...] = ()
    delimiters: Delimiters = STANDARD
    syntax: str = "UNOC"
    proved: bool = False
    faultless: bool = False
    line: int | None = None


def message_text(element: etree._Element, raws: list[str], out: Out) -> str:
    """Return a message by its segments, with their terminators and what stood in front of them.

    Raise CannotWrite when that was more than line ends.
    """
    usual, end = from_hex(element.get("line-end", "")), out.delimiters.terminator
    leads = {number: from_hex(text) for number, text in notes_by_segment(element.get("breaks", "")).items()}
    if any(lead.strip(BREAKS) for lead in (usual, *leads.values())):
        raise CannotWrite("line-end and breaks hold more than line ends")
    lost = {n for n, note in notes_by_segment(element.get("sent", "")).items() if "!" in note.split(";")}
    if leads or lost:
        ends = ("" if i in lost else end for i in range(1, len(raws) + 1))
        text = "".join(
            leads.get(i, usual) + raw + last for i, (raw, last) in enumerate(zip(raws, ends, strict=True), 1)
        )
    else:
        text = usual + (end + usual).join(raws) + end if raws else ""
    return text.removesuffix(end) if element.get("terminated") == "no" else text


def unknown(element: etree._Element, out: Out) -> list[str]:
    """Return the segments of a message that no guide explains."""
    kept: list[Kept] = []
    for child in element:
        read_unmapped(child, kept)
    notes = notes_by_segment(element.get("sent", ""))
    found: dict[int, tuple[str, dict[Place, str]]] = {}
    for number, tag, places in kept:
        found.setdefault(number, (tag, {}))[1].update(places)
    if sorted(found) != list(range(1, len(found) + 1)):
        raise CannotWrite("an unknown message can be written only with its trace (seg) whole")
    raws = [_segment(*found[number], notes.get(number, ""), out) for number in sorted(found)]
    if element.get("closed") == "no":
        return raws
    sent = element.get("trailer-reference")
    reference = from_hex(sent) if sent is not None else found[1][1].get((1, 1), "") if 1 in found else ""
    count = count_sent(element.get("count", ""), len(raws) + 1)
    raw = join_elements([["UNT"], [count], [reference]] if reference else [["UNT"], [count]], out.delimiters)
    return [*raws, with_insertions(raw, notes.get(len(raws) + 1, ""))]


def _segment(tag: str, texts: dict[Place, str], note: str, out: Out) -> str:
    """Return a segment that was kept as Unmapped, as it was sent, without its terminator."""
    elements = [[encode(text, out.syntax) for text in parts] for parts in kept_elements(tag, texts)]
    return with_insertions(join_elements(elements, out.delimiters), note)


def outside(element: etree._Element, out: Out) -> str:
    """Return a segment that stood outside of messages."""
    kept: list[Kept] = []
    for child in element:
        read_unmapped(child, kept)
    if not kept:
        return ""
    texts = {place: text for _, _, places in kept for place, text in places}
    raw = _segment(kept[0][1], texts, element.get("notes", ""), out)
    end = "" if element.get("terminated") == "no" else out.delimiters.terminator
    return from_hex(element.get("break", "")) + raw + end


def trailer(out: Out) -> str:
    """Return the end of an interchange: its UNZ and what follows that."""
    notes = out.trailer
    tail = from_hex(notes.get("after", ""))
    if notes.get("closed") == "no" or (out.bare and not notes):
        return tail
    constants, script = parse_note(notes.get("sent", ""))
    count = count_sent(notes.get("count", ""), out.messages)
    reference = from_hex(notes["trailer-reference"]) if "trailer-reference" in notes else out.reference
    grid = {(1, 1): count, (2, 1): reference, **constants}
    raw = join_elements(to_elements("UNZ", {k: v for k, v in grid.items() if v}), out.delimiters)
    raw = insert(raw, script) if script else raw
    end = "" if notes.get("terminated") == "no" else out.delimiters.terminator
    return from_hex(notes.get("break", "")) + raw + end + tail
