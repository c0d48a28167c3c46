"""The whole loop in one folder: a client, its bureau, a practice Customs, and back, by signed and encrypted mail."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from edifact_ics.bureau.service.canberra import stamp
from edifact_ics.bureau.service.instance import Clock, Instance
from edifact_ics.bureau.service.manifest import manifest
from edifact_ics.bureau.service.practice_ground import Ground, as_client
from edifact_ics.bureau.service.practice_post import post_office
from edifact_ics.bureau.service.tables import lodged, task, work
from edifact_ics.bureau.service.trail import trail
from edifact_ics.bureau.service.worker import turn
from edifact_ics.ledger import Ledger
from edifact_ics.resources import root

_ROUNDS = 20
_MADE = datetime.date(2026, 11, 18)


class DemonstrationFailed(Exception):
    """The loop did not end as it must: one sentence."""


def demonstrate(folder: Path, clock: Clock = time.time) -> Iterator[str]:
    """Run the loop and give its trail line by line; DemonstrationFailed if something did not come as it must."""
    ground = Ground(folder, clock)
    ground.lay()
    yield f"A client, a bureau and a practice Customs were set up in {folder}: keys, registries, mailboxes."
    with post_office(folder / "post") as ground.relay:
        yield f"All send their mail by SMTP to port {ground.relay.port} of this machine, which puts it into Maildirs."
        yield from _loop(ground)
    ground.foresee()


def _loop(ground: Ground) -> Iterator[str]:
    sample = _as_of(ground.moment, (root("samples") / "imd-sea-fcl-original.edi").read_bytes())
    good = as_client(sample, "202611250001", ground.moment)
    change = sample.replace(b"KB2611-0041:1+9", b"KB2611-0042:2+4")  # of what was never sent
    bad = as_client(change, "202611250002", ground.moment)
    mail = ground.sealed(good)
    for one in (mail, mail, ground.sealed(bad), _forged(ground)):
        ground.send(one)
    yield "The client sent a declaration (twice, as mail does) and a change of none; a stranger sent one too."
    with ground.instance("bureau") as bureau, ground.instance("customs") as customs:
        for instance in (bureau, customs):
            instance.prepare()
        for _ in range(_ROUNDS):
            if not turn(bureau) + turn(customs):
                break
        yield from _trail("bureau", bureau)
        yield from _trail("customs", customs)
        yield from _outcome(ground, bureau, customs)


def _as_of(at: datetime.datetime, sample: bytes) -> bytes:
    """Return a sample with its dates as far from a moment as they are from the day on which it was made."""
    later = stamp(at).date() - _MADE

    def moved(found: re.Match[bytes]) -> bytes:
        return b":%s:102'" % f"{datetime.date.fromisoformat(found[1].decode()) + later:%Y%m%d}".encode()

    return re.sub(rb":(\d{8}):102'", moved, sample)


def _forged(ground: Ground) -> bytes:
    """Return a mail in the client's name, signed by one whom nobody knows."""
    ground.keys["stranger"] = ground.authority.issue("stranger", "stranger@elsewhere.example")
    sample = (root("samples") / "imd-withdraw.edi").read_bytes()
    return ground.sealed(as_client(sample, "202611250003", ground.moment), "stranger")


def _trail(name: str, instance: Instance) -> Iterator[str]:
    with instance.reading() as connection:
        for happened in trail(connection):
            yield f"{name:8}{happened.line()}"
        for row in connection.execute(select(task).where(task.c.resolved.is_(None)).order_by(task.c.id)):
            yield f"{name:8}{row.made} asks an operator: {row.detail}"


def _outcome(ground: Ground, bureau: Instance, customs: Instance) -> Iterator[str]:
    """Say what came of it, and hold it against what must be."""
    came = [_named(data) for data in ground.inbox()]
    yield f"The client got, each signed by its bureau: {', '.join(came)}."
    with bureau.reading() as connection:
        standings = {key.reference: now.state.value for key, now, _, _ in Ledger.within(connection).documents()}
        states = list(connection.scalars(select(lodged.c.state)))
        aside = connection.execute(select(work).where(work.c.stage == "quarantine")).all()
    with customs.reading() as connection:
        there = {key.reference: now.state.value for key, now, _, _ in Ledger.within(connection).documents()}
    yield f"The bureau's ledger: {standings}; that of Customs: {there}; in quarantine: {len(aside)}."
    expected: list[tuple[str, Any, Any]] = [
        ("the bureau's ledger", standings, {"KB2611-0041": "active"}),
        ("the ledger of Customs", there, {"KB2611-0041": "active"}),
        ("what was lodged", states, ["answered"]),
        ("what is in quarantine", [row.reason for row in aside], ["unknown-certificate"]),
        ("what the client got", sorted(came), sorted(_EXPECTED)),
    ]
    for what, found, wanted in expected:
        if found != wanted:
            raise DemonstrationFailed(f"{what} is {found}, and {wanted} was expected.")


_EXPECTED = (
    "CONTRL from HNT336C",
    "CONTRL from HNT336C",
    "IMDR from HNT336C",
    "CONTRL from AAA336C",
    "IMDR from AAA336C",
)


def _named(data: bytes) -> str:
    found = manifest(data)
    if found is None:
        raise DemonstrationFailed("the client got something that is no interchange.")
    first = found.entries[0]
    return f"{first.document or first.type} from {found.site}"
