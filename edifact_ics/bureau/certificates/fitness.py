"""Whether a certificate and its key file will serve for what they are kept for: remarks, before Customs makes them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from edifact_ics.bureau.certificates import facts, keys
from edifact_ics.bureau.certificates.kinds import Kind

WARNED = datetime.timedelta(days=60)
_SMALLEST = 2048


@dataclass(frozen=True)
class Remark:
    """One thing to be said of a certificate: a sentence, what to do, and whether it keeps it from serving."""

    what: str
    do: str
    serious: bool = True

    def __str__(self) -> str:
        return f"{self.what} {self.do}".rstrip()


def remarks(
    certificate: x509.Certificate, kind: Kind, at: datetime.datetime, *, signs: bool = True, enciphers: bool = True
) -> Iterator[Remark]:
    """Give what is to be said of a certificate at a moment, by its kind and what its key is for."""
    yield from days(*facts.validity(certificate), at)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        yield Remark("Its key is no RSA key.", "Have one issued for an RSA key of 2048 bits or more.")
    elif key.key_size < _SMALLEST:
        yield Remark(f"Its key has {key.key_size} bits.", "Have one issued for a key of 2048 bits or more.")
    if facts.is_authority(certificate):
        yield Remark("It is the certificate of an authority.", f"Install the one issued for {kind.holder}.")
    if signs and not facts.signs(certificate):
        yield Remark(
            "Its key usage forbids signatures.", "Put it on record for encryption alone, or have another issued."
        )
    if enciphers and not facts.enciphers(certificate):
        yield Remark("Its key usage forbids encryption.", "Put it on record for signing alone, or have another issued.")
    if kind.signs_mail and not facts.protects_mail(certificate):
        yield Remark("Its extended key usage is not for mail.", "Have one issued for e-mail protection.")
    if kind.signs_mail and not facts.emails(certificate):
        yield Remark(
            "It names no e-mail address, and a device certificate bears the address of its site.",
            "Have one issued with the address of the site.",
        )


def days(first: datetime.datetime, last: datetime.datetime, at: datetime.datetime) -> Iterator[Remark]:
    """Give what is to be said of the days of a certificate, at a moment."""
    renew = "Have the next one issued and registered."
    if at > last:
        yield Remark(f"It expired on {last:%Y-%m-%d %H:%M} UTC.", renew)
    elif at < first:
        yield Remark(f"It is valid from {first:%Y-%m-%d %H:%M} UTC only.", "Use the one before it until then.", False)
    elif last - at <= WARNED:
        yield Remark(f"It ends on {last:%Y-%m-%d %H:%M} UTC, in {(last - at).days} days.", renew, False)


def key_remarks(path: str, fingerprint: str, passphrase: bytes | None) -> Iterator[Remark]:
    """Give what is to be said of the key file of a certificate on record; "" is no file, and then nothing is.

    Without a passphrase the file is not opened, and that is said.
    """
    if not path:
        return
    if not Path(path).is_file():
        yield Remark(f"Its key file {path} is not there.", "Restore it, or put the certificate on record anew.")
        return
    try:
        keys.require_private(Path(path))
        if passphrase is None:
            yield Remark(f"Its key file {path} was not opened.", "Give the passphrase.", False)
            return
        held = keys.load(path, passphrase)
    except keys.KeyFileError as error:
        yield Remark(str(error), "")
        return
    if facts.fingerprint(held.certificate) != fingerprint:
        yield Remark(f"Its key file {path} holds another certificate.", "Put back the file that was imported.")
