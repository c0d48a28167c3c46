"""The commands: their whole output, their exit codes, and what they do with what is no EDIFACT."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from commands import Ran, run

from edifact_ics import __version__
from edifact_ics.cli import main
from edifact_ics.cli.options import coloured
from edifact_ics.codes import CODES

HEAD = b"UNA:+.? '\nUNB+UNOC:3+KBR417H::KBR417H+AAA336C+261118:0915+202611180101++++1++1'\n"
MESSAGE = (
    b"UNH+1+CUSDEC:D:99B:UN'\n"
    b"BGM+929:::SAC+KB-7/A:1+9'\n"
    b"LOC+8+AUSYD::6'\n"
    b"DTM+178:20261120:102'\n"
    b"DTM+260:20261112:102'\n"
    b"FTX+AAA+++LENS CAPS?: 24'\n"
    b"RFF+ABQ:LC 7'\n"
    b"NAD+AT+85624817305::95'\n"
    b"NAD+VT+HF62QD::95'\n"
    b"UNS+D'\n"
    b"UNS+S'\n"
    b"UNT+12+1'\n"
)
GOOD = HEAD + MESSAGE + b"UNZ+1+202611180101'\n"
# A blank in front of the port, a day that does not exist, and UNT counts one too few.
WRONG = GOOD.replace(b"20261120", b"20261131").replace(b"AUSYD", b" AUSYD").replace(b"UNT+12", b"UNT+11")
FIXED = ("--at", "2026-11-21T09:30:00", "--reference", "7", "--kind", "contrl")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.edi").write_bytes(GOOD)
    Path("wrong.edi").write_bytes(WRONG)


# ---------------------------------------------------------------------- check


def test_check_says_that_all_is_well() -> None:
    ran = run("check", "good.edi")
    *lines, rules = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines == [
        "good.edi: accepted (1 interchange, 1 message)",
        "  interchange 202611180101 from KBR417H to AAA336C",
        "    message 1: SAC, KB-7/A version 1, original, 12 segments: accepted",
    ]
    assert re.match("  rules: [0-9]+ run, [0-9]+ skipped: ", rules)


WRONG_TEXT = (
    "wrong.edi: rejected (1 interchange, 1 message, 2 errors, 1 remark)\n"
    "  interchange 202611180101 from KBR417H to AAA336C\n"
    "    message 1: SAC, KB-7/A version 1, original, 12 segments: rejected\n"
    "      info VAL-10 line 5:7, segment 3 LOC, element 2.1: Port of Destination was cleaned to 'AUSYD'.\n"
    "        in /SelfAssessedClearance/Header/PortOfDestination\n"
    "      error VAL-04 line 6:9, segment 4 DTM, element 1.2: Date of Arrival is '20261131'; a day that exists is"
    " wanted, as CCYYMMDD.\n"
    "        in /SelfAssessedClearance/Header/DateOfArrival\n"
    "      error ENV-07 line 14:5, segment 12 UNT, element 1: UNT says 11 segments, the message holds 12.\n"
    "        Write 12.\n"
)
NOT_DONE = "  not done: schema (no message was free of earlier errors), rules (no message was free of errors of form)\n"


def test_check_says_what_is_wrong_where_and_what_to_do() -> None:
    assert run("check", "wrong.edi") == Ran(1, WRONG_TEXT + NOT_DONE, "")


def test_check_quiet_leaves_out_what_is_well() -> None:
    assert run("check", "good.edi", "--quiet") == Ran(0, "", "")
    assert run("check", "good.edi", "wrong.edi", "--quiet") == Ran(1, WRONG_TEXT, "")


def test_check_as_json() -> None:
    ran = run("check", "wrong.edi", "--format", "json")
    assert ran.code == 1
    assert ran.err == ""
    assert json.loads(ran.out) == {
        "version": 1,
        "files": [
            {
                "file": "wrong.edi",
                "verdict": "rejected",
                "interchanges": [
                    {
                        "reference": "202611180101",
                        "sender": "KBR417H",
                        "recipient": "AAA336C",
                        "offset": 0,
                        "messages": [
                            {
                                "reference": "1",
                                "type": "CUSDEC",
                                "document": "SAC",
                                "function": "9",
                                "sender_reference": "KB-7/A",
                                "sender_reference_version": "1",
                                "segments": 12,
                                "verdict": "rejected",
                            }
                        ],
                    }
                ],
                "stages": {
                    "syntax": "run",
                    "envelope": "run",
                    "structure": "run",
                    "canonical": "run",
                    "schema": "skipped: no message was free of earlier errors",
                    "rules": "skipped: no message was free of errors of form",
                },
                "rules": {"run": 0, "skipped": []},
                "findings": [
                    finding(
                        "VAL-10",
                        "info",
                        "Port of Destination was cleaned to 'AUSYD'.",
                        (135, 5, 7, 3, "LOC", 2, 1),
                        ("/SelfAssessedClearance/Header/PortOfDestination", "Port of Destination", " AUSYD"),
                        "mig sac 0040 LOC",
                    ),
                    finding(
                        "VAL-04",
                        "error",
                        "Date of Arrival is '20261131'; a day that exists is wanted, as CCYYMMDD.",
                        (154, 6, 9, 4, "DTM", 1, 2),
                        ("/SelfAssessedClearance/Header/DateOfArrival", "Date of Arrival", "20261131"),
                        "mig sac 0050 DTM, observed",
                    ),
                    finding(
                        "ENV-07",
                        "error",
                        "UNT says 11 segments, the message holds 12.",
                        (291, 14, 5, 12, "UNT", 1, None),
                        (None, None, "11"),
                        "ISO 9735 (syntax 3), UNT 0074",
                        "Write 12.",
                    ),
                ],
            }
        ],
    }


def finding(
    code: str,
    severity: str,
    message: str,
    place: tuple[int, int, int, int, str, int | None, int | None],
    about: tuple[str | None, str | None, str | None],
    source: str,
    hint: str | None = None,
) -> dict[str, object]:
    offset, line, column, segment, tag, element, component = place
    path, name, value = about
    position = {
        "offset": offset,
        "line": line,
        "column": column,
        "interchange": 1,
        "message": "1",
        "message_number": 1,
        "segment": segment,
        "tag": tag,
        "element": element,
        "component": component,
    }
    rest = {"path": path, "name": name, "value": value, "source": source, "hint": hint}
    return {"code": code, "severity": severity, "message": message, "position": position, **rest}


def test_json_names_every_file_that_was_read() -> None:
    Path("empty.edi").touch()
    Path("notes.txt").write_text("buy milk\n")
    ran = run("check", "good.edi", "empty.edi", "notes.txt", "--format", "json")
    files = {f["file"]: f["verdict"] for f in json.loads(ran.out)["files"]}
    assert files == {"good.edi": "accepted", "empty.edi": "rejected", "notes.txt": "rejected"}
    assert ran.code == 1


def test_show_says_what_is_wrong_with_a_document_that_stands_for_no_edifact() -> None:
    Path("bad.xml").write_text("<Interchanges/>")
    said = "error XSD-03 line 1: The XML begins with Interchanges, not with Interchanges in the namespace"
    for words in (("show", "bad.xml"), ("show", "bad.xml", "--against", "good.edi"), ("show", "-")):
        ran = run(*words, given=b"<Interchanges/>")
        assert (ran.code, ran.err) == (1, "")
        assert said in ran.out


def test_standard_input_can_be_read_only_once() -> None:
    for words in (("check", "-", "-"), ("translate", "-", "-", "-o", "box"), ("show", "-", "--against", "-")):
        ran = run(*words, given=GOOD)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.endswith("Error: - is standard input, which can be read only once.\n")


def test_a_file_where_a_folder_is_wanted_is_one_sentence() -> None:
    said = "Error: wrong.edi: File exists; a folder is wanted.\n"
    assert run("translate", "good.edi", "--split", "-o", "wrong.edi") == Ran(2, "", said)
    assert run("translate", "good.edi", "good.edi", "-o", "wrong.edi") == Ran(2, "", said)
    assert Path("wrong.edi").read_bytes() == WRONG


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b'{"interchanges": []}', "This looks like JSON, which is written but not read"),
        (GOOD.lower(), "Tags are written in capitals."),
        (GOOD.decode("ascii").encode("utf-16"), "This looks like UTF-16: save the file as ISO 8859-1."),
        (GOOD.decode("ascii").encode("utf-16-be"), "This looks like UTF-16: save the file as ISO 8859-1."),
    ],
)
def test_what_was_taken_for_edifact_is_named(data: bytes, hint: str) -> None:
    assert hint in run("check", "-", given=data).out


def test_a_guide_that_does_not_exist_is_one_sentence() -> None:
    assert run("guide", "check", "gone.xml") == Ran(2, "", "Error: gone.xml: No such file or directory.\n")


def test_findings_stand_in_source_order() -> None:
    twice = WRONG + WRONG.replace(b"202611180101", b"202611180102")
    findings = json.loads(run("check", "-", "--format", "json", given=twice).out)["files"][0]["findings"]
    offsets = [f["position"]["offset"] for f in findings]
    assert len(offsets) == 6
    assert offsets == sorted(offsets)


@pytest.mark.parametrize("words", [("check",), ("check", "--format", "json"), ("show",), ("respond", *FIXED)])
def test_the_same_input_gives_the_same_bytes(words: Sequence[str]) -> None:
    assert run(*words, "wrong.edi") == run(*words, "wrong.edi")


# ---------------------------------------------------------------------- policy


@pytest.mark.parametrize(
    ("options", "code", "codes"),
    [
        ((), 1, ["VAL-10", "VAL-04", "ENV-07"]),
        (("--select", "VAL"), 1, ["VAL-10", "VAL-04"]),
        (("--select", "VAL-10", "--select", "ENV"), 1, ["VAL-10", "ENV-07"]),
        (("--ignore", "ENV", "--ignore", "VAL-04"), 0, ["VAL-10"]),
        (("--ignore", "VAL", "--severity", "ENV-07=warning"), 0, ["ENV-07"]),
        (("--select", "VAL-10", "--severity", "VAL-10=error"), 1, ["VAL-10"]),
    ],
)
def test_findings_can_be_chosen_and_weighed(options: Sequence[str], code: int, codes: list[str]) -> None:
    ran = run("check", "wrong.edi", "--format", "json", *options)
    assert ran.code == code
    assert [f["code"] for f in json.loads(ran.out)["files"][0]["findings"]] == codes


def test_a_severity_decides_the_verdict() -> None:
    options = ("--ignore", "VAL", "--severity", "ENV-07=warning", "--format", "json")
    file = json.loads(run("check", "wrong.edi", *options).out)["files"][0]
    assert file["verdict"] == "accepted-with-warnings"
    assert file["interchanges"][0]["messages"][0]["verdict"] == "accepted-with-warnings"
    assert file["findings"][0]["severity"] == "warning"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("ENV-07=fatal", "--severity ENV-07=fatal: write CODE=error, CODE=warning or CODE=info"),
        ("ENV-07", "--severity ENV-07: write CODE=error, CODE=warning or CODE=info"),
        ("ENV-77=error", "--severity ENV-77=error: there is no code 'ENV-77'"),
    ],
)
def test_a_wrong_severity_is_a_usage_error(option: str, said: str) -> None:
    ran = run("check", "good.edi", "--severity", option)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"Error: {said}\n")


# ---------------------------------------------------------------------- what is read


def test_standard_input() -> None:
    assert run("check", "-", given=GOOD).out.startswith("-: accepted (1 interchange, 1 message)\n")
    assert run("show", "-", given=GOOD) == run("show", "good.edi")
    assert run("respond", "-", *FIXED, given=GOOD) == run("respond", "good.edi", *FIXED)
    assert run("translate", "-", given=GOOD) == run("translate", "good.edi")


def test_folders_are_walked_in_order_of_names() -> None:
    for name in ("box/b.edi", "box/a/z.edi", "box/.hidden.edi", "box/.git/x.edi", "box/c"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(GOOD)
    ran = run("check", "box", "good.edi", "--format", "json")
    named = [f["file"].replace(os.sep, "/") for f in json.loads(ran.out)["files"]]
    assert named == ["box/a/z.edi", "box/b.edi", "box/c", "good.edi"]
    assert ran.code == 0


def test_an_empty_folder_is_said_to_be_empty() -> None:
    Path("box").mkdir()
    assert run("check", "box") == Ran(0, "No file was checked.\n", "box: the folder holds no files\n")


def test_an_empty_folder_gives_json_all_the_same() -> None:
    Path("box").mkdir()
    ran = run("check", "box", "--format", "json")
    assert (ran.code, json.loads(ran.out)) == (0, {"version": 1, "files": []})


def test_rules_that_cannot_be_read_are_one_sentence() -> None:
    assert run("check", "good.edi", "--rules", "gone.py") == Ran(2, "", "Error: gone.py: No such file or directory.\n")
    Path("rules").mkdir()
    assert run("check", "good.edi", "--rules", "rules") == Ran(2, "", "Error: rules: Is a directory.\n")
    Path("latin.py").write_bytes(b"# d\xe9j\xe0 vu")
    said = "Error: latin.py: rules are written in Python, and this is no text in UTF-8.\n"
    assert run("check", "good.edi", "--rules", "latin.py") == Ran(2, "", said)


def test_usage_errors_of_guide_show_what_a_user_types() -> None:
    ran = run("guide", "IMD", "SAC")
    assert ran.err == (
        "Usage: edifact-ics guide [OPTIONS] [MESSAGE]\nTry 'edifact-ics guide --help' for help.\n\n"
        "Error: One message at a time.\n"
    )


def test_an_unreadable_file_is_one_sentence_and_the_others_are_checked() -> None:
    ran = run("check", "missing.edi", "good.edi")
    assert ran.code == 2
    assert ran.err == "Error: missing.edi: No such file or directory.\n"
    assert ran.out.startswith("good.edi: accepted")
    assert run("check", "missing.edi", "wrong.edi").code == 2


@pytest.mark.parametrize("words", [("show",), ("respond",), ("translate",)])
def test_other_commands_say_so_too(words: Sequence[str]) -> None:
    assert run(*words, "missing.edi") == Ran(2, "", "Error: missing.edi: No such file or directory.\n")


NO_MESSAGE = "the file holds no message"
NOTHING_DONE = (
    f"  not done: structure ({NO_MESSAGE}), canonical ({NO_MESSAGE}), schema ({NO_MESSAGE}), rules ({NO_MESSAGE})\n"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"\r\n \n", "The file is empty."),
        (b"buy milk\n", "The file is no EDIFACT: it begins with 'buy milk\\n', not with UNA, UNB or UNH."),
        (
            bytes(range(256)),
            "The file is no EDIFACT: it begins with '\\x00\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\t\\n\\x0b\\x0c\\r"
            "\\x0e\\x0f\\x10\\x11\\x12\\x13', not with UNA, UNB or UNH.",
        ),
    ],
    ids=["empty", "only line ends", "text", "binary"],
)
def test_what_is_no_edifact(data: bytes, said: str) -> None:
    assert run("check", "-", given=data) == Ran(
        1, f"-: rejected (0 interchanges, 0 messages, 1 error)\n  error SYN-01 line 1:1: {said}\n{NOTHING_DONE}", ""
    )
    assert run("show", "-", given=data) == Ran(1, f"^ error SYN-01: {said}\n", "")
    assert run("translate", "-", given=data).code == 1
    assert run("respond", "-", given=data) == Ran(2, "", f"-: There is no interchange to answer: {said}\n")


def test_every_finding_that_is_counted_is_said() -> None:
    """Also one that belongs to no interchange."""
    for data in (b"UNA, no luck", b"milk UNA, no luck UNB+x", b"UNZ+1+2'", b"UNA:+.? 'BGM+1'"):
        file = json.loads(run("check", "-", "--format", "json", given=data).out)["files"][0]
        text = run("check", "-", given=data).out
        assert [f["code"] for f in file["findings"] if f["code"] not in text] == []


def test_control_characters_are_shown_escaped() -> None:
    data = GOOD.replace(b"KB-7/A", b"KB\x1b[2J\x07").replace(b"KBR417H::", b"K\x9bR\xad::")
    for words in (("check",), ("show",)):
        ran = run(*words, "-", given=data)
        assert ran.code == 1
        assert [c for c in ran.out if c != "\n" and not c.isprintable()] == []
        assert "KB\\x1b[2J\\x07" in ran.out
        assert "K\\x9bR\\xad" in ran.out
    assert "\x1b" not in run("check", "-", "--format", "json", given=data).out
    assert "\x1b" not in run("translate", "-", "--force", given=data).out


def test_bare_messages_are_checked_but_not_answered() -> None:
    ran = run("check", "-", given=MESSAGE)
    assert ran.code == 0
    assert "info ENV-01 line 1:1, segment 1 UNH: The file begins with UNH: messages without an envelope.\n" in ran.out
    assert run("respond", "-", given=MESSAGE) == Ran(
        2,
        "",
        "-: Interchange 1: no CONTRL can be written: there is no UNB, and UCI must repeat its sender, recipient and"
        " reference.\n",
    )


def test_an_unknown_message_is_named() -> None:
    ran = run("check", "-", given=GOOD.replace(b":::SAC", b":::SAX"))
    assert ran.code == 1
    assert "error ENV-16 line 4:11, segment 2 BGM, element 1.4: Document name 'SAX' is unknown;" in ran.out


# ---------------------------------------------------------------------- show


def test_show_lists_segments_in_plain_words() -> None:
    assert run("show", "wrong.edi") == Ran(
        1,
        "Interchange 202611180101 from KBR417H to AAA336C, 18 November 2026 09:15, test\n"
        "\n"
        "Message 1  SAC: Self assessed clearance declaration  KB-7/A version 1, original  [rejected]\n"
        "     1 UNH  Message Reference Number: 1\n"
        "     2 BGM  Document Name: SAC (self assessed clearance (1001 = 929))\n"
        "            Sender Reference: KB-7/A\n"
        "            Sender Reference Version: 1\n"
        "            Message Function Code: 9 (original)\n"
        "     3 LOC  Port of Destination: AUSYD\n"
        "      ^ info VAL-10 (element 2.1): Port of Destination was cleaned to 'AUSYD'.\n"
        "     4 DTM  Date of Arrival: 20261131 (31 November 2026)\n"
        "      ^ error VAL-04 (element 1.2): Date of Arrival is '20261131'; a day that exists is wanted, as CCYYMMDD.\n"
        "     5 DTM  Valuation Date: 20261112 (12 November 2026)\n"
        "     6 FTX  Header Goods Description: LENS CAPS: 24\n"
        "     7 RFF  Importer Reference: LC 7\n"
        "     8 NAD  Importer ABN: 85624817305\n"
        "     9 NAD  Branch Identifier: HF62QD\n"
        "    10 UNS  Section control (D)\n"
        "    11 UNS  Section control (S)\n"
        "    12 UNT  Segment Count: 11, Message Reference Number: 1\n"
        "      ^ error ENV-07 (element 1): UNT says 11 segments, the message holds 12.\n"
        "        Write 12.\n"
        "\n",
        "",
    )
    assert run("show", "good.edi").code == 0


# ---------------------------------------------------------------------- respond

CONTRL = (
    "UNA:+.? '\n"
    "UNB+UNOC:3+AAA336C::AAA336C+KBR417H+261121:0930+00000000000007++++++1'\n"
    "UNH+000001+CONTRL:D:3:UN'\n"
    "UCI+202611180101+KBR417H::KBR417H+AAA336C+7'\n"
    "UCM+1+CUSDEC:D:99B:UN+7'\n"
    "UNT+4+000001'\n"
    "UNZ+1+00000000000007'\n"
)
REJECTION = (
    "UNA:+.? '\n"
    "UNB+UNOC:3+AAA336C::AAA336C+KBR417H+261121:0930+00000000000007++++++1'\n"
    "UNH+000001+CONTRL:D:3:UN'\n"
    "UCI+202611180101+KBR417H::KBR417H+AAA336C+4'\n"
    "UCM+1+CUSDEC:D:99B:UN+4+18'\n"
    "UCS+4+18'\n"
    "UCD+12+2:2'\n"
    "UCS+12+18'\n"
    "UCD+29+2'\n"
    "UNT+8+000001'\n"
    "UNZ+1+00000000000007'\n"
)


def test_respond_acknowledges_and_rejects() -> None:
    assert run("respond", "good.edi", *FIXED) == Ran(0, CONTRL, "")
    assert run("respond", "wrong.edi", *FIXED) == Ran(0, REJECTION, "")


def test_respond_writes_a_file() -> None:
    assert run("respond", "good.edi", *FIXED, "-o", "answer.edi") == Ran(0, "", "")
    assert Path("answer.edi").read_text("ascii") == CONTRL
    assert run("check", "answer.edi").code == 0
    assert sorted(p.name for p in Path().iterdir()) == ["answer.edi", "good.edi", "wrong.edi"]


def test_respond_counts_references_up() -> None:
    both = GOOD + GOOD.replace(b"202611180101", b"202611180102")
    out = run("respond", "-", *FIXED, given=both).out
    assert [line for line in out.splitlines() if line.startswith("UNZ")] == [
        "UNZ+1+00000000000007'",
        "UNZ+1+00000000000008'",
    ]


def test_respond_writes_no_reference_longer_than_14_digits() -> None:
    both = GOOD + GOOD.replace(b"202611180101", b"202611180102")
    ran = run("respond", "-", "--reference", "99999999999999", given=both)
    assert "+100000000000000" not in ran.out
    assert ran.code == 2


def test_respond_says_when_no_answer_is_due() -> None:
    asked = GOOD.replace(b"++++1++1", b"")
    ran = run("respond", "-", *FIXED, "-o", "answer.edi", given=asked)
    assert ran.code == 0
    assert "no CONTRL is due: UNB 0031 does not ask for one and nothing is wrong" in ran.err
    assert not Path("answer.edi").exists()
    contrl = run("respond", "-", given=CONTRL.encode())
    assert contrl.code == 0
    assert "an interchange of nothing but CONTRL is never answered" in contrl.err
    assert "UNB" not in contrl.out


def test_respond_that_cannot_be_written_keeps_no_half_file() -> None:
    ran = run("respond", "good.edi", *FIXED, "-o", "missing/answer.edi")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "Error: missing/answer.edi: No such file or directory.\n"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--at", "yesterday", "'yesterday' is no date and time; write for example 2026-11-21T09:30:00."),
        ("--reference", "0", "0 is not in the range 1<=x<=99999999999999."),
        ("--kind", "aperak", "'aperak' is not one of 'contrl', 'cusres', 'both'."),
    ],
)
def test_respond_refuses_wrong_options(option: str, value: str, said: str) -> None:
    ran = run("respond", "good.edi", option, value)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"Error: Invalid value for '{option}': {said}\n")


# ---------------------------------------------------------------------- translate

ENVELOPE = (
    "<Envelope><SyntaxIdentifier>UNOC</SyntaxIdentifier><InterchangeCreator>KBR417H</InterchangeCreator>"
    "<MessageOwnerSite>KBR417H</MessageOwnerSite><RecipientSite>AAA336C</RecipientSite>"
    "<PreparationDate>261118</PreparationDate><PreparationTime>0915</PreparationTime>"
    "<InterchangeControlReferenceNumber>202611180101</InterchangeControlReferenceNumber>"
    "<AcknowledgementRequest>1</AcknowledgementRequest><TestIndicator>1</TestIndicator></Envelope>\n"
)
PLAIN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Interchanges xmlns="urn:edifact-ics:canonical">\n'
    f"<Interchange>{ENVELOPE}"
    "<SelfAssessedClearance><MessageReferenceNumber>1</MessageReferenceNumber><DocumentName>SAC</DocumentName>"
    "<SenderReference>KB-7/A</SenderReference><SenderReferenceVersion>1</SenderReferenceVersion>"
    "<MessageFunction>9</MessageFunction><Header><PortOfDestination>AUSYD</PortOfDestination>"
    "<DateOfArrival>20261120</DateOfArrival><ValuationDate>20261112</ValuationDate><HeaderGoodsDescription>LENS CAPS: 24</HeaderGoodsDescription>"
    "<ImporterReference>LC 7</ImporterReference><Importer><ImporterABN>85624817305</ImporterABN></Importer>"
    "<BranchIdentifier>HF62QD</BranchIdentifier></Header></SelfAssessedClearance>\n"
    "</Interchange>\n"
    "</Interchanges>\n"
)
TRACED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Interchanges xmlns="urn:edifact-ics:canonical">\n'
    f'<Interchange una="UNA:+.? \'" break="\\x0A">{ENVELOPE}'
    '<SelfAssessedClearance carriers="10:0410.1 11:1940.1" line-end="\\x0A">'
    '<MessageReferenceNumber seg="1">1</MessageReferenceNumber><DocumentName seg="2">SAC</DocumentName>'
    '<SenderReference seg="2">KB-7/A</SenderReference><SenderReferenceVersion seg="2">1</SenderReferenceVersion>'
    '<MessageFunction seg="2">9</MessageFunction><Header><PortOfDestination seg="3">AUSYD</PortOfDestination>'
    '<DateOfArrival seg="4">20261120</DateOfArrival>'
    '<ValuationDate seg="5">20261112</ValuationDate>'
    '<HeaderGoodsDescription seg="6">LENS CAPS: 24</HeaderGoodsDescription>'
    '<ImporterReference seg="7">LC 7</ImporterReference>'
    '<Importer><ImporterABN seg="8">85624817305</ImporterABN></Importer>'
    '<BranchIdentifier seg="9">HF62QD</BranchIdentifier></Header></SelfAssessedClearance>\n'
    '<Trailer break="\\x0A" after="\\x0A"/></Interchange>\n'
    "</Interchanges>\n"
)
AS_JSON = {
    "interchanges": [
        {
            "Envelope": {
                "SyntaxIdentifier": "UNOC",
                "InterchangeCreator": "KBR417H",
                "MessageOwnerSite": "KBR417H",
                "RecipientSite": "AAA336C",
                "PreparationDate": "261118",
                "PreparationTime": "0915",
                "InterchangeControlReferenceNumber": "202611180101",
                "AcknowledgementRequest": "1",
                "TestIndicator": "1",
            },
            "messages": [
                {
                    "SelfAssessedClearance": {
                        "MessageReferenceNumber": "1",
                        "DocumentName": "SAC",
                        "SenderReference": "KB-7/A",
                        "SenderReferenceVersion": "1",
                        "MessageFunction": "9",
                        "Header": {
                            "PortOfDestination": "AUSYD",
                            "DateOfArrival": "20261120",
                            "ValuationDate": "20261112",
                            "HeaderGoodsDescription": "LENS CAPS: 24",
                            "ImporterReference": "LC 7",
                            "Importer": {"ImporterABN": "85624817305"},
                            "BranchIdentifier": "HF62QD",
                        },
                    }
                }
            ],
        }
    ]
}


def test_translate_there_and_back() -> None:
    assert run("translate", "good.edi") == Ran(0, TRACED, "")
    assert run("translate", "good.edi", "--to", "xml", "-o", "good.xml") == Ran(0, "", "")
    assert Path("good.xml").read_text("utf-8") == TRACED
    assert run("translate", "good.xml") == Ran(0, GOOD.decode(), "")
    assert run("translate", "good.xml", "-o", "again.edi") == Ran(0, "", "")
    assert Path("again.edi").read_bytes() == GOOD


def test_translate_without_trace() -> None:
    assert run("translate", "good.edi", "--no-trace") == Ran(0, PLAIN, "")
    back = run("translate", "-", given=PLAIN.encode())
    assert back.out.replace("\n", "") == GOOD.decode().replace("\n", "")


def test_translate_to_json() -> None:
    ran = run("translate", "good.edi", "--to", "json", "--no-trace")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == AS_JSON
    assert json.loads(run("translate", "-", "--to", "json", given=PLAIN.encode()).out) == AS_JSON


def test_errors_of_form_stop_a_translation() -> None:
    ran = run("translate", "wrong.edi", "-o", "wrong.xml")
    assert ran == Ran(1, "", WRONG_TEXT + "wrong.edi: not translated; --force writes despite errors.\n")
    assert not Path("wrong.xml").exists()


def test_force_writes_despite_errors_and_keeps_what_was_sent() -> None:
    ran = run("translate", "wrong.edi", "--force", "-o", "wrong.xml")
    assert ran == Ran(1, "", WRONG_TEXT)
    assert run("translate", "wrong.xml", "--force", "-o", "again.edi").out == ""
    assert Path("again.edi").read_bytes() == WRONG


def test_split_writes_a_file_for_each_message() -> None:
    second = MESSAGE.replace(b"UNH+1", b"UNH+2").replace(b"UNT+12+1", b"UNT+12+2")
    data = HEAD + MESSAGE + second + b"UNZ+2+202611180101'\n"
    Path("two.edi").write_bytes(data)
    assert run("check", "two.edi").code == 0
    assert run("translate", "two.edi", "--split", "--no-trace", "-o", "out") == Ran(0, "", "")
    assert sorted(p.name for p in Path("out").iterdir()) == ["two-1-1.xml", "two-1-2.xml"]
    assert Path("out/two-1-1.xml").read_text("utf-8") == PLAIN
    assert run("translate", "two.edi", "--split", "--no-trace", "--to", "json", "-o", "json") == Ran(0, "", "")
    assert json.loads(Path("json/two-1-1.json").read_text("utf-8")) == AS_JSON


def test_split_leaves_out_what_is_wrong() -> None:
    assert run("translate", "wrong.edi", "--split", "-o", "out").code == 1
    assert list(Path("out").iterdir()) == []
    assert run("translate", "wrong.edi", "--split", "--force", "-o", "out").code == 1
    assert [p.name for p in Path("out").iterdir()] == ["wrong-1-1.xml"]


def test_several_files_go_into_a_folder() -> None:
    ran = run("translate", "good.edi", "wrong.edi", "-o", "out")
    assert ran.code == 1
    assert [p.name for p in Path("out").iterdir()] == ["good.xml"]


def test_no_file_is_written_over_another() -> None:
    """Two files of one name in two folders."""
    for folder in ("box/a", "box/b"):
        Path(folder).mkdir(parents=True)
        Path(folder, "x.edi").write_bytes(GOOD)
    ran = run("translate", "box", "-o", "out")
    assert ran.code == 2 or len([p for p in Path("out").rglob("*") if p.is_file()]) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "iso8859-1", "ascii"])
def test_xml_is_read_in_the_encoding_it_has(encoding: str) -> None:
    xml = run("translate", "good.edi").out
    declared = {"utf-8-sig": "utf-8"}.get(encoding, "utf-16" if "16" in encoding else encoding)
    data = xml.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    assert run("translate", "-", given=data) == Ran(0, GOOD.decode("ascii"), "")
    assert run("check", "-", given=data).code == 0


def test_an_xml_bomb_in_utf_16_is_refused_like_any_other() -> None:
    data = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'.encode("utf-16")
    assert "XSD-03" in run("check", "-", given=data).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("good.edi", "wrong.edi"), "Several documents need a folder to go to: -o FOLDER."),
        (("good.edi", "--split"), "Several documents need a folder to go to: -o FOLDER."),
        (("good.xml", "--split", "-o", "out"), "--split takes EDIFACT apart; an XML document is written back whole."),
        (("good.edi", "--to", "pdf"), "Invalid value for '--to': 'pdf' is not one of 'xml', 'json', 'edifact'."),
    ],
)
def test_translate_refuses_what_makes_no_sense(words: Sequence[str], said: str) -> None:
    Path("good.xml").write_text(PLAIN)
    ran = run("translate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"Error: {said}\n")


NOT_CANONICAL = pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<Interchanges/>", "XSD-03"),
        ("<a>", "XSD-03"),
        ('<Interchanges xmlns="urn:edifact-ics:canonical"><Interchange></Interchanges>', "XSD-02"),
        ('<!DOCTYPE a><Interchanges xmlns="urn:edifact-ics:canonical"/>', "XSD-03"),
        (PLAIN.replace("20261120", "2026-11-20"), "XSD-01"),
        (PLAIN.replace("<Importer>", "<Importer><Nickname>X</Nickname>"), "XSD-01"),
    ],
    ids=["no namespace", "another root", "not well-formed", "document type", "value", "unknown element"],
)


@NOT_CANONICAL
def test_xml_that_is_no_canonical_document(text: str, code: str) -> None:
    Path("bad.xml").write_text(text)
    ran = run("check", "bad.xml", "--format", "json")
    assert ran.code == 1
    assert [f["code"] for f in json.loads(ran.out)["files"][0]["findings"]] == [code]
    ran = run("translate", "bad.xml", "-o", "bad.edi")
    assert (ran.code, ran.out) == (1, "")
    assert code in ran.err
    assert not Path("bad.edi").exists()


@NOT_CANONICAL
def test_xml_that_is_no_canonical_document_is_not_passed_on_either(text: str, code: str) -> None:
    Path("bad.xml").write_text(text)
    for form in ("json", "xml"):
        ran = run("translate", "bad.xml", "--to", form)
        assert (ran.code, ran.out) == (1, "")
        assert code in ran.err


def test_what_is_no_edifact_is_not_passed_on_as_edifact() -> None:
    Path("notes.txt").write_text("buy milk\n")
    ran = run("translate", "notes.txt", "--to", "edifact")
    assert (ran.code, ran.out) == (1, "")
    assert "SYN-01" in ran.err
    assert run("translate", "wrong.edi", "--to", "edifact").code == 1
    assert run("translate", "good.edi", "--to", "edifact") == Ran(0, GOOD.decode(), "")


def test_a_day_that_does_not_exist_is_refused_in_xml_too() -> None:
    assert run("check", "-", given=PLAIN.replace("20261120", "20261131").encode()).code == 1


def test_a_fault_in_xml_is_named_by_line_and_path() -> None:
    text = PLAIN.replace("<DateOfArrival>20261120", "\n<DateOfArrival>2026-11-20")
    found = json.loads(run("check", "-", "--format", "json", given=text.encode()).out)["files"][0]["findings"]
    assert [(f["position"]["line"], f["path"]) for f in found] == [(5, "/SelfAssessedClearance/Header/DateOfArrival")]


# ---------------------------------------------------------------------- explain


def test_explain_a_code() -> None:
    assert run("explain", "str-03", "VAL-10") == Ran(
        0,
        "STR-03  segment out of order  (error)\n"
        "  The message has this segment, but not here.\n"
        "  What to do: Move the segment to its place; the order of segments is that of the guide.\n"
        "  Source: MIG, order of rows\n"
        "VAL-10  value was cleaned  (info)\n"
        "  Blanks at the ends or runs of blanks, nulls or line ends inside a value were removed, as Customs does before"
        " it reads.\n"
        "  What to do: Nothing to do. What was sent is remembered and written back unchanged.\n"
        "  Source: Common Messaging Rule 4\n",
        "",
    )


def test_explain_lists_every_code() -> None:
    lines = run("explain").out.splitlines()
    assert lines == [f"{code}  {entry.title}  ({entry.severity.value})" for code, entry in CODES.items()]


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str) -> None:
    entry = CODES[code]
    family, _, number = code.partition("-")
    assert family in {"SYN", "ENV", "STR", "VAL", "XSD", "LED", "INT"}
    assert number.isdecimal()
    assert all(text.strip() == text and text for text in (entry.title, entry.meaning, entry.cure, entry.source))
    assert entry.meaning[-1] + entry.cure[-1] == ".."
    assert run("explain", code).out.count("\n") == 4
    known = json.loads(run("explain", code, "--format", "json").out)[code]
    assert (known["title"], known["severity"]) == (entry.title, entry.severity.value)


def test_explain_an_unknown_code() -> None:
    assert run("explain", "ZZZ") == Ran(2, "", "Error: There is no code 'ZZZ'.\n")
    ran = run("explain", "STR03")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "Error: There is no code 'STR03'. Did you mean STR-03?\n"


# ---------------------------------------------------------------------- usage


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek", "good.edi"), "No such command 'chek'. Did you mean 'check'?"),
        (("frobnicate",), "No such command 'frobnicate'."),
        (("check",), "Missing argument 'FILE…'."),
        (
            ("check", "good.edi", "--format", "yaml"),
            "Invalid value for '--format': 'yaml' is not one of 'text', 'json', 'sarif', 'html'.",
        ),
        (("show", "good.edi", "wrong.edi"), "Got unexpected extra argument (wrong.edi)"),
    ],
)
def test_usage_errors_exit_2(words: Sequence[str], said: str) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: edifact-ics ")
    assert ran.err.endswith(f"Error: {said}\n")


def test_without_a_command_help_is_shown() -> None:
    ran = run()
    assert ran.code == 2
    for command in ("check", "translate", "respond", "show", "explain", "guide"):
        assert f"  {command} " in ran.err
        assert run(command, "--help").code == 0
    assert run("--help").out == ran.err


def test_the_version_is_known_without_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    assert run("--version").out == f"edifact-ics, version {__version__}\n"


# ---------------------------------------------------------------------- terminals and processes


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    screen = Terminal(io.BytesIO(), encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdout", screen)
    with pytest.raises(SystemExit):
        main.main(words, prog_name="edifact-ics")
    assert isinstance(screen.buffer, io.BytesIO)
    return screen.buffer.getvalue().decode()


def test_colour_only_on_a_terminal_and_never_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert not coloured()
    assert "\x1b[31merror VAL-04\x1b[0m line 6:9" in on_a_terminal(monkeypatch, "check", "wrong.edi")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_a_terminal(monkeypatch, "check", "wrong.edi")
    assert not coloured()


def process(*words: str, given: bytes = b"", **environment: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "edifact_ics", *words],
        input=given,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.replace(b"\r\n", b"\n"), done.stderr.replace(b"\r\n", b"\n")


def test_as_a_process() -> None:
    assert process("check", "wrong.edi") == (1, (WRONG_TEXT + NOT_DONE).encode(), b"")
    code, out, err = process("chek")
    assert (code, out) == (2, b"")
    assert b"Did you mean 'check'?" in err


def test_bytes_go_through_a_pipe_unchanged() -> None:
    data = GOOD.replace(b"\n", b"\r\n")
    document = subprocess.run(
        [sys.executable, "-m", "edifact_ics", "translate", "-"], input=data, capture_output=True, check=True
    ).stdout
    back = subprocess.run(
        [sys.executable, "-m", "edifact_ics", "translate", "-"], input=document, capture_output=True, check=True
    ).stdout
    assert back == data


@pytest.mark.parametrize("words", [("check",), ("check", "--format", "json"), ("show",), ("translate", "--force")])
def test_output_that_cannot_hold_every_character(words: Sequence[str]) -> None:
    data = GOOD.replace(b"LENS CAPS", b"BR\xdcCKE \x80").replace(b"KB-7/A", b"\xdc")
    code, out, err = process(*words, "-", given=data, PYTHONIOENCODING="ascii")
    assert code in (0, 1)
    assert out
    assert b"Error" not in err
