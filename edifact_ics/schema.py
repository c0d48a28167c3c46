"""The canonical XML against its schema: libxml2 decides, `xmlschema` words the reason.

One XSD for each message in `schemas/`. Nothing is fetched and no entity is resolved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from edifact_ics.canonical import NAMESPACE
from edifact_ics.xsd import Xsd

_NS = "{" + NAMESPACE + "}"


@dataclass(frozen=True, slots=True)
class Breach:
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
    """Return where a message element breaks its schema, in document order; each element is named once."""
    schema = _schema(xsd)
    if xsd is None or schema is None or schema.validate(element):
        return []
    found: dict[str, Breach] = {}
    reasons: dict[str, str] | None = None
    for error in schema.error_log:
        node = _below(element, error.path or "")
        path, names = _path(node, element)
        if path in found:
            continue
        if reasons is None:
            reasons = _reasons(xsd, element)
        text = reasons.get(path) or _plain(error.message)
        found[path] = Breach(path, names, text, node.text, _seg(node), node.sourceline or 0)
    return list(found.values())


def _below(element: etree._Element, path: str) -> etree._Element:
    """Return the element that libxml2 names by a path; the first step of the path is the message element itself."""
    rest = path.lstrip("/").partition("/")[2]
    where = element.xpath(rest) if rest else []
    first = where[0] if isinstance(where, list) and where else element
    return first if isinstance(first, etree._Element) else element


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


def _reasons(xsd: Xsd, element: etree._Element) -> dict[str, str]:
    """Return reasons in words by path, as `xmlschema` gives them."""
    tree = etree.fromstring(etree.tostring(element))
    reasons: dict[str, str] = {}
    for error in _explainer(xsd).iter_errors(tree):
        node: Any = error.elem
        if isinstance(node, etree._Element):
            path, _ = _path(node, tree)
            reasons.setdefault(path, _plain(str(error.reason or error.message)))
    return reasons


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
