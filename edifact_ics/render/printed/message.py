"""The page of one message: what it is, its structure, every row with form, codes and basis, an example, its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lxml.etree import _Element

from edifact_ics.guide.mig_tree import CodeList, Mig, Segment, Use, Value
from edifact_ics.render import guide
from edifact_ics.render.page import H, Piece, anchor, document, link, links, table
from edifact_ics.render.printed import diagram
from edifact_ics.rules.claims import Claim

ByElement = Mapping[str, Sequence[Claim]]

MENU = (("Messages", "index.html"), ("Data elements", "elements.html"), ("Rules", "rules.html"))
_HEADS = ("Use", "Data element", "At", "Format", "", "Codes", "Basis", "Remarks", "Rules")


def file_of(mig: Mig) -> str:
    """Return the name of the page of a guide."""
    return f"{mig.message.lower()}.html"


def page(mig: Mig, claims: ByElement, example: str) -> str:
    """Return the page; `example` is a listing, "" when there is none."""
    counts = guide.bases(mig)
    lists: dict[str, CodeList] = {}
    rows = [piece for segment in mig.segments() for piece in _segment(mig, segment, claims, lists)]
    content: list[Piece] = [
        H.p(
            f"{mig.identifier}{f', document {mig.document}' if mig.document else ''}; {guide.SENDERS[mig.sender]}; "
            f"canonical element {mig.xml}."
        ),
        H.p("Rows by basis: " + ", ".join(f"{basis} {counts[basis]}" for basis in guide.BASES) + "."),
    ]
    if mig.assumed:
        content.append(H.p(H.strong("No message of this document was ever seen: its whole layout is assumed.")))
    content += [
        H.h2("Structure"),
        H.p({"class": "note"}, "M mandatory, C conditional (broken lines), then how often at most."),
        H.div({"class": "wide"}, diagram.svg(mig)),
        H.h2("Rows"),
        H.p(
            {"class": "note"},
            "Places are element and component, counted from 1 after the tag. Of two formats the second is the shorter "
            "one of ICS, with where it is known from. The basis says how sure a row is.",
        ),
        *rows,
    ]
    if example:
        content += [H.h2("Example"), H.pre(example)]
    if lists:
        content.append(H.h2("Code lists"))
        content += [piece for name in sorted(lists) for piece in _codes(lists[name])]
    said = list(_applying(mig, claims))
    if said:
        content += [H.h2("Rules"), table(("Rule", "Data element", "Says", "Checked"), said)]
    return document(f"{mig.message} {mig.title}", *content, menu=MENU)


def _segment(mig: Mig, segment: Segment, claims: ByElement, lists: dict[str, CodeList]) -> Iterator[_Element]:
    about = f"{segment.position} {segment.tag} {segment.type.name}"
    yield H.h3(f"{about}  {guide.status(segment)}", id=anchor(f"p{segment.position}"))
    if segment.basis in ("inferred", "assumed") or segment.note:
        yield H.p({"class": "note"}, "; ".join(filter(None, (segment.basis, segment.note))))
    rows = [row for use in segment.uses for row in _use(mig, segment, use, claims, lists)]
    if rows:
        yield table(_HEADS, rows)


def _use(
    mig: Mig, segment: Segment, use: Use, claims: ByElement, lists: dict[str, CodeList]
) -> Iterator[list[Piece | list[Piece]]]:
    name = f"{segment.tag}{guide.qualifiers(use)}"
    around = guide.around(use)
    if not use.values:
        yield [H.code(name), guide.carrier(use), "", "", "", "", _basis(use.basis), around, ""]
    for value in use.values:
        if value.codes:
            lists[value.codes.name] = value.codes
        rules = claims.get(value.element) or claims.get(value.name) or ()
        yield [
            [H.code(name), H.div({"class": "note"}, around)] if around else H.code(name),
            link(value.name, f"elements.html#{anchor(value.name)}"),
            f"{guide.path(value, segment)} ({segment.type.element(value.places[0]).id})",
            guide.form(value),
            "M" if value.mandatory else "C",
            _list(value),
            _basis(value.basis),
            value.note,
            links((c.entry.id, f"rules.html#{anchor(c.entry.id)}") for c in rules if _is_for(c, mig)),
        ]
        name = around = ""
    for alias in use.aliases:
        yield ["", alias.name, "", "", "", "", _basis(alias.basis), f"a second name; {alias.note}".rstrip("; "), ""]


def _basis(basis: str) -> _Element:
    return H.span(basis, {"class": f"basis-{basis}"})


def _list(value: Value) -> Piece:
    if value.codes:
        return link(value.codes.name, f"#codes-{anchor(value.codes.name)}")
    return f"table {value.reference}" if value.reference else ""


def _codes(codes: CodeList) -> Iterator[_Element]:
    yield H.h3(f"{codes.name}{'' if codes.closed else ' (open)'}", id=f"codes-{anchor(codes.name)}")
    yield table(
        ("Code", "Means", "Basis"),
        ([H.code(code), label, _basis(codes.bases.get(code, ""))] for code, label in codes.labels.items()),
    )


def _is_for(claim: Claim, mig: Mig) -> bool:
    return mig.sender == "trader" and (not claim.entry.messages or mig.message in claim.entry.messages)


def _applying(mig: Mig, claims: ByElement) -> Iterator[list[Piece | list[Piece]]]:
    """Give the rules about data elements that the message carries, in the order of the rules document."""
    values = [value for segment in mig.segments() for use in segment.uses for value in use.values]
    carried = {value.element for value in values} | {value.name for value in values}
    found = {c.entry.id: c for element in carried for c in claims.get(element, ()) if _is_for(c, mig)}
    for claim in sorted(found.values(), key=lambda c: c.entry.line):
        yield [
            link(claim.entry.id, f"rules.html#{anchor(claim.entry.id)}"),
            claim.entry.element,
            claim.entry.statement,
            claim.status,
        ]
