"""The XSD of a message: which elements it declares, and how it gives way where a user's guide says otherwise.

Our schemas follow our guides. Where a user corrects a row (a longer value, another code, an element that may be left
out) the row decides: the declaration of that element is loosened, everything else stays as strict as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import etree

_XS = "{http://www.w3.org/2001/XMLSchema}"
_FREE = "TextOfTheGuide"
_DEEPEST = 12

ElementPath = tuple[str, ...]  # names of elements below the message, outermost first


class Xsd(NamedTuple):
    """A schema file, and the paths at which it gives way.

    At `texts` any text may stand, those `optional` may be left out, those `many` may repeat.
    """

    file: Path
    texts: frozenset[ElementPath] = frozenset()
    optional: frozenset[ElementPath] = frozenset()
    many: frozenset[ElementPath] = frozenset()

    @property
    def loosened(self) -> bool:
        """Tell whether it differs from its file."""
        return bool(self.texts or self.optional or self.many)

    def root(self) -> etree._Element:
        """Return the schema in one piece, loosened."""
        root = whole(self.file)
        if self.loosened:
            declared = {path: list(found) for path, found in declarations(root).items()}
            for path, found in declared.items():
                for element in found:
                    self._loosen(path, element)
            root.append(etree.fromstring(_FREE_TYPE))
        return root

    def _loosen(self, path: ElementPath, element: etree._Element) -> None:
        if path in self.texts:
            for child in list(element):
                element.remove(child)
            element.set("type", _FREE)
        if path in self.optional:
            element.set("minOccurs", "0")
        if path in self.many:
            element.set("maxOccurs", "unbounded")


_FREE_TYPE = f"""<xs:complexType xmlns:xs="http://www.w3.org/2001/XMLSchema" name="{_FREE}">
 <xs:simpleContent>
  <xs:extension base="xs:string"><xs:anyAttribute processContents="skip"/></xs:extension>
 </xs:simpleContent>
</xs:complexType>"""


def whole(file: Path) -> etree._Element:
    """Return a schema with the files it includes put into it; OSError and XMLSyntaxError when one cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = etree.parse(str(file), parser).getroot()
    for include in root.findall(f"{_XS}include"):
        inner = whole(file.parent / include.get("schemaLocation", ""))
        root.remove(include)
        root.extend(list(inner))
    return root


def declarations(root: etree._Element) -> dict[ElementPath, list[etree._Element]]:
    """Return the elements that a schema declares below its message, by path; two choices may declare the same path."""
    found: dict[ElementPath, list[etree._Element]] = {}
    for element in root.findall(f"{_XS}element"):
        for path, declared in _below(root, element, ()):
            found.setdefault(path, []).append(declared)
    return found


def _below(
    root: etree._Element, element: etree._Element, path: ElementPath
) -> Iterator[tuple[ElementPath, etree._Element]]:
    inner = element.find(f"{_XS}complexType")
    if inner is None:
        inner = _named(root, "complexType", element.get("type"))
    if inner is None or len(path) > _DEEPEST:
        return
    for child in _particles(root, inner):
        here = (*path, child.get("name", ""))
        yield here, child
        yield from _below(root, child, here)


def _particles(root: etree._Element, node: etree._Element) -> Iterator[etree._Element]:
    """Give the elements of a content model: through sequences, choices, groups and what it extends."""
    for child in node:
        if child.tag == f"{_XS}element":
            yield child if child.get("name") else _named(root, "element", child.get("ref")) or child
        elif child.tag == f"{_XS}group":
            group = _named(root, "group", child.get("ref"))
            yield from _particles(root, group) if group is not None else ()
        elif child.tag in (f"{_XS}sequence", f"{_XS}choice", f"{_XS}all", f"{_XS}complexContent"):
            yield from _particles(root, child)
        elif child.tag == f"{_XS}extension":
            base = _named(root, "complexType", child.get("base"))
            yield from _particles(root, base) if base is not None else ()
            yield from _particles(root, child)


def _named(root: etree._Element, kind: str, name: str | None) -> etree._Element | None:
    plain = (name or "").rpartition(":")[2]
    return next((n for n in root.findall(f"{_XS}{kind}") if n.get("name") == plain), None) if plain else None
