"""What the middleware leaves in the audit trail, and how it knows there what came before, whoever took it."""

from __future__ import annotations

import hashlib
import os

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from bureaus import Practice
from mails import wrapped
from sqlalchemy import Engine, text

from edifact_ics.bureau.mail import Opened, Sealed, open_mail, relay, seal
from edifact_ics.bureau.mail.encryption import ContentCipher, KeyTransport, encrypt
from edifact_ics.bureau.mail.signature import sign
from edifact_ics.bureau.receiving import Received, Rejected, receive
from edifact_ics.bureau.registry import REGISTRY, Registry
from edifact_ics.bureau.service import operations, tables
from edifact_ics.bureau.service.channels.maildir import MaildirPost
from edifact_ics.bureau.service.instance import BUREAU
from edifact_ics.ledger.database import LEDGER


def rewrapped(practice: Practice, mail: bytes) -> bytes:
    """The same signature in another mail."""
    ground, bureau = practice.ground, practice.instance()
    found = open_mail(mail, [ground.keys["bureau"]], bureau.trust, at=ground.moment)
    assert isinstance(found, Opened)
    made = relay(found, ground.keys["bureau"].certificate, at=ground.moment, sender_address="x@y.example")
    assert isinstance(made, Sealed)
    assert made.mail != mail
    return made.mail


def unnamed(practice: Practice) -> bytes:
    """A mail of the client whose interchange reference is no number: `seal` would not make it."""
    given, keys = practice.interchange("REF1"), practice.ground.keys
    inside = wrapped(sign(given, keys["client"], practice.ground.moment, detached=False, salted=False), "signed-data")
    to = keys["bureau"].certificate
    return wrapped(encrypt(inside, to, ContentCipher.AES_256_CBC, KeyTransport.PKCS1V15), "enveloped-data")


def by_hand(practice: Practice, mail: bytes) -> Received | Rejected:
    """What `mail open --registry` makes of a mail."""
    bureau = practice.instance()
    return receive(bureau.registry, mail, bureau.open_keys, bureau.trust, at=bureau.moment, by="anna")


def mails(practice: Practice, role: str = "bureau") -> list[tuple[str, str, object]]:
    """The rows of the trail that speak of mails: what became of them, of which one, why."""
    rows = (row for row in practice.instance(role).registry.trail() if row.change.startswith("mail."))
    return [(row.change, row.subject, row.detail.get("reason")) for row in rows]


def name(mail: bytes) -> str:
    return hashlib.sha256(mail).hexdigest()


# ---------------------------------------------------------------------- one memory


def test_what_mail_open_took_is_a_replay_to_the_middleware(practice: Practice) -> None:
    mail = practice.ground.sealed(practice.interchange("1"))
    assert isinstance(by_hand(practice, mail), Received)
    practice.ground.send(mail)
    practice.settle()
    assert mails(practice)[1:] == [("mail.refused", name(mail), "replayed")]
    assert (practice.came(), practice.rows("lodged")) == ([], [])
    assert practice.reasons() == ["replayed"]  # anna has it, and no work of the middleware: it is for her to say
    assert "anna took it on" in practice.rows("work")[0].detail


def test_what_the_middleware_took_is_a_replay_to_mail_open(practice: Practice) -> None:
    mail = practice.ground.sealed(practice.interchange("1"))
    practice.ground.send(mail)
    practice.settle("bureau")
    for again in (mail, rewrapped(practice, mail)):
        found = by_hand(practice, again)
        assert isinstance(found, Rejected)
        assert found.reason == "replayed"


def test_the_identical_mail_again_leaves_no_second_row(practice: Practice) -> None:
    mail = practice.ground.sealed(practice.interchange("1"))
    for _ in range(3):
        practice.ground.send(mail)
        practice.settle("bureau")
    assert [row[0] for row in mails(practice)] == ["mail.taken"]


def test_work_that_is_tried_again_is_no_replay_of_itself(practice: Practice) -> None:
    """What was opened and then put aside starts from its opening: the row it left is its own."""
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    bureau = practice.instance()
    practice.settle("bureau")
    with bureau.writing() as connection:
        connection.execute(text("UPDATE bureau_work SET stage = 'quarantine', reason = 'crashed' WHERE id = 1"))
        connection.execute(text("DELETE FROM bureau_lodged"))
        connection.execute(text("DELETE FROM attempt"))
        connection.execute(text("DELETE FROM interchange"))
    operations.retry(bureau, 1, "anna")
    practice.settle("bureau")
    assert [row.stage for row in practice.rows("work") if row.id == 1] == ["done"]
    assert len(practice.rows("lodged")) == 1
    assert [row[0] for row in mails(practice)] == ["mail.taken"]


