"""Archives in one run: what is done, what is said of it, and how a run goes on."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from commands import Ran, run
from lxml import etree
from sample_messages import SAC, data, interchange, message

SENT = data(interchange(message(SAC)))
WRONG = SENT.replace(b":215'", b":216'")  # STR-15
RULES = """
import time
from edifact_ics.rules import rule

@rule("X-SLOW", source="House rules, 1", statement="Nobody lodges after lunch.", cure="Go home.")
def slow(header, known):
    time.sleep({seconds})
    yield header.complaint("MessageFunction", "Lodged after lunch.")
"""


def batch(folder: Path, *words: str, output: str = "out") -> Ran:
    return run("batch", str(folder), "-o", str(folder.parent / output), "--engine", "serial", *words)


def summary(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "summary.json").read_bytes()))


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of a summary by file, none of which may stand there twice."""
    found = summary(folder)["entries"]
    by_name = {os.path.basename(entry["file"]): entry for entry in found}
    assert len(by_name) == len(found)
    return by_name


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    (folder / "june").mkdir(parents=True)
    (folder / "good.edi").write_bytes(SENT)
    (folder / "june" / "wrong.edi").write_bytes(WRONG)
    (folder / ".hidden").write_bytes(b"nothing to see")
    return folder


# ---------------------------------------------------------------------- what is done


def test_check_sums_up_and_leaves_a_report_for_each_file(archive: Path, tmp_path: Path) -> None:
    ran = batch(archive)
    assert ran.code == 1
    assert ran.err == ""
    assert re.match(
        r"2 files checked, 2 messages\n  accepted: 1\n  rejected: 1\nfindings:\n  error STR-15  1 in 1 file\n", ran.out
    )
    alone = run("check", str(archive / "june" / "wrong.edi"), "--format", "json").out
    assert (tmp_path / "out" / "files" / "june" / "wrong.json").read_text("utf-8") == alone


def test_translate_writes_what_may_be_written_and_the_report_of_what_may_not(archive: Path, tmp_path: Path) -> None:
    assert batch(archive, "--do", "translate").code == 1
    files = tmp_path / "out" / "files"
    assert sorted(str(path.relative_to(files)) for path in files.rglob("*.*")) == ["good.xml", "june/wrong.json"]
    back = run("translate", str(files / "good.xml"))
    assert back.out.encode("iso8859-1", "replace").startswith(SENT[:200])
    (archive / "june" / "wrong.edi").unlink()
    assert batch(archive, "--do", "translate", "--no-trace", output="plain").code == 0
    assert b" seg=" not in (tmp_path / "plain" / "files" / "good.xml").read_bytes()


def test_respond_answers_each_file_and_no_two_answers_have_one_reference(archive: Path, tmp_path: Path) -> None:
    (archive / "same.edi").write_bytes(SENT)
    assert batch(archive, "--do", "respond", "--at", "2026-11-21T09:30:00", "--kind", "contrl").code == 0
    answers = sorted((tmp_path / "out" / "files").rglob("*.answer.edi"))
    assert [path.name for path in answers] == ["good.answer.edi", "wrong.answer.edi", "same.answer.edi"]
    texts = [path.read_text("iso8859-1") for path in answers]
    assert all("+261121:0930+" in text and "CONTRL" in text for text in texts)
    assert len({text.split("'")[1].split("+")[5] for text in texts}) == 3


def test_a_file_that_cannot_be_answered_is_exit_2_and_the_others_are_answered(archive: Path, tmp_path: Path) -> None:
    (archive / "bare.edi").write_bytes(b"UNH+1+CUSDEC:D:99B:UN'UNT+2+1'")
    assert batch(archive, "--do", "respond").code == 2
    assert len(list((tmp_path / "out").rglob("*.answer.edi"))) == 2


def test_options_choose_weigh_and_bring_rules(archive: Path, tmp_path: Path) -> None:
    rules = tmp_path / "house.py"
    rules.write_text(RULES.format(seconds=0))
    ran = batch(archive, "--rules", str(rules), "--severity", "X-SLOW=warning", "--ignore", "STR-15")
    assert ran.code == 0
    assert "business rules:\n  warning X-SLOW" in ran.out


# ---------------------------------------------------------------------- how it is said


