"""How a message was sent, where that is not how it would be written: the attributes that remember it.

Control characters stand in hex, so that any XML tool hands them on unharmed; what differs only by service characters
(superfluous releases, trailing separators) is kept as a script of insertions, never as the segment's text.
"""

from __future__ import annotations

import re
import zlib
from functools import cache

from edifact_ics.guide.directory import Place

TRACE = "\0"  # where a trace attribute goes in a text
# Between the components of a value in a `sent` attribute: characters that no repertoire of UNB has.
PART = "\ue000"
SEGMENT_PART = "\ue001"  # between the segments of such a value
_UNHEX = re.compile(r"\\x([0-9A-F]{2})|\\u([0-9A-F]{4})")
_MARK = "~"
# A mark and what follows it: the attributes that are no trace, then the one that is.
_MARKED = re.compile(f'{TRACE}((?: (?:tag|at)="[^"]*")*)(?: sent="[^"]*")?')


def untraced(text: str) -> str:
    """Return XML in which marks stand as it is without trace."""
    return _MARKED.sub(r"\1", text) if ' sent="' in text else text.replace(TRACE, "")


@cache
def _unsafe() -> re.Pattern[str]:
    """Matches what stands in hex; made when it is first needed, for that takes a while."""
    return re.compile("[\x00-\x1f\x7f-\x9f\\\\\ud800-\udfff\ue000\ue001\ufffe\uffff]")


def to_hex(text: str, also: str = "") -> str:
    """Return a text for an attribute: control characters, the backslash and those of `also` as `\\x0D`."""
    text = _unsafe().sub(_hex, text)
    for char in also:
        text = text.replace(char, _hex_of(char))
    return text


def _hex(match: re.Match[str]) -> str:
    return _hex_of(match.group())


def _hex_of(char: str) -> str:
    return f"\\x{ord(char):02X}" if ord(char) < 256 else f"\\u{ord(char):04X}"


def from_hex(text: str) -> str:
    """The inverse of `to_hex`."""
    return _UNHEX.sub(lambda m: chr(int(m.group(1) or m.group(2), 16)), text) if "\\" in text else text


def attribute(name: str, value: str) -> str:
    """Return an XML attribute with a blank in front, its value escaped by `to_hex` and for XML."""
    return written_attribute(name, to_hex(value))


def insertions(written: str, sent: str) -> str | None:
    """Return what must be inserted into `written` to give `sent`, as `1A2B!12~?,30~:+`; None when that is not enough.

    Offsets count from 0 in `sent`; in front stands a checksum of `written`, since the script fits no other text. Only
    service characters can differ so: superfluous releases and separators.
    """
    found: list[str] = []
    at = last = 0
    for index, char in enumerate(sent):
        if at < len(written) and written[at] == char:
            at += 1
            continue
        if found and last == index - 1:
            found[-1] += char
        else:
            found.append(f"{index}{_MARK}{char}")
        last = index
    if not found or at != len(written):
        return "" if at == len(written) else None
    return f"{_checksum(written)}!" + ",".join(to_hex(item, ",; ") for item in found)


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'surrogateescape')) & 0xFFFF:04X}"


def insert(text: str, script: str) -> str:
    """Return `text` with what `insertions` found put in again; as it is when it was changed since."""
    checksum, _, script = script.partition("!")
    if checksum != _checksum(text):
        return text
    out, at, length = [], 0, 0
    for item in script.split(","):
        index, _, chars = item.partition(_MARK)
        chars = from_hex(chars)
        keep = int(index) - length
        out += [text[at : at + keep], chars]
        at += keep
        length += keep + len(chars)
    return "".join(out) + text[at:]


def written_attribute(name: str, text: str) -> str:
    """Return an attribute whose text is written in hex where needed already."""
    return f' {name}="{escape(text).replace(chr(34), "&quot;")}"'


def escape(text: str) -> str:
    """Return a text escaped for XML content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def notes_by_segment(text: str) -> dict[int, str]:
    """Return what is remembered of the segments of a message, by their numbers."""
    found = {}
    for item in text.split(" "):
        number, _, note = item.partition(":")
        if number.isdecimal() and len(number) < 9:
            found[int(number)] = note
    return found


def parse_note(note: str) -> tuple[dict[Place, str], str]:
    """Return the components sent otherwise than fixed, and the script of what must be inserted.

    A `!` says that the terminator was lost, which is for whoever writes the terminators.
    """
    constants: dict[Place, str] = {}
    script = ""
    for part in filter(None, note.split(";")):
        if part.startswith("@"):
            script = part[1:]
        elif part != "!":
            place, _, text = part.partition("=")
            first, _, second = place.partition(".")
            constants[place_of(first, second)] = from_hex(text)
    return constants, script


def place_of(element: str, component: str) -> Place:
    """Return a place written as two numbers; raise ValueError when no segment can have it."""
    if not (element.isdecimal() and component.isdecimal() and len(element) < 4 and len(component) < 4):
        raise ValueError(f"{element[:20]}.{component[:20]} is no place of a component")
    return int(element), int(component)
