"""Canonical XML as JSON: the same names, repeating elements always as lists."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from edifact_ics.guide.layout import Layout
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig import SERVICE

Tree = dict[str, Any]


@cache
def _repeating(library: Library) -> frozenset[str]:
    """Return the names of elements that may repeat, in any message."""
    names = {"Unmapped", "Outside"}
    for message in (*library.messages, SERVICE):
        mig = library.load(message)
        names |= {frame.name for frame in Layout(mig).frames.values() if frame.parent is not None}
        for segment in mig.segments():
            for use in segment.uses:
                if use.each:
                    names.add(use.container[-1])
                names |= {value.xml for value in use.values if value.many}
    return frozenset(names)


_TRACE = ("seg", "sent", "carriers", "line-end", "breaks", "count", "trailer-reference", "closed", "terminated")


def tree(element: etree._Element, library: Library, trace: bool = True) -> Tree | str:
    """Return an element as nested dictionaries; attributes have `@` in front, text beside them is `#text`.

    Without `trace`, what only remembers how the message was sent is left out.
    """
    kept = [(str(name), value) for name, value in element.attrib.items() if trace or name not in _TRACE]
    content: Tree = {f"@{name}": value for name, value in kept}
    for child in element:
        name = etree.QName(child).localname
        below = tree(child, library, trace)
        # A container and the value in it may share a name (Quantity): the value is a text and stands alone.
        if name in _repeating(library) and not (isinstance(below, str) and etree.QName(element).localname == name):
            content.setdefault(name, []).append(below)
        else:
            content[name] = below
    if len(element):
        return content
    if content:
        return {**content, "#text": element.text} if element.text else content
    return element.text or ""
