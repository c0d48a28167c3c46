"""Two versions of a declaration, element by element."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from edifact_ics.conversion import xml_pieces
from edifact_ics.finding import Report
from edifact_ics.inspection.run import Run
from edifact_ics.source import is_xml


class NoDeclaration(Exception):
    """There is nothing to compare; `readable` tells whether it was EDIFACT or XML at all."""

    def __init__(self, sentence: str, *, readable: bool) -> None:
        super().__init__(sentence)
        self.readable = readable


def changes(before: bytes, after: bytes) -> list[dict[str, str | None]]:
    """Return the elements that differ: path, the value before and after, None where there was none.

    Raise NoDeclaration for a file that holds no message or cannot be read.
    """
    old, new = dict(_values(before)), dict(_values(after))
    return [
        {"path": path, "before": old.get(path), "after": new.get(path)}
        for path in dict.fromkeys((*old, *new))
        if old.get(path) != new.get(path)
    ]


def _values(body: bytes) -> Iterator[tuple[str, str]]:
    """Give the path and text of each element of a file's messages, containers that repeat counted from 1."""
    if not is_xml(body[:512]):
        run = Run(Report("-"), want_xml=True, trace=False)
        body = "".join(xml_pieces(run, io.BytesIO(body))).encode("utf-8")
        if not run.report.interchanges:
            raise NoDeclaration("One of the two is neither EDIFACT nor XML.", readable=False)
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise NoDeclaration(f"The XML of one of the two cannot be read: {error.msg}.", readable=True) from error
    yield from _below(root, "")


def _below(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    names = [etree.QName(child).localname for child in element if isinstance(child.tag, str)]
    many, seen = Counter(names), Counter[str]()
    for child, name in zip((c for c in element if isinstance(c.tag, str)), names, strict=True):
        seen[name] += 1
        here = f"{path}/{name}" + (f"[{seen[name]}]" if many[name] > 1 else "")
        if len(child):
            yield from _below(child, here)
        else:
            yield here, child.text or ""
