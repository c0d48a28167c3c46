"""Guides and schemas agree, in both directions: names, order, how often, code lists and the limits of values.

Each law is a function that gives what breaks it, so that the last tests can show, on schemas spoiled by hand, that it
sees something. The guide is read through `mig` and `layout`; the schema as `xmlschema` reads it, and through what
libxml2 makes of small documents that hold one value to be tried and what must stand beside it.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import pytest
import xmlschema
from lxml import etree
from xmlschema.validators import XsdComplexType, XsdElement, XsdGroup, XsdSimpleType

from edifact_ics import resources
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.guide.layout import Frame, Layout, paths, written
from edifact_ics.guide.library import load_mig, ours
from edifact_ics.guide.mig import SERVICE
from edifact_ics.guide.mig_tree import ANY, Group, Mig, Segment, Use, Value

SCHEMAS = resources.root("schemas")
GUIDES = (*ours().messages, SERVICE)
OUTGOING = tuple(name for name in ours().messages if load_mig(name).sender == "trader")
FEW = 4  # up to so many members a container may not be empty
LOOSE = {  # containers of many members, which their schema lets be empty
    "DRWBCK": {"Header"},
    "IMD": {"Header", "Header/Delivery", "Header/UPEImporter"},
    "IMPED1": {"Header"},
    "IMPED2": {"Header"},
    "MOVAPP": {"Header", "Header/DestinationLocation"},
    "RCR": {"Header", "Header/Transport"},
    "SAC": {"Header", "Header/Delivery", "Header/Importer"},
}

Names = tuple[str, ...]


# ---------------------------------------------------------------------- what the guide says


@dataclass(frozen=True)
class Item:
    """An element below the message element: how often it stands in its parent, and the value if it holds one.

    `codes` are the only texts allowed, None where there is no such list.
    """

    low: int
    high: float
    value: Value | None = None
    codes: frozenset[str] | None = None


@dataclass(frozen=True)
class Row:
    """A use, its segment, and the groups around it up to the container they open, innermost last."""

    use: Use
    segment: Segment
    groups: tuple[Group, ...]

    @property
    def always(self) -> bool:
        """Tell whether the segment is there whenever the container of its group is."""
        return self.segment.mandatory and not self.groups

    @property
    def room(self) -> int:
        """How many such segments the positions of the guide leave room for."""
        return math.prod(group.max for group in self.groups) * self.segment.max


@cache
def guide(message: str) -> dict[Names, Item]:
    """Return every element of a guide by its path, in the order of the document."""
    mig = load_mig(message)
    layout = Layout(mig)
    rows = list(_rows(mig))
    items: dict[Names, Item] = {}
    _fill(layout, layout.root, (), rows, items)
    bare = _bare(mig, layout)
    for path in [p for p, item in items.items() if item.value is None and p[-1] not in bare]:
        below = _below(items, path)
        if len(below) == 1 and items[below[0]].value is not None:  # an empty container could not be written back
            only = items[below[0]]
            items[below[0]] = Item(1, only.high, only.value, only.codes)
    return items


def _bare(mig: Mig, layout: Layout) -> set[str]:
    """The containers of groups that may hold nothing: Customs may send their segments with what no row explains."""
    return {frame.name for frame in layout.frames.values()} if mig.sender == "customs" else set()


def _rows(mig: Mig) -> Iterator[Row]:
    def visit(group: Group, around: tuple[Group, ...]) -> Iterator[Row]:
        for child in group.children:
            if isinstance(child, Segment):
                yield from (Row(use, child, around) for use in child.uses)
            else:
                yield from visit(child, () if child.xml else (*around, child))

    yield from visit(mig.root, ())


def _fill(layout: Layout, frame: Frame, path: Names, rows: list[Row], items: dict[Names, Item]) -> None:
    for slot, chain in enumerate(frame.chains):
        for depth in range(len(chain)):
            items.setdefault((*path, *chain[: depth + 1]), Item(0, 1))
        here = (*path, *chain)
        for below in layout.frames.values():
            if below.parent is frame and below.slot == slot:
                items[(*here, below.name)] = Item(0, _group_max(layout, below))
                _fill(layout, below, (*here, below.name), rows, items)
        for row in rows:
            plan = layout.plans.get(row.use.id)
            if plan is None or plan.frame is not frame:
                continue
            if plan.wrap and plan.slot == slot:
                _wrapped((*here, plan.wrap), row, rows, layout, items)
            for value, own in zip(written(row.use), plan.slots, strict=False):
                if own == slot:
                    low = int(value.mandatory and row.always)
                    items[(*here, value.xml)] = _leaf(row.use, value, low)


def _wrapped(path: Names, row: Row, rows: list[Row], layout: Layout, items: dict[Names, Item]) -> None:
    """Take the values of a use into the container that its segments fill alone."""
    plan = layout.plans[row.use.id]
    same = {i for i, p in layout.plans.items() if p.wrap and p.frame is plan.frame and p.slot == plan.slot}
    feeding = [r for r in rows if r.use.id in same]
    openers = [r for r in feeding if not layout.plans[r.use.id].joins]
    if row is openers[0]:
        most = min(sum(r.use.max for r in openers), row.room) if row.use.each else 1
        items[path] = Item(int(row.always), most)
    for value in written(row.use):
        opens = len(openers) < len(feeding) and row in openers  # what others join is there before them
        beside = len(written(row.use)) > 1
        low = value.mandatory or opens or (beside and _conditioned(row.use, value) is not None and not value.code)
        items[(*path, value.xml)] = _leaf(row.use, value, int(low))


def _leaf(use: Use, value: Value, low: int) -> Item:
    codes = _conditioned(use, value)
    if value.code:
        codes = frozenset({"Y"})
    elif codes is None and value.codes is not None and value.codes.closed:
        codes = frozenset(value.codes.labels)
    room = len(value.places) if value.parts == "each" else 1
    return Item(low, room * use.max if (value.many or room > 1) and not use.each else room, value, codes)


def _conditioned(use: Use, value: Value) -> frozenset[str] | None:
    """What a value may be so that its segment is this use: the others would be read as something else."""
    for condition in use.keys + use.fixed:
        if condition.place in value.places and ANY not in condition.values:
            return frozenset(condition.values)
    return None


def _group_max(layout: Layout, frame: Frame) -> float:
    """How often the container of a group may stand in the one above it."""

    def find(group: Group, around: int) -> float | None:
        for child in group.children:
            if isinstance(child, Segment):
                continue
            if layout.frames_of(child) is frame:
                return math.inf if child.beside and not child.last else around * child.max
            uses = sum(use.max for use in child.trigger.uses)
            found = find(child, 1 if child.xml else around * min(child.max, uses))
            if found is not None:
                return found
        return None

    return find(layout.mig.root, 1) or 0


def _below(items: dict[Names, Item], path: Names) -> list[Names]:
    return [p for p in items if len(p) == len(path) + 1 and p[: len(path)] == path]


# ---------------------------------------------------------------------- what the schema says


def file_of(message: str, folder: Path) -> Path:
    return folder / ("interchange.xsd" if message == SERVICE else f"{message.lower()}.xsd")


@cache
def explained(message: str, folder: Path) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(file_of(message, folder)), allow="local")


@cache
def compiled(message: str, folder: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(file_of(message, folder))))


def content(message: str, folder: Path) -> XsdGroup:
    """Return what the message element (or the envelope) holds."""
    schema = explained(message, folder)
    kind = schema.types["Envelope"] if message == SERVICE else schema.elements[load_mig(message).xml].type
    assert isinstance(kind, XsdComplexType)
    assert isinstance(kind.content, XsdGroup)
    return kind.content


def elements(group: XsdGroup, path: Names = ()) -> Iterator[tuple[Names, XsdElement, tuple[int, float], XsdGroup]]:
    """Give each element below a content: path, declaration, how often it may stand there, and the content around it."""
    for name, span in _spans(group).items():
        found = next(e for e in group.iter_elements() if isinstance(e, XsdElement) and e.local_name == name)
        here = (*path, name)
        yield here, found, span, group
        if isinstance(found.type, XsdComplexType) and isinstance(found.type.content, XsdGroup) and found.type.content:
            yield from elements(found.type.content, here)


def _spans(particle: XsdElement | XsdGroup) -> dict[str, tuple[int, float]]:
    """Return how often each element may stand in a content."""
    most = math.inf if particle.max_occurs is None else particle.max_occurs
    if isinstance(particle, XsdElement):
        return {str(particle.local_name): (particle.min_occurs, most)}
    parts = [_spans(p) for p in particle if isinstance(p, XsdElement | XsdGroup)]
    spans: dict[str, tuple[int, float]] = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        lows, highs = zip(*(part.get(name, (0, 0)) for part in parts), strict=True)
        low, high = (min(lows), max(highs)) if particle.model == "choice" else (sum(lows), sum(highs))
        spans[name] = (low * particle.min_occurs, high * most)
    return spans


def _orders(particle: XsdElement | XsdGroup) -> list[Names]:
    """Return the rows of names that a content allows, each name once."""
    if isinstance(particle, XsdElement):
        return [(str(particle.local_name),)]
    parts = [_orders(p) for p in particle if isinstance(p, XsdElement | XsdGroup)]
    if particle.model == "choice":
        return [order for part in parts for order in part]
    return [tuple(name for order in row for name in order) for row in product(*parts)]


def _has_text(element: XsdElement) -> bool:
    kind = element.type
    return isinstance(kind, XsdSimpleType) or isinstance(kind.content, XsdSimpleType)


# ---------------------------------------------------------------------- the laws; each gives what breaks it


def not_in_schema(message: str, folder: Path = SCHEMAS) -> list[str]:
    """Every element of the guide stands in the schema: containers as containers, values as texts."""
    known = {path: _has_text(element) for path, element, _, _ in elements(content(message, folder))}
    named = {path for path, _, _ in paths(Layout(load_mig(message)))}
    assert named == {path for path, item in guide(message).items() if item.value is not None}
    return ["/".join(p) for p, item in guide(message).items() if known.get(p) is not (item.value is not None)]


def not_in_guide(message: str, folder: Path = SCHEMAS) -> list[str]:
    """Every element of the schema stands in the guide, but for Unmapped at the end of what a group or message opens."""
    frames = {()} | {p for p in guide(message) if p[-1] in {f.name for f in Layout(load_mig(message)).frames.values()}}
    wrong = []
    for path, element, span, around in elements(content(message, folder)):
        if path[-1] == "Unmapped":
            last = around[-1]
            if path[:-1] not in frames or last is not element or span != (0, math.inf):
                wrong.append("/".join(path))
            frames.discard(path[:-1])
        elif path not in guide(message):
            wrong.append("/".join(path))
    return wrong + [f"{'/'.join(path)}/Unmapped is missing" for path in frames]


def out_of_order(message: str, folder: Path = SCHEMAS) -> list[str]:
    """Siblings stand in the order of their slots, in every branch of a choice."""
    contents = {path[:-1]: around for path, _, _, around in elements(content(message, folder))}
    wrong = []
    for path, group in contents.items():
        slots = {p[-1]: index for index, p in enumerate(_below(guide(message), path))} | {"Unmapped": math.inf}
        for order in _orders(group):
            places = [slots[name] for name in order if name in slots]
            if any(one >= two for one, two in pairwise(places)):
                wrong.append(f"{'/'.join(path)}: {' '.join(order)}")
    return wrong


def counted_otherwise(message: str, folder: Path = SCHEMAS) -> list[str]:
    """Least and most agree."""
    wrong = []
    for path, _, span, _ in elements(content(message, folder)):
        item = guide(message).get(path)
        if item is not None and span != (item.low, item.high):
            wrong.append(f"{'/'.join(path)}: schema {span}, guide {(item.low, item.high)}")
    return wrong


def coded_otherwise(message: str, folder: Path = SCHEMAS) -> list[str]:
    """A closed list is an enumeration with just its codes; an open one, or one kept elsewhere, is none."""
    wrong = []
    for path, element, _, _ in elements(content(message, folder)):
        item = guide(message).get(path)
        kind = element.type.content if isinstance(element.type, XsdComplexType) else None
        if item is None or item.value is None or not isinstance(kind, XsdSimpleType):
            continue
        codes = None if kind.enumeration is None else frozenset(map(str, kind.enumeration))
        if codes != item.codes:
            wrong.append(f"{'/'.join(path)}: schema {codes}, guide {item.codes}")
    return wrong


def judged_otherwise(message: str, folder: Path = SCHEMAS) -> list[str]:
    """Texts that the guide allows are valid, the longest ones too; a little more or other is not."""
    wrong = []
    for path, item in guide(message).items():
        if item.value is None:
            continue
        good, bad = texts(item)
        for text, wanted in [*((t, True) for t in good), *((t, False) for t in bad)]:
            if compiled(message, folder).validate(document(message, path, text)) is not wanted:
                wrong.append(f"{'/'.join(path)}: {text[:60]!r} ({len(text)}) is {'refused' if wanted else 'allowed'}")
    return wrong


LAWS: tuple[Callable[[str, Path], list[str]], ...] = (
    not_in_schema,
    not_in_guide,
    out_of_order,
    counted_otherwise,
    coded_otherwise,
    judged_otherwise,
)


# ---------------------------------------------------------------------- values to try


def texts(item: Item) -> tuple[list[str], list[str]]:
    """Return texts that a value may be and texts that it may not, by the facts of the guide."""
    value = item.value
    assert value is not None
    if item.codes is not None:
        good = sorted(item.codes)
        bad = [good[0] + "X", "?", good[0].swapcase() + "x"]
    elif value.type == "date":
        good = ["20240229", "19991231", "20260101"]
        bad = ["2024022", "202402290", "20241301", "20240001", "20240132", "20240100", "2024O101", "240229"]
    elif value.type == "shortdate":
        good, bad = ["240229", "991231"], ["24022", "2402290", "241301", "240132", "240100", "24O101"]
    elif value.type == "time":
        good, bad = ["0000", "2359", "1200"], ["2400", "1260", "120", "12000", "12:0"]
    elif value.type == "decimal":
        good, bad = _decimals(value)
    else:
        good, bad = _plain(value)
    edges = [f" {good[0]}", f"{good[0]} ", f"\t{good[0]}", f"{good[0]}\n", f"{good[0]}\x85", "", " "]
    return good, bad + edges


def _limits(value: Value) -> tuple[str, int, int]:
    """Return kind, least and most characters: those of the EDIFACT format, and the dictionary's unless only seen."""
    forms = [value.format]
    most = value.format.most * value.segments
    if value.dictionary is not None and value.dictionary_basis != "sample":
        forms.append(value.dictionary)
        most = min(most, value.dictionary.most)
    kinds = {form.kind for form in forms}
    return ("n" if "n" in kinds else "a" if "a" in kinds else "an"), max(form.least for form in forms), most


