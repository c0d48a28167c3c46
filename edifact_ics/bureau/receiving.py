"""A sealed mail received where there is a registry: opened, bound to a client or to Customs, known when it comes again.

Each mail leaves a row in the audit trail, taken or refused. The rows of those that were taken are the one memory of
replays, of `mail open` and of the middleware: they are never changed and never deleted.
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
from edifact_ics.bureau.registry.audit import Entry
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

    `signer` is None unless the signature was believed. `audit` is for our own records alone, see `Refusal`. `opened` is
    what the mail held, where it was refused only for who sent it or for coming again; `first` is then the row of the
    mail that was taken.
    """

    reason: StrEnum
    sentence: str
    signer: Signer | None = None
    audit: str = ""
    opened: Opened | None = field(default=None, repr=False)
    first: Entry | None = None


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
    found = examine(registry, raw, keys, trust, at=moment, order=order)
    return remember(registry, hashlib.sha256(raw).hexdigest(), found, by=by)


def examine(
    registry: Registry,
    raw: bytes,
    keys: Sequence[Credentials],
    trust: Trust,
    *,
    at: datetime.datetime,
    order: Order = Order.SIGNED_INSIDE,
    customs: str = CUSTOMS,
) -> Received | Rejected:
    """Open a mail and find out whose it is, at a moment; nothing is written. `customs` is the site of Customs."""
    mail = open_mail(raw, keys, trust, at=at, order=order)
    if isinstance(mail, Refusal):
        return Rejected(mail.reason, mail.sentence, mail.signer, mail.audit)
    decision = _decided(registry, mail, sent(mail.interchange), at, customs)
    return decision if isinstance(decision, Rejected) else Received(mail, decision)


def remember(
    registry: Registry, mail: str, found: Received | Rejected, *, by: str, work: int | None = None
) -> Received | Rejected:
    """Leave the row of a mail in the trail, and give back what becomes of it: its signature is taken once.

    `mail` is the SHA-256 of the mail. `work` numbers the work of the middleware that takes it: the same work may take
    it again, since a step that was undone is done once more.
    """
    if isinstance(found, Received):
        client = found.decision.client
        whose = {"client": client.identifier if client else None, "authority": found.decision.authority}
        own = {} if work is None else {"work": work}
        facts = _facts(found.opened) | whose | own
        before = registry.tell(TAKEN, found.opened.replay_key, facts, by=by, once=True)
        if before is None or (own and before.detail.get("work") == work):
            return found
        found = _replayed(found.opened, before)
    words = {"sentence": found.sentence[:_LONGEST], "audit": found.audit[:_LONGEST]}  # a stranger's names are in them
    said: dict[str, object] = {"reason": found.reason.value, **words}
    if found.signer:
        said["signer"] = found.signer.fingerprint
    if found.opened:
        said |= _facts(found.opened)
    if found.first:
        said["first"] = found.first.number
    registry.tell(REFUSED, mail, said, by=by)
    return found


def _replayed(opened: Opened, first: Entry) -> Rejected:
    what = f"The same signed interchange came before: {first.operator} took it on {first.at[:10]} at {first.at[11:]}."
    do = "Do not take it twice. To look at it again, open it without the registry."
    return Rejected(Reason.REPLAYED, f"{what} {do}", opened.signer, opened=opened, first=first)


def _facts(opened: Opened) -> dict[str, object]:
    """Return what the trail says of a mail whose signature is good."""
    named = opened.label
    return {
        "signer": opened.signer.fingerprint,
        "site": named.creator if named else sent(opened.interchange)[0].site,
        "reference": named.reference if named else "",
        "interchange": opened.content_hash,
    }


def _decided(
    registry: Registry, mail: Opened, said: Sequence[Sent], at: datetime.datetime, customs: str
) -> Decision | Rejected:
    """Decide for a whole interchange of a client, or of Customs."""
    site, signer = said[0].site, mail.signer
    if signer.fingerprint in {one.fingerprint for one in registry.anchors()}:
        return _of_customs(registry, mail, site, at, customs)
    if site == customs:
        what = f"UNB 0004 is that of Customs, and {signer.fingerprint[:16]}, by which it was signed, is not pinned as"
        do = "Do not act on it, unless Customs has announced that certificate."
        return Rejected(Reason.NOT_CUSTOMS, f"{what} its own. {do}", signer, opened=mail)
    decision = bind_all(registry, signer.fingerprint, said, at)
    return Rejected(decision.reason, decision.sentence, signer, opened=mail) if decision.reason else decision


def _of_customs(
    registry: Registry, mail: Opened, site: str, at: datetime.datetime, customs: str
) -> Decision | Rejected:
    """Decide on what a certificate that is or was that of Customs signed."""
    if site != customs:
        what = f"Customs signed it, and UNB 0004 is {site[:40]!r}, not {customs}."
        return Rejected(Reason.NOT_CUSTOMS, f"{what} Do not act on it; ask Customs.", mail.signer, opened=mail)
    why = registry.why_stale(mail.signer.fingerprint, at)
    if why is not None:
        do = "Pin the certificate that Customs uses now: `certificate import --customs`."
        return Rejected(Reason.STALE_CUSTOMS, f"{why} {do}", mail.signer, opened=mail)
    return Decision()
