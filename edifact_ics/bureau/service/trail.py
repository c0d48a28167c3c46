"""The trail: what happened to a mail and to all that came of it, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from edifact_ics.bureau.service.tables import event, work

_HASHES = ("mail", "interchange", "signer")


@dataclass(frozen=True)
class Happened:
    """One thing that happened, UTC. `trace` ties together all that comes of one mail; no payload is in `detail`."""

    at: str
    trace: str
    what: str
    detail: dict[str, object]

    def line(self) -> str:
        """Return it as one line, without the hashes of what it is about."""
        said = ", ".join(f"{name} {value}" for name, value in self.detail.items() if name not in _HASHES)
        return f"{self.at} {self.trace} {self.what}{f': {said}' if said else ''}"


def trail(connection: Connection, about: str | None = None) -> Iterator[Happened]:
    """Give what happened, the first first; `about` a number of work, a trace, or a reference of an interchange.

    The answers that came to it belong to it. None: all that ever happened.
    """
    query = select(event).order_by(event.c.id)
    if about is not None:
        query = query.where(event.c.trace.in_(_with_answers(connection, _traces(connection, about))))
    for row in connection.execute(query):
        yield Happened(row.at, row.trace, row.what, json.loads(row.detail))


def _traces(connection: Connection, about: str) -> set[str]:
    named = [work.c.trace == about, work.c.reference == about]
    if about.isdecimal() and len(about) < 10:
        named.append(work.c.id == int(about))
    return set(connection.scalars(select(work.c.trace).where(or_(*named))))


def _with_answers(connection: Connection, traces: set[str]) -> set[str]:
    came = select(event.c.detail).where(event.c.trace.in_(traces), event.c.what == "answer-came")
    return traces | {json.loads(detail)["answer"] for detail in connection.scalars(came)}
