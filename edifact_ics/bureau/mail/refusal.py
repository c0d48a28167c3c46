"""Why a mail is refused: a closed list of reasons, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from edifact_ics.bureau.mail.signer import Signer


class Reason(StrEnum):
    """The reasons, in the order in which a mail meets them."""

    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    TOO_MANY_PARTS = "too-many-parts"
    TOO_DEEP = "too-deep"
    NOT_ENCRYPTED = "not-encrypted"
    COMPRESSED = "compressed"
    UNDECRYPTABLE = "undecryptable"
    NESTED = "nested"
    NOT_SIGNED = "not-signed"
    CERTIFICATES_ONLY = "certificates-only"
    MANY_SIGNERS = "many-signers"
    WEAK_ALGORITHM = "weak-algorithm"
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    WEAK_KEY = "weak-key"
    CONTENT_TYPE_MISMATCH = "content-type-mismatch"
    DIGEST_MISMATCH = "digest-mismatch"
    NO_SIGNER_CERTIFICATE = "no-signer-certificate"
    BAD_SIGNATURE = "bad-signature"
    UNTRUSTED = "untrusted"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    WRONG_KEY_USAGE = "wrong-key-usage"
    WRONG_EXTENDED_KEY_USAGE = "wrong-extended-key-usage"
    SIGNER_IS_AUTHORITY = "signer-is-authority"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation-unknown"
    BODY_TEXT = "body-text"
    NO_ATTACHMENT = "no-attachment"
    MANY_ATTACHMENTS = "many-attachments"
    NO_INTERCHANGE = "no-interchange"
    MANY_INTERCHANGES = "many-interchanges"
    INCOMPLETE_INTERCHANGE = "incomplete-interchange"
    BAD_SITE = "bad-site"
    BAD_REFERENCE = "bad-reference"
    WRONG_KIND = "wrong-kind"
    BAD_ADDRESS = "bad-address"

    @property
    def what(self) -> str:
        """What is wrong, in a sentence."""
        return _WORDS[self][0]

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        return _WORDS[self][1]


_WORDS = {
    Reason.TOO_LARGE: (
        "It is larger than Customs takes.",
        "Send several smaller interchanges: 10 MB is the most for one.",
    ),
    Reason.MALFORMED: (
        "It is damaged or no proper mail.",
        "Send it again as it left the sealing software; no gateway may change or add to it.",
    ),
    Reason.TOO_MANY_PARTS: ("It has too many parts.", "Send one attachment and nothing else."),
    Reason.TOO_DEEP: ("Its parts are nested too deeply.", "Send one attachment and nothing else."),
    Reason.NOT_ENCRYPTED: (
        "Its outermost part is not the one encrypted part it should be.",
        "Sign it, encrypt it for the recipient's certificate, and send that as the whole mail.",
    ),
    Reason.COMPRESSED: ("It holds compressed data.", "Send it without compression."),
    Reason.UNDECRYPTABLE: (
        "It cannot be decrypted.",
        "Encrypt it anew for the certificate that the recipient uses today, and send it unchanged.",
    ),
    Reason.NESTED: ("It is encrypted or signed more than once.", "Sign once, then encrypt once."),
    Reason.NOT_SIGNED: ("It is not signed.", "Sign it with the Type 3 certificate of your site, then encrypt it."),
    Reason.CERTIFICATES_ONLY: (
        "It holds certificates and no signature.",
        "Send the signed interchange; a certificate is registered by its own way.",
    ),
    Reason.MANY_SIGNERS: ("It does not have exactly one signer.", "Sign it with one certificate."),
    Reason.WEAK_ALGORITHM: (
        "It uses an algorithm that is no longer safe.",
        "Use SHA-256 or better to sign, and AES to encrypt.",
    ),
    Reason.UNKNOWN_ALGORITHM: (
        "It uses an algorithm that is not taken here.",
        "Sign with RSA (PKCS #1 v1.5 or PSS) and SHA-256; encrypt with AES-CBC or AES-GCM, its key with RSA.",
    ),
    Reason.WEAK_KEY: (
        "The RSA key is not between 2048 and 8192 bits.",
        "Get a certificate with a key of 2048 bits or more.",
    ),
    Reason.CONTENT_TYPE_MISMATCH: (
        "The signature does not say what kind of content it signs.",
        "Sign plain data with the signed attributes content-type and message-digest, as S/MIME asks.",
    ),
    Reason.DIGEST_MISMATCH: (
        "The content is not what was signed: it was changed on the way.",
        "Send it again; find out what changed it.",
    ),
    Reason.NO_SIGNER_CERTIFICATE: (
        "The signer's certificate is not in it.",
        "Let the sealing software include the signer's certificate.",
    ),
    Reason.BAD_SIGNATURE: (
        "The signature was not made with the key of the certificate it names.",
        "Sign with the key that belongs to the certificate; do not trust this mail.",
    ),
    Reason.UNTRUSTED: (
        "No trusted authority vouches for the signer's certificate.",
        "Sign with a certificate of an accepted authority, and include the certificates between it and its root.",
    ),
    Reason.NOT_YET_VALID: ("A certificate is not valid yet.", "Wait for its first day, or use the one before it."),
    Reason.EXPIRED: ("A certificate has expired.", "Renew the certificate, register the new one, and sign with it."),
    Reason.WRONG_KEY_USAGE: (
        "The certificate may not be used for this.",
        "Use a certificate whose key usage is digital signature to sign, key encipherment to encrypt.",
    ),
    Reason.WRONG_EXTENDED_KEY_USAGE: (
        "The certificate is not meant for mail.",
        "Use a certificate whose extended key usage is e-mail protection.",
    ),
    Reason.SIGNER_IS_AUTHORITY: (
        "The certificate is that of an authority, which signs certificates, not mail.",
        "Sign with the certificate of the device.",
    ),
    Reason.REVOKED: ("A certificate was revoked.", "Get a new certificate, and find out why the old one was revoked."),
    Reason.REVOCATION_UNKNOWN: (
        "Whether a certificate was revoked cannot be told.",
        "Fetch the newest revocation list of every authority above the certificate, and try again.",
    ),
    Reason.BODY_TEXT: (
        "It has body text, and Customs rejects that without an answer.",
        "Send the attachment alone; switch off signatures, disclaimers and footers.",
    ),
    Reason.NO_ATTACHMENT: (
        "There is no application/edifact attachment in it.",
        "Attach the interchange as application/edifact.",
    ),
    Reason.MANY_ATTACHMENTS: ("It has more than one attachment.", "Send one mail for each interchange."),
    Reason.NO_INTERCHANGE: (
        "It holds no interchange: UNB was expected at the beginning.",
        "Send an interchange from UNB to UNZ.",
    ),
    Reason.MANY_INTERCHANGES: ("It holds more than one interchange.", "Send one mail for each interchange."),
    Reason.INCOMPLETE_INTERCHANGE: (
        "The interchange has no end, or something stands in front of it or behind it.",
        "Run `check` on it; seal what stands from UNB to UNZ and nothing else.",
    ),
    Reason.BAD_SITE: (
        "A site in UNB is no EDI site: 1 to 10 capital letters and digits.",
        "Write the site identifiers that Customs gave, elements 0004 and 0010 of UNB.",
    ),
    Reason.BAD_REFERENCE: (
        "The interchange reference in UNB is not 1 to 14 digits.",
        "Write a number as element 0020 of UNB, for example the date and a counter.",
    ),
    Reason.WRONG_KIND: (
        "Only a Type 3 device certificate signs mail.",
        "Sign with the Type 3 certificate of your site, or the one hosted for your client.",
    ),
    Reason.BAD_ADDRESS: (
        "An e-mail address is none.",
        "Write it as name@host, without a display name.",
    ),
}


@dataclass(frozen=True)
class Refusal:
    """Why a mail was refused.

    `detail` is a sentence about this mail, "" when the reason says it all; it may go out. `audit` is for our own
    records alone: with it a stranger could learn from our answers how a key behaves. `signer` is who signed, where the
    signature was believed and something else refused; with None nobody is known, and nobody should be answered.
    """

    reason: Reason
    detail: str = ""
    audit: str = ""
    signer: Signer | None = None

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, as it may go out."""
        return f"{self.detail or self.reason.what} {self.reason.advice}"


class Refused(Exception):
    """Carries a refusal from where it was found to `seal` and `open_mail`; it never leaves this room."""

    def __init__(self, reason: Reason, detail: str = "", audit: str = "") -> None:
        super().__init__(reason, detail, audit)
        self.refusal = Refusal(reason, detail, audit)

    def of(self, signer: Signer) -> Refused:
        """Return the same of a mail whose signer is known."""
        found = Refused(self.refusal.reason)
        found.refusal = replace(self.refusal, signer=signer)
        return found


@contextmanager
def refusing(reason: Reason, audit: str) -> Iterator[None]:
    """Refuse for `reason` whatever the readers of ASN.1 and keys cannot read.

    They are lazy: asn1crypto finds out that a value is damaged when it is asked for, by whatever exception it meets.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as error:  # the readers raise ValueError, TypeError, KeyError, OverflowError and others still
        raise Refused(reason, audit=f"{audit}: {type(error).__name__}: {error}") from error