def _plain(value: Value) -> tuple[list[str], list[str]]:
    kind, least, most = _limits(value)
    if kind == "n":
        good = ["1" * most, "0" * most, "9" * max(least, 1)]
        bad = ["1" * (most + 1), "A" * most, "1" * (most - 1) + "X", "-" + "1" * (most - 1)]
        bad += ["1" * (least - 1)] if least > 1 else []
        if value.padded:
            good.remove("0" * most)
            good, bad = [*good, "0"], [*bad, "0" * most, "01"]
    elif kind == "a":
        good, bad = ["X" * most], ["X" * (most + 1), "1" * most, "X" * (most - 1) + "1"]
        bad += ["X" * (least - 1)] if least > 1 else []
    else:
        good = ["X" * most, "é" * most, "?" * most, "漢" * most]  # no list: any text that fits
        good += [] if least > 1 else ["-", "7"]
        good += ["A B"] if least <= 3 <= most else ["A B".ljust(most, "C")] if least > 3 else []
        bad = ["X" * (most + 1), ("X " * most)[:most] + "YZ"]
        bad += ["X" * (least - 1)] if least > 1 else []
        bad += ["A  B".ljust(least, "C")] if most > 3 else []
        bad += ["A\x85B".ljust(least, "C"), "A\x7fB".ljust(least, "C"), "A\nB".ljust(least, "C")] if most > 2 else []
    return good, bad


