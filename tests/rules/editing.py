"""Edits of a canonical document in a compact notation, for cases as data.

    OriginCountryCode=-                  an element of the header is left out
    Line[1]/OriginCountryCode=CN         an element of the first line is set, or put where it belongs
    Line[1]/Quantity[2]/QuantityUnit=KG  in the second repetition of its container
    Line[1]/Quantity[2]=-                a repetition (or a line) is left out
    Line[3]=Line[1]                      a copy of another line

Several edits are separated by semicolons. Values are codes as they are sent. Containers need not be named, except to
count their repetitions.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache

from lxml import etree

from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.guide.layout import Layout, paths
from edifact_ics.guide.library import ours

LEVELS = ("Line", "TransportLine", "RCR", "TermsOfDelivery", "Movement")
_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


@cache
def _paths(message: str) -> list[tuple[str, ...]]:
    return [path for path, _, _ in paths(Layout(ours().load(message)))]


@cache
def _order(message: str, inside: tuple[str, ...]) -> list[str]:
    """The names that may stand in a container, in the order of the guide."""
    depth = len(inside)
    return list(dict.fromkeys(p[depth] for p in _paths(message) if p[:depth] == inside and len(p) > depth))


def edit(root: etree._Element, message: str, edits: str) -> None:
    """Change the element of a message."""
    for one in filter(None, (part.strip() for part in edits.split(";"))):
        left, _, value = one.partition("=")
        steps = [(m[1], int(m[2]) if m[2] else None) for m in map(_STEP.fullmatch, left.split("/")) if m]
        assert len(steps) == left.count("/") + 1, f"{one}: no such path"
        try:
            _edit(root, message, steps, value)
        except (StopIteration, IndexError, LookupError) as error:
            raise AssertionError(f"{one}: no such place in {message}") from error


def _edit(root: etree._Element, message: str, steps: list[tuple[str, int | None]], value: str) -> None:
    name, index = steps[-1]
    source = _STEP.fullmatch(value)
    if index is not None and source and source[2]:
        _copy(root, message, name, index, source[1], int(source[2]))
        return
    path = _path(message, steps)
    indexes = {n: i for n, i in steps if i is not None}
    here = root
    for depth, step in enumerate(path):
        wanted = indexes.get(step, 1) if depth < len(path) - 1 or index is not None else 1
        last = depth == len(path) - 1
        found = here.findall(f"{{{NAMESPACE}}}{step}")
        if last and value == "-":
            here.remove(found[wanted - 1])
            _prune(here, root)
            return
        if len(found) >= wanted:
            here = found[wanted - 1]
        else:
            assert len(found) == wanted - 1, f"{step}[{wanted}]: there are only {len(found)}"
            here = _insert(here, message, path[:depth], step)
    here.text = value


def _path(message: str, steps: list[tuple[str, int | None]]) -> tuple[str, ...]:
    """The whole path of what is meant: a container if its last step has an index, else an element."""
    names = [name for name, _ in steps]
    level = [name for name in names if name in LEVELS][-1:]  # those around it need not be named
    for path in _paths(message):
        ends = [i for i in range(len(path)) if path[i] == names[-1]]
        if not ends or [p for p in path if p in LEVELS][-1:] != level:
            continue
        if not all(name in path for name in names):
            continue
        return (
            path[: ends[0] + 1] if steps[-1][1] is not None else path if path[-1] == names[-1] else path[: ends[-1] + 1]
        )
    raise LookupError(names)


def _insert(parent: etree._Element, message: str, inside: tuple[str, ...], name: str) -> etree._Element:
    order = _order(message, inside)
    place = 0
    for number, child in enumerate(parent):
        if order.index(etree.QName(child).localname) <= order.index(name):
            place = number + 1
    new = etree.Element(f"{{{NAMESPACE}}}{name}")
    parent.insert(place, new)
    return new


def _copy(root: etree._Element, message: str, name: str, index: int, source: str, number: int) -> None:
    found = root.findall(f".//{{{NAMESPACE}}}{source}")
    there = root.findall(f".//{{{NAMESPACE}}}{name}")
    assert index == len(there) + 1, f"{name}[{index}]: there are {len(there)}"
    new = deepcopy(found[number - 1])
    there[-1].addnext(new)


def _prune(here: etree._Element, root: etree._Element) -> None:
    """Leave out a container that holds nothing any more."""
    while here is not root and not len(here) and not here.text:
        parent = here.getparent()
        assert parent is not None
        parent.remove(here)
        here = parent
