"""A message on a line of its own is written and judged at one stroke; that must say what the careful way says."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from edifact_ics.canonical import retrace
from edifact_ics.canonical.document import _DocumentReader
from edifact_ics.canonical.retrace import Retracer
from edifact_ics.canonical.write import Writer, writer_of
from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.finding import Report
from edifact_ics.inspection.run import Run
from edifact_ics.reference import load_reference
from edifact_ics.rules import Engine, Known, available

SAMPLES = Path(__file__).parents[1] / "samples"
BEGINS = '<?xml version="1.0" encoding="UTF-8"?>\n'
ELEMENT = re.compile(r'<(\w+) seg="(\d+)">([^<]+)</\1>')
TEXTS = (
    "20250230",
    "20240229",
    "01",
    "-1",
    "1.5",
    "1,5",
    "A  B",
    "é",
    "€",
    "\xa0",
    "N30",
    "N10",
    "AUD",
    "ZZ",
    "N",
    "9" * 40,
)
# What is done to one element: name, number and text are its own.
EDITS: tuple[Callable[[str, str, str], str], ...] = (
    lambda name, seg, text: f'<{name} seg="{seg}">{text}&amp;+:?\'&lt;&gt;</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}"> {text} </{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text * 9}</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text} é</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text}&#9;</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text}&quot;</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text}&none;</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text}><!-- x --></{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}"><![CDATA[{text}]]></{name}>',
    lambda name, seg, text: f'<!-- <{name} seg="{seg}">{text}</{name}> -->',
    lambda name, seg, text: f'<{name} seg="{seg}">{text} seg="{seg}">{text}</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}"/>',
    lambda name, seg, text: f'<{name} seg="{int(seg) + 1}">{text}</{name}>',
    lambda name, seg, text: f'<{name} seg="0{seg}">{text}</{name}>',
    lambda name, seg, text: f"<{name} seg='{seg}'>{text}</{name}>",
    lambda name, seg, text: f'<{name} seg="{seg}" sent=" {text}">{text}</{name}>',
    lambda name, seg, text: f'<{name} xmlns="urn:other" seg="{seg}">{text}</{name}>',
    lambda name, seg, text: f"<{name}>{text}</{name}>",
    lambda name, seg, text: f'<{name} seg="{seg}">{text}</{name}><{name} seg="{seg}">{text}</{name}>',
    lambda name, seg, text: f'<{name} seg="{seg}">{text}</{name}>text',
    lambda name, seg, text: f'<{name} seg="{seg}">{text}</Other>',
    lambda name, seg, text: f'\n<{name} seg="{seg}">{text}\n{text}</{name}>',
    lambda name, seg, text: f'</Line><Line><{name} seg="{seg}">{text}</{name}>',
    lambda name, seg, text: f'</Line><{name} seg="{seg}">{text}</{name}><Line>',
    lambda name, seg, text: "",
    *(lambda name, seg, text, one=one: f'<{name} seg="{seg}">{one}</{name}>' for one in TEXTS),
)
MARKS = (
    "carriers='2:0410.1'",
    "carriers='-1:0410.1'",
    "carriers='x'",
    "sent='1:@x 3:!'",
    "sent='3:1.1=X'",
    "sent='a>b'",
)
MARKS += ("breaks='2:\\x0D'", "breaks='2:x'", "line-end='\\x0A'", "closed='no'", "terminated='no'", "count='7 of 63'")
MARKS += ("trailer-reference='€'", "other='1'", "xmlns='urn:other'", "xmlns:a='urn:other'", "line-end='&none;'")
# What may stand in front of a message: most of it makes something else of the line.
FRONTS = (
    "<!-- \n",
    "<!-- -->\n",
    "<![CDATA[\n",
    "<?x \n",
    "<Other>\n",
    "<Other/>\n",
    "text\n",
    "\n",
    " ",
    "<Outside/>",
    "-->\n",
)
FRONTS += (
    '<Other xmlns="urn:other"><Envelope></Envelope>\n',
    "<Envelope></Envelope>\n",
    "<UnknownMessage/>\n",
    "<Line>\n",
)
FRONTS += ("<ImportDeclaration>\n", "</Interchange>\n", '<Interchange xmlns="urn:other"><Envelope></Envelope>\n')
HEADS = (
    "",
    "<?xml version='1.0' encoding='UTF-8'?>\n",
    '<?xml version="1.0"?>\n',
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n',
    f"\ufeff{BEGINS}",
)
HEADS += (f'{BEGINS}<!DOCTYPE Interchanges [<!ENTITY none "x">]>\n', '<?xml version="1.0" encoding="UTF-7"?>\n')


def _traced(data: bytes) -> str:
    return "".join(xml_pieces(Run(Report("-"), want_xml=True), io.BytesIO(data)))


def _said(xml: str, engine: Engine | None = None) -> tuple[Any, ...]:
    """Everything that is said of a document, and what it becomes."""
    run = Run(Report("-"), engine=engine)
    pieces = list(edifact_pieces(run, io.BytesIO(xml.encode())))
    return pieces, run.report.findings, run.report.interchanges, run.report.stages, run.refused


def _edited(xml: str, chance: random.Random) -> str:
    found = chance.choice(list(ELEMENT.finditer(xml)))
    return xml[: found.start()] + chance.choice(EDITS)(*found.groups()) + xml[found.end() :]


def _in_front(xml: str, chance: random.Random, texts: tuple[str, ...], pattern: str) -> str:
    found = chance.choice(list(re.finditer(pattern, xml)))
    return xml[: found.end()] + chance.choice(texts) + xml[found.end() :]


def _changed(xml: str, seed: str) -> str:
    chance = random.Random(seed)
    kind = chance.choice("eeeeeemmffh")
    if kind == "e":
        return _edited(xml, chance)
    if kind == "m":
        return _in_front(xml, chance, tuple(f" {mark}" for mark in MARKS), r"\n<(?!Interch)\w+")
    if kind == "f":
        return _in_front(xml, chance, FRONTS, r"\n(?=<(?!Interch)\w)")
    return xml.replace("\n", "\r\n") if chance.random() < 0.3 else xml.replace(BEGINS, chance.choice(HEADS))


def _sample(name: str) -> str:
    """The document of a sample, with its first message sent twice more."""
    xml = _traced((SAMPLES / f"{name}.edi").read_bytes())
    message = re.search(r"\n<(?!Interch)(\w+)[ >].*</\1>", xml)
    assert message is not None
    return xml.replace(message[0], message[0] * 3)


def _with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Retracer, "raws", lambda *_: None)
    monkeypatch.setattr(_DocumentReader, "_stand_in", lambda *_: None)


@pytest.mark.parametrize("name", ["imd-sea-fcl-original", "imd-n30-settlement", "sac-sea-long", "imd-withdraw"])
def test_at_one_stroke_and_with_care_the_same_is_said_of_a_document(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _sample(name)
    documents = [whole, *(_changed(whole, f"{name}{number}") for number in range(50))]
    swift = [_said(xml) for xml in documents]
    _with_care(monkeypatch)
    for xml, said in zip(documents, swift, strict=True):
        assert said == _said(xml)


def test_rules_complain_of_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = available().engine(Known(reference=load_reference()))
    xml = _sample("imd-sea-fcl-original").replace(">N10<", ">N20<")
    swift = _said(xml, engine)
    lines = {one.position.line for one in swift[1] if one.code.startswith("GBR")}
    assert lines == {4, 5, 6}
    _with_care(monkeypatch)
    assert swift == _said(xml, engine)


def test_a_message_on_a_line_of_its_own_needs_no_care(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = _sample("imd-sea-fcl-original")
    monkeypatch.setattr(_DocumentReader, "_message", None)
    pieces, findings, *_ = _said(xml)
    sent = (SAMPLES / "imd-sea-fcl-original.edi").read_text("ascii")
    message = sent[sent.index("\nUNH") : sent.index("\nUNZ")]
    assert findings == []
    assert pieces[2:5] == [message] * 3


def test_nor_does_one_that_a_tool_has_indented(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = etree.fromstring(_traced((SAMPLES / "imd-sea-fcl-original.edi").read_bytes()).encode())
    etree.indent(tree)
    monkeypatch.setattr(Writer, "_read", None)
    pieces, findings, *_ = _said(etree.tostring(tree, encoding="unicode"))
    assert findings == []
    assert "".join(pieces) == (SAMPLES / "imd-sea-fcl-original.edi").read_text("ascii")


def test_what_was_forgotten_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = _sample("sac-sea-long")
    said = _said(xml)
    writer_of.cache_clear()
    monkeypatch.setattr(retrace, "_REMEMBERED", 3)
    assert said == _said(xml)


def test_text_behind_a_faulty_message_is_no_failure() -> None:
    """Once the reason was looked for in a text that went on behind the message, and could not be read."""
    xml = _traced((SAMPLES / "imd-withdraw.edi").read_bytes()).replace(">IMD</", ">IMDX</")
    _, findings, *_ = _said(xml.replace("</ImportDeclaration>", "</ImportDeclaration>text"))
    assert [one.message for one in findings] == ["DocumentName is 'IMDX'; allowed are IMD."]
