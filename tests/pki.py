"""A small world of certificates for tests: two authorities, clients of every kind, Customs, and those that are no good."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edifact_ics.bureau.certificates.keys import Credentials

NOW = datetime.datetime(2026, 11, 25, 9, 30, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH)


@cache
def key(name: str, size: int = 2048) -> rsa.RSAPrivateKey:
    """Return a key of one name, made once."""
    return rsa.generate_private_key(65537, size)


def usage(*allowed: str) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name in allowed for name in names.split()})


SIGNS = ("digital_signature", "key_encipherment")


@dataclass
class Authority:
    """An authority: its certificate and key, and what it issues."""

    name: str
    issued_by: Authority | None = None
    first: datetime.datetime = NOW - 1000 * DAY
    last: datetime.datetime = NOW + 1000 * DAY
    usages: tuple[str, ...] = ("key_cert_sign", "crl_sign")
    ca: bool = True
    path_length: int | None = None
    key_name: str = ""

    @property
    def key(self) -> rsa.RSAPrivateKey:
        return key(self.key_name or self.name)

    @cached_property
    def certificate(self) -> x509.Certificate:
        own = self.issued_by or self
        return own.issue(
            self.name,
            self.key.public_key(),
            (self.first, self.last),
            (x509.BasicConstraints(self.ca, self.path_length if self.ca else None), True),
            (usage(*self.usages), True),
        )

    def issue(
        self,
        name: str,
        public: rsa.RSAPublicKey,
        days: tuple[datetime.datetime, datetime.datetime],
        *extensions: tuple[x509.ExtensionType, bool],
        algorithm: hashes.HashAlgorithm | None = None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(self.name))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(days[0])
            .not_valid_after(days[1])
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, algorithm or hashes.SHA256())

    def client(self, name: str, email: str | None = None, **said: Any) -> Credentials:
        """Return a certificate with its key; `said` changes key usage, extended usage, days, key size, hash."""
        own = key(said.get("key", name), said.get("size", 2048))
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(said.get("ca", False), None), True),
            (usage(*said.get("usages", SIGNS)), True),
            (x509.ExtendedKeyUsage(said.get("extended", MAIL)), False),
        ]
        if email:
            extensions.append((x509.SubjectAlternativeName([x509.RFC822Name(email)]), False))
        days = said.get("days", (NOW - 100 * DAY, NOW + 600 * DAY))
        made = self.issue(name, own.public_key(), days, *extensions, algorithm=said.get("algorithm"))
        return Credentials(made, own, (self.certificate,))

    def crl(self, *revoked: x509.Certificate, **said: Any) -> x509.CertificateRevocationList:
        """Return the list of what is revoked; `said` changes its days, signer, hash, extensions."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(named(self.name))
            .last_update(said.get("made", NOW - DAY))
            .next_update(said.get("due", NOW + 7 * DAY))
        )
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(NOW - 2 * DAY).build())
        for extension in said.get("extensions", ()):
            builder = builder.add_extension(extension, True)
        signer = key(said["signed_by"]) if "signed_by" in said else self.key
        return builder.sign(signer, said.get("algorithm", hashes.SHA256()))


def named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "AU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def pem(*held: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in held)


ROOT = Authority("root")
SUB = Authority("sub", ROOT, path_length=0)
ROGUE = Authority("root of a rogue")