def _decimals(value: Value) -> tuple[list[str], list[str]]:
    """Sign and point do not count as characters of a numeric format, but do in any other."""
    kind, _, most = _limits(value)
    places = value.decimals or 0
    tail = "." + "9" * places
    signs = 0 if kind == "n" else 1
    whole = min(value.digits or most, most)
    before = min(whole, most - places - signs)
    good = ["0", "-1", "007", "9" * whole, "1" + tail, "9" * before + tail]
    bad = ["9" * (whole + 1), "1" + tail + "9", "1.", ".5", "1,5", "+1", "-", "1.5.5", "1e3", "A", "1 000", "--1"]
    bad += ["9" * (before + 1) + tail]
    if kind == "n":
        good.append("-" + "9" * before + tail)
    if value.padded:
        good.remove("007")
        bad += ["007", "-012.5", "00"]
    return good, bad


# ---------------------------------------------------------------------- documents to try


def document(
    message: str, target: Names = (), text: str = "", without: Names | None = None, times: int = 1
) -> etree._Element:
    """Return the smallest document of a guide that holds the target: with this text, so many times.

    What must stand beside it stands there too, but for `without`.
    """
    items = guide(message)

    def build(parent: etree._Element, path: Names) -> None:
        for here in _below(items, path):
            item = items[here]
            if here == without or not (item.low or here == target[: len(here)]):
                continue
            for _ in range(times if here == target else 1):
                child = etree.SubElement(parent, f"{{{NAMESPACE}}}{here[-1]}")
                if item.value is not None:
                    child.text = text if here == target else texts(item)[0][0]
                else:
                    build(child, here)

    if message != SERVICE:
        root = etree.Element(f"{{{NAMESPACE}}}{load_mig(message).xml}", nsmap={None: NAMESPACE})
        build(root, ())
        return root
    root = etree.Element(f"{{{NAMESPACE}}}Interchanges", nsmap={None: NAMESPACE})
    inner = etree.SubElement(etree.SubElement(root, f"{{{NAMESPACE}}}Interchange"), f"{{{NAMESPACE}}}Envelope")
    build(inner, ())
    return root


