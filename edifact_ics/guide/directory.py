"""The UN/EDIFACT directory: what segments, composites and elements D.99B defines, and its code titles.

Read from `mig/directory.xml` and `mig/d99b-codes.csv`. MIG files restrict what stands here and may never widen it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from lxml import etree

from edifact_ics import resources

NS = "{urn:edifact-ics:mig}"
Place = tuple[int, int]  # element and component, both from 1

_FORMAT = re.compile(r"(?:(\d+)\*)?(an|a|n)(\.\.)?(\d+)")
_PATH = re.compile(r"(?:([CS]\d{3})(?:\[(\d+)\])?\.)?(\d{4})(?:\[(\d+)(?:\.\.(\d+))?\])?")


class Format(NamedTuple):
    """How a value is written: `kind` a, n or an; `least` and `most` characters, equal when the length is fixed."""

    text: str
    kind: str
    least: int
    most: int
    parts: int = 1


class Element(NamedTuple):
    """A simple element or a component as the directory defines it."""

    id: str
    name: str
    mandatory: bool
    format: Format


class Slot(NamedTuple):
    """What stands at one element position of a segment: one element, or the components of a composite."""

    id: str
    composite: bool
    mandatory: bool
    components: tuple[Element, ...]


class SegmentType(NamedTuple):
    """A segment of the directory: its tag, its name and its elements in order."""

    tag: str
    name: str
    slots: tuple[Slot, ...]

    def element(self, place: Place) -> Element:
        """Return the element at a place; raise KeyError when the segment has none there."""
        try:
            return self.slots[place[0] - 1].components[place[1] - 1]
        except IndexError:
            raise KeyError(place) from None

    def places(self, path: str) -> tuple[Place, ...]:
        """Return the places a path names; raise ValueError when it names none.

        `3227` is a simple element, `C507.2005` a component, `C246[2].7361` that of the second C246,
        `C088.3055[2]` the second 3055 inside, `C108.4440[1..5]` one value over five components.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise ValueError(f"{path!r} is no path of an element")
        composite, nth, element, first, last = match.groups()
        hits: list[Place] = []
        seen = 0
        for number, slot in enumerate(self.slots, 1):
            if composite:
                if slot.id != composite:
                    continue
                seen += 1
                if seen != int(nth or 1):
                    continue
            elif slot.composite:
                continue
            hits += [(number, n) for n, part in enumerate(slot.components, 1) if part.id == element]
        low = int(first or 1)
        wanted = tuple(hits[low - 1 : int(last or low)])
        if len(wanted) != int(last or low) - low + 1:
            raise ValueError(f"{self.tag} has no {path}")
        return wanted


@cache
def parse_format(text: str) -> Format:
    """Return the format written as `an..35`, `n8` or `5*an..512`; raise ValueError when it is none."""
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no format; write for example an..35 or n8")
    times, kind, upto, length = match.groups()
    most = int(times or 1) * int(length)
    return Format(text, kind, 0 if upto else most, most, int(times or 1))


@cache
def segment_types() -> dict[str, SegmentType]:
    """Return every segment of the directory by its tag."""
    return {tag: kind for tag in _rows() if (kind := segment_type(tag))}


@cache
def _rows() -> dict[str, etree._Element]:
    """The row of each segment by its tag; a guide needs a few of them."""
    tree = etree.parse(str(resources.root("mig") / "directory.xml"))
    return {node.get("tag", ""): node for node in tree.getroot().iter(f"{NS}segment")}


@cache
def segment_type(tag: str) -> SegmentType | None:
    """Return the segment of the directory with a tag, None if there is none."""
    node = _rows().get(tag)
    if node is None:
        return None
    slots = []
    for child in node:
        composite = child.tag == f"{NS}composite"
        members = child if composite else (child,)
        slots.append(
            Slot(
                child.get("id", ""),
                composite,
                child.get("status") == "M",
                tuple(
                    Element(
                        e.get("id", ""), e.get("name", ""), e.get("status") == "M", parse_format(e.get("format", ""))
                    )
                    for e in members
                ),
            )
        )
    return SegmentType(tag, node.get("name", ""), tuple(slots))


@cache
def code_titles() -> dict[tuple[str, str], str]:
    """Return the title of each code of D.99B by element number and code."""
    import csv  # only a fault needs it

    with open(resources.root("mig") / "d99b-codes.csv", newline="", encoding="utf-8") as file:
        return {(row["element"], row["code"]): row["title"] for row in csv.DictReader(file)}
