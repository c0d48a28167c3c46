"""The agreement for electronic dealings: one for each organisation, with its one signatory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import agreement
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.wording import line, organisation
from edifact_ics.bureau.registry.writing import Writing


@dataclass(frozen=True)
class Agreement:
    """Who signed for an organisation, and on which day. The signatory binds the business."""

    organisation: str
    signatory: str
    signed: str


def find(connection: Connection, client: str) -> Agreement | None:
    """Return the agreement of a client's organisation; None when nobody has signed."""
    of = organisation(client)
    return next((one for one in agreements(connection, agreement.c.organisation == of)), None)


def agreements(connection: Connection, *where: ColumnElement[bool]) -> tuple[Agreement, ...]:
    """Return the agreements that meet the conditions, by organisation."""
    rows = connection.execute(select(agreement).where(*where).order_by(agreement.c.organisation))
    return tuple(Agreement(row.organisation, row.signatory, row.signed) for row in rows)


def sign(change: Writing, client: str, signatory: str, signed: str) -> Agreement:
    """Note who signed; the same again changes nothing, another signatory is refused."""
    person = line(signatory, "signatory")
    there = find(change.connection, client)
    if there is not None and there.signatory == person:
        return there
    if there is not None:
        raise Refused(
            f"{there.signatory} signed the agreement for {there.organisation} on {there.signed}; one organisation has"
            " one signatory.",
            "To put another in place takes two operators: `bureau signatory`.",
        )
    detail = {"signatory": person, "signed": signed}
    _put(change, organisation(client), detail)
    change.note(Change.AGREEMENT_SIGN, organisation(client), detail)
    return Agreement(organisation(client), person, signed)


def enact(change: Writing, subject: str, detail: Mapping[str, object]) -> None:
    """Put another signatory in place, as two operators want."""
    _put(change, subject, detail)
    change.note(Change.AGREEMENT_REPLACE, subject, detail)


def _put(change: Writing, subject: str, detail: Mapping[str, object]) -> None:
    change.connection.execute(delete(agreement).where(agreement.c.organisation == subject))
    change.connection.execute(insert(agreement).values({"organisation": subject, **detail}))
