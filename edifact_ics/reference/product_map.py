"""A broker's own products and the codes they are declared with: which still hold, and what follows those that ended.

The map is the table `products`. What tariff and quarantine tables say on a day decides whether an entry holds.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from edifact_ics.reference.layouts import LAYOUTS
from edifact_ics.reference.shelf import Reference
from edifact_ics.reference.table import Row

PRODUCTS = "products"
_CODES = ("classification", "statistical_code", "commodities")


class Broken(NamedTuple):
    """An entry that no longer holds: its row, why, and the rows that could take its place (none: a person must say)."""

    row: Row
    why: str
    instead: tuple[Row, ...]


def entry(product: str, goods: str, tariff: tuple[str, str], commodities: Iterable[str]) -> Row:
    """Return a row of the map; `tariff` is classification and statistical code."""
    codes = dict(zip(_CODES, (*tariff, " ".join(commodities)), strict=True))
    return {"product": product, "from": "", "until": "", "goods": goods, **codes}


def broken(reference: Reference, day: datetime.date) -> Iterator[Broken]:
    """Give the entries that do not hold on a day, in order of their products.

    An entry is held against the tables `tariff` and `aqis_commodities`; one that is not loaded breaks nothing.
    """
    for row in reference.rows(PRODUCTS, on=day):
        found = _tariff(reference, row, day) or _commodities(reference, row, day)
        if found:
            yield found


def _tariff(reference: Reference, row: Row, day: datetime.date) -> Broken | None:
    goods = row["classification"], row["statistical_code"]
    if not reference.has("tariff") or reference.row("tariff", *goods, on=day):
        return None
    return Broken(row, f"{' / '.join(goods)} is not in the tariff", tuple(_successors(reference, row, day)))


def _successors(reference: Reference, row: Row, day: datetime.date) -> Iterator[Row]:
    """Give the entry with each code that could follow: of the same words, else of the same classification."""
    known = reference.row("tariff", row["classification"], row["statistical_code"])
    words = known["description"].casefold() if known else ""
    heirs = [r for r in reference.rows("tariff", on=day) if words and r["description"].casefold() == words]
    for heir in heirs or reference.rows("tariff", row["classification"], on=day):
        yield {**row, "classification": heir["classification"], "statistical_code": heir["statistical_code"]}


def _commodities(reference: Reference, row: Row, day: datetime.date) -> Broken | None:
    said = row["commodities"].split()
    goods = row["classification"], row["statistical_code"]
    if not said or not reference.has("aqis_commodities"):
        return None
    listed = {r["commodity"]: r for r in reference.rows("aqis_commodities", *goods, on=day)}
    ended = [code for code in said if code not in listed]
    if not ended:
        return None
    choices = [_heirs(reference, goods, code, listed) if code in ended else [code] for code in said]
    why = f"quarantine lists no {', '.join(ended)} for {' / '.join(goods)}"
    if all(len(heirs) <= 1 for heirs in choices):
        kept = dict.fromkeys(code for heirs in choices for code in heirs)
        return Broken(row, why, ({**row, "commodities": " ".join(kept)},))
    return Broken(row, why, tuple({**row, "commodities": code} for code in listed))


def _heirs(reference: Reference, goods: tuple[str, str], code: str, listed: dict[str, Row]) -> list[str]:
    """Return the codes that could follow one that ended: those of the same words, else all; none if none is listed."""
    known = reference.row("aqis_commodities", *goods, code)
    words = known["description"].casefold() if known else ""
    return [c for c, r in listed.items() if words and r["description"].casefold() == words] or list(listed)


def with_row(rows: Iterable[Row], row: Row, day: datetime.date | None) -> list[Row]:
    """Return the map with a row in place of that of its product; from a `day` on, the old one being kept until then."""
    kept: list[Row] = []
    for old in rows:
        if old["product"] != row["product"] or (old["until"] and day and old["until"] < day.isoformat()):
            kept.append(old)
        elif day and old["from"] < day.isoformat():
            kept.append({**old, "until": (day - datetime.timedelta(1)).isoformat()})
    return [*kept, {**row, "from": day.isoformat() if day else "", "until": ""}]


def as_file(rows: Iterable[Row], issued: datetime.date, source: str) -> bytes:
    """Return the map as a file that can be loaded."""
    out = io.StringIO()
    out.write(f"# table: {PRODUCTS}\n# issued: {issued}\n# source: {source}\n")
    writer = csv.DictWriter(out, LAYOUTS[PRODUCTS].names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
