"""The parts of the middleware: configuration, channels, civil time, payloads, and what operators do."""

from __future__ import annotations

import datetime
import json
import socket
from pathlib import Path

import pytest
from bureaus import Practice
from click.testing import CliRunner, Result

from edifact_ics.bureau.registry import Refused
from edifact_ics.bureau.service import operations
from edifact_ics.bureau.service.canberra import over_at, read_outage
from edifact_ics.bureau.service.channels import ChannelError, Inlet, Outlet, Undeliverable
from edifact_ics.bureau.service.channels.folder import Folder, FolderPost
from edifact_ics.bureau.service.channels.maildir import Maildir, MaildirPost
from edifact_ics.bureau.service.channels.smtp import Smtp
from edifact_ics.bureau.service.configuration import ConfigurationError, load
from edifact_ics.bureau.service.intake import take_in
from edifact_ics.bureau.service.payloads import PayloadMissing, Payloads
from edifact_ics.bureau.service.worker import work_once
from edifact_ics.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["bureau", *words])


# ---------------------------------------------------------------------- configuration


@pytest.mark.parametrize("role", ["bureau", "customs"])
def test_init_writes_a_configuration_that_is_sound(tmp_path: Path, role: str) -> None:
    done = run("init", str(tmp_path / "own"), "--role", role)
    assert done.exit_code == 0, done.output
    file = tmp_path / "own" / f"{role}.toml"
    file.write_text(file.read_text().replace("XXX000X", "HNT336C"))
    assert load(file).role == role
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "own").iterdir()} == {0o700, 0o600}
    assert run("init", str(tmp_path / "own"), "--role", role).exit_code == 2


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("environment", '"life"', "bureau.toml:1: environment: one of test, production is expected, not 'life'."),
        ("site", '"HNT"', "bureau.toml:3: site: an EDI site: three letters, three digits, one letter is expected"),
        ("address", '"nobody"', "an e-mail address, name@host is expected, not 'nobody'."),
        ("retry_seconds", '"soon"', "[work] retry_seconds: a number of 0 or more is expected, not 'soon'."),
        ("outages", '["Someday"]', "[timers] outages: a weekday and hours are expected"),
        ("kind", '"pigeon"', "[receive] kind: one of folder, maildir, imap is expected, not 'pigeon'."),
        (
            "sending",
            '"relay"\ncolour = "red"',
            "[customs] colour: is not known here; known are address, sending, site.",
        ),
    ],
)
def test_a_fault_names_file_line_section_and_key(practice: Practice, key: str, value: str, said: str) -> None:
    practice.configure("bureau", **{key: value})
    with pytest.raises(ConfigurationError) as error:
        load(practice.ground.folder / "bureau" / "bureau.toml")
    assert said in str(error.value)


def test_practice_is_never_production_and_each_command_runs_its_own_role(practice: Practice) -> None:
    file = practice.ground.folder / "customs" / "customs.toml"
    assert "its role is customs; `bureau simulate` runs that" in run("run", "--once", "-c", str(file)).output
    practice.configure("customs", environment='"production"')
    done = run("simulate", "--once", "-c", str(file))
    assert (done.exit_code, "runs in test only" in done.output) == (2, True)


def test_a_test_interchange_is_refused_in_production(practice: Practice) -> None:
    practice.configure("bureau", environment='"production"')
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    (said,) = practice.came()
    assert said.startswith("CONTRL HNT336C 4+25")
    assert practice.rows("lodged") == []


def test_a_host_elsewhere_is_not_spoken_to_in_the_clear(practice: Practice) -> None:
    file = practice.ground.folder / "bureau" / "bureau.toml"
    text = file.read_text().replace(
        '[send]\nkind = "maildir"', '[send]\nkind = "smtp"\nhost = "mx.example"\ntls = false'
    )
    file.write_text(text.replace('tls = false\npath = "../post"', "tls = false"))
    with pytest.raises(ConfigurationError, match="only a host on this machine"):
        load(file)


# ---------------------------------------------------------------------- channels


