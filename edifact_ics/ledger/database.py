"""The ledger as a room of a database: on PostgreSQL its writers wait for the row of their client, see `journal`."""

from __future__ import annotations

from pathlib import Path

from edifact_ics.database import WRITING, Room
from edifact_ics.history import HistoryError
from edifact_ics.ledger.tables import HEAD

__all__ = ["LEDGER", "WRITING", "LedgerError", "engine_of", "migrate", "said", "url_of"]


class LedgerError(HistoryError):
    """The database cannot be used as a ledger: one sentence, without secrets."""


LEDGER = Room(
    name="ledger",
    head=HEAD,
    migrations=Path(__file__).parent / "migrations",
    error=LedgerError,
    extra="ledger",
    migrated_by="ledger migrate",
)

engine_of, migrate, said, url_of = LEDGER.engine_of, LEDGER.migrate, LEDGER.said, LEDGER.url_of
