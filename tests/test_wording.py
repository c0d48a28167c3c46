"""Why a document breaks its schema: plain sentences, each fault once, none hidden by another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edifact_ics import check

TEXT = re.sub(
    r' (seg|carriers|sent)="[^"]*"',
    "",
    (Path(__file__).parent.parent / "samples" / "imd-sea-fcl-original.xml").read_text("utf-8"),
)
HEADER = "/ImportDeclaration/Header"


def findings(*changes: tuple[str, str]) -> list[tuple[str, str | None, str]]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [(f.code, f.path, f.message) for f in check(text.encode()).findings]


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("<MessageFunction>9", "<MessageFunction>77", "/MessageFunction",
         "MessageFunction is '77'; allowed are 9, 4, 50."),
        ("<SenderReference>", "<SenderReference>" + "X" * 40, "/SenderReference",
         "SenderReference has 51 characters; at most 35 are allowed."),
        ("<DateOfArrival>", "<DateOfArrival>A", "/Header/DateOfArrival",
         "DateOfArrival is 'A20261203'; a day as CCYYMMDD is wanted."),
        ("<SenderReferenceVersion>1</SenderReferenceVersion>", "", "/MessageFunction",
         "MessageFunction stands where SenderReferenceVersion is expected."),
        ("<DateOfArrival>", '<DateOfArrival foo="1">', "/Header/DateOfArrival",
         "DateOfArrival has the attribute foo; it has none of that name."),
        ("<Header>", "<Header>text", "/Header", "Header holds text of its own; only elements may stand in it."),
        ("<DateOfArrival>", "<DateOfArrival><b/>", "/Header/DateOfArrival",
         "DateOfArrival holds elements; only text may stand in it."),
        ("</Line>", "</Line><Line></Line>", "/Line[2]", "Line is not complete: LineNumber is missing."),
    ],
)  # fmt: skip
def test_a_fault_is_a_sentence(old: str, new: str, path: str, message: str) -> None:
    assert findings((old, new)) == [("XSD-01", f"/ImportDeclaration{path}", message)]


def test_an_unknown_element_hides_no_other_fault() -> None:
    found = findings(("<Header>", "<Header><Foo/>"), ("<DateOfArrival>", "<Bar/><DateOfArrival>2"))
    assert [(code, path) for code, path, _ in found] == [
        ("XSD-01", f"{HEADER}/Foo"),
        ("XSD-01", f"{HEADER}/Bar"),
        ("XSD-01", f"{HEADER}/DateOfArrival"),
    ]


def test_a_character_that_cannot_be_written_is_named_with_its_path() -> None:
    (found,) = findings(("<GoodsDescription>", "<GoodsDescription>\u20ac "))
    assert found[:2] == ("SYN-05", "/ImportDeclaration/Line[1]/GoodsDescription")
    assert "which is not in the repertoire UNOC" in found[2]
