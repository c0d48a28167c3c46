"""Which guide a message follows: by its type in UNH and its document name in BGM; and how strictly it is judged."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import CUSTOMS, Message
from edifact_ics.finding import Finding
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig_tree import Mig
from edifact_ics.segment.values import clean
from edifact_ics.structure.table import Table
from edifact_ics.structure.walk import walk
from edifact_ics.structure.walked import Walk
from edifact_ics.syntax.characters import Delimiters, split_elements
from edifact_ics.syntax.repertoire import outside


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
    document = _document(message) if len(known) > 1 or "" not in known else ""
    if document in known:
        return library.load(known[document])
    if not document:
        return _likeliest(library, message, list(known.values()))
    if "" in known and outside(document, message.interchange.syntax) is None:
        return library.load(known[""])
    number = _beginning(message)
    wrong = outside(document, message.interchange.syntax)
    if wrong is not None:
        text = f"The document name holds the character 0x{ord(document[wrong]):02X}, which is not in the repertoire."
        return finding("SYN-05", message.at(number, 1, 4), text, document)
    text = f"Document name {document!r} is unknown; for {kind} {', '.join(sorted(known))} are known."
    return finding("ENV-16", message.at(number, 1, 4), text, document)


def _document(message: Message) -> str:
    name = bgm(message)
    return clean(name[1][3]) if name is not None and len(name) > 1 and len(name[1]) > 3 else ""


def _beginning(message: Message) -> int:
    """Return the number of the segment BGM."""
    start = "BGM" + message.interchange.delimiters.element
    return next(i for i, raw in enumerate(message.raws, 1) if raw.startswith(start))


def wider_guide(library: Library, guide: Mig, walked: Walk) -> Mig | None:
    """Return the guide of any document of the type, where an assumed one met segments that it does not know."""
    default = library.by_identifier[guide.identifier].get("")
    unknown = any(found.inner.code in ("STR-04", "STR-05") for found in walked.findings)
    return library.load(default) if default is not None and unknown and guide.assumed else None


def without_guide(library: Library, message: Message, guide: Mig) -> list[Finding]:
    """Return the finding that a document is read by the guide of any document; none where it has a guide of its own."""
    known = library.by_identifier[guide.identifier]
    if guide.document or len(known) == 1 or bgm(message) is None:
        return []
    document = _document(message)
    if document in known and document:
        why = f"The layout of {document} is assumed, and this one holds segments that it does not know"
    elif document in library.code_lists["DocumentKnownByName"].labels:
        why = f"The document {document} is known by name only"
    else:
        why = f"Document name {document!r} is unknown" if document else "BGM names no document"
    text = f"{why}; it is read by {guide.identifier} as the directory has it."
    return [finding("ENV-18", message.at(_beginning(message), 1, 4 if document else None), text, document or None)]


def has_rules(guide: Mig) -> bool:
    """Tell whether the business rules speak of a message: they are written for what traders send to Customs."""
    return guide.sender == "trader"


def is_lenient(guide: Mig, sender: str) -> bool:
    """Tell whether a message is judged leniently: Customs sent it. `sender` is that of its interchange."""
    return guide.sender == "customs" or (guide.sender == "both" and sender == CUSTOMS)


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


class Identity(NamedTuple):
    """What BGM names a message by, as sent but for blanks around it; "" where it says nothing."""

    document: str
    reference: str
    version: str
    function: str


def identity(message: Message) -> Identity:
    """Return what BGM says of a message; CONTRL has none."""
    start = bgm(message) if message.type[:1] != ["CONTRL"] else None

    def said(element: int, component: int) -> str:
        if start is None or len(start) <= element or len(start[element]) < component:
            return ""
        return start[element][component - 1].strip()

    return Identity(said(1, 4), said(2, 1), said(2, 2), said(3, 1))


def _likeliest(library: Library, message: Message, names: list[str]) -> Mig:
    """Return the guide that leaves the fewest faults in a message whose document name is missing."""
    start = message.raws[:60]

    def faults(name: str) -> int:
        table = table_of(library, name, message.interchange.delimiters, message.interchange.syntax)
        return len(walk(table, start, False, True).findings)

    return library.load(min(names, key=faults))
