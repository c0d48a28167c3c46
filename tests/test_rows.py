"""No row of a guide is dead weight: without any one of them, some sample would be read otherwise."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache

import pytest
from lxml import etree
from project_tools import ROOT

from edifact_ics import MigError, resources
from edifact_ics.canonical.message_xml import body
from edifact_ics.guide.directory import NS
from edifact_ics.guide.library import ours
from edifact_ics.guide.mig import parse, read_guide
from edifact_ics.structure.table import Table
from edifact_ics.structure.walk import walk

ROWS = (
    f"{NS}group",
    f"{NS}segment",
    f"{NS}use",
    f"{NS}value",
)  # an alias is seen by rules alone: test_mig.py has a list


@cache
def messages_of(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the messages in the samples of one kind, each as its segments; none of them releases a terminator."""
    found = []
    for file in sorted((ROOT / "samples").glob(f"*{name.lower()}-*.edi")):
        segments = [segment.strip() for segment in file.read_text("iso8859-1").split("'")]
        start, end = (next(i for i, s in enumerate(segments) if s.startswith(tag)) for tag in ("UNH+", "UNT+"))
        if f":::{name}+" in segments[start + 1]:  # else it is the answer to one
            found.append(tuple(segments[start : end + 1]))
    return tuple(found)


@cache
def form() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(resources.root("schemas") / "mig.xsd")))


def reading(name: str, root: etree._Element) -> list[tuple[str, list[str]]] | None:
    """Return what a guide makes of the samples: XML and findings of each. None if it is not sound."""
    if not form().validate(root):
        return None
    try:
        table = Table(read_guide(root, name, ours().code_lists))
    except MigError:
        return None
    walks = [(table, walk(table, list(segments), True)) for segments in messages_of(name)]
    return [(body(t, w.placed, False), [repr(f) for f in w.findings]) for t, w in walks]


def without_each_row(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Give the guide with each of its rows removed in turn, and what the row is."""
    for number, row in enumerate(root.iter(*ROWS)):
        less = copy.deepcopy(root)
        gone = list(less.iter(*ROWS))[number]
        parent = gone.getparent()
        assert parent is not None
        parent.remove(gone)
        what = row.get("name") or row.get("is") or row.get("pos") or row.get("with", "")
        yield what, less


# The name of what a qualifier fixes already: only the printed guide shows it.
NAMES_ONLY = {"MOVAPP": ["Goods Item Number"], "RCR": ["Goods Item Number"]}


@pytest.mark.parametrize("name", ["DRWBCK", "IMPED1", "IMPED2", "MOVAPP", "PAYPED", "PAYSTD", "PAYWK", "RCR"])
def test_no_row_is_dead_weight(name: str) -> None:
    root = parse(resources.root("mig") / f"{name.lower()}.xml")
    whole = reading(name, root)
    assert whole
    assert sum(not findings for _, findings in whole) >= 2
    dead = [what for what, less in without_each_row(root) if reading(name, less) == whole]
    assert dead == NAMES_ONLY.get(name, [])
