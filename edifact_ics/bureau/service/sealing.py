"""What goes out, sealed: made into a mail once and kept, so that whatever is sent again is the same bytes."""

from __future__ import annotations

import io
from typing import Any

from cryptography import x509
from sqlalchemy import Connection, Row, select

from edifact_ics.bureau.binding import bind_all, sent
from edifact_ics.bureau.certificates.facts import fingerprint, read_certificates
from edifact_ics.bureau.mail import Document, Refusal, Sealed, relay, seal
from edifact_ics.bureau.receiving import Rejected, examine
from edifact_ics.bureau.registry import Refused, Reply
from edifact_ics.bureau.service import tables, work
from edifact_ics.bureau.service.configuration import Sending
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.work import SEND
from edifact_ics.conversion import xml_pieces
from edifact_ics.finding import Report
from edifact_ics.inspection.run import Run


def seal_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Seal an interchange for who is to have it. To Customs, certificates and authority are checked once more."""
    own = instance.configuration
    to_customs = not own.plays_customs and row.site == own.customs
    address = own.customs_address if to_customs else instance.address_of(row.site)
    if not address:
        work.quarantine(connection, row.id, at, "no-address", f"No address of {row.site} is on record.")
        return
    try:
        made = _for_customs(instance, connection, row) if to_customs else _for_client(instance, row, address)
    except Refused as refused:
        work.quarantine(connection, row.id, at, "not-released", str(refused))
        return
    if isinstance(made, Refusal):
        work.quarantine(connection, row.id, at, f"seal-{made.reason}", made.sentence)
        return
    work.move(connection, row.id, at, SEND, mail=instance.payloads.put(made.mail), address=address)
    work.tell(connection, at, row.trace, "sealed", work=row.id, subject=made.label.subject)


def _for_customs(instance: Instance, connection: Connection, row: Row[Any]) -> Sealed | Refusal:
    """Seal what goes to Customs, if it may still go: relayed as its client signed it, or signed with a hosted key."""
    own, at = instance.configuration, instance.moment
    recipient = read_certificates(instance.registry.anchor(at).pem.encode("ascii"))[0]
    source = connection.execute(select(tables.work).where(tables.work.c.id == row.source)).one()
    if source.mail is not None and source.interchange == row.interchange and own.sending is Sending.RELAY:
        mail = instance.payloads.get(source.mail)
        found = examine(instance.registry, mail, instance.open_keys, instance.trust, at=at, customs=own.customs)
        if isinstance(found, Rejected):
            raise Refused(found.sentence, "")
        return relay(found.opened, recipient, at=at, sender_address=own.address, recipient_address=own.customs_address)
    interchange = instance.payloads.get(row.interchange)
    said = sent(interchange)
    key = instance.hosted_key_of(said[0].site)
    if key is None:
        raise Refused(f"No hosted key of site {said[0].site} is here.", "Import it and name it in [[keys.hosted]].")
    decision = bind_all(instance.registry, fingerprint(key.certificate), said, at)
    if not decision.accepted:
        raise Refused(decision.sentence, "")
    return seal(interchange, key, recipient, at=at, sender_address=own.address, recipient_address=own.customs_address)


def _for_client(instance: Instance, row: Row[Any], address: str) -> Sealed | Refusal:
    recipient: x509.Certificate | None = instance.certificate_of(row.site)
    if recipient is None:
        folder = instance.configuration.certificates
        raise Refused(
            f"No certificate of site {row.site} to encrypt with is here, registered and of today.",
            f"Put it on record and into {folder}.",
        )
    interchange = instance.payloads.get(row.interchange)
    return seal(
        interchange,
        instance.seal_key,
        recipient,
        at=instance.moment,
        sender_address=instance.configuration.address,
        recipient_address=address,
        document=None if instance.configuration.plays_customs else _wanted(instance, row.site, interchange),
    )


def _wanted(instance: Instance, site: str, interchange: bytes) -> Document | None:
    """Return an answer in the form that the client of a site prefers; None for EDIFACT."""
    found = instance.registry.site(site)
    client = instance.registry.client(found.client) if found else None
    if client is not None and client.reply is Reply.XML:
        run = Run(Report("-"), want_xml=True, trace=False)
        text = "".join(xml_pieces(run, io.BytesIO(interchange)))
        return Document(text.encode("utf-8"), "application/xml", ".xml")
    if client is not None and client.reply is Reply.JSON and instance.as_json is not None:
        return Document(instance.as_json(interchange), "application/json", ".json")
    return None
