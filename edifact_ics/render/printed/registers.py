"""The pages across messages: where to start, every data element with its places and rules, every rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from edifact_ics.guide.mig_tree import Mig
from edifact_ics.render import guide
from edifact_ics.render.page import H, Piece, anchor, document, link, links, table
from edifact_ics.render.printed.message import MENU, file_of
from edifact_ics.rules.claims import Claim

ELEMENTS, RULES = "elements.html", "rules.html"
Row = list[Piece | list[Piece]]


class _Place(NamedTuple):
    """One place of a data element: where, in what form; `element` is its name in the rules document."""

    mig: Mig
    position: str
    name: str
    at: str
    form: str
    basis: str
    element: str


def by_element(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Return the rules by the name of the data element they speak of."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.entry.element:
            found.setdefault(claim.entry.element, []).append(claim)
    return found


def start(migs: Sequence[Mig]) -> str:
    """Return the page with the list of messages."""
    content: list[Piece] = []
    for title, senders in (("Sent to Customs", ("trader",)), ("Sent by Customs, or both ways", ("customs", "both"))):
        rows: Iterator[Row] = (_message(mig) for mig in migs if mig.sender in senders)
        content += [H.h2(title), table(("Message", "What it is", "Type", *guide.BASES), rows)]
    return document("Message guides", *content, menu=MENU)


def _message(mig: Mig) -> Row:
    counts = guide.bases(mig)
    return [link(mig.message, file_of(mig)), mig.title, mig.identifier, *(str(counts[basis]) for basis in guide.BASES)]


def elements(migs: Sequence[Mig], rules: Mapping[str, Sequence[Claim]]) -> str:
    """Return the page of data elements: every place of each, and the rules that speak of it."""
    places: dict[str, list[_Place]] = {}
    for mig in migs:
        for place in _places(mig):
            places.setdefault(place.name, []).append(place)
    content: list[Piece] = [H.p(f"{len(places)} data elements, as the guides name them.")]
    for name in sorted(places, key=str.lower):
        content.append(H.h3(name, id=anchor(name)))
        said = rules.get(places[name][0].element) or rules.get(name) or ()
        if said:
            content.append(H.p("Rules: ", *links((c.entry.id, f"{RULES}#{anchor(c.entry.id)}") for c in said)))
        content.append(
            table(
                ("Message", "Segment", "At", "Format", "Basis"),
                (
                    [
                        link(place.mig.message, file_of(place.mig)),
                        link(place.position, f"{file_of(place.mig)}#{anchor('p' + place.position.split()[0])}"),
                        place.at,
                        place.form,
                        place.basis,
                    ]
                    for place in places[name]
                ),
            )
        )
    return document("Data elements", *content, menu=MENU)


def _places(mig: Mig) -> Iterator[_Place]:
    for segment in mig.segments():
        for use in segment.uses:
            where = f"{segment.position} {segment.tag}{guide.qualifiers(use)}"
            for value in use.values:
                at, form = guide.path(value, segment), guide.form(value)
                yield _Place(mig, where, value.name, at, form, value.basis, value.element)


def rules(claims: Sequence[Claim], migs: Sequence[Mig]) -> str:
    """Return the page of rules: what each says, in which messages, how to cure it, and what checks it."""
    files = {mig.message: file_of(mig) for mig in migs}
    named = {value.element or value.name: value.name for mig in migs for s in mig.segments() for use in s.uses
             for value in use.values}  # fmt: skip
    rows: list[Row] = []
    for claim in claims:
        entry = claim.entry
        element = named.get(entry.element)
        says: list[Piece] = [entry.statement]
        if entry.condition not in ("", "always"):
            says.append(H.div({"class": "note"}, f"When: {entry.condition}"))
        if entry.cure:
            says.append(H.div({"class": "note"}, f"Cure: {entry.cure}"))
        if entry.example:
            says.append(H.div({"class": "note"}, f"Example: {entry.example}"))
        if claim.reason:
            says.append(H.div({"class": "note"}, claim.reason))
        rows.append(
            [
                H.code(entry.id),
                link(entry.element, f"{ELEMENTS}#{anchor(element)}") if element else entry.element,
                links((name, files[name]) for name in entry.messages if name in files) or "all",
                claim.severity.value,
                claim.status,
                says,
            ]
        )
    heads = ("Rule", "Data element", "Messages", "Severity", "Checked", "Says")
    return document("Rules", table(heads, rows, [anchor(claim.entry.id) for claim in claims]), menu=MENU)
