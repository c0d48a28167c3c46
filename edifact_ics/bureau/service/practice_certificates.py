"""Certificates to practise with: an authority made on the fly, whose certificates nobody else believes."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edifact_ics.bureau.certificates.keys import Credentials

_DAYS = datetime.timedelta(days=730)


class PracticeAuthority:
    """An authority for tests and practice: it issues certificates of two years, and a revocation list."""

    def __init__(self, at: datetime.datetime) -> None:
        self._at = at - datetime.timedelta(days=1)
        self._key = rsa.generate_private_key(65537, 2048)
        self._name = _named("Practice authority")
        self.certificate = self._issued(
            self._name, self._key.public_key(), (x509.BasicConstraints(True, 0), True), "ca"
        )

    def issue(self, name: str, address: str) -> Credentials:
        """Return a new key with a device's certificate, which names an e-mail address."""
        key = rsa.generate_private_key(65537, 2048)
        made = self._issued(
            _named(name), key.public_key(), (x509.SubjectAlternativeName([x509.RFC822Name(address)]), False), "device"
        )
        return Credentials(made, key, (self.certificate,))

    def crl(self, *revoked: x509.Certificate) -> x509.CertificateRevocationList:
        """Return the list of what is revoked, good for a month."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(self._at)
            .next_update(self._at + datetime.timedelta(days=30))
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(self._at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256())

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write certificate and revocation list, and return the two files."""
        files = folder / "authority.pem", folder / "authority.crl"
        files[0].write_bytes(self.certificate.public_bytes(Encoding.PEM))
        files[1].write_bytes(self.crl().public_bytes(Encoding.PEM))
        return files

    def _issued(
        self, name: x509.Name, public: rsa.RSAPublicKey, extension: tuple[x509.ExtensionType, bool], what: str
    ) -> x509.Certificate:
        authority = what == "ca"
        usage = x509.KeyUsage(
            digital_signature=not authority,
            content_commitment=False,
            key_encipherment=not authority,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=authority,
            crl_sign=authority,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._at)
            .not_valid_after(self._at + _DAYS)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(usage, True)
            .add_extension(*extension)
        )
        if not authority:
            builder = builder.add_extension(x509.BasicConstraints(False, None), True)
            mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(mail, False)
        return builder.sign(self._key, hashes.SHA256())


def write_key(held: Credentials, file: Path) -> Path:
    """Write a key file, without a passphrase since it protects nothing, and return it."""
    key = held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    data = key + b"".join(one.public_bytes(Encoding.PEM) for one in (held.certificate, *held.others))
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
    return file


def _named(name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "AU"), (NameOID.ORGANIZATION_NAME, "Practice"), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
