"""A CONTRL shown against the interchange it answers: which segment, which value, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from fault_messages import base, interchange, message

from edifact_ics.cli import main

SAMPLES = Path(__file__).parent.parent / "samples"


def against(answer: Path, sent: Path) -> list[str]:
    return CliRunner().invoke(main, ["show", str(answer), "--against", str(sent)]).output.splitlines()


def test_the_value_refused_is_shown_as_it_was_sent_with_what_to_do() -> None:
    said = against(SAMPLES / "customs-contrl-rejected.edi", SAMPLES / "wrong-agency-and-quantity.edi")
    assert said[0] == "CONTRL 00000000004471 from AAA336C to interchange 202611180012: refused"
    assert "    segment 21: NAD+CB+40715" in said
    assert "        Write 95." in said
    assert (
        "      value not valid (12): element 3, component 2 (Measurement value); '24000000000.00000' was sent" in said
    )


def test_a_fault_of_the_envelope_is_shown_at_its_segment() -> None:
    said = against(SAMPLES / "wrong-counts.contrl.edi", SAMPLES / "wrong-counts.edi")
    assert said[0].endswith("refused: references do not match (28)")
    assert said[1].startswith("    UNZ+")
    assert "element 2" in said[2]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UCI+1+", "  That interchange is not in the file it was held against."),
        ("UCM+9+", "    That message is not in the interchange."),
        ("UCS+99999+", "    segment 99999, which the message does not have: it has 44"),
    ],
)
def test_what_the_answer_names_and_nobody_sent_is_said(tmp_path: Path, change: str, line: str) -> None:
    text = (SAMPLES / "customs-contrl-rejected.edi").read_text("latin-1")
    tag = change[:4]
    start = text.index(tag)
    stop = text.index("+", start + 4) + 1
    (tmp_path / "answer.edi").write_text(text[:start] + change + text[stop:], "latin-1")
    said = against(tmp_path / "answer.edi", SAMPLES / "wrong-agency-and-quantity.edi")
    assert line in said


def test_a_file_without_an_answer_cannot_be_shown_against_anything() -> None:
    sent = str(SAMPLES / "imd-withdraw.edi")
    ran = CliRunner().invoke(main, ["show", sent, "--against", sent])
    assert (ran.exit_code, ran.output) == (2, f"Error: {sent}: there is no answer in this file.\n")


@pytest.mark.parametrize("raw", ["LOC+8+AUFRE::5", "LOC", "XQZ+1", "LOC+8+AUFRE::6+1+2+3+4"])
def test_our_own_answers_are_shown_against_what_they_answer(tmp_path: Path, raw: str) -> None:
    raws = [raw if s.raw.startswith("LOC+8") else s.raw for s in base("sea")]
    (tmp_path / "sent.edi").write_bytes(interchange([message(raws, "1")]))
    CliRunner().invoke(main, ["respond", str(tmp_path / "sent.edi"), "-o", str(tmp_path / "answer.edi")])
    said = against(tmp_path / "answer.edi", tmp_path / "sent.edi")
    assert [line for line in said if line.startswith("    segment 4") and line.endswith(f": {raw}")]
