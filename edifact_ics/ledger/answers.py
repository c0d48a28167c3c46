"""What Customs' answers change: which document and which attempt they speak of, and what becomes of them.

CONTRL moves attempts as messages, a business answer moves the attempt at its version and the document. An answer is
taken once; of two that give a document its status, the one with the later date in UNB wins.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from edifact_ics.history import Key, Standing, State, Submission, same_reference
from edifact_ics.ledger.documents import row_of, save, standing_of
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
    if isinstance(said, FormAnswer):
        number, effect = None, _take_form(connection, said)
    else:
        number, effect = _take_business(connection, client, told, said)
    connection.execute(
        insert(answer).values(
            site=told.site,
            reference=same_reference(told.reference),
            message=told.message,
            told=told.at,
            recorded=datetime.datetime.now(datetime.UTC),
            document=number,
            effect=effect,
        )
    )
    return effect


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


def _take_business(connection: Connection, client: str, told: Told, said: BusinessAnswer) -> tuple[int | None, str]:
    row = _document_of(connection, client, said)
    if row is None:
        return None, f"{said.name}: no document {said.reference or said.identifier} of {client} is known."
    key = Key(row.client, row.name, row.reference)
    standing = standing_of(connection, row)
    values: dict[str, Any] = {}
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
        values["identifier"] = said.identifier
    if said.status and not said.rejects and told.at >= (row.told or ""):
        values |= {"status": said.status, "told": told.at}
        parts.append(f"status {said.status}")
    if values:
        connection.execute(update(document).where(document.c.id == row.id).values(values))
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
