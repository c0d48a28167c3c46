"""The store of certificates: what is put on record is checked first, and checked again whenever it is asked.

It stands for the store of the signing interface. The registry holds the records; keys stay in their files.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509

from edifact_ics.bureau.certificates import facts, keys
from edifact_ics.bureau.certificates.fitness import WARNED, Remark, days, key_remarks, remarks
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import Certificate, Change, Refused, Registry, Request, Status, Use, requests
from edifact_ics.bureau.registry.anchors import Anchor
from edifact_ics.bureau.registry.certificates import installed
from edifact_ics.bureau.registry.wording import day_in_canberra, moment

Passphrase = bytes | None
_SHORTEST = 8  # digits of a fingerprint that name a certificate


@dataclass(frozen=True)
class Checked:
    """A certificate on record, or one of Customs, with what is to be said of it."""

    record: Certificate | Anchor
    remarks: tuple[Remark, ...]

    @property
    def serves(self) -> bool:
        """Tell whether nothing keeps it from serving."""
        return not any(remark.serious for remark in self.remarks)


def read(path: Path, passphrase: Passphrase) -> tuple[x509.Certificate, str]:
    """Return the certificate of a file, and the path of the file where it holds the key too, else "".

    Raise KeyFileError when the file cannot be used.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise keys.KeyFileError(f"{path}: {error.strerror or error}.") from error
    if b"PRIVATE KEY-----" not in data:
        try:
            return facts.read_certificates(data)[0], ""
        except ValueError as error:
            if b"-----BEGIN" in data:
                raise keys.KeyFileError(f"{path}: there is no certificate in it.") from error
    return keys.load(path, passphrase).certificate, str(path.resolve())


def install(
    registry: Registry,
    path: Path,
    passphrase: Passphrase,
    *,
    client: str,
    kind: Kind,
    use: Use = Use.BOTH,
    host: str | None = None,
    site: str | None = None,
    at: datetime.datetime,
    operator: str,
) -> tuple[Certificate, tuple[Remark, ...]]:
    """Put the certificate of a file on record, its key staying where it is; Refused when it would not serve."""
    certificate, key_file = read(path, passphrase)
    found = tuple(_remarks(certificate, kind, use, at))
    for remark in found:
        if remark.serious:
            raise Refused(f"{path}: {remark.what}", remark.do)
    first, last = facts.validity(certificate)
    record = registry.add_certificate(
        client=client,
        kind=kind,
        fingerprint=facts.fingerprint(certificate),
        subject=facts.subject(certificate),
        issuer=facts.issuer(certificate),
        serial=facts.serial(certificate),
        not_before=first,
        not_after=last,
        email=next(iter(facts.emails(certificate)), ""),
        use=use,
        host=host,
        site=site,
        key_file=key_file,
        operator=operator,
    )
    return record, found


def _remarks(certificate: x509.Certificate, kind: Kind, use: Use, at: datetime.datetime) -> Iterator[Remark]:
    return remarks(certificate, kind, at, signs=use is not Use.ENCRYPTION, enciphers=use is not Use.SIGNING)


def pin(registry: Registry, path: Path, active_from: str, active_until: str | None, *, operator: str) -> Request:
    """Ask to trust the certificate of a file as that of Customs on days in Canberra; at most until its own last day."""
    certificate, _ = read(path, None)
    first, last = (day_in_canberra(end) for end in facts.validity(certificate))
    if not first <= active_from <= last:
        raise Refused(
            f"{path}: it is valid from {first} to {last}, and cannot become active on {active_from}.",
            "Write the day of the roll-over that Customs announced.",
        )
    if not facts.enciphers(certificate):
        raise Refused(f"{path}: its key usage forbids encryption.", "Download the certificate that Customs publishes.")
    until = min(active_until or last, last)
    if until < active_from:
        raise Refused(f"{path}: it would end on {until}, before it becomes active.", "Write the days again.")
    return registry.install_anchor(
        facts.fingerprint(certificate),
        facts.subject(certificate),
        facts.pem(certificate).decode("ascii"),
        active_from,
        until,
        operator=operator,
    )


def check(registry: Registry, at: datetime.datetime, passphrase: Passphrase) -> Iterator[Checked]:
    """Check all that is on record and not revoked: days, uses, key files; then the certificates of Customs."""
    records = [one for one in registry.certificates() if one.status is not Status.REVOKED]
    for record in records:
        found = tuple(_record_remarks(record, at, passphrase))
        if not record.valid_at(moment(at)) and any(_replaces(one, record, at) for one in records):
            kept = Remark("It is over, and another one serves.", "Keep its key for old mail.", False)
            found = (*(remark for remark in found if not remark.serious), kept)
        yield Checked(record, found)
    for anchor in registry.anchors():
        yield Checked(anchor, tuple(_anchor_remarks(registry, anchor, at)))


def _replaces(one: Certificate, other: Certificate, at: datetime.datetime) -> bool:
    """Tell whether a certificate serves at a moment for all that another was for."""
    same = (one.client, one.kind, one.site) == (other.client, other.kind, other.site)
    return same and one.use in (Use.BOTH, other.use) and one.valid_at(moment(at))


def _record_remarks(record: Certificate, at: datetime.datetime, passphrase: Passphrase) -> Iterator[Remark]:
    """Check a record by its file where that can be opened, else by the days it says."""
    faults = tuple(key_remarks(record.key_file, record.fingerprint, passphrase))
    yield from faults
    if record.key_file and not faults:
        certificate, _ = read(Path(record.key_file), passphrase)
        yield from _remarks(certificate, record.kind, record.use, at)
        return
    first, last = (datetime.datetime.fromisoformat(end) for end in (record.not_before, record.not_after))
    yield from days(first, last, at)


