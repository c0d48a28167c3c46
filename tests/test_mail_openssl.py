"""Secure mail against `openssl cms`, in both directions and over every variant."""

from __future__ import annotations

import base64
import itertools

import pki
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from mails import ATTACHMENT, CUSTOMS, DEVICE, INTERCHANGE, SUBJECT, TRUST, OpenSSL

from edifact_ics.bureau.mail import Opened, Order, Profile, Reason, Refusal, Sealed, open_mail, seal
from edifact_ics.bureau.mail.encryption import ContentCipher, KeyTransport

FORMS = {"detached": (), "opaque": ("-nodetach",)}
PADDINGS = {"v15": (), "pss": ("-keyopt", "rsa_padding_mode:pss")}
STREAMS = {"whole": (), "streamed": ("-stream",)}
CIPHERS = ("-aes128", "-aes192", "-aes256", "-aes-128-gcm", "-aes-256-gcm", "-des3")


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSSL:
    return OpenSSL(tmp_path_factory.mktemp("pki"))


# All but the one that openssl 3.0 cannot write itself.
SIGNED = [way for way in itertools.product(FORMS, STREAMS, PADDINGS) if way != ("opaque", "streamed", "pss")]


@pytest.mark.parametrize(("form", "stream", "padding"), SIGNED)
def test_what_openssl_seals_is_opened(openssl: OpenSSL, form: str, stream: str, padding: str) -> None:
    inside = openssl.sign(ATTACHMENT, *FORMS[form], *STREAMS[stream], *PADDINGS[padding])
    for cipher, oaep, streamed in itertools.product(CIPHERS, ("", "sha1", "sha256"), STREAMS):
        if oaep == "sha1" and cipher != "-aes256":
            continue  # the default hash of OAEP: once is enough
        mail = f"Subject: {SUBJECT}\n".encode() + openssl.encrypt(inside, *STREAMS[streamed], cipher=cipher, oaep=oaep)
        found = open_mail(mail, [CUSTOMS], TRUST, at=pki.NOW)
        assert isinstance(found, Opened), (cipher, oaep, streamed, found)
        assert (found.interchange, found.notes) == (INTERCHANGE, ())
        assert found.signer.certificate == DEVICE.certificate


@pytest.mark.parametrize(
    "words",
    [
        *(("-keyid",), ("-binary",), ("-crlfeol",), ("-nosmimecap",), ("-md", "sha384"), ("-md", "sha512")),
        *((*PADDINGS["pss"], "-keyopt", f"rsa_pss_saltlen:{salt}") for salt in ("0", "20", "max")),
    ],
    ids=" ".join,
)
def test_other_ways_to_sign_are_read(openssl: OpenSSL, words: tuple[str, ...]) -> None:
    found = open_mail(openssl.encrypt(openssl.sign(ATTACHMENT, *words)), [CUSTOMS], TRUST, at=pki.NOW)
    assert isinstance(found, Opened), found
    assert found.interchange == INTERCHANGE


@pytest.mark.parametrize(
    ("words", "oaep"),
    [
        *((words, "") for words in (("-keyid",), ("-binary",), ("-crlfeol",), ("-recip", "device.pem"))),
        *(((), oaep) for oaep in ("sha384", "sha512")),
    ],
)
def test_other_ways_to_encrypt_are_read(openssl: OpenSSL, words: tuple[str, ...], oaep: str) -> None:
    found = open_mail(openssl.encrypt(openssl.sign(ATTACHMENT), *words, oaep=oaep), [CUSTOMS], TRUST, at=pki.NOW)
    assert isinstance(found, Opened), found
    assert found.interchange == INTERCHANGE


