"""Mails for tests, put together layer by layer so that any layer can be wrong; and `openssl cms`, the oracle.

`.ci/run` sets EDIFACT_ICS_TEST_OPENSSL=required: then a machine without openssl fails the tests. Elsewhere those that
need it are skipped, and the reason is printed.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pki
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.mail import Trust
from edifact_ics.bureau.mail.encryption import ContentCipher, KeyTransport, encrypt
from edifact_ics.bureau.mail.signature import sign

INTERCHANGE = (
    b"UNB+UNOC:3+KBR417H::KBR417H+AAA336C+261125:0930+202611250001++++1++1'\r\n"
    b"UNH+1+CUSDEC:D:99B:UN'\r\nBGM+929:::IMD+B1/SYD1:1+9'\r\nUNT+3+1'\r\n"
    b"UNZ+1+202611250001'\r\n"
)
ATTACHMENT = (
    b"Content-Type: application/edifact\r\nContent-Disposition: attachment; filename=any.edi\r\n\r\n" + INTERCHANGE
)
SUBJECT = "KBR417H_202611250001_AAA336C"

DEVICE = pki.SUB.client("device", "edi@broker.example", key="device")
CUSTOMS = pki.SUB.client("customs", "ccf@customs.example", key="customs")
TRUST = Trust((pki.ROOT.certificate,), (), (pki.ROOT.crl(), pki.SUB.crl()))


def wrapped(der: bytes, kind: str) -> bytes:
    """Return CMS as a MIME part."""
    head = f"Content-Type: application/pkcs7-mime; smime-type={kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(der)


def signed_der(content: bytes = ATTACHMENT, signer: Credentials = DEVICE) -> bytes:
    return sign(content, signer, pki.NOW, detached=False, salted=False)


def signed(content: bytes = ATTACHMENT, signer: Credentials = DEVICE) -> bytes:
    return wrapped(signed_der(content, signer), "signed-data")


def encrypted_der(content: bytes, cipher: ContentCipher = ContentCipher.AES_256_CBC) -> bytes:
    return encrypt(content, CUSTOMS.certificate, cipher, KeyTransport.PKCS1V15)


def encrypted(content: bytes) -> bytes:
    """Return content as the one encrypted part of a mail."""
    return f"Subject: {SUBJECT}\r\nMIME-Version: 1.0\r\n".encode() + wrapped(encrypted_der(content), "enveloped-data")


def edited(der: bytes, change: Any) -> bytes:
    """Return CMS after `change` was made to its content."""
    info = cms.ContentInfo.load(der)
    change(info["content"])
    return bytes(info.dump(force=True))


def multipart(kind: str, *parts: bytes, boundary: str = "cut") -> bytes:
    line = f"\r\n--{boundary}".encode()
    head = f'Content-Type: {kind}; boundary="{boundary}"\r\n'.encode()
    return head + b"".join(line + b"\r\n" + part for part in parts) + line + b"--\r\n"


class OpenSSL:
    """`openssl cms` with the test world in the files of a folder."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None and os.environ.get("EDIFACT_ICS_TEST_OPENSSL") != "required":
            pytest.skip("there is no openssl to hold mail against")
        self.folder = folder
        self.folder.joinpath("root.pem").write_bytes(pki.pem(pki.ROOT.certificate))
        for name, held in (("device", DEVICE), ("customs", CUSTOMS)):
            self.add(name, held)

    def add(self, name: str, held: Credentials) -> None:
        """Write a certificate with its authorities, and its key."""
        self.folder.joinpath(f"{name}.pem").write_bytes(pki.pem(held.certificate))
        self.folder.joinpath(f"{name}-others.pem").write_bytes(pki.pem(*held.others))
        key = held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.folder.joinpath(f"{name}.key").write_bytes(key)

    def cms(self, given: bytes, *words: str) -> bytes:
        done = subprocess.run(["openssl", "cms", *words], input=given, cwd=self.folder, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def sign(self, content: bytes, *words: str, by: Sequence[str] = ("device",)) -> bytes:
        signers = [word for name in by for word in ("-signer", f"{name}.pem", "-inkey", f"{name}.key")]
        return self.cms(content, "-sign", "-md", "sha256", "-certfile", f"{by[0]}-others.pem", *signers, *words)

    def encrypt(self, content: bytes, *words: str, cipher: str = "-aes256", oaep: str = "") -> bytes:
        padding = ["-keyopt", "rsa_padding_mode:oaep", *(("-keyopt", f"rsa_oaep_md:{oaep}") if oaep != "sha1" else ())]
        chosen = padding if oaep else []
        return self.cms(content, "-encrypt", cipher, *words, "-recip", "customs.pem", *chosen)

    def opened(self, mail: bytes) -> bytes:
        """Return what openssl finds in a mail: decrypted, then verified for mail."""
        inside = self.cms(mail, "-decrypt", "-recip", "customs.pem", "-inkey", "customs.key")
        when = str(int(pki.NOW.timestamp()))
        return self.cms(inside, "-verify", "-CAfile", "root.pem", "-purpose", "smimesign", "-attime", when)
