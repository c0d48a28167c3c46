"""Whose interchange is this? From the signer's certificate to the client it is for, or the reason why it is refused.

The way is: certificate, to site (UNB 0004), to owner (UNB 0008), to client, to authority for document, function and
payment. Addresses in the mail (From, Reply-To) never count. That the signature is good, the chain trusted and nothing
revoked by its authority was proved before; here it is asked who may say this.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from edifact_ics.bureau.registry import Registry, Status
from edifact_ics.bureau.registry import authorities as registered_authorities
from edifact_ics.bureau.registry import certificates as registered_certificates
from edifact_ics.bureau.registry import clients as registered_clients
from edifact_ics.bureau.registry import sites as registered_sites
from edifact_ics.bureau.registry.authorities import DOCUMENTS, FUNCTIONS, Authority
from edifact_ics.bureau.registry.certificates import Certificate
from edifact_ics.bureau.registry.client import Client
from edifact_ics.bureau.registry.wording import day_in_canberra, moment
from edifact_ics.envelope.interchange import Message, Opened
from edifact_ics.envelope.reader import Reader
from edifact_ics.inspection.guides import identity

IMPORT_DECLARATIONS: Final = ("IMD", "IMPED1", "IMPED2")


class Reason(StrEnum):
    """Why an interchange is nobody's, in the order in which it is asked; those of authorities from worst to best."""

    UNKNOWN_CERTIFICATE = "unknown-certificate"
    REVOKED_CERTIFICATE = "revoked-certificate"
    UNREGISTERED_CERTIFICATE = "unregistered-certificate"
    WRONG_KIND = "wrong-kind"
    NOT_FOR_SIGNING = "not-for-signing"
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid"
    CERTIFICATE_EXPIRED = "certificate-expired"
    UNKNOWN_SITE = "unknown-site"
    WRONG_SITE = "wrong-site"
    UNKNOWN_OWNER = "unknown-owner"
    WRONG_OWNER = "wrong-owner"
    CLIENT_ENDED = "client-ended"
    BUREAU_SIGNATURE = "bureau-signature"
    NO_AUTHORITY = "no-authority"
    AUTHORITY_REVOKED = "authority-revoked"
    AUTHORITY_NOT_YET = "authority-not-yet"
    AUTHORITY_EXPIRED = "authority-expired"
    DOCUMENT_NOT_COVERED = "document-not-covered"
    FUNCTION_NOT_COVERED = "function-not-covered"
    PAYMENT_NOT_COVERED = "payment-not-covered"

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        return _ADVICE[self]


_ADVICE: Final = {
    Reason.UNKNOWN_CERTIFICATE: "Put the certificate on record and have it registered, or sign with one that is.",
    Reason.REVOKED_CERTIFICATE: "Sign with a certificate that was not revoked.",
    Reason.UNREGISTERED_CERTIFICATE: "Have the gateway register it, and note that: `client register --registered`.",
    Reason.WRONG_KIND: "Sign mail with a Type 3 device certificate, the client's own or one hosted for it.",
    Reason.NOT_FOR_SIGNING: "Sign with the key for signing; this one is for encryption.",
    Reason.CERTIFICATE_NOT_YET_VALID: "Wait for its first day, or sign with the one before it.",
    Reason.CERTIFICATE_EXPIRED: "Renew the certificate, have the new one registered, and sign with it.",
    Reason.UNKNOWN_SITE: "Write the site that Customs gave in UNB 0004; `site create` notes it.",
    Reason.WRONG_SITE: "Send from the site of the certificate, or sign with the certificate of the site.",
    Reason.UNKNOWN_OWNER: "Write the owner's site in UNB 0008; `site create` notes it.",
    Reason.WRONG_OWNER: "Leave UNB 0008 to the owner of the site, or send from a site of the bureau that acts for it.",
    Reason.CLIENT_ENDED: "Nothing can be sent for a client that has ended; correct the record if it has not.",
    Reason.BUREAU_SIGNATURE: (
        "Relay what the client signed itself, or sign with the Type 3 certificate hosted for it or for its brokerage."
    ),
    Reason.NO_AUTHORITY: "Let the client give it: `authority grant`, and another operator confirms.",
    Reason.AUTHORITY_REVOKED: "Ask the client whether it gives a new one.",
    Reason.AUTHORITY_NOT_YET: "Send again from its first day on.",
    Reason.AUTHORITY_EXPIRED: "Ask the client for a new one.",
    Reason.DOCUMENT_NOT_COVERED: "Ask the client for an authority that names this document.",
    Reason.FUNCTION_NOT_COVERED: "Ask the client for an authority that names this function.",
    Reason.PAYMENT_NOT_COVERED: "Ask the client for an authority with payments, or leave the payment to the client.",
}


