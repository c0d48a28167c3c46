"""CMS EnvelopedData and AuthEnvelopedData: encrypted for a certificate, decrypted with its key.

RFC 5652, 6; RFC 5083.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import padding as blocks
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.mail import ber
from edifact_ics.bureau.mail.algorithms import oaep, rsa_key, transport_padding
from edifact_ics.bureau.mail.identity import issuer_and_serial, names
from edifact_ics.bureau.mail.refusal import Reason, Refused, refusing

_KEY_SIZES = {"aes128": 16, "aes192": 24, "aes256": 32, "tripledes": 24}
_MAX_RECIPIENTS = 20
_GCM_TAG = 16


class ContentCipher(StrEnum):
    """The ciphers that we encrypt with; more are read."""

    AES_256_CBC = "aes256-cbc"
    AES_256_GCM = "aes256-gcm"


class KeyTransport(StrEnum):
    """The ways in which we encrypt the content key."""

    PKCS1V15 = "pkcs1v15"
    OAEP = "oaep"


def encrypt(content: bytes, recipient: x509.Certificate, cipher: ContentCipher, transport: KeyTransport) -> bytes:
    """Return content encrypted for a certificate, as DER."""
    key = os.urandom(32)
    way: padding.AsymmetricPadding
    if transport is KeyTransport.OAEP:
        way, said = oaep()
    else:
        way, said = padding.PKCS1v15(), {"algorithm": "rsaes_pkcs1v15", "parameters": core.Null()}
    info = cms.KeyTransRecipientInfo(
        {
            "version": "v0",
            "rid": cms.RecipientIdentifier("issuer_and_serial_number", issuer_and_serial(recipient)),
            "key_encryption_algorithm": said,
            "encrypted_key": rsa_key(recipient.public_key()).encrypt(key, way),
        }
    )
    infos = [cms.RecipientInfo("ktri", info)]
    seal = _sealed_gcm if cipher is ContentCipher.AES_256_GCM else _sealed_cbc
    return bytes(seal(content, key, infos).dump())


def _sealed_cbc(content: bytes, key: bytes, infos: list[cms.RecipientInfo]) -> cms.ContentInfo:
    iv = os.urandom(16)
    pad = blocks.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    inside = _inside(
        {"algorithm": "aes256_cbc", "parameters": iv},
        encryptor.update(pad.update(content) + pad.finalize()) + encryptor.finalize(),
    )
    enveloped = {"version": "v0", "recipient_infos": infos, "encrypted_content_info": inside}
    return cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData(enveloped)})


def _sealed_gcm(content: bytes, key: bytes, infos: list[cms.RecipientInfo]) -> cms.ContentInfo:
    nonce = os.urandom(12)
    encryptor = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    inside = _inside(
        {"algorithm": "aes256_gcm", "parameters": algos.CcmParams({"aes_nonce": nonce, "aes_icvlen": _GCM_TAG})},
        encryptor.update(content) + encryptor.finalize(),
    )
    enveloped = {
        "version": "v0",
        "recipient_infos": infos,
        "auth_encrypted_content_info": inside,
        "mac": encryptor.tag,
    }
    return cms.ContentInfo(
        {"content_type": "authenticated_enveloped_data", "content": cms.AuthEnvelopedData(enveloped)}
    )


def _inside(algorithm: dict[str, Any], encrypted: bytes) -> dict[str, Any]:
    return {"content_type": "data", "content_encryption_algorithm": algorithm, "encrypted_content": encrypted}


def decrypt(data: bytes, keys: Sequence[Credentials]) -> bytes:
    """Return what was encrypted for one of our keys, from BER or DER.

    Whatever fails with the key itself is one reason without detail: an answer must not tell how far a guess went.
    """
    ber.bound(data)
    with refusing(Reason.MALFORMED, "reading the encrypted part"):
        info = cms.ContentInfo.load(data)
        kind = info["content_type"].native
        if kind == "compressed_data":
            raise Refused(Reason.COMPRESSED)
        if kind not in ("enveloped_data", "authenticated_enveloped_data"):
            raise Refused(Reason.NOT_ENCRYPTED, audit=f"content type {kind}")
        content = info["content"]
        recipients = list(content["recipient_infos"])
        authenticated = kind == "authenticated_enveloped_data"
        inside = content["auth_encrypted_content_info" if authenticated else "encrypted_content_info"]
        if len(recipients) > _MAX_RECIPIENTS:
            raise Refused(Reason.TOO_MANY_PARTS, audit=f"{len(recipients)} recipients")
        cipher = _Cipher(inside["content_encryption_algorithm"])
        encrypted = ber.octets(inside["encrypted_content"])
        if authenticated:
            attributes = content["auth_attrs"].dump() if len(content["auth_attrs"]) else b""
            cipher.authenticated_by(ber.octets(content["mac"]), b"\x31" + attributes[1:] if attributes else b"")
    with refusing(Reason.UNDECRYPTABLE, "decrypting"):
        return cipher.decrypt(_content_key(recipients, keys, cipher.key_size), encrypted)


def _content_key(recipients: list[Any], keys: Sequence[Credentials], size: int) -> bytes:
    """Return the content key that was encrypted for one of our keys."""
    audit = "encrypted for none of our certificates"
    for recipient in recipients:
        if recipient.name != "ktri":
            audit += f"; a recipient of kind {recipient.name}"
            continue
        for own in keys:
            if not names(recipient.chosen["rid"], own.certificate):
                continue
            way = transport_padding(recipient.chosen["key_encryption_algorithm"])
            found = own.key.decrypt(ber.octets(recipient.chosen["encrypted_key"]), way)
            if len(found) == size:
                return found
            audit = f"a content key of {len(found)} bytes, {size} were expected"
    raise Refused(Reason.UNDECRYPTABLE, audit=audit)


class _Cipher:
    """A content cipher as the message names it; refuses what is weak or unknown."""

    def __init__(self, algorithm: Any) -> None:
        name = algorithm["algorithm"].native
        self._mac, self._attributes = b"", b""
        self._family, _, mode = name.partition("_")
        self._gcm = mode == "gcm"
        if name in ("des", "rc2", "rc4"):
            raise Refused(Reason.WEAK_ALGORITHM, f"It is encrypted with {name.upper()}, which is no longer safe.")
        if self._family not in _KEY_SIZES or mode not in ("cbc", "gcm", "3key"):
            raise Refused(Reason.UNKNOWN_ALGORITHM, f"The cipher {name[:40]!r} is not taken.")
        self.key_size = _KEY_SIZES[self._family]
        if self._gcm:
            parameters = algorithm["parameters"].parse(spec=algos.CcmParams)
            self._iv, self._tag_size = bytes(parameters["aes_nonce"]), parameters["aes_icvlen"].native
        else:
            self._iv = bytes(algorithm["parameters"])

    def authenticated_by(self, mac: bytes, attributes: bytes) -> None:
        """Take what authenticates the content: its tag, and attributes that are covered too."""
        self._mac, self._attributes = mac, attributes

    def decrypt(self, key: bytes, encrypted: bytes) -> bytes:
        """Return the content; ValueError or InvalidTag if it cannot be had."""
        if self._gcm:
            if len(self._mac) != self._tag_size:
                raise ValueError("the tag is not as long as was said")
            way = Cipher(algorithms.AES(key), modes.GCM(self._iv, self._mac, 12)).decryptor()
            way.authenticate_additional_data(self._attributes)
            return way.update(encrypted) + way.finalize()
        algorithm = TripleDES(key) if self._family == "tripledes" else algorithms.AES(key)
        block = Cipher(algorithm, modes.CBC(self._iv)).decryptor()
        pad = blocks.PKCS7(len(self._iv) * 8).unpadder()
        return pad.update(block.update(encrypted) + block.finalize()) + pad.finalize()
