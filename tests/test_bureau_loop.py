"""The middleware from mail to mail: what takes effect, how often, and what the client is told."""

from __future__ import annotations

import datetime
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from bureaus import WITHDRAW, Clock, Practice
from click.testing import CliRunner
from sqlalchemy import select

from edifact_ics.bureau.mail import mime
from edifact_ics.bureau.mail.encryption import decrypt
from edifact_ics.bureau.registry import Registry, Reply
from edifact_ics.bureau.registry.wording import day_in_canberra
from edifact_ics.bureau.service import tables, worker
from edifact_ics.bureau.service.customs_answers import _taken
from edifact_ics.bureau.service.instance import opened
from edifact_ics.bureau.service.intake import take_in
from edifact_ics.bureau.service.practice_ground import Ground
from edifact_ics.cli import main
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.reading import FormAnswer, Told
from edifact_ics.ledger.tables import answer

ACCEPTED = ["CONTRL HNT336C 8", "CONTRL AAA336C 7", "IMDR AAA336C"]


def test_the_demonstration_ends_well() -> None:
    done = CliRunner().invoke(main, ["bureau", "demo"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "All of it came as it must.")


def test_a_declaration_goes_to_customs_and_its_answers_come_back(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    assert practice.came() == ACCEPTED
    assert practice.standings() == practice.standings("customs") == {"JOB1": ("active", 1)}
    assert [row.state for row in practice.rows("lodged")] == ["answered"]
    assert practice.tasks() == []


def test_the_same_mail_again_changes_nothing_nor_does_the_same_signature_in_another_mail(practice: Practice) -> None:
    from edifact_ics.bureau.mail import Opened, open_mail, relay

    mail = practice.ground.sealed(practice.interchange("1"))
    trust = practice.instance().trust
    found = open_mail(mail, [practice.ground.keys["bureau"]], trust, at=practice.ground.moment)
    assert isinstance(found, Opened)
    again = relay(
        found, practice.ground.keys["bureau"].certificate, at=practice.ground.moment, sender_address="x@y.example"
    )
    for one in (mail, mail, again.mail):  # type: ignore[union-attr]
        practice.ground.send(one)
    practice.settle()
    practice.ground.send(mail)
    practice.settle()
    assert practice.came() == ACCEPTED
    assert [row.what for row in practice.rows("event")].count("replayed") == 1
    assert len(practice.rows("lodged")) == 1


def test_a_reference_used_twice_is_refused_by_the_bureau_and_burns_nothing(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    practice.came()
    practice.ground.send(practice.ground.sealed(practice.interchange("1", "JOB2")))
    practice.settle()
    (said,) = practice.came()
    assert said.startswith("CONTRL HNT336C 4+26")
    assert practice.standings() == {"JOB1": ("active", 1)}


def test_what_the_bureau_refuses_burns_no_version(practice: Practice) -> None:
    change = practice.interchange("1").replace(b"JOB1:1+9'", b"JOB1:1+4'")
    practice.ground.send(practice.ground.sealed(change))
    practice.settle()
    assert practice.came() == ["IMDR HNT336C 2 errors", "CONTRL HNT336C 8"]
    assert practice.rows("lodged") == []
    practice.ground.send(practice.ground.sealed(practice.interchange("2")))
    practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1)}


def test_a_form_error_is_answered_by_a_contrl_of_the_bureau(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1").replace(b"CST++N10", b"CST++N99")))
    practice.settle()
    (said,) = practice.came()
    assert said.startswith("CONTRL HNT336C 4")


@pytest.mark.parametrize("sender", ["stranger", "bureau"])
def test_who_may_not_send_uses_up_nothing(practice: Practice, sender: str) -> None:
    practice.ground.keys["stranger"] = practice.ground.authority.issue("stranger", "s@elsewhere.example")
    data = practice.interchange("1")
    practice.ground.send(practice.ground.sealed(data, sender))
    practice.settle()
    assert practice.reasons() == ["unknown-certificate" if sender == "stranger" else "wrong-site"]
    assert practice.came() == []
    practice.ground.send(practice.ground.sealed(data))
    practice.settle()
    assert practice.came() == ACCEPTED


def test_a_later_version_waits_for_the_answer_to_the_earlier_one(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.ground.send(practice.ground.sealed(practice.interchange("2", sample=WITHDRAW)))
    practice.settle("bureau")
    assert [(row.stage, row.reason) for row in practice.rows("work") if row.kind == "in"] == [
        ("done", None),
        ("judge", "waits"),
    ]
    practice.settle()
    assert practice.standings() == practice.standings("customs") == {"JOB1": ("withdrawn", 2)}


def test_what_crashes_its_worker_goes_to_quarantine_and_stops_nobody(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = worker._STEPS["judge"]

    def crash(instance, connection, row, at):  # type: ignore[no-untyped-def]
        if row.reference == "1":
            raise MemoryError
        step(instance, connection, row, at)

    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.ground.send(practice.ground.sealed(practice.interchange("2", "JOB2")))
    monkeypatch.setitem(worker._STEPS, "judge", crash)
    practice.settle()
    assert practice.reasons() == ["crashed"]
    assert practice.standings() == {"JOB2": ("active", 1)}
    monkeypatch.undo()
    done = CliRunner().invoke(main, ["bureau", "retry", "1", "-c", _file(practice), "--operator", "anna"])
    assert done.exit_code == 0, done.output
    practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1), "JOB2": ("active", 1)}


def test_a_payload_that_is_not_there_is_no_crash_and_its_work_goes_on_when_it_is_back(practice: Practice) -> None:
    payloads = practice.ground.folder / "bureau" / "payloads"
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    take_in(practice.instance(), practice.instance().inlets[0])
    payloads.rename(payloads.with_name("elsewhere"))
    payloads.mkdir()
    practice.settle("bureau")
    assert practice.reasons() == ["payload"]
    [task] = [row.detail for row in practice.rows("task")]
    assert "is not there: No such file or directory." in task
    payloads.rmdir()
    payloads.with_name("elsewhere").rename(payloads)
    done = CliRunner().invoke(main, ["bureau", "retry", "1", "-c", _file(practice), "--operator", "anna"])
    assert done.exit_code == 0, done.output
    practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1)}


