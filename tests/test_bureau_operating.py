"""What those who run a bureau rely on: its logs, its trail, how it stops, and what a rehearsal can do."""

from __future__ import annotations

import datetime
import errno
import json
import logging
import os
import signal
from pathlib import Path

import pytest
from bureaus import Practice
from click.testing import CliRunner, Result

from edifact_ics.bureau.certificates import keys
from edifact_ics.bureau.mail import Sealed, seal
from edifact_ics.bureau.service import work, worker
from edifact_ics.bureau.service.channels.maildir import MaildirPost
from edifact_ics.bureau.service.channels.smtp import Smtp
from edifact_ics.bureau.service.journal import log
from edifact_ics.civil_time import CANBERRA
from edifact_ics.cli import main


def run(practice: Practice, *words: str, role: str = "bureau") -> Result:
    practice.close()
    file = practice.ground.folder / role / f"{role}.toml"
    return CliRunner().invoke(main, ["bureau", *words, "-c", str(file)])


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


# ---------------------------------------------------------------------- the demonstration


def test_the_demonstration_sends_every_mail_by_smtp_on_any_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    by_smtp = Smtp.send

    def counted(relay: Smtp, mail: bytes, sender: str, recipient: str) -> None:
        assert (relay.host, relay.tls) == ("127.0.0.1", False)
        sent.append(recipient)
        by_smtp(relay, mail, sender, recipient)

    monkeypatch.setattr(Smtp, "send", counted)
    done = CliRunner().invoke(
        main, ["bureau", "demo", "--keep", str(tmp_path / "kept"), "--at", "2024-02-29T12:00+11:00"]
    )
    assert done.exit_code == 0, done.output
    assert sorted(set(sent)) == [
        "ccf@customs.example",
        "edi@hunter.example",
        "edi@yolla.example",
        "yla676y@hunter.example",
    ]
    assert sent.count("edi@hunter.example") == 4
    assert sent.count("edi@yolla.example") == 5
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("kept/*/*.pem") if "cert" not in str(path)} == {0o600}
    file = tmp_path / "kept" / "bureau" / "bureau.toml"
    file.write_text(file.read_text().replace('"bureau.db"', '"../customs/customs.db"'))
    done = CliRunner().invoke(main, ["bureau", "run", "--once", "-c", str(file)])
    assert (done.exit_code, "is that of a practice Customs" in done.output) == (2, True)


# ---------------------------------------------------------------------- logs


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("account 4410982 of 033077", "account … of …"),
        ("passport N1234567, or PA7654321, or pa7654321", "passport …, or …, or …"),
        ("reference 202611250001", "reference 202611250001"),
        ("work 12 of 5 attempts", "work 12 of 5 attempts"),
    ],
)
def test_numbers_of_accounts_and_passports_are_blotted_out(
    caplog: pytest.LogCaptureFixture, said: str, logged: str
) -> None:
    with caplog.at_level(logging.INFO, "edifact_ics.bureau"):
        log("channel", error=said)
    assert [json.loads(line)["error"] for line in lines(caplog)] == [logged]