def filled(message: str, path: Names, times: int) -> etree._Element:
    """Return a document in which an element stands so many times, each with what it must hold."""
    items = guide(message)
    item = items[path]
    if item.value is not None:
        return document(message, path, texts(item)[0][0], times=times)
    inside = next((p for p in _below(items, path) if items[p].value is not None), None)
    root = document(message, inside or path, texts(items[inside])[0][0] if inside else "")
    one = next(e for e in root.iter() if _path(e, root) == path)
    for _ in range(times - 1):
        one.addnext(etree.fromstring(etree.tostring(one)))
    return root


def _path(element: etree._Element, root: etree._Element) -> Names:
    names: list[str] = []
    here: etree._Element | None = element
    while here is not None and here is not root:
        names.insert(0, etree.QName(here).localname)
        here = here.getparent()
    return tuple(names)


def xml(text: str) -> etree._Element:
    """Return a canonical element written without its namespace."""
    name = text[1:].replace("/", " ").replace(">", " ").split()[0]
    return etree.fromstring(text.replace(name, f'{name} xmlns="{NAMESPACE}"', 1))


IMD = etree.tostring(document("IMD")).decode().replace(f' xmlns="{NAMESPACE}"', "")
UNMAPPED = '<Unmapped tag="FTX" at="4.1" seg="7" sent=" odd ">odd</Unmapped>'


