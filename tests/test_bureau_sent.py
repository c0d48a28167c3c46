"""What goes to Customs and what comes of it: overrides, acknowledgements, sends that are counted, answers in part."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bureaus import WITHDRAW, Practice

from edifact_ics.bureau.mail.opening import MAX_MAIL
from edifact_ics.bureau.service import operations, worker
from edifact_ics.bureau.service.channels import ChannelError, Undeliverable
from edifact_ics.bureau.service.channels.smtp import Smtp
from edifact_ics.bureau.service.customs_answers import _matched, _taken
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.reading import BusinessAnswer, FormAnswer, Told


def several(practice: Practice, reference: str, *documents: str) -> bytes:
    """One interchange of the client about several documents."""
    first = practice.interchange(reference, documents[0])
    start, end = first.index(b"UNH"), first.index(b"UNZ")
    messages = b""
    for number, name in enumerate(documents, 1):
        message = first[start:end].replace(documents[0].encode(), name.encode())
        messages += message.replace(b"UNH+1+", b"UNH+%d+" % number).replace(b"UNT+89+1'", b"UNT+89+%d'" % number)
    return first[:start] + messages + first[end:].replace(b"UNZ+1+", b"UNZ+%d+" % len(documents))


def takes(practice: Practice, said: FormAnswer | BusinessAnswer, number: int) -> str:
    """Let the bureau take one answer of Customs; give back how the ledger took it."""
    with practice.instance().writing() as connection:
        row, ledger = practice.rows("work")[0], Ledger.within(connection, sending=True)
        effect = _taken(connection, row, ledger, Told("YLA676Y", str(number), "1", "202611250930"), said, 0)
        _matched(connection, row, ledger, "YLA676Y", said, 0)
    return effect


def cleared(document: str, version: int = 1) -> BusinessAnswer:
    return BusinessAnswer("IMDR", "IMD", document, version, "CLEAR", "AAACL9X6T", False, ())


def amend(practice: Practice, address: str) -> None:
    """Let an operator put an address for answers on record."""
    registry = practice.instance().registry
    client = registry.client("YOLLA")
    assert client
    registry.put_client(replace(client, edi_email=address), operator="anna")


def states(practice: Practice) -> list[str]:
    return [row.state for row in practice.rows("lodged")]


# ---------------------------------------------------------------------- toward Customs


def test_an_override_lets_pass_in_an_envelope_of_ours_too(practice: Practice) -> None:
    practice.configure("bureau", sending='"envelope"')
    refused = practice.interchange("1").replace(b"DTM+252:20261129:102", b"DTM+252:20261229:102")
    practice.ground.send(practice.ground.sealed(refused))
    practice.settle("bureau")
    bureau = practice.instance()
    asked = operations.override(bureau, 1, "anna")
    assert asked is not None
    bureau.registry.confirm(asked.number, operator="bob")
    assert operations.override(bureau, 1, "anna") is None
    practice.settle("bureau")
    assert states(practice) == ["sent"]


def test_in_an_envelope_of_ours_a_reference_of_the_client_is_used_once_however_many_zeros(practice: Practice) -> None:
    practice.configure("bureau", sending='"envelope"')
    practice.ground.send(practice.ground.sealed(practice.interchange("7")))
    practice.settle("bureau")
    practice.came()
    practice.ground.send(practice.ground.sealed(practice.interchange("007", "JOB2")))
    practice.settle("bureau")
    (said,) = practice.came()
    assert said.startswith("CONTRL HNT336C 4+26")


CONTRL = (
    b"UNB+UNOC:3+YLA676Y::YLA676Y+%s+261125:0930+%d++++++%s'UNH+1+CONTRL:D:3:UN'UCI+000001+AAA336C+YLA676Y+7'"
    b"UNT+3+1'UNZ+1+%d'"
)


@pytest.mark.parametrize(
    ("recipient", "test", "reasons", "sent"),
    [(b"AAA336C", b"1", [], 1), (b"HNT336C", b"1", [], 0), (b"AAA336C", b"", ["not-for-customs"], 0)],
)
def test_what_acknowledges_goes_on_to_whom_it_is_for(
    practice: Practice, recipient: bytes, test: bytes, reasons: list[str], sent: int
) -> None:
    """A client acknowledges answers of Customs, and those of its bureau, which Customs knows nothing of."""
    practice.ground.send(practice.ground.sealed(CONTRL % (recipient, 9, test, 9)))
    practice.settle("bureau")
    assert practice.reasons() == reasons
    assert len(practice.post("ccf@customs.example")) == sent


def test_a_rejection_of_the_bureau_goes_where_the_answers_of_customs_go(practice: Practice) -> None:
    amend(practice, "answers@yolla.example")
    practice.ground.send(practice.ground.sealed(practice.interchange("1").replace(b"CST++N10", b"CST++N99")))
    practice.settle("bureau")
    assert [len(practice.post(box)) for box in ("answers@yolla.example", "edi@yolla.example")] == [1, 0]


# ---------------------------------------------------------------------- sends that are counted


def failing(practice: Practice, error: Exception) -> Callable[..., None]:
    """Sending that hands over the first mail for Customs, and breaks before it can say so."""
    send, failed = practice.instance().outlet.send, []

    def sends(mail: bytes, sender: str, recipient: str) -> None:
        send(mail, sender, recipient)
        if recipient == "ccf@customs.example" and not failed:
            failed.append(recipient)
            raise error

    return sends


@pytest.mark.parametrize("error", [ChannelError("mx.example cannot be reached."), MemoryError()])
def test_error_26_after_an_ambiguous_send_is_our_own_first_copy(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    monkeypatch.setattr(practice.instance().outlet, "send", failing(practice, error))
    practice.settle("bureau")
    first, second = practice.post("ccf@customs.example")
    assert first == second
    assert practice.tasks() == []
    assert "acknowledged" in takes(practice, FormAnswer("YLA676Y", "1", "4", "26", {}), 1)
    assert practice.tasks() == []
    assert states(practice) == ["acknowledged"]


def test_a_relay_that_refuses_a_mail_for_good_is_not_asked_again() -> None:
    from aiosmtpd.controller import Controller

    class Desk:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            return "554 5.7.1 no" if b"bad" in envelope.content else "451 4.3.0 later"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Desk(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        relay = Smtp("127.0.0.1", port, tls=False)
        with pytest.raises(Undeliverable, match="554"):
            relay.send(b"bad", "a@b.example", "c@d.example")
        with pytest.raises(ChannelError) as later:
            relay.send(b"well", "a@b.example", "c@d.example")
        assert not isinstance(later.value, Undeliverable)
    finally:
        controller.stop()


# ---------------------------------------------------------------------- answers


def test_an_interchange_is_answered_when_all_of_its_documents_are(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(several(practice, "1", "JOB1", "JOB2")))
    practice.settle("bureau")
    takes(practice, cleared("JOB1"), 1)
    assert states(practice) == ["sent"]
    practice.clock.ahead = 25 * 3600
    practice.settle("bureau")
    assert practice.tasks() == ["no-answer"]
    takes(practice, cleared("JOB2"), 2)
    assert states(practice) == ["answered"]


def test_the_rest_is_answered_when_customs_refuses_the_form_of_one(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(several(practice, "1", "JOB1", "JOB2")))
    practice.settle("bureau")
    takes(practice, FormAnswer("YLA676Y", "1", "7", "", {"1": "7", "2": "4"}), 1)
    assert states(practice) == ["acknowledged"]
    takes(practice, cleared("JOB1"), 2)
    assert states(practice) == ["answered"]


def test_a_late_answer_to_an_earlier_version_is_none_to_the_later_one(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    takes(practice, cleared("JOB1"), 1)
    practice.ground.send(practice.ground.sealed(practice.interchange("2", sample=WITHDRAW)))
    practice.settle("bureau")
    takes(practice, cleared("JOB1"), 2)
    assert states(practice) == ["answered", "sent"]


# ---------------------------------------------------------------------- operators


def test_a_mail_that_is_too_large_stays_where_it_is_and_is_asked_about(practice: Practice) -> None:
    box = practice.ground.folder / "post" / "edi@hunter.example" / "new"
    box.mkdir(parents=True)
    large = box / "a\nb"
    large.touch()
    os.truncate(large, MAX_MAIL + 1)
    for _ in range(2):
        practice.settle("bureau")
    (asked,) = practice.rows("task")
    assert large.exists()
    assert f"a?b: a mail of {MAX_MAIL + 1} bytes" in asked.detail
    operations.resolve(practice.instance(), asked.id, "it will go away", "anna")
    practice.settle("bureau")
    assert practice.tasks() == ["too-large"]


def test_what_is_put_aside_again_is_asked_about_again(practice: Practice) -> None:
    practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
    practice.settle("bureau")
    operations.retry(practice.instance(), 1, "anna")
    assert practice.tasks() == []
    practice.settle("bureau")
    assert practice.tasks() == ["quarantine"]


def test_an_answer_that_could_not_be_delivered_goes_to_the_address_that_is_on_record_by_then(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = practice.instance().outlet
    send = outlet.send

    def sends(mail: bytes, sender: str, recipient: str) -> None:
        if recipient == "gone@yolla.example":
            raise Undeliverable("550 no such user")
        send(mail, sender, recipient)

    monkeypatch.setattr(outlet, "send", sends)
    amend(practice, "gone@yolla.example")
    practice.ground.send(practice.ground.sealed(practice.interchange("1").replace(b"CST++N10", b"CST++N99")))
    practice.settle("bureau")
    assert practice.reasons() == ["undeliverable"]
    amend(practice, "here@yolla.example")
    operations.retry(practice.instance(), 2, "anna")
    practice.settle("bureau")
    assert (practice.reasons(), len(practice.post("here@yolla.example"))) == ([], 1)


def test_what_was_put_aside_and_dealt_with_is_purged_in_time(practice: Practice) -> None:
    for word in (b"hello", b"hullo"):
        practice.ground.send(b"Content-Type: text/plain\r\n\r\n" + word)
    practice.settle("bureau")
    bureau = practice.instance()
    operations.resolve(bureau, 1, "it was nothing", "anna")
    for file in practice.ground.folder.glob("bureau/payloads/??/*"):
        os.utime(file, (0, 0))
    practice.clock.ahead = 6 * 366 * 86400
    assert operations.purge(bureau, "anna") == 1
    assert [row.mail is None for row in practice.rows("work")] == [True, False]


def test_a_step_that_fails_is_logged_with_its_place_and_without_what_it_said(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("account 4410982")

    monkeypatch.setitem(worker._STEPS, "open", fails)
    caplog.set_level("INFO", "edifact_ics.bureau")
    practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
    practice.settle("bureau")
    said = [json.loads(record.message) for record in caplog.records if "failed" in record.message]
    assert {(one["error"], one["at"].split(":")[0]) for one in said} == {("ValueError", "test_bureau_sent.py")}
    assert {one["trace"] for one in said} == {practice.rows("work")[0].trace}
    assert "account" not in caplog.text


def test_a_channel_that_is_there_again_is_no_task_any_longer(practice: Practice, tmp_path: Path) -> None:
    box = practice.ground.folder / "post" / "ccf@customs.example"
    box.parent.mkdir(exist_ok=True)
    box.write_bytes(b"a file where a mailbox should be")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.configure("bureau", retry_seconds="60")
    practice.settle("bureau")
    assert practice.tasks() == ["channel"]
    box.unlink()
    practice.clock.ahead = 61
    practice.settle("bureau")
    assert practice.tasks() == []
