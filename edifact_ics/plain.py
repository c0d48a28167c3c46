"""A segment in which nothing is out of the ordinary, read in one stroke."""

from __future__ import annotations

from edifact_ics.interpreted import Interpreted
from edifact_ics.row import Row, Spot
from edifact_ics.syntax import split_elements
from edifact_ics.trace import escape


def read_plain(row: Row, raw: str) -> Interpreted | None:
    """Read a segment in which nothing is out of the ordinary; None when that is not so.

    Everything sent must be a value that is surely sound, a qualifier, or what the guide fixes, each in its place, and
    nothing may be written otherwise than it would be.
    """
    if not raw.isprintable() or row.syntax != "UNOC" or "  " in raw:
        return None
    delimiters = row.delimiters
    uses = row.uses_in(raw)
    plan = row.plans[uses[0]] if len(uses) == 1 else None
    match = plan.match(raw) if plan is not None else None
    if plan is None or match is None or raw[-1] in row.separators or row.empty_end in raw:
        return None
    read: list[tuple[int, Spot, str]] = []
    for spot, text in zip(plan.spots, match.groups(), strict=True):
        if not text:
            if spot.value.mandatory:
                return None
            continue
        if delimiters.release in text:
            text = "".join(split_elements(text, delimiters)[0])
        if not spot.accepts(text) or text[0] == " " or text[-1] == " ":
            return None
        if spot.slot >= 0:
            read.append((spot.index, spot, text))
    elements = split_elements(raw, delimiters) if row.referred or not read else None
    if not read:
        return Interpreted(tuple(uses), carrier=plan.id, elements=elements) if row.derived else None
    if plan.shuffled:
        read.sort()
    found = tuple([(spot.value, (spot.code and "Y") or text) for _, spot, text in read])
    xml = [(spot.slot, f"{spot.start}{(spot.code and 'Y') or _escaped(text)}{spot.end}") for _, spot, text in read]
    if plan.wrap:
        xml = [(xml[0][0], f"<{plan.wrap}>{''.join([text for _, text in xml])}</{plan.wrap}>")]
    return Interpreted(tuple(uses), tuple(xml), None, found, elements=elements)


def _escaped(text: str) -> str:
    """Return a printable text escaped for XML."""
    return escape(text) if "&" in text or "<" in text or ">" in text else text
