"""Civil time in Canberra, with daylight saving: what UNB says is in it. Moments are kept in UTC."""

from __future__ import annotations

import datetime
import zoneinfo

CANBERRA = zoneinfo.ZoneInfo("Australia/Sydney")  # whose civil time Canberra keeps


def moments(text: str) -> tuple[datetime.datetime, ...]:
    """Return the moments in UTC that CCYYMMDDhhmm can mean: none where it is no date and time.

    There are two, an hour apart, in the hour that comes twice when daylight saving ends.
    """
    try:
        local = datetime.datetime.strptime(text, "%Y%m%d%H%M")
    except ValueError:
        return ()
    first, second = (local.replace(tzinfo=CANBERRA, fold=fold).astimezone(datetime.UTC) for fold in (0, 1))
    return (first, second) if first < second else (first,)
