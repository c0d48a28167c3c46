"""The canonical XML against its schema: libxml2 decides, `xmlschema` words the reason.

One XSD for each message in `schemas/`. Nothing is fetched and no entity is resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache, cached_property
from typing import Any, NamedTuple

from lxml import etree

from edifact_ics.canonical import wording
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.canonical.places import Places, Ways
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


def valid(xsd: Xsd | None, xml: str) -> etree._Element | None:
    """Return the element of a message if it is valid by its XSD; by none, everything well formed is."""
    schema = _schema(xsd)
    try:
        element = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError:
        return None
    return element if schema is None or schema.validate(element) else None


def is_valid(xsd: Xsd | None, xml: str) -> bool:
    """Tell whether the element of a message is valid by its XSD."""
    return valid(xsd, xml) is not None


def breaches(xsd: Xsd | None, element: etree._Element) -> list[Breach]:
    """Return where a message element breaks its schema, in document order; each element is named once.

    libxml2 stops looking into an element at the first child that does not belong there. So that this hides nothing,
    the child is left out and what remains is judged again.
    """
    schema = _schema(xsd)
    if xsd is None or schema is None or schema.validate(element):
        return []
    found: dict[etree._Element, Breach] = {}
    places = Places(element)
    rest = deepcopy(element)
    origin = dict(zip(rest.iter(), element.iter(), strict=True))
    judged = set[etree._Element]()  # elements in which something is said to be missing or out of order: the cause
    for _ in range(_ROUNDS):
        if schema.validate(rest):
            break
        unfit, wanted = None, ""
        judgement = _Judgement(xsd, rest)
        for error in schema.error_log:
            at = judgement.at(error.path or "")
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
            if node not in found:
                place, reason = places[node], judgement.reason(at, error.message)
                found[node] = Breach(place.path, place.names, reason, node.text, place.seg, node.sourceline or 0)
        if unfit is None or not _mend(unfit, wanted):
            break
    return [found[node] for node in sorted(found, key=lambda node: places[node].order)]


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


def _names_in_paths(node: etree._Element) -> Iterator[str]:
    """Give the names by which paths of libxml2 call an element.

    That is `*`, or its name with a prefix; the mere name only of what is in no namespace: no other element must be
    taken for that.
    """
    yield "*"
    name = etree.QName(node)
    if node.prefix or not name.namespace:
        yield f"{node.prefix}:{name.localname}" if node.prefix else name.localname


class _Judgement:
    """What libxml2 said of a message element at one time: which elements it means, and why they are not valid."""

    def __init__(self, xsd: Xsd, top: etree._Element) -> None:
        self._xsd = xsd
        self._top = top
        self._ways = Ways(top, _names_in_paths)

    def at(self, path: str) -> etree._Element:
        """Return the element that libxml2 names by a path; the message element where there is none."""
        found, whole = self._ways.end(path)
        return found if whole else self._top

    def reason(self, node: etree._Element, message: str) -> str:
        """Return in a sentence why an element is not valid."""
        parent = node.getparent()
        name = etree.QName(node).localname
        about = etree.QName(parent).localname if parent is not None else name
        sentence = wording.of_content(name, about, message)
        if sentence is not None:
            return sentence
        error = self._of_values.get(node.getroottree().getpath(node))
        return _plain(message) if error is None else wording.of_value(name, node.text or "", error)

    @cached_property
    def _of_values(self) -> dict[str, Any]:
        """What `xmlschema` says, the first of each element, by path; it takes long, and most faults do not need it."""
        import xmlschema

        found: dict[str, Any] = {}
        top = etree.fromstring(etree.tostring(self._top, with_tail=False))
        with suppress(xmlschema.XMLSchemaException):  # raised where an element names a type that is none
            for error in _explainer(self._xsd).iter_errors(top):
                one: Any = error.elem
                if isinstance(one, etree._Element):
                    found.setdefault(one.getroottree().getpath(one), error)
        return found


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
