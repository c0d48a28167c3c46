"""Checking and answering against a ledger, by the commands, on both databases: what is judged, what is remembered."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner

from edifact_ics import check, pipeline, respond
from edifact_ics.cli import main
from edifact_ics.finding import Policy, Severity
from edifact_ics.history import Key, Memory
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.database import engine_of, url_of
from edifact_ics.ledger.tables import HEAD, metadata

SAMPLES = Path(__file__).parents[1] / "samples"
SITE = "KBR417H"
REFERENCE = "JOB4711/SEA"


def _sample(name: str, reference: str, version: int | str, interchange: int) -> bytes:
    """A sample under another sender reference and version, in an interchange with another reference."""
    text = (SAMPLES / f"{name}.edi").read_text("iso8859-1")
    sent = text.split("BGM+929:::IMD+")[1].split("+")[0]
    number = text.split("++++1")[0].rsplit("+", 1)[1]
    text = text.replace(f"IMD+{sent}+", f"IMD+{reference}:{version}+").replace(number, str(interchange))
    return text.encode("iso8859-1")


def original(version: int | str, interchange: int, reference: str = REFERENCE) -> bytes:
    return _sample("imd-sea-fcl-original", reference, version, interchange)


def withdraw(version: int | str, interchange: int, reference: str = REFERENCE) -> bytes:
    return _sample("imd-withdraw", reference, version, interchange)


class Desk:
    """The commands at one ledger."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *words: str, given: bytes = b"") -> tuple[int, str, str]:
        result = CliRunner().invoke(main, words, input=given, catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr

    def codes(self, data: bytes, *options: str) -> list[str]:
        """The codes of the errors found."""
        code, out, err = self.run("check", "-", "--ledger", self.url, "--format", "json", *options, given=data)
        assert code in (0, 1), err
        return [f["code"] for f in json.loads(out)["files"][0]["findings"] if f["severity"] == "error"]

    def record(self, data: bytes) -> list[str]:
        return self.codes(data, "--record")

    def shown(self) -> str:
        return self.run("ledger", "show", self.url)[1]


@pytest.fixture
def desk(database: str) -> Desk:
    return Desk(database)


@pytest.fixture
def own(tmp_path: Path) -> Desk:
    """A ledger in SQLite, for what no database does otherwise."""
    return Desk(str(tmp_path / "own.db"))


def test_a_declaration_lives(desk: Desk) -> None:
    assert desk.record(original(1, 1)) == []
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: active; versions sent: 1; accepted: 1\n"
    assert desk.record(original(2, 2)) == ["CMR-02b"]
    assert desk.record(withdraw(2, 3)) == ["CMR-02c", "CMR-09b", "CMR-09c"]
    assert desk.record(withdraw("003", 4)) == []
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: withdrawn; versions sent: 1, 2, 3; accepted: 3\n"
    assert desk.record(withdraw(4, 5)) == ["CMR-11"]


def test_the_same_file_again_is_known_by_its_interchange_and_by_its_version(desk: Desk) -> None:
    assert desk.record(original(1, 1)) == []
    before = desk.shown()
    assert desk.record(original(1, 1)) == ["ENV-12", "CMR-02b", "CMR-02c"]
    assert desk.record(original(9, "000001")) == ["ENV-12", "CMR-02b"]  # type: ignore[arg-type]
    assert desk.shown() == before


def test_of_a_message_with_errors_of_form_only_the_interchange_reference_is_kept(desk: Desk) -> None:
    assert desk.record(original(1, 1).replace(b"UNT+89", b"UNT+88")) == ["ENV-07"]
    assert desk.shown() == "Nothing was ever sent.\n"
    assert desk.record(original(1, 1)) == ["ENV-12"]
    assert desk.record(original(1, 2)) == []


def test_of_an_interchange_that_is_refused_whole_no_message_is_kept(desk: Desk) -> None:
    assert desk.record(original(1, 1).replace(b"UNZ+1+", b"UNZ+2+")) == ["ENV-04"]
    assert desk.shown() == "Nothing was ever sent.\n"


def test_errors_of_rules_use_up_the_version(desk: Desk) -> None:
    wrong = original(1, 1).replace(b"TDT+20+048S+S+", b"TDT+20+048S+A+")
    assert "GBR-VOYAGE-NUMBER-01" in desk.record(wrong)
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: rejected; versions sent: 1\n"
    assert desk.record(original(1, 2)) == ["CMR-02c"]
    assert desk.record(original(2, 3)) == []


def test_what_the_user_leaves_out_weighs_all_the_same_and_what_he_weighs_otherwise_does_not(desk: Desk) -> None:
    assert desk.codes(withdraw(2, 1), "--record", "--ignore", "CMR") == []
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: none; versions sent: 2\n"
    wrong = original(3, 2).replace(b"+048S+S+", b"+048S+A+")
    found = desk.codes(wrong)
    lighter = [word for code in set(found) for word in ("--severity", f"{code}=warning")]
    assert desk.codes(wrong, "--record", *lighter) == []
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: active; versions sent: 2, 3; accepted: 3\n"


def test_without_record_nothing_changes_and_the_verdicts_are_those_of_record(desk: Desk) -> None:
    desk.record(original(1, 1, "OTHER"))
    batch = original(1, 2) + withdraw(2, 3) + withdraw(3, 4) + original(2, 5, "OTHER") + withdraw(2, 6, "OTHER")
    before = desk.shown()
    expected = ["CMR-11", "CMR-02b", "CMR-02c", "CMR-09b", "CMR-09c"]
    assert desk.codes(batch) == expected
    assert desk.codes(batch) == expected
    assert desk.shown() == before
    assert desk.record(batch) == expected
    assert f"{REFERENCE}: withdrawn; versions sent: 1, 2, 3" in desk.shown()


def test_an_xml_document_is_judged_as_the_interchange_it_stands_for(desk: Desk) -> None:
    _, xml, _ = desk.run("translate", "-", given=original(1, 1))
    assert desk.record(xml.encode()) == []
    assert desk.record(xml.encode()) == ["ENV-12", "CMR-02b", "CMR-02c"]
    assert desk.codes(withdraw(2, 2)) == []


def test_a_pre_lodgement_is_not_kept_and_uses_up_its_reference(desk: Desk) -> None:
    assert desk.record(_sample("imd-air-n20-prelodge", REFERENCE, 1, 1)) == []
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: none; versions sent: 1; reference used up by a pre-lodgement\n"
    assert desk.codes(withdraw(2, 2)) == ["CMR-10"]
    assert desk.codes(original(2, 2)) == ["CMR-02b"]


def test_the_answer_to_a_reference_used_before_is_26(desk: Desk) -> None:
    desk.record(original(1, 1))
    code, out, _ = desk.run("respond", "-", "--ledger", desk.url, given=original(2, 1, "OTHER"))
    assert code == 0
    assert "UCI+1+KBR417H::KBR417H+AAA336C+4+26'" in out
    code, out, _ = desk.run("respond", "-", "--ledger", desk.url, given=original(2, 2, "OTHER"))
    assert "UCI+2+KBR417H::KBR417H+AAA336C+7'" in out


def test_two_sites_of_one_client_share_their_references(desk: Desk) -> None:
    other = original(1, 2).replace(b"KBR417H", b"KBR999Z")
    desk.record(original(1, 1))
    assert desk.codes(other) == []
    for site in (SITE, "KBR999Z"):
        assert desk.run("ledger", "site", desk.url, site, "ACME BROKERS")[0] == 0
    assert desk.codes(other) == []  # what the site sent before it was known as theirs stays the site's
    assert desk.record(original(1, 3)) == []
    assert desk.codes(other) == ["CMR-02b", "CMR-02c"]
    assert "ACME BROKERS IMD" in desk.shown()


def test_a_lock_closes_a_document(desk: Desk) -> None:
    desk.record(original(1, 1))
    assert desk.run("ledger", "lock", desk.url, SITE, "imd", REFERENCE)[0] == 0
    assert desk.codes(withdraw(2, 2)) == ["CMR-12"]


def test_answers_of_customs_from_a_file_move_what_was_sent_on(desk: Desk, tmp_path: Path) -> None:
    with _sender(desk.url) as ledger:
        assert check(original(1, 202611180012), journal=ledger).accepted
        assert ledger.standing(Key(SITE, "IMD", REFERENCE)).pending == 1
    assert desk.codes(withdraw(2, 2)) == ["CMR-10", "LED-01"]
    said = desk.run("ledger", "answer", desk.url, str(SAMPLES / "customs-contrl-rejected.edi"))[1]
    assert said.endswith("message 000001: Interchange 202611180012: 1 form-rejected.\n")
    assert desk.shown() == f"{SITE} IMD {REFERENCE}: none; versions sent: none\n"
    said = desk.run("ledger", "answer", desk.url, str(SAMPLES / "customs-contrl-rejected.edi"))[1]
    assert said.endswith("The answer came before; it changes nothing.\n")
    assert desk.codes(original(1, 202611180012)) == ["ENV-12"]


def business(name: str, version: int, *segments: str, at: str = "261121:1001", number: int = 1) -> bytes:
    """An answer of Customs to a version of the document."""
    body = [
        f"BGM+961:::{name}+1A2B 3C4D 5E6F:1+11",
        *segments[:1],
        f"NAD+MR+{SITE}::95",
        f"RFF+ABO:{REFERENCE}::{version}",
    ]
    body += segments[1:]
    text = "'".join(
        ["UNH+000001+CUSRES:D:99B:UN", *[s for s in body if s], f"UNT+{len([s for s in body if s]) + 2}+000001"]
    )
    head = f"UNB+UNOC:3+AAA336C::AAA336C+{SITE}+{at}+{number:014}++++1++1"
    return f"{head}'{text}'UNZ+1+{number:014}'".encode()


REFUSED = ("", "ERP+::1", "ERC+ID0152::95", "FTX+AAO+++LOADING PORT IS NOT KNOWN", "CNT+55:1")


def cleared(word: str, identifier: str = "AEAAAAKNR") -> tuple[str, ...]:
    return (f"FTX+AHN+++{word}:{word}", f"RFF+ABT:{identifier}::1")


def test_business_answers_decide_what_was_sent_on(desk: Desk) -> None:
    with _sender(desk.url) as ledger:
        assert check(original(1, 1), journal=ledger).accepted

    def answer(data: bytes) -> str:
        _, out, _ = desk.run("ledger", "answer", desk.url, "-", given=data)
        return out.removeprefix("-: message 000001: ").rstrip()

    assert answer(business("IMDR", 1, *REFUSED)) == f"IMDR: IMD {REFERENCE}; version 1 rejected."
    assert "rejected; versions sent: 1" in desk.shown()
    with _sender(desk.url) as ledger:
        assert check(original(2, 2), journal=ledger).accepted
    clear = business("IMDR", 2, *cleared("CLEAR"), number=2)
    assert answer(clear) == f"IMDR: IMD {REFERENCE}; version 2 accepted; status CLEAR."
    assert answer(clear) == "The answer came before; it changes nothing."
    assert "active; versions sent: 1, 2; accepted: 2; identifier AEAAAAKNR; status CLEAR" in desk.shown()
    # news of the declaration: the later word of Customs wins, whatever comes first
    paid = business("ATD", 2, *cleared("FINALISED"), at="261122:0900", number=4)
    assert answer(paid) == f"ATD: IMD {REFERENCE}; status FINALISED."
    assert answer(business("SAM", 2, *cleared("HELD"), number=3)) == f"SAM: IMD {REFERENCE}."
    assert "status FINALISED" in desk.shown()
    assert desk.codes(withdraw(3, 3)) == []
    # withdrawn, but not by us: somebody did so on line
    gone = business("IMDR", 2, *cleared("WITHDRAWN"), at="261123:0900", number=5)
    assert "touched on line" in answer(gone)
    assert desk.codes(withdraw(3, 3)) == ["CMR-12"]
    assert answer(business("SACR", 1, *REFUSED, number=6)) == f"SACR: no document {REFERENCE} of {SITE} is known."


def test_a_sender_keeps_nothing_of_an_interchange_that_may_not_be_sent(desk: Desk) -> None:
    with _sender(desk.url) as ledger:
        assert not check(original(1, 1) + withdraw(2, 2), journal=ledger).accepted
        assert ledger.interchange_used(SITE, "1")
        assert not ledger.interchange_used(SITE, "2")
        assert ledger.standing(Key(SITE, "IMD", REFERENCE)).versions == {1}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"UNT+89", b"UNT+88", "ENV-07"),
        (b"TDT+20+048S", b"ZZZ+20+048S", "STR-04"),
        (b"CUSDEC", b"CUSXXX", "ENV-16"),
        (b"UNZ+1+", b"UNZ+2+", "ENV-04"),
        (b"TDT+20+048S+S+", b"TDT+20+048S+A+", "GBR-VOYAGE-NUMBER-01"),
    ],
)
def test_a_sender_burns_neither_reference_nor_version_with_what_is_refused(
    own: Desk, old: bytes, new: bytes, code: str
) -> None:
    """What is wrong, in form or by rules, is put right and sent under the same reference and version."""
    assert old in original(1, 1)
    with _sender(own.url) as ledger:
        assert code in [f.code for f in check(original(1, 1).replace(old, new), journal=ledger).findings]
        assert not ledger.interchange_used(SITE, "1")
        assert list(ledger.documents()) == []
        assert check(original(1, 1), journal=ledger).accepted
        assert ledger.interchange_used(SITE, "1")
        assert ledger.standing(Key(SITE, "IMD", REFERENCE)).pending == 1


