"""The registry told once more from its audit trail, and held against the tables: what was changed beside it shows.

The chain proves that the trail is as it was written; this proves that the tables say what the trail says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from edifact_ics.bureau.registry import agreements, anchors, authorities, certificates, clients, requests, sites, tables
from edifact_ics.bureau.registry.audit import Entry, Fault, canonical, entries
from edifact_ics.bureau.registry.requests import State
from edifact_ics.bureau.registry.trust import RULES, Change

Things = dict[str, dict[str, Any]]  # name of a thing to its fields


@dataclass
class _Told:
    """What the trail says there is, by kind of thing, and the row that spoke of each last."""

    things: dict[str, Things] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)

    def put(self, kind: str, name: str, entry: Entry, fields: dict[str, Any]) -> None:
        """Add a thing, or change fields of it."""
        self.things.setdefault(kind, {}).setdefault(name, {}).update(fields)
        self.rows[kind, name] = entry.number


def differences(connection: Connection) -> Iterator[Fault]:
    """Give what the tables say and the trail does not, or the other way; the row is the last that speaks of it."""
    told = _Told()
    for entry in entries(connection):
        if (tell := _TELLING.get(entry.change)) is not None:
            tell(told, entry, {name: value for name, value in entry.detail.items() if name != "request"})
        if entry.change in _MADE_BY_TWO and "request" in entry.detail:
            told.put("request", str(entry.detail["request"]), entry, {"state": State.DONE})
    for kind, read in _READING.items():
        said, there = told.things.get(kind, {}), read(connection)
        for name in sorted(said.keys() | there.keys()):
            row = told.rows.get((kind, name), 0)
            if name not in there:
                yield Fault(row, f"The {kind} {name} was removed beside the trail.")
            elif name not in said:
                yield Fault(row, f"The {kind} {name} was put in beside the trail.")
            elif changed := sorted(k for k, v in _plain(there[name]).items() if said[name].get(k) != v):
                yield Fault(row, f"The {kind} {name} was changed beside the trail: {', '.join(changed)}.")


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields as they look once they went through the trail."""
    plain: dict[str, Any] = json.loads(canonical(fields))
    return plain


# ---------------------------------------------------------------------- what a row of the trail tells


def _client(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("client", entry.subject, entry, detail)


def _site(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("site", entry.subject, entry, {"name": entry.subject, **detail})


def _agreement(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("agreement", entry.subject, entry, {"organisation": entry.subject, **detail})


def _certificate(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("certificate", entry.subject, entry, detail)


def _registered(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("certificate", entry.subject, entry, {"status": "registered"})


def _certificate_revoked(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("certificate", entry.subject, entry, {"status": "revoked", "is_default": False})


def _chosen(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    for fields in told.things.get("certificate", {}).values():
        if fields.get("client") == detail["client"]:
            fields["is_default"] = False
    told.put("certificate", entry.subject, entry, {"is_default": True})


def _authority(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    number = detail.pop("authority")
    told.put("authority", str(number), entry, {"number": number, "revoked": None, **detail})


def _authority_revoked(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("authority", str(detail["authority"]), entry, {"revoked": entry.at})


def _anchor(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("certificate of Customs", entry.subject, entry, {"fingerprint": entry.subject, **detail})


def _operator(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("operator", entry.subject, entry, {"name": entry.subject, "added": entry.at, "removed": None})


def _operator_removed(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    told.put("operator", entry.subject, entry, {"removed": entry.at})


def _asked(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    fields = {"subject": entry.subject, "asked_by": entry.operator, "asked": entry.at, "decided_by": None, **detail}
    told.put("request", str(entry.detail["request"]), entry, {**fields, "state": State.PENDING})


def _confirmed(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    fields = {"decided_by": entry.operator, "state": State.CONFIRMED}
    told.put("request", str(entry.detail["request"]), entry, fields)


def _refused(told: _Told, entry: Entry, detail: dict[str, Any]) -> None:
    fields = {"decided_by": entry.operator, "state": State.REFUSED}
    told.put("request", str(entry.detail["request"]), entry, fields)


_TELLING: dict[str, Callable[[_Told, Entry, dict[str, Any]], None]] = {
    Change.CLIENT_REGISTER: _client,
    Change.CLIENT_AMEND: _client,
    Change.SITE_CREATE: _site,
    Change.AGREEMENT_SIGN: _agreement,
    Change.AGREEMENT_REPLACE: _agreement,
    Change.CERTIFICATE_ADD: _certificate,
    Change.CERTIFICATE_REGISTER: _registered,
    Change.CERTIFICATE_REVOKE: _certificate_revoked,
    Change.CERTIFICATE_DEFAULT: _chosen,
    Change.AUTHORITY_GRANT: _authority,
    Change.AUTHORITY_REVOKE: _authority_revoked,
    Change.ANCHOR_INSTALL: _anchor,
    Change.ANCHOR_END: _anchor,
    Change.OPERATOR_ADD: _operator,
    Change.OPERATOR_REMOVE: _operator_removed,
    "request.ask": _asked,
    "request.confirm": _confirmed,
    "request.refuse": _refused,
}
_MADE_BY_TWO = frozenset(change.value for change, rule in RULES.items() if rule.operators > 1)


# ---------------------------------------------------------------------- what the tables say


def _clients(connection: Connection) -> Things:
    return {one.identifier: clients.as_data(one) for one in clients.clients(connection)}


def _sites(connection: Connection) -> Things:
    return {one.name: asdict(one) for one in sites.sites(connection)}


def _agreements(connection: Connection) -> Things:
    return {one.organisation: asdict(one) for one in agreements.agreements(connection)}


def _certificates(connection: Connection) -> Things:
    return {one.fingerprint: asdict(one) for one in certificates.certificates(connection)}


def _authorities(connection: Connection) -> Things:
    return {
        str(one.number): {
            **asdict(one),
            "documents": " ".join(sorted(one.documents)),
            "functions": " ".join(sorted(one.functions)),
        }
        for one in authorities.authorities(connection)
    }


def _anchors(connection: Connection) -> Things:
    return {one.fingerprint: asdict(one) for one in anchors.anchors(connection)}


def _operators(connection: Connection) -> Things:
    return {row.name: dict(row._mapping) for row in connection.execute(select(tables.operator))}


def _requests(connection: Connection) -> Things:
    made = requests.requests(connection)
    return {str(one.number): {k: v for k, v in asdict(one).items() if k != "number"} for one in made}


_READING: dict[str, Callable[[Connection], Things]] = {
    "client": _clients,
    "site": _sites,
    "agreement": _agreements,
    "certificate": _certificates,
    "authority": _authorities,
    "certificate of Customs": _anchors,
    "operator": _operators,
    "request": _requests,
}
