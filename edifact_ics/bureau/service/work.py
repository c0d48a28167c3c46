"""The work table: what is to be done next, claimed by one worker, done in one transaction.

A plain table and no job library: queue, ledger and answer change in one transaction, on SQLite and on PostgreSQL, and
none of the libraries kept up today gives that on both.

A claim is a transaction of its own, which counts the attempt and commits, so that work that kills its worker is known
by its count and goes to quarantine. Then the step runs in a second one that holds the row. On PostgreSQL others skip
rows that are held (FOR UPDATE SKIP LOCKED), and a worker that dies lets go of its row; on SQLite there is one worker.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from edifact_ics.bureau.registry.audit import canonical
from edifact_ics.bureau.service.tables import event, lodged, subject, task, work

OPEN, JUDGE, ANSWER, SEAL, SEND = "open", "judge", "answer", "seal", "send"
STEPS = (OPEN, JUDGE, ANSWER, SEAL, SEND)
DONE, QUARANTINE, REFUSED = "done", "quarantine", "refused"
WAITS = "waits"  # the reason of what is due only when an earlier version was answered
_TRUSTED = 2  # attempts of what is waited for: one worker may die, and another one takes over


@dataclass(frozen=True)
class Claim:
    """Work that a worker has claimed, at its attempt."""

    id: int
    attempt: int
    stage: str
    trace: str


def now_text(at: float) -> str:
    """Return seconds since 1970 as the tables hold a moment."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def claim(connection: Connection, at: float, retry: float, most: int) -> Claim | None:
    """Claim what is due longest, and count the attempt; None when nothing is. Commit before the step is run.

    What failed `most` times goes to quarantine, and the next is taken. Nothing is judged while a mail that came earlier
    is still to be opened, for that may hold an earlier version; one that failed twice is not waited for.
    """
    other = work.alias()
    closed = select(func.min(other.c.id)).where(other.c.stage == OPEN, other.c.attempts <= _TRUSTED).scalar_subquery()
    query = (
        select(work.c.id, work.c.attempts, work.c.stage, work.c.trace)
        .where(work.c.stage.in_(STEPS), work.c.due <= at)
        .where(or_(work.c.stage != JUDGE, closed.is_(None), work.c.id < closed))
        .order_by(work.c.due, work.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=work)
    )
    while (row := connection.execute(query).one_or_none()) is not None:
        if row.attempts >= most:
            quarantine(connection, row.id, at, "crashed", f"The step `{row.stage}` failed {row.attempts} times.")
            continue
        values = {"attempts": row.attempts + 1, "due": at + retry}
        connection.execute(update(work).where(work.c.id == row.id).values(values))
        return Claim(row.id, row.attempts + 1, row.stage, row.trace)
    return None


def held(connection: Connection, claimed: Claim) -> Row[Any] | None:
    """Hold the row of a claim until the transaction ends; None when somebody else has taken it over.

    Whoever holds it now is waited for: it may be a claim that only looks, and finds that the row is taken.
    """
    query = select(work).where(
        work.c.id == claimed.id, work.c.attempts == claimed.attempt, work.c.stage == claimed.stage
    )
    return connection.execute(query.with_for_update()).one_or_none()


def add(connection: Connection, at: float, **values: Any) -> int:
    """Put down a piece of work, due at once unless it says otherwise, and return its number."""
    moment = now_text(at)
    given = {"attempts": 0, "due": at, "made": moment, "changed": moment, "trace": secrets.token_hex(8), **values}
    return int(connection.execute(insert(work).values(given).returning(work.c.id)).scalar_one())


def move(connection: Connection, number: int, at: float, stage: str, **values: Any) -> None:
    """Give work its next step, with a fresh count of attempts."""
    given = {"stage": stage, "attempts": 0, "due": at, "reason": None, "changed": now_text(at), **values}
    connection.execute(update(work).where(work.c.id == number).values(given))


def quarantine(connection: Connection, number: int, at: float, reason: str, detail: str) -> None:
    """Put work aside with its reason, and tell an operator. Nothing is ever dropped."""
    row = connection.execute(select(work).where(work.c.id == number)).one()
    values = {"stage": QUARANTINE, "reason": reason, "detail": detail, "changed": now_text(at)}
    connection.execute(update(work).where(work.c.id == number).values(values))
    tell(connection, at, row.trace, "quarantined", work=number, stage=row.stage, reason=reason, detail=detail)
    ask(connection, at, "quarantine", f"quarantine:{number}", f"Work {number}: {detail}", row.trace)
    release(connection, at, connection.scalars(select(subject.c.key).where(subject.c.work == number)))


