"""Bytes to segments: service characters, line ends, repertoires, places, damage."""

from __future__ import annotations

import io
import json
import re

import pytest
from sample_messages import IMD, SAC, SAC_LONG, UNA, check, data, interchange, message

from edifact_ics.envelope.interchange import Message
from edifact_ics.envelope.reader import Reader
from edifact_ics.finding import Finding, Position, Severity
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked, Ended, Started
from edifact_ics.pipeline import Result
from edifact_ics.render.report import as_json
from edifact_ics.syntax import scan
from edifact_ics.syntax.characters import Delimiters, join_elements, locate, split_elements
from edifact_ics.syntax.scan import Scanner

OTHER = "UNA;|,\\ ~"
NONE = "UNA:+.  '"  # a blank: no release character


def scanned(text: str) -> list[tuple[str, str]]:
    """What stands in front of each segment, and the segment."""
    blocks = Scanner(io.BytesIO(data(text))).blocks()
    return [(block.lead(i), raw) for block in blocks for i, raw in enumerate(block.raws)]


def raws(text: str) -> list[str]:
    return [raw for _, raw in scanned(text)]


def whole(text: str) -> str:
    """The file put together again from what the scanner gave."""
    scanner = Scanner(io.BytesIO(data(text)))
    pieces: list[str] = []
    for block in scanner.blocks():
        for i, raw in enumerate(block.raws):
            una = raw[:3] == "UNA" and len(raw) == 9 and len(block.raws) == 1 and not block.unterminated
            last = i == len(block.raws) - 1
            end = "" if una or (block.unterminated and last) else block.delimiters.terminator
            pieces.append(block.lead(i) + raw + end)
    return "".join(pieces) + scanner.tail


def errors(result: Result) -> list[Finding]:
    return [f for f in result.findings if f.severity is Severity.ERROR]


def codes(result: Result) -> list[str]:
    return [f.code for f in errors(result)]


def report_of(content: bytes | io.BytesIO) -> object:
    return json.loads("".join(as_json([check(content, "-").report])))


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column, counted the plain way."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def file_of(body: str = SAC, *, una: str = UNA, end: str = "") -> str:
    return interchange(message(body), una=una, end=end)


