"""The algorithms that are taken: hashes, RSA keys and paddings; everything else is refused with a reason."""

from __future__ import annotations

from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from edifact_ics.bureau.mail.refusal import Reason, Refused

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_OAEP_HASHES = {**HASHES, "sha1": hashes.SHA1(), "sha224": hashes.SHA224()}  # noqa: S303 - collisions do not hurt OAEP
_BROKEN = ("md2", "md4", "md5", "sha1", "sha224")
SMALLEST, LARGEST = 2048, 8192  # bits of an RSA modulus; larger ones only cost time


def rsa_key(key: object) -> rsa.RSAPublicKey:
    """Return a public key that is taken; refuse other kinds and sizes."""
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refused(Reason.UNKNOWN_ALGORITHM, "The key of the certificate is no RSA key.")
    if not SMALLEST <= key.key_size <= LARGEST:
        raise Refused(Reason.WEAK_KEY, f"The RSA key has {key.key_size} bits; {SMALLEST} to {LARGEST} are taken.")
    return key


def hash_named(name: str) -> hashes.HashAlgorithm:
    """Return the hash of an ASN.1 name; refuse SHA-1 and what is as weak."""
    if name in HASHES:
        return HASHES[name]
    if name in _BROKEN:
        raise Refused(Reason.WEAK_ALGORITHM, f"It is signed with {name.upper()}, which is no longer safe.")
    raise Refused(Reason.UNKNOWN_ALGORITHM, f"The hash {name[:40]!r} is not taken.")


def signature_padding(algorithm: Any, digest: str) -> padding.AsymmetricPadding:
    """Return the padding of an ASN.1 signature algorithm, which must agree with the digest."""
    name = algorithm["algorithm"].native
    if name == "rsassa_pss":
        parameters = algorithm["parameters"]
        mask = parameters["mask_gen_algorithm"]
        if mask["algorithm"].native != "mgf1" or parameters["trailer_field"].native != "trailer_field_bc":
            raise Refused(Reason.UNKNOWN_ALGORITHM)
        _agrees(parameters["hash_algorithm"]["algorithm"].native, digest)
        mask_hash = hash_named(mask["parameters"]["algorithm"].native)
        return padding.PSS(padding.MGF1(mask_hash), parameters["salt_length"].native)
    if name != "rsassa_pkcs1v15":
        if not name.endswith("_rsa"):
            raise Refused(Reason.UNKNOWN_ALGORITHM, f"The signature algorithm {name[:40]!r} is not taken.")
        _agrees(name.removesuffix("_rsa"), digest)
    return padding.PKCS1v15()


def _agrees(named: str, digest: str) -> None:
    hash_named(named)
    if named != digest:
        raise Refused(Reason.BAD_SIGNATURE, audit=f"signature by {named}, digest by {digest}")


def pss(digest: str) -> tuple[padding.PSS, algos.SignedDigestAlgorithm]:
    """Return the PSS padding that we sign with, and how ASN.1 says it."""
    chosen = HASHES[digest]
    mask = {"algorithm": "mgf1", "parameters": {"algorithm": digest}}
    parameters = {
        "hash_algorithm": {"algorithm": digest},
        "mask_gen_algorithm": mask,
        "salt_length": chosen.digest_size,
    }
    said = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    return padding.PSS(padding.MGF1(chosen), chosen.digest_size), said


def transport_padding(algorithm: Any) -> padding.AsymmetricPadding:
    """Return the padding by which a content key was encrypted."""
    name = algorithm["algorithm"].native
    if name == "rsaes_pkcs1v15":
        return padding.PKCS1v15()
    if name != "rsaes_oaep":
        raise Refused(Reason.UNKNOWN_ALGORITHM, f"The key transport {name[:40]!r} is not taken.")
    parameters = algorithm["parameters"]
    if not isinstance(parameters, algos.RSAESOAEPParams):  # left out: all defaults
        parameters = algos.RSAESOAEPParams()
    mask = parameters["mask_gen_algorithm"]
    names = [parameters["hash_algorithm"]["algorithm"].native, mask["parameters"]["algorithm"].native]
    if mask["algorithm"].native != "mgf1" or not set(names) <= set(_OAEP_HASHES):
        raise Refused(Reason.UNKNOWN_ALGORITHM, "The hash of the key transport is not taken.")
    text = parameters["p_source_algorithm"]["parameters"].native
    return padding.OAEP(padding.MGF1(_OAEP_HASHES[names[1]]), _OAEP_HASHES[names[0]], text or None)


def oaep() -> tuple[padding.OAEP, dict[str, Any]]:
    """Return the OAEP padding that we encrypt keys with, and how ASN.1 says it."""
    said = {
        "algorithm": "rsaes_oaep",
        "parameters": algos.RSAESOAEPParams(
            {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
            }
        ),
    }
    return padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None), said
