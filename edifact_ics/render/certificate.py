"""Certificates on record, and what is to be said of them, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edifact_ics.bureau.registry import Certificate

if TYPE_CHECKING:
    from edifact_ics.bureau.certificates.fitness import Remark
    from edifact_ics.bureau.registry.anchors import Anchor
    from edifact_ics.bureau.store import Checked

_SHOWN = 16  # digits of a fingerprint: enough to name it by


def line(record: Certificate | Anchor) -> str:
    """Return a certificate in one line."""
    if not isinstance(record, Certificate):
        until = f" until {record.active_until}" if record.active_until else ""
        return f"{record.fingerprint[:_SHOWN]} Customs: {record.subject}; active from {record.active_from}{until}"
    parts = [
        f"{record.fingerprint[:_SHOWN]} {record.client} {record.kind}, for {_USES[record.use]}: {record.subject}",
        record.email,
        f"until {record.not_after[:10]}",
        record.status.value,
        f"site {record.site}" if record.site else "",
        f"hosted by {record.host}" if record.host else "",
        "default" if record.is_default else "",
    ]
    return "; ".join(part for part in parts if part)


_USES = {"signing": "signing", "encryption": "encryption", "both": "signing and encryption"}


def lines(remarks: Iterable[Remark]) -> list[str]:
    """Return what is to be said of a certificate, a line each."""
    return [f"  {'error' if remark.serious else 'note'}: {remark}" for remark in remarks]


def next_step(record: Certificate) -> str:
    """Say how a certificate that was put on record comes to be registered."""
    if record.kind.self_registers:
        return "  next: its holder registers it in the gateway; note that with `client register --registered`."
    return "  next: have it registered through certificate maintenance; note that with `client register --registered`."


def data(record: Certificate | Anchor, remarks: Iterable[Remark] = ()) -> dict[str, Any]:
    """Return a certificate as data."""
    return {**asdict(record), "remarks": [_remark(remark) for remark in remarks]}


def _remark(remark: Remark) -> dict[str, Any]:
    return {"severity": "error" if remark.serious else "info", "message": str(remark)}


def checked(found: Checked) -> dict[str, Any]:
    """Return a certificate that was checked as data."""
    return {**data(found.record, found.remarks), "serves": found.serves}


def checked_lines(found: Checked) -> list[str]:
    """Return a certificate that was checked, and what is to be said of it."""
    standing = "well" if found.serves else "DOES NOT SERVE"
    return [f"{line(found.record)}: {standing}", *lines(found.remarks)]
