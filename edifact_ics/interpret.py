"""One segment by its guide row: which use it is, its values, their faults, and its canonical XML text.

`Row.interpret` is a pure function of the segment's raw text (and of the few conditions its row puts on segments
before it), so its results are cached: most segments of real traffic repeat. Nothing here knows other segments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from edifact_ics import values
from edifact_ics.directory import Place, code_titles
from edifact_ics.finding import CODES, Severity
from edifact_ics.layout import UNMAPPED, Plan, written
from edifact_ics.mig import Condition, Use, Value
from edifact_ics.row import Row, Spot, component, cut, to_elements
from edifact_ics.syntax import Delimiters, decode, encode, join_elements, outside, split_elements
from edifact_ics.trace import PART, TRACE, attribute, escape, insertions, to_hex

_UNSAFE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ElementFinding:
    """A finding inside one segment: `element` and `component` count from 1, None means the segment itself.

    `path` is the element's place in the canonical document below its frame, `slot` where that stands in the frame.
    """

    code: str
    severity: Severity
    element: int | None
    component: int | None
    message: str
    value: str | None = None
    name: str | None = None
    path: str | None = None
    slot: int | None = None
    source: str | None = None
    hint: str | None = None


@dataclass(slots=True)
class Interpreted:
    """What one segment says.

    `uses` are the indexes of the uses it is, `parts` its XML by slot, `traced` the same with marks where the trace
    attributes go (see `TRACE`; None: every element that holds text takes one). `values` are the data elements with
    their cleaned texts. `carrier` is the id of the use when it brings no element of the document. `sent` says how the
    text sent differs from the one that would be written ("" when it does not). `runs` holds parts of values that run
    over several segments: slot, value, text, components. `faulty`: an error stands among the findings. `elements` are
    the components as sent, unescaped.
    """

    uses: tuple[int, ...] = ()
    parts: tuple[tuple[int, str], ...] = ()
    traced: tuple[tuple[int, str], ...] | None = ()
    values: tuple[tuple[Value, str], ...] = ()
    findings: tuple[ElementFinding, ...] = ()
    carrier: str = ""
    sent: str = ""
    joins: bool = False
    runs: tuple[tuple[int, Value, str, str], ...] = ()
    faulty: bool = False
    unmapped: tuple[tuple[Place, str], ...] = ()
    elements: list[list[str]] | None = None

    def value(self, place: Place) -> str:
        """Return a component by its place, "" where nothing was sent."""
        elements = self.elements or []
        return component(elements, place)


def interpret(row: Row, raw: str, context: tuple[bool, ...] = ()) -> Interpreted:
    """Return what a segment says. `context` tells which of the row's conditions hold for the segments before it."""
    plain = _plain(row, raw) if all(context) else None
    return plain or _Reading(row, raw, dict(zip(row.conditions, context, strict=True))).result()


def _plain(row: Row, raw: str) -> Interpreted | None:
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


