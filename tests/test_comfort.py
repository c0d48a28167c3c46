"""Comfort on the command line: completion, progress on a terminal, suggestions for what was mistyped."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from commands import run

SAMPLE = Path(__file__).parents[1] / "samples" / "imd-withdraw.edi"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str) -> None:
    ran = run("completion", shell)
    assert ran.code == 0
    assert f"_EDIFACT_ICS_COMPLETE={shell}_complete" in ran.out


def test_commands_are_completed() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'edifact-ics'; from edifact_ics.cli import main; main()"],
        env={**os.environ, "_EDIFACT_ICS_COMPLETE": "bash_complete", "COMP_WORDS": "edifact-ics tr", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.split() == ["plain,translate"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "GBR-AIRLNE-CODE-01"), "Did you mean GBR-AIRLINE-CODE-01?"),
        (("rules", "GBR-AIRLNE-CODE-01"), "Did you mean GBR-AIRLINE-CODE-01?"),
        (("guide", "IMDD"), "did you mean IMD"),
        (("chek", "x"), "Did you mean 'check'?"),
        (("reference", "list", "tarif"), "Did you mean tariff?"),
    ],
)
def test_what_was_mistyped_draws_a_suggestion(words: tuple[str, ...], said: str) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert said in ran.err


def _on_a_terminal(path: Path) -> tuple[str, str]:
    """Return what `check` prints, and what it writes to a terminal as its standard error."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "edifact_ics", "check", "--quiet", str(path)], stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        out = process.communicate()[0].decode()
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how Linux says that the other end was closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return out, shown.decode()


def test_a_big_file_shows_how_far_it_was_read(tmp_path: Path) -> None:
    big = tmp_path / "big.edi"
    big.write_bytes(SAMPLE.read_bytes() + b"\r\n" * 1_000_001)
    out, shown = _on_a_terminal(big)
    assert "big.edi" in shown
    assert "100%" in shown
    assert "%" not in out


def test_a_small_file_shows_nothing() -> None:
    assert _on_a_terminal(SAMPLE)[1] == ""