def test_a_sender_burns_nothing_when_one_message_of_several_has_an_error_of_form(own: Desk) -> None:
    good = original(1, 1)
    start, end = good.index(b"UNH"), good.index(b"UNZ")
    second = good[start:end].replace(REFERENCE.encode(), b"OTHER").replace(b"UNT+89", b"UNT+88")
    second = second.replace(b"UNH+1+", b"UNH+2+").replace(b"UNT+88+1'", b"UNT+88+2'")
    both = good[:end] + second + good[end:].replace(b"UNZ+1+", b"UNZ+2+")
    with _sender(own.url) as ledger:
        found = check(both, journal=ledger).findings
        assert [f.code for f in found if f.severity is Severity.ERROR] == ["ENV-07"]
        assert not ledger.interchange_used(SITE, "1")
        assert list(ledger.documents()) == []


def test_a_sender_burns_nothing_with_what_the_user_weighs_as_an_error(own: Desk) -> None:
    lower = original(1, 1).replace(b"KBR417H", b"kbr417h")
    policy = Policy(severities=(("VAL-13", Severity.ERROR),))
    with _sender(own.url) as ledger:
        assert not pipeline.check(lower, policy=policy, journal=ledger).accepted
        assert not ledger.interchange_used("kbr417h", "1")


def test_an_xml_document_that_is_refused_burns_nothing_of_its_sender(own: Desk) -> None:
    _, xml, _ = own.run("translate", "-", given=original(1, 1))
    wrong = xml.replace(">N10</HeaderNatureType>", ">N99</HeaderNatureType>").encode()
    with _sender(own.url) as ledger:
        assert not check(wrong, journal=ledger).accepted
        assert not ledger.interchange_used(SITE, "1")


