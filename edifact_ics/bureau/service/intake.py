"""Intake: what waits in the channels is made durable, put down as work, and only then acknowledged."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, update

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.channels import Inlet, Received
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.tables import seen
from edifact_ics.bureau.service.work import OPEN, now_text
from edifact_ics.database import insert_new


def take_in(instance: Instance, inlet: Inlet) -> int:
    """Take in what waits in a channel; give back how many mails were new. ChannelError if it cannot be reached."""
    new = 0
    for received in inlet.receive():
        if received.data is None:
            _leave(instance, received)
            continue
        name = instance.payloads.put(received.data)
        with instance.writing() as connection:
            new += put_down(connection, name, instance.clock())
        received.acknowledge()
    return new


def _leave(instance: Instance, received: Received) -> None:
    """Leave a mail where it lies, since it is too large to be kept, and tell an operator."""
    text = f"{received.place}: a mail of {received.size} bytes is more than Customs takes; it was left there unread."
    with instance.writing() as connection:
        work.ask(connection, instance.clock(), "too-large", f"too-large:{received.place}", text)


def put_down(connection: Connection, name: str, at: float) -> bool:
    """Put a mail that is durable down as work; False if it came before, and then nothing changes."""
    if not insert_new(connection, seen, mail=name, work=0, at=now_text(at)):
        return False
    trace = hashlib.sha256(name.encode("ascii")).hexdigest()[:16]
    number = work.add(connection, at, kind="in", stage=OPEN, mail=name, trace=trace)
    connection.execute(update(seen).where(seen.c.mail == name).values(work=number))
    work.tell(connection, at, trace, "received", work=number, mail=name)
    return True
