"""The last step: a mail handed to its channel. A crash in between sends the same bytes again, which take effect once.

Then the clocks run: without a CONTRL the same mail goes again; without a business answer an operator is told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.canberra import over_at
from edifact_ics.bureau.service.channels import ChannelError, Undeliverable
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.tables import lodged
from edifact_ics.bureau.service.tables import work as works
from edifact_ics.bureau.service.work import DONE, SEAL, SEND

READY, SENT, ACKNOWLEDGED, ANSWERED, REFUSED = "ready", "sent", "acknowledged", "answered", "refused"


def send_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Hand a sealed mail to the channel. In an outage of Customs what is for it waits."""
    own = instance.configuration
    to_customs = not own.plays_customs and row.site == own.customs
    over = over_at(own.outages, instance.moment) if to_customs else None
    if over is not None:
        count(connection, row, row.attempts - 1)
        if _never_went(connection, row):  # it is released then, by the certificates and authority of then
            work.move(connection, row.id, over.timestamp(), SEAL, reason="outage", mail=None)
        else:
            work.move(connection, row.id, over.timestamp(), SEND, reason="outage")
        work.tell(connection, at, row.trace, "outage", work=row.id, until=work.now_text(over.timestamp()))
        return
    address = own.customs_address if to_customs else row.address
    try:
        instance.outlet.send(instance.payloads.get(row.mail), own.address, address)
    except Undeliverable as error:
        count(connection, row, row.attempts - 1)
        work.quarantine(connection, row.id, at, "undeliverable", str(error))
        return
    except ChannelError as error:  # it is no fault of this mail: it waits, and its attempts do not count
        count(connection, row, row.attempts)
        work.move(connection, row.id, at + own.retry, SEND, reason="channel", detail=str(error))
        work.ask(connection, at, "channel", f"channel:{row.id}", str(error), row.trace)
        return
    count(connection, row, row.attempts)
    work.move(connection, row.id, at, DONE, detail=None)
    work.settle(connection, at, f"channel:{row.id}", "bureau", "It was sent.")
    work.tell(connection, at, row.trace, "sent", work=row.id, to=address)
    if to_customs:
        _start_clocks(instance, connection, row, at)


def count(connection: Connection, row: Row[Any], times: int) -> None:
    """Count how often Customs may have got an interchange: every attempt may have reached it, also one that failed."""
    connection.execute(update(lodged).where(lodged.c.work == row.id).values(sends=lodged.c.sends + times))


def _never_went(connection: Connection, row: Row[Any]) -> bool:
    """Tell whether an interchange cannot have reached Customs yet: the mail that may have, stays as it is."""
    return connection.scalar(select(lodged.c.sends).where(lodged.c.work == row.id)) == 0


def _start_clocks(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    own = instance.configuration
    sent = connection.execute(select(lodged).where(lodged.c.work == row.id)).one_or_none()
    if sent is None or sent.state in (ANSWERED, REFUSED):
        return
    values: dict[str, Any] = {"sent": sent.sent or work.now_text(at)}  # of what is sent again, the first time
    if sent.state in (READY, SENT):
        values |= {"state": SENT, "resend": at + own.contrl_wait}
    if sent.alarm is None and not sent.resent:
        values["alarm"] = at + own.answer_wait
    connection.execute(update(lodged).where(lodged.c.id == sent.id).values(values))


def run_clocks(instance: Instance, connection: Connection, at: float) -> int:
    """Do what is due: send again what no CONTRL came for, ask an operator where no answer came. Give back how many.

    What still waits to be sent, in an outage say, is not sent again before it was.
    """
    own, done = instance.configuration, 0
    due = or_(and_(lodged.c.resend <= at, works.c.stage == DONE), lodged.c.alarm <= at)
    both = select(lodged, works.c.stage).join(works, works.c.id == lodged.c.work)  # others hold work first, then this
    query = both.where(due)
    for row in connection.execute(query.with_for_update(skip_locked=True)).all():
        name, done = f"Interchange {row.reference} of {row.site}", done + 1
        values: dict[str, Any] = {}
        if row.resend is not None and row.resend <= at and row.stage == DONE:
            again = row.resent < own.resends
            values = {"resend": at + own.contrl_wait if again else None, "resent": row.resent + 1}
            if again:
                work.move(connection, row.work, at, SEND)
                work.tell(connection, at, row.trace, "sends-again", work=row.work)
            else:
                text = f"{name}: no CONTRL came, though it was sent {row.resent + 1} times."
                work.ask(connection, at, "no-contrl", f"no-contrl:{row.id}", text, row.trace)
        if row.alarm is not None and row.alarm <= at:
            values["alarm"] = None
            text = f"{name}: a business answer to it has not come. Ask Customs; do not send it again."
            work.ask(connection, at, "no-answer", f"no-answer:{row.id}", text, row.trace)
        connection.execute(update(lodged).where(lodged.c.id == row.id).values(values))
    return done
