"""What is wrong with UNB, UNH, UNT and UNZ, held against what was sent, and with what stands between segments."""

from __future__ import annotations

import re

from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import CUSTOMS, Interchange, Message
from edifact_ics.finding import Finding, Position
from edifact_ics.guide.library import Library
from edifact_ics.syntax.characters import split_elements
from edifact_ics.syntax.repertoire import REPERTOIRES

_SITE = re.compile("[A-Z]{3}[0-9]{3}[A-Z]")


def syntax_findings(interchange: Interchange) -> list[Finding]:
    """Return what is wrong with the repertoire and the syntax version that UNB names."""
    found = []
    at, raw = interchange.header_place, interchange.header_raw
    identifier, version = interchange.value(1), interchange.value(1, 2)
    if identifier and identifier != "UNOC":
        read = "read as such" if interchange.syntax == identifier in REPERTOIRES else "read as ISO 8859-1"
        text = f"UNB names the repertoire {identifier!r} ({read}); ICS takes UNOC only."
        found.append(finding("SYN-03", interchange.at(at, 1, raw, 1, 1), text, identifier, "Write UNOC."))
    if version and version != "3":
        text = f"UNB names syntax version {version!r}; ICS takes version 3 only."
        found.append(finding("SYN-04", interchange.at(at, 1, raw, 1, 2), text, version, "Write 3."))
    return found


def sender_findings(interchange: Interchange) -> list[Finding]:
    """Return what is odd about the sender of an interchange to Customs: its site has a form of its own."""
    sender = interchange.value(2).strip()
    if interchange.value(3) != CUSTOMS or not sender or _SITE.fullmatch(sender):
        return []
    at = interchange.at(interchange.header_place, 1, interchange.header_raw, 2, 1)
    text = f"The sender is {sender[:40]!r}; a site that Customs registers is three letters, three digits and a letter."
    return [finding("VAL-13", at, text, sender)]


def message_header_findings(library: Library, message: Message) -> list[Finding]:
    """Return what is wrong with the reference in UNH. ISO 9735, UNH."""
    if message.reference:
        if not _reused(message):
            return []
        text = f"Message reference {message.reference!r} was used before in this interchange."
        return [finding("ENV-11", message.at(1, 1), text, message.reference)]
    if library.by_identifier.get(":".join(message.type[:4])) is not None:
        return []  # the guide will say it
    return [finding("STR-10", message.at(1, 1), "UNH lacks its element 1 (message reference number).")]


def _reused(message: Message) -> bool:
    references = message.interchange.references
    if message.reference in references:
        return True
    references.add(message.reference)
    return False


def trailer_findings(interchange: Interchange, cut: bool) -> list[Finding]:
    """Return what is wrong with the end of an interchange: UNZ, its count, its reference, its contents.

    `cut`: the file ended inside a message, or inside a segment that was reported already.
    """
    found: list[Finding] = []
    raw = interchange.trailer
    if interchange.bare and raw is None:
        return found
    last = interchange.at(interchange.trailer_place, interchange.segments, raw or "")
    if not interchange.header:
        text = f"UNZ closes an interchange that no UNB opened ({raw or ''})."
        return [finding("ENV-02", last, text, raw)]
    if interchange.unterminated:
        text = "The file ends without the terminator of UNZ."
        return [finding("SYN-06", last, text, raw)]
    if raw is None:
        return found
    elements = split_elements(raw, interchange.delimiters)
    count = elements[1][0] if len(elements) > 1 else ""
    reference = elements[2][0] if len(elements) > 2 else ""
    held = interchange.groups or interchange.messages
    numeric = count.isdecimal() and len(count) <= 6
    explained = numeric and held < int(count) <= held + interchange.strays
    if not held and not interchange.strays:
        text = "The interchange holds no message."
        found.append(finding("ENV-10", last, text))
        explained = True
    if numeric and int(count) != held and not explained:
        at = interchange.at(interchange.trailer_place, interchange.segments, raw, 1)
        noun = "group" if interchange.groups else "message"
        text = f"UNZ says {int(count)} {_plural(int(count), noun)}, the interchange holds {held}."
        found.append(finding("ENV-04", at, text, count, f"Write {held}."))
    if reference and interchange.reference and reference != interchange.reference:
        at = interchange.at(interchange.trailer_place, interchange.segments, raw, 2)
        text = f"UNZ says reference {reference!r}, UNB says {interchange.reference!r}."
        found.append(finding("ENV-05", at, text, reference))
    return found


def missing_trailer(interchange: Interchange, position: Position) -> Finding:
    """Return the finding that UNZ is missing, placed at the last segment of the interchange."""
    return finding("ENV-03", position, f"The interchange {interchange.reference} is not closed by UNZ.")


def message_trailer_findings(message: Message, explained: frozenset[int]) -> list[Finding]:
    """Return what is wrong with UNT: its count and its reference.

    `explained` holds the differences between the count named and the segments found that other findings explain
    already, so that one cause gives one finding.
    """
    segments = len(message.raws)
    elements = split_elements(message.raws[-1], message.interchange.delimiters)
    count = elements[1][0] if len(elements) > 1 else ""
    reference = elements[2][0] if len(elements) > 2 else ""
    found = []
    if count.isdecimal() and len(count) <= 6 and int(count) != segments and int(count) - segments not in explained:
        text = f"UNT says {int(count)} segments, the message holds {segments}."
        found.append(finding("ENV-07", message.at(segments, 1), text, count, f"Write {segments}."))
    if reference and message.reference and reference != message.reference:
        text = f"UNT says reference {reference!r}, UNH says {message.reference!r}."
        found.append(finding("ENV-08", message.at(segments, 2), text, reference))
    return found


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else noun + "s"


def without_echo(message: Message, found: list[Finding]) -> list[Finding]:
    """Leave out what is said of the reference in UNT when UNT repeats UNH: it was said there."""
    last = len(message.raws)
    elements = split_elements(message.raws[-1], message.interchange.delimiters)
    if len(elements) < 3 or elements[2] != [message.reference]:
        return found
    said = {f.code for f in found if (f.position.segment, f.position.element) == (1, 1)}
    return [f for f in found if (f.position.segment, f.position.element) != (last, 2) or f.code not in said]


def swallowed(message: Message, index: int) -> Finding:
    """Say that a service segment swallowed the one that follows it."""
    raw, following = message.raws[index], message.raws[index + 1 : index + 2]
    swallowed = following[0][:3] if following else "the next segment"
    text = f"The terminator of {raw[:3]} is missing: {swallowed} begins inside it."
    element = len(split_elements(raw, message.interchange.delimiters)) - 1 or None
    return finding(
        "SYN-07", message.at(index + 1, element), text, raw[:200], f"Write a terminator after {raw[-20:]!r}."
    )


def first_blank(message: Message) -> int | None:
    """Return the index of the first segment of a message with more than line ends in front of it, or None."""
    if isinstance(message.leads, str) and not is_blank(message.leads) and not is_blank(message.first):
        return None
    return next((index for index in range(len(message.raws)) if is_blank(message.lead(index))), None)


def is_blank(lead: str) -> bool:
    """Tell whether more than line ends stand in front of a segment."""
    return " " in lead or "\t" in lead


def blanks(at: Position) -> Finding:
    """Return the finding that blanks stand in front of a segment."""
    return finding("SYN-10", at, "Blanks stand in front of this segment; only line ends are ignored there.")
