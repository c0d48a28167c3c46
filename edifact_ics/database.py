"""A database opened for one room: its URL, its locks, and whether the room's tables are the ones known here.

A room is what keeps tables: the ledger, the registry of the bureau. Rooms of the bureau may share one database, each
with tables and a migration history of its own. SQLite writes in WAL and takes its lock before it reads (BEGIN
IMMEDIATE), so that two writers never decide on the same past; on PostgreSQL writers wait for a row of their room.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

WAIT = 60  # seconds that a writer waits for another one
_ANSWERS = "10"  # seconds in which a server must answer, unless the URL says otherwise
WRITING = {"writes": True}  # marks connections that will write
_MIGRATION_LOCK = 0x1C5_1ED6E5
_BUREAU = ("registry_", "bureau_")  # how the tables of the bureau's rooms begin: they may stand beside any other room


@dataclass(frozen=True)
class Room:
    """What keeps tables: what it is called, the revision its tables stand at, its migrations.

    `error` is raised with one sentence, without secrets, for a database that cannot be used; `extra` brings what is
    needed; `migrated_by` brings older tables up; `beside` are tables of other rooms that may be there.
    """

    name: str
    head: str
    migrations: Path
    error: type[Exception]
    extra: str
    migrated_by: str
    version_table: str = "alembic_version"
    beside: frozenset[str] = frozenset()

    def url_of(self, text: str) -> URL:
        """Return the database meant by a URL, or by the plain path of an SQLite file; raise `error` for others."""
        unreadable = self.error(
            f"The URL of the {self.name} cannot be read; write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
        )
        try:
            url = make_url(text) if "://" in text else URL.create("sqlite", database=text)
        except (ArgumentError, ValueError):
            raise unreadable from None
        if url.get_backend_name() == "postgresql":
            return url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite":
            if url.host or not url.database:
                raise unreadable
            return url.set(drivername="sqlite")
        raise self.error(f"A {self.name} is kept in SQLite or PostgreSQL, not in {url.get_backend_name()}.")

    def engine_of(self, url: URL) -> Engine:
        """Return an engine whose writers exclude one another."""
        if url.get_backend_name() == "postgresql":
            try:
                given = {"connect_timeout": url.query.get("connect_timeout", _ANSWERS)}
                return create_engine(url, connect_args={"options": f"-c lock_timeout={WAIT}s", **given})
            except ModuleNotFoundError as error:
                needed = f"pip install 'edifact-ics[{self.extra},postgres]'"
                raise self.error(f"PostgreSQL needs {error.name}: {needed}.") from error
        return _sqlite(url)

    def is_absent(self, url: URL) -> bool:
        """Tell whether a database of SQLite does not exist yet, or is an empty file."""
        if url.get_backend_name() != "sqlite":
            return False
        try:
            return not Path(url.database or "").stat().st_size
        except FileNotFoundError:
            return True
        except OSError as error:
            raise self.error(f"The {self.name} {shown(url)} cannot be opened: {error.strerror}.") from error

    def opened(self, text: str, create: bool) -> Engine | None:
        """Return an engine for the database meant by a URL; None where the room has no tables yet, unless `create`.

        Raise `error` when it cannot be reached or holds something else.
        """
        url = self.url_of(text)
        if self.is_absent(url) and not create:
            return None
        engine = self.engine_of(url)
        found = False
        try:
            found = self.require_tables(engine, create)
        finally:
            if not found:
                engine.dispose()
        return engine if found else None

    def require_tables(self, engine: Engine, create: bool) -> bool:
        """See that the tables are those known here; False where there are none, or make them when told to `create`.

        Raise `error` when the database holds something else, or cannot be reached.
        """
        with self.said(engine), engine.connect() as connection:
            revision = self._revision(connection)
        if revision == "" and create:
            self.bring_up(engine)
            return True
        if revision in (self.head, ""):
            return revision == self.head
        if revision is None:
            raise self.error(
                f"The database {shown(engine.url)} holds other tables and no {self.name}; give the {self.name} its own."
            )
        raise self.error(
            f"The {self.name} {shown(engine.url)} stands at revision {revision}, this program needs {self.head}: an "
            f"older one is brought up by `edifact-ics {self.migrated_by}`, a newer one needs a newer program."
        )

    def migrate(self, text: str) -> None:
        """Make the tables where there are none, or bring older ones up. Raise `error` when it cannot be done."""
        engine = self.engine_of(self.url_of(text))
        try:
            self.bring_up(engine)
        finally:
            engine.dispose()

    def bring_up(self, engine: Engine) -> None:
        """Bring a database to the tables known here, whoever else tries the same. Raise `error` when it fails."""
        from alembic import command  # takes time to load, and is seldom needed
        from alembic.config import Config
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", str(self.migrations).replace("%", "%%"))
        try:
            with self.said(engine), self.writing(engine) as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
                if self._revision(connection) is None:
                    raise self.error(
                        f"The database {shown(engine.url)} holds other tables; give the {self.name} its own."
                    )
                config.attributes.update(connection=connection, version_table=self.version_table)
                command.upgrade(config, "head")
        except CommandError as error:
            raise self.error(f"The {self.name} {shown(engine.url)} cannot be migrated: {error}.") from error

    def _revision(self, connection: Connection) -> str | None:
        """Return the revision of the tables; "" where there are none, None for a database that holds something else."""
        names = set(inspect(connection).get_table_names())
        if self.version_table not in names:
            strange = {name for name in names - self.beside if not name.startswith(_BUREAU)}
            return None if strange else ""
        found: str | None = connection.execute(text(f"SELECT version_num FROM {self.version_table}")).scalar()  # noqa: S608 - a constant of ours
        return found

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection in a transaction that writes; an exception undoes it."""
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection that sees the database as it was at its first question, whoever writes meanwhile."""
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":  # SQLite does so in any case
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def said(self, engine: Engine) -> Iterator[None]:
        """Raise what a database says as `error`: what the driver says, in one line."""
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            said = " ".join(str(cause).split()).rstrip(".")
            if engine.url.password:
                said = said.replace(str(engine.url.password), "***")
            raise self.error(f"The {self.name} {shown(engine.url)} cannot be used: {said}.") from error


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless one with its key is there, and tell whether it is new. What others insert is waited for."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    made = insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(made).first() is not None


def shown(url: URL) -> str:
    """Return a URL for people: without its password, a file by its path."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": WAIT})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions of its own, and too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
