"""All tables at hand: which are loaded, which issue speaks on a date, and what it says."""

from __future__ import annotations

import datetime
from pathlib import Path

from edifact_ics.reference.table import Row


class Reference:
    """The tables that can be asked, read when first needed.

    On a date the newest issue of that day or before speaks; before the first issue the oldest one does. The dates
    of its rows decide in any case.
    """

    def has(self, table: str, *lead: str) -> bool:
        """Tell whether a table is loaded; with `lead`, whether it holds rows, of whatever date, whose key begins so.

        `has("codelists", "ApplicantType")` asks for one list among the code lists.
        """
        raise NotImplementedError

    def row(self, table: str, *key: str, on: datetime.date | None = None) -> Row | None:
        """Return the row of a whole key in force on a date; None if there is none, or no such table.

        Without a date: its latest row in the newest issue, in force or not. So `row(t, k)` asks whether something
        exists, `row(t, k, on=day)` whether it is current.
        """
        raise NotImplementedError

    def rows(self, table: str, *lead: str, on: datetime.date | None = None) -> tuple[Row, ...]:
        """Return the rows in force on a date whose key begins with `lead`, in order of their keys."""
        raise NotImplementedError

    def values(self, table: str, *lead: str, on: datetime.date | None = None) -> tuple[str, ...]:
        """Return what follows `lead` in the keys in force on a date: one key part, each value once, in order.

        `values("aqis_commodities", classification, statistical_code, on=day)` are the commodity codes listed there.
        """
        raise NotImplementedError


def load_reference(folder: Path | None = None) -> Reference:
    """Return the shipped tables and those of a folder (none: the default folder, if there is one).

    A table of the folder replaces the shipped one of its name. Only the heads of files are read here. Raise
    ReferenceDataError for a file whose head is wrong; a wrong row raises when its table is first needed.
    """
    raise NotImplementedError


def default_folder() -> Path:
    """Return where tables are loaded to: EDIFACT_ICS_REFERENCE, else the data folder of this system's user."""
    raise NotImplementedError
