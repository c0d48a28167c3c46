"""One issue of a table in memory: sorted rows, found by their key and the date."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Iterable, Iterator

SEPARATOR = "\x1f"  # below every character a cell may hold, so that rows sort by key, and inside a key by date
_AFTER = "\x20"  # the first character above the separator: ends a range of rows that begin alike

Row = dict[str, str]  # column name to text; "" where the cell is empty


class Table:
    """The rows of one issue: each a line of cells, the key first, then `from` and `until`, then the rest.

    A line is kept as one text, and cut only when it is asked for: a tariff has tens of thousands.
    """

    __slots__ = ("columns", "keys", "lines")

    def __init__(self, columns: tuple[str, ...], keys: int, lines: Iterable[str]) -> None:
        self.columns = columns
        self.keys = keys
        self.lines = sorted(lines)

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, key: tuple[str, ...], on: datetime.date | None) -> Row | None:
        """Return the row of a whole key in force on a date; without a date its latest row; None if there is none.

        Both days of a period count. ValueError: the key has more or fewer parts than the table's.
        """
        if len(key) != self.keys:
            raise ValueError(f"a key of {self.keys} parts is asked for, not {key!r}")
        found = None
        for row in self.rows(key, on):
            found = row
        return found

    def rows(self, lead: tuple[str, ...], on: datetime.date | None) -> Iterator[Row]:
        """Give the rows whose key begins with `lead` and which are in force on a date, in order; all without a date."""
        day = on.isoformat() if on else ""
        start, end = self._range(lead)
        for line in self.lines[start:end]:
            cells = line.split(SEPARATOR)
            since, until = cells[self.keys], cells[self.keys + 1]
            if not day or (since <= day and (not until or day <= until)):
                yield dict(zip(self.columns, cells, strict=True))

    def holds(self, lead: tuple[str, ...]) -> bool:
        """Tell whether any row, whatever its dates, begins with `lead`."""
        start, end = self._range(lead)
        return start < end

    def _range(self, lead: tuple[str, ...]) -> tuple[int, int]:
        if not lead:
            return 0, len(self.lines)
        begin = SEPARATOR.join(lead)
        return bisect_left(self.lines, begin + SEPARATOR), bisect_left(self.lines, begin + _AFTER)
