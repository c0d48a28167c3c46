"""A registry for tests: a clock of its own, two operators, and an importer, a broker and a bureau on record."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import Channel, Client, Registry, Role

IMPORTER, BROKER, BUREAU = "51824753556/001", "33102417032/001", "53004085616/001"
SITES = {IMPORTER: "AAA111A", BROKER: "BBB222B", BUREAU: "CCC333C"}
NOON = datetime.datetime(2026, 11, 25, 1, 0, tzinfo=datetime.UTC)  # in Canberra
DAY = datetime.timedelta(days=1)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime.datetime = NOON

    def __call__(self) -> datetime.datetime:
        return self.now


@dataclass
class Desk:
    """A registry and what a test does with it."""

    registry: Registry
    clock: Clock = field(default_factory=Clock)

    def granted(self, client: str, bureau: str, **terms: Any) -> int:
        """Have two operators grant an authority, and return its number."""
        request = self.registry.grant(client, bureau, **terms, operator="anna")
        self.registry.confirm(request.number, operator="bob")
        return self.registry.authorities()[-1].number

    def certified(self, client: str, kind: Kind = Kind.TYPE_3, *, registered: bool = True, **facts: Any) -> str:
        """Put a certificate on record, registered unless told otherwise, and return its fingerprint."""
        number = len(self.registry.certificates()) + 1
        given: dict[str, Any] = {
            "client": client,
            "kind": kind,
            "fingerprint": f"{number:064x}",
            "subject": f"CN=device {number}",
            "issuer": "CN=Example CA",
            "serial": f"{number:X}",
            "not_before": NOON - 30 * DAY,
            "not_after": NOON + 700 * DAY,
        }
        made = self.registry.add_certificate(**{**given, **facts}, operator="anna")
        if registered:
            if not kind.self_registers and client.endswith("/001"):
                self.officer(client)
            self.registry.register_certificate(made.fingerprint, "Olga Officer", operator="anna")
        return made.fingerprint

    def officer(self, client: str) -> None:
        """See that the authorising officer of a client is registered."""
        if not self.registry.certificates(client, Kind.AUTHORISING_OFFICER):
            self.registry.sign_agreement(client, "Sid Signatory", "2026-11-01", operator="anna")
            self.certified(client, Kind.AUTHORISING_OFFICER)


def _opened(file: Path, clock: Clock) -> Registry:
    registry = Registry.open(str(file), create=True, clock=clock)
    assert registry
    return registry


@pytest.fixture(scope="session")
def new_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry whose tables were just made."""
    file = tmp_path_factory.mktemp("registry") / "new.db"
    _opened(file, Clock()).close()
    return file


@pytest.fixture(scope="session")
def founded(new_registry: Path) -> Path:
    """A registry with two operators and nothing else."""
    file = Path(shutil.copy(new_registry, new_registry.with_name("founded.db")))
    with _opened(file, Clock()) as registry:
        assert registry.found("anna", by="anna")
        assert registry.found("bob", by="anna")
    return file


@pytest.fixture(scope="session")
def peopled(founded: Path) -> Path:
    """A registry with an importer, a broker and a bureau, each with a site."""
    file = Path(shutil.copy(founded, founded.with_name("peopled.db")))
    with _opened(file, Clock()) as registry:
        for identifier, name, role in (
            (IMPORTER, "Yolla Imports", Role.IMPORTER),
            (BROKER, "Bass Brokers", Role.LICENSED_BROKERAGE),
            (BUREAU, "Hunter Bureau", Role.BUREAU),
        ):
            client = Client(identifier, name=name, roles=frozenset({role}), channel=Channel.EDI)
            registry.put_client(client, site=SITES[identifier], operator="anna")
    return file


def _at(file: Path, folder: Path) -> Iterator[Desk]:
    """A copy of a registry to work on; whatever a test did, its trail tells it."""
    clock = Clock()
    with _opened(Path(shutil.copy(file, folder / "registry.db")), clock) as registry:
        yield Desk(registry, clock)
        assert registry.verify()[1] == []


@pytest.fixture
def empty_desk(founded: Path, tmp_path: Path) -> Iterator[Desk]:
    """A registry with two operators and nothing else."""
    yield from _at(founded, tmp_path)


@pytest.fixture
def desk(peopled: Path, tmp_path: Path) -> Iterator[Desk]:
    """A registry with an importer, a broker and a bureau, each with a site."""
    yield from _at(peopled, tmp_path)
