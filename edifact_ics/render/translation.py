"""A file in another form, as bytes: EDIFACT as canonical XML or JSON, and the way back."""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from lxml import etree

from edifact_ics.canonical import message_xml
from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.inspection.run import Run
from edifact_ics.render.tree import tree

HELD = 1 << 22  # bytes kept in memory until it is known whether they may be written


def pieces(source: BinaryIO, run: Run, from_xml: bool, to: str, force: bool = False) -> Iterator[bytes]:
    """Give a file in the form `to` (xml, json or edifact), piece by piece, while `run` fills its report.

    `from_xml` tells what the file is. What was given counts only if the run refused nothing, or for those who `force`.
    """
    if from_xml and to == "edifact":
        for piece in edifact_pieces(run, source):
            yield piece.encode("iso8859-1")
    elif from_xml or to == "edifact":
        yield from _same(source, run, from_xml, to, force)
    elif to == "json":
        yield from json_pieces(_elements(run, source), run)
    else:
        for text in xml_pieces(run, source):
            yield text.encode("utf-8")


def _same(source: BinaryIO, run: Run, from_xml: bool, to: str, force: bool) -> Iterator[bytes]:
    """Check a file that is in the form asked for, or XML that becomes JSON, and hand it on."""
    with SpooledTemporaryFile(max_size=HELD) as held:
        shutil.copyfileobj(source, held)
        held.seek(0)
        again = cast(BinaryIO, held)
        deque(edifact_pieces(run, again) if from_xml else run.steps(again), 0)
        held.seek(0)
        if to != "json":
            yield from iter(lambda: held.read(1 << 16), b"")
        elif not run.refused or force:
            yield from json_pieces(_elements_of(held), run)


def _elements(run: Run, source: BinaryIO) -> Iterator[etree._Element]:
    """Give each interchange of a file as a canonical element."""
    held: list[str] = []
    for text in xml_pieces(run, source):
        if text.startswith("\n<Interchange"):
            held = [text]
        elif held:
            held.append(text)
        if text.endswith("</Interchange>"):
            yield etree.fromstring(
                "".join(held).replace("<Interchange", f'<Interchange xmlns="{message_xml.NAMESPACE}"', 1)
            )
            held = []


def _elements_of(source: IO[bytes]) -> Iterator[etree._Element]:
    """Give each interchange of a canonical XML file; none when it cannot be read, which the report says."""
    try:
        root = etree.parse(source, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()
    except etree.XMLSyntaxError:
        return
    yield from root.iterfind(f"{{{message_xml.NAMESPACE}}}Interchange")


def json_pieces(interchanges: Iterator[etree._Element], run: Run) -> Iterator[bytes]:
    """Give canonical interchanges as JSON: the same names, a list of messages."""
    trace = run.trace

    yield b'{"interchanges": ['
    for number, interchange in enumerate(interchanges):
        messages = []
        document: dict[str, object] = {f"@{name}": value for name, value in interchange.attrib.items() if trace}
        for child in interchange:
            name = etree.QName(child).localname
            if name in ("Envelope", "Trailer"):
                document[name] = tree(child, run.library, trace)
            else:
                messages.append({name: tree(child, run.library, trace)})
        document["messages"] = messages
        yield (",\n" if number else "\n").encode() + json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")
    yield b"]}\n"
