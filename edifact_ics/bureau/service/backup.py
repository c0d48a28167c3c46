"""A copy of an instance, and the way back: database and payloads in one tar file.

The copy of a running SQLite database is taken by SQLite itself, that of a PostgreSQL database by its own `pg_dump`.
What was sent after the copy is unknown to a restored database: it jumps its counters, so that no reference is used
twice, and an operator is told to look.
"""

from __future__ import annotations

import lzma
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import zlib
from pathlib import Path

from sqlalchemy import URL, inspect

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.configuration import Configuration
from edifact_ics.bureau.service.instance import BUREAU, BureauError, Clock, migrate, opened
from edifact_ics.bureau.service.references import jump
from edifact_ics.database import shown

_SQLITE, _POSTGRESQL = "database", "database.dump"  # how a copy of each kind is named in the tar file


def back_up(configuration: Configuration, target: Path) -> int:
    """Write a new tar file with database and payloads, no keys; give back how many payloads."""
    url, count = BUREAU.url_of(configuration.database), 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / _named(url)
            (_copy if copy.name == _SQLITE else _dump)(url, copy)
            with (
                os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
                tarfile.open(fileobj=file, mode="w") as tar,
            ):
                tar.add(copy, copy.name)
                for payload in sorted(configuration.payloads.glob("??/*")):  # after the copy: more than it names
                    if not payload.name.startswith("."):
                        tar.add(payload, f"payloads/{payload.parent.name}/{payload.name}")
                        count += 1
    except OSError as error:
        raise BureauError(f"{error.filename or target}: {error.strerror}.") from error
    return count


def restore(configuration: Configuration, source: Path, clock: Clock = time.time) -> None:
    """Put a copy back where there is no database yet, brought up to this program, and move the counters ahead."""
    url = BUREAU.url_of(configuration.database)
    _require_none(url)
    try:
        with tarfile.open(source) as tar, tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / _named(url)
            for member in tar:
                where = _place(configuration, copy, member)
                where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                data = tar.extractfile(member)
                assert data is not None, "it is a file"
                with os.fdopen(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    shutil.copyfileobj(data, file)
            if not copy.exists():
                raise BureauError(f"{source} cannot be restored: there is no database in it.")
            _put_back(copy, url, clock)
    except (OSError, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:  # it may have been compressed
        said = str(error).split(":\n")[0]  # what follows are all the kinds of file that it is not
        raise BureauError(f"{source} cannot be restored: {said}.") from error


def restored(configuration: Configuration, clock: Clock = time.time) -> None:
    """Tell a database that it was restored: its counters jump, and an operator is asked to look."""
    _mark(configuration.database, clock)


def _mark(database: str, clock: Clock) -> None:
    engine = opened(database, create=False)
    try:
        with BUREAU.said(engine), BUREAU.writing(engine) as connection:
            at = clock()
            jump(connection)
            text = "The database was restored: ask Customs to send again what it answered since the copy was made."
            work.ask(connection, at, "restored", f"restored:{work.now_text(at)}", text)
            work.tell(connection, at, "", "restored")
    finally:
        engine.dispose()


def _named(url: URL) -> str:
    """Return how the copy of a database is named in a tar file."""
    return _SQLITE if url.get_backend_name() == "sqlite" else _POSTGRESQL


def _place(configuration: Configuration, database: Path, member: tarfile.TarInfo) -> Path:
    """Return where a file of a copy belongs; BureauError for any that no copy of this kind of database holds."""
    parts = Path(member.name).parts
    if member.isfile() and parts == (database.name,):
        return database
    if member.name in (_SQLITE, _POSTGRESQL):
        kind = "an SQLite" if member.name == _SQLITE else "a PostgreSQL"
        raise BureauError(f"It is the copy of {kind} database, and the configuration names another kind.")
    named = len(parts) == 3 and parts[0] == "payloads" and parts[2].startswith(parts[1]) and parts[2].isalnum()
    if not member.isfile() or not named or len(parts[2]) != 64:
        raise BureauError(f"{member.name!r} is in no copy of ours.")
    return configuration.payloads / parts[1] / parts[2]


def _require_none(url: URL) -> None:
    """Refuse to restore over a database that is there: an SQLite file or what it wrote ahead, a table in PostgreSQL."""
    if _named(url) == _SQLITE:
        there = any(Path(f"{url.database}{end}").exists() for end in ("", "-wal"))
    else:
        engine = BUREAU.engine_of(url)
        try:
            with BUREAU.said(engine), engine.connect() as connection:
                there = bool(inspect(connection).get_table_names())
        finally:
            engine.dispose()
    if there:
        raise BureauError(f"There is a database {shown(url)} already, or a part of one; move it away first.")


def _copy(url: URL, target: Path) -> None:
    """Write a copy of an SQLite database, as it is at one moment."""
    source = Path(url.database or "")
    if not source.is_file():
        raise BureauError(f"There is no database {source}.")
    original, made = sqlite3.connect(source), sqlite3.connect(target)
    try:
        original.backup(made)
    except sqlite3.Error as error:
        raise BureauError(f"The database {source} cannot be copied: {error}.") from error
    finally:
        original.close()
        made.close()


def _put_back(copy: Path, url: URL, clock: Clock) -> None:
    """Put the copy of a database where it belongs, once all else is there; its counters jump before it is used.

    One that an older program made is brought up first: left to be migrated later, its counters would never jump.
    """
    if copy.name == _SQLITE:
        migrate(str(copy))
        _mark(str(copy), clock)
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(copy, url.database or "")
    else:
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        _postgresql("pg_restore", url, *options, str(copy))
        database = url.render_as_string(hide_password=False)
        migrate(database)
        _mark(database, clock)


def _dump(url: URL, target: Path) -> None:
    """Write a copy of a PostgreSQL database, as it is at one moment."""
    _postgresql("pg_dump", url, "--format=custom", "--file", str(target))


def _postgresql(program: str, url: URL, *words: str) -> None:
    """Run a program of PostgreSQL on a database. The password goes by the environment: all may see a command line."""
    if shutil.which(program) is None:
        raise BureauError(
            f"A PostgreSQL database is copied by its own {program}, which is not here. "
            "Install the client of PostgreSQL (Debian: postgresql-client)."
        )
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    settings = {"PGCONNECT_TIMEOUT": "10", **os.environ, **secret}
    command = [program, "--no-password", "--dbname", plain.render_as_string(), *words]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = " ".join(done.stderr.split()).removeprefix(f"{program}: error: ").rstrip(".")
        raise BureauError(f"{shown(url)} cannot be copied by {program}: {said}.")
