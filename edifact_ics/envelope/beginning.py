"""The beginning of a file: where EDIFACT begins in it, and what it may be where that is nowhere."""

from __future__ import annotations

import re

from edifact_ics.codes import finding
from edifact_ics.finding import Finding, Position

_BLANK = " \t\r\n"
_START = re.compile("UNA.{6}|(?i:UN[BH])\\+", re.S)
_LATER = re.compile("UNA[^\\w\\s]{2}.{2}.[^\\w\\s]\\s*UNB|UNB\\+UNO", re.S)  # where there is something else in front


def beginning(ahead: str) -> int | None:
    """Return how many characters stand in front of the first segment, line ends not counted; None: it is none."""
    if _START.match(ahead.lstrip(_BLANK)):
        return 0
    match = _LATER.search(ahead)
    return match.start() if match is not None else None


def no_edifact(ahead: str) -> Finding:
    """Say that a file is no EDIFACT, and what to do with it."""
    body = ahead.lstrip(_BLANK)
    if not body:
        return finding("SYN-01", Position(0, 1, 1), "The file is empty.")
    text = f"The file is no EDIFACT: it begins with {ahead[:20]!r}, not with UNA, UNB or UNH."
    return finding("SYN-01", Position(0, 1, 1), text, ahead[:20], _taken_for(body))


def _taken_for(body: str) -> str | None:
    """Return what to do with a file that begins like something else than EDIFACT."""
    if body[:1] in ("{", "["):
        return "This looks like JSON, which is written but not read: give the EDIFACT or the canonical XML."
    if body[:3] != body[:3].upper() and body[:3].lower() in ("una", "unb", "unh"):
        return "Tags are written in capitals."
    if body.startswith(("\xff\xfe", "\xfe\xff", "U\0N\0", "\0U\0N")):
        return "This looks like UTF-16: save the file as ISO 8859-1."
    return None
