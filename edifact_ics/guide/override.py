"""A user's corrections put into a guide, row by row: an override file laid over the tree of ours.

A row of the override is found by its position (`pos`), its qualifiers (`is`) and its name (`xml`). The attributes it
has replace those of the row, an empty one is taken away, a text replaces the remark. `row="add"` and `row="remove"` add
and remove rows; `was` names the row where the qualifiers or the name change. What results is read as any guide is.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from edifact_ics.guide.directory import NS
from edifact_ics.guide.mig_tree import MigError

_STEERING = ("row", "was", "before", "group")
_KEYS = {"segment": "pos", "group": "pos", "use": "is", "value": "xml", "alias": "xml"}


@dataclass(frozen=True, slots=True)
class Override:
    """An override file: its root, its name, and the message it speaks of ("": code lists alone)."""

    root: etree._Element
    file: str
    message: str


class Overriding:
    """One guide while overrides are laid over it; `origins` names file and line of each row."""

    def __init__(self, root: etree._Element, file: str) -> None:
        self.root = deepcopy(root)
        self.origins = {
            node: f"{file}:{was.sourceline}" for node, was in zip(self.root.iter(), root.iter(), strict=True)
        }
        self._changed: dict[tuple[etree._Element, str], str] = {}  # which row was given what, and where that is said

    def lay(self, override: Override) -> None:
        """Lay an override over the guide; raise MigError for a row that leads nowhere or says it a second time."""
        for node in override.root:
            if node.tag != f"{NS}list":
                self._position(node, override.file)

    def _fail(self, node: etree._Element, file: str, text: str) -> MigError:
        return MigError(f"{file}:{node.sourceline}: {text}")

    # ------------------------------------------------------------------ rows

    def _position(self, node: etree._Element, file: str) -> None:
        """Take a row that names a position: a segment or a group."""
        pos, kind = node.get("pos", ""), _kind(node)
        row = next((n for n in self.root.iter(f"{NS}segment", f"{NS}group") if n.get("pos") == pos), None)
        if node.get("row") == "add":
            if row is not None:
                raise self._fail(node, file, f"{_name(row)} stands at {pos} already; it cannot be added")
            above = self._parent(node, file)
            self._add(node, file, above, next((n for n in above if n.get("pos", "") > pos), None))
            return
        if row is None:
            raise self._fail(node, file, f'the guide has no {kind} at {pos}; write row="add" to add one')
        if _kind(row) != kind or node.get("tag", row.get("tag")) != row.get("tag"):
            raise self._fail(node, file, f"what stands at {pos} is {_name(row)}, not {_name(node)}")
        if node.get("row") == "remove":
            _remove(row)
            return
        if kind == "group" and len(node):
            raise self._fail(node, file, "segments of a group are named by their own position, beside it")
        self._change(node, row, file)
        for use in node:
            self._inner(use, row, file)

    def _parent(self, node: etree._Element, file: str) -> etree._Element:
        """Return what an added position stands in: the group it names, or the message."""
        pos = node.get("group")
        if not pos:
            return self.root
        group = next((n for n in self.root.iter(f"{NS}group") if n.get("pos") == pos), None)
        if group is None:
            raise self._fail(node, file, f"the guide has no group at {pos}")
        return group

    def _inner(self, node: etree._Element, above: etree._Element, file: str) -> None:
        """Take a row inside a position: a use below its segment, a value or an alias below its use."""
        key = _KEYS[_kind(node)]
        wanted = node.get("was", node.get(key, ""))
        found = [n for n in above if n.tag == node.tag and _same(n.get(key, ""), wanted)]
        if node.get("row") == "add":
            if found:
                raise self._fail(node, file, f"{_name(above)} has {_name(found[0])} already; it cannot be added")
            self._add(node, file, above, self._before(node, above, file))
            return
        if not found:
            has = ", ".join(n.get(key, "") or "one without qualifier" for n in above if n.tag == node.tag) or "none"
            what = f"{_kind(node)} {key}={wanted!r}"
            raise self._fail(node, file, f'{_name(above)} has no {what} (it has {has}); write row="add" to add one')
        if len(found) > 1:
            raise self._fail(node, file, f"{_name(above)} has {len(found)} rows {_kind(node)} {key}={wanted!r}")
        if node.get("row") == "remove":
            _remove(found[0])
            return
        self._change(node, found[0], file)
        for child in node:
            self._inner(child, found[0], file)

    def _before(self, node: etree._Element, above: etree._Element, file: str) -> etree._Element | None:
        """Return the row in front of which one is added; None: behind the last of its kind."""
        wanted, key = node.get("before"), _KEYS[_kind(node)]
        if wanted is None:
            last = [n for n in above if n.tag == node.tag][-1:]
            return next(iter(last[0].itersiblings()), None) if last else next(iter(above), None)
        found = next((n for n in above if n.tag == node.tag and _same(n.get(key, ""), wanted)), None)
        if found is None:
            raise self._fail(node, file, f"{_name(above)} has no {_kind(node)} {wanted!r} to stand before")
        return found

    # ------------------------------------------------------------------ what is done to a row

    def _change(self, node: etree._Element, row: etree._Element, file: str) -> None:
        said = {str(name): str(value) for name, value in node.attrib.items() if name not in _STEERING}
        said = {name: value for name, value in said.items() if row.get(name, "") != value}
        if "was" not in node.attrib:
            said.pop(_KEYS[_kind(node)], None)
        text = (node.text or "").strip()
        for name in said.keys() - {"note"}:  # remarks may be given twice: nothing follows from them
            before = self._changed.setdefault((row, name), f"{file}:{node.sourceline}")
            if before != f"{file}:{node.sourceline}":
                raise self._fail(node, file, f"{name} of {_name(row)} is given at {before} already")
        for name, value in said.items():
            if value:
                row.set(name, value)
            else:
                row.attrib.pop(name, None)
        if text:
            row.text = text
        if said or text:
            self.origins[row] = f"{file}:{node.sourceline}"

    def _add(self, node: etree._Element, file: str, above: etree._Element, before: etree._Element | None) -> None:
        row = deepcopy(node)
        for one, other in zip(row.iter(), node.iter(), strict=True):
            self.origins[one] = f"{file}:{other.sourceline}"
        for name in _STEERING:
            row.attrib.pop(name, None)
        if before is None:
            above.append(row)
        else:
            before.addprevious(row)


def _remove(row: etree._Element) -> None:
    above = row.getparent()
    assert above is not None
    above.remove(row)


def lists_instead(root: etree._Element, own: etree._Element) -> etree._Element:
    """Return code lists with those of a user's `codes.xml` in the place of lists of their names, or added."""
    root = deepcopy(root)
    names = {node.get("name") for node in own}
    for node in [node for node in root if node.get("name") in names]:
        root.remove(node)
    root.extend([deepcopy(node) for node in own])
    return root