def test_no_line_of_a_whole_loop_holds_a_payload_a_key_or_a_passphrase(
    practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    """Accepted, refused by form and by rule, in quarantine, crashed: whatever happens, all of it is searched for."""
    ground, secret = practice.ground, "correct horse battery staple"
    home = ground.folder / "bureau"
    keys.save(ground.keys["bureau"], home / "own.p12", secret.encode())
    (home / "own.pass").touch(0o600)
    (home / "own.pass").write_text(secret)
    practice.configure("bureau", file='"own.p12"\npassphrase_file = "own.pass"')
    with caplog.at_level(logging.DEBUG):
        good = practice.interchange("1")
        for data in (
            good,
            practice.interchange("2", "JOB2").replace(b"CST++N10", b"CST++N99"),
            practice.interchange("3", "JOB3").replace(b"JOB3:1+9'", b"JOB3:1+4'"),
        ):
            ground.send(ground.sealed(data))
        ground.send(b"Subject: N1234567\r\nContent-Type: text/plain\r\n\r\nYARRA OUTDOOR LIVING, account 4410982\r\n")
        ground.send(ground.sealed(practice.interchange("4", "JOB4"), "bureau"))
        practice.settle()
    said = "\n".join(lines(caplog))
    assert said.count('"what": "step"') > 15
    key = (home / "hosted.pem").read_text()
    pieces = [secret, *key.split("\n")[1:5], *good.decode("latin-1").split("'\n")[2:-2], "4410982", "N1234567", "YARRA"]
    assert [piece for piece in pieces if piece in said] == []


def test_lines_of_one_mail_bear_one_trace(practice: Practice, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "edifact_ics.bureau"):
        practice.ground.send(practice.ground.sealed(practice.interchange("1")))
        practice.settle("bureau")
    told = [json.loads(line) for line in lines(caplog)]
    assert [one["stage"] for one in told] == ["open", "judge", "seal", "seal", "send", "send"]
    assert [one["now"] for one in told] == ["judge", "done", "send", "send", "done", "done"]
    assert len({one["trace"] for one in told}) == 1


def test_a_line_says_why_a_mail_was_put_aside(practice: Practice, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "edifact_ics.bureau"):
        practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
        practice.settle("bureau")
    (said,) = map(json.loads, lines(caplog))
    assert (said["stage"], said["now"], said["reason"]) == ("open", "quarantine", "plain-text")


def test_a_disk_that_takes_nothing_more_stops_neither_the_bureau_nor_its_other_work(
    practice: Practice, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.configure("bureau", database='"bureau.db"\nmetrics = "own.pem/x"')
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    bureau = practice.instance()

    def full(data: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device", "payloads")

    with caplog.at_level(logging.INFO, "edifact_ics.bureau"):
        monkeypatch.setattr(bureau.payloads, "put", full)
        worker.run(bureau, until_idle=True)
        assert [json.loads(line)["error"] for line in lines(caplog)] == [
            "payloads: No space left on device",
            f"{practice.ground.folder}/bureau/own.pem: File exists",
        ]
        monkeypatch.undo()
        practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1)}


# ---------------------------------------------------------------------- stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_in_the_middle_of_a_step_it_finishes_that_and_begins_no_other(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    step = worker._STEPS["judge"]

    def told(instance, connection, row, at):  # type: ignore[no-untyped-def]
        os.kill(os.getpid(), number)
        step(instance, connection, row, at)

    monkeypatch.setitem(worker._STEPS, "judge", told)
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    before = signal.getsignal(number)
    worker.run(practice.instance())
    assert signal.getsignal(number) is before
    assert [(row.kind, row.stage) for row in practice.rows("work")] == [
        ("in", work.DONE),
        ("out", work.SEAL),
        ("out", work.SEAL),
    ]
    practice.settle()
    assert practice.standings("customs") == {"JOB1": ("active", 1)}


# ---------------------------------------------------------------------- Customs, and who pretends to be it


def test_answers_of_customs_can_be_late(practice: Practice) -> None:
    practice.configure("customs", more="[simulation]\ndelay_seconds = 600")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    assert practice.came() == ["CONTRL HNT336C 8"]
    assert [row.stage for row in practice.rows("work", "customs")] == ["done", "seal", "seal"]
    practice.clock.ahead = 601
    practice.settle()
    assert practice.came() == ["CONTRL AAA336C 7", "IMDR AAA336C"]
    assert practice.standings() == {"JOB1": ("active", 1)}


def _answered(practice: Practice, signer: str, site: str = "AAA336C") -> bytes:
    """Return the business answer of Customs to JOB1 as `signer` seals it, its UNB 0004 being `site`."""
    (row,) = [row for row in practice.rows("work", "customs") if row.kind == "out"][1:]
    data = practice.instance("customs").payloads.get(row.interchange).replace(b"AAA336C", site.encode())
    keys = practice.ground.keys
    made = seal(data, keys[signer], keys["hosted"].certificate, at=practice.ground.moment)
    assert isinstance(made, Sealed)
    return made.mail


@pytest.mark.parametrize(
    ("signer", "site"),
    [
        ("customs", "CCC336C"),  # Customs signs, from a site that is not the one configured
        ("stranger", "AAA336C"),  # certified by the same authority, and not pinned
        ("client", "AAA336C"),
    ],
)
def test_an_answer_that_is_not_of_customs_moves_nothing_and_an_operator_is_asked(
    practice: Practice, signer: str, site: str
) -> None:
    practice.configure("customs", more="[simulation]\ndelay_seconds = 600")
    practice.ground.keys["stranger"] = practice.ground.authority.issue("stranger", "ccf@customs.example")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    practice.came()
    mail = _answered(practice, signer, site)
    MaildirPost(practice.ground.folder / "post").send(mail, "ccf@customs.example", "yla676y@hunter.example")
    practice.settle("bureau")
    assert len(practice.reasons()) == 1
    assert practice.tasks() == ["quarantine"]
    assert practice.standings() == {"JOB1": ("none", None)}
    assert [row.state for row in practice.rows("lodged")] == ["sent"]
    assert practice.rows("heard") == []
    assert practice.came() == []


# ---------------------------------------------------------------------- the trail, and rehearsals


def test_the_trail_of_a_mail_goes_to_the_answers_of_customs(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("123456789012")))
    practice.ground.send(practice.ground.sealed(practice.interchange("2", "JOB2")))
    practice.settle()
    (row,) = [row for row in practice.rows("work") if row.kind == "in" and row.reference == "123456789012"]
    by_number, by_trace, by_reference = (
        run(practice, "trail", word).output for word in (str(row.id), row.trace, "123456789012")
    )
    assert by_number == by_trace == by_reference
    told = [line.split()[2].rstrip(":") for line in by_number.splitlines()]
    assert (told[0], told.count("answered"), told.count("lodged")) == ("received", 2, 1)
    assert "JOB2" not in by_number
    assert "Nothing is known of 99." in run(practice, "trail", "99").output


