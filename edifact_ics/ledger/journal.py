"""The journal in a database. Writers of one client come one after another, from `begin` to `end`.

Played by Customs it takes what was judged: accepted or rejected, the version used up. Kept by a sender it takes what is
sent on, all of an interchange or nothing, and waits for the answers (see `answers`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, NestedTransaction, Transaction, delete, func, insert, select

from edifact_ics.history import Key, Standing, Submission, same_reference
from edifact_ics.ledger.answers import take
from edifact_ics.ledger.database import LEDGER, WRITING, said
from edifact_ics.ledger.documents import accepted_xml, add_attempt, lock, lock_owner, owner, row_of, save, standing_of
from edifact_ics.ledger.reading import BusinessAnswer, FormAnswer, Told
from edifact_ics.ledger.tables import PENDING, Outcome, attempt, document, interchange, site


@dataclass(slots=True)
class _Open:
    """The interchange being judged. `judged` is undone when Customs sees none of its messages, `whole` with all of it.

    `lent`: the connection is that of a caller, who goes on with it.
    """

    connection: Connection
    whole: Transaction
    judged: NestedTransaction
    number: int
    refused: bool
    lent: bool

    def close(self, kept: bool) -> None:
        """Keep what was written, or undo it."""
        if kept:
            self.whole.commit()
        else:
            for part in (self.judged, self.whole):
                if part.is_active:
                    part.rollback()
        if not self.lent:
            self.connection.close()


class Ledger:
    """A journal in a database, one interchange at a time. Not to be shared between threads or processes.

    `sending`: kept by a sender, so what is accepted becomes pending. Else Customs is played.
    """

    def __init__(self, engine: Engine, *, sending: bool = False, lent: Connection | None = None) -> None:
        self._engine = engine
        self._sending = sending
        self._within = lent
        self._open: _Open | None = None

    @classmethod
    def within(cls, connection: Connection, *, sending: bool = False) -> Self:
        """Return the ledger in a transaction of another room of its database, which must hold its tables."""
        return cls(connection.engine, sending=sending, lent=connection)

    @classmethod
    def open(cls, url: str, *, create: bool = False, sending: bool = False) -> Ledger | None:
        """Return the ledger at a URL; None when there is none yet, unless told to `create` it in the empty database.

        Raise LedgerError when it cannot be reached or holds something else.
        """
        engine = LEDGER.opened(url, create)
        return None if engine is None else cls(engine, sending=sending)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; an open interchange is forgotten."""
        self.close()

    def close(self) -> None:
        """Forget an open interchange and let the database go."""
        self._forget()
        if self._within is None:
            self._engine.dispose()

    # ------------------------------------------------------------------ history

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said(self._engine):
            known = self._open.connection if self._open else self._within
            if known is not None:
                yield known
                return
            with self._engine.connect() as connection:
                yield connection

    def client_of(self, site_name: str) -> str:
        """Return the owner of a site; the site itself where no owner is known."""
        with self._reading() as connection:
            return owner(connection, site_name)

    def standing(self, key: Key) -> Standing:
        """Return where a document stands."""
        with self._reading() as connection:
            return standing_of(connection, row_of(connection, key))

    def accepted(self, key: Key) -> tuple[str, ...]:
        """Return the canonical elements of a document as accepted, oldest first: its original, then its changes."""
        with self._reading() as connection:
            return accepted_xml(connection, key)

    def declaration(self, identifier: str) -> Key | None:
        """Return the document to which Customs gave an identifier; None when it is none of ours."""
        query = select(document.c.client, document.c.name, document.c.reference)
        with self._reading() as connection:
            row = connection.execute(query.where(document.c.identifier == identifier).limit(1)).one_or_none()
        return None if row is None else Key(row.client, row.name, row.reference)

    def interchange_used(self, site_name: str, reference: str) -> bool:
        """Tell whether a site used an interchange reference before."""
        with self._reading() as connection:
            return _interchange(connection, site_name, reference) is not None

    # ------------------------------------------------------------------ journal

    def begin(self, site_name: str, reference: str) -> bool:
        """Open an interchange and wait for other writers of its client; False when its reference was used before.

        One that is still open is forgotten: the run that opened it failed.
        """
        self._forget()
        with said(self._engine):
            lent = self._within
            connection = self._engine.connect().execution_options(**WRITING) if lent is None else lent
            try:
                whole = connection.begin() if lent is None else connection.begin_nested()
                lock_owner(connection, site_name)
                found = _interchange(connection, site_name, reference)
                number = _add_interchange(connection, site_name, reference) if found is None else found
                judged = connection.begin_nested()
                self._open = _Open(connection, whole, judged, number, found is not None, lent is not None)
            except BaseException:
                if lent is None:
                    connection.close()
                raise
        return found is None

    def record(self, message: Submission) -> None:
        """Write down what became of a message of the open interchange."""
        now = self._opened()
        with said(self._engine):
            row = row_of(now.connection, message.key)
            before = standing_of(now.connection, row)
            if self._sending:
                now.refused = now.refused or not _may_be_sent(before, message)
                if not now.refused:
                    number = save(now.connection, message.key, row, before)
                    add_attempt(now.connection, number, message, Outcome.SENT, now.number)
                return
            after = before.after(message)
            number = save(now.connection, message.key, row, after)
            if after.versions != before.versions:  # else it repeats another, or its version is no number
                add_attempt(now.connection, number, message, _outcome(before, after), now.number)

    def end(self, kept: bool, sound: bool = True) -> bool:
        """Close the interchange; not `kept`: Customs saw none of its messages, only its reference is used up.

        A sender's ledger keeps all of an interchange, or nothing and gives False when it may not be sent on: when an
        error stands anywhere in it (not `sound`), also in a message that was not recorded.
        """
        now, self._open = self._opened(), None
        with said(self._engine):
            if self._sending and (now.refused or not kept or not sound):
                now.close(False)
                return False
            if kept:
                now.judged.commit()
            else:
                now.judged.rollback()
            now.close(True)
        return True

    def _opened(self) -> _Open:
        if self._open is None:
            raise RuntimeError("no interchange is open")
        return self._open

    def _forget(self) -> None:
        if self._open is not None:
            self._open.close(False)
            self._open = None

    # ------------------------------------------------------------------ what else happens

    def sent_in(self, key: Key, version: int | None) -> tuple[str, str] | None:
        """Return site and reference of the interchange that brought a version of a document; None if none is known."""
        query = (
            select(interchange.c.site, interchange.c.reference)
            .join(attempt, attempt.c.interchange == interchange.c.id)
            .join(document, document.c.id == attempt.c.document)
            .where(document.c.client == key.client, document.c.name == key.document)
            .where(document.c.reference == key.reference, attempt.c.version == version)
            .where(attempt.c.outcome != Outcome.FORM_REJECTED.value)
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.site, row.reference)

    def waiting(self, site_name: str, reference: str) -> int:
        """Return how many messages of an interchange wait for what Customs decides on them."""
        query = (
            select(func.count())
            .select_from(attempt.join(interchange))
            .where(interchange.c.site == site_name, interchange.c.reference == same_reference(reference))
            .where(attempt.c.outcome.in_(PENDING))
        )
        with self._reading() as connection:
            return connection.scalar(query) or 0

    def documents(self) -> Iterator[tuple[Key, Standing, str, str]]:
        """Give every document, by client, name and reference: where it stands, its identifier and status at Customs."""
        order = select(document).order_by(document.c.client, document.c.name, document.c.reference)
        with self._reading() as connection:
            for row in connection.execute(order).all():
                key = Key(row.client, row.name, row.reference)
                yield key, standing_of(connection, row), row.identifier or "", row.status or ""

    def take(self, told: Told, answer: FormAnswer | BusinessAnswer) -> str:
        """Write what an answer of Customs changes; give back one sentence that says it."""
        with self._writing() as connection:
            return take(connection, lock_owner(connection, told.site), told, answer)

    def hold(self, site_name: str) -> None:
        """Wait for other writers of a site's client, and keep them away until the transaction around it ends."""
        with self._writing() as connection:
            lock_owner(connection, site_name)

    def touch(self, key: Key) -> None:
        """Lock a document for good: somebody created, amended or withdrew it on line."""
        with self._writing() as connection:
            lock(connection, key.client)
            row = row_of(connection, key)
            save(connection, key, row, standing_of(connection, row)._replace(locked=True))

    def own(self, site_name: str, client: str) -> None:
        """Write down who owns a site. Documents sent from it before stay those of their client."""
        with self._writing() as connection:
            for name in sorted({client, owner(connection, site_name)}):
                lock(connection, name)
            connection.execute(delete(site).where(site.c.name == site_name))
            connection.execute(insert(site).values(name=site_name, client=client))

    def sites(self) -> list[tuple[str, str]]:
        """Return the sites whose owner is written down, and their owners."""
        with self._reading() as connection:
            return [(row.name, row.client) for row in connection.execute(select(site).order_by(site.c.name))]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said(self._engine):
            if self._within is not None:
                yield self._within
                return
            with LEDGER.writing(self._engine) as connection:
                yield connection


def _interchange(connection: Connection, site_name: str, reference: str) -> int | None:
    columns = interchange.c
    query = select(columns.id).where(columns.site == site_name, columns.reference == same_reference(reference))
    found: int | None = connection.scalar(query)
    return found


def _add_interchange(connection: Connection, site_name: str, reference: str) -> int:
    now = datetime.datetime.now(datetime.UTC)
    values = {"site": site_name, "reference": same_reference(reference), "recorded": now}
    made = insert(interchange).values(values).returning(interchange.c.id)
    return int(connection.execute(made).scalar_one())


def _may_be_sent(standing: Standing, message: Submission) -> bool:
    if not message.accepted or message.version is None or standing.pending is not None:
        return False
    return not standing.breaches(message.function, message.version)


def _outcome(before: Standing, after: Standing) -> Outcome:
    """Return what became of the attempt that took a document from one standing to another."""
    if after.accepted != before.accepted:
        return Outcome.ACCEPTED
    return Outcome.PRELODGED if after.prelodged and not before.prelodged else Outcome.REJECTED