def _sender(url: str) -> Ledger:
    ledger = Ledger.open(url, create=True, sending=True)
    assert ledger
    return ledger


# ---------------------------------------------------------------------- what is no interchange, or no ledger


def test_messages_without_an_envelope_are_not_judged_by_what_was_sent(desk: Desk) -> None:
    bare = original(1, 1)
    bare = bare[bare.index(b"UNH") : bare.index(b"UNZ")]
    desk.record(bare)
    assert desk.shown() == "Nothing was ever sent.\n"
    found = json.loads(desk.run("check", "-", "--ledger", desk.url, "--format", "json", given=bare)[1])["files"][0]
    assert {"id": "CMR-02b", "reason": "some messages do not say who sent them"} in found["rules"]["skipped"]


def test_answers_of_customs_leave_no_trace_when_they_are_checked(desk: Desk) -> None:
    answer = (SAMPLES / "customs-contrl-rejected.edi").read_bytes()
    assert desk.record(answer) == []
    assert desk.record(answer) == []


def test_a_ledger_that_is_not_there_yet_knows_of_nothing_and_is_not_made(tmp_path: Path) -> None:
    desk = Desk(str(tmp_path / "new.db"))
    code, out, err = desk.run("check", "-", "--ledger", desk.url, given=withdraw(2, 1))
    assert (code, "CMR-10" in out) == (1, True)
    assert err == f"{desk.url}: there is no ledger yet, so nothing was sent before\n"
    assert not Path(desk.url).exists()
    code, _, err = desk.run("ledger", "show", desk.url)
    assert (code, err[:25]) == (2, "Error: There is no ledger")


