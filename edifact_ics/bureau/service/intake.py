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
        new += _keep(instance, received)
        received.acknowledge()
    return new


def _keep(instance: Instance, received: Received) -> bool:
    """Make a mail durable; False if the very same bytes came before."""
    at = instance.clock()
    if received.data is None:
        with instance.writing() as connection:
            text = f"A mail of {received.size} bytes was not read: it is larger than any that Customs takes."
            work.ask(connection, at, "too-large", f"too-large:{received.size}:{now_text(at)}", text)
        return False
    name = instance.payloads.put(received.data)
    with instance.writing() as connection:
        return put_down(connection, name, at)


def put_down(connection: Connection, name: str, at: float) -> bool:
    """Put a mail that is durable down as work; False if it came before, and then nothing changes."""
    key = f"mail:{name}"
    if not insert_new(connection, seen, key=key, work=0, at=now_text(at)):
        return False
    trace = hashlib.sha256(key.encode()).hexdigest()[:16]
    number = work.add(connection, at, kind="in", stage=OPEN, mail=name, trace=trace)
    connection.execute(update(seen).where(seen.c.key == key).values(work=number))
    work.tell(connection, at, trace, "received", work=number, mail=name)
    return True
