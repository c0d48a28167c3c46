"""Changes that need two: one operator asks, another confirms within a week; then they are made, or may be made once."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from edifact_ics.bureau.registry import agreements, anchors, authorities, operators
from edifact_ics.bureau.registry.audit import canonical
from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import request
from edifact_ics.bureau.registry.trust import RULES, Change
from edifact_ics.bureau.registry.wording import moment
from edifact_ics.bureau.registry.writing import Writing

LASTS = datetime.timedelta(days=7)


class State(StrEnum):
    """Where a request stands. `confirmed` may be used once; `done` was made, or used."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Request:
    """A change that one operator asks for; `decided_by` is None until another one has spoken."""

    number: int
    change: Change
    subject: str
    detail: Mapping[str, object]
    asked_by: str
    asked: str
    state: State
    decided_by: str | None


Effect = Callable[[Writing, str, Mapping[str, object]], None]

# What a confirmation makes happen at once. A key export or an override is made by its own command, once.
_EFFECTS: dict[Change, Effect] = {
    Change.AUTHORITY_GRANT: authorities.enact,
    Change.ANCHOR_INSTALL: anchors.enact,
    Change.AGREEMENT_REPLACE: agreements.enact,
    Change.OPERATOR_ADD: operators.add,
    Change.OPERATOR_REMOVE: operators.remove,
}


def ask(change: Writing, what: Change, subject: str, detail: Mapping[str, object]) -> Request:
    """Ask for a change that needs two; a request for the same that is pending stays the only one."""
    if RULES[what].operators < 2:
        raise RuntimeError(f"{what} needs no second operator")
    for pending in requests(change.connection, State.PENDING):
        same = (pending.change, pending.subject, canonical(dict(pending.detail)))
        if same == (what, subject, canonical(dict(detail))) and not _stale(pending, change):
            raise Refused(
                f"Request {pending.number} by {pending.asked_by} asks for the same.",
                f"Another operator than {pending.asked_by} confirms it: `bureau confirm {pending.number}`.",
            )
    values = {"change": what, "subject": subject, "detail": canonical(dict(detail)), "asked_by": change.operator}
    made = insert(request).values({**values, "asked": change.moment, "state": State.PENDING}).returning(request.c.id)
    number = int(change.connection.execute(made).scalar_one())
    change.tell("request.ask", subject, {"request": number, "change": what, "detail": dict(detail)})
    return one(change.connection, number)


def confirm(change: Writing, number: int) -> Request:
    """Confirm what another operator asked for: it takes effect at once, or may be used once."""
    asked = _pending(change, number)
    if asked.asked_by == change.operator:
        raise Refused(
            f"{change.operator} asked for request {number} and cannot confirm it too.",
            "It takes another operator: ask a colleague to confirm it under their own name.",
        )
    operators.require(change.connection, asked.asked_by)  # who left no longer wants it
    change.tell("request.confirm", asked.subject, {"request": number, "asked_by": asked.asked_by})
    effect = _EFFECTS.get(asked.change)
    if effect is not None:
        change.request = number
        effect(change, asked.subject, asked.detail)
        change.request = None
    return _decide(change, number, State.CONFIRMED if effect is None else State.DONE)


def refuse(change: Writing, number: int) -> Request:
    """Say no to a request, or take back one's own."""
    asked = _pending(change, number)
    change.tell("request.refuse", asked.subject, {"request": number, "asked_by": asked.asked_by})
    return _decide(change, number, State.REFUSED)


def use(change: Writing, what: Change, subject: str) -> Request:
    """Use up a confirmed request, once, in the transaction that does what it allows. Refuse when there is none."""
    found = confirmed(change, what, subject)
    if found is None:
        raise Refused(
            f"To {RULES[what].words} needs two operators, and nothing confirmed allows it for {subject}.",
            "One asks for it, another confirms it with `bureau confirm ID` within seven days.",
        )
    change.request = found.number
    change.note(what, subject, found.detail)
    change.request = None
    change.connection.execute(update(request).where(request.c.id == found.number).values(state=State.DONE))
    return one(change.connection, found.number)


def confirmed(change: Writing, what: Change, subject: str) -> Request | None:
    """Return the confirmed request that still allows a change; None when there is none, or it is older than a week."""
    found = (
        one for one in requests(change.connection, State.CONFIRMED) if (one.change, one.subject) == (what, subject)
    )
    return next((one for one in found if not _stale(one, change)), None)


def requests(connection: Connection, state: State | None = None) -> tuple[Request, ...]:
    """Return the requests, the oldest first; with `state` those that stand there."""
    query = select(request).order_by(request.c.id)
    if state is not None:
        query = query.where(request.c.state == state)
    return tuple(_request(row) for row in connection.execute(query))


def one(connection: Connection, number: int) -> Request:
    """Return a request; refuse a number that none has."""
    row = connection.execute(select(request).where(request.c.id == number)).one_or_none()
    if row is None:
        raise Refused(f"There is no request {number}.", "`bureau requests` lists them.")
    return _request(row)


def _pending(change: Writing, number: int) -> Request:
    found = one(change.connection, number)
    if found.state is not State.PENDING:
        raise Refused(f"Request {number} is {found.state}, by {found.decided_by}.", "Ask anew if it is still wanted.")
    if _stale(found, change):
        raise Refused(f"Request {number} is older than seven days.", "Ask anew if it is still wanted.")
    return found


def _stale(found: Request, change: Writing) -> bool:
    return found.asked < moment(change.at - LASTS)


def _decide(change: Writing, number: int, state: State) -> Request:
    values = {"state": state, "decided_by": change.operator, "decided": change.moment}
    change.connection.execute(update(request).where(request.c.id == number).values(values))
    return one(change.connection, number)


def _request(row: Row[Any]) -> Request:
    detail = json.loads(row.detail)
    return Request(
        row.id, Change(row.change), row.subject, detail, row.asked_by, row.asked, State(row.state), row.decided_by
    )
