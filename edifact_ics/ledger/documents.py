"""Rows of the ledger read and written within a connection: clients, documents, attempts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from edifact_ics.database import insert_new
from edifact_ics.history import CHANGE, ORIGINAL, Key, Standing, State, Submission
from edifact_ics.ledger.tables import PENDING, Outcome, attempt, client, document, site


def owner(connection: Connection, name: str) -> str:
    """Return the client that owns a site; the site itself where none is known."""
    found: str | None = connection.scalar(select(site.c.client).where(site.c.name == name))
    return name if found is None else found


def lock(connection: Connection, name: str) -> None:
    """Wait for every other writer of a client, until the transaction ends. SQLite took its lock when it began."""
    insert_new(connection, client, name=name)
    connection.execute(select(client).where(client.c.name == name).with_for_update())


def lock_owner(connection: Connection, name: str) -> str:
    """Wait for every other writer of the client that owns a site, and give that client."""
    client_name = owner(connection, name)
    lock(connection, client_name)
    while (now := owner(connection, name)) != client_name:  # the site changed hands while we waited
        lock(connection, client_name := now)
    return client_name


def row_of(connection: Connection, key: Key) -> Row[Any] | None:
    """Return the row of a document; None when it was never sent."""
    return connection.execute(_where(select(document), key)).one_or_none()


def _where(query: Select[Any], key: Key) -> Select[Any]:
    columns = document.c
    return query.where(columns.client == key.client, columns.name == key.document, columns.reference == key.reference)


def standing_of(connection: Connection, row: Row[Any] | None) -> Standing:
    """Return where the document of a row stands."""
    if row is None:
        return Standing()
    seen = connection.execute(
        select(attempt.c.version, attempt.c.outcome).where(
            attempt.c.document == row.id, attempt.c.outcome != Outcome.FORM_REJECTED.value
        )
    ).all()
    pending = max((version for version, outcome in seen if outcome in PENDING), default=None)
    versions = frozenset(version for version, _ in seen)
    return Standing(State(row.state), versions, row.accepted, row.prelodged, row.locked, pending)


def save(connection: Connection, key: Key, row: Row[Any] | None, standing: Standing) -> int:
    """Write where a document stands, but for its versions, which attempts hold; give the number of its row."""
    values = {
        "state": standing.state.value,
        "accepted": standing.accepted,
        "prelodged": standing.prelodged,
        "locked": standing.locked,
    }
    if row is not None:
        connection.execute(update(document).where(document.c.id == row.id).values(values))
        return int(row.id)
    named = {"client": key.client, "name": key.document, "reference": key.reference}
    made = insert(document).values(named | values).returning(document.c.id)
    return int(connection.execute(made).scalar_one())


def accepted_xml(connection: Connection, key: Key) -> tuple[str, ...]:
    """Return the canonical elements of the accepted original and changes of a document, in order of version."""
    query = select(attempt.c.xml).join(document).order_by(attempt.c.version)
    kept = query.where(attempt.c.outcome == Outcome.ACCEPTED.value, attempt.c.function.in_((ORIGINAL, CHANGE)))
    return tuple(connection.scalars(_where(kept, key)))


def add_attempt(connection: Connection, number: int, message: Submission, outcome: Outcome, interchange: int) -> None:
    """Write what became of a message of the document in row `number`; its text is kept while it may matter."""
    matters = outcome in (Outcome.SENT, Outcome.ACCEPTED)
    connection.execute(
        insert(attempt).values(
            document=number,
            version=message.version,
            function=message.function,
            prelodged=message.prelodged,
            outcome=outcome.value,
            interchange=interchange,
            message=message.message,
            xml=message.xml if matters else "",
        )
    )
