"""How an archive fits the guides, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edifact_ics.fitting.correction import Correction, corrections, counted, override, times
from edifact_ics.fitting.fit import Example, Fit, GuideFit, RowFit, Seen
from edifact_ics.render.guide import form, qualifiers
from edifact_ics.render.report import shown

_MOST_REFUSED = 5
_MOST_QUALIFIERS = 24  # characters of qualifiers shown with the name of a row
_COLUMNS = "  {:<56} {:>8} {:>8} {:>7}  {}"


def text(fit: Fit, often: int, quiet: bool) -> Iterator[str]:
    """Give the lines of the report: what was read; for each guide what speaks against it, its rows, what may change.

    `quiet` leaves out the rows that nothing speaks against.
    """
    guides = fit.guides
    names = ", ".join(f"{guide.mig.message} {guide.messages}" for guide in guides)
    which = f" ({names})" if names else ""
    yield f"{counted(fit.messages, 'message')} held against the guides{which}, from {counted(fit.files, 'file')}"
    for kind, count in sorted(fit.unknown.items()):
        yield f"  {counted(count, 'message')} of a type without a guide: {shown(kind)}"
    for file, reason in fit.refused[:_MOST_REFUSED]:
        yield f"  passed over: {shown(file)}: {shown(reason)}"
    more = len(fit.refused[_MOST_REFUSED:]) + fit.refused_others
    if more:
        yield f"  passed over: {counted(more, 'more file')}"
    for guide in guides:
        yield ""
        yield from _guide(guide, often, quiet)


def _guide(guide: GuideFit, often: int, quiet: bool) -> Iterator[str]:
    seen = [row for row in guide.rows if row.seen]
    never = [row for row in guide.rows if not row.seen]
    against = [row for row in guide.rows if row.contradictions]
    yield f"== {guide.mig.message}  {guide.mig.title}: {counted(guide.messages, 'message')}, {guide.segments} segments"
    yield (
        f"   {guide.clean} of them without a fault; of {len(guide.rows)} rows {len(seen)} seen, {len(never)} never,"
        f" {len(against)} contradicted; {counted(len(guide.unexplained), 'thing')} that no row explains"
    )
    if against:
        yield "-- Contradicted: what was sent is not what the row says"
        for row in against:
            yield from _contradicted(row)
    outside = [row for row in guide.rows if row.outside]
    if outside:
        yield "-- Codes outside their list"
        for row in outside:
            yield from _outside(row)
    if guide.unexplained:
        yield "-- What no row explains"
        for key in sorted(guide.unexplained):
            yield from _unexplained(key, guide.unexplained[key])
        if guide.unexplained_others:
            yield f"  {guide.unexplained_others} more of other kinds are not listed"
    if not quiet:
        yield "-- Rows seen"
        yield _COLUMNS.format("", "segments", "messages", "length", "EDIFACT / ICS format; basis")
        yield from (_row(row) for row in seen)
        yield "-- Rows never seen"
        yield from (f"  {_name(row)}  {row.basis}" for row in never)
    yield from _proposed(guide, corrections(guide, often), often)


def _row(row: RowFit) -> str:
    length = "" if row.shortest is None else _span(row)
    about = [form(row.value)] if row.value is not None else []
    about.append(row.basis)
    if row.contradictions:
        about.append(f"contradicted {times(row.contradicted)}")
    return _COLUMNS.format(_name(row), row.seen, row.messages, length, "; ".join(filter(None, about)))


def _span(row: RowFit) -> str:
    return str(row.longest) if row.shortest == row.longest else f"{row.shortest}-{row.longest}"


def _contradicted(row: RowFit) -> Iterator[str]:
    yield f"  {_name(row)}  {row.basis}: {times(row.contradicted)}, seen {times(row.seen)}"
    for code in sorted(row.contradictions):
        yield from _seen(row.contradictions[code])


def _seen(seen: Seen) -> Iterator[str]:
    yield f"    {seen.code} {times(seen.count)}: {shown(seen.text)}"
    for example in seen.examples:
        yield f"      {_place(example)}"
    if seen.count > len(seen.examples):
        yield f"      and {seen.count - len(seen.examples)} more"


def _place(at: Example) -> str:
    inner = ""
    if at.element is not None:
        inner = f", element {at.element}{f'.{at.component}' if at.component is not None else ''}"
    value = "" if at.value is None else f": {shown(at.value[:60])!s}"
    message = f"message {at.message or '(no reference)'}"
    return shown(f"{at.file}: interchange {at.interchange}, {message}, segment {at.segment}{inner}") + value


def _outside(row: RowFit) -> Iterator[str]:
    assert row.value is not None
    codes = row.value.codes
    kind = f"{codes.name}{'' if codes.closed else ' (open)'}" if codes is not None else ""
    said = ", ".join(f"{shown(code)} {times(count)}" for code, count in sorted(row.outside.items()))
    more = f", others {times(row.outside_others)}" if row.outside_others else ""
    yield f"  {_name(row)}  list {kind}: {said}{more}"


def _unexplained(key: tuple[str, ...], seen: Seen) -> Iterator[str]:
    position, tag, qualifier, where, _ = key
    place = f", element {where}" if where else ""
    yield f"  {position or 'no position'} {shown(tag + qualifier)}{place}"
    yield from _seen(seen)


def _proposed(guide: GuideFit, found: list[Correction], often: int) -> Iterator[str]:
    confirmed = [one for one in found if one.confirms]
    corrected = [one for one in found if not one.confirms]
    if not found:
        yield f"-- Nothing that is not certain was seen in {counted(often, 'message')} or contradicted"
        return
    if confirmed:
        yield f"-- Could become observed: seen in {counted(often, 'message')} at least, and nothing speaks against it"
        yield from (f"  {_name(one.row)}  {one.row.basis}: {shown(one.why)}" for one in confirmed)
    if corrected:
        yield "-- To correct: not certain, and contradicted"
        for one in corrected:
            hand = "; to be written by hand" if one.by_hand else ""
            yield f"  {_name(one.row)}  {one.row.basis}: {shown(one.why)}{hand}"
    written = override(guide.mig, found)
    if written:
        name = f"{guide.mig.message.lower()}-seen.xml"
        yield f"-- As one more file in a folder for --mig, say {name}; read it before you use it"
        yield from written.rstrip("\n").splitlines()


def _name(row: RowFit) -> str:
    keys = qualifiers(row.use) if row.use is not None else ""
    if len(keys) > _MOST_QUALIFIERS:
        keys = keys[:_MOST_QUALIFIERS].rpartition("|")[0] + "|…"
    name = f"  {row.value.name}" if row.value is not None else ""
    return f"{row.segment.position} {row.segment.tag}{keys}{name}"


# ---------------------------------------------------------------------- JSON


def as_json(fit: Fit, often: int) -> dict[str, Any]:
    """Return the report as JSON; every row of every guide that was followed is in it."""
    return {
        "version": 1,
        "files": fit.files,
        "messages": fit.messages,
        "often": often,
        "without_guide": dict(sorted(fit.unknown.items())),
        "passed_over": [{"file": file, "reason": reason} for file, reason in fit.refused],
        "passed_over_not_listed": fit.refused_others,
        "guides": [_guide_json(guide, often) for guide in fit.guides],
    }


def _guide_json(guide: GuideFit, often: int) -> dict[str, Any]:
    found = corrections(guide, often)
    return {
        "message": guide.mig.message,
        "messages": guide.messages,
        "segments": guide.segments,
        "without_fault": guide.clean,
        "rows": [_row_json(row) for row in guide.rows],
        "unexplained": [
            {"position": key[0] or None, "tag": key[1], "qualifier": key[2].lstrip("+") or None, "at": key[3] or None}
            | _seen_json(guide.unexplained[key])
            for key in sorted(guide.unexplained)
        ],
        "unexplained_not_listed": guide.unexplained_others,
        "proposals": [
            {
                **_key_json(one.row),
                "kind": "confirm" if one.confirms else "correct",
                "why": one.why,
                "attributes": one.attributes,
                "codes": one.codes,
            }
            for one in found
        ],
        "override": override(guide.mig, found) or None,
    }


def _key_json(row: RowFit) -> dict[str, Any]:
    return {
        "position": row.segment.position,
        "tag": row.segment.tag,
        "is": [condition.text for condition in row.use.keys] if row.use else [],
        "name": row.value.name if row.value else None,
        "xml": row.value.xml if row.value else None,
        "basis": row.basis,
    }


def _row_json(row: RowFit) -> dict[str, Any]:
    value = row.value
    return {
        **_key_json(row),
        "seen": row.seen,
        "messages": row.messages,
        "shortest": row.shortest,
        "longest": row.longest,
        "format": value.format.text if value else None,
        "dictionary": value.dictionary.text if value and value.dictionary else None,
        "dictionary_basis": (value.dictionary_basis or None) if value else None,
        "codes": dict(sorted(row.codes.items())),
        "outside": dict(sorted(row.outside.items())),
        "outside_others": row.outside_others,
        "contradicted": row.contradicted,
        "contradictions": [_seen_json(row.contradictions[code]) for code in sorted(row.contradictions)],
    }


def _seen_json(seen: Seen) -> dict[str, Any]:
    return {
        "code": seen.code,
        "text": seen.text,
        "count": seen.count,
        "examples": [example._asdict() for example in seen.examples],
    }
