"""An interchange as the mail that Customs takes: signed, then encrypted, one attachment and no body text."""

from __future__ import annotations

import base64
import datetime
import os
import re
from dataclasses import dataclass
from email.utils import format_datetime

from cryptography import x509

from edifact_ics.bureau.certificates.facts import emails, enciphers, protects_mail, subject
from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.mail.algorithms import rsa_key
from edifact_ics.bureau.mail.encryption import ContentCipher, KeyTransport, encrypt
from edifact_ics.bureau.mail.label import Label, label, only_interchange
from edifact_ics.bureau.mail.opening import Opened, Order
from edifact_ics.bureau.mail.refusal import Reason, Refusal, Refused
from edifact_ics.bureau.mail.signature import sign
from edifact_ics.bureau.mail.trust import fit_to_sign, in_time

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_PKCS7 = "application/pkcs7-mime; smime-type={}; name=smime.p7m"


@dataclass(frozen=True)
class Profile:
    """How mail is sealed. What Customs expects is not public: `order` and the algorithms are assumed.

    `opaque`: what is signed stands inside the signature, not beside it. `salted`: sign with RSA-PSS.
    """

    order: Order = Order.SIGNED_INSIDE
    opaque: bool = False
    salted: bool = False
    cipher: ContentCipher = ContentCipher.AES_256_CBC
    transport: KeyTransport = KeyTransport.PKCS1V15


@dataclass(frozen=True)
class Document:
    """What stands in the attachment: its bytes, media type, and how its file name ends."""

    data: bytes
    media_type: str
    suffix: str


@dataclass(frozen=True)
class Sealed:
    """A mail ready to be sent: its bytes, and what it bears on the outside."""

    mail: bytes
    label: Label
    sender: str
    recipient: str


def seal(
    interchange: bytes,
    signer: Credentials,
    recipient: x509.Certificate,
    *,
    at: datetime.datetime | None = None,
    kind: Kind | None = None,
    sender_address: str | None = None,
    recipient_address: str | None = None,
    profile: Profile = Profile(),
    document: Document | None = None,
) -> Sealed | Refusal:
    """Return the mail of one interchange, or why there is none.

    `at` is when it is sealed, now if None. `kind` is the kind of the signer's certificate if it is known. Addresses
    are those in the certificates unless they are given. `document` is attached in place of the interchange, which
    names it all the same: the form in which a client wants its answers.
    """
    try:
        return _seal(interchange, signer, recipient, at, kind, (sender_address, recipient_address), profile, document)
    except Refused as refused:
        return refused.refusal


def relay(
    opened: Opened,
    recipient: x509.Certificate,
    *,
    at: datetime.datetime,
    sender_address: str,
    recipient_address: str | None = None,
    profile: Profile = Profile(),
) -> Sealed | Refusal:
    """Return a mail that was opened, its signed layer unchanged, sealed for another recipient; or why there is none.

    So a bureau hands on what its client signed. Refused where the signature was outside: then it covers what was
    encrypted for us, and nobody else can read that.
    """
    try:
        outside = label(only_interchange(opened.interchange, complete=True))
        _fit_to_encrypt(recipient, at)
        if not opened.signed:
            raise Refused(Reason.NOT_SIGNED, "The signature does not lie inside the encryption.")
        sender, to = _address(sender_address, recipient), _address(recipient_address, recipient)
        return Sealed(
            _outside(outside, sender, to, at) + _encrypted(opened.signed, recipient, profile), outside, sender, to
        )
    except Refused as refused:
        return refused.refusal


