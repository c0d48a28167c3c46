"""When Customs prepared its answers is kept by the ledger alone."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drop the column."""
    op.execute("ALTER TABLE bureau_heard DROP COLUMN told")
