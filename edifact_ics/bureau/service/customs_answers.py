"""What Customs answers: known again, taken by the ledger, matched to what was sent, and handed on to the client."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.canberra import stamp
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import Manifest, manifest
from edifact_ics.bureau.service.references import next_reference
from edifact_ics.bureau.service.sending import ACKNOWLEDGED, ANSWERED, READY, REFUSED, SENT
from edifact_ics.bureau.service.tables import heard, lodged, subject
from edifact_ics.bureau.service.work import DONE, SEAL
from edifact_ics.envelope.receiver import Receiver
from edifact_ics.history import Key, same_reference
from edifact_ics.ledger import Ledger, answers_in
from edifact_ics.ledger.reading import BusinessAnswer, FormAnswer, Told
from edifact_ics.pipeline import respond

_REJECTED, _USED_BEFORE = "4", "26"
_TOLD = 20  # of the numbers that are missing, so many are told one by one


def answer_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Take an answer that Customs signed."""
    data = instance.payloads.get(row.interchange)
    found = manifest(data)
    assert found is not None, "it was opened"
    site = instance.registry.site(found.interchange.value(3))
    wrong = Receiver(production=instance.configuration.production).refuses(found.interchange)
    if site is None or wrong:
        text = wrong[0].message if wrong else f"It is for {found.interchange.value(3)[:20]!r}, no site on record."
        work.quarantine(connection, row.id, at, "not-ours", text)
        return
    ledger = Ledger.within(connection, sending=True)
    ledger.hold(site.name)
    if not _is_new(connection, row, found, site.name, at):
        return
    changed: set[str] = set()
    for told, said in answers_in(data):
        if said is None:
            text = f"Message {told.message} of {found.interchange.reference}: it cannot be read as an answer."
            work.ask(connection, at, "unread-answer", f"unread:{row.id}:{told.message}", text, row.trace)
            continue
        effect = _taken(connection, row, ledger, told, said, at)
        work.tell(connection, at, row.trace, "answered", work=row.id, effect=effect, site=site.name)
        changed |= set(_matched(connection, row, ledger, site.name, said, at))
    work.release(connection, at, changed)
    _hand_on(instance, connection, row, data, found, at)
    _acknowledge(instance, connection, row, data, found, at)
    work.move(connection, row.id, at, DONE)


def _is_new(connection: Connection, row: Row[Any], found: Manifest, site: str, at: float) -> bool:
    """Tell whether an answer comes for the first time.

    One that comes again changes nothing; another one under its reference is a matter for an operator, and so is a gap
    in the counter of Customs, until it is filled.
    """
    reference = same_reference(found.interchange.reference)
    mine = heard.c.site == site
    known = connection.execute(select(heard).where(mine, heard.c.reference == reference)).one_or_none()
    if known is not None:
        if known.content == row.interchange:
            work.move(connection, row.id, at, DONE)
            work.tell(connection, at, row.trace, "came-again", work=row.id, reference=reference)
        else:
            text = f"Customs used its reference {reference} toward {site} for two contents."
            work.quarantine(connection, row.id, at, "reference-used-twice", text)
        return False
    last = _highest(connection, site)
    connection.execute(
        insert(heard).values(site=site, reference=reference, content=row.interchange, at=work.now_text(at))
    )
    if reference.isdigit():
        told = min(int(reference), last + 1 + _TOLD) if last else 0
        for missing in range(last + 1, told):
            text = f"Customs' interchange {missing} to {site} has not come; ask for it if it stays away."
            work.ask(connection, at, "gap", f"gap:{site}:{missing}", text, row.trace)
        if last and told < int(reference):
            text = f"Customs' interchanges {told} to {int(reference) - 1} to {site} have not come either; ask for them."
            work.ask(connection, at, "gap", f"gap:{site}:{told}-", text, row.trace)
        work.settle(connection, at, f"gap:{site}:{reference}", "bureau", "It came.")
    return True


def _highest(connection: Connection, site: str) -> int:
    longest = connection.scalar(select(func.max(func.length(heard.c.reference))).where(heard.c.site == site))
    rows = select(func.max(heard.c.reference)).where(
        heard.c.site == site, func.length(heard.c.reference) == (longest or 0)
    )
    text = connection.scalar(rows)
    return int(text) if text and text.isdigit() else 0


def _taken(
    connection: Connection, row: Row[Any], ledger: Ledger, told: Told, said: FormAnswer | BusinessAnswer, at: float
) -> str:
    """Let the ledger take an answer; give back what it says of it."""
    if isinstance(said, FormAnswer) and said.error == _USED_BEFORE:
        sent = work.lodging_of(connection, said.site, same_reference(said.reference))
        if sent is None or sent.sends < 2:
            text = f"Customs says that {said.reference} of {said.site} was used before, and we sent it once at most."
            work.ask(connection, at, "error-26", f"error-26:{row.id}", text, row.trace)
            return "Reference used before, and not by us: an operator must look at it."
    return ledger.take(told, said)


