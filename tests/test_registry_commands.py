"""The commands of the registry, as a user runs them: what they print, what they refuse, and how they end."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from commands import Ran, run

IMPORTER, BUREAU = "51824753556", "53004085616"


def _used(file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a registry that commands find by the environment, as anna."""
    copy = folder / "registry.db"
    copy.write_bytes(file.read_bytes())
    monkeypatch.setenv("EDIFACT_ICS_REGISTRY", str(copy))
    monkeypatch.setenv("EDIFACT_ICS_OPERATOR", "anna")
    return copy


@pytest.fixture
def registry(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with two operators, anna and bob."""
    return _used(founded, tmp_path, monkeypatch)


@pytest.fixture
def clients(peopled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With an importer, a broker and a bureau."""
    return _used(peopled, tmp_path, monkeypatch)


def as_json(ran: Ran) -> dict[str, object]:
    found = json.loads(ran.out)
    assert found["version"] == 1
    return dict(found)


def test_the_path_step_by_step(registry: Path) -> None:
    first = run("client", "register", IMPORTER, "--name", "Yolla Imports", "--channel", "edi")
    assert first.code == 0
    assert first.out.startswith(
        "51824753556/001 Yolla Imports: 18 things missing\n"
        "  1. Consider what is needed beforehand: missing\n"
        "     software for EDI and a mail address of the site that no person uses (the client)\n"
        "       Have it ready, and note it: --ready.\n"
    )
    more = run(
        *("client", "register", IMPORTER, "--ready", "--officer", "Olga Officer", "--ordered", "authorising-officer"),
        *("--ordered", "type-3", "--signatory", "Sid Signatory", "--signed", "2026-11-24", "--role", "importer"),
        *("--street", "1 Pier Rd", "--city", "Burnie", "--state", "TAS", "--postcode", "7320", "--country", "AU"),
        *("--contact", "Olga Officer, 03 6400 0000, olga@yolla.example", "--interaction", "edi"),
        *("--text-email", "text@yolla.example", "--edi-email", "edi@yolla.example", "--reply", "xml"),
        *("--site", "AAA676Y", "--recorded", "2026-11-25"),
    )
    assert [line for line in more.out.splitlines() if line.startswith("  ") and line[2].isdigit()] == [
        "  1. Consider what is needed beforehand: done",
        "  2. Buy the certificates: done",
        "  3. Download and install the certificates: missing",
        "  4. Register the certificates in the gateway: missing",
        "  5. Establish the client record: done",
    ]
    assert run("client", "status", IMPORTER).out == more.out
    told = as_json(run("client", "status", IMPORTER, "--format", "json"))
    assert (told["client"], told["complete"]) == ("51824753556/001", False)
    shown = run("client", "show", IMPORTER).out
    for line in ("address: 1 Pier Rd, Burnie, TAS, 7320, AU", "EDI replies: XML", "site: AAA676Y edi@yolla.example"):
        assert f"  {line}\n" in shown
    assert "  agreement: signed by Sid Signatory on 2026-11-24\n" in shown


def test_register_adds_and_amend_replaces(clients: Path) -> None:
    run("client", "register", IMPORTER, "--role", "exporter", "--contact", "Ann")
    run("client", "register", IMPORTER, "--contact", "Bill,,bill@yolla.example")
    assert "51824753556/001 Yolla Imports (exporter, importer)\n" in run("client", "list").out
    amended = run("client", "amend", IMPORTER, "--role", "supplier", "--contact", "Cas", "--end", "2026-12-31")
    assert amended.out.startswith("51824753556/001 Yolla Imports (supplier), ended on 2026-12-31\n")
    assert [line for line in amended.out.splitlines() if "contact" in line] == ["  contact: Cas"]


def test_authority_takes_two(clients: Path) -> None:
    asked = run(
        "authority", "grant", IMPORTER, BUREAU, "--documents", "imd,SAC", "--functions", "original", "--payments"
    )
    assert asked.code == 0
    assert "Another operator than anna must confirm it: edifact-ics authority confirm 1 --operator NAME" in asked.out
    alone = run("authority", "confirm", "1")
    assert (alone.code, alone.out) == (1, "")
    assert alone.err == (
        "Error: anna asked for request 1 and cannot confirm it too. "
        "It takes another operator: ask a colleague to confirm it under their own name.\n"
    )
    assert "pending" in run("authority", "list").out
    assert run("authority", "confirm", "1", "--operator", "bob").code == 0
    listed = run("authority", "list", "--bureau", BUREAU)
    assert listed.out == ("1: 51824753556/001 to 53004085616/001: IMD, SAC; original; with payments; in force\n")
    data = as_json(run("authority", "list", "--format", "json"))
    assert [one["documents"] for one in data["authorities"]] == [["IMD", "SAC"]]  # type: ignore[attr-defined]
    assert "revoked at" in run("authority", "revoke", "1", "--reason", "asked by letter").out
    assert run("authority", "revoke", "1").code == 1


def test_a_request_is_listed_and_refused(clients: Path) -> None:
    assert "bureau confirm 1" in run("bureau", "operator", "add", "carol").out
    assert run("bureau", "requests").out.startswith("request 1: name an operator, carol; asked by anna at ")
    assert "refused by bob" in run("bureau", "refuse", "1", "--operator", "bob").out
    assert run("bureau", "requests").out == "Nothing waits for a second operator.\n"
    assert "refused by bob" in run("bureau", "requests", "--all").out
    assert run("bureau", "operator", "list").out == "anna\nbob\n"
    assert run("bureau", "operator", "remove", "mallory").code == 0
    assert "is no operator" in run("bureau", "confirm", "2", "--operator", "bob").err


def test_a_signatory_is_replaced_by_two(clients: Path) -> None:
    run("client", "register", IMPORTER, "--signatory", "Sid")
    assert "one organisation has one signatory" in run("client", "register", IMPORTER, "--signatory", "Tom").err
    assert run("bureau", "signatory", IMPORTER, "Tom", "--signed", "2026-11-25").code == 0
    assert run("bureau", "confirm", "1", "--operator", "bob").code == 0
    assert "signed by Tom on 2026-11-25" in run("client", "show", IMPORTER).out


def test_sites(clients: Path) -> None:
    made = run("site", "create", IMPORTER, "aaa676y", "--email", "edi@yolla.example")
    assert made.out == "AAA676Y edi@yolla.example: a site of 51824753556/001\n"
    assert made.out in run("site", "list").out
    assert run("site", "list", BUREAU).out == "CCC333C no address: a site of 53004085616/001\n"
    assert as_json(run("site", "list", "--format", "json"))["sites"]
    assert "is no EDI site" in run("site", "create", IMPORTER, "AAA-676").err


def test_the_list_is_a_table_for_rules(clients: Path, tmp_path: Path) -> None:
    table = run("client", "list", "--table").out.encode()
    loaded = run("reference", "load", "-", "--into", str(tmp_path / "tables"), given=table)
    assert (loaded.code, "6 rows" in loaded.out) == (0, True)


def test_the_trail_is_verified(clients: Path) -> None:
    whole = run("bureau", "audit", "verify")
    assert (whole.code, whole.out.splitlines()[0]) == (
        0,
        "The audit trail is whole, and the registry is as it tells: 8 rows.",
    )
    noted = whole.out.split()[-1]
    assert run("bureau", "audit", "verify", "--noted", noted).code == 0
    assert run("bureau", "audit", "verify", "--noted", "8").code == 2
    assert " anna client.register 51824753556/001 " in run("bureau", "audit", "show", IMPORTER).out
    with sqlite3.connect(clients) as database:
        database.execute("UPDATE registry_audit SET operator = 'bob' WHERE number = 3")
    database.close()
    touched = run("bureau", "audit", "verify")
    assert (touched.code, touched.out.splitlines()[0]) == (1, "Row 3 was changed after it was written.")
    data = as_json(run("bureau", "audit", "verify", "--format", "json"))
    assert data["whole"] is False
    assert data["faults"] == [{"number": 3, "what": "Row 3 was changed after it was written."}]


def test_the_first_two_operators_name_themselves(tmp_path: Path) -> None:
    where = ("--registry", str(tmp_path / "new.db"), "--operator", "anna")
    assert run("bureau", "operator", "add", "anna", *where).out == "anna is an operator.\n"
    assert run("bureau", "operator", "add", "bob", *where).out == "bob is an operator.\n"
    assert "Another operator than anna must confirm it" in run("bureau", "operator", "add", "carol", *where).out


def test_the_table_of_trust() -> None:
    lines = run("bureau", "trust").out.splitlines()
    assert "authority.grant       2  let a bureau act for a client" in lines
    assert "authority.revoke      1  end an authority at once" in lines


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("client", "register", "51824753557", "--name", "X"), 1, "its check digits are wrong. Look it up again."),
        (("client", "register", "CCID1"), 1, "Client CCID1 has no name. Give it with --name."),
        (("client", "status", "CCID1"), 1, "There is no client CCID1. `client list` shows them"),
        (("client", "show", "CCID1"), 1, "`client register` adds one."),
        (("client", "amend", "CCID1"), 1, "There is no client CCID1."),
        (("authority", "confirm", "9"), 1, "There is no request 9. `bureau requests` lists them."),
        (("authority", "grant", IMPORTER, "CCID1"), 1, "There is no client CCID1."),
        (("site", "create", "CCID1", "AAA676Y"), 1, "There is no client CCID1."),
        (("client", "register", "CCID1", "--name", "X", "--operator", "mallory"), 1, "'mallory' is no operator"),
        (("client", "register", "CCID1", "--name", "X", "--contact", ",,"), 2, "write NAME,PHONE,EMAIL"),
        (("client", "register", "CCID1", "--name", "X", "--signed", "2026-11-25"), 2, "say who with --signatory"),
        (("client", "register", "CCID1", "--role", "king"), 2, "'king' is not one of"),
        (("authority", "revoke", "x"), 2, "'x' is not a valid integer"),
    ],
)
def test_refusals_say_what_to_do(words: tuple[str, ...], code: int, said: str, clients: Path) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in " ".join(ran.err.replace("│", " ").split())


