"""A guide as text and as JSON: the structure of a message, every row, its basis, and the rules that speak of it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edifact_ics.guide.mig_tree import Alias, CodeList, Condition, Group, Mig, Segment, Use, Value

BASES = ("guide", "observed", "inferred", "assumed")
Rules = Mapping[str, Sequence[str]]  # the ids of the rules that speak of a data element, by its name
_WIDTH = 118
_MOST_CODES = 20  # of a list shown at a row; longer lists stand at the end
_PARTS = {"words": "a blank where a component is not full", "each": "each component an element of its own"}
SENDERS = {"trader": "sent to Customs", "customs": "sent by Customs", "both": "sent both ways"}


def bases(mig: Mig) -> Counter[str]:
    """Return how many rows (segments, data elements, uses without one) rest on each basis."""
    counts: Counter[str] = Counter()
    for segment in mig.segments():
        counts[segment.basis] += 1
        for use in segment.uses:
            counts.update([value.basis for value in use.values] or [use.basis])
    return counts


def overview(migs: Iterator[Mig], unsent: dict[str, str]) -> Iterator[str]:
    """Give a line for each guide: its name, what it is, and the bases of its rows; then what none carries."""
    yield f"{'':<9}{'':<44}" + "".join(f"{basis:>9}" for basis in BASES)
    for mig in migs:
        counts = bases(mig)
        yield f"{mig.message:<9}{mig.title:<44}" + "".join(f"{counts[basis] or '-':>9}" for basis in BASES)
    yield ""
    yield "Named by rules, but carried by no message:"
    yield from (f"  {element}: {reason}" for element, reason in unsent.items())


def text(mig: Mig, basis: str | None = None, rules: Rules | None = None) -> Iterator[str]:
    """Give the lines of a guide; with `basis`, only the rows that rest on it."""
    printed = _Printed(rules or {})
    yield f"{mig.message}  {mig.title}"
    named = f", document {mig.document}" if mig.document else ""
    yield f"{mig.identifier}{named}; {SENDERS[mig.sender]}; canonical element {mig.xml}"
    counts = bases(mig)
    yield "Rows by basis: " + ", ".join(f"{name} {counts[name]}" for name in BASES)
    yield ""
    if basis is None:
        yield "M mandatory, C conditional; then how often at most. Of two formats the first is that of EDIFACT, the"
        yield "second the shorter one of ICS, with where it is known from in brackets."
        yield ""
        yield from printed.group(mig.root, 0)
        yield from printed.lists()
        return
    yield f"{counts[basis]} rows rest on the basis {basis!r}:"
    for segment in mig.segments():
        if segment.basis == basis:
            yield f"{segment.position} {segment.tag}  {segment.type.name}  {status(segment)}"
            yield from _wrapped(segment.note, "       ")
        for use in segment.uses:
            if not use.values and use.basis == basis:
                yield f"{segment.position} {segment.tag}{qualifiers(use)}  {carrier(use)}"
                yield from _wrapped(use.note, "       ")
            for value in use.values:
                if value.basis == basis:
                    yield f"{segment.position} {segment.tag}{qualifiers(use)}  {value.name}"
                    yield from printed.about(value, segment, "       ")
    yield from printed.lists()


def status(row: Group | Segment) -> str:
    """Return whether a segment or group is mandatory, and how often it may stand: M 1, C 99."""
    return f"{'M' if row.mandatory else 'C'} {row.max}"


def qualifiers(use: Use) -> str:
    """Return what tells a use from the others as it is sent: +178, +AAA|ACB."""
    return "".join("+" + "|".join(value or "nothing" for value in c.values) for c in use.keys)


class _Printed:
    """A guide while it is printed; code lists too long for a row are kept for the end."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._long: dict[str, CodeList] = {}

    def group(self, group: Group, depth: int) -> Iterator[str]:
        indent = "  " * depth
        for child in group.children:
            if isinstance(child, Group):
                opens = f"  opens {child.xml}" if child.xml else ""
                yield f"{child.position} {indent}{child.id}  {status(child)}  {child.basis}{opens}"
                yield from self.group(child, depth + 1)
            else:
                yield from self._segment(child, indent)

    def _segment(self, segment: Segment, indent: str) -> Iterator[str]:
        yield f"{segment.position} {indent}{segment.tag}  {segment.type.name}  {status(segment)}  {segment.basis}"
        inner = "       " + indent
        yield from _wrapped(segment.note, inner)
        for use in segment.uses:
            name = f"{segment.tag}{qualifiers(use)}"
            if not use.values:
                yield f"{inner}{name}  {carrier(use)}  {use.basis}"
            elif use.keys or len(segment.uses) > 1:
                yield f"{inner}{name}  at most {use.max}"
            yield from _wrapped(around(use), inner + "  ")
            for value in use.values:
                yield f"{inner}  {value.name}"
                yield from self.about(value, segment, inner + "    ")
            for alias in use.aliases:
                yield from _wrapped(_alias(alias), inner + "  ")

    def about(self, value: Value, segment: Segment, indent: str) -> Iterator[str]:
        """Give the lines below the name of a data element: where it stands, its form, its codes, its remark, rules."""
        yield from _wrapped("; ".join(_form(value, segment)), indent)
        if value.codes:
            yield from _wrapped(self._codes(value.codes), indent)
        if value.note:
            yield from _wrapped(value.note, indent)
        rules = self._rules.get(value.element) or self._rules.get(value.name)
        if rules:
            yield from _wrapped("rules " + ", ".join(rules), indent)

    def _codes(self, codes: CodeList) -> str:
        kind = f"codes {codes.name}{'' if codes.closed else ' (open)'}"
        if len(codes.labels) <= _MOST_CODES:
            return f"{kind}: " + "; ".join(_worded(codes, code) for code in codes.labels)
        self._long[codes.name] = codes
        return f"{kind}: {', '.join(list(codes.labels)[:8])}, … {len(codes.labels)} codes, at the end"

    def lists(self) -> Iterator[str]:
        """Give the code lists that were too long for a row."""
        for name in sorted(self._long):
            codes = self._long[name]
            yield ""
            yield f"Codes {name}{'' if codes.closed else ' (open)'}"
            yield from (f"  {_worded(codes, code)}" for code in codes.labels)


