"""A table as a file: a head that names table, date of issue and source, then CSV with a header row.

Reading is checking: every fault is a `Problem` with file, row and column. Rows are numbered as an editor does, the
first line of the file being 1.
"""

from __future__ import annotations

import csv
import datetime
import io
from array import array
from collections.abc import Collection, Iterator
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from edifact_ics.reference.layouts import LAYOUTS, SEPARATOR, Column, Layout
from edifact_ics.reference.table import Table

MAX_BYTES = 200_000_000
MAX_LINE = 100_000
MAX_PROBLEMS = 100  # of one file: a wrong column would repeat itself on every row

_HEAD = ("table", "issued", "source", "licence", "note")
_NEEDED = _HEAD[:3]


class Head(NamedTuple):
    """What a file says of itself: the table it holds, the day it was issued, where its facts come from."""

    table: str
    issued: datetime.date
    source: str


class Problem(NamedTuple):
    """One fault of a file. `row` and `column` are None where it is about the file, or the row, as a whole."""

    file: str
    row: int | None
    column: str | None
    text: str

    def __str__(self) -> str:
        row = [f"row {self.row}"] if self.row else []
        column = [f"column {self.column}"] if self.column else []
        return ": ".join((self.file, *([", ".join(row + column)] if row or column else []), self.text))


class ReferenceDataError(Exception):
    """Reference data that cannot be used; `problems` say why, the first one as the message."""

    def __init__(self, problems: list[Problem]) -> None:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")
        self.problems = problems


class Contents:
    """What a file holds: head and table, None where they cannot be made out; and what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.head: Head | None = None
        self.table: Table | None = None
        self.problems: list[Problem] = []

    def complain(self, row: int | None, column: str | None, text: str) -> None:
        """Note a fault."""
        self.problems.append(Problem(self.file, row, column, text))

    def sound(self) -> Table:
        """Return the table of a file without a fault; raise ReferenceDataError for any other."""
        if self.problems or self.table is None:
            raise ReferenceDataError(self.problems)
        return self.table


def read_head(file: BinaryIO, name: str) -> Head:
    """Return the head of a file, the rows unread; raise ReferenceDataError. `name` is what problems call the file."""
    contents = Contents(name)
    _read_head(_Lines(file), contents)
    if contents.head is None:
        raise ReferenceDataError(contents.problems)
    return contents.head


def read(file: BinaryIO, name: str) -> Contents:
    """Return what a file holds and what is wrong with it, up to MAX_PROBLEMS."""
    contents = Contents(name)
    lines = _Lines(file)
    header = _read_head(lines, contents)
    if contents.head is not None:
        _read_rows(lines, header, contents, LAYOUTS[contents.head.table])
    contents.problems.sort(key=lambda problem: problem.row or 0)
    return contents


def read_shipped(file: BinaryIO, name: str) -> Table:
    """Return the table of a file that comes with the package: its cells were found sound before it was shipped."""
    contents = Contents(name)
    lines = _Lines(file)
    header = _read_head(lines, contents)
    assert contents.head is not None
    layout, names = LAYOUTS[contents.head.table], next(csv.reader([header]))
    arrange = itemgetter(*(names.index(column) if column in names else len(names) for column in layout.names))
    rows = csv.reader(io.StringIO(file.read().decode("utf-8"), newline=""))
    return Table(layout, [SEPARATOR.join(arrange([*cells, ""])) for cells in rows])


class _Lines:
    """The lines of a file as text, counted. Bytes that are no UTF-8 become lone surrogates, which no cell may hold."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0
        self.bytes = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MAX_LINE)
        if not raw:
            raise StopIteration
        self.bytes += len(raw)
        self.number += 1
        if self.number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        return raw.decode("utf-8", "surrogateescape")


def _read_head(lines: _Lines, contents: Contents) -> str:
    """Set the head from the lines that begin with #; return the line after them, "" at the end of the file."""
    said: dict[str, str] = {}
    header = ""
    for line in lines:
        if not line.startswith(("#", '"#')) or len(contents.problems) >= MAX_PROBLEMS:
            header = line
            break
        text = line.strip().rstrip(",").strip('"').lstrip("# ")  # a spreadsheet fills rows up with commas, and quotes
        name, _, value = text.partition(":")
        if name not in _HEAD:
            contents.complain(lines.number, None, f"the head has {text!r}; it may say {', '.join(_HEAD)}")
        elif name in said:
            contents.complain(lines.number, None, f"the head names {name} twice")
        said[name] = value.strip()
    for name in _NEEDED:
        if not said.get(name):
            contents.complain(None, None, f"the head does not say {name}; begin the file with a line '# {name}: …'")
    table, issued = said.get("table", ""), _day(said.get("issued", ""))
    if table and table not in LAYOUTS:
        contents.complain(None, None, f"there is no table {table!r}; {_nearest(table, LAYOUTS)}")
    if issued is None and said.get("issued"):
        contents.complain(None, None, f"the date of issue is {said['issued']!r}; write it as 2026-07-01")
    if issued is not None and not contents.problems:
        contents.head = Head(table, issued, said["source"])
    return header


