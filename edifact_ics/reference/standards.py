"""What is known without a table of ours: countries and currencies (pycountry), check digits of ABNs, ICS code lists.

Of pycountry only its files are read, when first needed: to load it takes as long as to check a declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from edifact_ics.guide.library import Library, ours
from edifact_ics.reference.layouts import LAYOUTS, SEPARATOR

_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)  # of the digits of an ABN, one taken off the first
_NO_UNITS = ("ISS", "LCO")  # stand where a unit stands, but mark a percentage


class Supply(NamedTuple):
    """Rows of a table that no file of ours holds: `lines` gives them, `source` says where they come from."""

    lines: Callable[[], Iterator[str]]
    source: str


def is_abn(text: str) -> bool:
    """Tell whether the check digits of an Australian Business Number are right. Whether it was issued is not known."""
    if len(text) != 11 or not (text.isascii() and text.isdecimal()):
        return False
    first, *others = map(int, text)
    return sum(weight * digit for weight, digit in zip(_WEIGHTS, (first - 1, *others), strict=True)) % 89 == 0


def _line(table: str, *key: str, since: str = "", until: str = "", **others: str) -> str:
    """Return a row as a `Table` keeps it."""
    layout = LAYOUTS[table]
    return SEPARATOR.join((*key, since, until, *(others.get(column.name, "") for column in layout.others)))


def _entries(standard: str) -> list[dict[str, str]]:
    """Return the entries of an ISO standard (4217, 3166-1, 3166-3) as pycountry holds them."""
    import json
    from importlib.util import find_spec

    package = find_spec("pycountry")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pycountry is not installed")
    file = Path(package.origin).with_name("databases") / f"iso{standard}.json"
    entries: list[dict[str, str]] = json.loads(file.read_bytes())[standard]
    return entries


def _countries() -> Iterator[str]:
    """Give the countries of ISO 3166, those of the past until they were withdrawn."""
    free: dict[str, str] = {}  # code to the first day on which it was not, or no longer, taken
    for former in sorted(_entries("3166-3"), key=itemgetter("withdrawal_date")):
        code, last = former["alpha_2"], _last_day(former["withdrawal_date"])
        yield _line("countries", code, since=free.get(code, ""), until=last.isoformat(), name=former["name"])
        free[code] = (last + timedelta(days=1)).isoformat()
    for country in _entries("3166-1"):
        code = country["alpha_2"]
        yield _line("countries", code, since=free.get(code, ""), name=country["name"])


def _last_day(withdrawn: str) -> date:
    """Return the day of a withdrawal; where only the year is known, its last one."""
    return date.fromisoformat(withdrawn) if len(withdrawn) > 4 else date(int(withdrawn), 12, 31)


def _currencies() -> Iterator[str]:
    """Give the currencies of ISO 4217 in use."""
    for currency in _entries("4217"):
        yield _line("currencies", currency["alpha_3"], name=currency["name"])


def _units(library: Library) -> Iterator[str]:
    """Give the units of ICS itself."""
    for code, title in library.code_lists["QuantityUnit"].labels.items():
        if code not in _NO_UNITS:
            yield _line("units", code, "ICS", name=title)


def _states(library: Library) -> Iterator[str]:
    for code, name in library.code_lists["State"].labels.items():
        yield _line("states", code, name=name)


def _codes(library: Library) -> Iterator[str]:
    """Give the code lists of the guides."""
    for name, codes in library.code_lists.items():
        for code, title in codes.labels.items():
            yield _line("codelists", name, code, description=title, open="N" if codes.closed else "Y")


def supplied(guides: Library | None = None) -> dict[str, Supply]:
    """Return, by table, what needs no file; the code lists are those of `guides`, by default of ours."""

    def of(lines: Callable[[Library], Iterator[str]]) -> Callable[[], Iterator[str]]:
        return lambda: lines(guides or ours())

    return {
        "countries": Supply(_countries, "ISO 3166, by pycountry"),
        "currencies": Supply(_currencies, "ISO 4217, by pycountry"),
        "units": Supply(of(_units), "the code list QuantityUnit"),
        "states": Supply(of(_states), "the code list State"),
        "codelists": Supply(of(_codes), "the code lists of the guides"),
    }


SUPPLIED = supplied()
