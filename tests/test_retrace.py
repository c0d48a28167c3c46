"""A message in our own form is written at one stroke; that must say what the careful way says."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest

from edifact_ics.canonical.document import read_document
from edifact_ics.canonical.retrace import Retracer
from edifact_ics.canonical.write import Writer
from edifact_ics.conversion import xml_pieces
from edifact_ics.finding import Report
from edifact_ics.guide.library import ours
from edifact_ics.inspection.run import Run

SAMPLES = Path(__file__).parents[1] / "samples"
# What is done to one element: its text and its segment number by turns become something else.
EDITS = (
    lambda name, seg, text: f'<{name} seg="{seg}">{text}&amp;+:?\'</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}"> {text} </{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text * 9}</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text} é</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}"/>',
    lambda name, seg, text: f'<{name} seg="{int(seg) + 1}">{text}</{name}>',
    lambda name, seg, text: f"<{name}>{text}</{name}>",
    lambda name, seg, text: f'<{name} seg="{seg}">{text}</{name}><{name} seg="{seg}">{text}</{name}>',
    lambda name, seg, text: "",
)
OURS = ours()
ELEMENT = re.compile(r'<(\w+) seg="(\d+)">([^<]+)</\1>')


def _traced(name: str) -> str:
    with (SAMPLES / f"{name}.edi").open("rb") as sent:
        return "".join(xml_pieces(Run(Report(name), want_xml=True), sent))


def _written(xml: str) -> list[tuple[str, str | None]]:
    return [(piece.text, piece.error) for piece in read_document(io.BytesIO(xml.encode()), OURS)]


def _edited(xml: str, seed: int) -> str:
    chance = random.Random(seed)
    found = chance.choice(list(ELEMENT.finditer(xml)))
    return xml[: found.start()] + chance.choice(EDITS)(*found.groups()) + xml[found.end() :]


@pytest.mark.parametrize("name", ["imd-sea-fcl-original", "sac-sea-long", "imd-withdraw"])
def test_at_one_stroke_and_with_care_a_document_becomes_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _traced(name)
    documents = [whole, *(_edited(whole, seed) for seed in range(40))]
    swift = [_written(xml) for xml in documents]
    monkeypatch.setattr(Retracer, "raws", lambda *_: None)
    assert swift == [_written(xml) for xml in documents]


def test_what_is_in_our_own_form_needs_no_care(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = _traced("imd-sea-fcl-original")
    monkeypatch.setattr(Writer, "_read", None)
    sent = (SAMPLES / "imd-sea-fcl-original.edi").read_text("ascii")
    assert "".join(text for text, _ in _written(xml)) == sent
