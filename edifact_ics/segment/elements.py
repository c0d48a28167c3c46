"""The values of a segment: each cleaned, judged, and written as XML."""

from __future__ import annotations

from typing import TypedDict

from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import Plan, written
from edifact_ics.guide.mig_tree import Use, Value
from edifact_ics.segment import values
from edifact_ics.segment.interpreted import Interpreted, Kinds, safe
from edifact_ics.segment.reading import Reading
from edifact_ics.segment.row import cut
from edifact_ics.segment.trace import PART, TRACE, attribute
from edifact_ics.syntax.repertoire import outside, shown


class _About(TypedDict):
    """What all findings of one value say: its name, its path and where that stands in the frame."""

    name: str
    path: str | None
    slot: int | None


def read_values(reading: Reading, uses: list[Use], out: Interpreted) -> None:
    """Put the values of the uses that a segment is into `out`, and their XML."""
    layout = reading.row.layout
    slots: list[int] = []
    xml: list[str] = []
    found: list[tuple[Value, str]] = []
    runs: list[tuple[int, Value, str, str]] = []
    for use in uses:
        plan = layout.plans.get(use.id)
        inner: list[str] = []
        for value in use.values:
            if any(not reading.context.get(c, True) for c in value.when):
                continue
            reading.covered.update(value.places)
            texts = [reading.at(p) for p in value.places]
            for one in _single(texts) if value.parts == "each" else [texts]:
                text = _clean(reading, value, one, use, plan)
                if value.derived or not text or plan is None:
                    continue
                found.append((value, text))
                index = written(use).index(value)
                if value.segments > 1:
                    runs.append((plan.slots[index], value, text, PART.join(one)))
                    continue
                shown = safe(text)
                piece = f"<{value.xml}{TRACE}{_sent(reading, value, one, text)}>{shown}</{value.xml}>"
                if plan.wrap:
                    inner.append(piece)
                else:
                    slots.append(plan.slots[index])
                    xml.append(piece)
        if inner and plan is not None:
            out.joins = out.joins or plan.joins
            slots.append(plan.slot)
            xml.append(f"<{plan.wrap}>{''.join(inner)}</{plan.wrap}>")
    out.kinds, out.texts = Kinds([value for value, _ in found]), tuple([text for _, text in found])
    out.slots, out.xml, out.runs = tuple(slots), tuple(xml), tuple(runs)
    if uses and not found:
        out.carrier = uses[0].id
    if uses:
        _say_nothing(reading, uses, {value.xml for value, _ in found})


def _single(texts: list[str]) -> list[list[str]]:
    """Return the components of a value that are elements of their own: each in its place, the others empty."""
    blank = [""] * len(texts)
    return [[*blank[:number], text, *blank[number + 1 :]] for number, text in enumerate(texts) if text] or [texts]


def _say_nothing(reading: Reading, uses: list[Use], found: set[str]) -> None:
    """Remark that a segment brings nothing but its qualifier, though it could."""
    keys = {c.place for use in uses for c in use.keys}
    wanted = [v for use in uses for v in use.values if not v.derived and (v.places[0] not in keys or v.code)]
    if any(v.places[0] in keys and not v.code for use in uses for v in use.values):
        wanted = wanted[:1]  # the qualifier is a value as well: what it is said of must be there
    carries = any(use.carrier or not use.values for use in uses)
    if wanted and not carries and not reading.findings and not any(v.xml in found for v in wanted):
        place = wanted[0].places[0]
        text = f"{reading.row.segment.tag} has no {wanted[0].name}."
        reading.add("STR-16", place[0], reading.part(place), text, name=wanted[0].name)


