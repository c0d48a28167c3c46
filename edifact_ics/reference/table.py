"""One issue of a table in memory: sorted rows, found by their key and the date."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from edifact_ics.reference.layouts import SEPARATOR, Layout

_AFTER = chr(ord(SEPARATOR) + 1)  # ends the range of rows that begin alike

Row = dict[str, str]  # column name to text; "" where the cell is empty


class Table:
    """The rows of one issue: each a line of cells, the key first, then `from` and `until`, then the rest.

    A line is kept as one text, and cut only when it is asked for: a tariff has tens of thousands. Sorted as texts they
    stand in order of their keys, and within a key in order of their first days.
    """

    __slots__ = ("layout", "lines")

    def __init__(self, layout: Layout, lines: Iterable[str]) -> None:
        self.layout = layout
        self.lines = sorted(lines)

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, key: tuple[str, ...], on: datetime.date | None) -> Row | None:
        """Return the row of a whole key in force on a date; without a date its latest row; None if there is none.

        Both the first and the last day of a period count. ValueError: the key has more or fewer parts than the table's.
        """
        if len(key) != len(self.layout.key):
            names = ", ".join(column.name for column in self.layout.key)
            raise ValueError(f"the key of {self.layout.name} is ({names}), not {key!r}")
        found = None
        for row in self.rows(key, on):
            found = row
        return found

    def rows(self, lead: tuple[str, ...], on: datetime.date | None) -> Iterator[Row]:
        """Give the rows whose key begins with `lead` and which are in force on a date, in order; all without a date."""
        day = on.isoformat() if on else ""
        names = self.layout.names
        start, end = self._range(lead)
        for line in self.lines[start:end]:
            cells = line.split(SEPARATOR)
            since, until = self.layout.period(cells)
            if not day or since <= day <= (until or day):
                yield dict(zip(names, cells, strict=True))

    def holds(self, lead: tuple[str, ...]) -> bool:
        """Tell whether any row, whatever its dates, begins with `lead`."""
        start, end = self._range(lead)
        return start < end

    def clashes(self) -> Iterator[tuple[str, str]]:
        """Give the pairs of lines that have one key and a day in common; without them the row in force is unique."""
        parts = len(self.layout.key)
        key: list[str] = []
        last_day = before = ""
        for line in self.lines:
            cells = line.split(SEPARATOR, parts + 2)
            since, until = self.layout.period(cells)
            if cells[:parts] == key and (not last_day or since <= last_day):
                yield before, line
            key, last_day, before = cells[:parts], until, line

    def _range(self, lead: tuple[str, ...]) -> tuple[int, int]:
        """Return where the lines that begin with `lead` start, and where they end."""
        if not lead:
            return 0, len(self.lines)
        begin = SEPARATOR.join(lead)
        start = bisect_left(self.lines, begin + SEPARATOR)
        return start, bisect_left(self.lines, begin + _AFTER, start)
