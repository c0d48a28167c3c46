"""The plain case: a segment in which nothing is out of the ordinary, read at one stroke.

Each use of a row has a form: one regular expression over the whole segment. What it matches has each value, qualifier
and fixed component in its place, every value surely sound, and nothing written otherwise than it would be; its groups
are the values, which fill templates of XML. Whatever no form matches is read with care (`interpret`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import written
from edifact_ics.guide.mig_tree import ANY, Value
from edifact_ics.segment.interpreted import Interpreted, Kinds, Slots, Texts
from edifact_ics.segment.row import Row
from edifact_ics.segment.trace import TRACE, escape
from edifact_ics.segment.values import CHAR, Sound, sound
from edifact_ics.syntax.characters import Delimiters, split_elements

_WORTH = 4  # a form is made when so many segments of its use were read with care: that is about what it costs
_HINT = 8  # characters that most often tell the uses apart: a tag, a qualifier of three, a separator after each
_HINTS = 2_000
_BETWEEN = "\1"  # between the pieces of XML that one segment becomes
_STAND_INS = "\x80\x81\x82\x83"  # for released service characters, while a segment is matched


class _Spot(NamedTuple):
    """A component that holds a value. `slot` is its place in the frame, -1 if it is not written to XML."""

    value: Value
    slot: int
    sound: Sound


class _Shape(NamedTuple):
    """What segments become in which the same values were sent.

    `kinds` are their data elements, `pick` takes the texts of those from the texts matched (None: they are all).
    `template`, filled with the texts matched, becomes the XML that goes into `slots`, `_BETWEEN` between the pieces.
    """

    kinds: Kinds
    pick: Callable[[Texts], Texts] | None
    slots: Slots
    template: str


class PlainRow:
    """Reads the segments of one row in the plain case; forms are made when they are worth it."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._forms: list[Form | None] = [None] * len(row.segment.uses)
        self._asked = [0] * len(row.segment.uses)
        self._hints: dict[str, Form] = {}
        self._hint = _HINT if row.keyed else len(row.segment.tag)
        self._release = row.delimiters.release if row.delimiters.release != " " else "\0"
        self._is_marked = re.compile(f"[&<>{re.escape(self._release)}]").search

    def read(self, raw: str) -> Interpreted | None:
        """Return what a segment says, None when that is not plain."""
        form = self._hints.get(raw[: self._hint])
        if form is not None:
            said = None if self._release in raw else form.read(raw)
            if said is None and self._is_marked(raw):
                said = form.read_marked(raw)
            if said is not None:
                return said
        return self._read(raw)

    def _read(self, raw: str) -> Interpreted | None:
        """Read a segment whose beginning does not tell its use yet."""
        form = self._form(raw)
        if form is None:
            return None
        said = form.read_marked(raw) if self._is_marked(raw) else form.read(raw)
        if said is not None and len(self._hints) < _HINTS:
            hint = raw[: self._hint]
            if self._row.exclusive or (self._row.told_first and self._holds_qualifier(hint)):
                self._hints[hint] = form
        return said

    def _holds_qualifier(self, hint: str) -> bool:
        """Tell whether the first component stands in the beginning of a segment whole, so that it tells the use."""
        d = self._row.delimiters
        after = hint[len(self._row.segment.tag) + 1 :]
        return (d.component in after or d.element in after) and d.release not in after

    def _form(self, raw: str) -> Form | None:
        """Return the form of the use that the qualifiers of a segment name."""
        uses = self._row.uses_in(raw)
        if len(uses) != 1:
            return None
        index = uses[0]
        self._asked[index] += 1
        if self._asked[index] == _WORTH:
            self._forms[index] = form_of(self._row, index)
        return self._forms[index]


def form_of(row: Row, index: int) -> Form | None:
    """Return the form of a use, None where there is no plain case: values under several names or over segments."""
    use = row.segment.uses[index]
    plan = row.layout.plans.get(use.id)
    free = any(ANY in c.values for c in use.keys)
    if not use.values or free or row.syntax != "UNOC" or (plan is not None and plan.joins):
        return None
    order = written(use)
    spots: list[_Spot] = []
    for value in use.values:
        known = sound(value, row.segment.type.element(value.places[0]).format.most)
        other_mark = value.type == "decimal" and row.delimiters.decimal == ","
        if known is None or value.when or value.segments > 1 or other_mark:
            return None
        slot = -1
        if plan is not None and not value.derived:
            slot = plan.slot if plan.wrap else plan.slots[order.index(value)]
        spots.append(_Spot(value, slot, known))
    return Form(row, index, tuple(spots))


