"""Which guide a message follows: by its type in UNH and its document name in BGM."""

from __future__ import annotations

from functools import lru_cache

from edifact_ics.codes import finding
from edifact_ics.finding import Finding
from edifact_ics.interchange import Message
from edifact_ics.library import Library
from edifact_ics.mig_tree import Mig
from edifact_ics.repertoire import outside
from edifact_ics.structure import walk
from edifact_ics.syntax import Delimiters, split_elements
from edifact_ics.table import Table


@lru_cache(maxsize=64)
def table_of(library: Library, message: str, delimiters: Delimiters, syntax: str) -> Table:
    """Return a guide compiled for one way of writing."""
    return Table(library.load(message), delimiters, syntax)


def guide_of(library: Library, message: Message) -> Mig | Finding:
    """Return the guide of a message, or the finding that it is unknown."""
    kind = ":".join(message.type[:4])
    known = library.by_identifier.get(kind)
    if known is None:
        return _unknown_type(library, message, kind)
    if "" in known:
        return library.load(known[""])
    name = bgm(message)
    if name is None:
        return _likeliest(library, message, list(known.values()))
    document = name[1][3] if len(name) > 1 and len(name[1]) > 3 else ""
    if not document:
        return _likeliest(library, message, list(known.values()))
    if document in known:
        return library.load(known[document])
    number = next(
        i for i, raw in enumerate(message.raws, 1) if raw[:4] == "BGM" + message.interchange.delimiters.element
    )
    wrong = outside(document, message.interchange.syntax)
    if wrong is not None:
        text = f"The document name holds the character 0x{ord(document[wrong]):02X}, which is not in the repertoire."
        return finding("SYN-05", message.at(number, 1, 4), text, document)
    text = f"Document name {document!r} is unknown; for {kind} {', '.join(sorted(known))} are known."
    return finding("ENV-16", message.at(number, 1, 4), text, document)


def _unknown_type(library: Library, message: Message, kind: str) -> Finding:
    """Say which part of S009 is unknown, at its component."""
    identifiers = [identifier.split(":") for identifier in library.by_identifier]
    sent = message.type
    component = 1
    for component in range(1, 5):
        said = sent[component - 1] if len(sent) >= component else ""
        identifiers = [i for i in identifiers if i[component - 1] == said]
        if not identifiers:
            break
    if not any(sent):
        text = "UNH names no message type."
        return finding("STR-10", message.at(1, 2), text)
    said = sent[component - 1] if len(sent) >= component else ""
    wrong = outside(said, message.interchange.syntax)
    if wrong is not None:
        text = f"UNH holds the character 0x{ord(said[wrong]):02X}, which is not in the repertoire."
        return finding("SYN-05", message.at(1, 2, component), text, said)
    what = ("message type", "message version", "message release", "controlling agency")[component - 1]
    known = ", ".join(sorted(library.by_identifier))
    text = f"The {what} {said!r} of {kind} is unknown; known are {known}."
    return finding("ENV-16", message.at(1, 2, component), text, said or None)


def bgm(message: Message) -> list[list[str]] | None:
    """Return BGM as elements, wherever it stands."""
    delimiters = message.interchange.delimiters
    start = "BGM" + delimiters.element
    whole = message.raws[:-1] if message.unterminated else message.raws
    raw = next((raw for raw in whole if raw.startswith(start)), None)
    return split_elements(raw, delimiters) if raw else None


def _likeliest(library: Library, message: Message, names: list[str]) -> Mig:
    """Return the guide that leaves the fewest faults in a message whose document name is missing."""
    start = message.raws[:60]

    def faults(name: str) -> int:
        table = table_of(library, name, message.interchange.delimiters, message.interchange.syntax)
        return len(walk(table, start, False, True).findings)

    return library.load(min(names, key=faults))
