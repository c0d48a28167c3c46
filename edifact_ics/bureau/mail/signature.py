"""CMS SignedData with one signer: made, and verified. RFC 5652, 5.

Verifying says only that the bytes were signed by the key of a certificate; `trust` says whether that may be believed.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding

from edifact_ics.bureau.certificates.facts import der, whole
from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.mail import ber
from edifact_ics.bureau.mail.algorithms import hash_named, pss, rsa_key, signature_padding
from edifact_ics.bureau.mail.identity import issuer_and_serial, names
from edifact_ics.bureau.mail.refusal import Reason, Refused, refusing

_DIGEST = "sha256"
_MAX_CERTIFICATES = 20


@dataclass(frozen=True)
class Verified:
    """What one signer signed: `content` is the only copy of it to go on with.

    `others` are the further certificates in the message. `signing_time` is what the signer claims, None for nothing.
    `key` is the same for the same signature however it is wrapped: SHA-256 over certificate and signed attributes.
    """

    content: bytes
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]
    signing_time: datetime.datetime | None
    key: str


def sign(content: bytes, signer: Credentials, at: datetime.datetime, *, detached: bool, salted: bool) -> bytes:
    """Return a signature over content, as DER; the content is in it unless `detached`. `salted`: PSS."""
    own = cms.Certificate.load(der(signer.certificate))
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time("utc_time", at.astimezone(datetime.UTC))]},
            {"type": "message_digest", "values": [hashlib.new(_DIGEST, content).digest()]},
        ]
    )
    chosen: padding.AsymmetricPadding
    if salted:
        chosen, said = pss(_DIGEST)
    else:
        chosen, said = padding.PKCS1v15(), {"algorithm": "rsassa_pkcs1v15", "parameters": core.Null()}
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", issuer_and_serial(signer.certificate)),
        "digest_algorithm": {"algorithm": _DIGEST},
        "signed_attrs": attributes,
        "signature_algorithm": said,
        "signature": signer.key.sign(attributes.dump(), chosen, hash_named(_DIGEST)),
    }
    others = [cms.Certificate.load(der(c)) for c in signer.others if c.subject != c.issuer]
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": _DIGEST}],
        "encap_content_info": {"content_type": "data"} if detached else {"content_type": "data", "content": content},
        "certificates": [own, *others],
        "signer_infos": [info],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def verify(data: bytes, detached: bytes | None) -> Verified:
    """Return what was signed, from BER or DER. `detached` is the content where it stands beside the signature."""
    ber.bound(data)
    with refusing(Reason.MALFORMED, "reading the signature"):
        signed = _signed_data(data)
        info = _only_signer(signed)
        content = _content(signed, detached)
        certificates = _certificates(signed)
        digest = info["digest_algorithm"]["algorithm"].native
        hash_named(digest)
        signer = _signer(info["sid"], certificates)
        content, attributes, time = _checked(info, content, digest)
        way = signature_padding(info["signature_algorithm"], digest)
        signature = ber.octets(info["signature"])
    key = rsa_key(signer.public_key())
    try:
        key.verify(signature, attributes, way, hash_named(digest))
    except (InvalidSignature, ValueError) as error:
        raise Refused(Reason.BAD_SIGNATURE, audit=f"{type(error).__name__} {error}".strip()) from error
    replay = hashlib.sha256(der(signer) + attributes).hexdigest()
    return Verified(content, signer, tuple(c for c in certificates if c != signer), time, replay)


def _signed_data(data: bytes) -> Any:
    info = cms.ContentInfo.load(data)
    kind = info["content_type"].native
    if kind == "compressed_data":
        raise Refused(Reason.COMPRESSED)
    if kind in ("enveloped_data", "authenticated_enveloped_data", "encrypted_data"):
        raise Refused(Reason.NESTED, "What was decrypted is encrypted again.")
    if kind != "signed_data":
        raise Refused(Reason.NOT_SIGNED, audit=f"content type {kind}")
    return info["content"]


def _only_signer(signed: Any) -> Any:
    signers = signed["signer_infos"]
    if len(signers) == 0:
        raise Refused(Reason.CERTIFICATES_ONLY)
    if len(signers) > 1:
        raise Refused(Reason.MANY_SIGNERS, f"It has {len(signers)} signers; one is right.")
    return signers[0]


def _content(signed: Any, detached: bytes | None) -> bytes:
    """Return what should have been signed: inside the message, or beside it. Some software writes both, then alike."""
    inside = signed["encap_content_info"]
    kind = inside["content_type"].native
    if kind in ("signed_data", "enveloped_data", "authenticated_enveloped_data"):
        raise Refused(Reason.NESTED, audit=f"signed content of type {kind}")
    if kind == "compressed_data":
        raise Refused(Reason.COMPRESSED)
    if kind != "data":
        raise Refused(Reason.CONTENT_TYPE_MISMATCH, audit=f"signed content of type {kind}")
    held = inside["content"]
    absent = isinstance(held, core.Void) or held is None
    if detached is None and absent:
        raise Refused(Reason.MALFORMED, "What was signed is not in it.")
    if absent:
        return detached or b""
    content = ber.octets(held)
    if detached is not None and _canonical(detached) != _canonical(content):
        raise Refused(Reason.MALFORMED, "What was signed stands in it twice, and not alike.")
    return content


def _certificates(signed: Any) -> list[x509.Certificate]:
    held = signed["certificates"]
    if isinstance(held, core.Void) or held is None:
        return []
    if len(held) > _MAX_CERTIFICATES:
        raise Refused(Reason.TOO_MANY_PARTS, audit=f"{len(held)} certificates")
    return [whole(x509.load_der_x509_certificate(c.chosen.dump())) for c in held if c.name == "certificate"]


def _signer(identifier: Any, certificates: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signer names."""
    for certificate in certificates:
        if names(identifier, certificate):
            return certificate
    raise Refused(Reason.NO_SIGNER_CERTIFICATE)


