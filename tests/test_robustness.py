"""Whatever comes in: findings come out, never an exception, never a fault of our own, never an endless wait."""

from __future__ import annotations

import datetime
import io
import json
import random
import re

import pytest
from evil import documents
from evil.edifact import BY_BYTES, BY_SEGMENTS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sample_messages import CONTRL, IMD, SAC, SAC_LONG, UNA, check, data, interchange, message

from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.finding import Report, Severity
from edifact_ics.inspection.run import Run
from edifact_ics.pipeline import InvalidInterchange, Result, respond, translate
from edifact_ics.render.listing import lines
from edifact_ics.render.report import as_json, text

AT = datetime.datetime(2026, 11, 22, 10, 15)


def judged(report: Report) -> list[str]:
    """The codes of a report, having checked what must hold for each of them."""
    codes = [f.code for f in report.findings]
    assert "INT-01" not in codes, [f.message for f in report.findings if f.code == "INT-01"]
    wrong = any(f.severity is Severity.ERROR for f in report.findings)
    assert (report.verdict.value == "rejected") is wrong
    assert len(codes) <= 10_001
    shown = json.loads("".join(as_json([report])).encode().decode())
    assert len(shown["files"][0]["findings"]) == len(codes)
    offsets = [f.position.offset for f in report.findings if f.position.offset is not None]
    assert offsets == sorted(offsets)
    "\n".join(text(report)).encode()
    return codes


def checked(content: bytes) -> Result:
    result = check(content)
    judged(result.report)
    return result


def through_everything(content: bytes) -> None:
    """Check, answer, list, translate despite errors, and back."""
    checked(content)
    answer = respond(content, at=AT, reference=1)
    # The answer repeats the parties as they were named; an odd name is no less odd there.
    assert answer.data == b"" or set(judged(check(answer.data).report)) <= {"VAL-10", "VAL-13"}
    run = Run(Report("x"), want_xml=True)
    "\n".join(lines(run.steps(io.BytesIO(content)), run)).encode()
    there = Run(Report("x"), want_xml=True)
    xml = "".join(xml_pieces(there, io.BytesIO(content))).encode()
    judged(there.report)
    back(xml)


def back(xml: bytes) -> tuple[bytes, Report]:
    run = Run(Report("x"))
    written = "".join(edifact_pieces(run, io.BytesIO(xml))).encode("iso8859-1")
    judged(run.report)
    return written, run.report


# ---------------------------------------------------------------------- bytes of any kind