def test_the_summary_stands_in_every_form(archive: Path, tmp_path: Path) -> None:
    printed = {form: batch(archive, "--format", form).out for form in ("text", "json", "csv", "html")}
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} >= {"summary.txt", "summary.json", "summary.csv", "summary.html"}
    assert printed["html"] == (out / "summary.html").read_text("utf-8")
    found = json.loads(printed["json"])
    assert (found["version"], found["do"], found["files"], found["verdicts"]["rejected"]) == (1, "check", 2, 1)
    assert found["findings"] == [{"code": "STR-15", "severity": "error", "count": 1, "files": 1}]
    assert [(one["verdict"], one["outputs"]) for one in found["entries"]] == [
        ("accepted", ["files/good.json"]),
        ("rejected", ["files/june/wrong.json"]),
    ]
    rows = list(csv.DictReader(io.StringIO(printed["csv"])))
    assert {"by": "code", "key": "STR-15", "severity": "error", "count": "1", "files": "1", "seconds": ""} in rows
    files = list(csv.DictReader(io.StringIO((out / "files.csv").read_text("utf-8"))))
    assert [(row["verdict"], row["error"], row["codes"]) for row in files] == [
        ("accepted", "0", ""),
        ("rejected", "1", "STR-15"),
    ]


def test_the_page_is_well_formed_draws_charts_asks_nobody_and_escapes(archive: Path) -> None:
    (archive / "=1+<b>&.edi").write_bytes(WRONG)
    page = batch(archive, "--format", "html").out
    tree = etree.HTML(page)
    assert [h.text for h in tree.iter("h2")] == [
        "Files by verdict",
        "Findings by code",
        "Slowest files (processor time)",
        "Files with findings",
    ]
    assert len(list(tree.iter("rect"))) >= 6
    assert not list(tree.iter("script", "img", "b", "link"))
    assert not re.search(r"https?:|src=|url\(", page)
    links = [str(a.get("href")) for a in tree.iter("a")]
    assert len(links) == 2
    assert all((archive.parent / "out" / link).is_file() for link in links)


