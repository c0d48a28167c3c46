"""What was sent before, as cases are given it: messages judged one after the other, by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from edifact_ics import check
from edifact_ics.history import Key, Memory, Standing
from tests.rules.bases import made

CLIENT = "KBR417H"
# The documents of the bases `change` and `withdraw`, as originals.
FIRST = ("sea", "SenderReference=KB2611-0035/A; TransportLine[1]/PackingUnitCount=-")
OTHER = ("sea", "SenderReference=KB2611-0029")
BAD = "; AirlineCode=QF"


class Past(Memory):
    """A history in which messages were judged, one after the other.

    `locked`: a sender reference touched on line. `identifiers`: those of Customs, by sender reference; `document` is
    what they are of.
    """

    def __init__(
        self,
        *messages: tuple[str, str],
        locked: str = "",
        identifiers: dict[str, str] | None = None,
        document: str = "IMD",
    ) -> None:
        super().__init__()
        self._locked = ""
        self._document = document
        self._identifiers = identifiers or {}
        for number, (base, edits) in enumerate(messages):
            check(re.sub(rb"2026\d{8}", b"%d" % number, made(base, edits)), journal=self)
        self._locked = locked

    def standing(self, key: Key) -> Standing:
        return super().standing(key)._replace(locked=key.reference == self._locked)

    def declaration(self, identifier: str) -> Key | None:
        reference = self._identifiers.get(identifier)
        return Key(CLIENT, self._document, reference) if reference else None


# The declaration that the base `n30` takes goods out of: its line 2 comes and goes.
STORED = (
    "prelodge",
    "PreLodgementIndicator=-; Line[2]=Line[1]; Line[2]/LineNumber=2; Line[3]=Line[1]; Line[3]/LineNumber=3",
)
DELETES = (
    "change",
    "SenderReference=KB2611-0047; HeaderNatureType=N20; ModeOfTransport=A; VoyageNumber=-; VesselIdentifier=-; "
    "Line[1]=-; TransportLine[2]=-; TransportLine[1]=-",
)

# The claim that the bases `drwbck-change` and `drwbck-withdraw` quote.
CLAIM: dict[str, Any] = {"identifiers": {"DFA3K71QX": "KB2611-D004"}, "document": "DRWBCK"}

PASTS: dict[str, Callable[[], Past]] = {
    "nothing-sent": lambda: Past(),
    "sea-accepted": lambda: Past(("sea", "")),
    "sea-rejected": lambda: Past(("sea", "SenderReferenceVersion=3" + BAD)),
    "originals-accepted": lambda: Past(FIRST, OTHER),
    "originals-rejected": lambda: Past(*((base, edits + BAD) for base, edits in (FIRST, OTHER))),
    "change-sent-before": lambda: Past(FIRST, ("change", "")),
    "later-change-accepted": lambda: Past(FIRST, ("change", "SenderReferenceVersion=7")),
    "later-change-rejected": lambda: Past(FIRST, ("change", "SenderReferenceVersion=7" + BAD)),
    "both-withdrawn": lambda: Past(
        FIRST, OTHER, ("withdraw", "SenderReference=KB2611-0035/A"), ("withdraw", "SenderReferenceVersion=3")
    ),
    "touched-on-line": lambda: Past(FIRST, locked="KB2611-0035/A"),
    "goods-warehoused": lambda: Past(STORED, identifiers={"AFH7719CQ": "KB2611-0047"}),
    "goods-deleted": lambda: Past(STORED, DELETES, identifiers={"AFH7719CQ": "KB2611-0047"}),
    "not-warehoused": lambda: Past(FIRST, identifiers={"AFH7719CQ": "KB2611-0035/A"}),
    "imped1-accepted": lambda: Past(("imped1", "")),
    "claimed": lambda: Past(("drwbck", "SenderReference=KB2611-D004"), **CLAIM),
    "claim-changed": lambda: Past(
        ("drwbck", "SenderReference=KB2611-D004"), ("drwbck-change", "SenderReferenceVersion=2"), **CLAIM
    ),
    "release-deleted": lambda: Past(("imped1", ""), ("imped1-change", "RCR[1]/SubHeaderLineActionCode=D")),
    "pre-lodged": lambda: Past(("prelodge", "")),
}


@cache
def past(name: str) -> Past:
    """Return a past by its name; a check asks it, and does not change it."""
    return PASTS[name]()