class Form:
    """How the segments of one use are read in the plain case; texts stand in the order of its values."""

    def __init__(self, row: Row, index: int, spots: tuple[_Spot, ...]) -> None:
        use = row.segment.uses[index]
        plan = row.layout.plans.get(use.id)
        self._row = row
        self._use = use
        self._uses = (index,)
        self._wrap = plan.wrap if plan else ""
        self._spots = spots
        self._codes = tuple((i, spot.sound.codes) for i, spot in enumerate(spots) if spot.sound.codes is not None)
        self._grid: dict[Place, _Spot | str] = {c.place: c.values[0] for c in (*use.keys, *use.fixed)}
        self._grid.update((spot.value.places[0], spot) for spot in spots)
        places = [spot.value.places[0] for spot in spots]
        groups = [sorted(places).index(place) for place in places]
        self._reorder: Callable[[Texts], Texts] | None = itemgetter(*groups) if groups != sorted(groups) else None
        self._match = re.compile(self._pattern(char_class(row.delimiters, False))).fullmatch
        self._match_marked: Callable[[str], re.Match[str] | None] | None = None
        self._shapes: dict[tuple[bool, ...], _Shape] = {}
        self._whole = self._shape(tuple(True for _ in spots))

    # ------------------------------------------------------------------ reading

    def read(self, raw: str) -> Interpreted | None:
        """Return what a segment says if it has this form and none of its characters stands for another."""
        match = self._match(raw)
        if match is None or "  " in raw:
            return None
        texts = match.groups("")
        if self._reorder is not None:
            texts = self._reorder(texts)
        for index, known in self._codes:
            if texts[index] not in known and texts[index]:
                return None
        return self._said(raw, texts, texts)

    def read_marked(self, raw: str) -> Interpreted | None:
        """Return what a segment with released characters, or some that XML escapes, says if it has this form."""
        if not raw.isprintable() or "  " in raw:
            return None
        if self._match_marked is None:
            self._match_marked = re.compile(self._pattern(char_class(self._row.delimiters, True))).fullmatch
        marked, releases = raw, stand_ins(self._row.delimiters)
        for released, stand_in in releases:
            if released in marked:
                marked = marked.replace(released, stand_in)
        match = self._match_marked(marked)
        if match is None:
            return None
        joined = "\0".join(match.groups(""))
        for released, stand_in in releases:
            if stand_in in joined:
                joined = joined.replace(stand_in, released[1])
        texts, shown = tuple(joined.split("\0")), tuple(escape(joined).split("\0"))
        if self._reorder is not None:
            texts, shown = self._reorder(texts), self._reorder(shown)
        if any(texts[index] and texts[index] not in known for index, known in self._codes):
            return None
        return self._said(raw, texts, shown)

    def _said(self, raw: str, texts: Texts, shown: Texts) -> Interpreted | None:
        """Return what a segment with these texts says; `shown` are they as XML writes them."""
        shape = self._whole
        if "" in texts:
            there = tuple(map(bool, texts))
            shape = self._shapes.get(there) or self._shape(there)
        slots = shape.slots
        if len(slots) == 1:
            xml: Texts = (shape.template % shown,)
        elif slots:
            xml = tuple((shape.template % shown).split(_BETWEEN))
        elif self._row.derived:
            xml = ()
        else:
            return None
        said = Interpreted(self._uses, slots, xml, shape.kinds, texts if shape.pick is None else shape.pick(texts))
        if self._row.referred or not slots:
            said.elements = split_elements(raw, self._row.delimiters)
            said.carrier = "" if slots else self._use.id
        return said

    def _shape(self, there: tuple[bool, ...]) -> _Shape:
        """Return, and keep, what segments become in which these values were sent."""
        shown = [i for i, spot in enumerate(self._spots) if there[i] and spot.slot >= 0]
        over = "%.0s"  # takes a text and writes nothing of it
        filled = [over] * len(there)
        for i in shown:
            value = self._spots[i].value
            filled[i] = f"<{value.xml}{TRACE}>{'%.0sY' if value.code else '%s'}</{value.xml}>"
        if self._wrap and shown:
            slots: Slots = (self._spots[shown[0]].slot,)
            template = f"<{self._wrap}>{''.join(filled)}</{self._wrap}>"
        else:
            slots = tuple([self._spots[i].slot for i in shown])
            template = "".join([_BETWEEN * (i in shown[1:]) + text for i, text in enumerate(filled)])
        coded = any(self._spots[i].value.code for i in shown)
        pick = None if len(shown) == len(there) and not coded else _picker(shown, self._spots)
        shape = _Shape(Kinds([self._spots[i].value for i in shown]), pick, slots, template)
        self._shapes[there] = shape
        return shape

    # ------------------------------------------------------------------ the pattern

    def _pattern(self, any_char: str) -> str:
        """Return a pattern of the segments of this form; `any_char` is one of any character that texts may hold.

        Each component is what the grid has there, or is left out if it may be; no separator stands at the end of a
        segment or of an element. What is left out is never tried again: the service characters leave no choice.
        """
        row, d = self._row, self._row.delimiters
        element = re.escape(d.element)
        component = f"{re.escape(d.component)}(?!{element}|\\Z)"
        needed, must = self._obligations()
        out, closing, last = re.escape(row.segment.tag), "", max(needed, default=0)
        for number in range(1, 1 + max(place[0] for place in self._grid)):
            width = max((part for e, part in self._grid if e == number), default=0)
            least = max((part for e, part in must if e == number and part <= width), default=0)
            inner, ends = "", ""
            for part in range(1, width + 1):
                inner += component if 1 < part <= least else f"(?>{component}" if part > 1 else ""
                ends += "|)" if part > max(least, 1) else ""
                inner += self._component((number, part), (number, part) in must, any_char)
            body = inner + ends
            if number <= last:
                out += element + (body if number in needed else f"(?>{body}|)")
            else:
                out += f"(?>{element}(?!\\Z)(?>{body}|)"
                closing += "|)"
        return out + closing

    def _obligations(self) -> tuple[set[int], set[Place]]:
        """Return the elements that are there in any case, and the components that are there if their element is."""
        row, use = self._row, self._use
        needed, must = set[int](), set[Place]()
        for condition in (*use.keys, *use.fixed):
            must.add(condition.place)
            if condition in use.keys or row.is_fixed(use, condition.place, {}):
                needed.add(condition.place[0])
        for value in use.values:
            must.discard(value.places[0])
            if value.mandatory:
                must.add(value.places[0])
                needed.add(value.places[0][0])
        keyed = {c.place for c in use.keys}
        if any(v.places[0] in keyed and not v.code for v in use.values):
            for value in [v for v in use.values if v.places[0] not in keyed][:1]:  # a qualifier alone says nothing
                must.add(value.places[0])
                needed.add(value.places[0][0])
        for number, slot in enumerate(row.segment.type.slots, 1):
            must.update((number, i) for i, element in enumerate(slot.components, 1) if element.mandatory)
            if slot.mandatory:
                needed.add(number)
        return needed, must

    def _component(self, place: Place, must: bool, any_char: str) -> str:
        spot = self._grid.get(place)
        if spot is None:
            return ""
        if isinstance(spot, str):
            return re.escape(spot) if must else f"(?>{re.escape(spot)}|)"
        pattern = spot.sound.pattern.replace(CHAR, any_char)
        return f"({pattern})" if must else f"({pattern}|)"


