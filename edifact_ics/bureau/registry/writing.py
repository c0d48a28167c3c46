"""A change in the making: the connection that holds the chain, who makes it, when, and its rows in the trail."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from edifact_ics.bureau.registry.audit import Entry, Head, append
from edifact_ics.bureau.registry.trust import RULES, Change
from edifact_ics.bureau.registry.wording import day_in_canberra, moment, storable


@dataclass
class Writing:
    """One transaction of one operator. Nobody else writes until it ends."""

    connection: Connection
    head: Head
    operator: str
    at: datetime.datetime
    request: int | None = None  # the request that is being carried out, for changes that need two

    @property
    def moment(self) -> str:
        """When it is, as the tables hold it."""
        return moment(self.at)

    @property
    def today(self) -> str:
        """The day it is in Canberra, as the tables hold it."""
        return day_in_canberra(self.at)

    def note(self, change: Change, subject: str, detail: Mapping[str, object]) -> None:
        """Leave a row for a change that is made. One that needs two is made only to carry out a confirmed request."""
        if RULES[change].operators > 1:
            if self.request is None:
                raise RuntimeError(f"{change} needs two operators")
            detail = {**detail, "request": self.request}
        self.tell(change, subject, detail)

    def tell(self, what: str, subject: str, detail: Mapping[str, object]) -> None:
        """Leave a row for what is no change of the registry itself: a request, a refusal, what another room did."""
        entry = Entry(self.head.length + 1, self.moment, storable(self.operator), what, storable(subject), detail)
        self.head = append(self.connection, self.head, entry)
