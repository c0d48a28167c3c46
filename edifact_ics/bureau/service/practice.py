"""Customs played: what comes is judged with all rules and the ledger, and answered by CONTRL and business responses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, select

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.canberra import stamp
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import Manifest, manifest
from edifact_ics.bureau.service.opening import INSECURE
from edifact_ics.bureau.service.references import next_reference
from edifact_ics.bureau.service.tables import counter
from edifact_ics.bureau.service.work import DONE, SEAL
from edifact_ics.envelope.receiver import Receiver
from edifact_ics.ledger import Ledger
from edifact_ics.pipeline import check, respond
from edifact_ics.rules import Known, RuleSet, available, rule
from edifact_ics.view import Complaint, Level


def practice_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Judge what a client sent, record it, and answer."""
    data = instance.payloads.get(row.interchange)
    found = manifest(data)
    assert found is not None, "it was opened"
    if found.only_acknowledges:
        work.tell(connection, at, row.trace, "acknowledged", work=row.id, site=row.site, reference=row.reference)
        work.move(connection, row.id, at, DONE)
        return
    site = instance.registry.site(row.site)
    ledger = Ledger.within(connection)
    ledger.hold(found.site)
    if site is not None and ledger.client_of(site.name) != site.client:
        ledger.own(site.name, site.client)
    secure = not (row.detail or "").startswith(INSECURE)
    receiver = Receiver(site=instance.configuration.site, production=False, secure=secure)
    pieces = _answers(instance, connection, data, receiver, row, at)
    if not receiver.refuses(found.interchange):
        rules = _rules(instance.configuration.simulation.reject)
        verdict = check(data, journal=ledger, reference=instance.tables, rules=rules).verdict
        work.tell(connection, at, row.trace, "judged", work=row.id, verdict=verdict)
    else:
        work.tell(connection, at, row.trace, "judged", work=row.id, verdict="refused")
    for place, (kind, piece) in enumerate(pieces):
        _send(instance, connection, row, kind, piece, at, place)
    work.move(connection, row.id, at, DONE)


def _answers(
    instance: Instance, connection: Connection, data: bytes, receiver: Receiver, row: Row[Any], at: float
) -> list[tuple[str, bytes]]:
    """Return the answers in the order in which they go: CONTRL first, unless things are to be out of order."""
    found = []
    for kind in ("contrl", "cusres"):
        given = respond(
            data,
            kind=kind,
            at=stamp(instance.moment),
            reference=next_reference(connection, row.site, at, plain=True),
            receiver=receiver,
            history=Ledger.within(connection),
            tables=instance.tables,
            rules=_rules(instance.configuration.simulation.reject),
        )
        if not given.pieces:
            _give_back(connection, row.site)
        refused = kind == "cusres" and bool(receiver.refuses(_manifest(data).interchange))
        found += [] if refused else [(kind, piece) for piece in given.pieces]
    return found[::-1] if instance.configuration.simulation.swap else found


@cache
def _rules(prefix: str) -> RuleSet:
    """Return the rules to judge by; with a prefix, documents whose sender reference begins so are refused as well."""
    if not prefix:
        return available()

    @rule("X-SCENARIO", on="SenderReference", source="The scenario", statement="Some fail.", cure="Take another.")
    def refused(header: Level, known: Known) -> Iterator[Complaint]:
        if header.said["SenderReference"].startswith(prefix):
            yield header.complaint("SenderReference", "The scenario refuses this sender reference.")

    return available() | RuleSet.of([refused])


def _manifest(data: bytes) -> Manifest:
    found = manifest(data)
    assert found is not None
    return found


def _give_back(connection: Connection, site: str) -> None:
    """Take back a reference that was not used: a gap would have the site ask for what was never sent."""
    last = int(connection.scalar(select(counter.c.last).where(counter.c.site == site)) or 1)
    connection.execute(counter.update().where(counter.c.site == site).values(last=str(last - 1)))


def _send(
    instance: Instance, connection: Connection, row: Row[Any], kind: str, piece: bytes, at: float, place: int
) -> None:
    """Put an answer down, with what the scenario makes of it: late, lost, or twice."""
    scenario = instance.configuration.simulation
    answer = {
        "kind": "out",
        "stage": SEAL,
        "due": at + scenario.delay + place / 1000,
        "interchange": instance.payloads.put(piece),
        "site": row.site,
        "source": row.id,
        "trace": row.trace,
    }
    number = work.add(connection, at, **answer)
    if scenario.repeat and number % scenario.repeat == 0:
        work.add(connection, at, **answer)
    lost = bool(scenario.lose) and number % scenario.lose == 0
    if lost:
        work.move(connection, number, at, DONE, reason="lost", detail="The scenario loses it.")
    work.tell(connection, at, row.trace, "answers", work=number, kind=kind, site=row.site, lost=lost or None)