def _matched(
    connection: Connection, row: Row[Any], ledger: Ledger, site: str, said: FormAnswer | BusinessAnswer, at: float
) -> list[str]:
    """Note with what was sent that it was answered; give back the documents whose later versions may go now.

    The ledger has taken the answer. An interchange is answered once all of its messages are.
    """
    if isinstance(said, FormAnswer):
        sent = work.lodging_of(connection, said.site, same_reference(said.reference))
        if sent is None:
            text = f"A CONTRL speaks of {said.reference} of {said.site}, which was never sent."
            work.ask(connection, at, "unknown-contrl", f"unknown-contrl:{row.id}", text, row.trace)
            return []
        refused = said.action == _REJECTED and said.error != _USED_BEFORE
        rejects = refused or _REJECTED in said.messages.values()
        state = REFUSED if refused else ACKNOWLEDGED if sent.state in (READY, SENT) else sent.state
        over = rejects and not ledger.waiting(sent.site, sent.reference)
        _note(connection, row, sent, ANSWERED if over and not refused else state, at)
        return _subjects(connection, sent.work) if rejects else []
    if said.document is None:
        return []
    key = Key(ledger.client_of(site), said.document, said.reference)
    place = ledger.sent_in(key, said.version)
    sent = work.lodging_of(connection, *place) if place else None
    if sent is not None:
        over = not ledger.waiting(sent.site, sent.reference)
        _note(connection, row, sent, ANSWERED if over else sent.state, at)
    return [f"{site} {said.document} {said.reference}"]


def _note(connection: Connection, row: Row[Any], sent: Row[Any], state: str, at: float) -> None:
    """Note how an interchange stands after an answer, and say in its trail that one came, and where that one's is."""
    values: dict[str, Any] = {"state": state, "resend": None}
    if state in (REFUSED, ANSWERED):
        values["alarm"] = None
    connection.execute(update(lodged).where(lodged.c.id == sent.id).values(values))
    work.tell(connection, at, sent.trace, "answer-came", work=row.id, answer=row.trace)


def _subjects(connection: Connection, number: int) -> list[str]:
    return list(connection.scalars(select(subject.c.key).where(subject.c.work == number)))


# ---------------------------------------------------------------------- to the client, and back to Customs


def _hand_on(
    instance: Instance, connection: Connection, row: Row[Any], data: bytes, found: Manifest, at: float
) -> None:
    """Put an answer down for the client whose site it is for, references as the client knows them."""
    site = instance.registry.site(found.interchange.value(3))
    assert site is not None, "it was looked up"
    data = _in_client_words(connection, data)
    number = work.add(
        connection,
        at,
        kind="out",
        stage=SEAL,
        interchange=instance.payloads.put(data),
        site=site.name,
        source=row.id,
        trace=row.trace,
    )
    work.tell(connection, at, row.trace, "handed-on", work=number, site=site.name)


def _in_client_words(connection: Connection, data: bytes) -> bytes:
    """Return an answer with the references in UCI that the client gave, where they went in our envelope."""

    def mapped(match: re.Match[bytes]) -> bytes:
        reference, site = match[2].decode("latin-1"), match[3].decode("latin-1")
        sent = work.lodging_of(connection, site, same_reference(reference))
        return match[0] if sent is None else match[1] + sent.client_reference.encode("latin-1") + b"+" + match[3]

    return re.sub(rb"(UCI\+)([0-9]{1,14})\+([A-Z0-9]{1,10})(?=[:+])", mapped, data)


def _acknowledge(
    instance: Instance, connection: Connection, row: Row[Any], data: bytes, found: Manifest, at: float
) -> None:
    """Put our CONTRL to a business answer down, where the key of its site is here; else its client answers itself."""
    site, own = found.interchange.value(3), instance.configuration
    if found.only_acknowledges or instance.hosted_key_of(site) is None:
        return
    reference = next_reference(connection, site, at)
    given = respond(data, kind="contrl", at=stamp(instance.moment), reference=reference)
    for piece in given.pieces:
        number = work.add(
            connection,
            at,
            kind="out",
            stage=SEAL,
            interchange=instance.payloads.put(piece),
            site=own.customs,
            reference=str(reference),
            source=row.id,
            trace=row.trace,
        )
        work.tell(connection, at, row.trace, "acknowledges", work=number, site=site)
