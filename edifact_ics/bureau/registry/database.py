"""The registry as a room of a database: its writers wait for the head of the audit trail, see `audit`."""

from __future__ import annotations

from pathlib import Path

from edifact_ics.bureau.registry.refusal import RegistryError
from edifact_ics.bureau.registry.tables import HEAD
from edifact_ics.database import Room
from edifact_ics.ledger.tables import metadata as ledger_tables

REGISTRY = Room(
    name="registry",
    head=HEAD,
    migrations=Path(__file__).parent / "migrations",
    error=RegistryError,
    extra="bureau",
    migrated_by="bureau migrate",
    version_table="registry_version",
    beside=frozenset({*ledger_tables.tables, "alembic_version"}),
)
