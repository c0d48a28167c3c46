"""Settings and fixtures for all tests: properties are the same on every run and on slow machines; no tables but a test's.

Databases of the ledger are made here, on SQLite and on a PostgreSQL server of the tests' own.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres import REQUIRED, NoServer, server

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("steady")

os.environ["EDIFACT_ICS_REFERENCE"] = os.path.join(
    os.path.dirname(__file__), "no-tables"
)  # not what this user has loaded

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
    import sqlalchemy

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