def test_another_database_is_refused(database: str) -> None:
    engine = engine_of(url_of(database))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE stamps (name text)")
    engine.dispose()
    for words in (("check", "-", "--record", "--ledger", database), ("ledger", "migrate", database)):
        code, _, err = Desk(database).run(*words, given=original(1, 1))
        assert code == 2
        assert "holds other tables" in err


def test_a_ledger_of_another_version_is_refused_with_what_to_do(desk: Desk) -> None:
    assert desk.run("ledger", "migrate", desk.url)[0] == 0
    engine = engine_of(url_of(desk.url))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    code, _, err = desk.run("check", "-", "--ledger", desk.url, given=original(1, 1))
    assert code == 2
    assert f"stands at revision 9999, this program needs {HEAD}" in err
    assert desk.run("ledger", "migrate", desk.url)[0] == 2


def test_migrations_make_the_tables_that_the_program_uses(desk: Desk) -> None:
    assert desk.run("ledger", "migrate", desk.url) == (0, "The ledger is up to date.\n", "")
    assert desk.run("ledger", "migrate", desk.url) == (0, "The ledger is up to date.\n", "")
    engine = engine_of(url_of(desk.url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("mysql://root:geheim@db/x", "A ledger is kept in SQLite or PostgreSQL, not in mysql."),
        ("sqlite://x:y:z", "The URL of the ledger cannot be read"),
        ("postgresql://ann:geheim@127.0.0.1:1/x", "The ledger postgresql://ann:***@127.0.0.1:1/x cannot be used: "),
        ("/no/such/folder/x.db", "The ledger /no/such/folder/x.db cannot be used: unable to open database file."),
    ],
)
def test_what_is_no_ledger_is_told_in_a_sentence_without_secrets(url: str, text: str) -> None:
    code, out, err = Desk(url).run("check", "-", "--record", "--ledger", url, given=original(1, 1))
    assert (code, out) == (2, "")
    assert text in err
    assert "geheim" not in err


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"UNA:+.? '" * 200)
    code, _, err = Desk(str(file)).run("check", "-", "--ledger", str(file), given=original(1, 1))
    assert (code, err) == (2, f"Error: The ledger {file} cannot be used: file is not a database.\n")


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("edifact_ics.ledger")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    code, _, err = Desk("x").run("check", "-", "--ledger", str(tmp_path / "x.db"), given=original(1, 1))
    assert (code, err) == (2, "Error: The ledger needs sqlalchemy: pip install 'edifact-ics[ledger]'.\n")


def test_record_needs_a_ledger() -> None:
    code, _, err = Desk("x").run("check", "-", "--record", given=original(1, 1))
    assert (code, "--record writes to a ledger" in err) == (2, True)


def test_from_python_a_history_is_asked_and_a_journal_is_told() -> None:
    journal = Memory()
    assert check(original(1, 1), journal=journal).accepted
    assert [f.code for f in check(original(1, 2), history=journal).findings] == ["CMR-02b", "CMR-02c"]
    assert check(withdraw(2, 2), history=journal).accepted
    assert b"+4+26'" in respond(original(1, 1), history=journal).data