def _wrapped(line: str, indent: str) -> Iterator[str]:
    yield from textwrap.wrap(
        line, max(_WIDTH, len(indent) + 60), initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _worded(codes: CodeList, code: str) -> str:
    basis = codes.bases.get(code, "")
    said = " ".join(filter(None, (code, codes.labels[code])))
    return f"{said} [{basis}]" if basis in ("inferred", "assumed") else said


def carrier(use: Use) -> str:
    """Return what a use without values is for."""
    return "without a value" + (", to carry what hangs below it" if use.carrier else "")


def _remark(note: str) -> str:
    return f"; {note}" if note else ""


def around(use: Use) -> str:
    """Return what a use fixes, where it stands and what is remarked, in one line; "" when there is nothing to say."""
    parts = []
    if use.fixed:
        parts.append("fixed " + ", ".join(c.text for c in use.fixed))
    if use.when:
        parts.append("where " + ", ".join(c.text for c in use.when))
    if use.container and use.values:
        parts.append(f"in {'/'.join(use.container)}{', each in one of its own' if use.each else ''}")
    if use.note:
        parts.append(use.note)
    return "; ".join(parts)


def _alias(alias: Alias) -> str:
    when = f" where {', '.join(c.text for c in alias.when)}" if alias.when else ""
    return f"also called {alias.name}{when}; {alias.basis}{_remark(alias.note)}"


def path(value: Value, segment: Segment) -> str:
    """Return where a value stands in its segment as elements and components, counted from 1: 2.1, 4.1-5."""
    first, last = value.places[0], value.places[-1]
    slot = segment.type.slots[first[0] - 1]
    if not slot.composite:
        return f"{first[0]}"
    return f"{first[0]}.{first[1]}" + (f"-{last[1]}" if last != first else "")


def form(value: Value) -> str:
    """Return the formats of a value: that of EDIFACT, then the shorter one of ICS and where it is known from."""
    if value.dictionary is None:
        return value.format.text
    basis = f" ({value.dictionary_basis})" if value.dictionary_basis else ""
    return f"{value.format.text} / {value.dictionary.text}{basis}"


def _form(value: Value, segment: Segment) -> Iterator[str]:
    yield f"{path(value, segment)} {segment.type.element(value.places[0]).id}"
    yield form(value)
    yield "mandatory" if value.mandatory else "optional"
    if value.type not in ("text", "number"):
        yield value.type
    if value.digits is not None:
        yield f"at most {value.digits} digits before the point"
    if value.decimals is not None:
        yield f"at most {value.decimals} decimals"
    if value.code:
        yield f"{value.code} sent means Y"
    if value.many:
        yield "may repeat"
    if value.parts:
        yield _PARTS[value.parts]
    if value.padded:
        yield "zeros in front only fill"
    if value.segments > 1:
        yield f"over at most {value.segments} segments"
    if value.reference:
        yield f"codes of the table {value.reference}"
    if value.when:
        yield "where " + ", ".join(c.text for c in value.when)
    yield "derived" if value.derived else value.xml
    yield value.basis


# ---------------------------------------------------------------------- JSON


def overview_json(migs: Iterator[Mig], unsent: dict[str, str]) -> dict[str, Any]:
    """Return the list of guides: name, title, type, and how many rows rest on each basis; and what none carries."""
    return {"version": 1, "guides": [_head(mig) for mig in migs], "unsent": unsent}


def as_json(mig: Mig, basis: str | None = None, rules: Rules | None = None) -> dict[str, Any]:
    """Return a guide as JSON: its rows as a tree; with `basis`, those that rest on it, without the tree above them."""
    names = rules or {}
    if basis is None:
        return {"version": 1, **_head(mig), "rows": [_row_json(child, names) for child in mig.root.children]}
    rows = []
    for segment in mig.segments():
        about: dict[str, Any] = {"position": segment.position, "tag": segment.tag}
        if segment.basis == basis:
            rows.append({**about, "kind": "segment", "basis": basis, "note": segment.note or None})
        for use in segment.uses:
            about_use = {**about, "is": _conditions(use.keys)}
            if not use.values and use.basis == basis:
                rows.append({**about_use, "kind": "use", "basis": basis, "note": use.note or None})
            rows += [
                {**about_use, "kind": "value", **_value_json(value, segment, names)}
                for value in use.values
                if value.basis == basis
            ]
    return {"version": 1, **_head(mig), "basis": basis, "rows": rows}


def _head(mig: Mig) -> dict[str, Any]:
    counts = bases(mig)
    return {
        "message": mig.message,
        "title": mig.title,
        "type": mig.identifier,
        "document": mig.document or None,
        "from": mig.sender,
        "xml": mig.xml,
        "bases": {basis: counts[basis] for basis in BASES},
    }


def _row_json(row: Group | Segment, rules: Rules) -> dict[str, Any]:
    about: dict[str, Any] = {
        "position": row.position,
        "status": "M" if row.mandatory else "C",
        "max": row.max,
        "basis": row.basis,
        "defined": row.defined,
    }
    if isinstance(row, Group):
        rows = [_row_json(child, rules) for child in row.children]
        return {"kind": "group", "id": row.id, **about, "xml": row.xml, "rows": rows}
    uses = [_use_json(use, row, rules) for use in row.uses]
    note = row.note or None
    return {"kind": "segment", "tag": row.tag, "name": row.type.name, **about, "note": note, "uses": uses}


def _use_json(use: Use, segment: Segment, rules: Rules) -> dict[str, Any]:
    return {
        "is": _conditions(use.keys),
        "fixed": _conditions(use.fixed),
        "when": _conditions(use.when),
        "in": "/".join(use.container) or None,
        "each": use.each,
        "max": use.max,
        "carrier": use.carrier or None,
        "basis": use.basis or None,
        "note": use.note or None,
        "defined": use.defined,
        "values": [_value_json(value, segment, rules) for value in use.values],
        "aliases": [
            {"name": a.name, "xml": a.xml, "when": _conditions(a.when), "basis": a.basis, "note": a.note or None}
            for a in use.aliases
        ],
    }


def _value_json(value: Value, segment: Segment, rules: Rules) -> dict[str, Any]:
    codes = value.codes
    return {
        "name": value.name,
        "xml": value.xml,
        "element": value.element,
        "at": path(value, segment),
        "data_element": segment.type.element(value.places[0]).id,
        "format": value.format.text,
        "dictionary": value.dictionary.text if value.dictionary else None,
        "dictionary_basis": value.dictionary_basis or None,
        "mandatory": value.mandatory,
        "type": value.type,
        "digits": value.digits,
        "decimals": value.decimals,
        "means_yes": value.code or None,
        "derived": value.derived,
        "many": value.many,
        "segments": value.segments,
        "parts": value.parts or None,
        "padded": value.padded,
        "when": _conditions(value.when),
        "codes": None
        if codes is None
        else {
            "name": codes.name,
            "closed": codes.closed,
            "codes": [
                {"value": code, "label": label, "basis": codes.bases.get(code)} for code, label in codes.labels.items()
            ],
        },
        "table": value.reference,
        "basis": value.basis,
        "note": value.note or None,
        "rules": list(rules.get(value.element) or rules.get(value.name) or ()),
        "defined": value.defined,
    }


def _conditions(conditions: tuple[Condition, ...]) -> list[str]:
    return [condition.text for condition in conditions]
