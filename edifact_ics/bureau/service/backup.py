"""A copy of an instance, and the way back: database and payloads in one tar file.

The copy of a running SQLite database is taken by SQLite itself. A PostgreSQL database is copied by its own `pg_dump`.
What was sent after the copy is unknown to a restored database: it jumps its counters, so that no reference is used
twice, and an operator is told to look.
"""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
import time
from pathlib import Path

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.configuration import Configuration
from edifact_ics.bureau.service.instance import BUREAU, BureauError, Clock, opened
from edifact_ics.bureau.service.references import jump

_DATABASE = "database"


def back_up(configuration: Configuration, target: Path) -> int:
    """Write a new tar file with database and payloads, no keys; give back how many payloads."""
    source = _file(configuration)
    if not source.is_file():
        raise BureauError(f"There is no database {source}.")
    count = 0
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w") as tar,
        ):
            copy = Path(folder) / _DATABASE
            original, made = sqlite3.connect(source), sqlite3.connect(copy)
            try:
                original.backup(made)
            finally:
                original.close()
                made.close()
            tar.add(copy, _DATABASE)
            for payload in sorted(configuration.payloads.glob("??/*")):  # written after the copy: more than it names
                if not payload.name.startswith("."):
                    tar.add(payload, f"payloads/{payload.parent.name}/{payload.name}")
                    count += 1
    except OSError as error:
        raise BureauError(f"{error.filename or target}: {error.strerror}.") from error
    return count


def restore(configuration: Configuration, source: Path, clock: Clock = time.time) -> None:
    """Put a copy back where there is no database yet, and move the counters ahead."""
    target = _file(configuration)
    if target.exists():
        raise BureauError(f"There is a database {target} already; move it away first.")
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                where = _place(configuration, target, member)
                where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                data = tar.extractfile(member)
                assert data is not None, "it is a file"
                with os.fdopen(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(data.read())
    except (OSError, tarfile.TarError) as error:
        raise BureauError(f"{source} cannot be restored: {error}.") from error
    restored(configuration, clock)


def restored(configuration: Configuration, clock: Clock = time.time) -> None:
    """Tell a database that it was restored: its counters jump, and an operator is asked to look."""
    engine = opened(configuration.database, create=False)
    try:
        with BUREAU.said(engine), BUREAU.writing(engine) as connection:
            at = clock()
            jump(connection)
            text = "The database was restored: ask Customs to send again what it answered since the copy was made."
            work.ask(connection, at, "restored", f"restored:{work.now_text(at)}", text)
            work.tell(connection, at, "", "restored")
    finally:
        engine.dispose()


def _place(configuration: Configuration, database: Path, member: tarfile.TarInfo) -> Path:
    """Return where a file of a copy belongs; BureauError for any that no copy holds."""
    parts = Path(member.name).parts
    if member.isfile() and parts == (_DATABASE,):
        return database
    named = len(parts) == 3 and parts[0] == "payloads" and parts[2].startswith(parts[1]) and parts[2].isalnum()
    if not member.isfile() or not named or len(parts[2]) != 64:
        raise BureauError(f"{member.name!r} is in no copy of ours.")
    return configuration.payloads / parts[1] / parts[2]


def _file(configuration: Configuration) -> Path:
    url = BUREAU.url_of(configuration.database)
    if url.get_backend_name() != "sqlite":
        raise BureauError("A PostgreSQL database is copied by pg_dump, and the folder of payloads beside it.")
    return Path(url.database or "")