def _seal(
    interchange: bytes,
    signer: Credentials,
    recipient: x509.Certificate,
    at: datetime.datetime | None,
    kind: Kind | None,
    addresses: tuple[str | None, str | None],
    profile: Profile,
    document: Document | None,
) -> Sealed:
    now = at or datetime.datetime.now(datetime.UTC)
    if kind is not None and not kind.signs_mail:
        raise Refused(Reason.WRONG_KIND, f"The certificate is of {kind.holder} ({kind}).")
    outside = label(only_interchange(interchange, complete=True))
    fit_to_sign(signer.certificate, now)
    _fit_to_encrypt(recipient, now)
    sender, to = _address(addresses[0], signer.certificate), _address(addresses[1], recipient)
    attached = document or Document(interchange, "application/edifact", ".edi")
    content = _attachment(attached, outside.file_name.removesuffix(".edi") + attached.suffix)
    if profile.order is Order.SIGNED_INSIDE:
        sealed = _encrypted(_signed(content, signer, now, profile), recipient, profile)
    else:
        sealed = _signed(_encrypted(content, recipient, profile), signer, now, profile)
    return Sealed(_outside(outside, sender, to, now) + sealed, outside, sender, to)


def _outside(outside: Label, sender: str, to: str, at: datetime.datetime) -> bytes:
    return _head(
        ("From", sender),
        ("To", to),
        ("Subject", outside.subject),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{os.urandom(16).hex()}@{sender.rpartition('@')[2] or 'edifact-ics.invalid'}>"),
        ("MIME-Version", "1.0"),
    )


def _fit_to_encrypt(certificate: x509.Certificate, at: datetime.datetime) -> None:
    """Refuse a recipient's certificate that mail may not be encrypted for."""
    rsa_key(certificate.public_key())
    in_time(certificate, at)
    if not enciphers(certificate):
        raise Refused(
            Reason.WRONG_KEY_USAGE, f"Nothing may be encrypted for {subject(certificate)}: its key usage forbids it."
        )
    if not protects_mail(certificate):
        raise Refused(Reason.WRONG_EXTENDED_KEY_USAGE)


def _address(given: str | None, certificate: x509.Certificate) -> str:
    """Return the address given, else the one in the certificate, else ""."""
    found = given if given is not None else next(iter(emails(certificate)), "")
    if found and not _ADDRESS.fullmatch(found):
        raise Refused(Reason.BAD_ADDRESS, f"{found[:80]!r} is no e-mail address.")
    return found


def _attachment(attached: Document, file_name: str) -> bytes:
    return _head(
        ("Content-Type", f"{attached.media_type}; name={file_name}"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"attachment; filename={file_name}"),
    ) + _body(attached.data)


def _encrypted(content: bytes, recipient: x509.Certificate, profile: Profile) -> bytes:
    authenticated = profile.cipher is ContentCipher.AES_256_GCM
    kind = "authEnveloped-data" if authenticated else "enveloped-data"
    return _pkcs7(kind) + _body(encrypt(content, recipient, profile.cipher, profile.transport))


def _signed(content: bytes, signer: Credentials, at: datetime.datetime, profile: Profile) -> bytes:
    made = sign(content, signer, at, detached=not profile.opaque, salted=profile.salted)
    if profile.opaque:
        return _pkcs7("signed-data") + _body(made)
    boundary = f"=_{os.urandom(16).hex()}"
    protocol = "application/pkcs7-signature"
    head = _head(
        ("Content-Type", f'multipart/signed; protocol="{protocol}"; micalg=sha-256; boundary="{boundary}"'),
    )
    part = _head(
        ("Content-Type", f"{protocol}; name=smime.p7s"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", "attachment; filename=smime.p7s"),
    )
    line = f"\r\n--{boundary}".encode()
    return b"".join((head, line, b"\r\n", content, line, b"\r\n", part, _body(made), line, b"--\r\n"))


def _pkcs7(kind: str) -> bytes:
    return _head(
        ("Content-Type", _PKCS7.format(kind)),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", "attachment; filename=smime.p7m"),
    )


def _head(*headers: tuple[str, str]) -> bytes:
    """Return header lines; a last empty line, if what follows is a body, comes from `_body` or the next part."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers if value).encode("ascii")


def _body(data: bytes) -> bytes:
    """Return the empty line behind the headers, and data as base64 in lines of 76 characters."""
    return b"\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n")
