"""Where the elements of one message stand: their paths, their lines, the segments they came from.

A document may have a fault in each of its elements, so nothing here may look at all of them for each one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from lxml import etree


class Place(NamedTuple):
    """Where an element stands.

    `path` begins at the message element and counts repeated elements from 1; `names` are the plain names below that
    element. `order` counts elements in document order, from 0. `seg` is the trace attribute of the element, of the
    first one below it that has any, or of the nearest before or above; "" if there is none.
    """

    path: str
    names: tuple[str, ...]
    order: int
    seg: str


class Ways:
    """The ways from an element along paths, whose first step is that element itself.

    `names` gives the names by which a step may call an element; the number of a step counts those of a name, from 1.
    """

    def __init__(self, top: etree._Element, names: Callable[[etree._Element], Iterable[str]]) -> None:
        self._top = top
        self._names = names
        self._children: dict[etree._Element, dict[str, list[etree._Element]]] = {}

    def end(self, path: str) -> tuple[etree._Element, bool]:
        """Return the element at the end of a path and True, or the last there is on the way and False."""
        here = self._top
        for step in path.split("/")[2:]:
            name, _, number = step.partition("[")
            below = self._below(here).get(name, ())
            index = int(number.rstrip("]") or 1) - 1
            if index >= len(below):
                return here, False
            here = below[index]
        return here, True

    def _below(self, node: etree._Element) -> dict[str, list[etree._Element]]:
        """Return the elements right below one, by their names; they are looked at once."""
        known = self._children.get(node)
        if known is None:
            known = self._children[node] = {}
            for child in node.iterchildren("{*}*"):
                for name in self._names(child):
                    known.setdefault(name, []).append(child)
        return known


class Places:
    """The places of all elements of a message, worked out when the first is asked for."""

    def __init__(self, top: etree._Element) -> None:
        self._top = top
        self._ways = Ways(top, _plain_name)

    def __getitem__(self, node: etree._Element) -> Place:
        return self._known[node]

    def line(self, path: str | None) -> int | None:
        """Return the line of the element at a path, or of what it should stand in where there is none."""
        return self._ways.end(path or "")[0].sourceline

    @cached_property
    def _known(self) -> dict[etree._Element, Place]:
        nodes = list(self._top.iter("{*}*"))
        first, last = _segments(nodes)
        root = Place(f"/{etree.QName(self._top).localname}", (), 0, first[self._top])
        known = {self._top: root}
        for node in nodes:
            above, before = known[node], ""
            for child, step, name in _steps(node):
                seg = first[child] or before or first[node]
                known[child] = Place(f"{above.path}/{step}", (*above.names, name), 0, seg)
                before = last[child] or before
        return {node: known[node]._replace(order=order) for order, node in enumerate(nodes)}


def _plain_name(node: etree._Element) -> tuple[str]:
    return (etree.QName(node).localname,)


def _steps(node: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    """Give what stands right below an element, with its step of a path and its plain name."""
    children = list(node.iterchildren("{*}*"))
    many, seen = Counter(str(child.tag) for child in children), Counter[str]()
    for child in children:
        tag = str(child.tag)
        seen[tag] += 1
        name = etree.QName(child).localname
        yield child, f"{name}[{seen[tag]}]" if many[tag] > 1 else name, name


def _segments(nodes: list[etree._Element]) -> tuple[dict[etree._Element, str], dict[etree._Element, str]]:
    """Return the first and the last trace attribute at or below each element, in document order; "" for none."""
    first: dict[etree._Element, str] = {}
    last: dict[etree._Element, str] = {}
    first_below: dict[etree._Element | None, str] = {}
    last_below: dict[etree._Element | None, str] = {}
    for node in reversed(nodes):  # what is below an element comes before it
        own = node.get("seg") or ""
        first[node] = own or first_below.get(node, "")
        last[node] = last_below.get(node, "") or own
        if first[node]:
            above = node.getparent()
            first_below[above] = first[node]
            last_below.setdefault(above, last[node])
    return first, last