@pytest.mark.parametrize(("inlet", "outlet"), [(Folder, FolderPost), (Maildir, MaildirPost)])
def test_what_was_delivered_stays_until_it_is_acknowledged(
    tmp_path: Path, inlet: type[Folder | Maildir], outlet: type[FolderPost | MaildirPost]
) -> None:
    post: Outlet = outlet(tmp_path)
    box: Inlet = inlet(tmp_path / "a@b.example")
    for mail in (b"first", b"second"):
        post.send(mail, "x@y.example", "a@b.example")
    assert [one.data for one in box.receive()] == [b"first", b"second"]
    for one in box.receive():
        one.acknowledge()
    assert list(box.receive()) == []


def test_what_is_still_being_written_and_links_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in (".hidden", "a.tmp", "b.part"):
        (tmp_path / "in" / name).write_bytes(b"half")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    assert list(Folder(tmp_path / "in").receive()) == []


@pytest.mark.parametrize("address", ["", "../up", "a/b@c.example", ".x@y.example", "a\n@b.example"])
def test_an_address_that_would_be_another_place_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ChannelError, match="cannot be the name of a mailbox"):
        MaildirPost(tmp_path).send(b"x", "x@y.example", address)


def test_mail_goes_by_smtp_and_a_refusal_for_good_is_told_from_one_for_now() -> None:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, Envelope, Session

    took: list[bytes] = []

    class Desk:
        async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            if address.startswith(("no", "busy")):
                return "550 no such user" if address.startswith("no") else "451 later"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
            took.append(envelope.content or b"")  # type: ignore[arg-type]
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Desk(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        relay = Smtp("127.0.0.1", port, tls=False)
        relay.send(b"Subject: x\r\n\r\nbody\r\n", "a@b.example", "yes@c.example")
        assert took == [b"Subject: x\r\n\r\nbody\r\n"]
        with pytest.raises(Undeliverable):
            relay.send(b"x", "a@b.example", "no@c.example")
        with pytest.raises(ChannelError) as later:
            relay.send(b"x", "a@b.example", "busy@c.example")
        assert not isinstance(later.value, Undeliverable)
    finally:
        controller.stop()
    with pytest.raises(ChannelError, match="cannot be reached"):
        relay.send(b"x", "a@b.example", "yes@c.example")


def test_a_channel_that_is_down_is_waited_for_and_costs_no_attempt(practice: Practice) -> None:
    post = practice.ground.folder / "post" / "ccf@customs.example"
    post.parent.mkdir()
    post.write_bytes(b"a file where a mailbox should be")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    bureau = practice.instance()
    take_in(bureau, bureau.inlets[0])
    for _ in range(20):
        work_once(bureau)
    assert [row.attempts for row in practice.rows("work") if row.reason == "channel"] == [0]
    post.unlink()
    practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1)}


# ---------------------------------------------------------------------- time and payloads


def test_an_outage_ends_in_civil_time_too() -> None:
    outage = read_outage("Wednesday 00:00-04:00")
    assert outage is not None
    for wrong in ("04:00-00:00", "00:00-03:75", "00:60-04:00", "00:00-24:30", "00:00-٠٤:00"):
        assert read_outage(f"Wednesday {wrong}") is None
    inside = datetime.datetime(2026, 11, 24, 14, 0, tzinfo=datetime.UTC)  # Wednesday, 01:00
    assert str(over_at((outage,), inside)) == "2026-11-24 17:00:00+00:00"
    assert over_at((outage,), inside + datetime.timedelta(hours=4)) is None


def test_a_payload_that_was_changed_on_disk_is_noticed(tmp_path: Path) -> None:
    payloads = Payloads(tmp_path)
    name = payloads.put(b"what was sent")
    assert payloads.put(b"what was sent") == name
    assert payloads.get(name) == b"what was sent"
    (file,) = tmp_path.glob("??/*")
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"something else")
    with pytest.raises(PayloadMissing, match="was changed"):
        payloads.get(name)


# ---------------------------------------------------------------------- operators


def test_an_override_takes_two_operators_and_is_in_the_audit_trail(practice: Practice) -> None:
    ground = practice.ground
    refused = practice.interchange("1").replace(b"DTM+252:20261129:102", b"DTM+252:20261229:102")
    ground.send(ground.sealed(refused))
    practice.settle()
    (row,) = [row for row in practice.rows("work") if row.kind == "in"]
    assert row.stage == "refused"
    practice.came()
    bureau = practice.instance()
    asked = operations.override(bureau, row.id, "anna")
    assert asked is not None
    with pytest.raises(Refused):
        bureau.registry.confirm(asked.number, operator="anna")
    bureau.registry.confirm(asked.number, operator="bob")
    assert operations.override(bureau, row.id, "anna") is None
    practice.settle("bureau")
    assert [row.state for row in practice.rows("lodged")] == ["sent"]
    assert "override" in [entry.change for entry in bureau.registry.trail()]
    assert bureau.registry.verify()[1] == []


