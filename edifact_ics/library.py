"""The guides, code lists and schemas at hand: ours."""

from __future__ import annotations

import csv
import re
from functools import cache, cached_property
from pathlib import Path

from edifact_ics import resources
from edifact_ics.mig import SERVICE, parse, read_code_lists, read_guide
from edifact_ics.mig_tree import CodeList, Mig, MigError

_DATA = ("codes", "directory")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


class Library:
    """The guides, code lists and schemas that messages are judged by; each is read when it is first asked for."""

    def __init__(self) -> None:
        self._folder = resources.root("mig")
        self._guides: dict[str, Mig] = {}

    @cached_property
    def messages(self) -> tuple[str, ...]:
        """The names of the messages that have a guide, for example IMD."""
        return tuple(f.stem.upper() for f in sorted(self._folder.glob("*.xml")) if f.stem not in (*_DATA, SERVICE))

    @cached_property
    def _heads(self) -> dict[str, dict[str, str]]:
        """The attributes of each guide by its name; only the heads of files are read, most guides are never needed."""
        heads = {}
        for name in self.messages:
            with open(self._folder / f"{name.lower()}.xml", encoding="utf-8") as file:
                heads[name] = dict(_ATTRIBUTE.findall(file.read(1024).partition("<mig")[2].partition(">")[0]))
        return heads

    @cached_property
    def by_identifier(self) -> dict[str, dict[str, str]]:
        """The guides by type (CUSDEC:D:99B:UN) and document name ("": any that has no guide of its own)."""
        known: dict[str, dict[str, str]] = {}
        for name, head in self._heads.items():
            identifier = ":".join(head.get(part, "") for part in ("type", "version", "release", "agency"))
            known.setdefault(identifier, {})[head.get("document", "")] = name
        return known

    @cached_property
    def by_root(self) -> dict[str, str]:
        """The guides by the name of their canonical root element."""
        return {head.get("xml", ""): name for name, head in self._heads.items()}

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        """The code lists by name."""
        return read_code_lists(parse(self._folder / "codes.xml", False))

    @cached_property
    def unsent(self) -> dict[str, str]:
        """The data elements that rules name and no message carries, each with the reason."""
        with open(self._folder / "unsent.csv", newline="", encoding="utf-8") as file:
            return {row["element"]: row["reason"] for row in csv.DictReader(file)}

    def load(self, message: str) -> Mig:
        """Return the guide of a message by its name (IMD, SAC, CONTRL, or service for the envelope).

        Raise MigError, with file and line, when there is none or it is not sound.
        """
        known = self._guides.get(message)
        if known is None:
            if message not in (*self.messages, SERVICE):
                raise MigError(f"there is no guide for {message!r}; guides exist for {', '.join(self.messages)}")
            file = self._folder / f"{message.lower()}.xml"
            known = self._guides[message] = read_guide(parse(file, False), file.name, self.code_lists)
        return known

    def schema(self, message: str) -> Path | None:
        """Return the XSD of a message by its guide's name, None if it has none."""
        file = resources.root("schemas") / f"{message.lower()}.xsd"
        return file if file.is_file() else None


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
