"""Write the list of tables and columns into docs/reference-data.md, from the layouts that the code goes by.

Run `python tools/refresh_layouts.py` after a layout was changed; a test fails until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edifact_ics.reference.layouts import LAYOUTS, Layout

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference-data.md"
START, END = "<!-- layouts: written by tools/refresh_layouts.py -->\n", "<!-- end of layouts -->\n"


def section() -> str:
    """Return the list as Markdown."""
    return "\n".join(line for layout in LAYOUTS.values() for line in _table(layout))


def refreshed(page: str) -> str:
    """Return a page with the list renewed between its two marks."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{section()}\n{END}{after}"


def _table(layout: Layout) -> Iterator[str]:
    yield f"### {layout.name}\n"
    yield f"{layout.title[0].upper()}{layout.title[1:]}.{' Rows of it are shipped.' if layout.shipped else ''}\n"
    yield "| Column | Is | Written as |\n|---|---|---|"
    for column in layout.columns:
        if column.name in ("from", "until"):
            continue
        name = f"**{column.name}**" if column in layout.key else column.name
        yield f"| {name} | {column.meaning} | {column.form.words}{'' if column.needed else ', or empty'} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8", newline="\n")
