"""The tables of the middleware. `HEAD` names the revision they stand at; `migrations` bring a database there.

Moments are text as 2026-11-25T06:20:19Z, as in the registry: the same on both databases, and in order.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, MetaData, Table, Text, UniqueConstraint

HEAD = "0003"

metadata = MetaData()

# Whose database this is, once an instance has run: one row. Bureau and Customs never share one.
owner = Table("bureau_owner", metadata, Column("role", Text, primary_key=True))

# One piece of work: a mail that came in, or an interchange that goes out. `stage` is the step that comes next.
work = Table(
    "bureau_work",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # in, out
    Column("stage", Text, nullable=False),
    Column("due", Float, nullable=False),  # seconds since 1970: not before
    Column("attempts", Integer, nullable=False),
    Column("trace", Text, nullable=False),  # what ties together all that comes of one mail
    Column("mail", Text),  # the mail as it came, or as it is sent: its SHA-256, which names its file
    Column("interchange", Text),  # the interchange in it, or to be sealed
    Column("signer", Text),  # fingerprint of the certificate
    Column("site", Text),  # UNB 0004 of what came; the site that what goes out is for
    Column("reference", Text),  # UNB 0020
    Column("address", Text),  # where what goes out is sent to: out of the registry, or the configuration
    Column("source", Integer),  # of what goes out: the work it comes from
    Column("reason", Text),  # why it is in quarantine, waits, or was refused
    Column("detail", Text),
    Column("made", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Index("bureau_work_next", "stage", "due"),
    Index("bureau_work_trace", "trace"),
)

# Mails that came before. These rows outlive the mails; signatures that came before are in the audit trail.
seen = Table(
    "bureau_seen",
    metadata,
    Column("mail", Text, primary_key=True),  # its SHA-256
    Column("work", Integer, nullable=False),
    Column("at", Text, nullable=False),
)

# Interchanges sent to Customs: what came of them, and whose they were.
lodged = Table(
    "bureau_lodged",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),  # UNB 0004 and 0020 as Customs sees them
    Column("reference", Text, nullable=False),
    Column("content", Text, nullable=False),  # SHA-256 of the interchange: one reference, one content
    Column("client_reference", Text, nullable=False),  # as the client sent it
    Column("client_site", Text, nullable=False),
    Column("work", Integer, nullable=False),
    Column("trace", Text, nullable=False),
    Column("state", Text, nullable=False),  # ready, sent, acknowledged, answered, refused
    Column("sent", Text),
    Column("resend", Float),  # when it is sent again, unless a CONTRL came
    Column("resent", Integer, nullable=False),
    Column("sends", Integer, nullable=False, server_default="0"),  # how often Customs may have got it
    Column("alarm", Float),  # when an operator is told that no business answer came
    UniqueConstraint("site", "reference", name="bureau_lodged_once"),
    Index("bureau_lodged_client", "client_site", "client_reference"),
)

# The documents in what waits or was sent: they go one version at a time.
subject = Table(
    "bureau_subject",
    metadata,
    Column("work", Integer, primary_key=True),
    Column("key", Text, primary_key=True),  # site, document and sender reference
    Index("bureau_subject_key", "key"),
)

# Our own interchange references, one counter for each site we send from.
counter = Table(
    "bureau_counter",
    metadata,
    Column("site", Text, primary_key=True),
    Column("last", Text, nullable=False),
)

# What Customs sent us: its references, to see gaps and what comes again.
heard = Table(
    "bureau_heard",
    metadata,
    Column("site", Text, primary_key=True),  # the site it was sent to
    Column("reference", Text, primary_key=True),  # without leading zeros
    Column("content", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# What an operator must look at. Open until somebody resolves it.
task = Table(
    "bureau_task",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("what", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the same thing is told once
    Column("detail", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("resolved", Text),
    Column("resolved_by", Text),
    Column("note", Text),
)

# What happened, in order: the trail of a mail.
event = Table(
    "bureau_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("bureau_event_trace", "trace"),
)
