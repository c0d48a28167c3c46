"""The ledger: what was sent before and what became of it, in SQLite or PostgreSQL.

`Ledger` is the `Journal` of `edifact_ics.history` in a database. Needs the extra `ledger`, and
`postgres` for PostgreSQL.
"""

from edifact_ics.ledger.database import LedgerError, migrate
from edifact_ics.ledger.journal import Ledger
from edifact_ics.ledger.reading import answers_in

__all__ = ["Ledger", "LedgerError", "answers_in", "migrate"]
