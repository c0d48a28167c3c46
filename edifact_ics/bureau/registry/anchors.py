"""Customs' own certificates, pinned: each active from a day on, the next one installed ahead of its roll-over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import anchor
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.writing import Writing


@dataclass(frozen=True)
class Anchor:
    """A certificate of Customs: SHA-256 fingerprint, and the days in Canberra on which it counts, both included.

    `active_until` None: until the next one becomes active.
    """

    fingerprint: str
    subject: str
    pem: str
    active_from: str
    active_until: str | None


def anchors(connection: Connection) -> tuple[Anchor, ...]:
    """Return all that were ever pinned, the oldest first."""
    rows = connection.execute(select(anchor).order_by(anchor.c.active_from))
    return tuple(Anchor(r.fingerprint, r.subject, r.pem, r.active_from, r.active_until) for r in rows)


def active(connection: Connection, day: str) -> Anchor:
    """Return the one that counts on a day; refuse when none does, and say why."""
    begun = [one for one in anchors(connection) if one.active_from <= day]
    if not begun:
        raise Refused(
            f"No certificate of Customs is active on {day}.",
            "Install the one that Customs publishes; two operators are needed.",
        )
    last = begun[-1]
    if last.active_until is not None and last.active_until < day:
        raise Refused(
            f"The certificate of Customs ended on {last.active_until} and no other is active on {day}.",
            "Install the next one that Customs has announced; two operators are needed.",
        )
    return last


def why_stale(connection: Connection, fingerprint: str, day: str) -> str | None:
    """Return why a certificate does not count as that of Customs on a day; None when it is the active one."""
    pinned = {one.fingerprint: one for one in anchors(connection)}
    one = pinned.get(fingerprint.lower())
    if one is None:
        return "It is not a certificate of Customs that is pinned here."
    if day < one.active_from:
        return f"This certificate of Customs becomes active on {one.active_from}."
    if one.active_until is not None and one.active_until < day:
        return f"This certificate of Customs ended on {one.active_until}."
    later = [other.active_from for other in pinned.values() if one.active_from < other.active_from <= day]
    return f"This certificate of Customs was replaced on {min(later)}." if later else None


def check(connection: Connection, fingerprint: str, active_from: str) -> None:
    """Refuse what cannot be pinned."""
    for one in anchors(connection):
        if fingerprint == one.fingerprint:
            raise Refused(
                f"This certificate of Customs is pinned already, from {one.active_from}.", "Nothing is to do."
            )
        if active_from == one.active_from:
            raise Refused(
                f"Another certificate of Customs becomes active on {active_from}.",
                "Look up the day of the roll-over again.",
            )


def enact(change: Writing, subject: str, detail: Mapping[str, object]) -> None:
    """Pin a certificate that two operators trust."""
    check(change.connection, subject, str(detail["active_from"]))
    change.connection.execute(insert(anchor).values({"fingerprint": subject, **detail}))
    change.note(Change.ANCHOR_INSTALL, subject, detail)


def end(change: Writing, fingerprint: str, day: str) -> None:
    """Let a pinned certificate count until a day and no longer; to let it count longer would take two."""
    there = next((one for one in anchors(change.connection) if one.fingerprint == fingerprint.lower()), None)
    if there is None:
        raise Refused(f"No certificate of Customs {fingerprint} is pinned.", "Look up its fingerprint again.")
    if there.active_until is not None and there.active_until < day:
        raise Refused(
            f"This certificate of Customs ends on {there.active_until} already, before {day}.",
            "One operator may only let it end sooner.",
        )
    change.connection.execute(update(anchor).where(anchor.c.fingerprint == there.fingerprint).values(active_until=day))
    change.note(Change.ANCHOR_END, fingerprint.lower(), {"active_until": day})
