"""What the broker's own map of products says of the codes of a line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache

from edifact_ics.reference import Reference, Row
from edifact_ics.rules.reference_data import day_of
from edifact_ics.rules.rule import Known, rule
from edifact_ics.view import LINE, Complaint, Level

_WORD = re.compile(r"[^\s,;:()]+")
_CODES = {
    "TariffClassificationNumber": "classification",
    "StatisticalCode": "statistical_code",
    "AQISCommodityCode": "commodities",
}


@rule("GBR-AQIS-COMMODITY-CODE-12", on="GoodsDescription", level=LINE, needs="products")
def codes_are_those_of_the_product(level: Level, known: Known) -> Iterator[Complaint]:
    """A product of the map is declared with the codes that the map has for it."""
    row = _product(level, known)
    if row is None:
        return
    for name, column in _CODES.items():
        sent = [code for _, code in level.each(name)]
        mapped = row[column].split()
        if sorted(sent) != sorted(mapped) and (sent or level.knows(name)):
            said = f"is {', '.join(sent)}" if sent else "is not sent"
            told = f"has {', '.join(mapped)}" if mapped else "has none"
            text = f"{level.guide.label(name)} {said}; the map of products {told} for {row['product']}."
            yield level.complaint(name, text)


def _product(level: Level, known: Known) -> Row | None:
    """Return the row of the product that a line describes, by its words or its code; None if none or several are."""
    described = level.said["GoodsDescription"]
    day = day_of(level, known)
    found = _by_words(known.tables, day).get(_plain(described), [])
    if not found:
        codes = dict.fromkeys(_WORD.findall(described))
        found = [row for code in codes if (row := known.tables.row("products", code, on=day))]
    return found[0] if len(found) == 1 else None


@lru_cache(8)
def _by_words(tables: Reference, day: datetime.date | None) -> dict[str, list[Row]]:
    """Return the products in force on a day by the words that describe them; kept, for every line asks."""
    found: dict[str, list[Row]] = {}
    for row in tables.rows("products", on=day):
        if row["goods"]:
            found.setdefault(_plain(row["goods"]), []).append(row)
    return found


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
