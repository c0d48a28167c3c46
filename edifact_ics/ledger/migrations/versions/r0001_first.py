"""The first tables: sites, interchanges, documents, attempts, answers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table("client", sa.Column("name", sa.Text, primary_key=True))
    op.create_table(
        "site",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("client", sa.Text, nullable=False),
    )
    op.create_table(
        "interchange",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("site", "reference", name="interchange_once"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("accepted", sa.BigInteger),
        sa.Column("prelodged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("identifier", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("told", sa.Text),
        sa.UniqueConstraint("client", "name", "reference", name="document_once"),
    )
    op.create_index("document_identifier", "document", ["identifier"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document", sa.Integer, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("function", sa.Text, nullable=False),
        sa.Column("prelodged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("interchange", sa.Integer, sa.ForeignKey("interchange.id")),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.Column("xml", sa.Text, nullable=False, server_default=""),
    )
    seen = sa.text("outcome <> 'form-rejected'")
    op.create_index(
        "attempt_once", "attempt", ["document", "version"], unique=True, sqlite_where=seen, postgresql_where=seen
    )
    op.create_index("attempt_interchange", "attempt", ["interchange"])
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Integer, sa.ForeignKey("document.id")),
        sa.Column("effect", sa.Text, nullable=False),
        sa.UniqueConstraint("site", "reference", "message", name="answer_once"),
    )
