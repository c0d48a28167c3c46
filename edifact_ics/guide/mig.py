"""Guide files, `mig/*.xml`: how they are read and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

from edifact_ics import resources
from edifact_ics.guide.directory import NS, Format, Place, SegmentType, parse_format, segment_type
from edifact_ics.guide.mig_tree import ANY, Alias, CodeList, Condition, Group, Mig, MigError, Segment, Use, Value

SERVICE = "service"


def parse(file: Path, with_schema: bool = True) -> etree._Element:
    """Return the root of a guide file; raise MigError naming file and line when it is not of the form of a guide.

    Our own files were held against `schemas/mig.xsd` when they were made (by the tests).
    """
    try:
        root = etree.parse(str(file), _parser()).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise MigError(f"{file.name}: {error}") from error
    if with_schema:
        check_form(root, file.name, {})
    return root


def check_form(root: etree._Element, file: str, origins: dict[etree._Element, str]) -> None:
    """Hold a tree against `schemas/mig.xsd`; raise MigError naming file and line (of `origins`, if it knows)."""
    schema = _schema()
    if not schema.validate(root):
        worst = schema.error_log[0]
        where = root.xpath(worst.path) if worst.path else []
        node = where[0] if isinstance(where, list) and where else root
        known = origins.get(node) if isinstance(node, etree._Element) else None
        raise MigError(
            f"{known or f'{file}:{worst.line}'}: {worst.message.replace('{urn:edifact-ics:mig}', '').rstrip('.')}"
        )


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(resources.root("schemas") / "mig.xsd")))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def read_code_lists(root: etree._Element) -> dict[str, CodeList]:
    """Return the code lists below the root of `mig/codes.xml` by name.

    A list is open when one of its rows is inferred or assumed, or when it says so itself.
    """
    lists = {}
    for node in root:
        codes = list(node.iter(f"{NS}code"))
        known = all(code.get("basis") in ("guide", "observed") for code in codes)
        labels = {code.get("value", ""): code.text or "" for code in codes}
        bases = {code.get("value", ""): code.get("basis", "") for code in codes}
        name = node.get("name", "")
        lists[name] = CodeList(name, labels, bases, known and node.get("open") != "yes")
    return lists


def read_guide(
    root: etree._Element, file: str, lists: dict[str, CodeList], origins: dict[etree._Element, str] | None = None
) -> Mig:
    """Return the guide below a root, with the code lists it may name; raise MigError naming file and line.

    `origins` names file and line of rows that were put together from several files.
    """
    return _Reader(file, lists, origins or {}).mig(root)


class _Reader:
    """Reads one guide; every fault found becomes a MigError with its line."""

    def __init__(self, file: str, lists: dict[str, CodeList], origins: dict[etree._Element, str]) -> None:
        self._file = file
        self._lists = lists
        self._origins = origins
        self._positions: dict[str, Segment | Group] = {}
        self._known_places: dict[tuple[str, str], tuple[Place, ...]] = {}
        self._last = ""

    def _place(self, node: etree._Element) -> str:
        return self._origins.get(node) or f"{self._file}:{node.sourceline}"

    def _fail(self, node: etree._Element, text: str) -> MigError:
        return MigError(f"{self._place(node)}: {text}")

    def mig(self, node: etree._Element) -> Mig:
        a = node.attrib
        children = self._children(node)
        root = Group("0000", a["message"], True, 1, a["xml"], children, "guide", self._place(node))
        mig = Mig(
            a["message"],
            a.get("document", ""),
            a["title"],
            a["xml"],
            a["type"],
            a["version"],
            a["release"],
            a["agency"],
            a["from"],
            root,
            self._file,
        )
        self._check_names(mig)
        return mig

    def _children(self, node: etree._Element) -> tuple[Segment | Group, ...]:
        children: list[Segment | Group] = []
        for child in node:
            row = self._group(child) if child.tag == f"{NS}group" else self._segment(child)
            self._check_siblings(child, row, children)
            children.append(row)
        return tuple(children)

    def _position(self, node: etree._Element) -> str:
        position = node.get("pos", "")
        if position in self._positions:
            raise self._fail(node, f"position {position} is used twice")
        if position <= self._last:
            raise self._fail(node, f"position {position} stands after {self._last}")
        self._last = position
        return position

    def _group(self, node: etree._Element) -> Group:
        position = self._position(node)
        children = self._children(node)
        first = children[0]
        if not isinstance(first, Segment) or not first.mandatory or first.max != 1:
            raise self._fail(node, f"group {node.get('id')} needs a trigger: a first segment with status M and max 1")
        group = Group(
            position,
            node.get("id", ""),
            node.get("status") == "M",
            int(node.get("max", "1")),
            node.get("xml"),
            children,
            node.get("basis", ""),
            self._place(node),
            node.get("beside") == "yes",
            node.get("last") == "yes",
        )
        if group.last and not group.beside:
            raise self._fail(node, f"group {group.id} is marked last; then it must be marked beside too")
        for child in children:
            if isinstance(child, Group) and child.beside and not (child.xml and group.xml and not group.beside):
                raise self._fail(node, f"group {child.id} stands beside a container that is none")
        self._positions[position] = group
        return group

    def _segment(self, node: etree._Element) -> Segment:
        position, tag = self._position(node), node.get("tag", "")
        kind = segment_type(tag)
        if kind is None:
            raise self._fail(node, f"{tag} is no segment of D.99B")
        uses: list[Use] = []
        for number, child in enumerate(node, 1):
            use = self._use(child, kind, f"{position}.{number}")
            for other in uses:
                if _overlap(use, other):
                    raise self._fail(child, f"this use of {tag} is not told apart from the one at {other.defined}")
            uses.append(use)
        segment = Segment(
            position,
            tag,
            node.get("status") == "M",
            int(node.get("max", "1")),
            tuple(uses),
            node.get("basis", ""),
            node.get("note", ""),
            self._place(node),
            kind,
        )
        self._positions[position] = segment
        return segment

    def _use(self, node: etree._Element, kind: SegmentType, ident: str) -> Use:
        return Use(
            ident,
            self._conditions(node, node.get("is", ""), kind),
            self._conditions(node, node.get("with", ""), kind),
            self._conditions(node, node.get("when", ""), kind),
            tuple(filter(None, node.get("in", "").split("/"))),
            node.get("each") == "yes",
            int(node.get("max", "1")),
            node.get("carrier", ""),
            tuple(self._value(child, kind) for child in node.iter(f"{NS}value")),
            tuple(self._alias(child, kind) for child in node.iter(f"{NS}alias")),
            node.get("basis", ""),
            (node.text or "").strip(),
            self._place(node),
        )

    def _conditions(self, node: etree._Element, text: str, kind: SegmentType) -> tuple[Condition, ...]:
        if not text:
            return ()  # most rows have none
        found = []
        for part in filter(None, (p.strip() for p in text.split(";"))):
            bare = part.removeprefix("!")
            path, equals, values = bare.partition("=")
            position = None
            if path.startswith("@"):
                position, _, path = path[1:].partition(".")
                row = self._positions.get(position)
                if not isinstance(row, Segment):
                    raise self._fail(node, f"condition {part!r}: no segment stands at {position} before this row")
                kind = row.type
            if not equals:
                raise self._fail(node, f"condition {part!r} has no value")
            place = self._places(node, kind, path)[0]
            found.append(Condition(part, place, tuple(values.split("|")), part.startswith("!"), position))
        return tuple(found)

    def _places(self, node: etree._Element, kind: SegmentType, path: str) -> tuple[Place, ...]:
        known = self._known_places.get((kind.tag, path))  # a guide names most of them again and again
        if known is None:
            try:
                known = self._known_places[kind.tag, path] = kind.places(path)
            except ValueError as error:
                raise self._fail(node, str(error)) from None
        return known

    def _format(self, node: etree._Element, text: str) -> Format:
        try:
            return parse_format(text)
        except ValueError as error:
            raise self._fail(node, str(error)) from None

    def _value(self, node: etree._Element, kind: SegmentType) -> Value:
        a = node.attrib
        places = self._places(node, kind, a["at"])
        form = self._format(node, a["format"])
        standard = kind.element(places[0]).format
        kinds = standard.kind in ("an", form.kind)
        if not kinds or form.most > standard.most * len(places) or form.parts != len(places):
            raise self._fail(node, f"format {form.text} is not within {standard.text} of D.99B")
        dictionary = self._format(node, a["dictionary"]) if "dictionary" in a else None
        segments = int(a.get("segments", "1"))
        if dictionary and dictionary.most > form.most * segments:
            raise self._fail(node, f"dictionary format {dictionary.text} is wider than {form.text}")
        name = a.get("list")
        reference = name.removeprefix("ref:") if name and name.startswith("ref:") else None
        codes = self._lists.get(name) if name and not reference else None
        if name and not reference and codes is None:
            raise self._fail(node, f"there is no code list {name!r} in codes.xml")
        return Value(
            a["xml"],
            a["name"],
            places,
            form,
            dictionary,
            a.get("dictionary-basis", ""),
            a.get("min") == "1",
            a.get("code", ""),
            a.get("derived") == "yes",
            a.get("many") == "yes",
            segments,
            a.get("parts", ""),
            a.get("padded") == "yes",
            a.get("counts", ""),
            a.get("but", ""),
            a.get("type", "number" if form.kind == "n" else "text"),
            int(a["decimals"]) if "decimals" in a else None,
            int(a["digits"]) if "digits" in a else None,
            codes,
            reference,
            self._conditions(node, a.get("when", ""), kind),
            a["basis"],
            a.get("element", a["name"]),
            (node.text or "").strip(),
            self._place(node),
        )

    def _alias(self, node: etree._Element, kind: SegmentType) -> Alias:
        a = node.attrib
        return Alias(
            a["xml"],
            a["name"],
            tuple(filter(None, a.get("in", "").split("/"))),
            self._places(node, kind, a["at"]),
            self._conditions(node, a.get("when", ""), kind),
            self._format(node, a["format"]) if "format" in a else None,
            a["basis"],
            (node.text or "").strip(),
        )

    def _check_siblings(self, node: etree._Element, row: Segment | Group, before: list[Segment | Group]) -> None:
        """Same-tag siblings differ in their qualifiers, or a mandatory row stands between them."""
        mine = row if isinstance(row, Segment) else row.trigger
        for other in reversed(before):
            theirs = other if isinstance(other, Segment) else other.trigger
            if theirs.tag != mine.tag and other.mandatory:
                return
            if theirs.tag == mine.tag and any(_overlap(a, b) for a in mine.uses for b in theirs.uses):
                raise self._fail(node, f"{mine.tag} here is not told apart from {mine.tag} at {theirs.position}")

    def _check_names(self, mig: Mig) -> None:
        seen: dict[tuple[str, ...], Value] = {}
        for row in mig.elements():
            other = seen.setdefault(row.path, row.value)
            if other is not row.value:
                how = "twice" if other in row.use.values else "by two uses"
                raise MigError(f"{row.value.defined}: {'/'.join(row.path)} is named {how}")
        containers = {path[:length] for path in seen for length in range(1, len(path))}
        for key, value in seen.items():
            if key in containers:
                raise MigError(f"{value.defined}: {'/'.join(key)} is both a value and a container")


def _overlap(one: Use, two: Use) -> bool:
    """Tell whether one segment could be both uses by what tells them apart."""
    shared = not one.keys and not two.keys
    for mine in one.keys:
        for theirs in two.keys:
            if mine.place == theirs.place:
                shared = True
                if not _meet(mine.values, theirs.values):
                    return False
    return shared


def _meet(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Tell whether some value is among both."""
    return not set(one).isdisjoint(two) or (ANY in one and any(two)) or (ANY in two and any(one))
