"""Signatures that came before move into the audit trail, where `mail open` keeps them too; `bureau_seen` holds mails.

And how often an interchange may have reached Customs is counted, and a database knows in which role it is used.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from edifact_ics.bureau.registry import audit

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Move the rows, change the tables."""
    connection = op.get_bind()
    query = (
        "SELECT substr(seen.key, 11) AS signature, seen.at, seen.work, w.signer, w.site, w.reference, w.interchange"
        " FROM bureau_seen seen LEFT JOIN bureau_work w ON w.id = seen.work"
        " WHERE seen.key LIKE 'signature:%' ORDER BY seen.at, seen.work"
    )
    rows = connection.execute(sa.text(query)).mappings().all()
    if rows:  # the tables of the registry stand at their newest by now: they are brought up before these
        _remember(connection, rows)
    op.execute("DELETE FROM bureau_seen WHERE key LIKE 'signature:%'")
    op.execute("ALTER TABLE bureau_seen RENAME COLUMN key TO mail")
    op.execute("UPDATE bureau_seen SET mail = substr(mail, 6)")
    op.create_table("bureau_owner", sa.Column("role", sa.Text, primary_key=True))
    op.add_column("bureau_lodged", sa.Column("sends", sa.Integer, nullable=False, server_default="0"))
    op.create_index("bureau_lodged_client", "bureau_lodged", ["client_site", "client_reference"])
    op.execute("UPDATE bureau_lodged SET sends = resent + 1 WHERE sent IS NOT NULL")


def _remember(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> None:
    """Put signatures behind the trail, each with the moment at which it was taken."""
    head = audit.wait(connection)
    for row in rows:
        if audit.first(connection, "mail.taken", row["signature"]) is not None:
            continue
        names = ("work", "signer", "site", "reference", "interchange")
        detail = {name: row[name] for name in names if row[name] is not None}
        entry = audit.Entry(head.length + 1, row["at"], "bureau migrate", "mail.taken", row["signature"], detail)
        head = audit.append(connection, head, entry)
