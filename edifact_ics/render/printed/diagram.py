"""The structure of a message as a drawing: its segments and groups from top to bottom, nesting from left to right."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from edifact_ics.guide.mig_tree import Group, Mig, Segment
from edifact_ics.render.guide import status
from edifact_ics.render.page import H, anchor

_STEP, _INDENT, _HIGH, _WIDE = 26, 34, 20, 74  # of a row, of a level, of a box: in user units
_ABOUT = 620  # room for the name at the right


def svg(mig: Mig) -> _Element:
    """Return the drawing; boxes with broken lines are conditional, and each leads to its rows."""
    rows = list(_rows(mig.root, 0))
    deepest = max(depth for depth, _ in rows)
    width, height = deepest * _INDENT + _WIDE + _ABOUT, len(rows) * _STEP + 4
    drawing = H.svg(
        H.title(f"Structure of {mig.message}"),
        {"viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height), "role": "img"},
    )
    parents: list[int] = []  # the row of the group that is open at each level
    for number, (depth, row) in enumerate(rows):
        del parents[depth:]
        if parents:
            drawing.append(_branch(parents[-1], number, depth))
        parents.append(number)
        drawing.append(_box(row, number, depth))
    return drawing


def _rows(group: Group, depth: int) -> Iterator[tuple[int, Group | Segment]]:
    for child in group.children:
        yield depth, child
        if isinstance(child, Group):
            yield from _rows(child, depth + 1)


def _branch(parent: int, number: int, depth: int) -> _Element:
    x = (depth - 1) * _INDENT + 14
    top, y = parent * _STEP + 2 + _HIGH, number * _STEP + 2 + _HIGH // 2
    return H.path(d=f"M{x} {top}V{y}H{depth * _INDENT + 2}")


def _box(row: Group | Segment, number: int, depth: int) -> _Element:
    x, y = depth * _INDENT + 2, number * _STEP + 2
    group = isinstance(row, Group)
    name = f"Group {row.id.removeprefix('SG')}" if isinstance(row, Group) else row.tag
    about = (f"opens {row.xml}" if row.xml else "") if isinstance(row, Group) else row.type.name
    box = {"x": str(x), "y": str(y), "width": str(_WIDE), "height": str(_HIGH), "rx": "8" if group else "0"}
    if not row.mandatory:
        box["class"] = "conditional"
    drawn = [
        H.rect(box),
        H.text(name, x=str(x + 6), y=str(y + 14)),
        H.text(f"{status(row)}  {about}".rstrip(), x=str(x + _WIDE + 8), y=str(y + 14)),
    ]
    if isinstance(row, Group):
        return H.g(*drawn)
    return H.a(*drawn, href="#" + anchor(f"p{row.position}"))