class _Reading:
    """The reading of one segment."""

    def __init__(self, row: Row, raw: str, context: dict[Condition, bool]) -> None:
        self._row = row
        self._raw = raw
        self._context = context
        self._delimiters = row.delimiters
        self._elements = split_elements(raw, self._delimiters)
        if not raw.isascii():
            self._elements = [[decode(c, row.syntax) for c in e] for e in self._elements]
        self._findings: list[ElementFinding] = []
        self._covered: set[Place] = set()
        self._said: set[int] = set()  # elements about which something was said already

    def _add(self, code: str, element: int | None, part: int | None, message: str, **more: str | int | None) -> None:
        source = more.pop("source", None) or self._row.source
        self._findings.append(
            ElementFinding(code, CODES[code].severity, element, part, message, source=source, **more)  # type: ignore[arg-type]
        )

    def _at(self, place: Place) -> str:
        return component(self._elements, place)

    def result(self) -> Interpreted:
        self._check_tag()
        uses = self._uses()
        self._check_shape()
        for index in uses:
            self._check_fixed(self._row.segment.uses[index])
        out = Interpreted(uses=tuple(uses), elements=self._elements)
        self._read_values([self._row.segment.uses[i] for i in uses], out)
        self._check_surplus(out)
        self._findings.sort(key=lambda f: (f.element or 0, f.component or 0))
        out.findings = tuple(self._findings)
        out.faulty = any(f.severity is Severity.ERROR for f in self._findings)
        return out

    # ------------------------------------------------------------------ the segment as such

    def _check_tag(self) -> None:
        tag = self._elements[0]
        if tag != [self._row.segment.tag]:
            sent = self._delimiters.component.join(tag)
            tag_wanted = self._row.segment.tag
            text = f"{sent!r} is no segment tag; {tag_wanted} was expected, followed by {self._delimiters.element!r}."
            self._add("SYN-08", None, None, text, value=sent)

    def _uses(self) -> list[int]:
        row = self._row
        uses = row.uses_of(self._elements)
        if not uses:
            self._no_use()
            return []
        first = uses[0]
        for index in uses:
            self._covered.update(c.place for c in row.segment.uses[index].keys)
        for condition in row.segment.uses[first].when:
            if not self._context.get(condition, True):
                place = (row.segment.uses[first].keys or (condition,))[0].place
                said = self._at(place)
                above = next(x for x in row.layout.mig.segments() if x.position == condition.position)
                wanted = f"{above.tag}+{' or '.join(condition.values)}"
                text = f"{row.segment.tag} {said} belongs below {wanted}, which is not what stands above it."
                self._add("STR-18", place[0], self._part(place), text, value=said)
                self._said.add(place[0])
        return uses

    def _part(self, place: Place) -> int | None:
        """The component to name for a place: None in a simple element."""
        slots = self._row.segment.type.slots
        return place[1] if place[0] <= len(slots) and slots[place[0] - 1].composite else None

    def _no_use(self) -> None:
        """Say which qualifier is missing or unknown: the first place at which no use fits what was sent."""
        row = self._row
        uses = [use for use in row.segment.uses if use.keys]
        # Elements that were sent come first: what is wrong is more likely in them than that others are missing.
        sent = {number for number, parts in enumerate(self._elements) if any(parts)}
        candidates = sorted(row.key_places(), key=lambda p: p[0] not in sent)
        place = candidates[0]
        fitting = uses
        for candidate in candidates:
            said = self._at(candidate)
            allowed = [u for u in fitting if any(c.place == candidate and said in c.values for c in u.keys)]
            if not allowed and any(c.place == candidate for u in fitting for c in u.keys):
                place = candidate
                break
            fitting = allowed or fitting
        said = self._at(place)
        allowed_values = list(
            dict.fromkeys(v for u in fitting for c in u.keys if c.place == place for v in c.values if v)
        )
        wanted = ", ".join(allowed_values[:15]) + (", …" if len(allowed_values) > 15 else "")
        part = self._part(place)
        name = row.segment.type.element(place).name.lower()
        self._said.add(place[0])
        self._covered.add(place)
        if not said:
            code = "STR-10" if part is None else "STR-11"
            if not any(self._elements[place[0]] if place[0] < len(self._elements) else []):
                code, part = "STR-10", None
            self._add(code, place[0], part, f"{row.segment.tag} has no {name}; one of {wanted} is wanted.")
            return
        title = code_titles().get((row.segment.type.element(place).id, said))
        known = f" ({title})" if title else ""
        text = f"{row.segment.tag} with {name} {said!r}{known} is not used here; the guide has {wanted}."
        self._add("STR-18" if title else "STR-14", place[0], part, text, value=said)

    def _check_shape(self) -> None:
        """Mandatory elements and components of the directory, and more of them than it knows."""
        kind = self._row.segment.type
        for number, slot in enumerate(kind.slots, 1):
            parts = self._elements[number] if number < len(self._elements) else []
            if len(parts) > len(slot.components):
                if number not in self._said:
                    most = len(slot.components)
                    text = f"Element {number} of {kind.tag} has {len(parts)} components, at most {most} exist."
                    self._add("STR-09", number, most + 1, text, value=parts[most] or None)
                self._said.add(number)
            if number in self._said:
                continue
            if not any(parts):
                if slot.mandatory:
                    name = slot.components[0].name if not slot.composite else slot.id
                    self._add("STR-10", number, None, f"{kind.tag} lacks its element {number} ({name}).")
                    self._said.add(number)
                continue
            for index, element in enumerate(slot.components, 1):
                if element.mandatory and not self._at((number, index)):
                    text = f"{kind.tag} lacks component {index} of element {number} ({element.name})."
                    self._add("STR-11", number, index if slot.composite else None, text)
                    self._said.add(number)
                    break
        most = len(kind.slots)
        if len(self._elements) - 1 > most:
            text = f"{kind.tag} has {len(self._elements) - 1} elements, at most {most} exist."
            self._add("STR-08", most + 1, None, text, value=":".join(self._elements[most + 1]) or None)

    def _check_fixed(self, use: Use) -> None:
        row = self._row
        grid = {(e, c): text for e, parts in enumerate(self._elements) if e for c, text in enumerate(parts, 1) if text}
        for condition in use.fixed:
            place = condition.place
            self._covered.add(place)
            if not row.fixed_checked or place[0] in self._said:
                continue
            said = self._at(place)
            if condition.holds(said) or (not said and not row.is_fixed(use, place, grid)):
                continue
            part = self._part(place)
            wanted = " or ".join(v or "nothing" for v in condition.values)
            name = row.segment.type.element(place).name.lower()
            if said:
                text = f"{row.segment.tag} has {name} {said!r} where the guide fixes {wanted}."
                self._add("STR-15", place[0], part, text, value=said, hint=f"Write {condition.values[0]}.")
            else:
                text = f"{row.segment.tag} lacks its {name}; the guide fixes {wanted}."
                whole = not any(self._elements[place[0]]) if place[0] < len(self._elements) else True
                code = "STR-10" if whole or part is None else "STR-11"
                self._add(code, place[0], None if whole else part, text, hint=f"Write {condition.values[0]}.")
            self._said.add(place[0]) if place in {p for v in use.values for p in v.places} else None

    # ------------------------------------------------------------------ values

    def _read_values(self, uses: list[Use], out: Interpreted) -> None:
        layout = self._row.layout
        parts: list[tuple[int, str]] = []
        traced: list[tuple[int, str]] = []
        found: list[tuple[Value, str]] = []
        runs: list[tuple[int, Value, str, str]] = []
        for use in uses:
            plan = layout.plans.get(use.id)
            inner: list[str] = []
            inner_traced: list[str] = []
            for value in use.values:
                if any(not self._context.get(c, True) for c in value.when):
                    continue
                self._covered.update(value.places)
                texts = [self._at(p) for p in value.places]
                text = self._clean(value, texts, use, plan)
                if value.derived or not text or plan is None:
                    continue
                found.append((value, text))
                index = written(use).index(value)
                if value.segments > 1:
                    runs.append((plan.slots[index], value, text, PART.join(texts)))
                    continue
                shown = safe(text)
                xml = f"<{value.xml}>{shown}</{value.xml}>"
                xml_traced = f"<{value.xml}{TRACE}{self._sent(value, texts, text)}>{shown}</{value.xml}>"
                if plan.wrap:
                    inner.append(xml)
                    inner_traced.append(xml_traced)
                else:
                    parts.append((plan.slots[index], xml))
                    traced.append((plan.slots[index], xml_traced))
            if inner and plan is not None:
                out.joins = out.joins or plan.joins
                around = (f"<{plan.wrap}>", f"</{plan.wrap}>")
                parts.append((plan.slot, "".join(inner).join(around)))
                traced.append((plan.slot, "".join(inner_traced).join(around)))
        out.values, out.parts, out.traced, out.runs = tuple(found), tuple(parts), tuple(traced), tuple(runs)
        if uses and not found:
            out.carrier = uses[0].id
            self._say_nothing(uses)

    def _say_nothing(self, uses: list[Use]) -> None:
        silent = all(use.values and not use.carrier and not all(v.derived for v in use.values) for use in uses)
        if silent and not self._findings:
            place = uses[0].values[0].places[0]
            text = f"{self._row.segment.tag} has no {uses[0].values[0].name}."
            self._add("STR-16", place[0], self._part(place), text, name=uses[0].values[0].name)

    def _clean(self, value: Value, texts: list[str], use: Use, plan: Plan | None) -> str:
        """Return the cleaned value, having reported its first fault."""
        joined = "".join(texts)
        place = value.places[0]
        part = self._part(place)
        index = written(use).index(value) if not value.derived else 0
        slot = None if plan is None or value.derived else (plan.slot if plan.wrap else plan.slots[index])
        path = "/".join((*use.container, value.xml)) if plan is not None and not value.derived else None
        more: dict[str, str | int | None] = {"name": value.name, "path": path, "slot": slot}
        if value.code:
            return "Y" if joined == value.code else self._other_code(value, joined, place, part, more)
        text = joined if joined.isalnum() else values.clean(joined)
        if not joined or not text:
            if value.mandatory and place[0] not in self._said:
                whole = part is None or not any(self._elements[place[0]] if place[0] < len(self._elements) else [])
                code = "STR-10" if whole else "STR-11"
                self._said.add(place[0])
                self._add(
                    code, place[0], None if whole else part, f"{self._row.segment.tag} lacks the {value.name}.", **more
                )
            elif joined:
                self._add("VAL-10", place[0], part, f"{value.name} holds only blanks and counts as not sent.", **more)
            return ""
        for number, sent in enumerate(texts):
            wrong = outside(sent, self._row.syntax)
            if wrong is not None:
                spot = self._part(value.places[number])
                char, known = _show(sent[wrong]), self._row.syntax
                message = f"{value.name} holds the character {char}, which is not in the repertoire {known}."
                self._add("SYN-05", value.places[number][0], spot, message, value=joined[:200], **more)
                return text
        if len(texts) > 1 and not self._check_parts(value, texts, more):
            return text
        element = self._row.segment.type.element(place)
        fault = values.fault(value, text, element.id)
        if fault is not None and place[0] not in self._said:
            message = f"{value.name} is {text[:60]!r}; {fault.expected}."
            source = f"{self._row.source}, {value.basis}"
            self._add(fault.code, place[0], part, message, value=text[:200], hint=fault.hint, source=source, **more)
        elif text != joined:
            self._add(
                "VAL-10", place[0], part, f"{value.name} was cleaned to {text[:60]!r}.", value=joined[:200], **more
            )
        return text

    def _check_parts(self, value: Value, texts: list[str], more: dict[str, str | int | None]) -> bool:
        """Tell whether each component of a value that runs over several fits; report the first that does not."""
        for place, text, room in zip(value.places, texts, self._row.capacity(value), strict=True):
            if len(values.clean(text)) > room:
                message = (
                    f"Part {value.places.index(place) + 1} of {value.name} has {len(text)} characters; {room} fit."
                )
                self._add("VAL-01", place[0], self._part(place), message, value=text[:200], **more)
                return False
        return True

    def _other_code(
        self, value: Value, sent: str, place: Place, part: int | None, more: dict[str, str | int | None]
    ) -> str:
        if sent and place not in {c.place for u in self._row.segment.uses for c in u.keys}:
            message = f"{value.name} is {sent[:60]!r}; only {value.code} is allowed, or nothing."
            self._add("VAL-05", place[0], part, message, value=sent[:200], **more)
        return ""

    def _sent(self, value: Value, texts: list[str], text: str) -> str:
        """Return the attribute that remembers a value sent otherwise than it would be written."""
        if value.code:
            return ""
        trimmed = list(texts)
        while len(trimmed) > 1 and not trimmed[-1]:
            trimmed.pop()
        if cut(text, value, self._row.capacity(value)) == trimmed:
            return ""
        return attribute("sent", PART.join(trimmed))

    # ------------------------------------------------------------------ what is left

    def _check_surplus(self, out: Interpreted) -> None:
        """What no row explains, and how the text sent differs from the one that would be written."""
        row, kind = self._row, self._row.segment.type
        uses = [row.segment.uses[i] for i in out.uses]
        left: list[tuple[Place, str]] = []
        for number, parts in enumerate(self._elements):
            if not number:
                continue
            spare = [(number, i) for i, text in enumerate(parts, 1) if text and (number, i) not in self._covered]
            left += [(place, self._at(place)) for place in spare]
            if not spare or not uses or number in self._said or number > len(kind.slots):
                continue
            slot = kind.slots[number - 1]
            known = {p[0] for p in self._covered}
            texts = ":".join(self._at(p) for p in spare)
            if not slot.composite or number not in known:
                name = slot.components[0].name if not slot.composite else slot.id
                message = f"{kind.tag} element {number} ({name}) is not used here; {texts[:60]!r} was sent."
                self._add("STR-12", number, None, message, value=texts[:200])
            else:
                for place in spare:
                    name = slot.components[place[1] - 1].name
                    where = f"{kind.tag} element {number}, component {place[1]} ({name})"
                    message = f"{where} is not used here; {self._at(place)[:60]!r} was sent."
                    self._add("STR-13", number, place[1], message, value=self._at(place)[:200])
        self._check_repertoire(left)
        if not uses or self._elements[0] != [kind.tag]:
            left = [((e, c), t) for e, parts in enumerate(self._elements) if e for c, t in enumerate(parts, 1) if t]
            out.parts = out.traced = ()
            out.values = ()
            out.carrier = ""
        out.unmapped = tuple(left)
        out.sent = self._difference(uses, out)
        if left or not uses:
            out.parts, out.traced = keep(self._elements[0], left, out.parts, out.traced)

    def _check_repertoire(self, left: list[tuple[Place, str]]) -> None:
        if any(f.code == "SYN-05" for f in self._findings):
            return
        index = outside(decode(self._raw, self._row.syntax), self._row.syntax)
        if index is None:
            return
        for number, parts in enumerate(self._elements):
            for i, text in enumerate(parts, 1):
                wrong = outside(text, self._row.syntax)
                if wrong is not None:
                    message = f"The character {_show(text[wrong])} is not in the repertoire {self._row.syntax}."
                    # It is also why the value is unknown or misplaced: one cause, one finding.
                    known = self._row.uses_of(self._elements)
                    self._findings = [f for f in self._findings if f.element != number and known]
                    self._add(
                        "SYN-05", number or None, self._part((number, i)) if number else None, message, value=text[:200]
                    )
                    return

    def _difference(self, uses: list[Use], out: Interpreted) -> str:
        row = self._row
        texts: dict[Place, str] = dict(out.unmapped)
        kept = {value.xml for value, _ in out.values}
        blanks = False  # a component was sent that holds only blanks: no element will remember it
        for use in uses if out.values or out.carrier else []:
            for value in use.values:
                if value.derived or value.xml in kept:
                    for p in value.places:
                        if self._at(p):
                            texts[p] = self._at(p)
                elif not value.code:
                    for p in value.places:  # only blanks were sent, or it has another name in this context
                        if self._at(p) and p not in texts and not self._named(use, p, kept):
                            texts[p] = self._at(p)
                            blanks = True
        notes: list[str] = []
        if uses and (out.values or out.carrier):
            grid = row.compose(uses, texts)
            if not blanks and self._raw.isascii() and join_elements(grid, self._delimiters) == self._raw:
                return ""
        else:
            grid = to_elements(self._elements[0][0], texts)
            if len(self._elements[0]) > 1:
                grid[0] = self._elements[0]
        for number in range(max(len(grid), len(self._elements))):
            for i in range(1, 1 + max(_width(grid, number), _width(self._elements, number))):
                place = (number, i)
                had, sent = component(grid, place), self._at(place)
                blank = any(place in v.places for u in uses for v in u.values if v.xml not in kept and not v.derived)
                if number and (had != sent or (blank and sent and place not in dict(out.unmapped))):
                    notes.append(f"{number}.{i}={to_hex(sent, ', ;')}")
        encoded = [[encode(c, row.syntax) for c in e] for e in self._elements]
        written_raw = join_elements(encoded, self._delimiters)
        script = insertions(written_raw, self._raw)
        if script:
            notes.append(f"@{script}")
        return ";".join(notes)

    @staticmethod
    def _named(use: Use, place: Place, kept: set[str]) -> bool:
        return any(place in v.places and v.xml in kept for v in use.values)


