"""The first tables of the middleware."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bureau_work",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
        sa.Column("mail", sa.Text),
        sa.Column("interchange", sa.Text),
        sa.Column("signer", sa.Text),
        sa.Column("site", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("source", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("made", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
    )
    op.create_index("bureau_work_next", "bureau_work", ["stage", "due"])
    op.create_index("bureau_work_trace", "bureau_work", ["trace"])
    op.create_table(
        "bureau_seen",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("work", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "bureau_lodged",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("client_reference", sa.Text, nullable=False),
        sa.Column("client_site", sa.Text, nullable=False),
        sa.Column("work", sa.Integer, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sent", sa.Text),
        sa.Column("resend", sa.Float),
        sa.Column("resent", sa.Integer, nullable=False),
        sa.Column("alarm", sa.Float),
        sa.UniqueConstraint("site", "reference", name="bureau_lodged_once"),
    )
    op.create_table(
        "bureau_subject",
        sa.Column("work", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
    )
    op.create_index("bureau_subject_key", "bureau_subject", ["key"])
    op.create_table(
        "bureau_counter",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("last", sa.Text, nullable=False),
    )
    op.create_table(
        "bureau_heard",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "bureau_task",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
        sa.Column("made", sa.Text, nullable=False),
        sa.Column("resolved", sa.Text),
        sa.Column("resolved_by", sa.Text),
        sa.Column("note", sa.Text),
    )
    op.create_table(
        "bureau_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("trace", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("bureau_event_trace", "bureau_event", ["trace"])
