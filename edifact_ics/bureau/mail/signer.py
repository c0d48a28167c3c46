"""Who signed a mail, by the facts in the certificate."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from edifact_ics.bureau.certificates.facts import emails, fingerprint, issuer, serial, subject


@dataclass(frozen=True)
class Signer:
    """Who signed, by the certificate that was believed. `fingerprint` is its SHA-256, `serial` hex."""

    certificate: x509.Certificate
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    emails: tuple[str, ...]

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Signer:
        """Return the facts of a signer's certificate."""
        return cls(
            certificate,
            subject(certificate),
            issuer(certificate),
            serial(certificate),
            fingerprint(certificate),
            emails(certificate),
        )
