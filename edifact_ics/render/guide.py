"""A guide as text: the structure of a message, every row, and on what basis it is known."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.mig_tree import Group, Mig, Segment, Use, Value


def text(mig: Mig, basis: str | None = None) -> Iterator[str]:
    """Give the lines of a guide; with `basis`, only the rows that rest on it."""
    yield f"{mig.message}  {mig.title}  ({mig.identifier}; {mig.xml})"
    if basis is None:
        yield "M mandatory, C conditional; then how often. Formats: EDIFACT, then the shorter one of ICS where known."
        yield ""
        yield from _group(mig.root, 0)
        return
    rows = [(s, u, v) for s in mig.segments() for u in s.uses for v in u.values if v.basis == basis]
    rows_only = [s for s in mig.segments() if s.basis == basis]
    yield f"{len(rows)} data elements and {len(rows_only)} segments rest on the basis {basis!r}:"
    for segment in rows_only:
        yield f"  {segment.position} {segment.tag}  {segment.type.name}"
    for segment, use, value in rows:
        yield f"  {segment.position} {segment.tag}{_keys(use)}  {value.name}"
        yield f"       {_value(value)}"


def _group(group: Group, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for child in group.children:
        if isinstance(child, Group):
            name = f" {child.xml}" if child.xml else ""
            yield f"{child.position} {indent}{child.id}{name}  {_status(child)}"
            yield from _group(child, depth + 1)
        else:
            yield from _segment(child, indent)


def _status(row: Group | Segment) -> str:
    return f"{'M' if row.mandatory else 'C'} {row.max}  {row.basis}"


def _segment(segment: Segment, indent: str) -> Iterator[str]:
    yield f"{segment.position} {indent}{segment.tag}  {segment.type.name}  {_status(segment)}"
    for use in segment.uses:
        fixed = "; ".join(c.text for c in use.fixed)
        when = f"; where {'; '.join(c.text for c in use.when)}" if use.when else ""
        if not use.values:
            yield f"     {indent}  {segment.tag}{_keys(use)}  carrier{f', fixed {fixed}' if fixed else ''}  {use.basis}"
            continue
        for number, value in enumerate(use.values):
            lead = f"{segment.tag}{_keys(use)}" if not number else ""
            yield f"     {indent}  {lead:<14} {value.name}  {_value(value)}"
        if fixed or when:
            yield f"     {indent}    fixed {fixed or 'nothing'}{when}; at most {use.max}"


def _keys(use: Use) -> str:
    return "".join("+" + "|".join(c.values) for c in use.keys)


def _value(value: Value) -> str:
    form = value.format.text + (f" / {value.dictionary.text}" if value.dictionary else "")
    if value.dictionary:
        form += f" ({value.dictionary_basis})"
    parts = [form, "mandatory" if value.mandatory else "optional"]
    if value.code:
        parts.append(f"{value.code} sent means Y")
    if value.codes:
        parts.append(f"codes {value.codes.name}{'' if value.codes.closed else ' (open)'}")
    elif value.reference:
        parts.append(f"codes of table {value.reference}")
    if value.decimals is not None:
        parts.append(f"at most {value.decimals} decimals")
    parts.append(value.basis)
    return "; ".join(parts) + (f"; {value.note}" if value.note else "")