FILES = [
    data(
        interchange(message(IMD), message(SAC, "2"), end=end)
        + interchange(message(CONTRL, kind="CONTRL:D:3:UN"), reference="7", una="")
    )
    for end in ("", "\n", "\r\n")
] + [data(interchange(message(SAC_LONG), message(SAC, "2"), end="\n")), data(interchange(message(SAC), una=""))]
ODD = b"+:'?.  \r\n\0\x80\xe9A1UNHTZBSG-,\x1f\x85\xa0;~"


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file with a few changes: bytes flipped, left out, put in; segments doubled, swapped, lost; the end cut off."""
    content = bytearray(draw(st.sampled_from(FILES)))
    r = random.Random(draw(st.integers(0, 1 << 32)))
    for _ in range(draw(st.sampled_from([1, 1, 2, 4, 10]))):
        at, other = sorted(r.randrange(len(content) + 1) for _ in "ab")
        kind = draw(st.sampled_from(["flip", "odd", "delete", "insert", "repeat", "swap", "double", "lose", "cut"]))
        segments = bytes(content).split(b"'")
        one, two = r.randrange(len(segments)), r.randrange(len(segments))
        if kind == "flip" and at < len(content):
            content[at] = r.randrange(256)
        elif kind == "odd" and at < len(content):
            content[at] = r.choice(ODD)
        elif kind == "delete":
            del content[at : at + r.choice([1, 1, 2, 5, 50])]
        elif kind == "insert":
            content[at:at] = bytes([r.choice(ODD)]) * r.choice([1, 1, 2, 3])
        elif kind == "repeat":
            content[at:at] = content[at : min(other, at + 100)]
        elif kind == "cut":
            del content[max(at, 1) :]
        elif kind in ("swap", "double", "lose"):
            if kind == "swap":
                segments[one], segments[two] = segments[two], segments[one]
            elif kind == "double":
                segments.insert(one, segments[two])
            else:
                segments.pop(one)
            content = bytearray(b"'".join(segments))
    return bytes(content)


tokens = st.sampled_from(
    [
        *(
            "UNA:+.? '",
            "UNA;|,\\ ~",
            "UNB+UNOC:3+A+B+261122:1015+1'",
            "UNB+UNOF:3+A+B+261122:1015+2++++1'",
            "UNB",
            "UNZ+1+1'",
            "UNZ",
        ),
        *(
            "UNH+1+CUSDEC:D:99B:UN'",
            "UNH+1+CONTRL:D:3:UN'",
            "UNH+1'",
            "UNH'",
            "UNT+5+1'",
            "UNT",
            "UNG+1'",
            "UNE+1'",
            "UNS+D'",
            "UNS+S'",
        ),
        *(
            "BGM+929:::IMD+J:1+9'",
            "BGM+929:::SAC+J:1+50'",
            "BGM+",
            "CST++N10::95'",
            "LOC+8+AUSYD::6'",
            "RFF+ABQ:X'",
            "NAD+VT'",
            "CTA+IC'",
        ),
        *(
            "LIN+1+I'",
            "DMS+1'",
            "PAC+1+1'",
            "PCI+1'",
            "MOA+39:1:AUD'",
            "FTX+AAA+++",
            "UCI+1+A+B+4'",
            "UCM+1+CUSDEC:D:99B:UN+4'",
            "UCD+2+1'",
        ),
        *(
            "'",
            "?",
            "+",
            ":",
            "\r\n",
            "\n",
            " ",
            "~",
            "|",
            "\0",
            "\x01",
            "\xae",
            "\xe9",
            "9" * 20,
            "A",
            "1",
            "?'",
            "\x1f",
            "=",
            "@",
        ),
    ]
)


@settings(max_examples=500)
@given(mutated())
def test_mutated_files(content: bytes) -> None:
    through_everything(content)


@settings(max_examples=1000)
@given(st.lists(tokens, max_size=40).map("".join).map(data))
@example(b"UNB'UNZ+" + b"9" * 5000)
@example(b"UNH+1+CONTRL:D:3:UN'UNT'")
def test_segments_in_any_order(content: bytes) -> None:
    through_everything(content)


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda b: UNA.encode() + b"UNB+UNOC:3+A+" + b)))
def test_bytes_of_any_kind(content: bytes) -> None:
    through_everything(content)


@pytest.mark.parametrize("file", range(len(FILES)))
def test_cut_files(file: int) -> None:
    content = FILES[file]
    for size in range(0, len(content), 7):
        assert checked(content[:size]).verdict == "rejected" or size == 0 or content[size:].strip() == b"" or file < 3
    through_everything(content[:-1])


@settings(max_examples=100)
@given(mutated())
def test_translating_strictly_gives_documents_or_the_report(content: bytes) -> None:
    if check(content).accepted:
        assert all(str(d).startswith(f"<{d.name} xmlns=") for d in translate(content))
        return
    with pytest.raises(InvalidInterchange) as caught:
        translate(content)
    assert caught.value.report.verdict.value == "rejected"


@pytest.mark.parametrize("name", [*BY_BYTES, *BY_SEGMENTS])
def test_hostile_files(name: str) -> None:
    content = data(BY_BYTES[name](5_000) if name in BY_BYTES else BY_SEGMENTS[name](150))
    through_everything(content)
    assert all(len(f.value or "") <= 200 and len(f.message) <= 1_000 for f in check(content).findings)


def test_a_thousand_findings_a_message_are_listed_and_all_are_counted() -> None:
    result = check(data(BY_SEGMENTS["unknown segments"](3_000)))
    codes = judged(result.report)
    assert codes.count("STR-04") == 1_000
    assert [f.message for f in result.findings if f.code == "INT-02"] != []
    assert result.report.counts[Severity.ERROR] >= 3_000


# ---------------------------------------------------------------------- documents of any kind


@pytest.mark.parametrize("name", documents.REFUSED)
def test_a_document_that_is_none_is_refused(name: str) -> None:
    xml = documents.REFUSED[name].encode("utf-8", "surrogateescape")
    written, report = back(xml)
    assert next((f.code for f in report.findings if f.severity is Severity.ERROR), "")[:3] in ("XSD", "SYN")
    assert b"root:" not in written
    assert b"BGM" not in written or name == "two roots"
    assert judged(check(xml).report) == judged(report)
    assert all(len(f.message) < 1_000 for f in report.findings)


@pytest.mark.parametrize("name", documents.FAULTY)
def test_a_document_with_faults_is_never_accepted(name: str) -> None:
    written, report = back(documents.FAULTY[name].encode())
    assert report.verdict.value == "rejected"
    assert len(written) < 10_000 + len(documents.FAULTY[name])


def test_a_whole_document_is_accepted() -> None:
    written, report = back(documents.document().encode())
    assert report.findings == []
    assert check(written).findings == []


TRACED = "".join(
    xml_pieces(
        Run(Report("x"), want_xml=True),
        io.BytesIO(data(interchange(message(SAC_LONG.replace("WOOL", "A  B")), end="\n"))),
    )
)


def marked(place: str, name: str, value: str) -> str:
    """A traced document with one attribute changed or added."""
    tags = {
        "message": "SelfAssessedClearance",
        "interchange": "Interchange",
        "trailer": "Trailer",
        "leaf": "GoodsDescription",
    }
    shown = value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    xml = TRACED if place != "trailer" else TRACED.replace("</Interchange>", "<Trailer/></Interchange>")
    xml = re.sub(f'(<{tags[place]}\\b[^>]*?) {name}="[^"]*"', r"\1", xml, count=1)
    return re.sub(f"<{tags[place]}\\b", lambda m: f'{m.group()} {name}="{shown}"', xml, count=1)


@pytest.mark.parametrize(("place", "name"), [(p, n) for p, names in documents.ATTRIBUTES.items() for n in names])
def test_a_memory_that_is_nonsense(place: str, name: str) -> None:
    for value in documents.NOTES:
        written, _ = back(marked(place, name, value).encode())
        assert len(written) < 10_000, value[:20]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A canonical document with a few changes, as bytes or as elements and attributes."""
    xml = bytearray(
        draw(st.sampled_from([TRACED, re.sub(' seg="[0-9 ]*"', "", TRACED), documents.document()])).encode()
    )
    r = random.Random(draw(st.integers(0, 1 << 32)))
    for _ in range(draw(st.sampled_from([1, 1, 2, 4]))):
        at = r.randrange(len(xml))
        kind = draw(st.sampled_from(["flip", "delete", "insert", "cut", "lose", "double", "text", "value", "rename"]))
        if kind == "flip":
            xml[at] = r.randrange(32, 127)
        elif kind == "delete":
            del xml[at : at + r.choice([1, 2, 20])]
        elif kind == "insert":
            xml[at:at] = r.choice(
                [b"<", b">", b"&", b"&amp;", b"<!--x-->", b"<?x y?>", b"<![CDATA[x]]>", b"\xe2\x82\xac", b" ", b'"']
            )
        elif kind == "cut" and r.random() < 0.3:
            del xml[max(1, at) :]
        leaves = list(re.finditer(rb"<(\w+)[^<>]*>([^<>]*)</\1>", bytes(xml)))
        values = list(re.finditer(rb'="([^"]*)"', bytes(xml)))
        if kind in ("lose", "double", "text", "rename") and leaves:
            leaf = r.choice(leaves)
            if kind == "lose":
                xml[leaf.start() : leaf.end()] = b""
            elif kind == "double":
                xml[leaf.end() : leaf.end()] = leaf.group()
            elif kind == "text":
                xml[leaf.start(2) : leaf.end(2)] = r.choice(
                    [b"", b" ", b"\xe2\x82\xac", b"X" * 5000, b"'?+:", b"&#13;", b"Y", b"20261399", b"9"]
                )
            else:
                name = r.choice(
                    [b"Header", b"Line", b"Unmapped", b"Outside", b"Trailer", b"SenderReference", b"Nothing"]
                )
                xml[leaf.start() : leaf.end()] = b"<" + name + b">" + leaf.group(2) + b"</" + name + b">"
        elif kind == "value" and values:
            value = r.choice(values)
            xml[value.start(1) : value.end(1)] = r.choice(
                [b"", b"1", b"99", b"x", b"\xe2\x82\xac", b"1:@3~x", b"no", b"2 3", b"1.1"]
            )
    return bytes(xml)


@settings(max_examples=700)
@given(spoiled())
def test_spoiled_documents(xml: bytes) -> None:
    back(xml)
    judged(check(xml).report)