def envelope(inner: str = "", marks: str = "") -> str:
    """Return the text of a whole document of one interchange."""
    whole = etree.tostring(document(SERVICE)).decode().replace(f' xmlns="{NAMESPACE}"', "")
    return whole.replace("<Interchange>", f"<Interchange{marks}>").replace("</Envelope>", f"</Envelope>{inner}")


# ---------------------------------------------------------------------- tests


@pytest.mark.parametrize("message", GUIDES)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_guide_and_schema_agree(law: Callable[[str, Path], list[str]], message: str) -> None:
    assert law(message, SCHEMAS) == []


@pytest.mark.parametrize("message", GUIDES)
def test_smallest_document_is_valid(message: str) -> None:
    assert compiled(message, SCHEMAS).validate(document(message))


@pytest.mark.parametrize("message", GUIDES)
def test_what_must_be_there_is_missed(message: str) -> None:
    needed = [path for path, item in guide(message).items() if item.low]
    assert needed
    for path in needed:
        # A sibling holds the container open, so that it is not refused for being empty.
        other = next((p for p in _below(guide(message), path[:-1]) if p != path and guide(message)[p].value), path[:-1])
        text = texts(guide(message)[other])[0][0] if other in guide(message) and guide(message)[other].value else ""
        assert not compiled(message, SCHEMAS).validate(document(message, other, text, without=path)), path


@pytest.mark.parametrize("message", GUIDES)
def test_one_too_many_is_refused(message: str) -> None:
    for path, item in guide(message).items():
        if item.high < 1000:
            assert compiled(message, SCHEMAS).validate(filled(message, path, item.high)), path
            assert not compiled(message, SCHEMAS).validate(filled(message, path, item.high + 1)), path