def test_a_replay_is_known_after_the_mail_itself_was_purged(practice: Practice) -> None:
    mail = practice.ground.sealed(practice.interchange("1"))
    again = rewrapped(practice, mail)
    practice.ground.send(mail)
    practice.settle("bureau")
    for file in practice.ground.folder.glob("bureau/payloads/??/*"):
        os.utime(file, (0, 0))
    bureau = practice.instance()
    practice.clock.ahead = 6 * 366 * 86400
    assert operations.purge(bureau, "anna") > 0
    practice.clock.ahead = 0
    practice.ground.send(again)
    practice.settle("bureau")
    assert mails(practice)[-1] == ("mail.refused", name(again), "replayed")
    assert len(practice.rows("lodged")) == 1


# ---------------------------------------------------------------------- rows for what was refused


def test_every_refusal_leaves_a_row_with_its_reason_and_no_payload(practice: Practice) -> None:
    ground = practice.ground
    ground.keys["stranger"] = ground.authority.issue("stranger", "s@elsewhere.example")
    plain = b"Subject: session closed\r\nContent-Type: text/plain\r\n\r\nYour session has closed.\r\n"
    sent = {
        "not-encrypted": plain,
        "unknown-certificate": ground.sealed(practice.interchange("1"), "stranger"),
        "wrong-site": ground.sealed(practice.interchange("1"), "bureau"),
        "bad-reference": unnamed(practice),
        "not-customs": ground.sealed(practice.interchange("1").replace(b"YLA676Y::YLA676Y", b"AAA336C::AAA336C")),
    }
    for mail in sent.values():
        ground.send(mail)
    practice.settle("bureau")
    assert mails(practice) == [("mail.refused", name(mail), reason) for reason, mail in sent.items()]
    assert practice.reasons() == ["plain-text", "unknown-certificate", "wrong-site", "bad-reference", "not-customs"]
    rows = [row for row in practice.instance().registry.trail() if row.change == "mail.refused"]
    known = {"reason", "sentence", "audit", "signer", "site", "reference", "interchange"}
    assert {key for row in rows for key in row.detail} == known
    assert {row.operator for row in rows} == {"bureau HNT336C"}
    assert "JOB1" not in str([row.detail for row in rows])
    assert practice.instance().registry.verify()[1] == []


def test_the_practice_customs_notes_whose_signature_does_not_entitle_and_answers(practice: Practice) -> None:
    keys = practice.ground.keys
    made = seal(practice.interchange("1"), keys["bureau"], keys["customs"].certificate, at=practice.ground.moment)
    assert isinstance(made, Sealed)
    MaildirPost(practice.ground.folder / "post").send(made.mail, "x@y.example", "ccf@customs.example")
    practice.settle("customs")
    assert mails(practice, "customs") == [("mail.refused", name(made.mail), "wrong-site")]
    assert len(practice.post("yla676y@hunter.example")) == 1


# ---------------------------------------------------------------------- older databases


def older(url: str) -> Engine:
    """A database as the first middleware left it: a mail, and a signature in a memory of its own."""
    for room in (LEDGER, REGISTRY):
        room.migrate(url)
    engine = BUREAU.engine_of(BUREAU.url_of(url))
    config = Config()
    config.set_main_option("script_location", str(BUREAU.migrations))
    with BUREAU.writing(engine) as connection:
        config.attributes.update(connection=connection, version_table=BUREAU.version_table)
        command.upgrade(config, "0001")
        for statement in (
            "INSERT INTO bureau_work (id, kind, stage, due, attempts, trace, signer, site, reference, made, changed)"
            " VALUES (7, 'in', 'done', 0, 0, 't', 'ab', 'YLA676Y', '12', '', '')",
            "INSERT INTO bureau_seen (key, work, at) VALUES ('mail:00ff', 7, '2026-11-20T01:02:03Z')",
            "INSERT INTO bureau_seen (key, work, at) VALUES ('signature:cafe', 7, '2026-11-20T01:02:04Z')",
            "INSERT INTO bureau_lodged (id, site, reference, content, client_reference, client_site, work, trace, state,"
            " sent, resent) VALUES (1, 'YLA676Y', '12', 'cc', '12', 'YLA676Y', 8, 't', 'sent', 'x', 1)",
        ):
            connection.execute(text(statement))
    return engine


def test_an_older_database_keeps_what_it_knew_of_replays(database: str) -> None:
    engine = older(database)
    for room in (LEDGER, REGISTRY, BUREAU):
        room.migrate(database)
    with Registry(engine) as registry:
        before = registry.tell("mail.taken", "cafe", {}, by="anna", once=True)
        assert before is not None
        assert (before.at, before.detail["work"], before.detail["site"]) == ("2026-11-20T01:02:04Z", 7, "YLA676Y")
        assert registry.verify()[1] == []
        with BUREAU.reading(engine) as connection:
            assert [tuple(row) for row in connection.execute(tables.seen.select())] == [
                ("00ff", 7, "2026-11-20T01:02:03Z")
            ]
            assert connection.execute(text("SELECT sends FROM bureau_lodged")).scalar() == 2
            ours = MigrationContext.configure(connection, opts={"include_object": _is_ours})
            assert compare_metadata(ours, tables.metadata) == []


def _is_ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Tell whether Alembic is to compare something: tables of the middleware, and all in them."""
    return kind != "table" or str(name) in tables.metadata.tables