def _checked(info: Any, content: bytes, digest: str) -> tuple[bytes, bytes, datetime.datetime | None]:
    """Check content type and digest; return the content as it was signed, the attributes as they were, and when.

    Without signed attributes a signature could be taken for one over other content, so they must be there.
    """
    held = info["signed_attrs"]
    if isinstance(held, core.Void) or len(held) == 0:
        raise Refused(Reason.CONTENT_TYPE_MISMATCH, audit="no signed attributes")
    found: dict[str, Any] = {}
    for attribute in held:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise Refused(Reason.CONTENT_TYPE_MISMATCH, audit=f"signed attribute {name} is not single")
        found[name] = attribute["values"][0]
    if "content_type" not in found or found["content_type"].native != "data":
        raise Refused(Reason.CONTENT_TYPE_MISMATCH, audit="signed attribute content-type is not data")
    if "message_digest" not in found:
        raise Refused(Reason.CONTENT_TYPE_MISMATCH, audit="no signed attribute message-digest")
    content = _as_signed(content, digest, ber.octets(found["message_digest"]))
    raw = held.dump()
    if raw[1] == 0x80:
        raise Refused(Reason.MALFORMED, audit="signed attributes are not DER")
    time = found["signing_time"].native if "signing_time" in found else None
    return content, b"\x31" + raw[1:], time


def _as_signed(content: bytes, digest: str, wanted: bytes) -> bytes:
    """Return content as it was signed: as it is, or with the line ends CR LF that S/MIME asks for. RFC 8551, 3.1.1."""
    for form in (content, _canonical(content)):
        if hashlib.new(digest, form).digest() == wanted:
            return form
    raise Refused(Reason.DIGEST_MISMATCH)


def _canonical(content: bytes) -> bytes:
    return re.sub(rb"\r?\n", b"\r\n", content)
