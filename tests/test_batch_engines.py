"""Batches on real engines: workers that are processes of their own, and die.

Spark needs Java. `.ci/run` sets EDIFACT_ICS_TEST_JAVA=required: then its absence fails the test. Elsewhere the test is
skipped, and the reason is printed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sample_messages import SAC, data, interchange, message

SENT = data(interchange(message(SAC)))
RULES = """
import os, time
from edifact_ics.finding import Severity
from edifact_ics.rules import rule

@rule("X-MARK", source="House rules, 1", statement="Reaches the workers.", cure="None.", severity=Severity.WARNING)
def mark(header, known):
    time.sleep(0.002)
    if header.said["SenderReference"] == "POISON":
        os._exit(1)
    yield header.complaint("MessageFunction", "The rule is asked by a worker.")
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(120):
        (folder / f"{number:03}.edi").write_bytes(SENT.replace(b"JOB4712", b"JOB%d" % number))
    return folder


def started(archive: Path, *words: str) -> subprocess.Popen[str]:
    """Start a batch into the folder beside the archive, two workers, with a rule that gives a warning to each file."""
    rules = archive.parent / "house.py"
    rules.write_text(RULES, "utf-8")
    command = [sys.executable, "-m", "edifact_ics", "batch", str(archive), "-o", str(archive.parent / "out")]
    return subprocess.Popen(
        [*command, "--workers", "2", "--rules", str(rules), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_lines(process: subprocess.Popen[str], manifest: Path) -> None:
    """Wait until a few files are done."""
    while not manifest.is_file() or manifest.read_bytes().count(b"\n") < 5:
        assert process.poll() is None
        time.sleep(0.01)


def assert_all_done(archive: Path, process: subprocess.Popen[str], code: int = 0) -> str:
    """See that each file was done once, marked by the rule, its report written; return what was said on stderr."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    assert "Traceback" not in out + err
    summary = json.loads((archive.parent / "out" / "summary.json").read_bytes())
    done = [entry for entry in summary["entries"] if entry["verdict"] == "accepted-with-warnings"]
    assert [os.path.basename(entry["file"]) for entry in done] == [f"{number:03}.edi" for number in range(120)]
    for entry in done:
        assert [one["code"] for one in entry["findings"]] == ["X-MARK"]
        [report] = entry["outputs"]
        assert json.loads((archive.parent / "out" / report).read_bytes())["files"][0]["file"] == entry["file"]
    return err


def test_a_worker_killed_in_the_middle_loses_nothing(archive: Path) -> None:
    with started(archive) as process:
        manifest = archive.parent / "out" / "manifest.jsonl"
        wait_for_lines(process, manifest)
        [victim, _] = [one for one in psutil.Process(process.pid).children() if "spawn_main" in " ".join(one.cmdline())]
        victim.send_signal(signal.SIGKILL)
        assert assert_all_done(archive, process) == ""
    lines = manifest.read_bytes().splitlines()
    assert len(lines) == 121


def test_a_file_that_kills_every_worker_is_given_up_alone(archive: Path) -> None:
    (archive / "poison.edi").write_bytes(SENT.replace(b"JOB4712", b"POISON"))
    with started(archive) as process:
        assert_all_done(archive, process, code=2)
    summary = json.loads((archive.parent / "out" / "summary.json").read_bytes())
    [lost] = [entry for entry in summary["entries"] if entry["verdict"] == "unread"]
    assert lost["file"].endswith("poison.edi")
    assert lost["note"] == "3 workers died of it."


def test_spark_does_the_same(archive: Path) -> None:
    if not shutil.which("java") and os.environ.get("EDIFACT_ICS_TEST_JAVA") != "required":
        pytest.skip("no Java here, and Spark needs it")
    with started(archive, "--engine", "spark") as process:
        assert_all_done(archive, process)


def test_an_interrupted_run_says_so_and_goes_on(archive: Path) -> None:
    with started(archive) as process:
        manifest = archive.parent / "out" / "manifest.jsonl"
        wait_for_lines(process, manifest)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("Error: Stopped after ")
    assert err.count("\n") == 1
    done = manifest.read_bytes().count(b"\n") - 1
    assert 0 < done < 120
    with started(archive, "--engine", "serial") as process:
        assert_all_done(archive, process)
    assert manifest.read_bytes().count(b"\n") == 121
