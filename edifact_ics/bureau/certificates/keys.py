"""Key files: PKCS#12 or PEM, readable by their owner alone, opened with a passphrase that is written nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)

from edifact_ics.bureau.certificates.facts import read_certificates, whole

VARIABLE = "EDIFACT_ICS_PASSPHRASE"
_MAX_FILE = 1 << 20


class KeyFileError(Exception):
    """A key file or a passphrase cannot be used; the text says why and what to do, and holds no secret."""


@dataclass(frozen=True)
class Credentials:
    """A private key with its certificate, and the certificates of authorities that came along."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    others: tuple[x509.Certificate, ...] = ()


def passphrase(file: str | Path | None = None) -> bytes | None:
    """Return the passphrase of a file (its first line), else that of the environment, else None."""
    if file is None:
        text = os.environ.get(VARIABLE)
        return None if text is None else os.fsencode(text)
    return _bytes_of(Path(file)).split(b"\n", 1)[0].rstrip(b"\r")


def load(path: str | Path, passphrase: bytes | None = None) -> Credentials:
    """Return what a key file holds; KeyFileError if others may read it, or it cannot be opened."""
    path = Path(path)
    require_private(path)
    data = _bytes_of(path)
    try:
        key, certificate, others = _pem(data, passphrase) if b"-----BEGIN" in data else _pkcs12(data, passphrase)
        if certificate is not None:
            whole(certificate)
    except (ValueError, TypeError) as error:
        raise KeyFileError(_cannot_open(path, data, passphrase)) from error
    if key is None or certificate is None:
        missing = "private key" if key is None else "certificate of its key"
        raise KeyFileError(f"{path}: there is no {missing} in it; export key and certificate together as PKCS#12.")
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyFileError(f"{path}: the key is no RSA key; only RSA is taken.")
    if key.public_key() != certificate.public_key():
        raise KeyFileError(f"{path}: the certificate does not belong to the key; export both together.")
    return Credentials(certificate, key, tuple(others))


def save(credentials: Credentials, path: str | Path, passphrase: bytes) -> None:
    """Write a new PKCS#12 file that only its owner may read; KeyFileError if there is one already, or no passphrase."""
    if not passphrase:
        raise KeyFileError(f"{path}: a key is not written without a passphrase; the passphrase file is empty.")
    data = pkcs12.serialize_key_and_certificates(
        None,
        credentials.key,
        credentials.certificate,
        credentials.others or None,
        BestAvailableEncryption(passphrase),
    )
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror or error}.") from error


def _pkcs12(
    data: bytes, passphrase: bytes | None
) -> tuple[object | None, x509.Certificate | None, list[x509.Certificate]]:
    try:
        return pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError:
        if passphrase:
            raise
        return pkcs12.load_key_and_certificates(data, b"")  # an empty passphrase is not the same as none


def _pem(
    data: bytes, passphrase: bytes | None
) -> tuple[object | None, x509.Certificate | None, list[x509.Certificate]]:
    """Read a key and certificates; the one that belongs to the key is its own, wherever it stands."""
    if b"PRIVATE KEY-----" not in data:
        return None, None, []
    try:
        key = load_pem_private_key(data, passphrase)
    except TypeError:
        if not passphrase:
            raise
        key = load_pem_private_key(data, None)  # a passphrase was at hand and not needed
    certificates = read_certificates(data)
    own = [c for c in certificates if c.public_key() == key.public_key()]
    return key, own[0] if own else None, [c for c in certificates if c not in own]


def _cannot_open(path: Path, data: bytes, passphrase: bytes | None) -> str:
    if b"-----BEGIN" not in data and not data.startswith(b"0"):
        return f"{path}: this is no key file; PKCS#12 or PEM was expected."
    if passphrase is None:
        return f"{path}: a passphrase is needed, or the file is damaged: --passphrase-file FILE, or {VARIABLE}."
    return f"{path}: the passphrase does not fit, or the file is damaged."


def require_private(path: Path) -> None:
    """Raise KeyFileError for a file that anybody but its owner may read or write."""
    mode = _lax_mode(path)
    if mode:
        raise KeyFileError(f"{path}: others may read this key (mode {mode}); run `chmod 600 {path}` first.")


def passphrase_remark(file: str | Path) -> str:
    """Return what is to be said of a passphrase file that others may read, in a sentence; else "".

    It is taken all the same: the key file that it opens is its owner's alone.
    """
    mode = _lax_mode(Path(file))
    return f"{file}: others may read this passphrase (mode {mode}); run `chmod 600 {file}`." if mode else ""


def _lax_mode(path: Path) -> str:
    """Return the mode of a file that anybody but its owner may read or write, as 0644; else ""."""
    if os.name != "posix" or not path.is_file():
        return ""
    mode = path.stat().st_mode & 0o777
    return f"{mode:04o}" if mode & 0o077 else ""


def _bytes_of(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror or error}.") from error
    if len(data) > _MAX_FILE:
        raise KeyFileError(f"{path}: too large for a key file.")
    return data
