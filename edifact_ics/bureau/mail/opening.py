"""A sealed mail opened as a hostile one: bounds first, then decrypted, verified, believed; only then read.

Each layer hands on bytes to the next, and only the bytes that were verified reach the end. Nothing outside the
signature counts: neither From nor Reply-To nor Subject.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.mail import ber, mime
from edifact_ics.bureau.mail.encryption import decrypt
from edifact_ics.bureau.mail.label import Label, label, only_interchange
from edifact_ics.bureau.mail.refusal import Reason, Refusal, Refused
from edifact_ics.bureau.mail.signature import Verified, verify
from edifact_ics.bureau.mail.signer import Signer
from edifact_ics.bureau.mail.trust import Trust, believe

MAX_MAIL = 32 << 20  # bytes: 10 MB, in base64 three times over and with its headers, are 27 MB

_PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURE = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_ATTACHMENT = ("application/edifact", "application/octet-stream")
_SEQUENCE = b"\x30"  # a signature that was not put into MIME begins so
_NO_HEADERS = (b"UNA", b"UNB")


class Order(StrEnum):
    """Which layer is outside. That Customs signs first and encrypts then is assumed: no public page says it."""

    SIGNED_INSIDE = "signed-inside"
    SIGNED_OUTSIDE = "signed-outside"


@dataclass(frozen=True)
class Opened:
    """What a mail held.

    `label` is None when UNB says no site or reference that may be used as a name. `file_name` is what the sender
    called the attachment: to be shown, never to be used. Certificates were judged as of `judged_at`; `signing_time`
    is only what the signer claims. `signed` is the signed layer as it was sent, to be
    relayed. `replay_key` is the same whenever this signature comes again, however it is
    wrapped: a store that keeps it knows a replay. `content_hash` is the SHA-256 of the interchange. `notes` are
    sentences about what is odd, or was not checked.
    """

    interchange: bytes
    signer: Signer
    label: Label | None
    file_name: str
    judged_at: datetime.datetime
    signing_time: datetime.datetime | None
    revocation_checked: bool
    replay_key: str
    content_hash: str
    notes: tuple[str, ...]
    signed: bytes = field(default=b"", repr=False)


def open_mail(
    raw: bytes,
    keys: Sequence[Credentials],
    trust: Trust,
    *,
    at: datetime.datetime | None = None,
    order: Order = Order.SIGNED_INSIDE,
) -> Opened | Refusal:
    """Return what a mail holds and who signed it, or why it is refused; never raises for what a mail says.

    `at` is when the mail was received, now if None: certificates must hold then. What the mail itself says about its
    time is a claim, which the holder of a stolen key would choose. `keys` are our present and former ones.
    """
    moment = at or datetime.datetime.now(datetime.UTC)
    try:
        return _open(raw, keys, trust, moment, order)
    except Refused as refused:
        return refused.refusal


def _open(raw: bytes, keys: Sequence[Credentials], trust: Trust, at: datetime.datetime, order: Order) -> Opened:
    if len(raw) > MAX_MAIL:
        raise Refused(Reason.TOO_LARGE, f"The mail has {len(raw)} bytes; {MAX_MAIL} are the most.")
    mail = mime.read(raw)
    if order is Order.SIGNED_INSIDE:
        signed = _decrypted(mail, keys)
        verified = _verified(_inner(signed))
        content = verified.content
    else:
        signed, verified = b"", _verified(mail)
        content = _decrypted(mime.read(verified.content), keys)
    believe(verified.signer, verified.others, trust, at)
    signer = Signer.of(verified.signer)
    try:
        attachment = _attachment(content)
        data = attachment.content()
        interchange = only_interchange(data, complete=False)
    except Refused as refused:
        raise refused.of(signer) from refused
    notes = []
    try:
        outside = label(interchange)
        if mail.headers.get("subject") != outside.subject:
            notes.append(f"The subject is not {outside.subject}, as UNB has it.")
    except Refused as refused:
        outside = None
        notes.append(refused.refusal.sentence)
    if trust.crls is None:
        notes.append("Whether certificates were revoked was not checked: no revocation list was given.")
    return Opened(
        data,
        signer,
        outside,
        attachment.file_name,
        at,
        verified.signing_time,
        trust.crls is not None,
        verified.key,
        hashlib.sha256(data).hexdigest(),
        tuple(notes),
        signed,
    )


def _decrypted(entity: mime.Entity, keys: Sequence[Credentials]) -> bytes:
    """Return what the one encrypted part holds."""
    if entity.media_type not in _PKCS7:
        raise Refused(Reason.NOT_ENCRYPTED, audit=f"outermost part is {entity.media_type}")
    _refuse_by_name(entity)
    return decrypt(entity.content(), keys)


def _inner(content: bytes) -> mime.Entity:
    """Read what was decrypted: MIME, or a signature without it. Where it is neither, nobody is told why."""
    try:
        if content.startswith(_SEQUENCE):
            ber.bound(content)
            return mime.Entity({}, content, _PKCS7[0], {})
        return mime.read(content)
    except Refused as refused:
        if content.startswith(_NO_HEADERS):
            raise Refused(Reason.NOT_SIGNED) from refused
        found = refused.refusal
        raise Refused(
            Reason.UNDECRYPTABLE, audit=f"decrypted to nothing known: {found.detail} {found.audit}"
        ) from refused


def _refuse_by_name(entity: mime.Entity) -> None:
    """Refuse what calls itself compressed, or nothing but certificates; its content is not asked."""
    kind = entity.parameters.get("smime-type", "").lower()
    if kind == "compressed-data":
        raise Refused(Reason.COMPRESSED)
    if kind == "certs-only":
        raise Refused(Reason.CERTIFICATES_ONLY)


def _verified(entity: mime.Entity) -> Verified:
    """Return what one signer signed: beside the signature (multipart/signed), or inside it."""
    if entity.media_type == "multipart/signed":
        parts = entity.parts()
        if len(parts) != 2:
            raise Refused(Reason.MALFORMED, f"A signed mail has two parts, this has {len(parts)}.")
        signature = mime.read(parts[1])
        if signature.media_type not in _SIGNATURE:
            raise Refused(Reason.NOT_SIGNED, audit=f"second part is {signature.media_type}")
        return verify(signature.content(), parts[0])
    if entity.media_type not in _PKCS7:
        raise Refused(Reason.NOT_SIGNED, audit=f"decrypted part is {entity.media_type}")
    _refuse_by_name(entity)
    return verify(entity.content(), None)


def _attachment(content: bytes) -> mime.Entity:
    """Return the one attachment of what was signed; refuse body text, several, and further layers."""
    if content.startswith(_NO_HEADERS):
        return mime.Entity({}, content, _ATTACHMENT[0], {})
    entity = mime.read(content)
    found = [entity]
    if entity.is_multipart:
        _refuse_layer(entity)
        found = [mime.read(part) for part in entity.parts()]
    for part in found:
        _refuse_layer(part)
        if part.is_multipart:
            raise Refused(Reason.TOO_DEEP)
    attachments = [part for part in found if part.media_type in _ATTACHMENT]
    if any(part.content().strip() for part in found if part.media_type.startswith("text/")):
        raise Refused(Reason.BODY_TEXT)
    if len(attachments) > 1 or any(not part.media_type.startswith(("text/", *_ATTACHMENT)) for part in found):
        raise Refused(Reason.MANY_ATTACHMENTS if attachments else Reason.NO_ATTACHMENT)
    if not attachments:
        raise Refused(Reason.NO_ATTACHMENT)
    return attachments[0]


def _refuse_layer(part: mime.Entity) -> None:
    if part.media_type in (*_PKCS7, "multipart/signed", "multipart/encrypted", "message/rfc822"):
        raise Refused(Reason.NESTED)
