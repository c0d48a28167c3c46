"""Clients in the database: put on record, changed, found."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

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
    query = select(tables.client).where(tables.client.c.identifier == identifier(client))
    row = connection.execute(query).one_or_none()
    return None if row is None else _read(connection, row)


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
    return _read(connection, connection.execute(select(tables.client).where(tables.client.c.id == number)).one())


def clients(connection: Connection) -> tuple[Client, ...]:
    """Return all clients, in order of their identifiers."""
    rows = connection.execute(select(tables.client).order_by(tables.client.c.identifier)).all()
    return tuple(_read(connection, row) for row in rows)


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
    for other in clients(connection):
        same = (other.name.upper(), _compact(other.address)) == (client.name.upper(), _compact(client.address))
        centre = organisation(other.identifier) == organisation(client.identifier)
        if same and any(asdict(client.address).values()) and not centre and other.ended is None:
            raise Refused(
                f"Client {other.identifier} has the same name and address; Customs refuses a second one.",
                f"Use that client, or end it first: `client amend {other.identifier} --end DAY`.",
            )


def _compact(address: Address) -> str:
    return " ".join(" ".join(asdict(address).values()).upper().split())


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


def _read(connection: Connection, row: Row[Any]) -> Client:
    contact, role, order = tables.contact.c, tables.role.c, tables.order.c
    contacts = connection.execute(select(tables.contact).where(contact.client == row.id).order_by(contact.place))
    roles = connection.scalars(select(role.role).where(role.client == row.id))
    ordered = connection.scalars(select(order.kind).where(order.client == row.id))
    bureau = select(tables.client.c.identifier).where(tables.client.c.id == row.bureau)
    return Client(
        identifier=row.identifier,
        number=row.id,
        name=row.name,
        address=Address(*(getattr(row, name) for name in _ADDRESS)),
        contacts=tuple(Contact(c.name, c.phone, c.email) for c in contacts),
        roles=frozenset(map(Role, roles)),
        channel=Channel(row.channel) if row.channel else None,
        bureau=connection.scalar(bureau) if row.bureau else None,
        ready=row.ready,
        officer=row.officer,
        ordered=frozenset(map(Kind, ordered)),
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