# ---------------------------------------------------------------------- segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("A+1'B+2'", ["A+1", "B+2"]),
        ("A''B'", ["A", "", "B"]),
        ("'", [""]),
        ("A+1", ["A+1"]),
        ("", []),
        ("\r\n", []),
        ("A?'B'", ["A?'B"]),
        ("A??'B'", ["A??", "B"]),
        ("A???'B'", ["A???'B"]),
        ("A????'B'", ["A????", "B"]),
        ("?'?'?''", ["?'?'?'"]),
        ("A?", ["A?"]),
        ("A?'", ["A?'"]),
        ("A'B?'\r\nC'\r\nD'", ["A", "B?'\r\nC", "D"]),
        ("A'\r\nB?'C'\r\nD'", ["A", "B?'C", "D"]),
        ("A?'\r\n'\r\nB'", ["A?'\r\n", "B"]),
        ("A'\nB\r\nC'\nD'", ["A", "B\r\nC", "D"]),
    ],
)
def test_segments_end_at_terminators_that_are_not_released(text: str, segments: list[str]) -> None:
    assert raws(text) == segments
    assert whole(text) == text


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("A'B'C'", ["", "", ""]),
        ("A'\nB'\nC'\n", ["", "\n", "\n"]),
        ("A'\r\nB'\r\nC'", ["", "\r\n", "\r\n"]),
        ("A'\rB'\rC'", ["", "\r", "\r"]),
        ("A'\n\nB'\nC'", ["", "\n\n", "\n"]),
        ("A'B'\nC'", ["", "", "\n"]),
        ("A'\nB'C'", ["", "\n", ""]),
        ("A' B'\t\nC'", ["", " ", "\t\n"]),
        ("\r\nA'\r\nB'", ["\r\n", "\r\n"]),
        ("  A'\n  B'\n  C'", ["  ", "\n  ", "\n  "]),
    ],
)
def test_line_ends_between_segments_belong_to_none(text: str, leads: list[str]) -> None:
    found = scanned(text)
    assert [raw for _, raw in found] == list("ABC")[: len(leads)]
    assert [lead for lead, _ in found] == leads
    assert whole(text) == text


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("UNA:+.? 'A+1'", ["UNA:+.? '", "A+1"]),
        ("UNA:+.? '\r\nA+1'", ["UNA:+.? '", "A+1"]),
        ("\n\nUNA:+.? '\n\nA+1'", ["UNA:+.? '", "A+1"]),
        (" " * 200 + "UNA:+.? 'A'", ["UNA:+.? '", "A"]),
        (OTHER + "A|\\~~B'~", [OTHER, "A|\\~", "B'"]),
        (OTHER + "A~" + UNA + "B~'", [OTHER, "A", UNA, "B~"]),
        (UNA + "A'" + OTHER + "B'~C~", [UNA, "A", OTHER, "B'", "C"]),
        (UNA + "A'\r\n" + OTHER + "\r\nB~\r\n" + NONE + "\r\nC?'D?'", [UNA, "A", OTHER, "B", NONE, "C?", "D?"]),
        (UNA + UNA + "A'", [UNA, UNA, "A"]),
        ("UNA:+.? ", ["UNA:+.? "]),
        ("UNA'", ["UNA"]),
    ],
)
def test_una_sets_the_characters_of_what_follows(text: str, segments: list[str]) -> None:
    assert raws(text) == segments
    assert whole(text) == text


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 64, 1000])
@pytest.mark.parametrize(
    "text",
    [
        UNA + "A?'B'\r\nC??'\r\nD???'E'\r\n\r\nF\r\n'",
        "A" + "?" * 30 + "'" + "B" + "?" * 31 + "'C'",
        "A" * 300 + "'" + "B'" * 40,
        (UNA + "\nA'B?'\n" + "C" * 100 + "'") * 3 + OTHER + "D\\~" * 50 + "~E",
        "'" * 50 + "\n" * 50 + "'",
        "?'" * 100,
    ],
)
def test_chunks_never_show_in_the_segments(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = scanned(text)
    monkeypatch.setattr(scan, "CHUNK", size)
    assert scanned(text) == expected
    assert whole(text) == text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 19, 23, 50, 64, 97, 128, 200, 333])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_chunks_never_show_in_the_report(size: int, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = message(SAC.replace("0014:N", "0014:N:::::X"), "2")
    text = interchange(message(IMD), broken, message(SAC_LONG, "3"), end=end) + end
    text += interchange(message(SAC), message(SAC, "2"), reference="7", una="", end="\r\n")
    text += interchange(message(SAC.replace("+50", "+51")), reference="8", una=UNA).replace("UNT+10", "UNT+12")
    expected = report_of(data(text))
    monkeypatch.setattr(scan, "CHUNK", size)
    assert report_of(data(text)) == expected


class Drip(io.BytesIO):
    """A pipe that gives a few bytes at a time and cannot be rewound."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(3 if size is None or size < 0 else min(size, 3))

    def seekable(self) -> bool:
        return False


def test_a_slow_pipe_gives_the_same_report() -> None:
    text = data(interchange(message(IMD), message(SAC, "2"), end="\n") + "X+1'")
    assert report_of(Drip(text)) == report_of(text)


# ---------------------------------------------------------------------- elements

PLAIN = Delimiters()
UNRELEASED = Delimiters(release=" ")


@pytest.mark.parametrize(
    ("raw", "elements"),
    [
        ("FTX", [["FTX"]]),
        ("", [[""]]),
        ("FTX+A+B:C", [["FTX"], ["A"], ["B", "C"]]),
        ("FTX++A::", [["FTX"], [""], ["A", "", ""]]),
        ("FTX+", [["FTX"], [""]]),
        ("FTX:1+A", [["FTX", "1"], ["A"]]),
        ("FTX+A?+B", [["FTX"], ["A+B"]]),
        ("FTX+A?:B:C", [["FTX"], ["A:B", "C"]]),
        ("FTX+A??+B", [["FTX"], ["A?"], ["B"]]),
        ("FTX+A???+B", [["FTX"], ["A?+B"]]),
        ("FTX+A????:B", [["FTX"], ["A??", "B"]]),
        ("FTX+A?BC", [["FTX"], ["ABC"]]),
        ("FTX+?A??B?", [["FTX"], ["A?B"]]),
        ("FTX+A?\r\nB", [["FTX"], ["A\r\nB"]]),
        ("FTX+?'?+?:??", [["FTX"], ["'+:?"]]),
    ],
)
def test_elements_are_unescaped(raw: str, elements: list[list[str]]) -> None:
    assert split_elements(raw, PLAIN) == elements


@pytest.mark.parametrize(
    ("una", "raw", "elements"),
    [
        (OTHER, "FTX|A;B\\|C|D+E:F?'", [["FTX"], ["A", "B|C"], ["D+E:F?'"]]),
        (OTHER, "FTX|\\\\|\\~", [["FTX"], ["\\"], ["~"]]),
        (NONE, "FTX+A?+B??:C?", [["FTX"], ["A?"], ["B??", "C?"]]),
        ("UNA^]-[ $", "FTX]A^B[]C[[", [["FTX"], ["A", "B]C["]]),
        ("UNA.*+\\ |", "FTX*A.B\\*C\\.D", [["FTX"], ["A", "B*C.D"]]),
    ],
)
def test_elements_with_other_characters(una: str, raw: str, elements: list[list[str]]) -> None:
    delimiters = Delimiters(*una[3:])
    assert delimiters.usable
    assert delimiters.una == una
    assert split_elements(raw, delimiters) == elements
    if una != NONE:
        assert split_elements(join_elements(elements, delimiters), delimiters) == elements


@pytest.mark.parametrize(
    ("elements", "raw"),
    [
        ([["FTX"], ["A", "", ""], [""]], "FTX+A"),
        ([["FTX"], [""], ["", "A", ""]], "FTX++:A"),
        ([["FTX"], ["A+B", "C:D"], ["E'F", "G?H"]], "FTX+A?+B:C?:D+E?'F:G??H"),
        ([["UNS"], ["D"]], "UNS+D"),
        ([["UNS"]], "UNS"),
    ],
)
def test_joining_releases_and_cuts_what_is_empty_at_the_end(elements: list[list[str]], raw: str) -> None:
    assert join_elements(elements) == raw


@pytest.mark.parametrize(
    ("una", "usable"),
    [
        (UNA, True),
        (OTHER, True),
        (NONE, True),
        ("UNA++.? '", False),
        ("UNA:+.+ '", False),
        ("UNA:+.? +", False),
        ("UNA:+.' '", False),
        ("UNAA+.? '", False),
        ("UNA:1.? '", False),
        ("UNA:+.? \n", False),
        ("UNA: .? '", False),
        ("UNA:\xc4.? '", False),
    ],
)
def test_characters_that_cannot_serve(una: str, usable: bool) -> None:
    text = una + "UNB+UNOC:3+AAA999Z::AAA999Z+AAA336C+261122:1015+1++++1++1'UNZ+0+1'"
    assert Delimiters(*una[3:]).usable is usable
    assert ("SYN-02" in codes(check(data(text)))) is not usable


def test_unusable_characters_are_one_finding_and_the_standard_ones_are_taken() -> None:
    result = check(data(file_of(una="UNA++.? '")))
    assert codes(result) == ["SYN-02"]
    assert "'++.? \\''" in errors(result)[0].message or '"++.? \'"' in errors(result)[0].message
    assert errors(result)[0].position.offset == 0


# ---------------------------------------------------------------------- through check


def rewritten(text: str, una: str) -> str:
    """The same segments in other service characters; the text must hold no released ones but `?'`, `?+`, `?:`."""
    to = Delimiters(*una[3:9])
    names = {":": to.component, "+": to.element, "'": to.terminator}

    def turn(match: re.Match[str]) -> str:
        if len(match.group()) == 1:
            return names[match.group()]
        return to.escape(match.group()[1])

    return una + re.sub(r"\?[?':+]|[':+]", turn, text.removeprefix(UNA))


@pytest.mark.parametrize("una", [UNA, OTHER, "UNA^]-[ $", "UNA\x1d\x1e.\x1b \x1c", ""])
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r", "\r\n\r\n", " \n"])
def test_whatever_the_characters_and_line_ends_the_message_is_accepted(una: str, end: str) -> None:
    text = file_of(IMD, end=end)
    text = rewritten(text, una) if una else text.removeprefix(UNA)
    result = check(data(text))
    assert codes(result) == []
    assert [m.sender_reference for i in result.report.interchanges for m in i.messages] == ["JOB4711/SEA"]


def test_without_release_character_a_question_mark_is_text() -> None:
    text = file_of(SAC.replace("SENT TWICE", "SENT TWICE?"), una=NONE)
    assert documents(text)[0].count("SENT TWICE?<") == 1
    assert codes(check(data(text))) == []


def test_each_interchange_has_its_own_characters() -> None:
    first, second, third = (interchange(message(SAC), reference=str(n)) for n in (1, 2, 3))
    text = rewritten(first, OTHER) + "\r\n" + second + rewritten(third, "UNA^]-[ $")
    result = check(data(text))
    assert codes(result) == []
    assert [i.reference for i in result.report.interchanges] == ["1", "2", "3"]
    offsets = [i.offset for i in result.report.interchanges]
    assert offsets == [m.start() for m in re.finditer("UNA", text)]


def test_an_interchange_without_una_has_the_standard_characters_whatever_went_before() -> None:
    first, second = (interchange(message(SAC), reference=str(n)) for n in (1, 2))
    result = check(data(rewritten(first, OTHER) + second.removeprefix(UNA)))
    assert codes(result) == []
    assert [i.reference for i in result.report.interchanges] == ["1", "2"]


def documents(text: str) -> list[str]:
    run = Run(check(b"").report, want_xml=True, trace=False)
    return [step.xml or "" for step in run.steps(io.BytesIO(data(text))) if isinstance(step, Checked)]


@pytest.mark.parametrize(
    ("identifier", "codec", "goods"),
    [
        ("UNOA", "ascii", "WOOL, RAW (50%)"),
        ("UNOB", "ascii", "Wool, raw {50%}"),
        ("UNOC", "iso8859-1", "Café £5 ÿ"),
        ("UNOD", "iso8859-2", "Łódź Żubr"),
        ("UNOE", "iso8859-5", "Шерсть"),
        ("UNOF", "iso8859-7", "Μαλλί"),
    ],
)
def test_values_are_decoded_by_the_repertoire_named_in_unb(identifier: str, codec: str, goods: str) -> None:
    as_sent = goods.encode(codec).decode("iso8859-1")
    text = file_of(SAC_LONG.replace("WOOL", as_sent)).replace("UNOC", identifier)
    assert f"<GoodsDescription>{goods}</GoodsDescription>" in documents(text)[0]
    assert codes(check(data(text))) == ([] if identifier == "UNOC" else ["SYN-03"])


@pytest.mark.parametrize("identifier", ["UNOG", "UNOY", "UNOZ", "XXXX", "unoc"])
def test_a_repertoire_that_is_not_known_is_one_finding(identifier: str) -> None:
    result = check(data(file_of().replace("UNOC", identifier)))
    assert codes(result) == ["SYN-03"]
    assert repr(identifier) in errors(result)[0].message
    assert "UNOC" in errors(result)[0].message
    assert (errors(result)[0].position.element, errors(result)[0].position.component) == (1, 1)


@pytest.mark.parametrize(
    ("identifier", "char", "inside"),
    [
        ("UNOA", "a", True),  # refused itself: what UNOC has beyond it is no second fault
        ("UNOA", "\xe9", True),
        ("UNOB", "\xe9", True),
        ("UNOC", "\xe9", True),
        ("UNOC", "\xa0", True),
        ("UNOC", "\x01", False),
        ("UNOC", "\x1b", False),
        ("UNOC", "\x7f", False),
        ("UNOC", "\x85", False),
        ("UNOC", "\x92", False),  # the curly quote of Windows
        ("UNOC", "\t", False),
        ("UNOD", "\xb1", True),
        ("UNOE", "\xd0", True),
        ("UNOE", "\x80", False),
        ("UNOF", "\xe1", True),
        ("UNOF", "\xae", False),  # ISO 8859-7 leaves it undefined
        ("UNOF", "\xff", False),
    ],
)
def test_a_character_outside_the_repertoire_is_one_finding(identifier: str, char: str, inside: bool) -> None:
    text = file_of(SAC_LONG).replace("WOOL", f"WO{char}OL").replace("UNOC", identifier)
    found = [f for f in errors(check(data(text))) if f.code != "SYN-03"]
    assert [f.code for f in found] == ([] if inside else ["SYN-05"])
    if not inside:
        at = found[0].position
        assert (at.tag, at.element, at.component) == ("FTX", 4, 1)
        assert identifier in found[0].message


@pytest.mark.parametrize(
    ("old", "new", "tag"),
    [
        ("AAA336C", "AAA\x02336C", "UNB"),
        ("SAC+JOB4712", "SAC+JOB\x024712", "BGM"),
        ("FTX+CHG", "FTX+C\x02HG", "FTX"),
        ("929:::SAC", "9\x0229:::SAC", "BGM"),
        ("::215", "::2\x0215", "FII"),
        ("RFF+ABT", "RF\x02+ABT", "RF\x02"),
        ("UNS+D", "UNS+\x02D", "UNS"),
        ("UNT+10+1", "UNT+10+\x021", "UNT"),
        ("UNZ+1+202611220001", "UNZ+1+20261122\x020001", "UNZ"),
    ],
)
def test_a_character_outside_the_repertoire_is_one_finding_wherever_it_stands(old: str, new: str, tag: str) -> None:
    result = check(data(file_of().replace(old, new, 1)))
    assert len(errors(result)) == 1
    assert errors(result)[0].code.startswith("SYN-")
    assert errors(result)[0].position.tag == tag


def test_nulls_and_line_ends_in_data_are_cleaned_with_a_remark() -> None:
    text = file_of(SAC_LONG).replace("WOOL", "WOOL\0AND\r\nMORE")
    result = check(data(text))
    assert [f.code for f in result.findings] == ["VAL-10"]
    assert "<GoodsDescription>WOOL ANDMORE</GoodsDescription>" in documents(text)[0]


@pytest.mark.parametrize("version", ["1", "2", "4"])
def test_another_syntax_version_is_one_finding(version: str) -> None:
    result = check(data(file_of().replace("UNOC:3", f"UNOC:{version}")))
    assert codes(result) == ["SYN-04"]
    assert repr(version) in errors(result)[0].message
    assert (errors(result)[0].position.element, errors(result)[0].position.component) == (1, 2)


@pytest.mark.parametrize(("blank", "count"), [("", 0), ("\n", 0), (" ", 1), ("\t", 1), ("\n  ", 1)])
def test_blanks_between_segments_are_a_warning(blank: str, count: int) -> None:
    result = check(data(file_of().replace("'UNS+S", f"'{blank}UNS+S")))
    assert [f.code for f in result.findings] == ["SYN-10"] * count
    assert result.accepted


# ---------------------------------------------------------------------- damage

LATER = ("ABT:AAAC7D2K1", "ABX:AAAC7D2K1")  # a second fault, behind the first


@pytest.mark.parametrize(
    ("old", "new", "code", "found"),
    [
        ("FTX+CHG+++SENT TWICE'", "FTX+CHG+++SENT TWICE", "SYN-07", "FTX"),
        ("FTX+CHG+++SENT TWICE'", "FTX+CHG+++SENT TWICE?'", "SYN-07", "FTX"),
        ("FII+COQ+987654+:::062000::215'", "FII+COQ+987654+:::062000::215\r\n", "SYN-07", "FII"),
        ("FTX+CHG+++SENT TWICE", "FTX+CHG+++" + "X" * 70_000, "SYN-09", "70,0"),
        ("FTX+CHG", "ftx+CHG", "SYN-08", "ftx"),
        ("FTX+CHG", "Ftx+CHG", "SYN-08", "Ftx"),
        ("FTX+CHG", "+FTX+CHG", "SYN-08", ""),
        ("FTX+CHG", "F+CHG", "SYN-08", "F"),
        ("FTX+CHG", "FTXX+CHG", "SYN-08", "FTXX"),
        ("FTX+CHG", "F X+CHG", "SYN-08", "F X"),
        ("FTX+CHG", "FTX:1+CHG", "SYN-08", "FTX:1"),
        ("FTX+CHG", "XXX+CHG", "STR-04", "XXX"),
        ("'FTX+CHG", "''FTX+CHG", "SYN-11", ""),
    ],
)
def test_damage_is_one_finding_and_scanning_resumes(old: str, new: str, code: str, found: str) -> None:
    result = check(data(file_of().replace(old, new, 1).replace(*LATER)))
    assert codes(result) == [code, "STR-18"]
    assert found in errors(result)[0].message


@pytest.mark.parametrize("count", [10, 11])
def test_an_empty_segment_is_one_fault_whether_it_was_counted_or_not(count: int) -> None:
    text = file_of().replace("'UNS+S", "''UNS+S").replace("UNT+10", f"UNT+{count}")
    assert codes(check(data(text))) == ["SYN-11"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("++1++1'UNH", "++1++1UNH"),
        ("99B:UN'BGM", "99B:UNBGM"),
        ("UNS+S'UNT", "UNS+SUNT"),
        ("UNT+10+1'UNZ", "UNT+10+1UNZ"),
        ("++1++1'UNH", "++1++1?'UNH"),
        ("99B:UN'BGM", "99B:UN?'BGM"),
        ("UNT+10+1'UNZ", "UNT+10+1?'UNZ"),
    ],
)
def test_a_terminator_lost_in_the_envelope_is_one_finding(old: str, new: str) -> None:
    text = file_of().replace(old, new, 1)
    assert text != file_of()
    assert codes(check(data(text))) == ["SYN-07"]


def test_a_segment_of_10_mb_is_one_finding_and_scanning_resumes() -> None:
    text = file_of().replace("SENT TWICE", "X" * 10_000_000).replace(*LATER)
    result = check(data(text))
    assert codes(result) == ["SYN-09", "STR-18"]
    assert [f.code for f in result.findings if f.severity is Severity.WARNING] == []
    assert all(len(f.value or "") <= 200 and len(f.message) < 1000 for f in result.findings)


@pytest.mark.parametrize(
    "content",
    [b"", b" \r\n", b"hello", b"UNA", b"UNA:+.? ", UNA.encode(), b"\xff\xfeU\0N\0B\0", b"PK\x03\x04", b"\0" * 100],
)
def test_what_is_no_edifact_is_rejected_with_one_sentence(content: bytes) -> None:
    result = check(content)
    assert codes(result) == ["SYN-01"]
    assert result.report.interchanges == []
    assert result.verdict == "rejected"


@pytest.mark.parametrize("junk", ["\xef\xbb\xbf", "From: a@b\r\n\r\n", "\x01", "unb'"])
def test_junk_in_front_is_one_finding_and_the_interchange_is_checked(junk: str) -> None:
    result = check(data(junk + file_of().replace(*LATER)))
    assert codes(result) == ["SYN-01", "STR-18"]
    assert result.report.interchanges[0].offset == len(junk)


def test_two_unas_in_a_row_are_reported() -> None:
    assert len(codes(check(data(UNA + file_of())))) == 1


# ---------------------------------------------------------------------- places

TREE = [
    [["UNH"], ["1"], ["CUSDEC", "D", "99B", "UN"]],
    [["BGM"], ["929", "", "", "SAC"], ["JOB 1", "3"], ["50"]],
    [["FTX"], ["CHG"], [""], [""], ["O?'NEIL ?+ SON", "??", "A\r\nB", "", "X?:Y"]],
    [["RFF"], ["ABT", "A\nB\nC"]],
    [["UNS"], ["S"]],
    [["UNT"], ["6"], ["1"]],
]
HEAD = [["UNB"], ["UNOC", "3"], ["A", "", "A"], ["B"], ["261122", "1015"], ["77"]]
FOOT = [["UNZ"], ["1"], ["77"]]
Places = dict[tuple[int, int | None, int | None], int]


def lay_out(segments: list[list[list[str]]], end: str, start: str = "") -> tuple[str, Places]:
    """Segments as text, and the offset of each segment, element and component, noted while writing."""
    text, places = start, Places()
    for number, elements in enumerate(segments, 1):
        for e, components in enumerate(elements):
            text += "+" if e else ""
            places[number, e or None, None] = len(text)
            for c, component in enumerate(components, 1):
                text += ":" if c > 1 else ""
                if e:
                    places[number, e, c] = len(text)
                text += component
        text += "'" + end
    return text, places


ENDS = pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n\n", "\r"])


@ENDS
@pytest.mark.parametrize("start", ["", UNA, "\r\n" + UNA + "\n\n"])
@pytest.mark.parametrize("size", [1, 30, 1 << 18])
def test_every_component_of_a_message_is_where_it_says(
    end: str, start: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "CHUNK", size)
    text, places = lay_out([HEAD, *TREE, FOOT], end, start)
    held = next(e for e in Reader(io.BytesIO(data(text))).events() if isinstance(e, Message))
    for (number, element, component), offset in places.items():
        if 1 < number < len(TREE) + 2:
            at = held.at(number - 1, element, component)
            assert (at.offset, at.line, at.column) == (offset, *place_of(text, offset)), (number, element, component)
            assert (at.segment, at.element, at.component) == (number - 1, element, component)
            assert (at.interchange, at.message, at.message_number) == (1, "1", 1)


@ENDS
@pytest.mark.parametrize("start", ["", UNA, "\r\n" + UNA + "\n\n"])
def test_every_component_of_the_envelope_is_where_it_says(end: str, start: str) -> None:
    text, places = lay_out([HEAD, *TREE, FOOT], end, start)
    steps = list(Run(check(b"").report).steps(io.BytesIO(data(text))))
    for step in steps:
        if not isinstance(step, Started | Ended):
            continue
        opens, held = isinstance(step, Started), step.interchange
        number = 1 if opens else len(TREE) + 2
        place, raw = (held.header_place, held.header_raw) if opens else (held.trailer_place, held.trailer or "")
        for (segment, element, component), offset in places.items():
            if segment == number:
                at = held.at(place, number, raw, element, component)
                assert (at.offset, at.line, at.column) == (offset, *place_of(text, offset))
                assert (at.tag, at.segment, at.message, at.message_number) == (
                    "UNB" if opens else "UNZ",
                    number,
                    None,
                    None,
                )


@pytest.mark.parametrize(
    ("raw", "element", "component", "index"),
    [
        ("RFF+ABT:1", None, None, 0),
        ("RFF+ABT:1", 1, None, 4),
        ("RFF+ABT:1", 1, 2, 8),
        ("RFF+ABT", 1, 2, 7),  # not sent: where it should stand
        ("RFF+ABT+X", 1, 2, 7),
        ("RFF+ABT+X", 3, None, 9),
        ("RFF", 1, 1, 3),
        ("RFF+A?:B:C", 1, 2, 9),
        ("RFF+A??:C", 1, 2, 8),
        ("RFF+?+?+", 2, None, 8),
        ("RFF+A\r\n:B", 1, 2, 8),
    ],
)
def test_what_was_not_sent_is_placed_where_it_should_stand(
    raw: str, element: int | None, component: int | None, index: int
) -> None:
    assert locate(raw, element, component) == index


@ENDS
@pytest.mark.parametrize(
    ("old", "new", "at", "place"),
    [
        ("UNOC:3", "UNOX:3", "UNOX", ("UNB", 1, 1, 1)),
        ("261122:1015", "261122:2515", "2515", ("UNB", 1, 4, 2)),
        ("99B:UN", "96A:UN", "96A", ("UNH", 1, 2, 3)),
        (":::SAC", ":::SAD", "SAD", ("BGM", 2, 1, 4)),
        ("+50", "+51", "51", ("BGM", 2, 3, None)),
        ("FII+COQ", "FII+CQ", "CQ", ("FII", 3, 1, None)),
        ("::215", "::216", "216", ("FII", 3, 3, 6)),
        ("FTX+ACD", "QQQ+ACD", "QQQ", ("QQQ", 5, None, None)),
        ("0014:N", "0014:N:A:B:C:D", "D", ("FTX", 5, 4, 6)),
        ("RFF+ANU:B", "RFF+ANU:X", "X", ("RFF", 7, 1, 2)),
        ("UNS+D", "UNS+D+E", "E", ("UNS", 8, 2, None)),
        ("UNT+10", "UNT+12", "12", ("UNT", 10, 1, None)),
        ("UNZ+1", "UNZ+3", "3", ("UNZ", 12, 1, None)),
    ],
)
def test_a_finding_points_at_what_is_wrong(
    old: str, new: str, at: str, place: tuple[str, int, int | None, int | None], end: str
) -> None:
    text = file_of(end=end).replace("SENT TWICE", "SENT\r\nTWICE ?'").replace(old, new, 1)
    found = errors(check(data(text)))
    assert len(found) == 1
    position: Position = found[0].position
    assert position.offset is not None
    assert text[position.offset :].startswith(at)
    assert (position.line, position.column) == place_of(text, position.offset)
    assert (position.tag, position.segment, position.element, position.component) == place
    inside = position.tag not in ("UNB", "UNZ")
    assert (position.interchange, position.message, position.message_number) == (
        1,
        *(("1", 1) if inside else (None, None)),
    )


def test_places_go_on_over_several_interchanges() -> None:
    text = "".join(interchange(message(SAC), reference=str(n), end=e) + e for n, e in enumerate(("", "\n", "\r\n"), 1))
    wrong = text.replace("ANU:B", "ANU:X")
    found = errors(check(data(wrong)))
    assert [f.position.offset for f in found] == [m.start() + 4 for m in re.finditer("ANU:X", wrong)]
    assert [(f.position.line, f.position.column) for f in found] == [
        place_of(wrong, f.position.offset or 0) for f in found
    ]
    assert [f.position.interchange for f in found] == [1, 2, 3]