def _nearest(word: str, known: Collection[str]) -> str:
    """Return a hint: the known word that a wrong one is most like, or all there are."""
    from difflib import get_close_matches  # takes time to load, and sound files need it not

    near = get_close_matches(word, known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def _read_rows(lines: _Lines, header: str, contents: Contents, layout: Layout) -> None:
    """Set the table from the rows after the header; it stays None when the header cannot be read."""
    names = _header(header, lines.number, contents, layout)
    if names is None:
        return
    arrange = itemgetter(*(names.index(name) if name in names else len(names) for name in layout.names))
    kept: list[str] = []
    numbers = array("L")  # the row that each of `kept` stood in
    days: set[str] = set()  # those of the calendar; few, and each stands in many rows
    for number, cells in _numbered(lines, contents):
        if len(cells) != len(names):
            contents.complain(number, None, f"there are {len(cells)} cells; the header names {len(names)} columns")
            continue
        cells.append("")  # stands for every column that the file leaves out
        arranged = arrange(cells)
        line = SEPARATOR.join(arranged)
        if layout.pattern.fullmatch(line) and _is_period(*layout.period(arranged), days):
            kept.append(line)
            numbers.append(number)
        else:
            _find_faults(arranged, number, contents, layout)
    contents.table = Table(layout, kept)
    for one, two in contents.table.clashes():
        if len(contents.problems) >= MAX_PROBLEMS:
            break
        twice = len(kept) - 1 - kept[::-1].index(two)  # where both are the same text, the last one
        earlier, later = sorted((numbers[kept.index(one)], numbers[twice]))
        _complain_of_clash(two, earlier, later, contents, layout)


def _header(header: str, row: int, contents: Contents, layout: Layout) -> list[str] | None:
    """Return the columns a header names; None, and a problem, when they are not those of the layout."""
    names = next(csv.reader([header]), [])
    if not names:
        contents.complain(None, None, f"there is no header row; the columns are {', '.join(layout.names)}")
        return None
    before = len(contents.problems)
    for name in names:
        if name not in layout.names:
            separator = " (cells are separated by commas)" if ";" in name or "\t" in name else ""
            hint = f"{separator}; {_nearest(name, layout.names)}"
            contents.complain(row, None, f"{layout.name} has no column {name!r}{hint}")
        elif names.count(name) > 1:
            contents.complain(row, name, "the header names it more than once")
    missing = [name for name in layout.names if name in layout.required and name not in names]
    if missing:
        contents.complain(row, None, f"the header lacks {', '.join(missing)}")
    return names if len(contents.problems) == before else None


def _numbered(lines: _Lines, contents: Contents) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not empty, with their numbers; end with a problem where reading cannot go on."""
    rows = csv.reader(lines, strict=True)
    while True:
        number = lines.number + 1
        if len(contents.problems) >= MAX_PROBLEMS:
            contents.complain(number, None, "the rest was not read: there are too many faults before it")
            return
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            contents.complain(number, None, f"this is no CSV ({error}); the rest was not read")
            return
        if lines.bytes > MAX_BYTES:
            contents.complain(number, None, f"the rest was not read: the file is larger than {MAX_BYTES:,} bytes")
            return
        if any(cells):
            yield number, cells


def _find_faults(cells: tuple[str, ...], row: int, contents: Contents, layout: Layout) -> None:
    """Say which cells of a row are wrong."""
    before = len(contents.problems)
    for column, cell in zip(layout.columns, cells, strict=True):
        if cell == "" and not column.needed:
            continue
        if not column.form.accepts(cell):
            contents.complain(row, column.name, _fault(cell, column))
    since, until = layout.period(cells)
    if len(contents.problems) > before:
        return
    for name, day in (("from", since), ("until", until)):
        if day and _day(day) is None:
            contents.complain(row, name, f"{day} is no day of the calendar")
    if until and since > until:
        contents.complain(row, "until", f"{until} is before the first day, {since}")


def _fault(cell: str, column: Column) -> str:
    """Say what is wrong with one cell."""
    wanted = f"write {column.form.words}"
    if cell == "":
        return f"the cell is empty; {wanted}: {column.meaning}"
    if any("\ud800" <= character <= "\udfff" for character in cell):
        return "the text is not UTF-8; save the file as CSV in UTF-8"
    if column.form.accepts(cell.strip()):
        return f"{cell!r} has blanks at its ends"
    if cell.isdecimal() and any(column.form.accepts(cell.zfill(length)) for length in range(len(cell) + 1, 9)):
        return f"{cell!r} is too short; a spreadsheet may have dropped its leading zeros; {wanted}"
    return f"{cell[:40]!r} is wrong; {wanted}"


def _complain_of_clash(line: str, earlier: int, later: int, contents: Contents, layout: Layout) -> None:
    cells = line.split(SEPARATOR)
    key = ", ".join(f"{name} {cell!r}" for name, cell in zip(layout.names, cells[: len(layout.key)], strict=False))
    text = f"{key} is in force by row {earlier} too; only one row may be on any day, so end the earlier one with until"
    contents.complain(later, None, text)


def _is_period(since: str, until: str, known: set[str]) -> bool:
    """Tell whether two days exist and stand in order; "" is open. `known` remembers days that exist."""
    for day in (since, until):
        if day and day not in known:
            if _day(day) is None:
                return False
            known.add(day)
    return not until or since <= until


def _day(text: str) -> datetime.date | None:
    """Return a day written as 2026-07-01; None for anything else."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