def _clean(reading: Reading, value: Value, texts: list[str], use: Use, plan: Plan | None) -> str:
    """Return the cleaned value, having reported its first fault."""
    joined = values.joined(value, texts)
    place = value.places[0]
    part = reading.part(place)
    index = written(use).index(value) if not value.derived else 0
    slot = None if plan is None or value.derived else (plan.slot if plan.wrap else plan.slots[index])
    path = "/".join((*use.container, value.xml)) if plan is not None and not value.derived else None
    more: _About = {"name": value.name, "path": path, "slot": slot}
    if value.code:
        return "Y" if joined == value.code else _other_code(reading, value, joined, place, part, more)
    cleaned = joined if joined.isalnum() else values.clean(joined)
    text = values.numeral(value, cleaned, reading.delimiters.decimal)
    if not joined or not text:
        if value.mandatory and place[0] not in reading.said:
            whole = part is None or not any(reading.elements[place[0]] if place[0] < len(reading.elements) else [])
            code = "STR-10" if whole else "STR-11"
            reading.said.add(place[0])
            reading.add(
                code, place[0], None if whole else part, f"{reading.row.segment.tag} lacks the {value.name}.", **more
            )
        elif joined:
            reading.add("VAL-10", place[0], part, f"{value.name} holds only blanks and counts as not sent.", **more)
        return ""
    for number, sent in enumerate(texts):
        wrong = outside(sent, reading.row.syntax)
        if wrong is not None:
            spot = reading.part(value.places[number])
            char, known = shown(sent[wrong]), reading.row.syntax
            message = f"{value.name} holds the character {char}, which is not in the repertoire {known}."
            reading.add("SYN-05", value.places[number][0], spot, message, value=joined[:200], **more)
            return text
    if len(texts) > 1 and not _check_parts(reading, value, texts, more):
        return text
    element = reading.row.segment.type.element(place)
    fault = None if _is_otherwise(reading, value, use) else values.fault(value, text, element.id)
    if fault is not None and place[0] not in reading.said:
        message = f"{value.name} is {text[:60]!r}; {fault.expected}."
        source = f"{reading.row.source}, {value.basis}"
        reading.add(fault.code, place[0], part, message, value=text[:200], hint=fault.hint, source=source, **more)
    elif cleaned != joined:
        reading.add("VAL-10", place[0], part, f"{value.name} was cleaned to {text[:60]!r}.", value=joined[:200], **more)
    return text


def _is_otherwise(reading: Reading, value: Value, use: Use) -> bool:
    """Tell whether a date is said to be in another form than the guide fixes: that was reported, and is the cause."""
    if value.type != "date":
        return False
    beside = [c for c in use.fixed if c.place[0] == value.places[0][0]]
    return any(reading.at(c.place) and not c.holds(reading.at(c.place)) for c in beside)


def _check_parts(reading: Reading, value: Value, texts: list[str], more: _About) -> bool:
    """Tell whether each component of a value that runs over several fits; report the first that does not."""
    for place, text, room in zip(value.places, texts, reading.row.capacity(value), strict=True):
        if len(values.clean(text)) > room:
            message = f"Part {value.places.index(place) + 1} of {value.name} has {len(text)} characters; {room} fit."
            reading.add("VAL-01", place[0], reading.part(place), message, value=text[:200], **more)
            return False
    return True


def _other_code(reading: Reading, value: Value, sent: str, place: Place, part: int | None, more: _About) -> str:
    if sent and place not in {c.place for u in reading.row.segment.uses for c in u.keys}:
        message = f"{value.name} is {sent[:60]!r}; only {value.code} is allowed, or nothing."
        reading.add("VAL-05", place[0], part, message, value=sent[:200], **more)
    return ""


def _sent(reading: Reading, value: Value, texts: list[str], text: str) -> str:
    """Return the attribute that remembers a value sent otherwise than it would be written."""
    if value.code:
        return ""
    trimmed = list(texts)
    while len(trimmed) > 1 and not trimmed[-1]:
        trimmed.pop()
    if cut(values.marked(value, text, reading.delimiters.decimal), value, reading.row.capacity(value)) == trimmed:
        return ""
    return attribute("sent", PART.join(trimmed))
