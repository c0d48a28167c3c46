"""Databases for tests: SQLite, and a PostgreSQL server of the tests' own, in a temporary folder, reached by a socket.

`.ci/run` sets EDIFACT_ICS_TEST_POSTGRESQL=required: then a server that cannot be had fails the tests. Elsewhere they are
skipped, and the reason is printed.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy

REQUIRED = os.environ.get("EDIFACT_ICS_TEST_POSTGRESQL") == "required"


class NoServer(Exception):
    """No server can be had here; the text says why."""


def programs() -> Path:
    """Return the folder of the programs of PostgreSQL."""
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise NoServer("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return found[-1].resolve().parent


def _as_postgres(folder: Path) -> list[str]:
    """Return what to put in front of commands: initdb refuses to run as root, so the user postgres runs it."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise NoServer("there is no user postgres, and PostgreSQL does not run as root") from None
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)
    if done.returncode:
        raise NoServer(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")


@contextmanager
def server() -> Iterator[str]:
    """Start a server and give the URL of its database `postgres`; stop and remove it afterwards."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="ics-pg-", dir="/tmp"))  # short: a socket's path has at most 107 characters
    try:
        user = _as_postgres(folder)
        _run(
            [
                *user,
                str(found / "initdb"),
                "-D",
                f"{folder}/d",
                "-A",
                "trust",
                "-U",
                "postgres",
                "--no-sync",
                "-E",
                "UTF8",
            ]
        )
        control = [*user, str(found / "pg_ctl"), "-D", f"{folder}/d", "-l", f"{folder}/log", "-w"]
        _run([*control, "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start"])
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    try:
        with server() as url:
            yield url
    except NoServer as reason:
        if REQUIRED:
            pytest.fail(f"no PostgreSQL: {reason}")
        pytest.skip(f"no PostgreSQL: {reason}")


@pytest.fixture
def empty_postgresql(postgresql: str) -> str:
    """The URL of an empty PostgreSQL database."""
    return _made(postgresql)


@pytest.fixture
def other_postgresql(postgresql: str) -> str:
    """The URL of another one."""
    return _made(postgresql)


def _made(postgresql: str) -> str:
    name = f"ledger_{next(_numbers)}"
    engine = sqlalchemy.create_engine(
        postgresql.replace("postgresql:", "postgresql+psycopg:", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return postgresql.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database; a test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str = request.getfixturevalue("empty_postgresql")
    return url
