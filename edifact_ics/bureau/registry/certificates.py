"""The records of certificates: what they say and who holds them. Keys are never here, only the path of a key file."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.orm import aliased

from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import agreements, sites
from edifact_ics.bureau.registry.clients import known
from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import certificate, client
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.wording import has_abn, organisation
from edifact_ics.bureau.registry.writing import Writing


class Use(StrEnum):
    """What the key of a certificate is for."""

    SIGNING = "signing"
    ENCRYPTION = "encryption"
    BOTH = "both"


class Status(StrEnum):
    """How far a certificate is: installed here, registered in the gateway of Customs, or revoked for good."""

    INSTALLED = "installed"
    REGISTERED = "registered"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Certificate:
    """One certificate: `client` holds it, `host` is the bureau that keeps the key for its client, else None.

    `fingerprint` is SHA-256 in lower-case hex; `not_before` and `not_after` are moments as 2026-11-25T06:20:19Z. `site`
    is the one that a device sends from. `key_file` is a path, "" when the key is not here. `email` "": it names none.
    """

    fingerprint: str
    client: str
    kind: Kind
    use: Use
    subject: str
    issuer: str
    serial: str
    email: str
    not_before: str
    not_after: str
    host: str | None = None
    site: str | None = None
    key_file: str = ""
    status: Status = Status.INSTALLED
    is_default: bool = False

    @property
    def signs(self) -> bool:
        """Tell whether its key is for signing."""
        return self.use is not Use.ENCRYPTION

    def valid_at(self, moment: str) -> bool:
        """Tell whether a moment lies between its first and its last."""
        return self.not_before <= moment <= self.not_after


def add(change: Writing, given: Certificate) -> Certificate:
    """Note a certificate that was installed; the same again changes nothing. Refuse what does not fit its holder."""
    connection = change.connection
    holder = known(connection, given.client)
    host = known(connection, given.host) if given.host else None
    new = replace(
        given,
        fingerprint=given.fingerprint.replace(":", "").lower(),
        client=holder.identifier,
        host=host.identifier if host else None,
        status=Status.INSTALLED,
        is_default=False,
    )
    if not _is_fingerprint(new.fingerprint):
        raise Refused(f"{given.fingerprint!r} is no SHA-256 fingerprint.", "Write its 64 hex digits.")
    there = find(connection, new.fingerprint)
    if there is not None:
        if there.status is Status.REVOKED:
            raise Refused(f"Certificate {_short(there)} was revoked.", "Buy and install a new one.")
        if replace(there, status=new.status, is_default=False) == new:
            return there
        raise Refused(
            f"This certificate is on record already, as {there.kind.value} of {there.client}.",
            "A certificate has one holder; look up whose it is.",
        )
    if (new.kind is Kind.TYPE_3_HOSTED) != (host is not None):
        raise Refused(
            "A hosted certificate names the bureau that hosts it, and no other kind does.",
            "Name the bureau as host of a certificate of kind type-3-hosted.",
        )
    if host is not None and (not host.is_bureau or host.hosting is None):
        raise Refused(
            f"{host.identifier} may not host keys: no memorandum with Customs is on record.",
            f"Note its day: `client amend {host.identifier} --role bureau --hosting DAY`.",
        )
    if new.site is not None:
        _check_site(connection, new)
    values = asdict(new)
    row = {**values, "client": holder.number, "host": host.number if host else None}
    connection.execute(insert(certificate).values(row))
    change.note(Change.CERTIFICATE_ADD, new.fingerprint, values)
    return new


def _check_site(connection: Connection, new: Certificate) -> None:
    """Refuse a site that is not its holder's or host's, or has another address."""
    site = sites.find(connection, new.site or "")
    if site is None:
        raise Refused(f"There is no site {new.site}.", "`site create` notes it.")
    if site.client not in (new.client, new.host):
        raise Refused(f"{site.name} is a site of {site.client}, not of {new.client}.", "Name the holder's own site.")
    if site.email and new.email.lower() != site.email.lower():
        raise Refused(
            f"The certificate names {new.email or 'no address'}, site {site.name} has {site.email}.",
            "A device certificate bears the address of its site: get one for that address.",
        )


def register(change: Writing, fingerprint: str, by: str) -> Certificate:
    """Note that the gateway of Customs registered a certificate, as its kind goes: by its holder, or by maintenance.

    `by` is the person who did it. The officer's comes first; who registers a certificate signs the agreement.
    """
    connection = change.connection
    found = installed(connection, fingerprint)
    if found.status is Status.REGISTERED:
        return found
    if found.status is Status.REVOKED:
        raise Refused(f"Certificate {_short(found)} was revoked.", "Buy and install a new one.")
    if found.kind.self_registers and agreements.find(connection, found.client) is None:
        raise Refused(
            f"Nobody has signed the agreement for electronic dealings of {organisation(found.client)}.",
            "Self-registration includes it: say who signed with --signatory and --signed.",
        )
    if not found.kind.self_registers and not officer_is_registered(connection, found.client):
        raise Refused(
            f"{found.client} has no certificate of its authorising officer registered.",
            f"That one comes first: install and register it, then {found.kind.value} by certificate maintenance.",
        )
    connection.execute(update(certificate).where(_is(found)).values(status=Status.REGISTERED))
    how = "self" if found.kind.self_registers else "maintenance"
    change.note(Change.CERTIFICATE_REGISTER, found.fingerprint, {"client": found.client, "how": how, "by": by})
    return replace(found, status=Status.REGISTERED)


def officer_is_registered(connection: Connection, holder: str) -> bool:
    """Tell whether the authorising officer of a client's business is registered; who has no ABN has no officer."""
    if not has_abn(holder):
        return True
    officers = certificates(connection, kind=Kind.AUTHORISING_OFFICER)
    business = organisation(holder)
    return any(one.status is Status.REGISTERED and organisation(one.client) == business for one in officers)