@pytest.mark.parametrize("message", ours().messages)
def test_containers_are_not_empty(message: str) -> None:
    loose = set()
    bare = _bare(load_mig(message), Layout(load_mig(message)))
    for path in [p for p, item in guide(message).items() if item.value is None and p[-1] not in bare]:
        empty = filled(message, path, 1)
        for element in [e for e in empty.iter() if _path(e, empty) == path]:
            del element[:]
        if compiled(message, SCHEMAS).validate(empty):
            loose.add("/".join(path))
            assert len(_below(guide(message), path)) > FEW
    assert loose == (_large(message, bare) if load_mig(message).sender == "customs" else LOOSE.get(message, set()))


def _large(message: str, bare: set[str]) -> set[str]:
    """The containers of more than a few members, none of which must be there."""
    items = guide(message)
    boxes = [path for path, item in items.items() if item.value is None and path[-1] not in bare]
    members = {path: [items[p].low for p in _below(items, path)] for path in boxes}
    return {"/".join(path) for path, lows in members.items() if len(lows) > FEW and not any(lows)}


@pytest.mark.parametrize("message", GUIDES)
def test_values_carry_the_trace_and_containers_do_not(message: str) -> None:
    for path, element, _, _ in elements(content(message, SCHEMAS)):
        wanted = {"seg", "sent"} if _has_text(element) else set()
        wanted |= {"tag", "at"} if path[-1] == "Unmapped" else set()
        assert set(element.attributes) == wanted, path


@pytest.mark.parametrize(
    ("marks", "valid"),
    [
        ('seg="1"', True),
        ('seg="7 12"', True),
        ('seg="1" sent="\\x0D a  b "', True),
        ('sent=""', True),
        ('seg=""', False),
        ('seg="0"', False),
        ('seg="-1"', False),
        ('seg="a"', False),
        ('at="1.1"', False),
    ],
)
def test_trace_of_a_value(marks: str, valid: bool) -> None:
    text = IMD.replace("<SenderReference>", f"<SenderReference {marks}>")
    assert compiled("IMD", SCHEMAS).validate(xml(text)) is valid


@pytest.mark.parametrize("message", ours().messages)
def test_marks_of_a_message(message: str) -> None:
    element = document(message)
    for name in ("carriers", "sent", "line-end", "breaks", "count", "trailer-reference"):
        element.set(name, "3:0040.1 5:x")
    element.set("closed", "no")
    element.set("terminated", "no")
    element.append(xml(UNMAPPED))
    element.append(xml('<Unmapped tag="ZZZ"/>'))
    assert compiled(message, SCHEMAS).validate(element)
    element.set("closed", "yes")
    assert not compiled(message, SCHEMAS).validate(element)
    element.set("closed", "no")
    element.set("seg", "1")
    assert not compiled(message, SCHEMAS).validate(element)


@pytest.mark.parametrize(
    "unmapped", ["<Unmapped>x</Unmapped>", '<Unmapped tag="FTX" at="4">x</Unmapped>', '<Unmapped tag="F" at="0.1"/>']
)
def test_unmapped_names_its_place(unmapped: str) -> None:
    element = document("IMD")
    element.append(xml(unmapped))
    assert not compiled("IMD", SCHEMAS).validate(element)


BILL = "<Header><Bill>{}</Bill></Header>"
SEA, AIR = "<OceanBillOfLading>A1</OceanBillOfLading>", "<HouseAirWaybillNumber>B2</HouseAirWaybillNumber>"


