"""EDI sites: the places from which clients send, each with a mail address of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from edifact_ics.bureau.registry.clients import known
from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import client, site
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.wording import email as address
from edifact_ics.bureau.registry.wording import is_site, site_name
from edifact_ics.bureau.registry.writing import Writing
from edifact_ics.envelope.interchange import CUSTOMS


@dataclass(frozen=True)
class Site:
    """An EDI site: whose it is, its dedicated address ("" when not known), and since when it is on record."""

    name: str
    client: str
    email: str
    since: str


def create(change: Writing, name: str, owner: str, email: str = "") -> Site:
    """Note a site that Customs gave to a client; the same again changes nothing."""
    name, email, of = site_name(name), address(email), known(change.connection, owner)
    email = email or of.edi_email
    if name == CUSTOMS:
        raise Refused(f"{name} is the site of Customs.", "Write the name that Customs gave to the client's own site.")
    there = find(change.connection, name)
    if there is not None:
        if (there.client, there.email) == (of.identifier, email):
            return there
        raise Refused(
            f"{name} is a site of {there.client} already, with the address {there.email or 'not known'}.",
            "A site belongs to one client for good; look the name up again.",
        )
    if of.ended is not None:
        raise Refused(f"Client {of.identifier} ended on {of.ended}.", "A client that has ended gets no site.")
    taken = change.connection.scalar(select(site.c.name).where(site.c.email == email)) if email else None
    if taken:
        raise Refused(
            f"{email} is the address of site {taken}.", "Each site has an address of its own: give one with --email."
        )
    values = {"client": of.number, "email": email, "since": change.today}
    change.connection.execute(insert(site).values({"name": name, **values}))
    change.note(Change.SITE_CREATE, name, {**values, "client": of.identifier})
    return Site(name, of.identifier, email, change.today)


def find(connection: Connection, name: str) -> Site | None:
    """Return a site by its name, exactly as written; None when it is not on record."""
    if not is_site(name):  # a stranger's text may hold what no database takes
        return None
    row = connection.execute(_query().where(site.c.name == name)).one_or_none()
    return None if row is None else _site(row)


def sites(connection: Connection, of: str | None = None) -> tuple[Site, ...]:
    """Return the sites in order of their names; `of` keeps those of one client."""
    query = _query().order_by(site.c.name)
    if of is not None:
        query = query.where(client.c.identifier == known(connection, of).identifier)
    return tuple(map(_site, connection.execute(query)))


def _query() -> Any:
    return select(site.c.name, client.c.identifier, site.c.email, site.c.since).join(
        client, site.c.client == client.c.id
    )


def _site(row: Row[Any]) -> Site:
    return Site(row.name, row.identifier, row.email, row.since)
