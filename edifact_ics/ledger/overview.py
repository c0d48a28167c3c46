"""What a ledger holds, to be looked at: documents, the messages that were sent for each, what Customs answered."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from edifact_ics.database import shown
from edifact_ics.ledger.database import LEDGER, LedgerError
from edifact_ics.ledger.tables import answer, attempt, document, interchange


class Sent(NamedTuple):
    """A document: its client, name (IMD …), reference and state, what Customs calls it and last said of it.

    `number` tells it from all others of the ledger; `last` is when its last message was recorded, None if none was.
    """

    number: int
    client: str
    name: str
    reference: str
    state: str
    identifier: str
    status: str
    last: datetime.datetime | None


class Attempt(NamedTuple):
    """A message sent for a document: version, function (9, 4, 50), what became of it, and in which interchange."""

    version: int
    function: str
    outcome: str
    interchange: str
    message: str
    recorded: datetime.datetime | None


class Answered(NamedTuple):
    """An answer of Customs: its references, what it changed, and when it was taken."""

    interchange: str
    message: str
    effect: str
    recorded: datetime.datetime | None


class Past(NamedTuple):
    """A document with its messages and answers, oldest first."""

    document: Sent
    attempts: list[Attempt]
    answers: list[Answered]


class Overview:
    """Reads a ledger and never writes to it. Each question opens the database anew, so threads may ask."""

    def __init__(self, url: str) -> None:
        self._url = url

    def documents(self, client: str = "", first: int = 0, most: int = 200) -> list[Sent]:
        """Return documents of a client ("": of all), the latest first: `most` of them after the `first`.

        Raise LedgerError when the ledger cannot be read.
        """
        with self._reading() as connection:
            query = _documents(client).order_by(document.c.id.desc()).offset(first).limit(most)
            return [_sent(row) for row in connection.execute(query)]

    def past(self, number: int, client: str = "") -> Past | None:
        """Return a document with its past; None when there is none of that number, or it is another client's."""
        with self._reading() as connection:
            row = connection.execute(_documents(client).where(document.c.id == number)).one_or_none()
            if row is None:
                return None
            sent = (
                select(attempt, interchange.c.reference.label("interchange_reference"), interchange.c.recorded)
                .outerjoin(interchange, interchange.c.id == attempt.c.interchange)
                .where(attempt.c.document == number)
                .order_by(attempt.c.id)
            )
            attempts = [
                Attempt(
                    one.version,
                    one.function,
                    one.outcome,
                    one.interchange_reference or "",
                    one.message,
                    _moment(one.recorded),
                )
                for one in connection.execute(sent)
            ]
            told = select(answer).where(answer.c.document == number).order_by(answer.c.id)
            answers = [
                Answered(one.reference, one.message, one.effect, _moment(one.recorded))
                for one in connection.execute(told)
            ]
            return Past(_sent(row), attempts, answers)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        engine = LEDGER.opened(self._url, create=False)
        if engine is None:
            raise LedgerError(f"There is no ledger at {shown(LEDGER.url_of(self._url))} yet.")
        try:
            with LEDGER.said(engine), LEDGER.reading(engine) as connection:
                yield connection
        finally:
            engine.dispose()


def _documents(client: str) -> Select[Any]:
    last = (
        select(func.max(interchange.c.recorded))
        .join(attempt, attempt.c.interchange == interchange.c.id)
        .where(attempt.c.document == document.c.id)
        .scalar_subquery()
    )
    query = select(document, last.label("last"))
    return query.where(document.c.client == client) if client else query


def _sent(row: Row[Any]) -> Sent:
    return Sent(
        row.id,
        row.client,
        row.name,
        row.reference,
        row.state,
        row.identifier or "",
        row.status or "",
        _moment(row.last),
    )


def _moment(value: datetime.datetime | None) -> datetime.datetime | None:
    """Return a moment with its zone; SQLite gives back UTC without saying so."""
    return value.replace(tzinfo=datetime.UTC) if value is not None and value.tzinfo is None else value