def tell(connection: Connection, at: float, trace: str, what: str, **detail: object) -> None:
    """Write down what happened. `detail` holds no payload and no secret."""
    text = canonical({name: value for name, value in detail.items() if value is not None})
    connection.execute(insert(event).values(at=now_text(at), trace=trace, what=what, detail=text))


def ask(connection: Connection, at: float, what: str, key: str, detail: str, trace: str = "") -> None:
    """Give an operator something to look at; the same `key` again asks nothing new, unless it was dealt with before."""
    known = connection.execute(select(task.c.id, task.c.resolved).where(task.c.key == key)).one_or_none()
    values = {"what": what, "detail": detail, "trace": trace, "made": now_text(at)}
    if known is None:
        connection.execute(insert(task).values(key=key, **values))
    elif known.resolved is not None:
        again = {**values, "resolved": None, "resolved_by": None, "note": None}
        connection.execute(update(task).where(task.c.id == known.id).values(again))


def settle(connection: Connection, at: float, key: str, by: str, note: str) -> None:
    """Note that somebody dealt with what an operator was asked to look at, or that it went away by itself."""
    values = {"resolved": now_text(at), "resolved_by": by, "note": note}
    connection.execute(update(task).where(task.c.key == key, task.c.resolved.is_(None)).values(values))


def note_subjects(connection: Connection, number: int, keys: Iterable[str]) -> None:
    """Write down which documents a piece of work is about."""
    for key in sorted(set(keys)):
        if connection.execute(select(subject).where(subject.c.work == number, subject.c.key == key)).first() is None:
            connection.execute(insert(subject).values(work=number, key=key))


def waits_before(connection: Connection, number: int, keys: Iterable[str]) -> bool:
    """Tell whether earlier work about one of these documents waits for its turn."""
    query = (
        select(work.c.id)
        .join(subject, subject.c.work == work.c.id)
        .where(work.c.id < number, work.c.stage == JUDGE, subject.c.key.in_(sorted(set(keys))))
    )
    return connection.execute(query.limit(1)).first() is not None


def release(connection: Connection, at: float, keys: Iterable[str]) -> None:
    """Make due what waits for its turn with one of these documents.

    Work that another worker holds is left out, and never waited for: whoever decides holds the client, so that one has
    not decided yet, and will see what was.
    """
    about = select(subject.c.work).where(subject.c.key.in_(sorted(set(keys))))
    waiting = select(work.c.id).where(work.c.stage == JUDGE, work.c.reason == WAITS, work.c.id.in_(about))
    free = list(connection.scalars(waiting.with_for_update(skip_locked=True)))
    connection.execute(update(work).where(work.c.id.in_(free)).values(due=at))


def lodging_of(connection: Connection, site: str, reference: str) -> Row[Any] | None:
    """Return the interchange that was sent to Customs under a reference; None if there is none."""
    query = select(lodged).where(lodged.c.site == site, lodged.c.reference == reference)
    return connection.execute(query).one_or_none()


def standing(connection: Connection, number: int) -> tuple[str, str | None]:
    """Return the next step of work, or how it ended, and why it is not simply next."""
    row = connection.execute(select(work.c.stage, work.c.reason).where(work.c.id == number)).one()
    return row.stage, row.reason


def counts(connection: Connection) -> Mapping[str, int]:
    """Return how much work stands at each step."""
    rows = connection.execute(select(work.c.stage, func.count()).group_by(work.c.stage))
    return {row[0]: row[1] for row in rows}


def client_lodging(connection: Connection, site: str, reference: str) -> Row[Any] | None:
    """Return what was sent to Customs of an interchange that its client named so; None if nothing was."""
    number = reference.lstrip("0")  # leading zeros do not count
    same = lodged.c.client_reference.in_([number.zfill(places) for places in range(len(number), 15)])
    return connection.execute(select(lodged).where(lodged.c.client_site == site, same)).first()