def _anchor_remarks(registry: Registry, anchor: Anchor, at: datetime.datetime) -> Iterator[Remark]:
    """Say of a certificate of Customs why it does not count now, or that it will end and no other is there."""
    why = registry.why_stale(anchor.fingerprint, at)
    last = registry.anchors()[-1] == anchor
    if why is not None:
        yield Remark(why, "", False)
    for when, serious in ((at, True), (at + WARNED, False)) if last else ():
        try:
            registry.anchor(when)
        except Refused as refused:
            yield Remark(refused.what, refused.do, serious)
            return


def signing_key(registry: Registry, site: str, owner: str, at: datetime.datetime) -> str:
    """Return the path of the key file that signs what is sent from a site for an owner's site ("": the same).

    It is the owner's where its key is here, else that of the sender; of several the default. Refused when that names
    none, or more than one.
    """
    senders = [found.client for name in (owner or site, site) if (found := registry.site(name))]
    for holder in dict.fromkeys(senders):
        fit = [one for one in registry.certificates(holder) if _signs_now(one, site, at)]
        chosen = [one for one in fit if one.is_default] or fit
        if len(chosen) > 1:
            raise Refused(f"{holder} has {len(chosen)} certificates to sign with.", "Choose: `certificate default`.")
        if chosen:
            return chosen[0].key_file
    raise Refused(
        f"No registered Type 3 certificate with its key is on record for the site {site[:40]!r}.",
        "Put it on record with `certificate import`, or name the key: --signer P12.",
    )


def _signs_now(record: Certificate, site: str, at: datetime.datetime) -> bool:
    """Tell whether a certificate signs mail from a site at a moment, with a key that is here."""
    able = record.kind.signs_mail and record.signs and record.status is Status.REGISTERED and bool(record.key_file)
    return able and record.site in (None, site) and record.valid_at(moment(at))


def sealing(
    registry: Registry, signer: x509.Certificate, recipient: x509.Certificate | None, at: datetime.datetime
) -> tuple[Kind, x509.Certificate]:
    """Return the kind of a signer's certificate, and the certificate of Customs to seal for.

    Refused when the signer's is not on record or revoked, and when the recipient's is not the one of Customs that is
    active at that moment: mail for a stale one is lost.
    """
    record = registry.certificate(facts.fingerprint(signer))
    if record is None:
        raise Refused("The signer's certificate is not on record.", "`certificate import` puts it there.")
    if record.status is Status.REVOKED:
        raise Refused(
            f"Certificate {record.fingerprint[:16]} of {record.client} was revoked.", "Sign with another one."
        )
    if not record.signs:
        raise Refused(f"The key of {record.fingerprint[:16]} is for encryption.", "Sign with the one for signing.")
    if recipient is None:
        return record.kind, facts.read_certificates(registry.anchor(at).pem.encode("ascii"))[0]
    why = registry.why_stale(facts.fingerprint(recipient), at)
    if why is not None:
        raise Refused(why, "Leave out --recipient: the one that is active is on record.")
    return record.kind, recipient


def export_key(
    registry: Registry, fingerprint: str, passphrase: Passphrase, into: Path, fresh: bytes, *, operator: str
) -> Request | None:
    """Write a certificate with its key to a new file under a fresh passphrase, None; or ask for it, and return that.

    It takes two operators: the first call asks, and once another operator has confirmed it the next one writes, once.
    """
    record = _on_record(registry, fingerprint)
    if not record.key_file:
        raise Refused(f"The key of {record.fingerprint[:16]} is not here.", "Export it where its device is.")
    with registry.writing(operator) as change:
        if requests.confirmed(change, Change.KEY_EXPORT, record.fingerprint) is None:
            detail = {"client": record.client, "kind": record.kind.value}
            return requests.ask(change, Change.KEY_EXPORT, record.fingerprint, detail)
        held = keys.load(record.key_file, passphrase)
        requests.use(change, Change.KEY_EXPORT, record.fingerprint)
        keys.save(held, into, fresh)  # where this fails nothing was used up
    return None


def end_of_customs(registry: Registry, fingerprint: str, day: str, *, operator: str) -> Anchor:
    """Let a certificate of Customs count until a day and no longer; `fingerprint` may be its first eight digits."""
    found = _pinned(registry, fingerprint)
    if found is None:
        raise Refused(f"No certificate of Customs {fingerprint} is pinned.", "`certificate list` shows them.")
    registry.end_anchor(found.fingerprint, day, operator=operator)
    return replace(found, active_until=day)


def public(registry: Registry, fingerprint: str, passphrase: Passphrase) -> bytes:
    """Return a certificate on record, or one of Customs, as PEM, without a key."""
    anchor = _pinned(registry, fingerprint)
    if anchor is not None:
        return anchor.pem.encode("ascii")
    record = _on_record(registry, fingerprint)
    if not record.key_file:
        raise Refused(f"The file of {record.fingerprint[:16]} is not here.", "Ask its holder for it.")
    return facts.pem(read(Path(record.key_file), passphrase)[0])


def _pinned(registry: Registry, fingerprint: str) -> Anchor | None:
    """Return the certificate of Customs that a fingerprint, or eight or more of its first digits, names."""
    wanted = fingerprint.replace(":", "").lower()
    named = (one for one in registry.anchors() if one.fingerprint.startswith(wanted))
    return next(named, None) if len(wanted) >= _SHORTEST else None


def _on_record(registry: Registry, fingerprint: str) -> Certificate:
    with registry.reading() as connection:
        return installed(connection, fingerprint)
