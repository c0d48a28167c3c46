"""The character repertoires of UNB 0001: what a byte means in each, and which characters each one lacks."""

from __future__ import annotations

import re
from functools import cache

# UNB 0001 and what it means. Each repertoire is one byte a character, so offsets hold.
REPERTOIRES = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
}
_CONTROL = "\x01-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f"
_OUTSIDE = {
    "UNOA": "[^A-Z0-9 .,\\-()/=!\"%&*;<>'+:?\x00\r\n]",
    "UNOB": "[^ -~\x00\r\n]",
    "UNOC": f"[{_CONTROL}]",
}
_OUTSIDE_OTHER = f"[{_CONTROL}\udc80-\udcff]"


def decode(text: str, identifier: str) -> str:
    """Return what the characters of `text` mean in a repertoire; a byte it does not define becomes U+DC80 to U+DCFF."""
    codec = REPERTOIRES.get(identifier, "iso8859-1")
    if text.isascii() or codec in ("ascii", "iso8859-1"):
        return text
    return text.encode("iso8859-1").decode(codec, "surrogateescape")


def encode(text: str, identifier: str) -> str:
    """Return a value as it travels in a repertoire, the inverse of `decode`; raise UnicodeEncodeError if it cannot."""
    codec = REPERTOIRES.get(identifier, "iso8859-1")
    if text.isascii():
        return text
    return text.encode("iso8859-1" if codec == "ascii" else codec, "surrogateescape").decode("iso8859-1")


def outside(text: str, identifier: str) -> int | None:
    """Return the index of the first character that the repertoire lacks, or None.

    Nulls and line ends are let through: they are cleaned away (Common Messaging Rule 4). ISO 9735, 5.
    """
    match = _lacking(_OUTSIDE.get(identifier, _OUTSIDE_OTHER)).search(text)
    return match.start() if match else None


@cache
def _lacking(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)  # when a text is the first to be held against a repertoire: most meet one of them


def shown(char: str) -> str:
    """Return a character for a sentence: quoted, or its number where it cannot be printed."""
    return f"{char!r}" if char.isprintable() else f"0x{ord(char) & 0xFF:02X}"