def _width(elements: list[list[str]], number: int) -> int:
    return len(elements[number]) if number < len(elements) else 0


def _show(char: str) -> str:
    return f"{char!r}" if char.isprintable() else f"0x{ord(char) & 0xFF:02X}"


def safe(text: str) -> str:
    """Return a text for XML; what XML cannot hold becomes U+FFFD (the `sent` attribute remembers it)."""
    if text.isalnum():
        return text
    return escape(_UNSAFE.sub("\ufffd", text)).replace("\r", "&#13;")


Parts = tuple[tuple[int, str], ...]


def keep(
    tag: list[str], left: list[tuple[Place, str]], parts: Parts = (), traced: Parts | None = ()
) -> tuple[Parts, Parts]:
    """Return XML, plain and traced, with the elements added that keep what no row explains.

    A segment of which nothing at all was sent is kept as one element without a place.
    """
    name = attribute("tag", PART.join(tag))
    if not left:
        left = [((0, 0), "")]
    plain, marked = list(parts), list(traced or ())
    for (element, part), text in left:
        cleaned = values.clean(text)
        place = f' at="{element}.{part}"' if element else ""
        sent = attribute("sent", text) if cleaned != text or _UNSAFE.search(text) else ""
        shown = safe(cleaned)
        plain.append((UNMAPPED, f"<Unmapped{name}{place}>{shown}</Unmapped>"))
        marked.append((UNMAPPED, f"<Unmapped{TRACE}{name}{place}{sent}>{shown}</Unmapped>"))
    return tuple(plain), tuple(marked)


def kept(raw: str, delimiters: Delimiters, syntax: str) -> Interpreted:
    """Return a segment of which nothing is known, as elements that keep it whole."""
    elements = split_elements(raw, delimiters)
    script = insertions(join_elements(elements, delimiters), raw)
    elements = [[decode(c, syntax) for c in e] for e in elements]
    left = [((e, c), text) for e, parts in enumerate(elements) if e for c, text in enumerate(parts, 1) if text]
    parts, traced = keep(elements[0], left)
    return Interpreted(
        parts=parts,
        traced=traced,
        unmapped=tuple(left),
        sent=f"@{script}" if script else "",
        elements=elements,
        faulty=True,
    )
