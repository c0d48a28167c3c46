"""A canonical XML file read back, interchange by interchange and message by message, as the EDIFACT it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

from lxml import etree

from edifact_ics.canonical.arrange import CannotWrite
from edifact_ics.canonical.message_xml import NAMESPACE, ROOT
from edifact_ics.canonical.proof import name_of, prove
from edifact_ics.canonical.stream import Parser, ends_in, pieces
from edifact_ics.canonical.write import Writer, writer_of
from edifact_ics.canonical.written import Out, Written, message_text, outside, trailer, unknown
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig import SERVICE
from edifact_ics.segment.trace import from_hex
from edifact_ics.syntax.characters import BREAKS, STANDARD, Delimiters

_NS = "{" + NAMESPACE + "}"
# The first element whose prefix is not declared: the parser says so at the end of the document only.
_undeclared = etree.XPath("descendant-or-self::*[contains(local-name(), ':')][1]")


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
    parser = Parser(reader.tags)
    try:
        for piece, alone in pieces(source, reader.beginnings):
            yield from reader.line(piece, parser) if alone else reader.piece(piece, parser)
        for event, element in parser.end():
            yield from reader.take(event, element)
        reader.check_root(parser.root)
    except etree.XMLSyntaxError as error:
        reader.check_beginning(source)
        said = error.msg.replace(", use XML_PARSE_HUGE option", "")
        raise NotCanonical(f"The XML cannot be read: {said}.", error.lineno or 1, False) from None


class _DocumentReader:
    """Takes the elements down to the messages; what is in those is read with them, so that no event is made for it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._out: Out | None = None
        self._root: etree._Element | None = None
        self._interchange = 0
        self._roots = library.by_root
        named = (ROOT, "Interchange", "Rest", "Envelope", "Trailer", "Outside", "UnknownMessage", *self._roots)
        self.tags = [f"{_NS}{name}" for name in named]
        alone = ("Interchange", "UnknownMessage", *self._roots)
        self.beginnings = tuple([f"<{name}{end}".encode() for name in alone for end in " >"])
        self._between = False  # what comes next is a child of the interchange
        self._last = ""  # the child of an interchange that ended last, if nothing known began since
        self._proved: Written | None = None

    def line(self, line: bytes, parser: Parser) -> Iterator[Written]:
        """Take a line that may be a message: one that is proved to be valid goes to the parser as its mere tag."""
        stand_in = self._stand_in(line) if self._between and parser.utf8 else None
        yield from self.piece(stand_in or line, parser)
        self._between = stand_in is not None or (bool(self._last) and ends_in(line, self._last))

    def piece(self, piece: bytes, parser: Parser) -> Iterator[Written]:
        """Take a piece of the document."""
        self._last = ""
        for event, element in parser.feed(piece):
            yield from self.take(event, element)
        self._between = False

    def take(self, event: str, element: etree._Element) -> Iterator[Written]:
        """Take an event of the parser."""
        yield from self.start(element) if event == "start" else self.end(element)
        self._last = _name(element) if event == "end" and _depth(element) == 3 else ""

    def _stand_in(self, line: bytes) -> bytes | None:
        """Return the tag of a message that stands on a line, having proved the message; None where it cannot be."""
        out, name = self._out, name_of(line)
        message = self._roots.get(name)
        if message is None or out is None:
            return None
        proof = prove(line, name, self._writer(message, out), self._library.schema(message), out)
        if proof is None:
            return None
        self._proved = Written(proof.text, message, proof.element, None, self._interchange, out.messages + 1)
        self._proved.raws, self._proved.proved, self._proved.faultless = tuple(proof.raws), True, proof.faultless
        self._proved.delimiters, self._proved.syntax = out.delimiters, out.syntax
        return proof.tag

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
            self._out = Out(delimiters if delimiters.distinct else STANDARD, una)
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
            yield self._guarded(lambda: Written(trailer(out), error=error, interchange=self._interchange))
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

    def _part(self, element: etree._Element, out: Out) -> Iterator[Written]:
        for stray in _undeclared(element):
            raise NotCanonical(f"The prefix of {stray.tag} is not declared.", stray.sourceline or 1, False)
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
            yield self._guarded(lambda: Written(outside(element, out), error=error, interchange=self._interchange))
        elif name == "UnknownMessage" or name in self._roots:
            out.messages += 1
            if self._proved is not None:
                self._proved.line, proved, self._proved = element.sourceline, self._proved, None
                yield proved
                return
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

    def _writer(self, message: str, out: Out) -> Writer:
        return writer_of(self._library, message, out.delimiters, out.syntax)

    def _envelope(self, element: etree._Element, out: Out) -> Written:
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

    def _message(self, element: etree._Element, name: str, out: Out) -> Written:
        message = self._roots.get(name)
        error, raws, text = None, list[str](), ""
        try:
            raws = unknown(element, out) if message is None else self._writer(message, out).message(element)
            text = message_text(element, raws, out)
        except CannotWrite as fault:
            raws, error = [], str(fault)
        return Written(
            text, message, element, error, self._interchange, out.messages, tuple(raws), out.delimiters, out.syntax
        )


def _depth(element: etree._Element) -> int:
    """Return how deep an element stands, the root at 1."""
    return 1 + sum(1 for _ in element.iterancestors())


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]  # also where a prefix was not declared


def _forget(element: etree._Element) -> None:
    """Drop an element that is done, and those before it, so that memory stays flat."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
