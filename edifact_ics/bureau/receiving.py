"""A sealed mail received where there is a registry: opened, bound to a client or to Customs, known when it comes again.

Each mail leaves a row in the audit trail, taken or refused. The rows of those that were taken are the memory of
replays: they are never changed and never deleted.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from edifact_ics.bureau.binding import Decision, Sent, bind_all, sent
from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.mail import Opened, Order, Refusal, Signer, Trust, open_mail
from edifact_ics.bureau.registry import Registry
from edifact_ics.envelope.interchange import CUSTOMS

TAKEN, REFUSED = "mail.taken", "mail.refused"  # how the trail names them
_LONGEST = 1000  # characters of a sentence in the trail


class Reason(StrEnum):
    """Why a mail is refused here, beside the reasons of `mail` and of `binding`."""

    REPLAYED = "replayed"
    NOT_CUSTOMS = "not-customs"
    STALE_CUSTOMS = "stale-customs"


@dataclass(frozen=True)
class Received:
    """A mail that was taken, and by which decision; a decision without a client: Customs itself signed it."""

    opened: Opened
    decision: Decision


@dataclass(frozen=True)
class Rejected:
    """Why a mail was refused: a reason of `mail`, of `binding` or of this room, and a sentence that says what to do.

    `signer` is None unless the signature was believed. `audit` is for our own records alone, see `Refusal`; `facts` are
    what else the trail says of the mail.
    """

    reason: StrEnum
    sentence: str
    signer: Signer | None = None
    audit: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def receive(
    registry: Registry,
    raw: bytes,
    keys: Sequence[Credentials],
    trust: Trust,
    *,
    at: datetime.datetime | None = None,
    order: Order = Order.SIGNED_INSIDE,
    by: str,
) -> Received | Rejected:
    """Open a mail, find out whose it is, and leave a row in the trail; never raises for what a mail says.

    `at` is when it was received, now if None. `by` is the operator or service that the row names. A mail is taken once.
    """
    moment = at or datetime.datetime.now(datetime.UTC)
    found = _received(registry, raw, keys, trust, moment, order, by)
    if isinstance(found, Rejected):
        words = {
            "sentence": found.sentence[:_LONGEST],
            "audit": found.audit[:_LONGEST],
        }  # a stranger's names are in them
        said = {"reason": found.reason.value, **words}
        signer = {"signer": found.signer.fingerprint} if found.signer else {}
        registry.tell(REFUSED, hashlib.sha256(raw).hexdigest(), said | signer | found.facts, by=by)
    return found


def _received(
    registry: Registry,
    raw: bytes,
    keys: Sequence[Credentials],
    trust: Trust,
    at: datetime.datetime,
    order: Order,
    by: str,
) -> Received | Rejected:
    mail = open_mail(raw, keys, trust, at=at, order=order)
    if isinstance(mail, Refusal):
        return Rejected(mail.reason, mail.sentence, mail.signer, mail.audit)
    said = sent(mail.interchange)
    facts: dict[str, object] = {
        "signer": mail.signer.fingerprint,
        "site": said[0].site,
        "reference": mail.label.reference if mail.label else "",
        "interchange": mail.content_hash,
    }
    decision = _decided(registry, mail.signer, said, at)
    if isinstance(decision, Rejected):
        return Rejected(decision.reason, decision.sentence, mail.signer, facts=facts)
    whose = {"client": decision.client.identifier if decision.client else None, "authority": decision.authority}
    before = registry.tell(TAKEN, mail.replay_key, facts | whose, by=by, once=True)
    if before is not None:
        what = f"The same signed interchange came before, and was taken on {before.at[:10]} at {before.at[11:]}."
        do = "Do not take it twice. To look at it again, open it without the registry."
        return Rejected(Reason.REPLAYED, f"{what} {do}", mail.signer, facts=facts | {"first": before.number})
    return Received(mail, decision)


def _decided(registry: Registry, signer: Signer, said: Sequence[Sent], at: datetime.datetime) -> Decision | Rejected:
    """Decide for a whole interchange of a client, or of Customs."""
    ours = signer.fingerprint in {one.fingerprint for one in registry.anchors()}
    if ours or said[0].site == CUSTOMS:
        return _of_customs(registry, signer, said[0].site, at) if ours else _not_customs(signer)
    decision = bind_all(registry, signer.fingerprint, said, at)
    return Rejected(decision.reason, decision.sentence) if decision.reason else decision


def _of_customs(registry: Registry, signer: Signer, site: str, at: datetime.datetime) -> Decision | Rejected:
    """Decide on what a certificate that is or was that of Customs signed."""
    if site != CUSTOMS:
        what = f"Customs signed it, and UNB 0004 is {site[:40]!r}, not {CUSTOMS}."
        return Rejected(Reason.NOT_CUSTOMS, f"{what} Do not act on it; ask Customs.")
    why = registry.why_stale(signer.fingerprint, at)
    if why is not None:
        do = "Pin the certificate that Customs uses now: `certificate import --customs`."
        return Rejected(Reason.STALE_CUSTOMS, f"{why} {do}")
    return Decision()


def _not_customs(signer: Signer) -> Rejected:
    what = (
        f"UNB 0004 is that of Customs, and {signer.fingerprint[:16]}, by which it was signed, is not pinned as its own."
    )
    return Rejected(Reason.NOT_CUSTOMS, f"{what} Do not act on it, unless Customs has announced that certificate.")
