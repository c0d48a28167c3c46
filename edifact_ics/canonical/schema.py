"""The canonical XML against its schema: libxml2 decides, `xmlschema` words the reason.

One XSD for each message in `schemas/`. Nothing is fetched and no entity is resolved.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from lxml import etree

from edifact_ics.canonical import wording
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.guide.xsd import Xsd

_NS = "{" + NAMESPACE + "}"
_UNEXPECTED = "This element is not expected"
_ROUNDS = 20  # children that do not belong are left out, to see what else is wrong


class Breach(NamedTuple):
    """A place at which a document breaks its schema.

    `path` counts repeated elements from 1; `seg` is the trace attribute of the element or of the nearest one that has
    it ("" if none); `line` is the line in the XML, from 1.
    """

    path: str
    names: tuple[str, ...]
    reason: str
    value: str | None
    seg: str
    line: int


@cache
def _schema(xsd: Xsd | None) -> etree.XMLSchema | None:
    if xsd is None:
        return None
    return etree.XMLSchema(xsd.root() if xsd.loosened else etree.parse(str(xsd.file)))


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False)


def is_valid(xsd: Xsd | None, xml: str) -> bool:
    """Tell whether the element of a message is valid by its XSD; by none, everything well formed is."""
    schema = _schema(xsd)
    try:
        element = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError:
        return False
    return schema is None or schema.validate(element)


def breaches(xsd: Xsd | None, element: etree._Element) -> list[Breach]:
    """Return where a message element breaks its schema, in document order; each element is named once.

    libxml2 stops looking into an element at the first child that does not belong there. So that this hides nothing,
    the child is left out and what remains is judged again.
    """
    schema = _schema(xsd)
    if xsd is None or schema is None or schema.validate(element):
        return []
    found: dict[str, Breach] = {}
    rest = deepcopy(element)
    origin = dict(zip(rest.iter(), element.iter(), strict=True))
    judged = set[etree._Element]()  # elements in which something is said to be missing or out of order: the cause
    for _ in range(_ROUNDS):
        if schema.validate(rest):
            break
        unfit, wanted = None, ""
        for error in schema.error_log:
            at = _below(rest, error.path or "")
            node = origin.get(at)
            inside = at.getparent() if _UNEXPECTED in error.message else at
            if _UNEXPECTED in error.message:
                unfit, wanted = at, wording.only_expected(error.message)
            elif "Missing child" not in error.message:
                inside = None
            if node is None or inside in judged:
                continue
            if inside is not None and etree.QName(at).localname in _names(xsd):
                judged.add(inside)
            where, names = _path(node, element)
            if where not in found:
                found[where] = Breach(where, names, _reason(xsd, at, error.message), node.text, _seg(node), _line(node))
        if unfit is None or not _mend(unfit, wanted):
            break
    order = {_path(node, element)[0]: number for number, node in enumerate(element.iter())} if len(found) > 1 else {}
    return sorted(found.values(), key=lambda breach: order.get(breach.path, 0))


def _mend(unfit: etree._Element, wanted: str) -> bool:
    """Put in what is wanted in front of an element that does not fit, or leave that out; tell whether it was done."""
    parent = unfit.getparent()
    if parent is None:
        return False
    before = unfit.getprevious()
    if wanted and (before is None or before.tag != _NS + wanted or before.get("seg") != ""):
        unfit.addprevious(etree.Element(_NS + wanted, {"seg": ""}))
    else:
        parent.remove(unfit)
    return True


@cache
def _names(xsd: Xsd) -> frozenset[str]:
    """The names of all elements that a schema knows, types in other files left out."""
    return frozenset(str(node.get("name")) for node in xsd.root().iter("{http://www.w3.org/2001/XMLSchema}element"))


def _line(node: etree._Element) -> int:
    return node.sourceline or 0


def _reason(xsd: Xsd, node: etree._Element, message: str) -> str:
    """Return in a sentence why an element is not valid."""
    parent = node.getparent()
    name = etree.QName(node).localname
    about = etree.QName(parent).localname if parent is not None else name
    sentence = wording.of_content(name, about, message)
    if sentence is not None:
        return sentence
    top = node.getroottree().getroot()
    here = node.getroottree().getpath(node)
    tree = etree.fromstring(etree.tostring(top))
    for error in _explainer(xsd).iter_errors(tree):
        one: Any = error.elem
        if isinstance(one, etree._Element) and one.getroottree().getpath(one) == here:
            return wording.of_value(name, node.text or "", error)
    return _plain(message)


def _below(element: etree._Element, path: str) -> etree._Element:
    """Return the element that libxml2 names by a path; the first step of the path is the message element itself."""
    rest = path.lstrip("/").partition("/")[2]
    where = element.xpath(rest) if rest else []
    first = where[0] if isinstance(where, list) and where else element
    return first if isinstance(first, etree._Element) else element


def path(node: etree._Element, top: etree._Element) -> str:
    """Return the path of an element from the message element on."""
    return _path(node, top)[0]


def _path(node: etree._Element, top: etree._Element) -> tuple[str, tuple[str, ...]]:
    """Return the path of an element from the message element on, and the plain names below that."""
    steps: list[str] = []
    names: list[str] = []
    here: etree._Element | None = node
    while here is not None:
        name = etree.QName(here).localname
        if here is top:
            steps.append(name)
            break
        before = sum(1 for _ in here.itersiblings(str(here.tag), preceding=True))
        after = next(here.itersiblings(str(here.tag)), None) is not None
        steps.append(f"{name}[{before + 1}]" if before or after else name)
        names.append(name)
        here = here.getparent()
    return "/" + "/".join(reversed(steps)), tuple(reversed(names))


def _seg(node: etree._Element) -> str:
    """The segment of an element: its own, that of the first below it, or that of the nearest above."""
    own = next((e.get("seg") for e in node.iter() if e.get("seg")), None)
    if own:
        return own
    before = node.getprevious()
    while before is not None:
        last = [e.get("seg") for e in before.iter() if e.get("seg")]
        if last:
            return last[-1] or ""
        before = before.getprevious()
    parent = node.getparent()
    if parent is None:
        return ""
    return next((e.get("seg") or "" for e in parent.iter() if e.get("seg")), "")


@cache
def _explainer(xsd: Xsd) -> Any:
    import xmlschema

    source = etree.tostring(xsd.root(), encoding="unicode") if xsd.loosened else str(xsd.file)
    return xmlschema.XMLSchema(source, defuse="never", allow="local")


def _plain(text: str) -> str:
    """Return a reason without namespaces and object names, as one sentence."""
    text = re.sub(r"\{urn:[^}]*\}|\b(?:ns\d|tns):", "", text)
    text = re.sub(r"Xsd\w+\((.*?)\)", r"\1", text)
    text = " ".join(text.split()).rstrip(".")
    return text[:1].upper() + text[1:] + "."