@pytest.mark.parametrize(
    ("inner", "valid"), [(SEA, True), (AIR, True), (SEA + AIR, False), (SEA + SEA, False), ("", False)]
)
def test_bill_is_one_document(inner: str, valid: bool) -> None:
    element = document("SAC")
    element.append(xml(BILL.format(inner)))
    assert compiled("SAC", SCHEMAS).validate(element) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("<Interchanges/>", True),
        ('<Interchanges after="x"><Interchange/></Interchanges>', True),
        ('<Interchanges><Interchange envelope="none"/><Rest sent="x"/></Interchanges>', True),
        ('<Interchanges><Interchange envelope="missing"/><Interchange/></Interchanges>', True),
        ('<Interchanges><Interchange envelope="odd"/></Interchanges>', False),
        ("<Interchanges><Rest/></Interchanges>", False),
        ('<Interchanges><Rest sent="x"/><Interchange/></Interchanges>', False),
        (envelope(), True),
        (envelope(marks=' una="" before="x" break="\\x0A" sent="1.1=x"'), True),
        (envelope(marks=' count="1"'), False),
        (envelope(IMD + IMD), True),
        (envelope(f"<Outside/>{IMD}<UnknownMessage/>{IMD}<Trailer/>"), True),
        (envelope(f"<Trailer/>{IMD}"), False),
        (envelope("<Trailer/><Trailer/>"), False),
        (envelope(f'<Outside notes="@4~?">{UNMAPPED}</Outside>'), True),
        (envelope(f'<Outside sent="x">{UNMAPPED}</Outside>'), False),
        (envelope(f'<UnknownMessage sent="x" line-end="x" closed="no">{UNMAPPED}{UNMAPPED}</UnknownMessage>'), True),
        (envelope("<UnknownMessage><MessageReferenceNumber>1</MessageReferenceNumber></UnknownMessage>"), False),
        (envelope('<Trailer count="2" trailer-reference="9" sent="x" break="" after=""/>'), True),
        (envelope('<Trailer terminated="no" closed="no"/>'), True),
        (envelope('<Trailer terminated="yes"/>'), False),
        (envelope().replace("<Envelope>", f"{IMD}<Envelope>"), False),
        (envelope().replace("</Envelope>", f"{UNMAPPED}</Envelope>"), True),
        (envelope(IMD.replace("<DocumentName>IMD", "<DocumentName>SAC")), False),
    ],
)
def test_interchange(text: str, valid: bool) -> None:
    assert compiled(SERVICE, SCHEMAS).validate(xml(text)) is valid


def test_every_message_stands_in_an_interchange() -> None:
    kind = explained(SERVICE, SCHEMAS).types["Interchange"]
    assert isinstance(kind, XsdComplexType)
    assert isinstance(kind.content, XsdGroup)
    known = {str(e.local_name) for e in kind.content.iter_elements() if isinstance(e, XsdElement)}
    assert {load_mig(message).xml for message in ours().messages} <= known


@pytest.mark.parametrize("message", ours().messages)
def test_one_root_a_message(message: str) -> None:
    """And no file but those of the schema is read: each include names a neighbour."""
    schema = explained(message, SCHEMAS)
    assert [str(e.local_name) for e in schema.elements.values()] == [load_mig(message).xml]
    for file in SCHEMAS.glob("*.xsd"):
        for node in etree.parse(str(file)).iter("{*}include", "{*}import"):
            assert (SCHEMAS / node.get("schemaLocation", "/")).parent == SCHEMAS


@pytest.mark.parametrize("message", [*OUTGOING, "CONTRL", "IMDR", "CUSRES"])
def test_both_validators_judge_alike(message: str) -> None:
    """libxml2 decides and xmlschema words the reason: one value of each type, allowed and refused."""
    seen = set()
    for path, element, _, _ in elements(content(message, SCHEMAS)):
        item = guide(message).get(path)
        if item is None or item.value is None or element.type.local_name in seen:
            continue
        seen.add(element.type.local_name)
        for text in [group for side in texts(item) for group in side]:
            tried = document(message, path, text)
            verdict = explained(message, SCHEMAS).is_valid(etree.tostring(tried))
            assert verdict is compiled(message, SCHEMAS).validate(tried), (path, text[:60])
    assert len(seen) > 8


# ---------------------------------------------------------------------- the laws see what is wrong


END = '    <xs:element name="Unmapped" type="Unmapped" minOccurs="0" maxOccurs="unbounded"/>\n'
CODE = '<xs:enumeration value="{}"/>'.format