@dataclass(frozen=True)
class Sent:
    """What is to be bound: UNB 0004 and 0008 as sent ("" when missing), the name in BGM, its function, whether it pays.

    An interchange with several messages is bound once for each of them.
    """

    site: str
    owner: str
    document: str
    function: str
    payment: bool = False


@dataclass(frozen=True)
class Decision:
    """For which client it is; or the reason, with a sentence that says what is wrong and what to do.

    `authority` is the number of the one that allows it, None where the client itself signed and sent.
    """

    client: Client | None = None
    authority: int | None = None
    reason: Reason | None = None
    sentence: str = ""

    @property
    def accepted(self) -> bool:
        """Tell whether it is a client's."""
        return self.reason is None


class _No(Exception):
    """Carries a reason from where it was found to `bind`."""

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(what)
        self.decision = Decision(reason=reason, sentence=f"{what} {reason.advice}")


def bind(registry: Registry, fingerprint: str, sent: Sent, at: datetime.datetime) -> Decision:
    """Decide for which client a signed message is, at a moment. `fingerprint` is that of the signer's certificate."""
    with registry.reading() as connection:
        try:
            signer = _signer(connection, fingerprint, at)
            site_client = _site(connection, signer, sent)
            client = _owner(connection, sent, day_in_canberra(at))
            agents = _agents(connection, signer, site_client, client, sent)
            _require_running(connection, agents, day_in_canberra(at))
            numbers = [_authority(connection, client, agent, sent, at) for agent in agents]
        except _No as no:
            return no.decision
    return Decision(client, numbers[0] if numbers else None)


def bind_all(registry: Registry, fingerprint: str, messages: Iterable[Sent], at: datetime.datetime) -> Decision:
    """Decide for a whole interchange: the first refusal of its messages, else the decision for the last."""
    decision = Decision()
    for one in messages:
        decision = bind(registry, fingerprint, one, at)
        if not decision.accepted:
            break
    return decision


def sent(interchange: bytes) -> list[Sent]:
    """Return what is to be bound of an interchange, at least one."""
    site = owner = ""
    found: list[tuple[str, str, bool]] = []
    for event in Reader(io.BytesIO(interchange)).events():
        if isinstance(event, Opened):
            site, owner = event.interchange.value(2), event.interchange.value(2, 3)
        elif isinstance(event, Message):
            found.append(_about(event))
    return _once(site, owner, found)


def _once(site: str, owner: str, messages: Iterable[tuple[str, str, bool]]) -> list[Sent]:
    """Return each document and function of an interchange once, at least one: name, function, whether it pays.

    Names and codes that no authority can name are all alike to it: the first stands for them, however many come.
    """
    found: dict[tuple[str, str, bool], tuple[str, str, bool]] = {}
    for document, function, pays in messages:
        known = document if document in DOCUMENTS else "", function if function in FUNCTIONS.values() else ""
        found.setdefault((*known, pays), (document, function, pays))
    return [Sent(site, owner, *one) for one in found.values() or [("", "", False)]]


def _about(message: Message) -> tuple[str, str, bool]:
    """Return the name of a message's document, its function, and whether it pays."""
    kind = message.type[0] if message.type else ""
    named = identity(message)
    return named.document or kind, named.function, kind == "REMADV"


def _signer(connection: Connection, fingerprint: str, at: datetime.datetime) -> Certificate:
    """Return the signer's certificate, which may sign mail at this moment."""
    found, now = registered_certificates.find(connection, fingerprint), moment(at)
    if found is None:
        raise _No(Reason.UNKNOWN_CERTIFICATE, f"The signer's certificate {fingerprint[:16]} is not on record.")
    name = f"Certificate {found.fingerprint[:16]} of {found.client}"
    if found.status is Status.REVOKED:
        raise _No(Reason.REVOKED_CERTIFICATE, f"{name} was revoked.")
    if found.status is not Status.REGISTERED:
        raise _No(Reason.UNREGISTERED_CERTIFICATE, f"{name} is not registered in the gateway.")
    if not found.kind.signs_mail:
        raise _No(Reason.WRONG_KIND, f"{name} is a {found.kind.value} certificate, which signs no mail.")
    if not found.signs:
        raise _No(Reason.NOT_FOR_SIGNING, f"{name} is for encryption only.")
    if now < found.not_before:
        raise _No(Reason.CERTIFICATE_NOT_YET_VALID, f"{name} is valid only from {found.not_before}.")
    if now > found.not_after:
        raise _No(Reason.CERTIFICATE_EXPIRED, f"{name} ended at {found.not_after}.")
    return found


