"""Mails that must not be believed: each is refused for its own reason, with a sentence, and without a traceback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pki
import pytest
from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509.oid import ExtendedKeyUsageOID
from mails import (
    ATTACHMENT,
    CUSTOMS,
    DEVICE,
    INTERCHANGE,
    TRUST,
    OpenSSL,
    edited,
    encrypted,
    encrypted_der,
    multipart,
    signed,
    signed_der,
    wrapped,
)
from project_tools import ROOT

from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.mail import Opened, Reason, Refusal, Trust, open_mail, seal
from edifact_ics.bureau.mail.ber import MAX_ELEMENTS
from edifact_ics.bureau.mail.encryption import ContentCipher
from edifact_ics.bureau.mail.opening import MAX_MAIL


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSSL:
    return OpenSSL(tmp_path_factory.mktemp("pki"))


def opened(mail: bytes, trust: Trust = TRUST, own: Credentials = CUSTOMS) -> Opened | Refusal:
    return open_mail(mail, [own], trust, at=pki.NOW)


def reason(mail: bytes, trust: Trust = TRUST, own: Credentials = CUSTOMS) -> Reason:
    found = opened(mail, trust, own)
    assert isinstance(found, Refusal), "it was taken"
    assert found.sentence.count(".") >= 2, "what is wrong, and what to do"
    return found.reason


def test_a_sound_mail_is_taken() -> None:
    found = opened(encrypted(signed()))
    assert isinstance(found, Opened)
    assert found.interchange == INTERCHANGE
    assert found.label is not None
    assert found.label.file_name == "KBR417H_202611250001.edi"
    assert (found.file_name, found.revocation_checked, found.notes) == ("any.edi", True, ())
    assert found.signer.emails == ("edi@broker.example",)


def attached(data: bytes, kind: str = "application/edifact") -> bytes:
    return f"Content-Type: {kind}\r\n\r\n".encode() + data


def cipher_named(name: str) -> Callable[[cms.EnvelopedData], None]:
    def change(content: cms.EnvelopedData) -> None:
        iv = core.OctetString(b"12345678")
        algorithm = {"algorithm": name, "parameters": algos.Rc2Params({"iv": iv}) if name == "rc2" else iv}
        content["encrypted_content_info"]["content_encryption_algorithm"] = algos.EncryptionAlgorithm(algorithm)

    return change


def many_octets() -> bytes:
    """Encrypted content in so many pieces that only putting them together would take long."""
    pieces = b"\x24\x80" + b"\x04\x01x" * MAX_ELEMENTS + b"\0\0"
    inside = b"\x30\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x03\xa0\x80" + pieces + b"\0\0\0\0"
    return wrapped(inside, "enveloped-data")


def deep_value() -> bytes:
    return wrapped(b"\x30\x80" * 5000 + b"\0\0" * 5000, "enveloped-data")


def compressed() -> bytes:
    return bytes(
        cms.ContentInfo(
            {
                "content_type": "compressed_data",
                "content": {
                    "version": "v0",
                    "compression_algorithm": {"algorithm": "zlib"},
                    "encap_content_info": {"content_type": "data", "content": b"x"},
                },
            }
        ).dump()
    )


TWICE = INTERCHANGE + INTERCHANGE.replace(b"202611250001", b"202611250002")
FORM = {
    "as large as nobody sends": (Reason.TOO_LARGE, lambda: b"a: b\r\n" * (MAX_MAIL // 6 + 1)),
    "headers without an end": (Reason.TOO_LARGE, lambda: b"a: b\r\n" * 100_000),
    "nothing": (Reason.NOT_ENCRYPTED, lambda: b""),
    "a line that is no header": (Reason.MALFORMED, lambda: b"no header\r\n\r\nx"),
    "a header within a header": (Reason.MALFORMED, lambda: b"Subject: x\rContent-Type: text/plain\r\n\r\nx"),
    "two content types": (Reason.MALFORMED, lambda: b"Content-Type: text/plain\r\n" + encrypted(signed())),
    "no base64": (
        Reason.MALFORMED,
        lambda: encrypted(signed()).replace(b"\n\r\nMII", b"\n\r\nM!I").replace(b"MII", b"M*I"),
    ),
    "a footer of a gateway": (Reason.MALFORMED, lambda: encrypted(signed()) + b"\r\nScanned by a gateway.\r\n"),
    "bytes behind the end": (Reason.MALFORMED, lambda: wrapped(encrypted_der(signed()) + b"x", "enveloped-data")),
    "cut short": (Reason.MALFORMED, lambda: wrapped(encrypted_der(signed())[:-1], "enveloped-data")),
    "in too many pieces": (Reason.TOO_MANY_PARTS, many_octets),
    "too deep": (Reason.TOO_DEEP, deep_value),
    "plain text": (Reason.NOT_ENCRYPTED, lambda: b"Subject: x\r\n\r\n" + INTERCHANGE),
    "signed only": (Reason.NOT_ENCRYPTED, signed),
    "an encrypted part beside another": (
        Reason.NOT_ENCRYPTED,
        lambda: multipart("multipart/mixed", b"\r\nhello", encrypted(signed())),
    ),
    "forwarded": (Reason.NOT_ENCRYPTED, lambda: b"Content-Type: message/rfc822\r\n\r\n" + encrypted(signed())),
    "compressed outside": (Reason.COMPRESSED, lambda: wrapped(compressed(), "compressed-data")),
    "compressed by another name": (Reason.COMPRESSED, lambda: wrapped(compressed(), "enveloped-data")),
    "compressed inside": (Reason.COMPRESSED, lambda: encrypted(wrapped(compressed(), "signed-data"))),
    "encrypted twice": (Reason.NESTED, lambda: encrypted(encrypted(signed()))),
    "signed twice": (Reason.NESTED, lambda: encrypted(signed(signed()))),
    "encrypted, but not signed": (Reason.NOT_SIGNED, lambda: encrypted(ATTACHMENT)),
    "encrypted, but no MIME at all": (Reason.NOT_SIGNED, lambda: encrypted(INTERCHANGE)),
    "signed beside it, by a part that is none": (
        Reason.NOT_SIGNED,
        lambda: encrypted(multipart("multipart/signed", ATTACHMENT, ATTACHMENT)),
    ),
    "a third part beside the signature": (
        Reason.MALFORMED,
        lambda: encrypted(multipart("multipart/signed", ATTACHMENT, ATTACHMENT, ATTACHMENT)),
    ),
    "parts without a last line": (
        Reason.MALFORMED,
        lambda: encrypted(multipart("multipart/signed", ATTACHMENT, ATTACHMENT).replace(b"--cut--", b"")),
    ),
    "many parts": (
        Reason.TOO_MANY_PARTS,
        lambda: encrypted(signed(multipart("multipart/mixed", *[ATTACHMENT] * 11))),
    ),
    "parts in parts": (
        Reason.TOO_DEEP,
        lambda: encrypted(
            signed(multipart("multipart/mixed", multipart("multipart/mixed", ATTACHMENT, boundary="in")))
        ),
    ),
    "encrypted with DES": (
        Reason.WEAK_ALGORITHM,
        lambda: wrapped(edited(encrypted_der(b""), cipher_named("des")), "x"),
    ),
    "encrypted with RC2": (
        Reason.WEAK_ALGORITHM,
        lambda: wrapped(edited(encrypted_der(b""), cipher_named("rc2")), "x"),
    ),
    "encrypted with what nobody knows": (
        Reason.UNKNOWN_ALGORITHM,
        lambda: wrapped(edited(encrypted_der(b""), cipher_named("1.2.3.4")), "x"),
    ),
    "body text": (
        Reason.BODY_TEXT,
        lambda: encrypted(signed(multipart("multipart/mixed", b"\r\nKind regards", ATTACHMENT))),
    ),
    "body text alone": (Reason.BODY_TEXT, lambda: encrypted(signed(b"Content-Type: text/plain\r\n\r\n" + INTERCHANGE))),
    "no attachment": (Reason.NO_ATTACHMENT, lambda: encrypted(signed(attached(INTERCHANGE, "image/png")))),
    "no attachment but empty text": (
        Reason.NO_ATTACHMENT,
        lambda: encrypted(signed(multipart("multipart/mixed", b"\r\n"))),
    ),
    "two attachments": (
        Reason.MANY_ATTACHMENTS,
        lambda: encrypted(signed(multipart("multipart/mixed", ATTACHMENT, ATTACHMENT))),
    ),
    "a picture beside the attachment": (
        Reason.MANY_ATTACHMENTS,
        lambda: encrypted(signed(multipart("multipart/mixed", ATTACHMENT, attached(b"x", "image/png")))),
    ),
    "no interchange": (Reason.NO_INTERCHANGE, lambda: encrypted(signed(attached(b"Dear Customs,")))),
    "bare messages": (Reason.NO_INTERCHANGE, lambda: encrypted(signed(attached(b"UNH+1+CUSDEC:D:99B:UN'UNT+2+1'")))),
    "two interchanges": (Reason.MANY_INTERCHANGES, lambda: encrypted(signed(attached(TWICE)))),
    "more than 10 MB": (Reason.TOO_LARGE, lambda: encrypted(signed(attached(INTERCHANGE + b" " * (10 << 20))))),
}


@pytest.mark.parametrize("name", FORM)
def test_what_is_no_proper_mail(name: str) -> None:
    expected, mail = FORM[name]
    assert reason(mail()) is expected


@pytest.mark.parametrize("text", [b"", b"\r\n \r\n"])
def test_an_empty_text_beside_the_attachment_is_no_body_text(text: bytes) -> None:
    found = opened(encrypted(signed(multipart("multipart/mixed", b"\r\n" + text, ATTACHMENT))))
    assert isinstance(found, Opened)
    assert found.interchange == INTERCHANGE


def test_a_bare_interchange_that_was_signed_is_taken() -> None:
    found = opened(encrypted(signed(INTERCHANGE)))
    assert isinstance(found, Opened)
    assert found.interchange == INTERCHANGE


class TestDecrypting:
    """Whatever goes wrong with the key says the same to the outside; what it was is for the audit."""

    def test_one_sentence_for_all(self) -> None:
        def wrong_key(content: cms.EnvelopedData) -> None:
            info = content["recipient_infos"][0].chosen
            info["encrypted_key"] = bytes(reversed(info["encrypted_key"].native))

        def wrong_padding(content: cms.EnvelopedData) -> None:
            inside = content["encrypted_content_info"]
            inside["encrypted_content"] = inside["encrypted_content"].native[:-16]

        def changed(content: cms.AuthEnvelopedData) -> None:
            content["mac"] = bytes(16)

        authenticated = encrypted_der(signed(), ContentCipher.AES_256_GCM)
        found = [
            opened(encrypted(signed()), own=DEVICE),
            opened(wrapped(edited(encrypted_der(signed()), wrong_key), "enveloped-data")),
            opened(wrapped(edited(encrypted_der(signed()), wrong_padding), "enveloped-data")),
            opened(wrapped(edited(authenticated, changed), "authEnveloped-data")),
            opened(encrypted(b"what a wrong key decrypts to")),
        ]
        assert {one.reason for one in found if isinstance(one, Refusal)} == {Reason.UNDECRYPTABLE}
        assert len({one.sentence for one in found if isinstance(one, Refusal)}) == 1
        audits = [one.audit for one in found if isinstance(one, Refusal)]
        assert audits[0] == "encrypted for none of our certificates"
        assert all(audits)

    def test_an_old_key_opens_old_mail(self) -> None:
        renewed = pki.SUB.client("customs", "ccf@customs.example", key="customs renewed")
        assert isinstance(open_mail(encrypted(signed()), [renewed, CUSTOMS], TRUST, at=pki.NOW), Opened)
        assert isinstance(open_mail(encrypted(signed()), [renewed], TRUST, at=pki.NOW), Refusal)


def test_attributes_that_are_authenticated_with_the_content_are_heeded() -> None:
    """AuthEnvelopedData may bear attributes; they are under the tag too. RFC 5083, 2.2."""
    attributes = cms.CMSAttributes([{"type": "content_type", "values": ["data"]}])
    cek, nonce = bytes(range(32)), bytes(12)
    encryptor = Cipher(algorithms.AES(cek), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(attributes.dump())
    hidden = encryptor.update(signed()) + encryptor.finalize()

    def change(content: cms.AuthEnvelopedData) -> None:
        key = CUSTOMS.certificate.public_key()
        assert isinstance(key, RSAPublicKey)
        content["recipient_infos"][0].chosen["encrypted_key"] = key.encrypt(cek, PKCS1v15())
        inside = content["auth_encrypted_content_info"]
        inside["encrypted_content"] = hidden
        inside["content_encryption_algorithm"]["parameters"] = algos.CcmParams({"aes_nonce": nonce, "aes_icvlen": 16})
        content["auth_attrs"] = attributes
        content["mac"] = encryptor.tag

    made = edited(encrypted_der(b"", ContentCipher.AES_256_GCM), change)
    assert isinstance(opened(wrapped(made, "authEnveloped-data")), Opened)
    bare = edited(made, lambda content: content.__delitem__("auth_attrs"))
    assert reason(wrapped(bare, "authEnveloped-data")) is Reason.UNDECRYPTABLE


def resigned(**said: object) -> bytes:
    """Return a mail signed by a certificate of which something is different."""
    return encrypted(signed(signer=pki.SUB.client("other", key="device", **said)))  # type: ignore[arg-type]


def without_attributes(content: cms.SignedData) -> None:
    del content["signer_infos"][0]["signed_attrs"]


def other_digest(content: cms.SignedData) -> None:
    for attribute in content["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [bytes(32)]


def other_type(content: cms.SignedData) -> None:
    for attribute in content["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "content_type":
            attribute["values"] = ["signed_data"]


def type_twice(content: cms.SignedData) -> None:
    attributes = content["signer_infos"][0]["signed_attrs"]
    attributes.append(attributes[0])


def other_content(content: cms.SignedData) -> None:
    content["encap_content_info"]["content"] = ATTACHMENT.replace(b"KBR417H", b"EVL666X")


def other_time(content: cms.SignedData) -> None:
    for attribute in content["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "signing_time":
            attribute["values"] = [cms.Time("utc_time", pki.NOW + pki.DAY)]


def other_certificate(content: cms.SignedData) -> None:
    """The certificate of somebody else under the same name and number, as if the signature were his."""
    content["certificates"] = [
        cms.Certificate.load(pki.SUB.client("device", key="rogue").certificate.public_bytes(pki.Encoding.DER))
    ]
    own = content["certificates"][0].chosen
    identity = {"issuer": own.issuer, "serial_number": own.serial_number}
    content["signer_infos"][0]["sid"] = cms.SignerIdentifier(
        "issuer_and_serial_number", cms.IssuerAndSerialNumber(identity)
    )


def no_signer(content: cms.SignedData) -> None:
    content["signer_infos"] = []


def no_certificates(content: cms.SignedData) -> None:
    del content["certificates"]


def two_signers(content: cms.SignedData) -> None:
    content["signer_infos"].append(content["signer_infos"][0])


SIGNATURE = {
    "no signed attributes": (Reason.CONTENT_TYPE_MISMATCH, without_attributes),
    "another content type signed": (Reason.CONTENT_TYPE_MISMATCH, other_type),
    "the content type twice": (Reason.CONTENT_TYPE_MISMATCH, type_twice),
    "another digest": (Reason.DIGEST_MISMATCH, other_digest),
    "another content": (Reason.DIGEST_MISMATCH, other_content),
    "another time": (Reason.BAD_SIGNATURE, other_time),
    "another's certificate": (Reason.BAD_SIGNATURE, other_certificate),
    "no signer": (Reason.CERTIFICATES_ONLY, no_signer),
    "no certificate": (Reason.NO_SIGNER_CERTIFICATE, no_certificates),
    "two signers": (Reason.MANY_SIGNERS, two_signers),
}


@pytest.mark.parametrize("name", SIGNATURE)
def test_a_signature_that_was_changed(name: str) -> None:
    expected, change = SIGNATURE[name]
    assert reason(encrypted(wrapped(edited(signed_der(), change), "signed-data"))) is expected


def test_what_stands_beside_a_signature_must_be_what_it_signs() -> None:
    holds_it_too = signed().replace(b"pkcs7-mime", b"pkcs7-signature")
    alike = multipart("multipart/signed", ATTACHMENT, holds_it_too)
    assert isinstance(opened(encrypted(alike)), Opened)
    assert reason(encrypted(alike.replace(b"KBR417H", b"EVL666X"))) is Reason.MALFORMED


class TestByOpenSSL:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (("-md", "sha1"), Reason.WEAK_ALGORITHM),
            (("-noattr",), Reason.CONTENT_TYPE_MISMATCH),
            (("-nocerts",), Reason.NO_SIGNER_CERTIFICATE),
            (("-nodetach", "-econtent_type", "1.2.3.4"), Reason.CONTENT_TYPE_MISMATCH),
        ],
        ids=str,
    )
    def test_a_way_to_sign_that_is_refused(self, openssl: OpenSSL, words: tuple[str, ...], expected: Reason) -> None:
        assert reason(openssl.encrypt(openssl.sign(ATTACHMENT, *words))) is expected

    def test_two_signers(self, openssl: OpenSSL) -> None:
        mail = openssl.encrypt(openssl.sign(ATTACHMENT, by=("device", "customs")))
        assert reason(mail) is Reason.MANY_SIGNERS


def other_authority(name: str, **said: object) -> pki.Authority:
    return pki.Authority(name, pki.ROOT, **said)  # type: ignore[arg-type]


LONG_AGO, LATER = (pki.NOW - 300 * pki.DAY, pki.NOW - pki.DAY), (pki.NOW + pki.DAY, pki.NOW + 300 * pki.DAY)
SIGNERS: dict[str, tuple[Reason, Callable[[], bytes]]] = {
    "expired": (Reason.EXPIRED, lambda: resigned(days=LONG_AGO)),
    "not valid yet": (Reason.NOT_YET_VALID, lambda: resigned(days=LATER)),
    "may only encipher": (Reason.WRONG_KEY_USAGE, lambda: resigned(usages=("key_encipherment",))),
    "is for servers": (Reason.WRONG_EXTENDED_KEY_USAGE, lambda: resigned(extended=(ExtendedKeyUsageOID.SERVER_AUTH,))),
    "is an authority": (Reason.SIGNER_IS_AUTHORITY, lambda: resigned(ca=True)),
    "has a short key": (
        Reason.WEAK_KEY,
        lambda: encrypted(signed(signer=pki.SUB.client("short", key="short", size=1024))),
    ),
    "of a rogue": (Reason.UNTRUSTED, lambda: encrypted(signed(signer=pki.ROGUE.client("device", key="device")))),
    "of a rogue who calls himself root": (
        Reason.UNTRUSTED,
        lambda: encrypted(signed(signer=pki.Authority("root", key_name="rogue").client("device", key="device"))),
    ),
    "of an authority that is left out": (
        Reason.UNTRUSTED,
        lambda: encrypted(signed(signer=dataclasses.replace(DEVICE, others=()))),
    ),
    "of one who is no authority": (
        Reason.UNTRUSTED,
        lambda: encrypted(signed(signer=other_authority("client", ca=False).client("device", key="device"))),
    ),
    "of an authority below its limit": (
        Reason.UNTRUSTED,
        lambda: encrypted(
            signed(
                signer=dataclasses.replace(
                    (lower := pki.Authority("lower", pki.SUB)).client("device", key="device"),
                    others=(lower.certificate, pki.SUB.certificate),
                )
            )
        ),
    ),
    "of an authority that may not issue": (
        Reason.UNTRUSTED,
        lambda: encrypted(signed(signer=other_authority("lists", usages=("crl_sign",)).client("device", key="device"))),
    ),
    "of an authority that expired": (
        Reason.EXPIRED,
        lambda: encrypted(signed(signer=other_authority("old", last=pki.NOW - pki.DAY).client("device", key="device"))),
    ),
    "signed with SHA-1": (
        Reason.UNTRUSTED,
        lambda: encrypted(signed(signer=sha1_signed())),
    ),
}


def sha1_signed() -> Credentials:
    """A certificate whose own signature is over SHA-1; cryptography no longer makes one, so it only says so."""
    made = DEVICE.certificate.public_bytes(pki.Encoding.DER)
    sha256, sha1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
    weak = x509.load_der_x509_certificate(made.replace(sha256, sha1))
    return dataclasses.replace(DEVICE, certificate=weak)


@pytest.mark.parametrize("name", SIGNERS)
def test_a_signer_who_is_not_believed(name: str) -> None:
    expected, mail = SIGNERS[name]
    assert reason(mail()) is expected


def test_a_certificate_is_judged_when_the_mail_came() -> None:
    mail = resigned(days=LONG_AGO)
    then = pki.NOW - 10 * pki.DAY
    held = Trust((pki.ROOT.certificate,))
    assert isinstance(open_mail(mail, [CUSTOMS], held, at=then), Opened)
    assert reason(mail, held) is Reason.EXPIRED


def test_an_authority_above_that_is_given_with_the_trust_need_not_be_sent() -> None:
    mail = encrypted(signed(signer=dataclasses.replace(DEVICE, others=())))
    held = Trust.read([pki.pem(pki.ROOT.certificate, pki.SUB.certificate)], [pki.pem(pki.ROOT.crl(), pki.SUB.crl())])
    assert isinstance(opened(mail, held), Opened)
    only_sub = Trust.read([pki.pem(pki.SUB.certificate)], [pki.pem(pki.SUB.crl())])
    assert isinstance(opened(mail, only_sub), Opened)


def crls(*held: x509.CertificateRevocationList) -> Trust:
    return dataclasses.replace(TRUST, crls=held)


PARTIAL = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
LISTS: dict[str, tuple[Reason, Callable[[], Trust]]] = {
    "it is revoked": (Reason.REVOKED, lambda: crls(pki.ROOT.crl(), pki.SUB.crl(DEVICE.certificate))),
    "its authority is revoked": (Reason.REVOKED, lambda: crls(pki.ROOT.crl(pki.SUB.certificate), pki.SUB.crl())),
    "a stale list says it is revoked": (
        Reason.REVOKED,
        lambda: crls(
            pki.ROOT.crl(), pki.SUB.crl(DEVICE.certificate, made=pki.NOW - 9 * pki.DAY, due=pki.NOW - pki.DAY)
        ),
    ),
    "there are no lists": (Reason.REVOCATION_UNKNOWN, crls),
    "there is none of the root": (Reason.REVOCATION_UNKNOWN, lambda: crls(pki.SUB.crl())),
    "there is none of its authority": (Reason.REVOCATION_UNKNOWN, lambda: crls(pki.ROOT.crl())),
    "the list is stale": (
        Reason.REVOCATION_UNKNOWN,
        lambda: crls(pki.ROOT.crl(), pki.SUB.crl(made=pki.NOW - 9 * pki.DAY, due=pki.NOW - pki.DAY)),
    ),
    "the list is of tomorrow": (
        Reason.REVOCATION_UNKNOWN,
        lambda: crls(pki.ROOT.crl(), pki.SUB.crl(made=pki.NOW + pki.DAY)),
    ),
    "another signed the list": (
        Reason.REVOCATION_UNKNOWN,
        lambda: crls(pki.ROOT.crl(), pki.SUB.crl(signed_by="root of a rogue")),
    ),
    "another signed that it is revoked": (
        Reason.REVOCATION_UNKNOWN,
        lambda: crls(pki.ROOT.crl(), pki.SUB.crl(DEVICE.certificate, signed_by="root of a rogue")),
    ),
    "the list covers a part": (
        Reason.REVOCATION_UNKNOWN,
        lambda: crls(pki.ROOT.crl(), pki.SUB.crl(extensions=(PARTIAL,))),
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_revocation(name: str) -> None:
    expected, held = LISTS[name]
    assert reason(encrypted(signed()), held()) is expected


def test_an_authority_that_may_not_sign_lists() -> None:
    quiet = other_authority("quiet", usages=("key_cert_sign",))
    mail = encrypted(signed(signer=quiet.client("device", key="device")))
    assert reason(mail, crls(pki.ROOT.crl(), quiet.crl())) is Reason.REVOCATION_UNKNOWN


class TestVersionOne:
    """Certificates of X.509 version 1 have no extensions; plain `openssl x509 -req` makes them."""

    def issued(self, authority: pki.Authority) -> Credentials:
        made = asn1_x509.Certificate.load(
            authority.client("plain", key="device").certificate.public_bytes(pki.Encoding.DER)
        )
        signed_part = made["tbs_certificate"]
        signed_part["version"] = "v1"
        del signed_part["extensions"]
        made["signature_value"] = authority.key.sign(signed_part.dump(force=True), PKCS1v15(), hashes.SHA256())
        plain = x509.load_der_x509_certificate(made.dump(force=True))
        assert plain.version is x509.Version.v1
        return Credentials(plain, DEVICE.key, (authority.certificate, pki.SUB.certificate))

    @pytest.mark.parametrize("authority", [pki.ROOT, pki.SUB], ids=["of the root", "of one below"])
    def test_they_are_read(self, authority: pki.Authority) -> None:
        assert isinstance(opened(encrypted(signed(signer=self.issued(authority)))), Opened)

    @pytest.mark.parametrize(
        "authority",
        [pki.ROGUE, pki.Authority("lower", pki.SUB), pki.Authority("client", pki.ROOT, ca=False)],
        ids=lambda authority: authority.name,
    )
    def test_only_from_an_authority_that_may_issue_them(self, authority: pki.Authority) -> None:
        assert reason(encrypted(signed(signer=self.issued(authority)))) is Reason.UNTRUSTED

    def test_they_can_be_revoked_and_pinned(self) -> None:
        plain = self.issued(pki.SUB)
        mail = encrypted(signed(signer=plain))
        assert reason(mail, crls(pki.ROOT.crl(), pki.SUB.crl(plain.certificate))) is Reason.REVOKED
        assert isinstance(opened(mail, Trust((plain.certificate,))), Opened)


class TestPinned:
    """A signer that is believed itself, without a path."""

    def pinned(self, *lists: x509.CertificateRevocationList) -> Trust:
        return Trust.read([pki.pem(DEVICE.certificate)], [pki.pem(one) for one in lists] or None)

    def test_it_is_believed(self) -> None:
        assert isinstance(opened(encrypted(signed()), self.pinned()), Opened)
        other = pki.SUB.client("other", "x@y.example", key="device")
        assert reason(encrypted(signed(signer=other)), self.pinned()) is Reason.UNTRUSTED

    def test_and_can_be_revoked_all_the_same(self) -> None:
        mail = encrypted(signed())
        assert isinstance(opened(mail, self.pinned(pki.SUB.crl())), Opened)
        assert reason(mail, self.pinned(pki.SUB.crl(DEVICE.certificate))) is Reason.REVOKED
        assert reason(mail, self.pinned(pki.ROOT.crl())) is Reason.REVOCATION_UNKNOWN
        alone = encrypted(signed(signer=dataclasses.replace(DEVICE, others=())))
        assert reason(alone, self.pinned(pki.SUB.crl())) is Reason.REVOCATION_UNKNOWN


def test_without_lists_it_is_said_that_nobody_looked() -> None:
    found = opened(encrypted(signed()), Trust((pki.ROOT.certificate,)))
    assert isinstance(found, Opened)
    assert not found.revocation_checked
    assert "not checked" in found.notes[0]


def test_a_refusal_names_the_signer_only_when_the_signature_was_believed() -> None:
    with_text = multipart("multipart/mixed", b"\r\nKind regards", ATTACHMENT)
    believed, rogue = (
        opened(encrypted(signed(with_text))),
        opened(encrypted(signed(with_text, pki.ROGUE.client("x", key="device")))),
    )
    assert isinstance(believed, Refusal)
    assert isinstance(rogue, Refusal)
    assert believed.signer is not None
    assert (believed.reason, believed.signer.certificate) == (Reason.BODY_TEXT, DEVICE.certificate)
    assert (rogue.reason, rogue.signer) == (Reason.UNTRUSTED, None)


class TestReplay:
    def test_the_same_signature_has_the_same_key_however_it_is_wrapped(self) -> None:
        inside = signed()
        first, again = opened(encrypted(inside)), opened(b"Received: anew\r\n" + encrypted(inside))
        other = opened(encrypted(signed(ATTACHMENT.replace(b"0001'", b"0002'"))))
        assert isinstance(first, Opened)
        assert isinstance(again, Opened)
        assert isinstance(other, Opened)
        assert (first.replay_key, first.content_hash) == (again.replay_key, again.content_hash)
        assert first.replay_key != other.replay_key

    def test_the_subject_does_not_count(self) -> None:
        found = opened(encrypted(signed()).replace(b"Subject: KBR417H", b"Subject: EVL666X"))
        assert isinstance(found, Opened)
        assert "subject" in found.notes[0]
        assert found.label is not None
        assert found.label.creator == "KBR417H"


UNB = b"UNB+UNOC:3+KBR417H::KBR417H+AAA336C+261125:0930+202611250001++++1++1'"
SEALED = {
    "not an interchange": (Reason.NO_INTERCHANGE, b"hello"),
    "nothing": (Reason.NO_INTERCHANGE, b""),
    "two interchanges": (Reason.MANY_INTERCHANGES, TWICE),
    "no UNZ": (Reason.INCOMPLETE_INTERCHANGE, INTERCHANGE[: INTERCHANGE.index(b"UNZ")]),
    "something in front of it": (Reason.INCOMPLETE_INTERCHANGE, b"Dear Customs,\r\n" + INTERCHANGE),
    "something behind it": (Reason.INCOMPLETE_INTERCHANGE, INTERCHANGE + b"and more"),
    "more than 10 MB": (Reason.TOO_LARGE, INTERCHANGE + b" " * (10 << 20)),
    "a path as a site": (Reason.BAD_SITE, INTERCHANGE.replace(b"+KBR417H", b"+../../X")),
    "small letters as a site": (Reason.BAD_SITE, INTERCHANGE.replace(b"AAA336C", b"aaa336c")),
    "no recipient": (Reason.BAD_SITE, INTERCHANGE.replace(b"AAA336C", b"")),
    "letters in the reference": (Reason.BAD_REFERENCE, INTERCHANGE.replace(b"202611250001", b"A1")),
    "a reference too long": (Reason.BAD_REFERENCE, INTERCHANGE.replace(b"202611250001", b"2" * 15)),
    "a line end in the reference": (Reason.BAD_REFERENCE, INTERCHANGE.replace(b"202611250001", b"1\n")),
}


@pytest.mark.parametrize("name", SEALED)
def test_what_may_not_be_sealed(name: str) -> None:
    expected, data = SEALED[name]
    found = seal(data, DEVICE, CUSTOMS.certificate, at=pki.NOW)
    assert isinstance(found, Refusal)
    assert found.reason is expected


@pytest.mark.parametrize("kind", Kind)
def test_only_type_3_kinds_sign_mail(kind: Kind) -> None:
    found = seal(INTERCHANGE, DEVICE, CUSTOMS.certificate, at=pki.NOW, kind=kind)
    refused = isinstance(found, Refusal) and found.reason is Reason.WRONG_KIND
    assert refused == (kind not in (Kind.TYPE_3, Kind.TYPE_3_HOSTED))


@pytest.mark.parametrize(
    ("signer", "recipient", "expected"),
    [
        (pki.SUB.client("old", key="device", days=LONG_AGO), CUSTOMS, Reason.EXPIRED),
        (DEVICE, pki.SUB.client("old", key="customs", days=LONG_AGO), Reason.EXPIRED),
        (DEVICE, pki.SUB.client("next", key="customs", days=LATER), Reason.NOT_YET_VALID),
        (pki.SUB.client("encipher", key="device", usages=("key_encipherment",)), CUSTOMS, Reason.WRONG_KEY_USAGE),
        (DEVICE, pki.SUB.client("sign", key="customs", usages=("digital_signature",)), Reason.WRONG_KEY_USAGE),
        (DEVICE, pki.SUB.client("short", key="short", size=1024), Reason.WEAK_KEY),
    ],
)
def test_certificates_that_do_not_serve(signer: Credentials, recipient: Credentials, expected: Reason) -> None:
    found = seal(INTERCHANGE, signer, recipient.certificate, at=pki.NOW)
    assert isinstance(found, Refusal)
    assert found.reason is expected


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "Broker <a@b.example>", "broker"])
def test_an_address_is_an_address(address: str) -> None:
    found = seal(INTERCHANGE, DEVICE, CUSTOMS.certificate, at=pki.NOW, sender_address=address)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.BAD_ADDRESS


def test_what_customs_sends_is_named_by_the_recipient() -> None:
    answer = INTERCHANGE.replace(b"KBR417H::KBR417H+AAA336C", b"AAA336C+KBR417H")
    found = seal(answer, CUSTOMS, DEVICE.certificate, at=pki.NOW)
    assert not isinstance(found, Refusal)
    assert (found.label.subject, found.label.file_name) == (
        "AAA336C_202611250001_KBR417H",
        "KBR417H_202611250001.edi",
    )


def test_every_reason_says_what_to_do() -> None:
    for one in Reason:
        assert one.what.endswith(".")
        assert one.advice.endswith(".")
        assert f"`{one}`" in (ROOT / "docs" / "secure-mail.md").read_text("utf-8")
