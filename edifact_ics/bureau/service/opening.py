"""The first step of a mail: opened, its signer found out, bound to a client; or put in quarantine with the reason."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from edifact_ics.bureau.binding import Decision, bind_all
from edifact_ics.bureau.mail import Opened, Refusal, open_mail
from edifact_ics.bureau.registry import anchors
from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import Manifest, manifest
from edifact_ics.bureau.service.tables import seen
from edifact_ics.bureau.service.work import ANSWER, DONE, JUDGE

INSECURE = "insecure"  # how work is marked whose signature does not entitle its sender


def open_step(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
    """Open a mail that is kept, and find out who may have sent it."""
    opened = reopened(instance, row)
    if isinstance(opened, Refusal):
        reason = _plain(instance.payloads.get(row.mail)) or f"mail-{opened.reason}"
        work.quarantine(connection, row.id, at, reason, f"{opened.sentence} {opened.audit}".strip())
        return
    found = manifest(opened.interchange)
    if opened.label is None or found is None:
        text = " ".join(opened.notes) or "It holds no interchange."
        work.quarantine(connection, row.id, at, "label", text)
        return
    facts = {
        "signer": opened.signer.fingerprint,
        "site": opened.label.creator,
        "reference": opened.label.reference,
    }
    key = f"signature:{opened.replay_key}"
    first = connection.scalar(select(seen.c.work).where(seen.c.key == key))
    if first not in (None, row.id):
        work.move(connection, row.id, at, DONE, **facts)
        work.tell(connection, at, row.trace, "replayed", work=row.id, **facts)
        return
    stage, why = _entitled(instance, connection, opened, found)
    if not stage:
        work.quarantine(connection, row.id, at, *why)
        return
    facts["interchange"] = instance.payloads.put(opened.interchange)
    if first is None:
        connection.execute(insert(seen).values(key=key, work=row.id, at=work.now_text(at)))
    work.note_subjects(connection, row.id, found.subjects)
    detail = f"{INSECURE}: {why[1]}" if why[1] else None
    work.move(connection, row.id, at, stage, detail=detail, **facts)
    work.tell(connection, at, row.trace, "opened", work=row.id, refused=why[1] or None, **facts)


def reopened(instance: Instance, row: Row[Any]) -> Opened | Refusal:
    """Open the mail of a piece of work as of the moment it came in."""
    came = datetime.datetime.fromisoformat(row.made)
    return open_mail(instance.payloads.get(row.mail), instance.open_keys, instance.trust, at=came)


def decided(instance: Instance, fingerprint: str, found: Manifest) -> Decision:
    """Return whose an interchange is: the first refusal of its messages, else the decision for the last."""
    return bind_all(instance.registry, fingerprint, found.sent(), instance.moment)


def _entitled(
    instance: Instance, connection: Connection, opened: Opened, found: Manifest
) -> tuple[str, tuple[str, str]]:
    """Return the next step and ("", ""); or "" and why it goes to quarantine.

    Toward clients a Customs to practise against goes on with a signature that does not entitle, to refuse it as
    Customs would; the second text then says why.
    """
    customs = not instance.configuration.plays_customs and _is_customs(instance, connection, opened)
    if customs:
        if found.site != instance.configuration.customs:
            return "", ("wrong-site", f"Customs signed it, and UNB 0004 is {found.site}.")
        why = instance.registry.why_stale(opened.signer.fingerprint, instance.moment)
        return ("", ("stale-certificate", why)) if why else (ANSWER, ("", ""))
    if found.site == instance.configuration.customs:
        return "", ("not-customs", f"UNB 0004 is {found.site}, and its signer is not the pinned one.")
    decision = decided(instance, opened.signer.fingerprint, found)
    if decision.accepted:
        return JUDGE, ("", "")
    if instance.configuration.plays_customs and instance.registry.site(found.site) is not None:
        return JUDGE, (str(decision.reason), decision.sentence)
    return "", (str(decision.reason), decision.sentence)


def _is_customs(instance: Instance, connection: Connection, opened: Opened) -> bool:
    """Tell whether a signer's certificate was ever pinned as that of Customs."""
    return any(one.fingerprint == opened.signer.fingerprint for one in anchors.anchors(connection))


def _plain(raw: bytes) -> str:
    """Return what kind of unsealed mail this is, where it is one that Customs or a mail server sends; else ""."""
    head = raw[: 1 << 16].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0].lower()
    if b"multipart/report" in head or b"auto-submitted: auto-replied" in head:
        return "bounce"
    return "plain-text" if b"content-type: text/plain" in head or b"content-type:" not in head else ""