def _site(connection: Connection, signer: Certificate, sent: Sent) -> str:
    """Return the client of the site in UNB 0004, from which this certificate may send."""
    site = registered_sites.find(connection, sent.site)
    if site is None:
        raise _No(Reason.UNKNOWN_SITE, f"The site {sent.site[:40]!r} in UNB 0004 is not on record.")
    if signer.site is not None and signer.site != site.name:
        raise _No(Reason.WRONG_SITE, f"The certificate is that of site {signer.site}, UNB 0004 says {site.name}.")
    if site.client not in (signer.client, signer.host):
        raise _No(Reason.WRONG_SITE, f"Site {site.name} belongs to {site.client}, the certificate to {signer.client}.")
    return site.client


def _owner(connection: Connection, sent: Sent, day: str) -> Client:
    """Return the client whose site stands in UNB 0008; without one it is that of UNB 0004."""
    site = registered_sites.find(connection, sent.owner or sent.site)
    if site is None:
        raise _No(Reason.UNKNOWN_OWNER, f"The site {sent.owner[:40]!r} in UNB 0008 is not on record.")
    client = registered_clients.known(connection, site.client)
    if client.ended_on(day):
        raise _No(Reason.CLIENT_ENDED, f"Client {client.identifier} ended on {client.ended}.")
    return client


def _agents(
    connection: Connection, signer: Certificate, site_client: str, client: Client, sent: Sent
) -> tuple[str, ...]:
    """Return those who act for the client and need its authority: who signs, who sends, who hosts the key."""
    agents = dict.fromkeys(
        one for one in (signer.client, site_client, signer.host) if one not in (None, client.identifier)
    )
    for agent in agents:
        acting = registered_clients.known(connection, agent or "")
        if not acting.is_bureau and not acting.is_brokerage:
            what = (
                f"{acting.identifier} is neither bureau nor brokerage, and UNB 0008 is a site of {client.identifier}."
            )
            raise _No(Reason.WRONG_OWNER, what)
    if signer.client != client.identifier and sent.document in IMPORT_DECLARATIONS:
        signing = registered_clients.known(connection, signer.client)
        if not signing.is_brokerage:
            what = (
                f"An import declaration ({sent.document}) must be signed by the importer or a licensed brokerage, "
                f"not by the bureau {signing.identifier}."
            )
            raise _No(Reason.BUREAU_SIGNATURE, what)
    return tuple(agent for agent in agents if agent)


def _require_running(connection: Connection, agents: Iterable[str], day: str) -> None:
    """Refuse agents that have ended."""
    for agent in agents:
        if (acting := registered_clients.known(connection, agent)).ended_on(day):
            raise _No(Reason.CLIENT_ENDED, f"{agent}, who acts for the client, ended on {acting.ended}.")


def _authority(connection: Connection, client: Client, agent: str, sent: Sent, at: datetime.datetime) -> int:
    """Return the number of an authority that allows the message."""
    given = registered_authorities.authorities(connection, of=client.identifier, to=agent)
    lacking = _lacking(given, sent, moment(at), day_in_canberra(at))
    if isinstance(lacking, int):
        return lacking
    reason, number = lacking
    name = f"Authority {number} of {client.identifier} for {agent}"
    raise _No(
        reason,
        {
            Reason.NO_AUTHORITY: f"{client.identifier} has given {agent} no authority.",
            Reason.AUTHORITY_REVOKED: f"{name} was revoked.",
            Reason.AUTHORITY_NOT_YET: f"{name} has not begun.",
            Reason.AUTHORITY_EXPIRED: f"{name} has ended.",
            Reason.DOCUMENT_NOT_COVERED: f"{name} does not cover the document {sent.document[:40]!r}.",
            Reason.FUNCTION_NOT_COVERED: f"{name} does not cover the function {sent.function[:40]!r}.",
            Reason.PAYMENT_NOT_COVERED: f"{name} does not cover payments.",
        }[reason],
    )


def _lacking(given: Iterable[Authority], sent: Sent, now: str, day: str) -> int | tuple[Reason, int]:
    """Return the number of an authority that allows a message; else the reason of the one that comes nearest."""
    nearest, order = (Reason.NO_AUTHORITY, 0), list(Reason)
    for one in given:
        document, function = one.covers(sent.document, sent.function)
        tests = (
            (Reason.AUTHORITY_REVOKED, one.revoked is None or now < one.revoked),
            (Reason.AUTHORITY_NOT_YET, one.since <= day),
            (Reason.AUTHORITY_EXPIRED, one.until is None or day <= one.until),
            (Reason.DOCUMENT_NOT_COVERED, document),
            (Reason.FUNCTION_NOT_COVERED, function),
            (Reason.PAYMENT_NOT_COVERED, one.payments or not sent.payment),
        )
        reason = next((reason for reason, holds in tests if not holds), None)
        if reason is None:
            return one.number
        if order.index(reason) > order.index(nearest[0]):
            nearest = reason, one.number
    return nearest