def test_the_life_of_a_document_cannot_be_overridden(practice: Practice) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1").replace(b"JOB1:1+9'", b"JOB1:1+4'")))
    practice.settle("bureau")
    with pytest.raises(Refused, match="CMR-10 cannot be overridden"):
        operations.override(practice.instance(), 1, "anna")


def test_status_says_what_waits_and_resolve_takes_a_task_off(practice: Practice) -> None:
    file = str(practice.ground.folder / "bureau" / "bureau.toml")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
    practice.settle("bureau")
    said = json.loads(run("status", "-c", file, "--format", "json").output)
    assert [one["reference"] for one in said["unanswered"]] == ["1"]
    assert said["tasks"][0]["what"] == "quarantine"
    assert "2: plain-text:" in run("quarantine", "-c", file).output
    done = run("resolve", "1", "--note", "it was nothing", "-c", file, "--operator", "anna")
    assert done.exit_code == 0, done.output
    assert "Nothing waits for an operator." in run("status", "-c", file).output
    assert run("resolve", "1", "-c", file, "--operator", "mallory").exit_code == 1


def test_a_restored_bureau_knows_what_came_and_uses_no_reference_twice(practice: Practice, tmp_path: Path) -> None:
    file = str(practice.ground.folder / "bureau" / "bureau.toml")
    mail = practice.ground.sealed(practice.interchange("1"))
    practice.ground.send(mail)
    practice.settle()
    before = {row.site: int(row.last) for row in practice.rows("counter")}
    assert run("backup", str(tmp_path / "copy.tar"), "-c", file).exit_code == 0
    practice.close()
    for name in ("bureau.db", "bureau.db-wal", "bureau.db-shm"):
        (practice.ground.folder / "bureau" / name).unlink(missing_ok=True)
    done = run("restore", str(tmp_path / "copy.tar"), "-c", file)
    assert done.exit_code == 0, done.output
    after = {row.site: int(row.last) for row in practice.rows("counter")}
    assert all(after[site] > last + 1000 for site, last in before.items())
    assert practice.tasks() == ["restored"]
    practice.ground.send(mail)
    practice.settle()
    assert practice.standings() == {"JOB1": ("active", 1)}
    assert len(practice.rows("lodged")) == 1
    assert "There is a database" in run("restore", str(tmp_path / "copy.tar"), "-c", file).output


def test_what_was_kept_long_enough_is_purged_and_a_replay_is_known_all_the_same(practice: Practice) -> None:
    import os

    mail = practice.ground.sealed(practice.interchange("1"))
    practice.ground.send(mail)
    practice.settle()
    assert operations.purge(practice.instance(), "anna") == 0
    for file in practice.ground.folder.glob("bureau/payloads/??/*"):
        os.utime(file, (0, 0))
    bureau = practice.instance()
    practice.clock.ahead = 6 * 366 * 86400
    assert operations.purge(bureau, "anna") > 3
    practice.clock.ahead = 0
    practice.ground.send(mail)
    practice.settle()
    assert len(practice.rows("lodged")) == 1


def test_a_database_of_another_schema_is_refused(practice: Practice) -> None:
    import sqlite3

    practice.close()
    with sqlite3.connect(practice.ground.folder / "bureau" / "bureau.db") as database:
        database.execute("UPDATE bureau_version SET version_num = '0099'")
    database.close()
    done = run("run", "--once", "-c", str(practice.ground.folder / "bureau" / "bureau.toml"))
    assert (done.exit_code, "stands at revision 0099" in done.output) == (2, True)


def test_metrics_are_written_for_prometheus(practice: Practice) -> None:
    practice.configure("bureau", database='"bureau.db"\nmetrics = "metrics/bureau.prom"')
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    text = (practice.ground.folder / "bureau" / "metrics" / "bureau.prom").read_text()
    assert 'edifact_ics_bureau_work{stage="done"}' in text
    assert "edifact_ics_bureau_tasks 0" in text
