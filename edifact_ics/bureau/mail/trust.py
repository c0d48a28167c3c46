"""Whether a signer's certificate may be believed: path, use, validity, revocation. RFC 5280, 6; RFC 8550.

Everything comes from the caller and the message; no address that stands in a certificate is ever fetched.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from edifact_ics.bureau.certificates.facts import (
    allows_below,
    is_authority,
    key_usage,
    protects_mail,
    read_certificates,
    serial,
    signs,
    subject,
    validity,
)
from edifact_ics.bureau.mail.algorithms import HASHES, rsa_key
from edifact_ics.bureau.mail.refusal import Reason, Refused


@dataclass(frozen=True)
class Trust:
    """Whom we believe: root authorities, authorities between them and signers, and revocation lists.

    `crls` is None when revocation is not to be checked; otherwise every authority on a path must have a list that is
    signed by it and of today, and what has none is refused.
    """

    anchors: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] | None = None

    @classmethod
    def read(cls, certificates: Iterable[bytes], crls: Iterable[bytes] | None = None) -> Trust:
        """Read PEM or DER files; ValueError if one holds none.

        Roots are believed; the others stand between a root and a signer, so that they too can be revoked. Where no
        file holds a root, all are believed.
        """
        held = [c for data in certificates for c in read_certificates(data)]
        roots = tuple(c for c in held if c.subject == c.issuer)
        lists = None if crls is None else tuple(crl for data in crls for crl in read_crls(data))
        if not roots:
            return cls(tuple(held), (), lists)
        return cls(roots, tuple(c for c in held if c not in roots), lists)


def read_crls(data: bytes) -> list[x509.CertificateRevocationList]:
    """Return the revocation lists of a PEM file, or the one of a DER file; ValueError if there are none."""
    if b"-----BEGIN" not in data:
        return [x509.load_der_x509_crl(data)]
    mark = b"-----END X509 CRL-----"
    pieces = data.split(mark)
    found = [x509.load_pem_x509_crl(piece[piece.rindex(b"-----BEGIN X509 CRL") :] + mark) for piece in pieces[:-1]]
    if not found:
        raise ValueError("no revocation list")
    return found


def believe(signer: x509.Certificate, others: Sequence[x509.Certificate], trust: Trust, at: datetime.datetime) -> None:
    """Refuse a signer whose certificate does not hold at a moment; `others` came with the message."""
    fit_to_sign(signer, at)
    between = [*others, *trust.between]
    chain = _old_chain if signer.version is x509.Version.v1 else _chain
    path = list(pairwise(chain(signer, between, trust.anchors, at)))
    for _, authority in path:
        usage = key_usage(authority)
        if usage is not None and not usage.key_cert_sign:
            raise Refused(Reason.UNTRUSTED, f"{_named(authority)} may not issue certificates.")
    if trust.crls is None:
        return
    if not path:  # it is believed itself; only its authority's lists can say that it was revoked
        issuer = _issuer(signer, [*between, *trust.anchors])
        if issuer is None:
            raise Refused(Reason.REVOCATION_UNKNOWN, f"The authority of {subject(signer)} is not known.")
        path = [(signer, issuer)]
    for one, authority in path:
        _not_revoked(one, authority, trust.crls, at)


def fit_to_sign(certificate: x509.Certificate, at: datetime.datetime) -> None:
    """Refuse a certificate that says itself that it may not sign mail, or not at that moment."""
    rsa_key(certificate.public_key())
    in_time(certificate, at)
    if is_authority(certificate):
        raise Refused(Reason.SIGNER_IS_AUTHORITY)
    if not signs(certificate):
        raise Refused(Reason.WRONG_KEY_USAGE, f"{_named(certificate)} may not sign: its key usage forbids it.")
    if not protects_mail(certificate):
        raise Refused(Reason.WRONG_EXTENDED_KEY_USAGE)


def in_time(certificate: x509.Certificate, at: datetime.datetime) -> None:
    """Refuse a certificate outside its days."""
    first, last = validity(certificate)
    if at < first:
        raise Refused(Reason.NOT_YET_VALID, f"{_named(certificate)} is valid from {first:%Y-%m-%d %H:%M} UTC.")
    if at > last:
        raise Refused(Reason.EXPIRED, f"{_named(certificate)} expired on {last:%Y-%m-%d %H:%M} UTC.")


def _chain(
    signer: x509.Certificate,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime.datetime,
) -> list[x509.Certificate]:
    """Return the certificates from the signer up to an anchor; refuse a chain that does not hold.

    It is the signer alone where that is an anchor. cryptography builds and judges it: signatures, names, basic
    constraints, path length, name constraints, days.
    """
    if not anchors:
        raise Refused(Reason.UNTRUSTED, audit="no trust anchors")
    authority = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    policy = PolicyBuilder().store(Store(list(anchors))).time(at)
    policy = policy.extension_policies(ca_policy=authority, ee_policy=ExtensionPolicy.permit_all())
    try:
        return policy.build_client_verifier().verify(signer, list(between)).chain
    except (VerificationError, ValueError, UnsupportedAlgorithm) as error:
        for one in (*between, *anchors):  # an authority out of its days is the likeliest cause, and worth saying
            if one.subject == signer.issuer or any(one.subject == c.issuer for c in between):
                in_time(one, at)
        raise Refused(Reason.UNTRUSTED, audit=str(error)) from error


def _old_chain(
    signer: x509.Certificate,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime.datetime,
) -> list[x509.Certificate]:
    """Return the chain of a certificate of X.509 version 1, which has no extensions. RFC 8550, 2.3 wants it read.

    cryptography does not take one, so its authority is judged in its stead, and what the authorities above say of
    those below is looked at here.
    """
    if signer in anchors:
        return [signer]
    algorithm = signer.signature_hash_algorithm
    if algorithm is None or algorithm.name not in HASHES:
        raise Refused(Reason.UNTRUSTED, audit="signed with a weak hash")
    authority = _issuer(signer, [*anchors, *between])
    if authority is None or not is_authority(authority):
        raise Refused(Reason.UNTRUSTED, audit="issued by no authority that is known")
    above = _chain(authority, between, anchors, at)
    for below, one in enumerate(above):
        if not allows_below(one, below):
            raise Refused(Reason.UNTRUSTED, audit=f"path length of {subject(one)}, or its name constraints")
    return [signer, *above]


def _issuer(certificate: x509.Certificate, known: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """Return the authority whose key signed a certificate, None when it is not among those known."""
    for one in known:
        try:
            certificate.verify_directly_issued_by(one)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return one
    return None


def _not_revoked(
    certificate: x509.Certificate,
    authority: x509.Certificate,
    crls: Sequence[x509.CertificateRevocationList],
    at: datetime.datetime,
) -> None:
    """Refuse a certificate that its authority revoked, or of which that cannot be told."""
    own = [crl for crl in crls if crl.issuer == authority.subject]
    why = "there is none"
    covered = False
    for crl in own:
        fault = _unusable(crl, authority, at)
        if fault is None or fault is _STALE:  # what a stale list says of the past stays true
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                raise Refused(
                    Reason.REVOKED, f"{_named(certificate)} was revoked on {entry.revocation_date_utc:%Y-%m-%d}."
                )
        covered = covered or fault is None
        why = fault or why
    if not covered:
        raise Refused(
            Reason.REVOCATION_UNKNOWN,
            f"No revocation list of {subject(authority)} can be used for {_named(certificate)}: {why}.",
        )


_STALE = "its next one was due before"


def _unusable(crl: x509.CertificateRevocationList, authority: x509.Certificate, at: datetime.datetime) -> str | None:
    """Return why a list does not count, None when it does."""
    usage = key_usage(authority)
    if usage is not None and not usage.crl_sign:
        return "its authority may not sign lists"
    try:
        algorithm = crl.signature_hash_algorithm
        genuine = crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
        critical = [e.oid.dotted_string for e in crl.extensions if e.critical]
    except (UnsupportedAlgorithm, ValueError, TypeError) as error:
        return f"it cannot be read ({type(error).__name__})"
    if not genuine:
        return "it is not signed by its authority"
    if algorithm is None or algorithm.name not in HASHES:
        return "it is signed with a weak hash"
    if critical:  # a part of a list, or changes to one: RFC 5280, 5.2.4 and 5.2.5
        return "it does not cover all certificates"
    if at < crl.last_update_utc:
        return f"it was made later, on {crl.last_update_utc:%Y-%m-%d %H:%M} UTC"
    if crl.next_update_utc is None:
        return "it does not say when the next is due"
    return _STALE if at > crl.next_update_utc else None


def _named(certificate: x509.Certificate) -> str:
    return f"The certificate of {subject(certificate)} (serial {serial(certificate)})"