def _file(practice: Practice, role: str = "bureau") -> str:
    return str(practice.ground.folder / role / f"{role}.toml")


def test_plain_mail_and_bounces_are_put_before_an_operator(practice: Practice) -> None:
    practice.ground.send(b"Subject: session closed\r\nContent-Type: text/plain\r\n\r\nYour session has closed.\r\n")
    practice.ground.send(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\nno such user\r\n--x--\r\n")
    practice.settle("bureau")
    assert practice.reasons() == ["plain-text", "bounce"]
    assert practice.tasks() == ["quarantine", "quarantine"]


# ---------------------------------------------------------------------- in an envelope of ours


def test_in_our_envelope_refused_messages_are_left_out_and_the_others_keep_their_bytes(practice: Practice) -> None:
    practice.configure("bureau", sending='"envelope"')
    good = practice.interchange("77").decode("latin-1")
    message = good[good.index("UNH+1") : good.index("UNZ")]
    wrong = message.replace("UNH+1", "UNH+2").replace("JOB1:1+9", "JOB2:1+4")
    wrong = wrong.replace("+1'\n", "+2'\n") if "UNT" not in wrong else wrong[: wrong.rindex("+1'")] + "+2'\n"
    both = good.replace(message, message + wrong).replace("UNZ+1", "UNZ+2")
    practice.ground.send(practice.ground.sealed(both.encode("latin-1")))
    practice.settle()
    (row,) = practice.rows("lodged")
    assert (row.client_reference, row.state) == ("77", "answered")
    assert row.reference != "77"
    sent = practice.instance().payloads.get(row.content).decode("latin-1")
    assert message.replace("\n", "") in sent
    assert "JOB2" not in sent
    assert practice.standings("customs") == {"JOB1": ("active", 1)}
    assert practice.came() == ["IMDR HNT336C 2 errors", *ACCEPTED]


def test_answers_name_the_reference_that_the_client_gave(practice: Practice) -> None:
    practice.configure("bureau", sending='"envelope"')
    practice.ground.send(practice.ground.sealed(practice.interchange("77")))
    practice.settle()
    told = b"".join(practice.ground.inbox())
    assert told.count(b"UCI+77+YLA676Y") == 2


# ---------------------------------------------------------------------- Customs' answers


def test_after_the_roll_over_only_the_new_certificate_of_customs_counts(practice: Practice) -> None:
    ground = practice.ground
    ground.send(ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    practice.settle("customs")  # answered with the old certificate
    practice.clock.ahead = 86400
    ground.keys["customs-new"] = ground.authority.issue("customs new", "ccf@customs.example")
    with Registry(opened(ground.configuration("bureau").database, create=False), lambda: ground.moment) as registry:
        ground.pin(registry, "customs-new", day_in_canberra(ground.moment - datetime.timedelta(hours=1)))
    practice.settle("bureau")
    assert practice.reasons() == ["stale-customs", "stale-customs"]
    assert practice.standings() == {"JOB1": ("none", None)}


def test_a_gap_in_the_counter_of_customs_is_asked_about_until_it_is_filled(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.ground.send(practice.ground.sealed(practice.interchange("2", "JOB2")))
    practice.settle("bureau")
    practice.settle("customs")
    box = practice.ground.folder / "post" / "yla676y@hunter.example" / "new"
    late = sorted(box.glob("*"))[1]
    kept = late.read_bytes()
    late.unlink()
    practice.settle("bureau")
    assert practice.tasks() == ["gap"]
    (box / "0late").write_bytes(kept)
    practice.settle()
    assert practice.tasks() == []


def test_of_a_wide_gap_every_number_is_told(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()  # numbers 1 and 2
    with practice.instance("customs").writing() as connection:
        connection.execute(tables.counter.update().values(last="99"))
    practice.ground.send(practice.ground.sealed(practice.interchange("2", "JOB2")))
    practice.settle()
    asked = [row.detail for row in practice.rows("task") if row.what == "gap"]
    assert asked[0].startswith("Customs' interchange 3 to YLA676Y")
    assert len(asked) == 21
    assert asked[-1] == "Customs' interchanges 23 to 99 to YLA676Y have not come either; ask for them."


def test_an_answer_that_comes_again_changes_nothing(practice: Practice) -> None:
    practice.configure("customs", more="[simulation]\nrepeat_every = 1")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    assert practice.came() == ACCEPTED
    told = [row.what for row in practice.rows("event")]
    assert told.count("came-again") + told.count("replayed") == 2  # sealed in the same second it is the same signature


def test_answers_may_come_out_of_order(practice: Practice) -> None:
    practice.configure("customs", more="[simulation]\nswap = true")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1)}
    assert [row.state for row in practice.rows("lodged")] == ["answered"]


def test_customs_can_be_told_to_refuse(practice: Practice) -> None:
    practice.configure("customs", more='[simulation]\nreject = "JOB1"')
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    assert practice.came()[-1] == "IMDR AAA336C 1 errors"
    assert practice.standings() == {"JOB1": ("rejected", None)}


def test_customs_refuses_a_signature_that_does_not_entitle(practice: Practice) -> None:
    """A bureau may not sign for its client: Customs says 27 to the registered address of the site."""
    from edifact_ics.bureau.mail import Sealed, seal
    from edifact_ics.bureau.service.channels.maildir import MaildirPost

    keys = practice.ground.keys
    made = seal(practice.interchange("1"), keys["bureau"], keys["customs"].certificate, at=practice.ground.moment)
    assert isinstance(made, Sealed)
    MaildirPost(practice.ground.folder / "post").send(made.mail, "x@y.example", "ccf@customs.example")
    practice.settle("customs")
    assert len(practice.post("yla676y@hunter.example")) == 1
    (kept,) = [row for row in practice.rows("work", "customs") if row.kind == "out"]
    assert b"+4+27" in practice.instance("customs").payloads.get(kept.interchange)
    assert practice.standings("customs") == {}


@pytest.mark.parametrize("form", [Reply.XML, Reply.JSON])
def test_answers_come_in_the_form_that_the_client_prefers(practice: Practice, form: Reply) -> None:
    registry = practice.instance().registry
    client = registry.client("YOLLA")
    assert client
    registry.put_client(replace(client, reply=form), operator="anna")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    practice.close()
    practice.ground.send(practice.ground.sealed(practice.interchange("2", "JOB2")))
    assert CliRunner().invoke(main, ["bureau", "run", "--once", "-c", _file(practice)]).exit_code == 0
    last = practice.post("edi@yolla.example")[-1]
    inside = decrypt(mime.read(last).content(), [practice.ground.keys["client"]])
    (attached,) = [part for part in message_from_bytes(inside).walk() if part.get_filename("").startswith("HNT336C_")]
    assert attached.get_content_type() == f"application/{form.lower()}"
    assert b"AnsweredInterchangeControlReference" in attached.get_payload(decode=True)  # type: ignore[operator]


# ---------------------------------------------------------------------- clocks


def test_without_a_contrl_the_same_bytes_go_again_and_then_an_operator_is_asked(practice: Practice) -> None:
    practice.configure("bureau", outages="[]\ncontrl_minutes = 10\nresends = 1")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    for _ in range(2):
        practice.clock.ahead += 601
        practice.settle("bureau")
    first, second = practice.post("ccf@customs.example")
    assert first == second
    assert practice.tasks() == ["no-contrl"]
    practice.settle()
    assert practice.standings("customs") == {"JOB1": ("active", 1)}
    assert len([row for row in practice.rows("work", "customs") if row.kind == "in" and row.reference == "1"]) == 1


def test_without_a_business_answer_an_operator_is_asked_and_nothing_is_sent_again(practice: Practice) -> None:
    practice.configure("customs", more="[simulation]\nlose_every = 3")  # work 1 came in, 2 is the CONTRL, 3 the IMDR
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    practice.clock.ahead = 25 * 3600
    practice.settle("bureau")
    assert practice.tasks() == ["no-answer"]
    assert len(practice.post("ccf@customs.example")) == 0


def test_in_an_outage_of_customs_nothing_is_sent_to_it(practice: Practice) -> None:
    day = practice.ground.moment.astimezone(datetime.timezone(datetime.timedelta(hours=11)))
    practice.configure("bureau", outages=f'["{day:%A} 00:00-24:00"]')
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    assert practice.post("ccf@customs.example") == []
    assert len(practice.post("edi@yolla.example")) == 1  # the client is answered all the same
    practice.clock.ahead = 25 * 3600
    practice.settle("bureau")
    assert len(practice.post("ccf@customs.example")) == 1


def test_authority_is_asked_again_when_a_declaration_is_released(practice: Practice) -> None:
    ground = practice.ground
    practice.configure("bureau", sending='"envelope"')
    ground.send(ground.sealed(practice.interchange("1")))
    bureau = practice.instance()
    take_in(bureau, bureau.inlets[0])
    for _ in range(2):  # opened and judged
        assert worker.work_once(bureau)
    bureau.registry.revoke(bureau.registry.authorities()[0].number, operator="anna")
    practice.settle("bureau")
    assert practice.reasons() == ["not-released"]


def test_error_26_counts_only_where_the_same_was_sent_twice(practice: Practice) -> None:
    ground = practice.ground
    ground.send(ground.sealed(practice.interchange("1")))
    practice.settle()
    with practice.instance().writing() as connection:
        row = practice.rows("work")[0]
        said = FormAnswer("YLA676Y", "1", "4", "26", {})
        effect = _taken(
            connection, row, Ledger.within(connection, sending=True), Told("YLA676Y", "9", "1", ""), said, 0
        )
    assert effect == "Reference used before, and not by us: an operator must look at it."
    assert practice.tasks() == ["error-26"]


def test_the_page_shows_what_waits_for_an_operator(practice: Practice) -> None:
    from starlette.testclient import TestClient

    from edifact_ics.cli.serve import _look
    from edifact_ics.web.app import application

    practice.ground.send(b"no mail at all")
    practice.settle("bureau")
    practice.close()
    look = _look(practice.ground.folder / "bureau" / "bureau.toml")
    tokens = {"of the bureau 123": "", "of one client 123": "KBR417H"}
    with TestClient(application(tokens=tokens, look=look), base_url="http://localhost") as client:
        page = client.get("/bureau/waiting", auth=("x", "of the bureau 123"))
        assert page.status_code == 200
        assert "<h2>In quarantine</h2>" in page.text
        assert "<td>1</td>" in page.text
        assert client.get("/bureau/waiting", auth=("x", "of one client 123")).status_code == 404
        assert client.get("/bureau/waiting").status_code == 401


def test_in_the_hour_that_comes_twice_the_counter_of_customs_puts_its_answers_in_order(tmp_path: Path) -> None:
    """One declaration is answered at 02:50, the next one twenty minutes later, when it is 02:10 in Canberra."""
    today = datetime.datetime.now(datetime.UTC)
    april = (
        datetime.datetime(today.year + year, 4, day, 15, 50, tzinfo=datetime.UTC)
        for year in (0, 1)
        for day in range(1, 8)
    )
    night = next(day for day in april if day.weekday() == 6 and day > today) - datetime.timedelta(days=1)
    clock = Clock((night - today).total_seconds())
    (tmp_path / "ground").mkdir()
    practice = Practice(Ground(tmp_path / "ground", retry=0), clock)
    practice.ground.lay()
    for number in ("1", "2"):
        practice.ground.send(practice.ground.sealed(practice.interchange(number, f"JOB{number}")))
        practice.settle()
        clock.ahead += 20 * 60
    with practice.instance().reading() as connection:
        told = list(connection.scalars(select(answer.c.told).order_by(answer.c.id)))
    practice.close()
    assert [at[11:13] for at in told] == ["15", "15", "16", "16"]
