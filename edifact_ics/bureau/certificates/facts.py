"""The facts in a certificate: whose it is, from when until when, for what use."""

from __future__ import annotations

import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

_NAMES = {NameOID.EMAIL_ADDRESS: "emailAddress"}  # which RFC 4514 would write by number


def read_certificates(data: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, or the one of a DER file; ValueError if there is none, or damage."""
    if b"-----BEGIN" in data:
        return [whole(certificate) for certificate in x509.load_pem_x509_certificates(data)]
    return [whole(x509.load_der_x509_certificate(data))]


def whole(certificate: x509.Certificate) -> x509.Certificate:
    """Return a certificate of which every part can be read; ValueError if one cannot, since they are read lazily."""
    try:
        _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key()
    except (x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint in lower-case hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def subject(certificate: x509.Certificate) -> str:
    """Return the name of the holder as RFC 4514 writes it."""
    return certificate.subject.rfc4514_string(_NAMES)


def issuer(certificate: x509.Certificate) -> str:
    """Return the name of the authority as RFC 4514 writes it."""
    return certificate.issuer.rfc4514_string(_NAMES)


def serial(certificate: x509.Certificate) -> str:
    """Return the serial number in upper-case hex."""
    return f"{certificate.serial_number:X}"


def emails(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the e-mail addresses in a certificate, those of the alternative names first."""
    found: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found += names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        pass
    found += [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(found))


def validity(certificate: x509.Certificate) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first and the last moment of a certificate, UTC."""
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may issue others, by its basic constraints."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def allows_below(authority: x509.Certificate, count: int) -> bool:
    """Tell whether an authority lets so many authorities stand below it, and any names."""
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    free = all(extension.oid != ExtensionOID.NAME_CONSTRAINTS for extension in authority.extensions)
    return free and (constraints.path_length is None or count <= constraints.path_length)


def key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    """Return what the key may be used for; None when the certificate does not say, and so allows all."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def signs(certificate: x509.Certificate) -> bool:
    """Tell whether the key usage allows signatures."""
    usage = key_usage(certificate)
    return usage is None or usage.digital_signature or usage.content_commitment


def enciphers(certificate: x509.Certificate) -> bool:
    """Tell whether the key usage allows keys to be encrypted for it."""
    usage = key_usage(certificate)
    return usage is None or usage.key_encipherment


def protects_mail(certificate: x509.Certificate) -> bool:
    """Tell whether the extended key usage, if there is one, allows mail. RFC 8550, 4.4.4."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.EMAIL_PROTECTION in usages or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usages


def pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate as DER."""
    return certificate.public_bytes(Encoding.DER)
