"""What a client sends, judged by the bureau: refused with the reasons, or recorded and put down for Customs.

A bureau says "received", never "accepted": that comes from Customs. What it refuses burns no version. In relay the
interchange goes as the client signed it, all or nothing; in an envelope of ours, refused messages are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.canberra import stamp
from edifact_ics.bureau.service.configuration import Sending
from edifact_ics.bureau.service.enveloping import enveloped
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import Manifest, manifest
from edifact_ics.bureau.service.overriding import used_override
from edifact_ics.bureau.service.references import next_reference
from edifact_ics.bureau.service.tables import lodged
from edifact_ics.bureau.service.work import DONE, JUDGE, REFUSED, SEAL, WAITS
from edifact_ics.envelope.receiver import Receiver
from edifact_ics.finding import Finding, Policy, Severity
from edifact_ics.history import same_reference
from edifact_ics.ledger import Ledger
from edifact_ics.pipeline import Result, check, respond
from edifact_ics.response import contrl
from edifact_ics.syntax.characters import STANDARD, split_elements

_PENDING = "LED-01"  # an earlier version waits for the answer of Customs


@dataclass(frozen=True)
class Case:
    """An interchange of a client at hand, and what is needed to judge it."""

    instance: Instance
    connection: Connection
    row: Row[Any]
    at: float
    data: bytes
    manifest: Manifest

    @property
    def receiver(self) -> Receiver:
        """Who receives: in relay Customs is meant, in an envelope of ours the bureau may be named too."""
        own = self.instance.configuration
        meant = self.manifest.interchange.value(3)
        to_us = own.sending is Sending.ENVELOPE and meant == own.site
        return Receiver(site=own.site if to_us else own.customs, production=own.production)

    @property
    def policy(self) -> Policy:
        """An override that two operators agreed on turns the business rules it names into warnings."""
        return used_override(self.connection, self.row.id) or Policy()

    def ledger(self) -> Ledger:
        """The ledger in this transaction, kept by a sender."""
        return Ledger.within(self.connection, sending=True)


def judge_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Judge an interchange that is its sender's own, and decide what becomes of it."""
    data = instance.payloads.get(row.interchange)
    found = manifest(data)
    assert found is not None, "it was opened"
    case = Case(instance, connection, row, at, data, found)
    case.ledger().hold(row.site)  # so what others decide about its client's documents is known, or not yet begun
    if found.only_acknowledges:
        _pass_on(case)
        return
    if work.waits_before(connection, row.id, found.subjects):
        _wait(case)
        return
    _note_owner(case)
    if work.client_lodging(connection, row.site, row.reference) is not None:
        _refuse(case, "its reference was used before", used=True)
        return
    if instance.configuration.sending is Sending.ENVELOPE:
        _judge_in_envelope(case)
    else:
        _judge_as_sent(case)


def _pass_on(case: Case) -> None:
    """Send what acknowledges answers to Customs as it is: nobody answers it. One that is for the bureau ends here."""
    wrong = case.receiver.refuses(case.manifest.interchange)
    if case.manifest.interchange.value(3) == case.instance.configuration.site:
        work.tell(case.connection, case.at, case.row.trace, "acknowledged", work=case.row.id, site=case.row.site)
    elif wrong:
        work.quarantine(case.connection, case.row.id, case.at, "not-for-customs", wrong[0].message)
        return
    else:
        _lodge(case, case.data, case.manifest)
    work.move(case.connection, case.row.id, case.at, DONE)


def _judge_as_sent(case: Case) -> None:
    refused = case.receiver.refuses(case.manifest.interchange)
    result = None if refused else _recorded(case, case.data)
    if result is None or not result.accepted:
        if result is not None and _only_waits(result):
            _wait(case)
        else:
            _refuse(case, "it has errors")
        return
    _acknowledge(case)
    _lodge(case, case.data, case.manifest)
    work.move(case.connection, case.row.id, case.at, DONE)


def _judge_in_envelope(case: Case) -> None:
    """Put what is in order into an envelope of ours, and refuse the rest."""
    receiver = case.receiver
    first = check(case.data, history=case.ledger(), reference=case.instance.tables, policy=case.policy)
    if _only_waits(first):
        _wait(case)
        return
    whole = receiver.refuses(case.manifest.interchange) or [
        f for f in _errors(first) if f.position.message_number is None
    ]
    wrong = {f.position.message_number for f in _errors(first)}
    good = [e for number, e in enumerate(case.manifest.entries, 1) if number not in wrong]
    if whole or not good:
        _refuse(case, "it has errors")
        return
    if len(good) < len(case.manifest.entries):
        _reject(case)  # before the rest is on record, for then it would count as sent before
    reference = str(next_reference(case.connection, case.row.site, case.at))
    data = enveloped(case.manifest, good, case.instance.configuration.customs, reference, case.instance.moment)
    result = _recorded(case, data)
    if not result.accepted:
        raise RuntimeError(f"what is in order alone is not in order together: {_errors(result)[0].code}")
    _acknowledge(case)
    sent = manifest(data)
    assert sent is not None
    _lodge(case, data, sent)
    work.move(case.connection, case.row.id, case.at, DONE)


def _recorded(case: Case, data: bytes) -> Result:
    """Check an interchange against the ledger and record it there if all of it may be sent."""
    return check(data, journal=case.ledger(), reference=case.instance.tables, policy=case.policy)


def _errors(result: Result) -> list[Finding]:
    return [f for f in result.findings if f.severity is Severity.ERROR]


