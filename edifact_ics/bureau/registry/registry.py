"""The registry in a database: each change one transaction, by one named operator, with its rows in the audit trail."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import (
    agreements,
    anchors,
    audit,
    authorities,
    certificates,
    clients,
    clients_table,
    operators,
    path,
    replay,
    requests,
    sites,
)
from edifact_ics.bureau.registry.agreements import Agreement
from edifact_ics.bureau.registry.anchors import Anchor
from edifact_ics.bureau.registry.audit import Entry, Fault, Head
from edifact_ics.bureau.registry.authorities import Authority
from edifact_ics.bureau.registry.certificates import Certificate, Use
from edifact_ics.bureau.registry.client import Client
from edifact_ics.bureau.registry.database import REGISTRY
from edifact_ics.bureau.registry.requests import Request, State
from edifact_ics.bureau.registry.sites import Site
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.wording import day_in_canberra, moment, organisation
from edifact_ics.bureau.registry.writing import Writing
from edifact_ics.reference import Row


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Registry:
    """Who is who at a bureau. Changes raise Refused when a rule forbids them, and then nothing is changed.

    `operator` is the name of who makes a change; who is not named is refused. Clients are named by ABN, ABN/CAC or
    client identifier, however they are written. Not to be shared between threads or processes.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime.datetime] = _now, *, lent: Connection | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._lent = lent

    @classmethod
    def open(cls, url: str, *, create: bool = False, clock: Callable[[], datetime.datetime] = _now) -> Registry | None:
        """Return the registry at a URL; None when there is none yet, unless told to `create` it.

        Raise RegistryError when it cannot be reached or holds something else.
        """
        engine = REGISTRY.opened(url, create)
        return None if engine is None else cls(engine, clock)

    def within(self, connection: Connection) -> Registry:
        """Return the registry in a transaction of another room of its database, for as long as that lasts."""
        return Registry(self._engine, self._clock, lent=connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        if self._lent is None:
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read by; the functions of this room's modules take it."""
        if self._lent is not None:
            yield self._lent
            return
        with REGISTRY.said(self._engine), REGISTRY.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self, operator: str) -> Iterator[Writing]:
        """Open one change, or several that belong together: all are made, or none."""
        with self._transaction() as connection:
            head = audit.wait(connection)
            operators.require(connection, operator)
            yield Writing(connection, head, operator, self._clock())

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Give a connection to write by: the one that was lent, or one of its own."""
        if self._lent is not None:
            yield self._lent
            return
        with REGISTRY.said(self._engine), REGISTRY.writing(self._engine) as connection:
            yield connection

    # ------------------------------------------------------------------ operators, and changes that need two

    def operators(self) -> tuple[str, ...]:
        """Return the named operators."""
        with self.reading() as connection:
            return operators.named(connection)

    def found(self, name: str, *, by: str) -> bool:
        """Name one of the first two operators, who need no confirmation; False when there were two already.

        The first one names itself, the second is named by the first.
        """
        with self._transaction() as connection:
            head = audit.wait(connection)
            founds = operators.founds(connection)
            if founds:
                if operators.named(connection):
                    operators.require(connection, by)
                operators.found(Writing(connection, head, by, self._clock()), name)
            return founds

    def ask(self, what: Change, subject: str, detail: Mapping[str, object], *, operator: str) -> Request:
        """Ask for a change that needs two: a key export, an override, an operator's name. See `requests`."""
        with self.writing(operator) as change:
            if what is Change.OPERATOR_ADD:
                operators.checked(change.connection, subject)
            return requests.ask(change, what, subject, detail)

    def confirm(self, number: int, *, operator: str) -> Request:
        """Confirm what another operator asked for."""
        with self.writing(operator) as change:
            return requests.confirm(change, number)

    def refuse(self, number: int, *, operator: str) -> Request:
        """Say no to what an operator asked for, or take it back."""
        with self.writing(operator) as change:
            return requests.refuse(change, number)

    def use(self, what: Change, subject: str, *, operator: str) -> Request:
        """Use up, once, what was confirmed: a key export or an override. Refused when nothing was."""
        with self.writing(operator) as change:
            return requests.use(change, what, subject)

    def requests(self, state: State | None = None) -> tuple[Request, ...]:
        """Return the requests, the oldest first."""
        with self.reading() as connection:
            return requests.requests(connection, state)

    # ------------------------------------------------------------------ clients, sites, agreements

    def client(self, client: str) -> Client | None:
        """Return a client; None when it is not on record."""
        with self.reading() as connection:
            return clients.find(connection, client)

    def clients(self) -> tuple[Client, ...]:
        """Return all clients, ended ones too."""
        with self.reading() as connection:
            return clients.clients(connection)

    def put_client(
        self,
        client: Client,
        *,
        signed: tuple[str, str] | None = None,
        site: str | None = None,
        registered: tuple[str, ...] = (),
        operator: str,
    ) -> Client:
        """Put a client on record, or in place of what is on record of it.

        With it, all or nothing: who `signed` the agreement and on which day, its `site`, and the fingerprints of
        certificates that the gateway `registered`.
        """
        with self.writing(operator) as change:
            there = clients.find(change.connection, client.identifier)
            now = clients.put(change, client, Change.CLIENT_AMEND if there else Change.CLIENT_REGISTER)
            if signed is not None:
                agreements.sign(change, now.identifier, *signed)
            if site is not None:
                sites.create(change, site, now.identifier)
            for fingerprint in registered:
                certificates.register(change, fingerprint, now.officer)
            return now

    def status(self, client: str) -> tuple[tuple[path.Step, ...], tuple[str, ...]]:
        """Return the five steps of a client, and what will be needed soon. Refused for a client not on record."""
        now = self._clock()
        with self.reading() as connection:
            facts = path.facts(connection, clients.known(connection, client), now)
        return path.steps(facts), path.warnings(facts, moment(now + path.WARNED))

    def agreement(self, client: str) -> Agreement | None:
        """Return the agreement of a client's organisation; None when nobody has signed."""
        with self.reading() as connection:
            return agreements.find(connection, clients.known(connection, client).identifier)

    def sign_agreement(self, client: str, signatory: str, signed: str, *, operator: str) -> Agreement:
        """Note who signed the agreement of a client's organisation, and on which day."""
        with self.writing(operator) as change:
            return agreements.sign(change, clients.known(change.connection, client).identifier, signatory, signed)

    def replace_signatory(self, client: str, signatory: str, signed: str, *, operator: str) -> Request:
        """Ask for another signatory in place of the one on record; it takes two."""
        detail = {"signatory": signatory, "signed": signed}
        with self.writing(operator) as change:
            of = organisation(clients.known(change.connection, client).identifier)
            return requests.ask(change, Change.AGREEMENT_REPLACE, of, detail)

    def site(self, name: str) -> Site | None:
        """Return an EDI site; None when it is not on record."""
        with self.reading() as connection:
            return sites.find(connection, name)

    def sites(self, client: str | None = None) -> tuple[Site, ...]:
        """Return the EDI sites, of one client or of all."""
        with self.reading() as connection:
            return sites.sites(connection, client)

    def create_site(self, name: str, client: str, email: str = "", *, operator: str) -> Site:
        """Note an EDI site; without an address it has that of its client's EDI mail."""
        with self.writing(operator) as change:
            return sites.create(change, name, client, email)

    def reference_rows(self) -> tuple[Row, ...]:
        """Return the registry as the rows of the table `clients` that rules ask; see `clients_table`."""
        with self.reading() as connection:
            return tuple(clients_table.rows(clients.clients(connection), sites.sites(connection)))

    # ------------------------------------------------------------------ authorities

    def grant(
        self,
        client: str,
        bureau: str,
        *,
        documents: tuple[str, ...] = (),
        functions: tuple[str, ...] = (),
        payments: bool = False,
        since: str | None = None,
        until: str | None = None,
        operator: str,
    ) -> Request:
        """Ask for an authority, for all documents and functions unless some are named; it takes two.

        `since` and `until` are days in Canberra, both included; `since` None is today.
        """
        with self.writing(operator) as change:
            between = authorities.parties(change.connection, client, bureau)
            detail = between | authorities.terms(documents, functions, payments, since or change.today, until)
            subject = f"{between['client']} to {between['bureau']}"
            return requests.ask(change, Change.AUTHORITY_GRANT, subject, detail)

    def revoke(self, number: int, reason: str = "", *, operator: str) -> Authority:
        """End an authority at once."""
        with self.writing(operator) as change:
            return authorities.revoke(change, number, reason)

    def authorities(self, client: str | None = None, bureau: str | None = None) -> tuple[Authority, ...]:
        """Return the authorities ever given, by a client, to a bureau, or all."""
        with self.reading() as connection:
            return authorities.authorities(connection, client, bureau)

    # ------------------------------------------------------------------ certificates

    def add_certificate(
        self,
        *,
        client: str,
        kind: Kind,
        fingerprint: str,
        subject: str,
        issuer: str,
        serial: str,
        not_before: datetime.datetime,
        not_after: datetime.datetime,
        email: str = "",
        use: Use = Use.BOTH,
        host: str | None = None,
        site: str | None = None,
        key_file: str = "",
        operator: str,
    ) -> Certificate:
        """Note a certificate that was installed: its facts and the path of its key file, never a key."""
        ends = moment(not_before), moment(not_after)
        facts = (fingerprint, client, kind, use, subject, issuer, serial, email)
        given = Certificate(*facts, *ends, host=host, site=site, key_file=key_file)
        with self.writing(operator) as change:
            return certificates.add(change, given)

    def certificate(self, fingerprint: str) -> Certificate | None:
        """Return a certificate; None when it is not on record."""
        with self.reading() as connection:
            return certificates.find(connection, fingerprint)

    def certificates(self, client: str | None = None, kind: Kind | None = None) -> tuple[Certificate, ...]:
        """Return the certificates on record, of one client, of one kind, or all."""
        with self.reading() as connection:
            return certificates.certificates(connection, client, kind)

    def register_certificate(self, fingerprint: str, by: str, *, operator: str) -> Certificate:
        """Note that the gateway registered a certificate; `by` is the person who saw to it."""
        with self.writing(operator) as change:
            return certificates.register(change, fingerprint, by)

    def revoke_certificate(self, fingerprint: str, reason: str, *, operator: str) -> Certificate:
        """Refuse a certificate from now on."""
        with self.writing(operator) as change:
            return certificates.revoke(change, fingerprint, reason)

    def choose_certificate(self, fingerprint: str, *, operator: str) -> Certificate:
        """Make a certificate its holder's default."""
        with self.writing(operator) as change:
            return certificates.choose(change, fingerprint)

    def install_anchor(
        self, fingerprint: str, subject: str, pem: str, active_from: str, active_until: str | None, *, operator: str
    ) -> Request:
        """Ask to trust a certificate as that of Customs from a day on; it takes two. The next one may come ahead."""
        detail = {"subject": subject, "pem": pem, "active_from": active_from, "active_until": active_until}
        with self.writing(operator) as change:
            anchors.check(change.connection, fingerprint.lower(), active_from)
            return requests.ask(change, Change.ANCHOR_INSTALL, fingerprint.lower(), detail)

    def end_anchor(self, fingerprint: str, day: str, *, operator: str) -> None:
        """Let a certificate of Customs count until a day and no longer."""
        with self.writing(operator) as change:
            anchors.end(change, fingerprint, day)

    def anchors(self) -> tuple[Anchor, ...]:
        """Return the certificates of Customs that were ever pinned."""
        with self.reading() as connection:
            return anchors.anchors(connection)

    def anchor(self, at: datetime.datetime) -> Anchor:
        """Return the certificate of Customs that is active; Refused, with the reason, when none is."""
        with self.reading() as connection:
            return anchors.active(connection, day_in_canberra(at))

    def why_stale(self, fingerprint: str, at: datetime.datetime) -> str | None:
        """Return why a certificate does not count as that of Customs; None when it is the active one."""
        with self.reading() as connection:
            return anchors.why_stale(connection, fingerprint, day_in_canberra(at))

    # ------------------------------------------------------------------ audit

    def tell(
        self, what: str, subject: str, detail: Mapping[str, object], *, by: str, once: bool = False
    ) -> Entry | None:
        """Leave a row in the trail for what another room did or refused, `by` an operator or a service.

        It is no change of the registry, so `by` need not be named; `what` is none of `Change`. `detail` holds no secret
        and no payload. `once`: only when the trail has no row of that name and subject; one it has is given back.
        """
        if what in {change.value for change in Change}:
            raise RuntimeError(f"{what} is a change of the registry")
        with self._transaction() as connection:
            change = Writing(connection, audit.wait(connection), by, self._clock())
            before = audit.first(connection, what, subject) if once else None
            if before is None:
                change.tell(what, subject, detail)
            return before

    def trail(self) -> tuple[Entry, ...]:
        """Return the audit trail, the oldest first."""
        with self.reading() as connection:
            return tuple(audit.entries(connection))

    def verify(self, noted: Head | None = None) -> tuple[Head, list[Fault]]:
        """Return the head of the trail, and what is wrong with it, see `audit.verify`.

        A trail that is whole is held against the tables too, see `replay`.
        """
        with self.reading() as connection:
            head, faults = audit.verify(connection, noted)
            return head, faults or [*replay.differences(connection)]