def test_what_came_and_what_was_answered_can_be_read(practice: Practice) -> None:
    sent = practice.interchange("1").replace(b"JOB1:1+9'", b"JOB1:1+4'")
    practice.ground.send(practice.ground.sealed(sent))
    practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
    practice.settle("bureau")
    assert run(practice, "interchange", "1").stdout_bytes == sent
    assert b"CMR-10" in run(practice, "interchange", "3").stdout_bytes
    for number, said in (("2", "Work 2 holds no interchange."), ("99", "There is no work 99.")):
        done = run(practice, "interchange", number)
        assert (done.exit_code, said in done.output) == (1, True)


def test_a_rehearsal_sets_the_clock_and_production_has_none(practice: Practice) -> None:
    practice.configure("bureau", outages='["Wednesday 00:00-04:00"]')
    assert "Customs is away" not in run(practice, "status", "--at", "2026-12-01T23:59+11:00").output
    said = run(practice, "status", "--at", "2026-12-02T00:10+11:00").output
    assert "Customs is away until 2026-12-01T17:00:00Z; what is for it waits." in said
    practice.configure("bureau", environment='"production"')
    for words in (["run", "--once"], ["status"], ["retry", "1"], ["restore"]):
        done = run(practice, *words, "--at", "2026-12-02T00:10+11:00")
        assert (done.exit_code, "--at is for rehearsals" in done.output) == (2, True)


def test_what_is_sent_again_is_as_old_as_when_it_went_first(practice: Practice) -> None:
    practice.configure("bureau", outages="[]\ncontrl_minutes = 10")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    first = practice.rows("lodged")[0].sent
    practice.clock.ahead = 601
    practice.settle("bureau")
    (row,) = practice.rows("lodged")
    assert (row.resent, row.sent) == (1, first)


def test_status_names_what_ends_within_60_days_that_of_customs_too(practice: Practice) -> None:
    ends = practice.ground.keys["customs"].certificate.not_valid_after_utc
    before, after = (f"{ends - datetime.timedelta(days=days):%Y-%m-%d}" for days in (65, 50))
    assert "Soon:" not in run(practice, "status", "--at", before).output
    said = run(practice, "status", "--at", after).output
    assert f"Soon: the certificate of Customs ends on {ends.astimezone(CANBERRA):%Y-%m-%d}, and no other" in said
    assert said.count(f"ends on {ends:%Y-%m-%d}.") == 3  # of the bureau, its client, and the key hosted for it
