"""What was sealed, opened or refused, as text and as JSON."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from edifact_ics.render.report import shown

if TYPE_CHECKING:
    from edifact_ics.bureau.binding import Decision
    from edifact_ics.bureau.mail import Label, Opened, Refusal, Sealed, Signer
    from edifact_ics.bureau.receiving import Rejected


def sealed(path: str, done: Sealed) -> str:
    """Tell what a mail bears on the outside."""
    return shown(f"{path}: sealed as {done.label.subject}, attachment {done.label.file_name}") + "".join(
        f"\n  {word}: {shown(address) or 'no address is known: give one before it is sent'}"
        for word, address in (("from", done.sender), ("to", done.recipient))
    )


def opened(path: str, found: Opened, decision: Decision | None = None) -> str:
    """Tell who signed a mail and what it holds; with the decision of a registry also whose it is."""
    signer = found.signer
    lines = [
        f"{path}: opened; signed by {signer.subject}",
        f"  e-mail in the certificate: {', '.join(signer.emails) or 'none'}",
        f"  issued by {signer.issuer}, serial {signer.serial}",
        f"  SHA-256 fingerprint {signer.fingerprint}",
        f"  judged as of {_moment(found.judged_at)}, when it was received; "
        + (f"the signer claims {_moment(found.signing_time)}" if found.signing_time else "the signer claims no time"),
        f"  revocation: {'checked' if found.revocation_checked else 'NOT CHECKED'}",
        f"  interchange: {_name(found.label)}, {len(found.interchange)} bytes",
        *([f"  for: {_whose(decision)}"] if decision else []),
        *(f"  note: {note}" for note in found.notes),
    ]
    return "\n".join(map(shown, lines))


def _whose(decision: Decision) -> str:
    if decision.client is None:
        return "Customs signed it, with the certificate that is pinned"
    by = f"by authority {decision.authority}" if decision.authority else "which signed and sent it itself"
    return f"{decision.client.identifier} {decision.client.name}, {by}"


def refused(path: str, refusal: Refusal | Rejected) -> str:
    """Tell why a mail was refused and what to do."""
    by = f"; signed by {refusal.signer.subject}" if refusal.signer else ""
    return shown(f"{path}: refused ({refusal.reason}{by}). {refusal.sentence}")


def sealed_as_json(path: str, done: Sealed) -> str:
    """Tell what a mail bears on the outside, for programs."""
    label = done.label
    return _json(
        path,
        outcome="sealed",
        subject=label.subject,
        attachment=label.file_name,
        sender=done.sender or None,
        recipient=done.recipient or None,
    )


def opened_as_json(path: str, found: Opened, decision: Decision | None = None) -> str:
    """Tell who signed a mail and what it holds, for programs; with the decision of a registry also whose it is."""
    label = found.label
    whose: dict[str, Any] = {}
    if decision is not None:
        client = decision.client
        whose = {
            "from_customs": client is None,
            "client": client.identifier if client else None,
            "authority": decision.authority,
        }
    return _json(
        path,
        outcome="opened",
        signer=_signer(found.signer),
        interchange={
            "creator": label.creator if label else None,
            "recipient": label.recipient if label else None,
            "reference": label.reference if label else None,
            "bytes": len(found.interchange),
            "sha256": found.content_hash,
        },
        attachment=found.file_name,
        judged_at=found.judged_at.isoformat(),
        signing_time=found.signing_time.isoformat() if found.signing_time else None,
        revocation_checked=found.revocation_checked,
        replay_key=found.replay_key,
        notes=list(found.notes),
        **whose,
    )


def refused_as_json(path: str, refusal: Refusal | Rejected) -> str:
    """Tell why a mail was refused, for programs."""
    signer = _signer(refusal.signer) if refusal.signer else None
    return _json(path, outcome="refused", reason=refusal.reason.value, message=refusal.sentence, signer=signer)


def audited(path: str, refusal: Refusal | Rejected) -> str:
    """Return a line of JSON with all that is known of a refusal, also what must not go out."""
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    held = {"at": at, "file": path, "reason": refusal.reason.value, "message": refusal.sentence, "audit": refusal.audit}
    return json.dumps(held, ensure_ascii=False)


def _signer(signer: Signer) -> dict[str, Any]:
    return {
        "subject": signer.subject,
        "issuer": signer.issuer,
        "serial": signer.serial,
        "fingerprint": signer.fingerprint,
        "emails": list(signer.emails),
    }


def _json(path: str, **said: Any) -> str:
    return json.dumps({"version": 1, "file": path, **said}, indent=1, ensure_ascii=False)


def _moment(at: datetime.datetime) -> str:
    return f"{at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _name(label: Label | None) -> str:
    return f"{label.reference} from {label.creator} to {label.recipient}" if label else "without a usable name"
