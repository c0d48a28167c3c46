"""The guides, code lists and schemas at hand: ours, and what the folder of a user puts in their place."""

from __future__ import annotations

import csv
import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from edifact_ics import resources
from edifact_ics.guide.directory import NS
from edifact_ics.guide.mig import SERVICE, check_form, parse, read_code_lists, read_guide
from edifact_ics.guide.mig_tree import CodeList, Mig, MigError, Value
from edifact_ics.guide.xsd import ElementPath, Xsd, declarations, whole

if TYPE_CHECKING:
    from edifact_ics.guide.override import Override  # not needed without a folder, and it takes time to load

_DATA = ("codes", "directory")
_CODES = "codes.xml"
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


class Library:
    """The guides, code lists and schemas that messages are judged by; each is read when it is first asked for.

    With a folder, what it holds comes first: a guide (`imd.xml`, root `mig`) stands in for ours or is added, an
    override (root `override`, whatever its name) corrects rows, `codes.xml` brings code lists, `schemas/imd.xsd` is a
    schema.
    All of it is read at once: raise MigError, with file and line, when something in it is not sound.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else None
        self._ours = resources.root("mig")
        self._guides: dict[str, Mig] = {}
        self._whole: dict[str, tuple[Path, etree._Element]] = {}
        self._overrides: list[Override] = []
        self._lists: list[etree._Element] = []
        self._xsds: dict[str, Xsd | None] = {}
        if self.folder is not None:
            self._read(self.folder)
            self.by_identifier  # noqa: B018 - two guides for one message are an error too
            for message in self.touched:
                self.load(message)
                self.schema(message)

    # ------------------------------------------------------------------ the folder of a user

    def _read(self, folder: Path) -> None:
        if not folder.is_dir():
            raise MigError(f"{folder} is no folder")
        from edifact_ics.guide.override import Override

        for file in sorted(folder.glob("*.xml")):
            root = parse(file)
            kind = etree.QName(root).localname
            message = root.get("message", "")
            if kind == "override":
                self._overrides.append(Override(root, file.name, message))
                rows = next((n for n in root if etree.QName(n).localname != "list"), None)
                if rows is not None and not message:
                    raise MigError(f"{file.name}:{rows.sourceline}: an override with rows names its message")
            elif kind == "codes":
                if file.name != _CODES:
                    raise MigError(f"{file.name}:{root.sourceline}: code lists stand in {_CODES}")
                self._lists.append(root)
            elif file.stem != message.lower():
                raise MigError(f"{file.name}:{root.sourceline}: the guide of {message} is called {message.lower()}.xml")
            else:
                self._whole[message] = (file, root)
        for override in self._overrides:
            if override.message and override.message not in (*self.messages, SERVICE):
                text = f"there is no guide for {override.message!r}; guides exist for {', '.join(self.messages)}"
                raise MigError(f"{override.file}:{override.root.sourceline}: {text}")

    @property
    def touched(self) -> tuple[str, ...]:
        """The names of the messages whose guide the folder replaces, adds or corrects."""
        return tuple(sorted({*self._whole, *(o.message for o in self._overrides if o.message)}))

    @property
    def changed_lists(self) -> tuple[str, ...]:
        """The names of the code lists that the folder changes or adds."""
        roots = [*self._lists, *(override.root for override in self._overrides)]
        return tuple(sorted({str(node.get("name")) for root in roots for node in root.iter(f"{NS}list")}))

    # ------------------------------------------------------------------ which there are

    @cached_property
    def messages(self) -> tuple[str, ...]:
        """The names of the messages that have a guide, for example IMD."""
        ours = {f.stem.upper() for f in self._ours.glob("*.xml") if f.stem not in (*_DATA, SERVICE)}
        return tuple(sorted(ours | {name for name in self._whole if name != SERVICE}))

    @cached_property
    def _heads(self) -> dict[str, dict[str, str]]:
        """The attributes of each guide by its name; only the heads of files are read, most guides are never needed."""
        heads = {}
        for name in self.messages:
            if name in self._whole:
                heads[name] = {str(key): str(value) for key, value in self._whole[name][1].attrib.items()}
                continue
            with open(self._ours / f"{name.lower()}.xml", encoding="utf-8") as file:
                heads[name] = dict(_ATTRIBUTE.findall(file.read(1024).partition("<mig")[2].partition(">")[0]))
        return heads

    @cached_property
    def by_identifier(self) -> dict[str, dict[str, str]]:
        """The guides by type (CUSDEC:D:99B:UN) and document name ("": any that has no guide of its own)."""
        known: dict[str, dict[str, str]] = {}
        for name, head in self._heads.items():
            identifier = ":".join(head.get(part, "") for part in ("type", "version", "release", "agency"))
            other = known.setdefault(identifier, {}).setdefault(head.get("document", ""), name)
            if other != name:
                text = f"{name} and {other} are told apart by nothing: {identifier} {head.get('document', '')}"
                raise MigError(f"{name.lower()}.xml: {text.strip()}")
        return known

    @cached_property
    def by_root(self) -> dict[str, str]:
        """The guides by the name of their canonical root element."""
        return {head.get("xml", ""): name for name, head in self._heads.items()}

    # ------------------------------------------------------------------ what they say

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        """The code lists by name."""
        root = parse(self._ours / _CODES, False)
        if self._lists or self._overrides:
            from edifact_ics.guide.override import lists_instead, lists_with

            for own in self._lists:
                root = lists_instead(root, own)
            for override in self._overrides:
                root = lists_with(root, override)
        return read_code_lists(root)

    @cached_property
    def unsent(self) -> dict[str, str]:
        """The data elements that rules name and no message carries, each with the reason."""
        with open(self._ours / "unsent.csv", newline="", encoding="utf-8") as file:
            return {row["element"]: row["reason"] for row in csv.DictReader(file)}

    def load(self, message: str) -> Mig:
        """Return the guide of a message by its name (IMD, SAC, CONTRL, or service for the envelope).

        Raise MigError, with file and line, when there is none or it is not sound.
        """
        known = self._guides.get(message)
        if known is None:
            if message not in (*self.messages, SERVICE):
                from difflib import get_close_matches  # takes time to load, and mistakes are few

                near = get_close_matches(message, self.messages, 1)
                hint = f"did you mean {near[0]}? Guides" if near else "guides"
                raise MigError(f"there is no guide for {message!r}; {hint} exist for {', '.join(self.messages)}")
            known = self._guides[message] = self._load(message)
        return known

    def _load(self, message: str) -> Mig:
        file = self._ours / f"{message.lower()}.xml"
        root = None
        if message in self._whole:
            file, root = self._whole[message]
        root = parse(file, False) if root is None else root
        overrides = [override for override in self._overrides if override.message == message]
        if not overrides:
            return read_guide(root, file.name, self.code_lists)
        from edifact_ics.guide.override import Overriding

        overriding = Overriding(root, file.name)
        for override in overrides:
            overriding.lay(override)
        check_form(overriding.root, file.name, overriding.origins)
        return read_guide(overriding.root, file.name, self.code_lists, overriding.origins)

    def schema(self, message: str) -> Xsd | None:
        """Return the XSD of a message by its guide's name, None if it has none.

        Ours gives way where a guide of the user says otherwise. Raise MigError where that cannot be: when the guide has
        an element that it does not declare.
        """
        if message not in self._xsds:
            self._xsds[message] = self._schema(message)
        return self._xsds[message]

    def _schema(self, message: str) -> Xsd | None:
        name = f"{message.lower()}.xsd"
        file = resources.root("schemas") / name
        own = self.folder / "schemas" / name if self.folder is not None else None
        if own is not None and own.is_file():
            file = own
        if self.folder is None or message == SERVICE:
            return Xsd(file) if file.is_file() else None
        mig = self.load(message)
        where = f"{mig.file}: " if message in self._whole else ""
        if not file.is_file():
            raise MigError(f"{where}{mig.message} needs a schema: put schemas/{name} into {self.folder}")
        if message in self.touched or file == own:
            _check_declared(mig, file)
        if file == own or message not in ours().messages:
            return Xsd(file)
        return _loosened(file, ours().load(message), mig)


def _check_declared(mig: Mig, file: Path) -> None:
    """Raise MigError for an element of a guide that its schema does not declare."""
    try:
        declared = declarations(whole(file))
    except (OSError, etree.XMLSyntaxError) as error:
        raise MigError(f"{file.name}: {error}") from error
    for row in mig.elements():
        if row.path not in declared:
            text = f"{'/'.join(row.path)} is no element of {file.name}; bring a schemas/{file.name} that declares it"
            raise MigError(f"{row.value.defined}: {text}")


def _loosened(file: Path, own: Mig, mig: Mig) -> Xsd:
    """Return our schema, giving way where a guide differs from our own."""
    before = {row.path: row for row in own.elements()}
    after = {row.path: row for row in mig.elements()}
    texts, optional, many = set[ElementPath](), set[ElementPath](), set[ElementPath]()
    for path, row in before.items():
        now = after.get(path)
        if row.required and (now is None or not now.required):
            optional |= {path[: n + 1] for n in range(len(path))}
        if row.value.mandatory and (now is None or not now.value.mandatory):
            optional.add(path)
        if now is None:
            continue
        if _text(now.value) != _text(row.value):
            texts.add(path)
        if now.value.many and not row.value.many:
            many.add(path)
        once = dict(row.repeats)
        many |= {container for container, most in now.repeats if most > once.get(container, 1)}
    xsd = Xsd(file, frozenset(texts), frozenset(optional), frozenset(many))
    try:
        if xsd.loosened:
            etree.XMLSchema(xsd.root())
    except etree.XMLSchemaParseError as error:
        text = f"{mig.file}: {file.name} cannot give way to it ({error}); bring a schemas/{file.name}"
        raise MigError(text) from error
    return xsd


def _text(value: Value) -> tuple[object, ...]:
    """What of a value its schema type depends on."""
    return (
        *(value.format, value.dictionary, value.dictionary_basis, value.type, value.decimals, value.digits),
        *(value.code, value.codes, value.reference),
    )


@cache
def ours() -> Library:
    """Return the library that comes with the package."""
    return Library()


def load_mig(message: str) -> Mig:
    """Return our guide of a message by its name (IMD, SAC, CONTRL, or service for the envelope).

    Raise MigError, with file and line, when there is none or it is not sound.
    """
    return ours().load(message)


def read_mig(file: Path) -> Mig:
    """Return the guide in a file, checked against `schemas/mig.xsd` too; raise MigError naming file and line."""
    return read_guide(parse(file), file.name, ours().code_lists)
