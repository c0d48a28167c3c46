"""The first tables: clients, sites, certificates, authorities, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables; the chain is empty."""
    op.create_table(
        "registry_operator",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("added", sa.Text, nullable=False),
        sa.Column("removed", sa.Text),
    )
    op.create_table(
        "registry_client",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identifier", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("postcode", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("bureau", sa.Integer, sa.ForeignKey("registry_client.id")),
        sa.Column("ready", sa.Boolean, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("recorded", sa.Text),
        sa.Column("interaction", sa.Text, nullable=False),
        sa.Column("text_email", sa.Text, nullable=False),
        sa.Column("edi_email", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("aqis_accredited", sa.Boolean),
        sa.Column("aqis_scheme", sa.Text, nullable=False),
        sa.Column("default_account", sa.Boolean),
        sa.Column("hosting", sa.Text),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("ended", sa.Text),
    )
    op.create_table(
        "registry_contact",
        sa.Column("client", sa.Integer, sa.ForeignKey("registry_client.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
    )
    op.create_table(
        "registry_role",
        sa.Column("client", sa.Integer, sa.ForeignKey("registry_client.id"), primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
    )
    op.create_table(
        "registry_order",
        sa.Column("client", sa.Integer, sa.ForeignKey("registry_client.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
    )
    op.create_table(
        "registry_agreement",
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("signatory", sa.Text, nullable=False),
        sa.Column("signed", sa.Text, nullable=False),
    )
    op.create_table(
        "registry_site",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("client", sa.Integer, sa.ForeignKey("registry_client.id"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
    )
    op.create_table(
        "registry_certificate",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("client", sa.Integer, sa.ForeignKey("registry_client.id"), nullable=False),
        sa.Column("host", sa.Integer, sa.ForeignKey("registry_client.id")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("use", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("not_before", sa.Text, nullable=False),
        sa.Column("not_after", sa.Text, nullable=False),
        sa.Column("site", sa.Text, sa.ForeignKey("registry_site.name")),
        sa.Column("key_file", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False),
    )
    op.create_index("registry_certificate_client", "registry_certificate", ["client"])
    op.create_table(
        "registry_anchor",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("pem", sa.Text, nullable=False),
        sa.Column("active_from", sa.Text, nullable=False),
        sa.Column("active_until", sa.Text),
        sa.UniqueConstraint("active_from", name="registry_anchor_once"),
    )
    op.create_table(
        "registry_authority",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client", sa.Integer, sa.ForeignKey("registry_client.id"), nullable=False),
        sa.Column("bureau", sa.Integer, sa.ForeignKey("registry_client.id"), nullable=False),
        sa.Column("documents", sa.Text, nullable=False),
        sa.Column("functions", sa.Text, nullable=False),
        sa.Column("payments", sa.Boolean, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("until", sa.Text),
        sa.Column("revoked", sa.Text),
    )
    op.create_index("registry_authority_between", "registry_authority", ["client", "bureau"])
    op.create_table(
        "registry_request",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided", sa.Text),
    )
    op.create_table(
        "registry_audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("registry_audit_subject", "registry_audit", ["subject"])
    op.create_table(
        "registry_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.execute("INSERT INTO registry_head (id, length, hash) VALUES (1, 0, '')")
