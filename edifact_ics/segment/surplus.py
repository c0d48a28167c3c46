"""What no row explains in a segment, and how the text sent differs from the one that would be written."""

from __future__ import annotations

from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import UNMAPPED
from edifact_ics.guide.mig_tree import Use
from edifact_ics.segment.interpreted import Interpreted, Kinds, keep
from edifact_ics.segment.reading import Reading
from edifact_ics.segment.row import component, to_elements
from edifact_ics.segment.trace import insertions, to_hex
from edifact_ics.syntax.characters import join_elements
from edifact_ics.syntax.repertoire import decode, encode, outside, shown


def check_surplus(reading: Reading, out: Interpreted) -> None:
    """What no row explains, and how the text sent differs from the one that would be written."""
    row, kind = reading.row, reading.row.segment.type
    uses = [row.segment.uses[i] for i in out.uses]
    left: list[tuple[Place, str]] = []
    for number, parts in enumerate(reading.elements):
        if not number or parts == [""]:
            continue
        spare = [(number, i) for i, text in enumerate(parts, 1) if text and (number, i) not in reading.covered]
        left += [(place, reading.at(place)) for place in spare]
        if not spare or not uses or number in reading.said or number > len(kind.slots):
            continue
        slot = kind.slots[number - 1]
        known = {p[0] for p in reading.covered}
        texts = ":".join(reading.at(p) for p in spare)
        if not slot.composite or number not in known:
            name = slot.components[0].name if not slot.composite else slot.id
            message = f"{kind.tag} element {number} ({name}) is not used here; {texts[:60]!r} was sent."
            reading.add("STR-12", number, None, message, value=texts[:200])
        else:
            for place in spare:
                name = slot.components[place[1] - 1].name
                where = f"{kind.tag} element {number}, component {place[1]} ({name})"
                message = f"{where} is not used here; {reading.at(place)[:60]!r} was sent."
                reading.add("STR-13", number, place[1], message, value=reading.at(place)[:200])
    _check_repertoire(reading, left)
    if not uses or reading.elements[0] != [kind.tag]:
        left = [((e, c), t) for e, parts in enumerate(reading.elements) if e for c, t in enumerate(parts, 1) if t]
        out.slots = out.xml = ()
        out.kinds, out.texts = Kinds(), ()
        out.carrier = ""
    out.unmapped = tuple(left)
    out.sent = _difference(reading, uses, out)
    if left or not uses:
        xml = keep(reading.elements[0], left)
        out.slots += (UNMAPPED,) * len(xml)
        out.xml += xml


def _check_repertoire(reading: Reading, left: list[tuple[Place, str]]) -> None:
    if any(f.code == "SYN-05" for f in reading.findings):
        return
    index = outside(decode(reading.raw, reading.row.syntax), reading.row.syntax)
    if index is None:
        return
    for number, parts in enumerate(reading.elements):
        for i, text in enumerate(parts, 1):
            wrong = outside(text, reading.row.syntax)
            if wrong is not None:
                message = f"The character {shown(text[wrong])} is not in the repertoire {reading.row.syntax}."
                # It is also why the value is unknown or misplaced: one cause, one finding.
                known = reading.row.uses_of(reading.elements)
                reading.findings = [f for f in reading.findings if f.element != number and known]
                reading.add(
                    "SYN-05", number or None, reading.part((number, i)) if number else None, message, value=text[:200]
                )
                return


def _difference(reading: Reading, uses: list[Use], out: Interpreted) -> str:
    row = reading.row
    texts: dict[Place, str] = dict(out.unmapped)
    kept = {value.xml for value in out.kinds}
    blanks = False  # a component was sent that holds only blanks: no element will remember it
    for use in uses if out.kinds or out.carrier else []:
        for value in use.values:
            if value.derived or value.xml in kept:
                for p in value.places:
                    if reading.at(p):
                        texts[p] = reading.at(p)
            elif not value.code:
                for p in value.places:  # only blanks were sent, or it has another name in this context
                    if reading.at(p) and p not in texts and not _named(use, p, kept):
                        texts[p] = reading.at(p)
                        blanks = True
    passes = 1
    if uses and (out.kinds or out.carrier):
        grid = row.compose(uses, texts)
        if not blanks and reading.raw.isascii() and join_elements(grid, reading.delimiters) == reading.raw:
            return ""
        passes = 2  # what is noted may bring in what is fixed beside it
    else:
        grid = to_elements(reading.elements[0][0], texts)
        if len(reading.elements[0]) > 1:
            grid[0] = reading.elements[0]
    noted: dict[Place, str] = {}
    for _ in range(passes):
        for number in range(1, max(len(grid), len(reading.elements))):
            if number >= len(grid) and reading.elements[number] == [""]:
                continue
            for i in range(1, 1 + max(_width(grid, number), _width(reading.elements, number))):
                place = (number, i)
                had, sent = component(grid, place), reading.at(place)
                blank = any(place in v.places for u in uses for v in u.values if v.xml not in kept and not v.derived)
                if place not in noted and (had != sent or (blank and sent and place not in dict(out.unmapped))):
                    noted[place] = sent
        grid = row.compose(uses, texts, noted) if passes > 1 else grid
    notes = [f"{number}.{i}={to_hex(sent, ', ;')}" for (number, i), sent in sorted(noted.items())]
    encoded = [[encode(c, row.syntax) for c in e] for e in reading.elements]
    written_raw = join_elements(encoded, reading.delimiters)
    script = insertions(written_raw, reading.raw)
    if script:
        notes.append(f"@{script}")
    return ";".join(notes)


def _named(use: Use, place: Place, kept: set[str]) -> bool:
    return any(place in v.places and v.xml in kept for v in use.values)


def _width(elements: list[list[str]], number: int) -> int:
    return len(elements[number]) if number < len(elements) else 0
