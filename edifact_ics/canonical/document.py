"""A canonical XML file read back, interchange by interchange and message by message, as the EDIFACT it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from lxml import etree

from edifact_ics.canonical.arrange import CannotWrite
from edifact_ics.canonical.message_xml import NAMESPACE, ROOT
from edifact_ics.canonical.write import Kept, Writer, count_sent, kept_elements, read_unmapped, with_insertions
from edifact_ics.guide.directory import Place
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig import SERVICE
from edifact_ics.segment.row import to_elements
from edifact_ics.segment.trace import from_hex, insert, notes_by_segment, parse_note
from edifact_ics.syntax.characters import BREAKS, STANDARD, Delimiters, join_elements
from edifact_ics.syntax.repertoire import encode

_NS = "{" + NAMESPACE + "}"


@dataclass(slots=True)
class _Out:
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
    written; None for what stands between messages.
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


class NotCanonical(Exception):
    """XML that is no canonical document; `line` counts from 1."""

    def __init__(self, text: str, line: int, well_formed: bool = True) -> None:
        super().__init__(text)
        self.line = line
        self.well_formed = well_formed


def read_document(source: BinaryIO, library: Library) -> Iterator[Written]:
    """Give the pieces of the EDIFACT file that a canonical document stands for, message by message.

    Each message's element is handed out before it is forgotten. Raise NotCanonical when the file is no such document;
    what was given before stays good.
    """
    reader = _DocumentReader(library)
    try:
        parts = etree.iterparse(
            source,
            events=("start", "end"),
            tag=reader.tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,  # a comment within a value would hide the rest of it
            remove_pis=True,
        )
        for event, element in parts:
            yield from reader.start(element) if event == "start" else reader.end(element)
        reader.check_root(parts.root)
    except etree.XMLSyntaxError as error:
        reader.check_beginning(source)
        said = error.msg.replace(", use XML_PARSE_HUGE option", "")
        raise NotCanonical(f"The XML cannot be read: {said}.", error.lineno or 1, False) from None


class _DocumentReader:
    """Takes the elements down to the messages; what is in those is read with them, so that no event is made for it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._out: _Out | None = None
        self._root: etree._Element | None = None
        self._interchange = 0
        self._writers: dict[tuple[str, Delimiters, str], Writer] = {}
        self._roots = library.by_root
        named = (ROOT, "Interchange", "Rest", "Envelope", "Trailer", "Outside", "UnknownMessage", *self._roots)
        self.tags = [f"{_NS}{name}" for name in named]

    def start(self, element: etree._Element) -> Iterator[Written]:
        """Take the start of an element: of the root, or of an interchange."""
        if self._root is None:
            self.check_root(element.getroottree().getroot())
        if _depth(element) == 2:
            self._check_beside(element)
            if element.tag == f"{_NS}Rest":
                return
            self._interchange += 1
            una = from_hex(element.get("una", STANDARD.una))
            delimiters = Delimiters(*una[3:9]) if len(una) == 9 else STANDARD
            wrong = bool(una) and not (una.startswith("UNA") and len(una) == 9 and delimiters.usable)
            self._out = _Out(delimiters if delimiters.distinct else STANDARD, una)
            self._out.bare = element.get("envelope") is not None
            if self._out.bare and element.get("una") is None:
                self._out.una = ""
            before = from_hex(element.get("before", ""))
            error = "una does not give six characters that can serve" if wrong else None
            if before.strip(BREAKS):
                error = "something stands in front of the interchange"
            if self._out.bare:  # otherwise it stands in front of UNB
                una += from_hex(element.get("break", ""))
            text, number = before + una, self._interchange
            yield self._guarded(lambda: Written(text, error=error, interchange=number))

    def check_beginning(self, source: BinaryIO) -> None:
        """Say of XML that broke off before any event whether it is another document: then that is what is wrong."""
        if self._root is not None or not source.seekable():
            return
        source.seek(0)
        started = etree.iterparse(source, events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
        with suppress(etree.XMLSyntaxError, StopIteration):
            self.check_root(next(started)[1])

    def check_root(self, element: etree._Element | None) -> None:
        """Take the root, which may have given no event. Raise NotCanonical when it is another."""
        assert element is not None
        self._root = element
        if element.getroottree().docinfo.internalDTD is not None:
            raise NotCanonical("The XML brings a document type declaration, which is refused.", 1)
        if element.tag != f"{_NS}{ROOT}":
            text = f"The XML begins with {element.tag!s}, not with {ROOT} in the namespace {NAMESPACE}."
            raise NotCanonical(text, element.sourceline or 1)

    def end(self, element: etree._Element) -> Iterator[Written]:
        """Take the end of an element: of an envelope, a message, an interchange."""
        depth, out = _depth(element), self._out
        if depth == 3 and out is not None:
            for part in [*self._strangers(element.getprevious()), element]:
                yield from self._part(part, out)
            _forget(element)
        elif depth == 2 and out is not None:
            for part in self._strangers(element[-1] if len(element) else None):
                yield from self._part(part, out)
            error = None
            if out.envelopes != (0 if out.bare else 1):
                error = f"an Interchange holds one Envelope, in front of its messages; here are {out.envelopes}"
            elif not out.messages:
                error = "the Interchange holds no message"
            yield self._guarded(lambda: Written(self._trailer(out), error=error, interchange=self._interchange))
            self._out = None
            _forget(element)
        elif depth == 1:
            if len(element):
                self._check_beside(element[-1])
            if not self._interchange:
                raise NotCanonical(f"{ROOT} holds no Interchange.", element.sourceline or 1)
        elif depth == 2 and element.tag == f"{_NS}Rest":
            text = from_hex(element.get("sent", ""))
            beside = "something stands beside the interchanges" if text.strip(BREAKS) else None
            yield self._guarded(lambda: Written(text, error=beside))

    def _strangers(self, last: etree._Element | None) -> list[etree._Element]:
        """Return the elements up to `last` that gave no event, since their names belong nowhere."""
        found: list[etree._Element] = []
        while last is not None and last.tag not in self.tags:
            found.append(last)
            last = last.getprevious()
        return found[::-1]

    def _check_beside(self, last: etree._Element) -> None:
        """Refuse what stands in the root and is no interchange, up to the element `last`."""
        for element in [*self._strangers(last.getprevious()), last]:
            if element.tag not in (f"{_NS}Interchange", f"{_NS}Rest"):
                raise NotCanonical(f"{ROOT} holds Interchange elements, not {_name(element)}.", element.sourceline or 1)

    def _part(self, element: etree._Element, out: _Out) -> Iterator[Written]:
        name = _name(element)
        if not str(element.tag).startswith(_NS):
            raise NotCanonical(f"{name} is not in the namespace {NAMESPACE}.", element.sourceline or 1)
        if name == "Envelope":
            out.envelopes += 1 if not out.messages else 2
            yield self._guarded(lambda: self._envelope(element, out), SERVICE, element)
        elif name == "Trailer":
            out.trailer = {str(k): str(v) for k, v in element.attrib.items()}
        elif name == "Outside":
            error = "segments stand outside of messages"
            yield self._guarded(
                lambda: Written(self._outside(element, out), error=error, interchange=self._interchange)
            )
        elif name == "UnknownMessage" or name in self._roots:
            out.messages += 1
            yield self._guarded(lambda: self._message(element, name, out), self._roots.get(name), element)
        else:
            raise NotCanonical(f"{name} is no element of an Interchange.", element.sourceline or 1)

    def _guarded(
        self, make: Callable[[], Written], message: str | None = None, element: etree._Element | None = None
    ) -> Written:
        """Return a piece of the file; one whose attributes make no sense, or that no byte can carry, is an error."""
        try:
            written = make()
            written.text.encode("iso8859-1")
        except (ValueError, IndexError) as error:
            number = self._out.messages if self._out is not None and message not in (None, SERVICE) else 0
            text = f"what its attributes remember makes no sense ({error})"[:200]
            return Written("", message, element, text, self._interchange, number)
        return written

    def _writer(self, message: str, out: _Out) -> Writer:
        key = (message, out.delimiters, out.syntax)
        if key not in self._writers:
            self._writers[key] = Writer(self._library.load(message), out.delimiters, out.syntax)
        return self._writers[key]

    def _envelope(self, element: etree._Element, out: _Out) -> Written:
        text = element.findtext(f"{_NS}SyntaxIdentifier")
        out.syntax = text or "UNOC"
        parent = element.getparent()
        note = parent.get("sent", "") if parent is not None else ""
        lead = from_hex(parent.get("break", "")) if parent is not None else ""
        element.set("sent", f"1:{note}" if note else "")
        for child in element.iter():
            if child is not element:
                child.set("seg", "1")
        element.set("closed", "no")
        try:
            raw = self._writer(SERVICE, out).message(element)[0]
        except (CannotWrite, IndexError) as error:
            return Written("", SERVICE, element, str(error), self._interchange)
        reference = element.find(f"{_NS}InterchangeControlReferenceNumber")
        sent = "" if reference is None else from_hex(reference.get("sent", "")) or reference.text or ""
        out.reference = sent
        end = "" if "!" in note.split(";") else out.delimiters.terminator
        text = lead + raw + end
        return Written(text, SERVICE, element, None, self._interchange, 0, (raw,), out.delimiters, out.syntax)

    def _message(self, element: etree._Element, name: str, out: _Out) -> Written:
        message = self._roots.get(name)
        error, raws = None, list[str]()
        try:
            raws = _unknown(element, out) if message is None else self._writer(message, out).message(element)
        except CannotWrite as fault:
            error = str(fault)
        usual = from_hex(element.get("line-end", ""))
        leads = {number: from_hex(text) for number, text in notes_by_segment(element.get("breaks", "")).items()}
        if any(lead.strip(BREAKS) for lead in (usual, *leads.values())):
            error = error or "line-end and breaks hold more than line ends"
            raws = []
        end = out.delimiters.terminator
        lost = {n for n, note in notes_by_segment(element.get("sent", "")).items() if "!" in note.split(";")}
        ends = ("" if i in lost else end for i in range(1, len(raws) + 1))
        text = "".join(
            leads.get(i, usual) + raw + last for i, (raw, last) in enumerate(zip(raws, ends, strict=True), 1)
        )
        if element.get("terminated") == "no":
            text = text.removesuffix(end)
        return Written(
            text, message, element, error, self._interchange, out.messages, tuple(raws), out.delimiters, out.syntax
        )

    @staticmethod
    def _outside(element: etree._Element, out: _Out) -> str:
        kept: list[Kept] = []
        for child in element:
            read_unmapped(child, kept)
        if not kept:
            return ""
        texts = {place: text for _, _, places in kept for place, text in places}
        raw = _segment(kept[0][1], texts, element.get("notes", ""), out)
        end = "" if element.get("terminated") == "no" else out.delimiters.terminator
        return from_hex(element.get("break", "")) + raw + end

    @staticmethod
    def _trailer(out: _Out) -> str:
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


def _unknown(element: etree._Element, out: _Out) -> list[str]:
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


def _segment(tag: str, texts: dict[Place, str], note: str, out: _Out) -> str:
    """Return a segment that was kept as Unmapped, as it was sent, without its terminator."""
    elements = [[encode(text, out.syntax) for text in parts] for parts in kept_elements(tag, texts)]
    return with_insertions(join_elements(elements, out.delimiters), note)


def _depth(element: etree._Element) -> int:
    """Return how deep an element stands, the root at 1."""
    return 1 + sum(1 for _ in element.iterancestors())


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _forget(element: etree._Element) -> None:
    """Drop an element that is done, and those before it, so that memory stays flat."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
