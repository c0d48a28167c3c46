"""`edifact-ics reference`: what it prints, its exit codes, and that a load is whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import run

HEAD = "# table: permits\n# issued: 2026-07-01\n# source: a test\n"
GOOD = HEAD + "number,classification,description\nPX1,2204,Wine\nPX2,,Any goods\n"
BAD = HEAD + "number,classification,description\nPX1,2204,Wine\nPX1,2204,Wine\nPX2,x,Any goods\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDIFACT_ICS_REFERENCE", "tables")
    Path("good.csv").write_text(GOOD, "utf-8")
    Path("bad.csv").write_text(BAD, "utf-8")


def test_a_sound_file() -> None:
    done = run("reference", "check", "good.csv")
    assert (done.code, done.out) == (0, "good.csv: sound (permits, issued 2026-07-01, 2 rows)\n")


def test_a_file_with_problems() -> None:
    done = run("reference", "check", "bad.csv", "good.csv")
    assert done.code == 1
    assert done.out == (
        "bad.csv: row 6: number 'PX1', classification '2204' is in force by row 5 too;"
        " only one row may be on any day, so end the earlier one with until\n"
        "bad.csv: row 7, column classification: 'x' is wrong; write two to eight digits\n"
        "bad.csv: 2 problems, not to be used\n"
        "good.csv: sound (permits, issued 2026-07-01, 2 rows)\n"
    )


def test_a_check_as_json() -> None:
    done = run("reference", "check", "bad.csv", "--format", "json")
    (file,) = json.loads(done.out)["files"]
    assert (done.code, file["sound"], file["table"], file["issued"]) == (1, False, "permits", "2026-07-01")
    assert [(p["row"], p["column"]) for p in file["problems"]] == [(6, None), (7, "classification")]


def test_standard_input_and_folders() -> None:
    assert run("reference", "check", "-", given=GOOD.encode()).out.startswith("-: sound (permits, ")
    assert run("reference", "check", ".").out.count("\n") == 4
    Path("empty").mkdir()
    done = run("reference", "check", "empty")
    assert (done.code, done.err) == (2, "Error: empty: the folder holds no .csv files.\n")


def test_a_file_that_is_not_there() -> None:
    done = run("reference", "check", "none.csv")
    assert (done.code, done.out, done.err) == (2, "", "Error: none.csv: No such file or directory.\n")


def test_loading_puts_a_sound_file_where_checks_look() -> None:
    path = Path("tables", "permits-2026-07-01.csv")
    done = run("reference", "load", "good.csv")
    assert (done.code, done.out) == (0, f"good.csv: permits, issued 2026-07-01, 2 rows: loaded as {path}\n")
    assert path.read_text("utf-8") == GOOD
    again = run("reference", "load", "good.csv", "--format", "json")
    (file,) = json.loads(again.out)["files"]
    assert (again.code, file["loaded"], file["replaced"]) == (0, str(path), True)
    assert [file.name for file in Path("tables").iterdir()] == [path.name]


def test_a_bad_file_leaves_what_was_loaded_before() -> None:
    run("reference", "load", "good.csv", "--into", "mine")
    done = run("reference", "load", "bad.csv", "--into", "mine")
    assert done.code == 1
    assert [file.read_text("utf-8") for file in Path("mine").iterdir()] == [GOOD]


def test_an_issue_that_lies_there_under_another_name() -> None:
    Path("tables").mkdir()
    Path("tables", "mine.csv").write_text(GOOD, "utf-8")
    done = run("reference", "load", "good.csv")
    assert done.code == 1
    assert (
        f"good.csv: {Path('tables', 'mine.csv')} holds permits issued on 2026-07-01 already; remove that\n" in done.out
    )


def test_a_folder_that_cannot_be_written_to() -> None:
    Path("tables").write_text("a file", "utf-8")
    done = run("reference", "load", "good.csv")
    assert (done.code, done.out, done.err) == (2, "", "Error: tables: File exists.\n")


def test_a_big_file_is_read() -> None:
    rows = "".join(f"P{n},,{'x' * 100}\n" for n in range(20_000))
    Path("big.csv").write_text(HEAD + "number,classification,description\n" + rows, "utf-8")
    done = run("reference", "check", "big.csv")
    assert done.out == "big.csv: sound (permits, issued 2026-07-01, 20000 rows)\n"


def test_the_list_names_what_is_loaded_shipped_and_missing() -> None:
    run("reference", "load", "good.csv")
    out = run("reference", "list").out
    assert out.startswith("Tables of your own lie in tables.\n")
    assert (
        "\npermits: permits and the goods they cover\n  loaded, issued 2026-07-01, 2 rows; source: a test\n  asked by 1 rule (run)\n"
        in out
    )
    assert (
        "\nports: ports and other places (UN/LOCODE)\n  shipped, issued 2015-07-01, 1876 rows; source: UN/LOCODE" in out
    )
    assert "\ntariff: tariff classifications and statistical codes\n  not loaded\n" in out


def test_one_table_of_the_list_with_its_columns() -> None:
    out = run("reference", "list", "securities").out
    assert out.splitlines()[1:6] == [
        "securities: securities lodged with Customs",
        "  not loaded",
        "  asked by 2 rules (skipped): GBR-SECURITY-IDENTIFIER-03, GBR-SECURITY-IDENTIFIER-04",
        "  key: identifier",
        "  column identifier: security identifier (a code of at most 35 characters)",
    ]
    done = run("reference", "list", "permit")
    assert (done.code, done.err) == (2, "Error: There is no table 'permit'. Did you mean permits?\n")


def test_the_list_as_json() -> None:
    Path("tables").mkdir()
    Path("tables", "bad.csv").write_text(BAD, "utf-8")
    listed = {table["table"]: table for table in json.loads(run("reference", "list", "--format", "json").out)["tables"]}
    (issue,) = listed["permits"]["issues"]
    assert (issue["issued"], issue["shipped"], issue["rows"], len(issue["problems"])) == ("2026-07-01", False, None, 2)
    assert (listed["tariff"]["loaded"], listed["tariff"]["issues"]) == (False, [])
    assert {"id": "GBR-LUXURY-CAR-TAX-PAYABLE-INDICATOR-01", "runs": False} in listed["tariff"]["rules"]
    assert {"id": "GBR-PORT-OF-DESTINATION-01", "runs": True} in listed["ports"]["rules"]
    assert listed["countries"]["issues"][0]["issued"] is None


def test_a_folder_with_a_file_that_is_no_table() -> None:
    Path("other").mkdir()
    Path("other", "notes.csv").write_text("a,b\n", "utf-8")
    done = run("reference", "list", "--reference-data", "other")
    assert done.code == 2
    assert done.err.startswith(f"Error: {Path('other', 'notes.csv')}: the head does not say table; begin the file")


# Checks that use tables

MESSAGE = (Path(__file__).parent.parent / "samples" / "imd-sea-fcl-original.edi").read_bytes()


def skipped(*words: str) -> dict[str, str]:
    done = run("check", "sent.edi", "--format", "json", *words)
    return {one["id"]: one["reason"] for one in json.loads(done.out)["files"][0]["rules"]["skipped"]}


def test_a_rule_whose_table_is_missing_is_reported_skipped() -> None:
    Path("sent.edi").write_bytes(MESSAGE)
    before = skipped()
    assert before["GBR-PERMIT-NUMBER-01"] == "no table 'permits' loaded"
    assert before["GBR-IMPORTER-ABN-04"] == "no table 'clients' loaded; judged in part only"
    assert "GBR-PORT-OF-DESTINATION-01" not in before
    run("reference", "load", "good.csv")
    assert before.keys() - skipped().keys() == {"GBR-PERMIT-NUMBER-01"}
    Path("none").mkdir()
    assert skipped("--reference-data", "none") == before
    text = run("check", "sent.edi", "--reference-data", "none").out.splitlines()[-1]
    assert text.startswith("  rules: ")
    assert f" run, {len(before)} skipped: " in text
    assert "no table 'clients' loaded (" in text


def test_the_tables_of_a_folder_are_asked_by_the_date_of_the_message() -> None:
    """The message is of 18 November 2026: a port that ended the day before is unknown by then."""
    Path("sent.edi").write_bytes(MESSAGE)
    Path("mine").mkdir()
    ports = HEAD.replace("permits", "ports") + "code,until\nAUBNE,\nAUMEL,{until}\n"
    for until, codes in (("2026-11-18", []), ("2026-11-17", ["GBR-PORT-OF-DESTINATION-01"])):
        Path("mine", "ports.csv").write_text(ports.format(until=until), "utf-8")
        done = run("check", "sent.edi", "--format", "json", "--reference-data", "mine")
        found = json.loads(done.out)["files"][0]["findings"]
        assert [finding["code"] for finding in found if finding["severity"] == "warning"] == codes


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("code,name\nauBNE,Brisbane\n", "row 5, column code: 'auBNE' is wrong; write two capital letters and three"),
        ("kode,name\nAUBNE,Brisbane\n", "row 4: ports has no column 'kode'; did you mean code?"),
    ],
)
def test_a_check_that_needs_a_bad_table_could_not_run(rows: str, reason: str) -> None:
    Path("sent.edi").write_bytes(MESSAGE)
    Path("mine").mkdir()
    Path("mine", "ports.csv").write_text(HEAD.replace("permits", "ports") + rows, "utf-8")
    done = run("check", "sent.edi", "--reference-data", "mine")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {Path('mine', 'ports.csv')}: {reason}")


def test_a_folder_that_does_not_exist_is_a_usage_error() -> None:
    assert run("check", "good.csv", "--reference-data", "nowhere").code == 2


def test_the_account_of_the_rules_knows_what_is_loaded() -> None:
    def status() -> str:
        return str(json.loads(run("rules", "GBR-PERMIT-NUMBER-01", "--format", "json").out)["rules"][0]["status"])

    assert status() == "skipped-without:permits"
    run("reference", "load", "good.csv")
    assert status() == "checked"
