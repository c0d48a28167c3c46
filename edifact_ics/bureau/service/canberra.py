"""What is said in the civil time of Canberra: UNB, and the outages of Customs."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from edifact_ics.civil_time import CANBERRA

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OUTAGE = re.compile(r"(\w+) ([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")


class Outage(NamedTuple):
    """Hours of one weekday in which nothing is sent; `day` counts from Monday, 0. Times are `HH:MM`."""

    day: int
    first: str
    last: str


def read_outage(text: str) -> Outage | None:
    """Return an outage written as `Wednesday 00:00-04:00`; None if it is none."""
    found = _OUTAGE.fullmatch(text)
    if found is None or found[1] not in _DAYS:
        return None
    first, last = f"{found[2]}:{found[3]}", f"{found[4]}:{found[5]}"
    return Outage(_DAYS.index(found[1]), first, last) if first < last <= "24:00" else None


def over_at(outages: tuple[Outage, ...], at: datetime.datetime) -> datetime.datetime | None:
    """Return when the outage of a moment is over, UTC; None when there is none."""
    here = at.astimezone(CANBERRA)
    for outage in outages:
        if here.weekday() == outage.day and outage.first <= here.strftime("%H:%M") < outage.last:
            hour, minute = map(int, outage.last.split(":"))
            midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            end = midnight + datetime.timedelta(hours=hour, minutes=minute)
            return end.replace(tzinfo=CANBERRA).astimezone(datetime.UTC)
    return None


def stamp(at: datetime.datetime) -> datetime.datetime:
    """Return a moment as UNB has it: civil time in Canberra, without a zone."""
    return at.astimezone(CANBERRA).replace(tzinfo=None)
