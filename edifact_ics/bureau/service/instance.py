"""An instance at work: its configuration, and what it opens once: database, registry, payloads, channels, keys."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Self

from cryptography import x509
from sqlalchemy import Connection, Engine, insert, select

from edifact_ics.bureau.certificates import keys
from edifact_ics.bureau.certificates.facts import fingerprint, read_certificates
from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.mail.trust import Trust, read_crls
from edifact_ics.bureau.registry import REGISTRY, Registry, Status, Use, audit
from edifact_ics.bureau.registry.wording import moment
from edifact_ics.bureau.service.channels import Inlet, Outlet
from edifact_ics.bureau.service.channels.folder import Folder, FolderPost
from edifact_ics.bureau.service.channels.imap import Imap
from edifact_ics.bureau.service.channels.maildir import Maildir, MaildirPost
from edifact_ics.bureau.service.channels.smtp import Smtp
from edifact_ics.bureau.service.configuration import Configuration, ConfigurationError, Endpoint, KeyFile, Role
from edifact_ics.bureau.service.payloads import Payloads
from edifact_ics.bureau.service.tables import HEAD, owner
from edifact_ics.database import Room, shown
from edifact_ics.ledger.database import LEDGER
from edifact_ics.ledger.tables import metadata as ledger_tables
from edifact_ics.reference import Reference, ReferenceDataError, load_reference

Clock = Callable[[], float]


class BureauError(Exception):
    """The database cannot be used by the bureau: one sentence, without secrets."""


BUREAU = Room(
    name="bureau",
    head=HEAD,
    migrations=Path(__file__).parent / "migrations",
    error=BureauError,
    extra="bureau",
    migrated_by="bureau migrate",
    version_table="bureau_version",
    beside=frozenset({*ledger_tables.tables, "alembic_version"}),
)


@dataclass
class Instance:
    """What every step needs. `clock` gives seconds since 1970. Not to be shared between threads or processes.

    Keys, trust and tables are opened when first asked for, or by `prepare`: who only looks needs no passphrase.
    `as_json` writes an interchange as JSON, for clients who want their answers so; None: they get EDIFACT.
    """

    configuration: Configuration
    engine: Engine
    registry: Registry
    payloads: Payloads
    inlets: tuple[Inlet, ...]
    outlet: Outlet
    clock: Clock = time.time
    as_json: Callable[[bytes], bytes] | None = None
    _certificates: dict[str, x509.Certificate] = field(default_factory=dict)
    _keys: dict[KeyFile, Credentials] = field(default_factory=dict, repr=False)
    _trust: tuple[list[tuple[int, int]], Trust] | None = None

    @classmethod
    def open(cls, configuration: Configuration, *, create: bool = False, clock: Clock = time.time) -> Self:
        """Open the database of an instance, and what needs no key; BureauError when it cannot be used."""
        engine = opened(configuration.database, create)
        try:
            with BUREAU.said(engine), BUREAU.reading(engine) as connection:
                _require_own(connection, configuration)
            return cls(
                configuration,
                engine,
                Registry(engine, lambda: datetime.datetime.fromtimestamp(clock(), datetime.UTC)),
                Payloads(configuration.payloads),
                tuple(map(_inlet, configuration.receive)),
                _outlet(configuration.send),
                clock,
            )
        except BaseException:
            engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    def prepare(self) -> None:
        """Open all that work will need, and take the database for this role.

        ConfigurationError with every fault, a line each.
        """
        own, faults = self.configuration, []
        given = dict.fromkeys((*own.open_keys, own.seal_key, *own.hosted_keys))
        needed: list[Callable[[], object]] = [partial(self._key, one) for one in given]
        needed += [lambda: self.trust, lambda: self.tables]
        for look in needed:
            try:
                look()
            except ConfigurationError as error:
                faults.append(str(error))
        if faults:
            raise ConfigurationError("\n".join(faults))
        with self.writing() as connection:
            audit.wait(connection)  # for other workers that start
            if not _require_own(connection, own):
                connection.execute(insert(owner).values(role=own.role))

    @property
    def open_keys(self) -> tuple[Credentials, ...]:
        """The keys that open mail, the present one first."""
        return tuple(map(self._key, self.configuration.open_keys))

    @property
    def seal_key(self) -> Credentials:
        """The key that signs answers to clients."""
        return self._key(self.configuration.seal_key)

    def _key(self, given: KeyFile) -> Credentials:
        if given not in self._keys:
            self._keys[given] = _credentials(given)
        return self._keys[given]

    @property
    def trust(self) -> Trust:
        """Whom we believe. Files that were replaced are read anew: revocation lists are good for days only.

        Where the new ones cannot be read the former stay, and end when they end.
        """
        files = (*self.configuration.authorities, *(self.configuration.crls or ()))
        stamps = [_stamp(file) for file in files]
        if self._trust is None or self._trust[0] != stamps:
            try:
                self._trust = stamps, _trust(self.configuration)
            except ConfigurationError:
                if self._trust is None:
                    raise
        return self._trust[1]

    @cached_property
    def tables(self) -> Reference:
        """The tables that rules look things up in."""
        try:
            return load_reference(self.configuration.reference_data)
        except ReferenceDataError as error:
            raise ConfigurationError(f"{error}.") from error
        except OSError as error:
            raise ConfigurationError(f"{error.filename}: {error.strerror or error}.") from error

    @property
    def moment(self) -> datetime.datetime:
        """Now, UTC."""
        return datetime.datetime.fromtimestamp(self.clock(), datetime.UTC)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in one transaction; an exception undoes it."""
        with BUREAU.said(self.engine), BUREAU.writing(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read by."""
        with BUREAU.said(self.engine), BUREAU.reading(self.engine) as connection:
            yield connection

    def address_of(self, site: str) -> str:
        """Return where answers for a site go: to its client's address for messages, else to its own; "" for neither.

        Customs knows sites alone.
        """
        found = self.registry.site(site)
        if found is None or self.configuration.plays_customs:
            return found.email if found else ""
        client = self.registry.client(found.client)
        return (client.edi_email if client else "") or found.email

    def certificate_of(self, site: str) -> x509.Certificate | None:
        """Return the certificate to encrypt for a site with: registered, of today, not for signing alone."""
        found = self.registry.site(site)
        if found is None:
            return None
        now = moment(self.moment)
        fit = [
            one
            for one in self.registry.certificates(found.client)
            if one.status is Status.REGISTERED
            and one.use is not Use.SIGNING
            and one.valid_at(now)
            and one.kind.signs_mail
            and one.site in (None, site)
            and (one.host is None or self.configuration.plays_customs)  # a key hosted here is no way to its client
        ]
        fit.sort(key=lambda one: (one.use is not Use.ENCRYPTION, one.site is None, not one.is_default))
        known = (self._certificate(one.fingerprint) for one in fit)
        return next((one for one in known if one is not None), None)

    def _certificate(self, name: str) -> x509.Certificate | None:
        if name not in self._certificates:  # it may have been put there since
            for file in sorted(self.configuration.certificates.glob("*")):
                try:
                    held = read_certificates(file.read_bytes())
                except (OSError, ValueError):  # no certificate: its own commands say so
                    continue
                self._certificates |= {fingerprint(one): one for one in held}
        return self._certificates.get(name)

    def hosted_key_of(self, site: str) -> Credentials | None:
        """Return the key that is hosted here for the client of a site, to sign with; None if there is none."""
        found = self.registry.site(site)
        if found is None:
            return None
        now = moment(self.moment)
        here = map(self._key, self.configuration.hosted_keys)
        hosted = {fingerprint(held.certificate): held for held in here}
        for one in self.registry.certificates(found.client, Kind.TYPE_3_HOSTED):
            fit = one.signs and one.status is Status.REGISTERED and one.valid_at(now) and one.site in (None, site)
            if fit and one.fingerprint in hosted:
                return hosted[one.fingerprint]
        return None


def opened(database: str, create: bool) -> Engine:
    """Return an engine for a database with the tables of ledger, registry and middleware."""
    url = BUREAU.url_of(database)
    if BUREAU.is_absent(url) and not create:
        raise BureauError(f"There is no database {database} yet: `bureau migrate` makes its tables.")
    engine = BUREAU.engine_of(url)
    try:
        for room in (LEDGER, REGISTRY, BUREAU):
            if not room.require_tables(engine, create):
                raise BureauError(f"The tables of the {room.name} are not there: `bureau migrate` makes them.")
    except BaseException:
        engine.dispose()
        raise
    return engine


def migrate(database: str) -> None:
    """Make the tables of an instance, or bring older ones up to this program."""
    for room in (LEDGER, REGISTRY, BUREAU):
        room.migrate(database)


def _require_own(connection: Connection, configuration: Configuration) -> bool:
    """Refuse the database of the other role; False where it was not used in any."""
    role = connection.scalar(select(owner.c.role))
    if role not in (None, configuration.role):
        found, other = shown(connection.engine.url), "a bureau" if role == Role.BUREAU else "a practice Customs"
        raise BureauError(f"The database {found} is that of {other}; give each instance its own.")
    return role is not None


def _stamp(file: Path) -> tuple[int, int]:
    """Return what changes when a file is replaced."""
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _inlet(endpoint: Endpoint) -> Inlet:
    if endpoint.kind == "folder":
        return Folder(endpoint.path)
    if endpoint.kind == "maildir":
        return Maildir(endpoint.path)
    return Imap(endpoint.host, endpoint.port, endpoint.tls, endpoint.user, endpoint.password, endpoint.mailbox)


def _outlet(endpoint: Endpoint) -> Outlet:
    if endpoint.kind == "folder":
        return FolderPost(endpoint.path)
    if endpoint.kind == "maildir":
        return MaildirPost(endpoint.path)
    return Smtp(endpoint.host, endpoint.port, endpoint.tls, endpoint.user, endpoint.password)


def _credentials(given: KeyFile) -> Credentials:
    import os

    try:
        if given.passphrase_file:
            phrase = keys.passphrase(given.passphrase_file)
        else:
            text = os.environ.get(given.passphrase_variable) if given.passphrase_variable else None
            if given.passphrase_variable and text is None:
                raise ConfigurationError(f"{given.file}: there is no variable {given.passphrase_variable}.")
            phrase = None if text is None else text.encode()
        return keys.load(given.file, phrase)
    except keys.KeyFileError as error:
        raise ConfigurationError(str(error)) from error


def _trust(configuration: Configuration) -> Trust:
    lists = configuration.crls
    return Trust.read(
        [_held(configuration, "authorities", file, read_certificates) for file in configuration.authorities],
        None if lists is None else [_held(configuration, "crls", file, read_crls) for file in lists],
    )


def _held(configuration: Configuration, key: str, file: Path, read: Callable[[bytes], object]) -> bytes:
    """Return what is in a file that `read` can read."""
    where = f"{configuration.file}: [trust] {key}: {file}"
    try:
        data = file.read_bytes()
        read(data)
    except OSError as error:
        raise ConfigurationError(f"{where}: {error.strerror}.") from error
    except ValueError as error:
        what = "certificate" if key == "authorities" else "revocation list"
        raise ConfigurationError(f"{where}: there is no {what} in it; PEM or DER was expected.") from error
    return data
