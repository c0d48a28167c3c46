"""A segment as such: its tag, which use of its row it is, its mandatory parts, what is fixed in it."""

from __future__ import annotations

from edifact_ics.guide.directory import code_titles
from edifact_ics.guide.mig_tree import Use
from edifact_ics.segment.reading import Reading
from edifact_ics.segment.values import clean


def check_tag(reading: Reading) -> None:
    """Report a tag that brings components of its own."""
    tag = reading.elements[0]
    if tag != [reading.row.segment.tag]:
        sent = reading.delimiters.component.join(tag)
        tag_wanted = reading.row.segment.tag
        text = f"{sent!r} is no segment tag; {tag_wanted} was expected, followed by {reading.delimiters.element!r}."
        reading.add("SYN-08", None, None, text, value=sent)


def uses_of(reading: Reading) -> list[int]:
    """Return the indexes of the uses that a segment is; report when there is none, or none for this place."""
    row = reading.row
    uses = row.uses_of(reading.elements)
    if not uses:
        _no_use(reading)
        return []
    first = uses[0]
    for index in uses:
        reading.covered.update(c.place for c in row.segment.uses[index].keys)
    for condition in row.segment.uses[first].when:
        if not reading.context.get(condition, True):
            place = (row.segment.uses[first].keys or (condition,))[0].place
            said = reading.at(place)
            above = next(x for x in row.layout.mig.segments() if x.position == condition.position)
            wanted = f"{above.tag}+{' or '.join(condition.values)}"
            text = f"{row.segment.tag} {said} belongs below {wanted}, which is not what stands above it."
            reading.add("STR-18", place[0], reading.part(place), text, value=said)
            reading.said.add(place[0])
            reading.astray = condition
    return uses


def _no_use(reading: Reading) -> None:
    """Say which qualifier is missing or unknown: the first place at which no use fits what was sent."""
    row = reading.row
    uses = [use for use in row.segment.uses if use.keys]
    # Elements that were sent come first: what is wrong is more likely in them than that others are missing.
    sent = {number for number, parts in enumerate(reading.elements) if any(parts)}
    candidates = sorted(row.key_places(), key=lambda p: p[0] not in sent)
    place = candidates[0]
    fitting = uses
    for candidate in candidates:
        said = reading.at(candidate)
        allowed = [u for u in fitting if any(c.place == candidate and said in c.values for c in u.keys)]
        if not allowed and any(c.place == candidate for u in fitting for c in u.keys):
            place = candidate
            break
        fitting = allowed or fitting
    said = reading.at(place)
    allowed_values = list(dict.fromkeys(v for u in fitting for c in u.keys if c.place == place for v in c.values if v))
    wanted = ", ".join(allowed_values[:15]) + (", …" if len(allowed_values) > 15 else "")
    part = reading.part(place)
    name = row.segment.type.element(place).name.lower()
    reading.said.add(place[0])
    reading.covered.add(place)
    if not said:
        code = "STR-10" if part is None else "STR-11"
        if not any(reading.elements[place[0]] if place[0] < len(reading.elements) else []):
            code, part = "STR-10", None
        reading.add(code, place[0], part, f"{row.segment.tag} has no {name}; one of {wanted} is wanted.")
        return
    title = code_titles().get((row.segment.type.element(place).id, said))
    known = f" ({title})" if title else ""
    text = f"{row.segment.tag} with {name} {said!r}{known} is not used here; the guide has {wanted}."
    reading.add("STR-18" if title else "STR-14", place[0], part, text, value=said)


def check_shape(reading: Reading) -> None:
    """Mandatory elements and components of the directory, and more of them than it knows."""
    kind = reading.row.segment.type
    for number, slot in enumerate(kind.slots, 1):
        parts = reading.elements[number] if number < len(reading.elements) else []
        if len(parts) > len(slot.components):
            if number not in reading.said:
                most = len(slot.components)
                text = f"Element {number} of {kind.tag} has {len(parts)} components, at most {most} exist."
                reading.add("STR-09", number, most + 1, text, value=parts[most] or None)
            reading.said.add(number)
        if number in reading.said:
            continue
        if not any(parts):
            if slot.mandatory:
                name = slot.components[0].name if not slot.composite else slot.id
                reading.add("STR-10", number, None, f"{kind.tag} lacks its element {number} ({name}).")
                reading.said.add(number)
            continue
        for index, element in enumerate(slot.components, 1):
            if element.mandatory and not reading.at((number, index)):
                text = f"{kind.tag} lacks component {index} of element {number} ({element.name})."
                reading.add("STR-11", number, index if slot.composite else None, text)
                reading.said.add(number)
                break
    most = len(kind.slots)
    if len(reading.elements) - 1 > most:
        text = f"{kind.tag} has {len(reading.elements) - 1} elements, at most {most} exist."
        reading.add("STR-08", most + 1, None, text, value=":".join(reading.elements[most + 1]) or None)


def check_fixed(reading: Reading, use: Use) -> None:
    """Report what stands otherwise than the guide fixes it."""
    row = reading.row
    carried = {value.places[0] for value in use.values}  # blanks around a value are cleaned away
    grid = {(e, c): text for e, parts in enumerate(reading.elements) if e for c, text in enumerate(parts, 1) if text}
    for condition in use.fixed:
        place = condition.place
        reading.covered.add(place)
        if not row.fixed_checked or place[0] in reading.said:
            continue
        said = reading.at(place)
        read = clean(said) if place in carried else said
        if condition.holds(read) or (not said and not row.is_fixed(use, place, grid)):
            continue
        part = reading.part(place)
        wanted = " or ".join(v or "nothing" for v in condition.values)
        name = row.segment.type.element(place).name.lower()
        if said:
            text = f"{row.segment.tag} has {name} {said!r} where the guide fixes {wanted}."
            reading.add("STR-15", place[0], part, text, value=said, hint=f"Write {condition.values[0]}.")
        else:
            text = f"{row.segment.tag} lacks its {name}; the guide fixes {wanted}."
            whole = not any(reading.elements[place[0]]) if place[0] < len(reading.elements) else True
            code = "STR-10" if whole or part is None else "STR-11"
            reading.add(code, place[0], None if whole else part, text, hint=f"Write {condition.values[0]}.")
        reading.said.add(place[0]) if place in {p for v in use.values for p in v.places} else None