def test_a_name_is_no_formula_in_a_spreadsheet(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(archive)
    (archive / "=cmd.edi").write_bytes(WRONG)
    assert run("batch", "=cmd.edi", "-o", str(tmp_path / "out"), "--engine", "serial").code == 1
    assert "\n'=cmd.edi,rejected," in (tmp_path / "out" / "files.csv").read_text("utf-8")


# ---------------------------------------------------------------------- names of outputs


def test_no_two_files_share_an_output(tmp_path: Path) -> None:
    for name in ("a/x.edi", "a/x.txt", "a/X.EDI", "b/x.edi", "b/C:evil?.edi", "b/e..edi", "b/CON.edi"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(SENT)
    out = tmp_path / "out"
    ran = run("batch", str(tmp_path / "a"), str(tmp_path / "b"), "-o", str(out), "--engine", "serial")
    assert ran.code == 0
    outputs = [path for entry in summary(out)["entries"] for path in entry["outputs"]]
    assert len({path.casefold() for path in outputs}) == len(outputs) == 7
    assert all(re.fullmatch(r"files/[ab]/[A-Za-z0-9._ ()~-]+\.json", path) for path in outputs)
    assert all((out / path).is_file() for path in outputs)
    assert "files/b/_CON.json" in outputs


def test_the_output_folder_may_lie_in_the_archive(archive: Path) -> None:
    for _ in range(2):
        run("batch", str(archive), "-o", str(archive / "out"), "--engine", "serial")
    assert summary(archive / "out")["files"] == 2


def test_a_file_met_twice_is_one_file(archive: Path, tmp_path: Path) -> None:
    run("batch", str(archive), str(archive / "june"), "-o", str(tmp_path / "out"), "--engine", "serial")
    assert summary(tmp_path / "out")["files"] == 2


# ---------------------------------------------------------------------- going on


def test_a_second_run_does_only_what_is_new_changed_or_gone(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch(archive)
    assert "; 2 of them by an earlier run" in batch(archive).out
    (archive / "new.edi").write_bytes(SENT)
    (archive / "june" / "wrong.edi").write_bytes(SENT)
    ran = batch(archive)
    assert ran.code == 0
    assert (summary(out)["files"], summary(out)["done_now"]) == (3, 2)
    (out / "files" / "good.json").unlink()
    batch(archive)
    assert summary(out)["done_now"] == 1
    assert (out / "files" / "good.json").is_file()
    (archive / "new.edi").unlink()
    batch(archive)
    assert list(entries(out)) == ["good.edi", "wrong.edi"]


def test_what_a_file_left_before_it_changed_is_taken_away(archive: Path, tmp_path: Path) -> None:
    batch(archive, "--do", "translate")
    (archive / "good.edi").write_bytes(WRONG)
    batch(archive, "--do", "translate")
    assert [path.name for path in (tmp_path / "out" / "files").glob("good.*")] == ["good.json"]


def test_a_line_cut_off_by_a_kill_is_done_again(archive: Path, tmp_path: Path) -> None:
    batch(archive)
    manifest = tmp_path / "out" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-9])
    assert "; 1 of them by an earlier run" in batch(archive).out
    assert list(entries(tmp_path / "out")) == ["good.edi", "wrong.edi"]


def test_outcomes_of_different_jobs_are_never_mixed(archive: Path, tmp_path: Path) -> None:
    rules = tmp_path / "house.py"
    rules.write_text(RULES.format(seconds=0))
    batch(archive, "--rules", str(rules))
    rules.write_text(RULES.format(seconds=0).replace("lunch", "dinner"))
    for words in (("--rules", str(rules)), ("--do", "translate"), ()):
        ran = batch(archive, *words)
        assert ran.code == 2
        assert "--again" in ran.err
    assert batch(archive, "--again").code == 1


def test_two_runs_at_once_in_one_folder_are_refused(archive: Path, tmp_path: Path) -> None:
    rules = tmp_path / "slow.py"
    rules.write_text(RULES.format(seconds=30))
    with _started(archive, tmp_path / "out", "--engine", "serial", "--rules", str(rules)) as first:
        _wait_for_lines(tmp_path / "out", 1)
        ran = batch(archive, "--rules", str(rules))
        first.kill()
    assert ran.code == 2
    assert "another run is at work in it" in ran.err


def test_a_killed_run_goes_on_without_losing_or_repeating_a_file(tmp_path: Path) -> None:
    archive, out, rules = tmp_path / "archive", tmp_path / "out", tmp_path / "house.py"
    archive.mkdir()
    for number in range(160):
        (archive / f"{number:03}.edi").write_bytes(SENT.replace(b"JOB4712", b"JOB%d" % number))
    rules.write_text(RULES.format(seconds=0.002))
    words = ("--do", "respond", "--rules", str(rules), "--engine", "serial")
    with _started(archive, out, *words) as first:
        _wait_for_lines(out, 20)
        first.send_signal(signal.SIGKILL)
    done = len((out / "manifest.jsonl").read_bytes().splitlines()) - 1
    assert 0 < done < 160
    assert run("batch", str(archive), "-o", str(out), *words).code == 0
    found = entries(out)
    assert sorted(found) == [f"{number:03}.edi" for number in range(160)]
    assert summary(out)["done_now"] == 160 - done
    assert len((out / "manifest.jsonl").read_bytes().splitlines()) == 161
    assert all(len(entry["outputs"]) == 1 for entry in found.values())
    assert all((out / path).stat().st_size > 100 for entry in found.values() for path in entry["outputs"])
    assert not list(out.rglob("*.part"))


# ---------------------------------------------------------------------- what cannot be done


def test_a_file_that_cannot_be_written_is_an_entry_and_tried_again(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "files").mkdir(parents=True)
    (tmp_path / "out" / "files" / "june").write_bytes(b"in the way")
    assert batch(archive).code == 2
    entry = entries(tmp_path / "out")["wrong.edi"]
    assert (entry["verdict"], entry["sha256"], "exists" in entry["note"]) == ("unread", "", True)
    (tmp_path / "out" / "files" / "june").unlink()
    assert batch(archive).code == 1
    assert summary(tmp_path / "out")["done_now"] == 1


def test_what_an_archive_may_not_hold_is_an_entry_and_exit_2(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive / "a.zip", "w") as whole:
        for number in range(150):
            whole.writestr(f"../{number}.edi", SENT)
        whole.writestr("inside.edi", SENT)
    ran = batch(archive)
    assert ran.code == 2
    assert "unread: 150" in ran.out
    found = entries(tmp_path / "out")
    assert found["inside.edi"]["verdict"] == "accepted"
    assert found["7.edi"]["note"] == "Its name leads out of the archive."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "out"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such-folder", "-o", "out"), "does not exist"),
        ((".",), "Missing option '-o'"),
        ((".", "-o", "out", "--engine", "serial", "--rules", "none.py"), "none.py"),
        ((".", "-o", "out", "--scheduler", "tcp://127.0.0.1:1"), "cannot be used"),
    ],
)
def test_what_cannot_run_is_a_sentence_and_exit_2(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("edifact_ics.batch.executors.dask._PATIENCE", 0.2)
    ran = run("batch", *words)
    assert ran.code == 2
    assert said in ran.err


def test_an_engine_that_is_not_installed_is_named_with_its_cure(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edifact_ics.batch.executors.find_spec", lambda name: None)
    ran = run("batch", str(archive), "-o", str(archive.parent / "out"))
    assert ran.code == 2
    assert "pip install 'edifact-ics[batch]'" in ran.err
    assert "--engine serial" in ran.err


def test_an_empty_folder_is_said_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    ran = batch(tmp_path / "archive")
    assert (ran.code, ran.out, ran.err) == (0, "0 files checked, 0 messages\n", "There are no files to work on.\n")


def _started(archive: Path, out: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "edifact_ics", "batch", str(archive), "-o", str(out), *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_for_lines(out: Path, count: int) -> None:
    """Wait until the manifest of a run that goes on has so many lines."""
    manifest = out / "manifest.jsonl"
    for _ in range(2_000):
        if manifest.is_file() and manifest.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)
    pytest.fail("the run writes nothing down")
