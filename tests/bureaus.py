"""A bureau and a Customs for tests: laid out once, copied for each test; clocks that are moved by hand."""

from __future__ import annotations

import copy
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from project_tools import ROOT
from sqlalchemy import select

from edifact_ics.bureau.service import tables
from edifact_ics.bureau.service.configuration import Sending
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import manifest
from edifact_ics.bureau.service.practice_ground import Ground, as_client
from edifact_ics.bureau.service.worker import turn
from edifact_ics.ledger import Ledger

ORIGINAL = (ROOT / "samples" / "imd-sea-fcl-original.edi").read_bytes()
WITHDRAW = (ROOT / "samples" / "imd-withdraw.edi").read_bytes()


@dataclass
class Clock:
    """A clock that goes with that of the machine, and can be moved ahead."""

    ahead: float = 0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Practice:
    """A ground, and what a test does on it."""

    ground: Ground
    clock: Clock = field(default_factory=Clock)
    opened: dict[str, Instance] = field(default_factory=dict)

    def instance(self, role: str = "bureau") -> Instance:
        """Return the bureau or Customs, opened once."""
        if role not in self.opened:
            self.opened[role] = self.ground.instance(role)
        return self.opened[role]

    def close(self, *roles: str) -> None:
        """Close bureau and Customs, or one of them."""
        for role in roles or tuple(self.opened):
            if role in self.opened:
                self.opened.pop(role).close()

    def __post_init__(self) -> None:
        self.ground.clock = self.clock

    def configure(self, role: str, **changes: str) -> None:
        """Change lines of a configuration: the value of a key wherever it stands; a new section by its text."""
        self.close(role)
        file = self.ground.folder / role / f"{role}.toml"
        text = file.read_text()
        for key, value in changes.items():
            if key == "more":
                text += f"\n{value}\n"
                continue
            lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in text.splitlines()]
            assert "\n".join(lines) + "\n" != text, key
            text = "\n".join(lines) + "\n"
        file.write_text(text)

    def interchange(self, reference: str, document: str = "JOB1", sample: bytes = ORIGINAL) -> bytes:
        """Return an interchange of the client about one document."""
        named = sample.replace(b"KB2611-0041", document.encode()).replace(b"KB2611-0029", document.encode())
        made = as_client(named, reference, self.ground.moment)
        return made if b"++++1++1'" in made else made.replace(b"++++1'", b"++++1++1'")

    def settle(self, *roles: str) -> None:
        """Let bureau and Customs (or one of them) work until nothing is due."""
        opened = [self.instance(role) for role in roles or ("bureau", "customs")]
        for _ in range(60):
            if not sum(turn(instance) for instance in opened):
                return
        raise AssertionError("it does not come to rest")

    def standings(self, role: str = "bureau") -> dict[str, tuple[str, int | None]]:
        """Return where each document stands: state, accepted version."""
        with self.instance(role).reading() as connection:
            documents = Ledger.within(connection).documents()
            return {key.reference: (now.state.value, now.accepted) for key, now, _, _ in documents}

    def rows(self, name: str, role: str = "bureau") -> list[Any]:
        """Return the rows of a table."""
        table = getattr(tables, name)
        with self.instance(role).reading() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key.columns)))

    def reasons(self) -> list[str]:
        """Return why work of the bureau is in quarantine."""
        return [row.reason for row in self.rows("work") if row.stage == "quarantine"]

    def tasks(self) -> list[str]:
        """Return what waits for an operator of the bureau."""
        return [row.what for row in self.rows("task") if row.resolved is None]

    def came(self) -> list[str]:
        """Return what came to the client: document, sender, and what UCI says, or how many errors."""
        found = []
        for data in self.ground.inbox():
            said = manifest(data)
            assert said
            first = said.entries[0]
            uci = next((raw.split("+", 4)[4] for raw in first.raws if raw.startswith("UCI")), "")
            errors = sum(raw.startswith("ERP") for raw in first.raws)
            what = uci or (f"{errors} errors" if errors else "")
            found.append(" ".join(word for word in (first.document or first.type, said.site, what) if word))
        return found

    def post(self, address: str) -> list[bytes]:
        """Return the mails that wait in a mailbox, without taking them out."""
        return [file.read_bytes() for file in sorted((self.ground.folder / "post" / address / "new").glob("*"))]


@pytest.fixture(scope="session")
def laid_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    ground = Ground(tmp_path_factory.mktemp("ground"), retry=0)
    ground.lay()
    return ground


@pytest.fixture
def practice(laid_ground: Ground, tmp_path: Path) -> Iterator[Practice]:
    """A bureau and a Customs that nothing has come to yet."""
    ground = copy.copy(laid_ground)
    ground.keys = dict(laid_ground.keys)
    ground.folder = tmp_path / "ground"
    shutil.copytree(laid_ground.folder, ground.folder)
    made = Practice(ground)
    yield made
    made.close()


__all__ = ["ORIGINAL", "WITHDRAW", "Clock", "Instance", "Practice", "Sending", "laid_ground", "practice"]