def _only_waits(result: Result) -> bool:
    """Tell whether an earlier version has no answer yet: until then only its form can be judged, and that is right."""
    return any(f.code == _PENDING for f in _errors(result)) and not contrl.errors_of(result.findings)


def _wait(case: Case) -> None:
    later = case.at + max(case.instance.configuration.retry, 60)
    work.move(case.connection, case.row.id, later, JUDGE, reason=WAITS)
    if case.row.reason != WAITS:
        work.tell(case.connection, case.at, case.row.trace, "waits", work=case.row.id)


def _note_owner(case: Case) -> None:
    """Let the ledger know whose site it is: documents belong to clients."""
    site = case.instance.registry.site(case.row.site)
    ledger = case.ledger()
    if site is not None and ledger.client_of(site.name) != site.client:
        ledger.own(site.name, site.client)


# ---------------------------------------------------------------------- what the client is told


def answer(case: Case, data: bytes, what: str) -> None:
    """Put an answer down to be sealed and sent to the client."""
    number = work.add(
        case.connection,
        case.at,
        kind="out",
        stage=SEAL,
        interchange=case.instance.payloads.put(data),
        site=case.row.site,
        source=case.row.id,
        trace=case.row.trace,
    )
    work.tell(case.connection, case.at, case.row.trace, "answers", work=number, says=what, site=case.row.site)


def _words(case: Case) -> Mapping[str, Any]:
    own = case.instance.configuration
    reference = str(next_reference(case.connection, own.site, case.at))
    return {"at": stamp(case.instance.moment), "reference": reference, "site": own.site}


def _acknowledge(case: Case) -> None:
    if case.manifest.interchange.value(9) == "1":
        answer(case, contrl.received(case.manifest.interchange, **_words(case)), "received")


def _refuse(case: Case, why: str, *, used: bool = False) -> None:
    """Refuse an interchange: a CONTRL, and rejections of its messages. Nothing of it goes to Customs."""
    by_form, rejected = _reject(case, used)
    if not by_form and rejected == len(case.manifest.entries):
        _acknowledge(case)
    elif not by_form:  # some of it is in order, and goes nowhere all the same
        answer(case, contrl.refused_whole(case.manifest.interchange, **_words(case)), "refused")
    work.move(case.connection, case.row.id, case.at, REFUSED, reason="refused", detail=why)
    work.release(case.connection, case.at, case.manifest.subjects)
    work.tell(case.connection, case.at, case.row.trace, "refused", work=case.row.id, why=why)


def _reject(case: Case, used: bool = False) -> tuple[bool, int]:
    """Send what refuses: a CONTRL where form is wrong, and rejections of messages; tell whether, and of how many."""
    own, by_form, rejected = case.instance.configuration, False, 0
    history: Any = _UsedBefore(case.ledger()) if used else case.ledger()
    for kind in ("contrl", "cusres"):
        words = _words(case)
        given = respond(
            case.data,
            kind=kind,
            at=words["at"],
            reference=int(words["reference"]),
            receiver=case.receiver,
            history=history,
            tables=case.instance.tables,
            bureau=own.site,
        )
        for piece in given.pieces:
            said = manifest(piece)
            assert said is not None, "we wrote it"
            if kind == "cusres":
                rejected = len(said.entries)
                answer(case, piece, "rejected")
            elif _refuses_form(said):
                by_form = True
                relayed = own.sending is Sending.RELAY
                answer(case, _all_refused(piece) if relayed else piece, "refused")
    return by_form, rejected


def _refuses_form(said: Manifest) -> bool:
    """Tell whether a CONTRL of ours refuses an interchange or a message in it."""
    elements = [split_elements(raw, STANDARD) for raw in said.entries[0].raws]
    places = {"UCI": 4, "UCM": 3}
    return any(e[0][0] in places and e[places[e[0][0]]][0] == contrl.REJECTED for e in elements)


def _all_refused(piece: bytes) -> bytes:
    """Return a CONTRL that names wrong messages as one that refuses all: in relay the others go nowhere either."""
    return re.sub(rb"(UCI\+[^']*\+)7'", rb"\g<1>4'", piece)


class _UsedBefore:
    """A history in which the reference of the interchange at hand was used."""

    def __init__(self, below: Ledger) -> None:
        self._below = below

    def __getattr__(self, name: str) -> Any:
        return getattr(self._below, name)

    def interchange_used(self, site_name: str, reference: str) -> bool:
        """Tell that it was."""
        return True


# ---------------------------------------------------------------------- what goes to Customs


def _lodge(case: Case, data: bytes, sent: Manifest) -> None:
    """Put an interchange down to be sealed and sent to Customs."""
    own = case.instance.configuration
    content = case.instance.payloads.put(data)
    number = work.add(
        case.connection,
        case.at,
        kind="out",
        stage=SEAL,
        interchange=content,
        site=own.customs,
        reference=sent.interchange.reference,
        source=case.row.id,
        trace=case.row.trace,
    )
    work.note_subjects(case.connection, number, sent.subjects)
    work.release(case.connection, case.at, [case.manifest.use])
    if sent.only_acknowledges:
        return
    case.connection.execute(
        insert(lodged).values(
            site=sent.site,
            reference=same_reference(sent.interchange.reference),
            content=content,
            client_site=case.row.site,
            client_reference=case.row.reference,
            work=number,
            trace=case.row.trace,
            state="ready",
            resent=0,
        )
    )
    reference = sent.interchange.reference
    work.tell(case.connection, case.at, case.row.trace, "lodged", work=number, site=sent.site, reference=reference)
