"""How CMS names a certificate: by issuer and serial number, or by its key identifier."""

from __future__ import annotations

from typing import Any

from asn1crypto import cms
from cryptography import x509

from edifact_ics.bureau.certificates.facts import der


def issuer_and_serial(certificate: x509.Certificate) -> cms.IssuerAndSerialNumber:
    """Return the name by which we point at a certificate."""
    own = cms.Certificate.load(der(certificate))
    return cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})


def names(identifier: Any, certificate: x509.Certificate) -> bool:
    """Tell whether the identifier of a signer or recipient means this certificate."""
    if identifier.name == "issuer_and_serial_number":
        named = identifier.chosen
        return (named["issuer"].dump(), named["serial_number"].native) == (
            certificate.issuer.public_bytes(),
            certificate.serial_number,
        )
    try:
        held = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return False
    return bytes(identifier.chosen) == held
