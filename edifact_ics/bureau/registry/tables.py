"""The tables of the registry. `HEAD` names the revision they stand at; `migrations` bring a database there.

Moments are text as 2026-11-25T06:20:19Z, days as 2026-11-25: the same on both databases, in order, and safe to hash.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

HEAD = "0001"

metadata = MetaData()

operator = Table(
    "registry_operator",
    metadata,
    Column("name", Text, primary_key=True),
    Column("added", Text, nullable=False),
    Column("removed", Text),
)

client = Table(
    "registry_client",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identifier", Text, nullable=False, unique=True),  # ABN/CAC, or the client identifier of Customs
    Column("name", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("bureau", ForeignKey("registry_client.id")),  # which registered it, where it has no certificate of its own
    Column("ready", Boolean, nullable=False),
    Column("officer", Text, nullable=False),
    Column("recorded", Text),  # the day on which Customs had its record
    Column("interaction", Text, nullable=False),
    Column("text_email", Text, nullable=False),
    Column("edi_email", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("aqis_accredited", Boolean),
    Column("aqis_scheme", Text, nullable=False),
    Column("default_account", Boolean),
    Column("hosting", Text),  # the day of a bureau's memorandum with Customs
    Column("since", Text, nullable=False),
    Column("ended", Text),
)

contact = Table(
    "registry_contact",
    metadata,
    Column("client", ForeignKey("registry_client.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
)

role = Table(
    "registry_role",
    metadata,
    Column("client", ForeignKey("registry_client.id"), primary_key=True),
    Column("role", Text, primary_key=True),
)

# Certificates bought and not yet installed.
order = Table(
    "registry_order",
    metadata,
    Column("client", ForeignKey("registry_client.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
)

# One for each organisation: an ABN whatever its activity centres, or a client identifier.
agreement = Table(
    "registry_agreement",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("signatory", Text, nullable=False),
    Column("signed", Text, nullable=False),
)

site = Table(
    "registry_site",
    metadata,
    Column("name", Text, primary_key=True),
    Column("client", ForeignKey("registry_client.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("since", Text, nullable=False),
)

certificate = Table(
    "registry_certificate",
    metadata,
    Column("fingerprint", Text, primary_key=True),  # SHA-256, lower-case hex
    Column("client", ForeignKey("registry_client.id"), nullable=False),
    Column("host", ForeignKey("registry_client.id")),  # the bureau that keeps the key for its client
    Column("kind", Text, nullable=False),
    Column("use", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("not_before", Text, nullable=False),
    Column("not_after", Text, nullable=False),
    Column("site", ForeignKey("registry_site.name")),
    Column("key_file", Text, nullable=False),  # a path, never a key
    Column("status", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Index("registry_certificate_client", "client"),
)

# Customs' own certificates, pinned.
anchor = Table(
    "registry_anchor",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("pem", Text, nullable=False),
    Column("active_from", Text, nullable=False),
    Column("active_until", Text),
    UniqueConstraint("active_from", name="registry_anchor_once"),
)

authority = Table(
    "registry_authority",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client", ForeignKey("registry_client.id"), nullable=False),
    Column("bureau", ForeignKey("registry_client.id"), nullable=False),
    Column("documents", Text, nullable=False),  # names joined by blanks, "*" for all
    Column("functions", Text, nullable=False),
    Column("payments", Boolean, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text),
    Column("revoked", Text),
    Index("registry_authority_between", "client", "bureau"),
)

# Changes that one operator asked for, and another confirms.
request = Table(
    "registry_request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("change", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON: all that the change needs
    Column("asked_by", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided", Text),
)

# Never changed, never deleted: each row holds the hash of the one before it.
audit = Table(
    "registry_audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("registry_audit_subject", "subject"),
)

# One row: how long the chain is and where it ends. It is what writers wait for.
head = Table(
    "registry_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
