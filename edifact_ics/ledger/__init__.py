"""The ledger: what was sent before and what became of it, in SQLite or PostgreSQL.

`Ledger` is the `Journal` of `edifact_ics.history` in a database. Needs the extra `ledger`.
"""

from edifact_ics.ledger.database import LedgerError
from edifact_ics.ledger.journal import Ledger

__all__ = ["Ledger", "LedgerError"]
