"""The rules of trust: which changes one operator makes alone, and which take effect only when a second one confirms.

What hands out trust, or a key, needs two. What takes trust away needs one, for it must be quick. Only the first two
operators are named without a second one, since before them there is none.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Change(StrEnum):
    """What an operator does to the registry, as the audit trail names it."""

    CLIENT_REGISTER = "client.register"
    CLIENT_AMEND = "client.amend"
    AGREEMENT_SIGN = "agreement.sign"
    SITE_CREATE = "site.create"
    CERTIFICATE_ADD = "certificate.add"
    CERTIFICATE_REGISTER = "certificate.register"
    CERTIFICATE_DEFAULT = "certificate.default"
    CERTIFICATE_REVOKE = "certificate.revoke"
    AUTHORITY_REVOKE = "authority.revoke"
    ANCHOR_END = "anchor.end"
    AGREEMENT_REPLACE = "agreement.replace"
    AUTHORITY_GRANT = "authority.grant"
    ANCHOR_INSTALL = "anchor.install"
    KEY_EXPORT = "key.export"
    OVERRIDE = "override"
    OPERATOR_ADD = "operator.add"
    OPERATOR_REMOVE = "operator.remove"


class Rule(NamedTuple):
    """How many operators a change needs, and what it is in plain words."""

    operators: int
    words: str


RULES: dict[Change, Rule] = {
    Change.CLIENT_REGISTER: Rule(1, "put a client on record"),
    Change.CLIENT_AMEND: Rule(1, "change what is on record of a client, or end it"),
    Change.AGREEMENT_SIGN: Rule(1, "note who signed the agreement for electronic dealings"),
    Change.SITE_CREATE: Rule(1, "note an EDI site"),
    Change.CERTIFICATE_ADD: Rule(1, "note a certificate that was installed"),
    Change.CERTIFICATE_REGISTER: Rule(1, "note that the gateway registered a certificate"),
    Change.CERTIFICATE_DEFAULT: Rule(1, "choose the certificate that is used unless another is named"),
    Change.CERTIFICATE_REVOKE: Rule(1, "refuse a certificate from now on"),
    Change.AUTHORITY_REVOKE: Rule(1, "end an authority at once"),
    Change.ANCHOR_END: Rule(1, "end the use of a certificate of Customs"),
    Change.AGREEMENT_REPLACE: Rule(2, "put another signatory in place of the one on record"),
    Change.AUTHORITY_GRANT: Rule(2, "let a bureau act for a client"),
    Change.ANCHOR_INSTALL: Rule(2, "trust a certificate as that of Customs"),
    Change.KEY_EXPORT: Rule(2, "hand out a private key"),
    Change.OVERRIDE: Rule(2, "send what the rules refuse"),
    Change.OPERATOR_ADD: Rule(2, "name an operator"),
    Change.OPERATOR_REMOVE: Rule(2, "take an operator's name off"),
}
