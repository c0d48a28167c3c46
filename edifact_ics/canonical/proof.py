"""A message on a line of its own, as we write it: proved to be valid without a look at its elements one by one.

The schema judges the text without the numbers of segments, as it does when a file is checked; the text is cut and
written as segments; the guide judges those. What is not valid, or is written with difficulty, goes the careful way.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from lxml import etree

from edifact_ics.canonical import schema
from edifact_ics.canonical.arrange import CannotWrite
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.canonical.retrace import cut
from edifact_ics.canonical.write import Writer
from edifact_ics.canonical.written import Out, message_text
from edifact_ics.guide.xsd import Xsd
from edifact_ics.structure.walk import walk


class Proof(NamedTuple):
    """A valid message.

    `tag` can stand for it in its document: an element with its attributes and no children. `element` is the message,
    without trace attributes on its children; `raws` are its segments, `text` is what it becomes. `faultless`: the guide
    finds nothing in them.
    """

    tag: bytes
    element: etree._Element
    raws: list[str]
    text: str
    faultless: bool


def name_of(line: bytes) -> str:
    """Return the name of the element that ends with a line, if that begins with it; else ""."""
    name = line[line.rfind(b"</") + 2 :].rstrip(b"\r\n")[:-1]
    return name.decode("ascii", "replace") if line.startswith((b"<%s>" % name, b"<%s " % name)) else ""


def prove(line: bytes, name: str, writer: Writer, xsd: Xsd | None, out: Out) -> Proof | None:
    """Return what a line that is one element of this name says, or None where that takes a closer look."""
    with suppress(CannotWrite, ValueError, IndexError):
        text = line.decode()
        parts = cut(text)
        tag = text[len(name) + 1 : text.index(">")]
        element = schema.valid(xsd, f'<{name} xmlns="{NAMESPACE}"{tag}>{">".join(parts[::2])}</{name}>')
        raws = writer.retraced(element, parts) if element is not None else None
        if element is not None and raws is not None:
            becomes = message_text(element, raws, out)
            becomes.encode("iso8859-1")
            faultless = not walk(writer.table, raws, element.get("closed") != "no", True).findings
            return Proof(f"<{name}{tag}/>\n".encode(), element, raws, becomes, faultless)
    return None
