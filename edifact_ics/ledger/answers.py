"""What Customs' answers change: which document and which attempt they speak of, and what becomes of them.

CONTRL moves attempts as messages, a business answer moves the attempt at its version and the document. An answer is
taken once; of two that give a document its status, the one that Customs prepared later wins (see `moments`).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from edifact_ics.history import Key, Standing, State, Submission, same_reference
from edifact_ics.ledger.documents import row_of, save, standing_of
from edifact_ics.ledger.moments import counter_of, settle
from edifact_ics.ledger.reading import BusinessAnswer, FormAnswer, Told
from edifact_ics.ledger.tables import PENDING, Outcome, answer, attempt, document, interchange

_REJECTED, _ACKNOWLEDGED, _RECEIVED = "4", "7", "8"
_USED_BEFORE = "26"  # 0085: the interchange arrived before, so its first copy is being answered
_LOCK = ("CMR-12", "SM0007")  # how a simulator says that a document was touched on line; the code of Customs is unknown


def take(connection: Connection, client: str, told: Told, said: FormAnswer | BusinessAnswer) -> str:
    """Write what an answer changes for a client; give back one sentence that says it.

    The caller keeps other writers of the client away. An answer that came before changes nothing.
    """
    if _came_before(connection, told):
        return "The answer came before; it changes nothing."
    prepared, moved = settle(connection, told)
    status = said.status if isinstance(said, BusinessAnswer) and not said.rejects else ""
    if isinstance(said, FormAnswer):
        number, effect = None, _take_form(connection, said)
    else:
        number, effect = _take_business(connection, client, said)
        if number is not None and status and _is_last(connection, number, prepared, told.reference):
            effect = f"{effect[:-1]}; status {status}."
    connection.execute(
        insert(answer).values(
            site=told.site,
            reference=same_reference(told.reference),
            message=told.message,
            told=prepared,
            recorded=datetime.datetime.now(datetime.UTC),
            document=number,
            effect=effect,
            status=status or None,
        )
    )
    for changed in moved if number is None else moved | {number}:
        if given := _said_of(connection, changed):
            last = max(given, key=_when)
            connection.execute(update(document).where(document.c.id == changed).values(status=last.status))
    return effect


def _said_of(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """Return the answers that gave a document a status."""
    given = select(answer).where(answer.c.document == number, answer.c.status.is_not(None))
    return connection.execute(given.order_by(answer.c.id)).all()


def _when(row: Row[Any]) -> tuple[str, int, int]:
    """Return what orders answers: when they were prepared; in one minute the counter of Customs, then as they came."""
    return row.told, counter_of(row.reference), row.id


def _is_last(connection: Connection, number: int, prepared: str, reference: str) -> bool:
    """Tell whether an answer that comes now was prepared after all others that gave a document a status."""
    return all(_when(row)[:2] <= (prepared, counter_of(reference)) for row in _said_of(connection, number))


def _came_before(connection: Connection, told: Told) -> bool:
    columns = answer.c
    same = select(columns.id).where(
        columns.site == told.site,
        columns.reference == same_reference(told.reference),
        columns.message == told.message,
    )
    return connection.execute(same).first() is not None


def _take_form(connection: Connection, said: FormAnswer) -> str:
    found = select(attempt.c.id, attempt.c.message, attempt.c.outcome).join(interchange)
    sent = connection.execute(
        found.where(interchange.c.site == said.site, interchange.c.reference == same_reference(said.reference))
    ).all()
    if not sent:
        return f"No interchange {said.reference} of {said.site} is known; the answer is kept for the operator."
    moved: Counter[Outcome] = Counter()
    for row in sent:
        outcome = _of_form(said, said.messages.get(row.message, said.action))
        if row.outcome in PENDING and outcome is not None and outcome.value != row.outcome:
            connection.execute(update(attempt).where(attempt.c.id == row.id).values(outcome=outcome.value))
            moved[outcome] += 1
    if not moved:
        return f"Interchange {said.reference}: nothing changes, its messages were answered before."
    parts = ", ".join(f"{count} {outcome.value}" for outcome, count in moved.items())
    return f"Interchange {said.reference}: {parts}."


def _of_form(said: FormAnswer, action: str) -> Outcome | None:
    """Return what a CONTRL makes of a message with this action; None where it says nothing known."""
    if action == _REJECTED:
        return Outcome.ACKNOWLEDGED if said.error == _USED_BEFORE else Outcome.FORM_REJECTED
    return {_ACKNOWLEDGED: Outcome.ACKNOWLEDGED, _RECEIVED: Outcome.RECEIVED}.get(action)


def _take_business(connection: Connection, client: str, said: BusinessAnswer) -> tuple[int | None, str]:
    row = _document_of(connection, client, said)
    if row is None:
        return None, f"{said.name}: no document {said.reference or said.identifier} of {client} is known."
    key = Key(row.client, row.name, row.reference)
    standing = standing_of(connection, row)
    parts = [f"{key.document} {key.reference}"]
    sent = None
    if said.document is not None:
        sent = connection.execute(
            select(attempt).where(
                attempt.c.document == row.id,
                attempt.c.version == said.version,
                attempt.c.outcome != Outcome.FORM_REJECTED.value,
            )
        ).one_or_none()
        if sent is None:
            parts.append(f"version {said.version} is not known")
        else:
            standing = _decide(connection, key, standing, sent, said, parts)
    if _is_touched(said, standing):
        standing = standing._replace(locked=True)
        parts.append("touched on line, locked for EDI")
    save(connection, key, row, standing)
    if said.identifier and not said.rejects:
        connection.execute(update(document).where(document.c.id == row.id).values(identifier=said.identifier))
    return int(row.id), f"{said.name}: " + "; ".join(parts) + "."


def _decide(
    connection: Connection, key: Key, standing: Standing, sent: Row[Any], said: BusinessAnswer, parts: list[str]
) -> Standing:
    """Write what became of an attempt; give where the document stands then. What was accepted stays accepted."""
    settled = sent.outcome in (Outcome.ACCEPTED.value, Outcome.PRELODGED.value)
    if settled or (said.rejects and sent.outcome == Outcome.REJECTED.value):
        return standing
    prelodged = not said.rejects and (said.prelodged or sent.prelodged)
    outcome = Outcome.REJECTED if said.rejects else Outcome.PRELODGED if prelodged else Outcome.ACCEPTED
    connection.execute(update(attempt).where(attempt.c.id == sent.id).values(outcome=outcome.value))
    parts.append(f"version {sent.version} {outcome.value}")
    return standing.decided(Submission(key, sent.version, sent.function, not said.rejects, prelodged))


def _is_touched(said: BusinessAnswer, standing: Standing) -> bool:
    """Tell whether an answer shows that somebody worked on line: it says so, or no message of ours withdrew."""
    return any(code in _LOCK or text.startswith(_LOCK) for code, text in said.errors) or (
        said.status == "WITHDRAWN" and standing.state is not State.WITHDRAWN
    )


def _document_of(connection: Connection, client: str, said: BusinessAnswer) -> Row[Any] | None:
    """Return the row of the document that an answer speaks of: by its reference, else by its identifier."""
    if said.document is not None:
        return row_of(connection, Key(client, said.document, said.reference))
    rows = select(document).where(document.c.client == client)
    for column, value in ((document.c.identifier, said.identifier), (document.c.reference, said.reference)):
        found = connection.execute(rows.where(column == value)).all() if value else []
        if len(found) == 1:
            return found[0]
    return None
