"""All tables at hand: which are loaded, which issue speaks on a date, and what it says."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from edifact_ics import resources
from edifact_ics.reference.file import Problem, ReferenceDataError, read, read_head, read_shipped
from edifact_ics.reference.layouts import LAYOUTS, SEPARATOR
from edifact_ics.reference.standards import SUPPLIED, Supply
from edifact_ics.reference.table import Row, Table

VARIABLE = "EDIFACT_ICS_REFERENCE"


@dataclass(eq=False)
class Issue:
    """One issue of a table. `file` and `issued` are None where a library, or another room, is the only source.

    `supplies` give the rows that stand in no file.
    """

    name: str
    issued: datetime.date | None
    source: str
    file: Path | None
    shipped: bool = False
    supplies: Mapping[str, Supply] = field(default_factory=lambda: SUPPLIED)

    @cached_property
    def table(self) -> Table:
        """Its rows, read when first asked for. Raise ReferenceDataError if the file is not sound."""
        lines: list[str] = []
        if self.file:
            with open(self.file, "rb") as file:
                name = str(self.file)
                lines = (read_shipped(file, name) if self.shipped else read(file, name).sound()).lines
        if self.shipped and self.name in self.supplies:
            lines = [*lines, *self.supplies[self.name].lines()]
        elif self.name == "codelists":  # a list of the user stands in place of that of the guides
            own = {line.partition(SEPARATOR)[0] for line in lines}
            others = self.supplies[self.name].lines()
            lines = [*lines, *(line for line in others if line.partition(SEPARATOR)[0] not in own)]
        return Table(LAYOUTS[self.name], lines)


class Reference:
    """The tables that can be asked, read when first needed.

    On a date the newest issue of that day or before speaks; before the first issue the oldest one does. The dates
    of its rows decide in any case. Asking for a table that no layout knows is misuse: KeyError. Asking one whose file
    is not sound raises ReferenceDataError.
    """

    def __init__(self, issues: Iterable[Issue]) -> None:
        self._issues: dict[str, list[Issue]] = {name: [] for name in LAYOUTS}
        for issue in issues:
            self._issues[issue.name].append(issue)
        for shelf in self._issues.values():
            shelf.sort(key=lambda issue: issue.issued or datetime.date.min)

    def supplied_by(self, supplies: Mapping[str, Supply]) -> Reference:
        """Return these tables with other supplies: the code lists of a user's guides."""
        every = [issue for shelf in self._issues.values() for issue in shelf]
        return Reference(replace(issue, supplies=supplies) if issue.name in supplies else issue for issue in every)

    def issues(self, table: str) -> tuple[Issue, ...]:
        """Return the issues of a table, the oldest first; none: it is not loaded."""
        return tuple(self._issues[table])

    def has(self, table: str, *lead: str) -> bool:
        """Tell whether a table is loaded; with `lead`, whether it holds rows, of whatever date, whose key begins so.

        `has("codelists", "ApplicantType")` asks for one list among the code lists.
        """
        shelf = self._issues[table]
        return bool(shelf) and (not lead or any(issue.table.holds(lead) for issue in shelf))

    def row(self, table: str, *key: str, on: datetime.date | None = None) -> Row | None:
        """Return the row of a whole key in force on a date; None if there is none, or no such table.

        Without a date: its latest row in the newest issue, in force or not. So `row(t, k)` asks whether something
        exists, `row(t, k, on=day)` whether it is current. ValueError: the key has more or fewer parts than the table's.
        """
        issue = self._speaking(table, on)
        return issue.table.row(key, on) if issue else None

    def rows(self, table: str, *lead: str, on: datetime.date | None = None) -> tuple[Row, ...]:
        """Return the rows in force on a date whose key begins with `lead`, in order of their keys."""
        issue = self._speaking(table, on)
        return tuple(issue.table.rows(lead, on)) if issue else ()

    def values(self, table: str, *lead: str, on: datetime.date | None = None) -> tuple[str, ...]:
        """Return what follows `lead` in the keys in force on a date: one key part, each value once, in order.

        `values("aqis_commodities", classification, statistical_code, on=day)` are the commodity codes listed there.
        """
        column = LAYOUTS[table].key[len(lead)].name
        return tuple(dict.fromkeys(row[column] for row in self.rows(table, *lead, on=on)))

    def _speaking(self, table: str, on: datetime.date | None) -> Issue | None:
        """Return the issue that speaks on a date, without a date the newest; None if the table is not loaded."""
        shelf = self._issues[table]
        if not shelf:
            return None
        if on is None:
            return shelf[-1]
        return next((issue for issue in reversed(shelf) if issue.issued is None or issue.issued <= on), shelf[0])


def load_reference(folder: Path | None = None) -> Reference:
    """Return the shipped tables and those of a folder (none given: the default folder, if it is there).

    Tables of the folder replace the shipped ones of their name. Only the heads of files are read here. Raise
    ReferenceDataError for a head that is wrong or an issue that is there twice; OSError for what cannot be read.
    """
    return beside_shipped(issues_in(folder or default_folder()))


def beside_shipped(issues: Iterable[Issue]) -> Reference:
    """Return these issues and the shipped tables, but for those of which there are issues here."""
    own = list(issues)
    replaced = {issue.name for issue in own}
    shipped = _shipped(resources.root("reference_data"))
    return Reference([*own, *(issue for issue in shipped if issue.name not in replaced)])


def issues_in(folder: Path) -> Iterator[Issue]:
    """Give the issues whose files lie in a folder: all that end in .csv, by name. Raises as `load_reference`."""
    seen: dict[tuple[str, datetime.date], Path] = {}
    for path in sorted(folder.glob("*.csv")):
        with open(path, "rb") as file:
            head = read_head(file, str(path))
        other = seen.setdefault((head.table, head.issued), path)
        if other is not path:
            text = f"{other.name} holds {head.table} issued on {head.issued} too; keep one of them"
            raise ReferenceDataError([Problem(str(path), None, None, text)])
        yield Issue(head.table, head.issued, head.source, path)


@cache
def _shipped(folder: Path) -> tuple[Issue, ...]:
    """Return what comes with the package: files, supplied by libraries and other rooms, or both.

    It stays as it is while the process runs, so it is read once: to read the ports takes longer than most checks.
    """
    of_files = {}
    for issue in issues_in(folder):
        also = f"; {SUPPLIED[issue.name].source}" if issue.name in SUPPLIED else ""
        of_files[issue.name] = Issue(issue.name, issue.issued, issue.source + also, issue.file, shipped=True)
    supplied = [Issue(name, None, one.source, None, shipped=True) for name, one in SUPPLIED.items()]
    return (*of_files.values(), *(issue for issue in supplied if issue.name not in of_files))


def default_folder() -> Path:
    """Return where tables are loaded to: EDIFACT_ICS_REFERENCE, else the data folder this system has for its users."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "edifact-ics" / "reference"
