"""The registry as the table `clients` that business rules ask."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator

from edifact_ics.bureau.registry.client import Client
from edifact_ics.bureau.registry.sites import Site
from edifact_ics.reference import Row
from edifact_ics.reference.layouts import LAYOUTS, SEPARATOR
from edifact_ics.reference.table import Table

CLIENTS = "clients"


def rows(clients: Iterable[Client], sites: Iterable[Site]) -> Iterator[Row]:
    """Give the rows: for each client its identifier, then its sites, by which UNB names it."""
    owned: dict[str, list[str]] = {}
    for site in sites:
        owned.setdefault(site.client, []).append(site.name)
    for client in clients:
        number, _, centre = client.identifier.partition("/")
        for identifier, cac in ((number, centre), *((name, "") for name in owned.get(client.identifier, ()))):
            yield {
                "identifier": identifier,
                "cac": cac,
                "from": "",  # when it became a client here says nothing about when Customs knew it
                "until": client.ended or "",
                "client": str(client.number),
                "name": client.name,
                "aqis_accredited": _flag(client.aqis_accredited),
                "aqis_scheme": client.aqis_scheme,
                "default_bank_account": _flag(client.default_account),
                "licensed_brokerage": _flag(client.is_brokerage if client.roles else None),
            }


def as_table(found: Iterable[Row]) -> Table:
    """Return the rows as a table in memory."""
    layout = LAYOUTS[CLIENTS]
    return Table(layout, (SEPARATOR.join(row[name] for name in layout.names) for row in found))


def as_file(found: Iterable[Row], issued: datetime.date) -> str:
    """Return the rows as a file that `reference load` takes."""
    out = io.StringIO()
    out.write(f"# table: {CLIENTS}\n# issued: {issued}\n# source: the bureau's registry\n")
    writer = csv.DictWriter(out, LAYOUTS[CLIENTS].names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()


def _flag(value: bool | None) -> str:
    return "" if value is None else "Y" if value else "N"
