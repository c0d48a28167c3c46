"""When Customs prepared an answer: UNB says it in civil time, the ledger keeps it in UTC, as 2026-04-04T15:30:00Z.

When daylight saving ends an hour comes twice, and UNB does not say which of the two it means. But Customs counts what
it sends to a site: where its counter goes on and the clock goes back, the second hour has begun. What is known of the
answers of such an hour grows with each that comes, so all of them are looked at again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from itertools import pairwise

from sqlalchemy import Connection, select, update

from edifact_ics.civil_time import moments
from edifact_ics.history import same_reference
from edifact_ics.ledger.reading import Told
from edifact_ics.ledger.tables import answer

_HOUR = datetime.timedelta(hours=1)


def settle(connection: Connection, told: Told) -> tuple[str, set[int]]:
    """Return when an answer was prepared, and the documents of others that turn out to be of the second such hour.

    The moment is "" where UNB says none. Where the counter does not tell, the first hour is meant.
    """
    possible = moments(told.at)
    if not possible:
        return "", set()
    own = counter_of(told.reference)
    if len(possible) == 1 or not own:
        return _text(possible[0]), set()
    hour = possible[0].replace(minute=0)
    rows = connection.execute(
        select(answer).where(
            answer.c.site == told.site, answer.c.told >= _text(hour), answer.c.told < _text(hour + 2 * _HOUR)
        )
    ).all()
    minutes = {counter_of(row.reference): int(row.told[14:16]) for row in rows if counter_of(row.reference)}
    settled = dict(_in_order(hour, minutes | {own: possible[0].minute}))
    moved = set()
    for row in rows:
        at = settled.get(counter_of(row.reference), row.told)
        if at != row.told:
            connection.execute(update(answer).where(answer.c.id == row.id).values(told=at))
            moved.add(row.document)
    return settled[own], moved - {None}


def counter_of(reference: str) -> int:
    """Return the number that an interchange of Customs has in its counter toward a site; 0 where it has none."""
    plain = same_reference(reference)
    return int(plain) if plain.isascii() and plain.isdigit() else 0


def _in_order(hour: datetime.datetime, minutes: Mapping[int, int]) -> Iterator[tuple[int, str]]:
    """Give the moment of each number of the counter: the second hour begins where the clock goes back furthest."""
    drops = [(minutes[one] - minutes[other], other) for one, other in pairwise(sorted(minutes))]
    furthest, second = max(drops, default=(0, 0))
    for number, minute in minutes.items():
        late = furthest > 0 and number >= second
        yield number, _text(hour + late * _HOUR + datetime.timedelta(minutes=minute))


def _text(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
