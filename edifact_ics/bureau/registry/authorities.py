"""The authority that a client gives a bureau: for which documents, functions and payments, from when until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import aliased

from edifact_ics.bureau.registry.clients import known
from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import authority, client
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.writing import Writing
from edifact_ics.history import CHANGE, ORIGINAL, WITHDRAW

ALL: Final = "*"
DOCUMENTS: Final = (
    "IMD",
    "SAC",
    "DRWBCK",
    "IMPED1",
    "IMPED2",
    "MOVAPP",
    "RCR",
    "PAYSTD",
    "PAYWK",
    "PAYPED",
)  # sent to Customs
FUNCTIONS: Final = {"original": ORIGINAL, "change": CHANGE, "withdraw": WITHDRAW}


@dataclass(frozen=True)
class Authority:
    """One authority. `documents` and `functions` hold names and BGM 1225 codes, or "*" for all.

    `since` and `until` are days in Canberra, both included; `until` None: no end is set. `revoked` is the moment from
    which on it does not count, None when it stands.
    """

    number: int
    client: str
    bureau: str
    documents: frozenset[str]
    functions: frozenset[str]
    payments: bool
    since: str
    until: str | None
    revoked: str | None

    def covers(self, document: str, function: str) -> tuple[bool, bool]:
        """Tell whether it covers a document, and whether a function."""
        return bool({document, ALL} & self.documents), bool({function, ALL} & self.functions)


def terms(
    documents: Iterable[str], functions: Iterable[str], payments: bool, since: str, until: str | None
) -> dict[str, object]:
    """Return what an authority is for, in the form a request holds; none means all. Refuse what is no such thing."""
    names = sorted({name.strip().upper() for name in documents}) or [ALL]
    if unknown := [name for name in names if name not in (*DOCUMENTS, ALL)]:
        raise Refused(f"There is no document {unknown[0]!r}.", f"Documents are {', '.join(DOCUMENTS)}; `*` is all.")
    codes = []
    for function in functions or [ALL]:
        code = FUNCTIONS.get(function.strip().lower(), function.strip())
        if code not in (*FUNCTIONS.values(), ALL):
            raise Refused(f"There is no function {function!r}.", "Functions are original, change and withdraw.")
        codes.append(code)
    if until is not None and until < since:
        raise Refused(f"An authority until {until} would end before it begins, on {since}.", "Give a later end.")
    return {
        "documents": " ".join(names),
        "functions": " ".join(sorted(set(codes))),
        "payments": payments,
        "since": since,
        "until": until,
    }


def parties(connection: Connection, client_name: str, bureau_name: str) -> dict[str, object]:
    """Return client and bureau in the form a request holds; refuse those between whom no authority can be given."""
    giver, taker = known(connection, client_name), known(connection, bureau_name)
    if giver.number == taker.number:
        raise Refused(f"{giver.identifier} needs no authority for itself.", "Name the bureau that is to act for it.")
    for one in (giver, taker):
        if one.ended is not None:
            raise Refused(
                f"Client {one.identifier} ended on {one.ended}.", "Authority is given between those on record."
            )
    if not taker.is_bureau and not taker.is_brokerage:
        raise Refused(
            f"{taker.identifier} is neither a bureau nor a licensed brokerage.",
            f"Give it its role first: `client amend {taker.identifier} --role bureau`.",
        )
    return {"client": giver.identifier, "bureau": taker.identifier}


def enact(change: Writing, subject: str, detail: Mapping[str, object]) -> None:
    """Write an authority that two operators want."""
    parties(change.connection, str(detail["client"]), str(detail["bureau"]))
    values = {
        **detail,
        "client": known(change.connection, str(detail["client"])).number,
        "bureau": known(change.connection, str(detail["bureau"])).number,
    }
    number = change.connection.execute(insert(authority).values(values).returning(authority.c.id)).scalar_one()
    change.note(Change.AUTHORITY_GRANT, subject, {**detail, "authority": number})


def revoke(change: Writing, number: int, reason: str) -> Authority:
    """End an authority at once."""
    found = next((one for one in authorities(change.connection) if one.number == number), None)
    if found is None:
        raise Refused(f"There is no authority {number}.", "`authority list` shows them.")
    if found.revoked is not None:
        raise Refused(f"Authority {number} was revoked at {found.revoked}.", "Nothing is to do.")
    change.connection.execute(update(authority).where(authority.c.id == number).values(revoked=change.moment))
    change.note(Change.AUTHORITY_REVOKE, f"{found.client} to {found.bureau}", {"authority": number, "reason": reason})
    return next(one for one in authorities(change.connection) if one.number == number)


def authorities(connection: Connection, of: str | None = None, to: str | None = None) -> tuple[Authority, ...]:
    """Return the authorities, the oldest first, those revoked or ended too; `of` a client, `to` a bureau."""
    giver, taker = aliased(client), aliased(client)
    query: Any = (
        select(authority, giver.c.identifier.label("giver"), taker.c.identifier.label("taker"))
        .join(giver, authority.c.client == giver.c.id)
        .join(taker, authority.c.bureau == taker.c.id)
        .order_by(authority.c.id)
    )
    if of is not None:
        query = query.where(giver.c.identifier == known(connection, of).identifier)
    if to is not None:
        query = query.where(taker.c.identifier == known(connection, to).identifier)
    return tuple(
        Authority(
            row.id,
            row.giver,
            row.taker,
            frozenset(row.documents.split()),
            frozenset(row.functions.split()),
            row.payments,
            row.since,
            row.until,
            row.revoked,
        )
        for row in connection.execute(query)
    )