def _picker(shown: list[int], spots: tuple[_Spot, ...]) -> Callable[[Texts], Texts]:
    """Return what takes some of the texts of a segment; a code that means Y is written so."""
    codes = {i for i in shown if spots[i].value.code}
    if len(shown) > 1 and not codes:
        return itemgetter(*shown)
    return lambda texts: tuple(["Y" if i in codes else texts[i] for i in shown])


@lru_cache(maxsize=32)
def stand_ins(delimiters: Delimiters) -> tuple[tuple[str, str], ...]:
    """Return the released service characters, the release character first, and what each is replaced by for a while."""
    if delimiters.release == " ":
        return ()
    special = [delimiters.release, *(c for c in delimiters.special_characters if c != delimiters.release)]
    return tuple((delimiters.release + char, stand_in) for char, stand_in in zip(special, _STAND_INS, strict=True))


@lru_cache(maxsize=64)
def char_class(delimiters: Delimiters, marked: bool) -> str:
    """Return the pattern of one character of a text: printable, and no service character.

    `marked`: stand-ins and the characters that XML escapes are let through too.
    """
    without = set(delimiters.special_characters) | (set() if marked else set("&<>"))
    chars = [c for c in map(chr, range(256)) if c.isprintable() and c not in without] + list(
        _STAND_INS if marked else ""
    )
    runs: list[list[str]] = []
    for char in sorted(chars):
        if runs and ord(runs[-1][1]) == ord(char) - 1:
            runs[-1][1] = char
        else:
            runs.append([char, char])
    return f"[{''.join(f'{re.escape(first)}-{re.escape(last)}' for first, last in runs)}]"
