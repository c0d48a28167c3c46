"""When answers were prepared is kept in UTC, and an answer keeps the status that it gave its document."""

import datetime
import zoneinfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_CANBERRA = zoneinfo.ZoneInfo("Australia/Sydney")


def upgrade() -> None:
    """Add the status, turn civil time into UTC."""
    op.add_column("answer", sa.Column("status", sa.Text))
    op.execute(
        "UPDATE answer SET status = (SELECT document.status FROM document"
        " WHERE document.id = answer.document AND document.told = answer.told)"
    )
    op.execute("ALTER TABLE document DROP COLUMN told")
    connection = op.get_bind()
    for (told,) in connection.execute(sa.text("SELECT DISTINCT told FROM answer")).all():
        connection.execute(sa.text("UPDATE answer SET told = :new WHERE told = :old"), {"new": _utc(told), "old": told})


def _utc(told: str) -> str:
    try:
        local = datetime.datetime.strptime(told, "%Y%m%d%H%M").replace(tzinfo=_CANBERRA)
    except ValueError:
        return ""
    return local.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