# Law, guide and file; then what is replaced by what, or, behind MOVE, which element is put in front of which.
MOVE = "move"
SPOILED = [
    (not_in_schema, "IMD", "imd.xsd", '<xs:element name="PortOfLoading" type="Port" minOccurs="0"/>', ""),
    (not_in_schema, "SAC", "sac.xsd", '<xs:element name="BankAccount" type="BankAccount" minOccurs="0"/>', ""),
    (not_in_schema, "CONTRL", "contrl.xsd", '"AnsweredAssociationCode"', '"AnsweredAssociation"'),
    (not_in_guide, "CONTRL", "contrl.xsd", '"AnsweredAssociationCode"', '"AnsweredAssociation"'),
    (not_in_guide, "IMD", "types.xsd", '"PermitNumber" type', '"PermitNo" type'),
    (not_in_guide, "SAC", "sac.xsd", END, ""),
    (not_in_guide, "IMD", "imd.xsd", END, END.replace("unbounded", "99")),
    (out_of_order, "IMD", "imd.xsd", f"{MOVE} VesselIdentifier", "VoyageNumber"),
    (out_of_order, "SAC", "sac.xsd", f"{MOVE} ValuationDate", "DateOfArrival"),
    (out_of_order, "CONTRL", "contrl.xsd", f"{MOVE} AnsweredRecipient", "AnsweredSender"),
    (out_of_order, "SAC", "types.xsd", f"{MOVE} BSBNumber", "BankAccountName"),
    (out_of_order, "IMD", "imd.xsd", f"{MOVE} Unmapped", "Line"),
    (counted_otherwise, "IMD", "imd.xsd", 'maxOccurs="9999"', 'maxOccurs="9998"'),
    (counted_otherwise, "IMD", "imd.xsd", 'maxOccurs="99999"', 'maxOccurs="unbounded"'),
    (counted_otherwise, "SAC", "types.xsd", 'maxOccurs="99"', 'maxOccurs="98"'),
    (counted_otherwise, "IMD", "imd.xsd", 'Code" type="LineAction"', 'Code" type="LineAction" minOccurs="0"'),
    (counted_otherwise, "CONTRL", "contrl.xsd", '"InterchangeResponse"/>', '"InterchangeResponse" minOccurs="0"/>'),
    (coded_otherwise, "IMD", "types.xsd", CODE("N30"), ""),
    (coded_otherwise, "IMD", "imd.xsd", CODE("SM"), CODE("SM") + CODE("SX")),
    (coded_otherwise, "SAC", "sac.xsd", '"EFTPaymentIndicator" type="YesNo"', '"EFTPaymentIndicator" type="Present"'),
    (coded_otherwise, "IMD", "imd.xsd", '"InvoiceTermType" type="Reference"', '"InvoiceTermType" type="YesNo"'),
    (coded_otherwise, "CONTRL", "contrl.xsd", CODE("44"), ""),
    (judged_otherwise, "IMD", "imd.xsd", '<xs:maxLength value="350"/>', '<xs:maxLength value="349"/>'),
    (judged_otherwise, "IMD", "imd.xsd", '<xs:maxLength value="4000"/>', '<xs:maxLength value="4001"/>'),
    (judged_otherwise, "SAC", "types.xsd", "[0-9]{11}", "[0-9]{10,11}"),
    (judged_otherwise, "SAC", "types.xsd", "(\\.?[0-9]){1,18}", "(\\.?[0-9]){1,19}"),
    (judged_otherwise, "SAC", "types.xsd", "[0-9]{1,10}(", "[0-9]{1,11}("),
    (judged_otherwise, "CONTRL", "types.xsd", ";]+)*", ";]*)*"),
    (judged_otherwise, "CONTRL", "contrl.xsd", "[0-9]{1,3}", "[0-9]{1,4}"),
    (judged_otherwise, SERVICE, "interchange.xsd", "[0-9]{1,14}", "[0-9]{1,13}"),
]


@pytest.mark.parametrize(("law", "message", "file", "old", "new"), SPOILED)
def test_laws_see_what_is_wrong(
    law: Callable[[str, Path], list[str]], message: str, file: str, old: str, new: str, tmp_path: Path
) -> None:
    for source in SCHEMAS.glob("*.xsd"):
        shutil.copy(source, tmp_path)
    spoiled = tmp_path / file
    whole = spoiled.read_text(encoding="utf-8")
    changed = _moved(whole, old.removeprefix(MOVE).strip(), new) if old.startswith(MOVE) else whole.replace(old, new)
    assert changed != whole
    spoiled.write_text(changed, encoding="utf-8")
    assert law(message, tmp_path)


def _moved(whole: str, later: str, earlier: str) -> str:
    """Return a schema in which the next declaration of an element is put in front of that of another."""
    lines = whole.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if f'name="{earlier}"' in line)
    second = next(i for i, line in enumerate(lines) if f'name="{later}"' in line and i > first)
    lines.insert(first, lines.pop(second))
    return "".join(lines)
