"""An envelope of our own around messages of a client: new UNB, UNZ and reference, the bytes from UNH to UNT kept."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from edifact_ics.bureau.service.canberra import stamp
from edifact_ics.bureau.service.manifest import Entry, Manifest
from edifact_ics.syntax.characters import join_elements


def enveloped(sent: Manifest, entries: Sequence[Entry], recipient: str, reference: str, at: datetime.datetime) -> bytes:
    """Return an interchange with some messages of another, from the same site and owner, under a reference of ours."""
    old = sent.interchange
    now = stamp(at)
    header = [
        ["UNB"],
        ["UNOC", "3"],
        [old.value(2), "", old.value(2, 3)],
        [recipient],
        [now.strftime("%y%m%d"), now.strftime("%H%M")],
        [reference],
        *([""], [""], [""]),
        ["1"],
        *([[""], ["1"]] if sent.is_test else []),
    ]
    marks = old.delimiters
    end = marks.terminator
    written = [join_elements(header, marks), *(raw for entry in entries for raw in entry.raws)]
    written.append(join_elements([["UNZ"], [str(len(entries))], [reference]], marks))
    return (old.una + "".join(f"{raw}{end}" for raw in written)).encode("iso8859-1")
