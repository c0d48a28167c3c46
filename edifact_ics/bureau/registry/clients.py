"""Clients in the database: put on record, changed, found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import tables
from edifact_ics.bureau.registry.client import Address, Channel, Client, Contact, Reply, Role
from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.wording import email, identifier, line, organisation
from edifact_ics.bureau.registry.writing import Writing

_ADDRESS = ("street", "city", "state", "postcode", "country")
_WORDS = ("name", "officer", "aqis_scheme", "text_email", "edi_email")


def find(connection: Connection, client: str) -> Client | None:
    """Return a client by its identifier, however it is written; None when it is not on record."""
    found = _clients(connection, tables.client.c.identifier == identifier(client))
    return found[0] if found else None


def known(connection: Connection, client: str) -> Client:
    """Return a client by its identifier; refuse one that is not on record."""
    found = find(connection, client)
    if found is None:
        raise Refused(
            f"There is no client {identifier(client)}.", "`client list` shows them, `client register` adds one."
        )
    return found


def by_number(connection: Connection, number: int) -> Client:
    """Return a client by our own number, which must be one."""
    (found,) = _clients(connection, tables.client.c.id == number)
    return found


def clients(connection: Connection) -> tuple[Client, ...]:
    """Return all clients, in order of their identifiers."""
    return _clients(connection)


def put(change: Writing, client: Client, why: Change) -> Client:
    """Write a client, new or changed, and return it as written. What did not change leaves no row."""
    before = find(change.connection, client.identifier)
    client = _checked(change.connection, client, before)
    if before is not None and replace(client, number=before.number, since=before.since) == before:
        return before
    if before is None:
        values = {**_values(change.connection, client), "since": change.today}
        made = insert(tables.client).values(values).returning(tables.client.c.id)
        number = int(change.connection.execute(made).scalar_one())
    else:
        number = before.number
        where = tables.client.c.id == number
        change.connection.execute(update(tables.client).where(where).values(_values(change.connection, client)))
    _put_parts(change.connection, number, client)
    after = by_number(change.connection, number)
    change.note(why, after.identifier, _difference(before, after))
    return after


def _checked(connection: Connection, client: Client, before: Client | None) -> Client:
    """Return a client with its words put in form; refuse what cannot be on record."""
    found = replace(
        client,
        name=line(client.name, "name"),
        officer=line(client.officer, "officer"),
        text_email=email(client.text_email),
        edi_email=email(client.edi_email),
        address=Address(**{name: line(getattr(client.address, name), name) for name in _ADDRESS}),
        contacts=tuple(
            Contact(line(c.name, "contact"), line(c.phone, "phone"), email(c.email)) for c in client.contacts
        ),
    )
    if not found.name:
        raise Refused(f"Client {client.identifier} has no name.", "Give it with --name.")
    if client.aqis_scheme not in ("", "BAS", "AEP"):
        raise Refused(f"{client.aqis_scheme!r} is no scheme of quarantine.", "Write BAS or AEP.")
    if client.bureau is not None and not known(connection, client.bureau).is_bureau:
        raise Refused(
            f"{client.bureau} is not a bureau.",
            f"Say that it is one first: `client amend {client.bureau} --role bureau`.",
        )
    if client.channel is Channel.BUREAU and client.bureau is None:
        raise Refused(
            f"Client {client.identifier} communicates through a bureau, and none is named.", "Name it with --bureau."
        )
    if client.hosting and Role.BUREAU not in client.roles:
        raise Refused("Only a bureau has a memorandum on hosting keys.", "Give it the role bureau too.")
    if before is None:
        _refuse_duplicate(connection, found)
    return found


def _refuse_duplicate(connection: Connection, client: Client) -> None:
    """Refuse a client whose name and address are those of another: Customs does so too. An ended one may stand."""
    if not any(_address(client.address)):
        return
    ours = " ".join((client.name, *_address(client.address))).upper().split()
    columns = tables.client.c
    query = select(columns.identifier, columns.name, *(columns[name] for name in _ADDRESS))
    for other, *words in connection.execute(query.where(columns.ended.is_(None))):
        same = " ".join(words).upper().split() == ours
        if same and organisation(other) != organisation(client.identifier):
            raise Refused(
                f"Client {other} has the same name and address; Customs refuses a second one.",
                f"Use that client, or end it first: `client amend {other} --end DAY`.",
            )


def _address(address: Address) -> tuple[str, ...]:
    return tuple(getattr(address, name) for name in _ADDRESS)


def _values(connection: Connection, client: Client) -> dict[str, Any]:
    return {
        **asdict(client.address),
        **{name: getattr(client, name) for name in _WORDS},
        "identifier": client.identifier,
        "channel": client.channel or "",
        "bureau": known(connection, client.bureau).number if client.bureau else None,
        "ready": client.ready,
        "recorded": client.recorded,
        "interaction": client.interaction or "",
        "reply": client.reply or "",
        "aqis_accredited": client.aqis_accredited,
        "default_account": client.default_account,
        "hosting": client.hosting,
        "ended": client.ended,
    }


def _put_parts(connection: Connection, number: int, client: Client) -> None:
    """Write contacts, roles and orders in place of those there were."""
    parts: list[tuple[Any, list[dict[str, Any]]]] = [
        (tables.contact, [{"place": n, **asdict(c)} for n, c in enumerate(client.contacts, 1)]),
        (tables.role, [{"role": role} for role in sorted(client.roles)]),
        (tables.order, [{"kind": kind} for kind in sorted(client.ordered)]),
    ]
    for table, rows in parts:
        connection.execute(delete(table).where(table.c.client == number))
        if rows:
            connection.execute(insert(table), [{"client": number, **row} for row in rows])


def _clients(connection: Connection, *where: ColumnElement[bool]) -> tuple[Client, ...]:
    """Return the clients that meet the conditions, in order of their identifiers."""
    chosen = select(tables.client.c.id).where(*where)
    bureau = tables.client.alias()
    query = (
        select(tables.client, bureau.c.identifier.label("through"))
        .join(bureau, tables.client.c.bureau == bureau.c.id, isouter=True)
        .where(*where)
        .order_by(tables.client.c.identifier)
    )
    contacts, roles, orders = (
        _parts(connection, select(table).where(table.c.client.in_(chosen)).order_by(*table.primary_key))
        for table in (tables.contact, tables.role, tables.order)
    )
    return tuple(_read(row, contacts[row.id], roles[row.id], orders[row.id]) for row in connection.execute(query).all())


def _parts(connection: Connection, query: Select[Any]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.client].append(row)
    return found


def _read(row: Row[Any], contacts: list[Row[Any]], roles: list[Row[Any]], orders: list[Row[Any]]) -> Client:
    return Client(
        identifier=row.identifier,
        number=row.id,
        name=row.name,
        address=Address(*(getattr(row, name) for name in _ADDRESS)),
        contacts=tuple(Contact(one.name, one.phone, one.email) for one in contacts),
        roles=frozenset(Role(one.role) for one in roles),
        channel=Channel(row.channel) if row.channel else None,
        bureau=row.through,
        ready=row.ready,
        officer=row.officer,
        ordered=frozenset(Kind(one.kind) for one in orders),
        recorded=row.recorded,
        interaction=Channel(row.interaction) if row.interaction else None,
        text_email=row.text_email,
        edi_email=row.edi_email,
        reply=Reply(row.reply) if row.reply else None,
        aqis_accredited=row.aqis_accredited,
        aqis_scheme=row.aqis_scheme,
        default_account=row.default_account,
        hosting=row.hosting,
        since=row.since,
        ended=row.ended,
    )


def as_data(client: Client) -> dict[str, Any]:
    """Return a client as plain data for JSON, sets in order."""
    data = asdict(client)
    return {**data, "roles": sorted(client.roles), "ordered": sorted(client.ordered)}


def _difference(before: Client | None, after: Client) -> dict[str, object]:
    """Return what changed, field by field; all of a new client."""
    now, then = as_data(after), as_data(before) if before else {}
    return {name: value for name, value in now.items() if name not in then or then[name] != value}