def test_a_refusal_is_data_too(clients: Path) -> None:
    ran = run("client", "show", "CCID1", "--format", "json")
    assert ran.code == 1
    assert as_json(ran)["refused"] == {
        "what": "There is no client CCID1.",
        "do": "`client list` shows them, `client register` adds one.",
    }


def test_what_is_printed_cannot_steer_a_terminal(registry: Path) -> None:
    assert "\x1b" not in run("client", "register", "CCID1", "--name", "a\x1b[2J").err
    with sqlite3.connect(registry) as database:
        run("client", "register", "CCID1", "--name", "plain")
        database.execute("UPDATE registry_client SET name = 'a' || char(27) || '[2J'")
    database.close()
    for words in (("client", "list"), ("client", "show", "CCID1"), ("client", "status", "CCID1")):
        assert "a\\x1b[2J" in run(*words).out


def test_without_a_registry_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDIFACT_ICS_REGISTRY", raising=False)
    assert "Name the registry: --registry URL" in " ".join(run("client", "list").err.split())
    nowhere = tmp_path / "none.db"
    for words in (("client", "list"), ("site", "list"), ("authority", "list"), ("bureau", "audit", "verify")):
        ran = run(*words, "--registry", str(nowhere))
        assert (ran.code, ran.out) == (2, "")
        assert "There is no registry there yet: `client register` makes one." in ran.err
    assert not nowhere.exists()


def test_the_first_to_register_is_the_first_operator(tmp_path: Path) -> None:
    words = ("client", "register", "CCID1", "--name", "X", "--registry", str(tmp_path / "new.db"), "--operator", "zoe")
    first, second = run(*words), run(*words)
    assert (first.code, first.err) == (0, "zoe is the first operator of this registry.\n")
    assert (second.code, second.err) == (0, "")


def test_a_password_is_never_shown() -> None:
    ran = run("client", "list", "--registry", "postgresql://me:s3cret@127.0.0.1:1/none")
    assert ran.code == 2
    assert "me:***@127.0.0.1:1/none" in ran.err
    assert "s3cret" not in ran.err + ran.out


def test_migrate_makes_the_tables(tmp_path: Path) -> None:
    ran = run("bureau", "migrate", f"sqlite:///{tmp_path / 'new.db'}")
    assert (ran.code, ran.out) == (0, "The registry is up to date.\n")
    assert run("client", "list", "--registry", str(tmp_path / "new.db")).out.startswith("There are no clients yet")
