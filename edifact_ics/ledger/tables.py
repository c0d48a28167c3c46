"""The tables of the ledger. `HEAD` names the revision they stand at; `migrations` bring a database there."""

from __future__ import annotations

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

HEAD = "0002"

metadata = MetaData()


class Outcome(enum.Enum):
    """What became of one attempt: one message, at one version."""

    SENT = "sent"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    FORM_REJECTED = "form-rejected"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    PRELODGED = "prelodged"


PENDING = (Outcome.SENT.value, Outcome.RECEIVED.value, Outcome.ACKNOWLEDGED.value)
# A message that Customs refused for its form was seen by no application: its version may be sent again.
_COUNTS = text(f"outcome <> '{Outcome.FORM_REJECTED.value}'")

# The owner of all documents; a row is what writers of one client wait for.
client = Table("client", metadata, Column("name", Text, primary_key=True))

site = Table(
    "site",
    metadata,
    Column("name", Text, primary_key=True),
    Column("client", Text, nullable=False),
)

interchange = Table(
    "interchange",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("reference", Text, nullable=False),  # a number without leading zeros
    Column("recorded", DateTime(timezone=True), nullable=False),
    UniqueConstraint("site", "reference", name="interchange_once"),
)

document = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("accepted", BigInteger),
    Column("prelodged", Boolean, nullable=False, server_default=false()),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("identifier", Text),  # given by Customs
    Column("status", Text),  # the last word of Customs: CLEAR, HELD …
    UniqueConstraint("client", "name", "reference", name="document_once"),
    Index("document_identifier", "identifier"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("function", Text, nullable=False),
    Column("prelodged", Boolean, nullable=False, server_default=false()),
    Column("outcome", Text, nullable=False),
    Column("interchange", ForeignKey("interchange.id")),
    Column("message", Text, nullable=False, server_default=""),  # UNH 0062
    Column("xml", Text, nullable=False, server_default=""),
    Index("attempt_once", "document", "version", unique=True, sqlite_where=_COUNTS, postgresql_where=_COUNTS),
    Index("attempt_interchange", "interchange"),
)

# Answers of Customs, each taken once.
answer = Table(
    "answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("told", Text, nullable=False),  # when Customs prepared it, UTC as 2026-11-25T06:20:00Z
    Column("recorded", DateTime(timezone=True), nullable=False),
    Column("document", ForeignKey("document.id")),
    Column("effect", Text, nullable=False),
    Column("status", Text),  # that it gave its document
    UniqueConstraint("site", "reference", "message", name="answer_once"),
)
