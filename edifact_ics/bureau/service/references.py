"""Our own interchange references: a counter for each site, never the same twice; the day, and a number.

The numbers of a day begin at 900001, far from those that clients count themselves toward Customs under the same site.
"""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, select, update

from edifact_ics.bureau.service.tables import counter
from edifact_ics.civil_time import CANBERRA
from edifact_ics.database import insert_new

_PLACES, _FIRST = 10**6, 900_001
JUMP = 5000  # after a restore: so many may have been used since the copy was made


def next_reference(connection: Connection, site: str, at: float, *, plain: bool = False) -> int:
    """Return the next reference of a site. `plain`: counted from 1, without the day, as Customs does toward a site."""
    query = select(counter.c.last).where(counter.c.site == site).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        insert_new(connection, counter, site=site, last="0")  # another worker may do the same
        row = connection.execute(query).one()
    day = datetime.datetime.fromtimestamp(at, CANBERRA).strftime("%Y%m%d")
    found = max(int(row.last) + 1, 1 if plain else int(day) * _PLACES + _FIRST)
    connection.execute(update(counter).where(counter.c.site == site).values(last=str(found)))
    return found


def jump(connection: Connection) -> None:
    """Move every counter ahead, as a restored database must: it does not know what was sent after the copy."""
    for row in connection.execute(select(counter)).all():
        ahead = str(int(row.last) + JUMP)
        connection.execute(update(counter).where(counter.c.site == row.site).values(last=ahead))
