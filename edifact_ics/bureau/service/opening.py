"""The first step of a mail: opened, its signer found out, bound to a client; or put in quarantine with the reason.

It is judged as `mail open --registry` judges: the same reasons, one memory of replays, a row in the audit trail.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from edifact_ics.bureau.mail import Opened
from edifact_ics.bureau.mail.label import label
from edifact_ics.bureau.mail.refusal import Refused
from edifact_ics.bureau.receiving import Reason, Received, Rejected, examine, remember
from edifact_ics.bureau.registry import Registry
from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import Manifest, manifest
from edifact_ics.bureau.service.work import ANSWER, DONE, JUDGE

INSECURE = "insecure"  # how work is marked whose signature does not entitle its sender


def open_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Open a mail that is kept, and find out who may have sent it."""
    own, registry = instance.configuration, instance.registry.within(connection)
    raw = instance.payloads.get(row.mail)
    found = _examined(instance, registry, raw)
    content = instance.payloads.put(found.opened.interchange) if found.opened else None
    found = remember(registry, row.mail, found, by=f"{own.role} {own.site}", work=row.id)  # last: others wait for it
    opened, refused = found.opened, found if isinstance(found, Rejected) else None
    if opened is None or opened.label is None:
        assert refused is not None, "it has a name"
        detail = f"{refused.sentence} {refused.audit}".strip()
        work.quarantine(connection, row.id, at, _unsealed(raw) or refused.reason, detail)
        return
    facts = {
        "signer": opened.signer.fingerprint,
        "site": opened.label.creator,
        "reference": opened.label.reference,
    }
    if refused and refused.first and "work" in refused.first.detail:  # what a person took by hand is no work of ours
        work.move(connection, row.id, at, DONE, **facts)
        work.tell(connection, at, row.trace, "replayed", work=row.id, **facts)
        return
    if refused and (refused.first or not own.plays_customs or registry.site(opened.label.creator) is None):
        work.quarantine(connection, row.id, at, refused.reason, refused.sentence)
        return
    work.note_subjects(connection, row.id, _said(opened).subjects)
    facts["interchange"] = content or ""
    stage = ANSWER if isinstance(found, Received) and found.decision.client is None else JUDGE
    mark = f"{INSECURE}: {refused.sentence}" if refused else None  # Customs says that in its answer
    work.move(connection, row.id, at, stage, detail=mark, **facts)
    work.tell(connection, at, row.trace, "opened", work=row.id, refused=refused and refused.sentence, **facts)


def _examined(instance: Instance, registry: Registry, raw: bytes) -> Received | Rejected:
    """Examine a mail. What is taken here is known by its site and reference, so they must be fit to be names."""
    own = instance.configuration
    found = examine(registry, raw, instance.open_keys, instance.trust, at=instance.moment, customs=own.customs)
    if isinstance(found, Received):
        try:
            label(_said(found.opened).interchange)
        except Refused as error:
            why = error.refusal
            return Rejected(why.reason, why.sentence, found.opened.signer, opened=found.opened)
        if own.plays_customs and found.decision.client is None:
            text = "It is signed as by Customs, and Customs is who it was sent to."
            return Rejected(Reason.NOT_CUSTOMS, text, found.opened.signer, opened=found.opened)
    return found


def _said(opened: Opened) -> Manifest:
    found = manifest(opened.interchange)
    assert found is not None, "a mail without an interchange is not opened"
    return found


def _unsealed(raw: bytes) -> str:
    """Return what kind of unsealed mail this is, where it is one that Customs or a mail server sends; else ""."""
    head = raw[: 1 << 16].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0].lower()
    if b"multipart/report" in head or b"auto-submitted: auto-replied" in head:
        return "bounce"
    return "plain-text" if b"content-type: text/plain" in head or b"content-type:" not in head else ""
