"""Commands run as a user runs them, for tests."""

from __future__ import annotations

from dataclasses import dataclass

from click.testing import CliRunner

from edifact_ics.cli import main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def run(*words: str, given: bytes = b"") -> Ran:
    """Run a command; an exception other than a clean exit is a failure of the test."""
    result = CliRunner().invoke(main, words, input=given, prog_name="edifact-ics", catch_exceptions=False)
    assert "Traceback" not in result.output
    return Ran(result.exit_code, result.stdout_bytes.decode("utf-8"), result.stderr)