@pytest.mark.parametrize("opaque", [False, True], ids=["detached", "opaque"])
@pytest.mark.parametrize("salted", [False, True], ids=["v15", "pss"])
@pytest.mark.parametrize("transport", KeyTransport)
@pytest.mark.parametrize("cipher", ContentCipher)
def test_what_is_sealed_openssl_opens(
    openssl: OpenSSL, opaque: bool, salted: bool, cipher: ContentCipher, transport: KeyTransport
) -> None:
    profile = Profile(opaque=opaque, salted=salted, cipher=cipher, transport=transport)
    sealed = seal(INTERCHANGE, DEVICE, CUSTOMS.certificate, at=pki.NOW, profile=profile)
    assert isinstance(sealed, Sealed)
    entity = openssl.opened(sealed.mail)
    head, _, body = entity.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"Content-Type: application/edifact; name=KBR417H_202611250001.edi",
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; filename=KBR417H_202611250001.edi",
    ]
    assert base64.b64decode(body) == INTERCHANGE
    assert f"Subject: {SUBJECT}\r\n".encode() in sealed.mail


OPTIONS = pkcs7.PKCS7Options


@pytest.mark.parametrize(
    "options", [[OPTIONS.DetachedSignature], [OPTIONS.Binary], []], ids=["detached", "binary", "text"]
)
@pytest.mark.parametrize("encoding", [Encoding.SMIME, Encoding.DER], ids=["mime", "der"])
def test_what_cryptography_seals_is_opened(options: list[pkcs7.PKCS7Options], encoding: Encoding) -> None:
    signing = pkcs7.PKCS7SignatureBuilder().set_data(ATTACHMENT)
    signing = signing.add_signer(DEVICE.certificate, DEVICE.key, hashes.SHA256()).add_certificate(pki.SUB.certificate)
    inside = signing.sign(encoding, options)
    mail = pkcs7.PKCS7EnvelopeBuilder().set_data(inside).add_recipient(CUSTOMS.certificate)
    found = open_mail(mail.encrypt(Encoding.SMIME, [OPTIONS.Binary]), [CUSTOMS], TRUST, at=pki.NOW)
    if (options, encoding) == ([OPTIONS.DetachedSignature], Encoding.DER):
        assert isinstance(found, Refusal), "there is no content at all"
        assert found.reason is Reason.MALFORMED
    else:
        assert isinstance(found, Opened), found
        assert found.interchange == INTERCHANGE


def test_the_other_order_is_one_switch(openssl: OpenSSL) -> None:
    profile = Profile(Order.SIGNED_OUTSIDE)
    sealed = seal(INTERCHANGE, DEVICE, CUSTOMS.certificate, at=pki.NOW, profile=profile)
    assert isinstance(sealed, Sealed)
    when = str(int(pki.NOW.timestamp()))
    inside = openssl.cms(sealed.mail, "-verify", "-CAfile", "root.pem", "-purpose", "smimesign", "-attime", when)
    assert b"application/edifact" in openssl.cms(inside, "-decrypt", "-recip", "customs.pem", "-inkey", "customs.key")
    found = open_mail(sealed.mail, [CUSTOMS], TRUST, at=pki.NOW, order=Order.SIGNED_OUTSIDE)
    assert isinstance(found, Opened)
    assert found.interchange == INTERCHANGE


def test_ten_megabytes_go_through(openssl: OpenSSL) -> None:
    """The largest interchange, streamed, signed inside and encrypted: more than 24 MB as a mail."""
    head, rest = INTERCHANGE.split(b"UNH", 1)
    message, tail = b"UNH" + rest.split(b"UNZ")[0], b"UNZ" + rest.split(b"UNZ")[1]
    big = head + message * ((10 * 1024 * 1024 - 200) // len(message)) + tail
    attachment = b"Content-Type: application/edifact\r\n\r\n" + big
    mail = openssl.encrypt(openssl.sign(attachment, "-nodetach", "-stream", "-binary"), "-stream", "-binary")
    found = open_mail(mail, [CUSTOMS], TRUST, at=pki.NOW)
    assert isinstance(found, Opened), found
    assert found.interchange == big
