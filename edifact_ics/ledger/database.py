"""A database opened as a ledger: its URL, its locks, and whether its tables are the ones known here.

SQLite writes in WAL and takes its lock before it reads (BEGIN IMMEDIATE), so that two writers never decide on the same
past; on PostgreSQL they wait for the row of their client, see `journal`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from edifact_ics.history import HistoryError
from edifact_ics.ledger.tables import HEAD

_UNREADABLE = "The URL of the ledger cannot be read; write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
WAIT = 60  # seconds that a writer waits for another one
WRITING = {"ledger_writes": True}  # marks connections that will write
_MIGRATION_LOCK = 0x1C5_1ED6E5


class LedgerError(HistoryError):
    """The database cannot be used as a ledger: one sentence, without secrets."""


def url_of(text: str) -> URL:
    """Return the database meant by a URL, or by the plain path of an SQLite file. Raise LedgerError for others."""
    try:
        url = make_url(text) if "://" in text else URL.create("sqlite", database=text)
    except (ArgumentError, ValueError):
        raise LedgerError(_UNREADABLE) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if url.host or not url.database:
            raise LedgerError(_UNREADABLE)
        return url.set(drivername="sqlite")
    raise LedgerError(f"A ledger is kept in SQLite or PostgreSQL, not in {url.get_backend_name()}.")


def shown(url: URL) -> str:
    """Return a URL for people: without its password, a file by its path."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def engine_of(url: URL) -> Engine:
    """Return an engine whose writers exclude one another."""
    if url.get_backend_name() == "postgresql":
        try:
            return create_engine(url, connect_args={"options": f"-c lock_timeout={WAIT}s"})
        except ModuleNotFoundError as error:
            raise LedgerError(f"PostgreSQL needs {error.name}: pip install 'edifact-ics[ledger,postgres]'.") from error
    engine = create_engine(url, connect_args={"timeout": WAIT})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions of its own, and too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("ledger_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def is_absent(url: URL) -> bool:
    """Tell whether a database of SQLite does not exist yet, or is an empty file."""
    if url.get_backend_name() != "sqlite":
        return False
    try:
        return not Path(url.database or "").stat().st_size
    except FileNotFoundError:
        return True
    except OSError as error:
        raise LedgerError(f"The ledger {shown(url)} cannot be opened: {error.strerror}.") from error


def require_tables(engine: Engine, create: bool) -> bool:
    """See that the tables are those known here; False for an empty database, or make them there when told to `create`.

    Raise LedgerError when the database holds something else, or cannot be reached.
    """
    try:
        with engine.connect() as connection:
            revision = _revision(connection)
        if revision == "" and create:
            bring_up(engine)
            return True
    except SQLAlchemyError as error:
        raise unusable(engine.url, error) from error
    if revision in (HEAD, ""):
        return revision == HEAD
    if revision is None:
        raise LedgerError(
            f"The database {shown(engine.url)} holds other tables and no ledger; give the ledger its own."
        )
    raise LedgerError(
        f"The ledger {shown(engine.url)} stands at revision {revision}, this program needs {HEAD}: an older one is "
        "brought up by `edifact-ics ledger migrate`, a newer one needs a newer program."
    )


def migrate(url: str) -> None:
    """Make the tables in an empty database, or bring older ones up. Raise LedgerError when it cannot be done."""
    engine = engine_of(url_of(url))
    try:
        bring_up(engine)
    finally:
        engine.dispose()


def bring_up(engine: Engine) -> None:
    """Bring a database to the tables known here, whoever else tries the same. Raise LedgerError when it fails."""
    from alembic import command  # takes time to load, and is seldom needed
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    try:
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            if _revision(connection) is None:
                raise LedgerError(f"The database {shown(engine.url)} holds other tables; give the ledger its own.")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise LedgerError(f"The ledger {shown(engine.url)} cannot be migrated: {error}.") from error
    except SQLAlchemyError as error:
        raise unusable(engine.url, error) from error


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables; "" for an empty database, None for one that holds something else."""
    names = inspect(connection).get_table_names()
    if "alembic_version" not in names:
        return None if names else ""
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


@contextmanager
def said(engine: Engine) -> Iterator[None]:
    """Raise what a database says as a LedgerError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise unusable(engine.url, error) from error


def unusable(url: URL, error: SQLAlchemyError) -> LedgerError:
    """Return the sentence for a database that failed: what the driver says, in one line."""
    cause = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split()).rstrip(".")
    if url.password:
        said = said.replace(str(url.password), "***")
    return LedgerError(f"The ledger {shown(url)} cannot be used: {said}.")