def revoke(change: Writing, fingerprint: str, reason: str) -> Certificate:
    """Refuse a certificate from now on."""
    found = installed(change.connection, fingerprint)
    if found.status is Status.REVOKED:
        return found
    change.connection.execute(update(certificate).where(_is(found)).values(status=Status.REVOKED, is_default=False))
    change.note(Change.CERTIFICATE_REVOKE, found.fingerprint, {"client": found.client, "reason": reason})
    return replace(found, status=Status.REVOKED, is_default=False)


def choose(change: Writing, fingerprint: str) -> Certificate:
    """Make a certificate the one of its holder that is used unless another is named."""
    found = installed(change.connection, fingerprint)
    if found.status is Status.REVOKED:
        raise Refused(f"Certificate {_short(found)} was revoked.", "Choose another one.")
    holder = known(change.connection, found.client).number
    change.connection.execute(update(certificate).where(certificate.c.client == holder).values(is_default=False))
    change.connection.execute(update(certificate).where(_is(found)).values(is_default=True))
    change.note(Change.CERTIFICATE_DEFAULT, found.fingerprint, {"client": found.client})
    return replace(found, is_default=True)


def find(connection: Connection, fingerprint: str) -> Certificate | None:
    """Return a certificate by its fingerprint; None when it is not on record."""
    wanted = fingerprint.replace(":", "").lower()
    if not _is_fingerprint(wanted):
        return None
    row = connection.execute(_query().where(certificate.c.fingerprint == wanted)).one_or_none()
    return None if row is None else _certificate(row)


def installed(connection: Connection, fingerprint: str) -> Certificate:
    """Return a certificate by its fingerprint, or by eight or more of its first digits; refuse when there is none."""
    wanted = fingerprint.replace(":", "").lower()
    query = _query().where(certificate.c.fingerprint.startswith(wanted, autoescape=True)).limit(2)
    found = tuple(map(_certificate, connection.execute(query))) if len(wanted) >= 8 else ()
    if len(found) != 1:
        raise Refused(
            f"{'No' if not found else 'More than one'} certificate on record has the fingerprint {fingerprint}.",
            "Write its 64 hex digits, or as many as tell it from others; at least eight.",
        )
    return found[0]


def certificates(connection: Connection, of: str | None = None, kind: Kind | None = None) -> tuple[Certificate, ...]:
    """Return the certificates by holder and first moment, revoked and ended ones too; `of` a client, of one kind."""
    query = _query().order_by(client.c.identifier, certificate.c.not_before, certificate.c.fingerprint)
    if of is not None:
        query = query.where(client.c.identifier == known(connection, of).identifier)
    if kind is not None:
        query = query.where(certificate.c.kind == kind)
    return tuple(map(_certificate, connection.execute(query)))


def _query() -> Any:
    host = aliased(client)
    return (
        select(certificate, client.c.identifier.label("holder"), host.c.identifier.label("hosted"))
        .join(client, certificate.c.client == client.c.id)
        .join(host, certificate.c.host == host.c.id, isouter=True)
    )


def _is_fingerprint(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def _is(found: Certificate) -> Any:
    return certificate.c.fingerprint == found.fingerprint


def _short(found: Certificate) -> str:
    return f"{found.fingerprint[:16]} of {found.client}"


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(
        fingerprint=row.fingerprint,
        client=row.holder,
        kind=Kind(row.kind),
        use=Use(row.use),
        subject=row.subject,
        issuer=row.issuer,
        serial=row.serial,
        email=row.email,
        not_before=row.not_before,
        not_after=row.not_after,
        host=row.hosted,
        site=row.site,
        key_file=row.key_file,
        status=Status(row.status),
        is_default=row.is_default,
    )