def lists_with(root: etree._Element, override: Override) -> etree._Element:
    """Return code lists with those of an override: its codes are changed or added, in a list we have or a new one."""
    root = deepcopy(root)
    for node in override.root.iter(f"{NS}list"):
        name = node.get("name", "")
        known = next((n for n in root if n.get("name") == name), None)
        where = f"{override.file}:{node.sourceline}"
        if node.get("row") == "add":
            if known is not None:
                raise MigError(f"{where}: there is a code list {name} already; it cannot be added")
            root.append(deepcopy(node))
            continue
        if known is None:
            raise MigError(f'{where}: there is no code list {name}; write row="add" to add one')
        if node.get("open"):
            known.set("open", "yes")
        for code in node:
            old = next((n for n in known if n.get("value") == code.get("value")), None)
            if old is not None:
                known.replace(old, deepcopy(code))
            else:
                known.append(deepcopy(code))
    return root


def _kind(node: etree._Element) -> str:
    return etree.QName(node).localname


def _same(one: str, two: str) -> bool:
    """Tell whether two texts name the same row: conditions may be spaced otherwise."""
    return [p.strip() for p in one.split(";")] == [p.strip() for p in two.split(";")]


def _name(node: etree._Element) -> str:
    """Return how a row is called in a sentence."""
    kind = _kind(node)
    if kind == "segment":
        return f"segment {node.get('tag') or ''}".strip() + f" at {node.get('pos')}"
    if kind == "group":
        return f"group {node.get('id') or ''}".strip() + f" at {node.get('pos')}"
    if kind == "use":
        return f"the use {node.get('is') or 'without qualifier'}"
    return f"{kind} {node.get('xml')}"
