"""UNB to UNZ, UNG to UNE, UNH to UNT: nesting, references, counts; one fault, one finding."""

from __future__ import annotations

import re

import pytest
from sample_messages import CONTRL, IMD, SAC, SAC_LONG, UNA, check, data, interchange, lines, message

from edifact_ics.finding import Finding, Severity
from edifact_ics.pipeline import Result

GOOD = """
    UNB+UNOC:3+AAA999Z::AAA999Z+AAA336C+261122:1015+77++++1++1'
    UNH+1+CUSDEC:D:99B:UN'
    BGM+929:::SAC+JOB4712:1+50'
    FTX+CHG+++SENT TWICE'
    UNS+D'
    UNS+S'
    UNT+6+1'
    UNZ+1+77'
    """
GROUP = "UNG+CUSDEC+AAA999Z+AAA336C+261122:1015+5+UN+D:99B'"


def errors(result: Result) -> list[Finding]:
    return [f for f in result.findings if f.severity is Severity.ERROR]


def changed(old: str, new: str, text: str = GOOD) -> bytes:
    assert text.count(old) >= 1
    return lines(text.replace(old, new, 1))


def place(found: Finding) -> tuple[object, ...]:
    at = found.position
    return at.tag, at.segment, at.element, at.component, at.message, at.message_number


def test_what_is_right_is_accepted() -> None:
    result = check(lines(GOOD))
    assert result.findings == []
    held = result.report.interchanges[0]
    assert (held.reference, held.sender, held.recipient, held.offset) == ("77", "AAA999Z", "AAA336C", 0)
    one = held.messages[0]
    assert (one.reference, one.type, one.document, one.function, one.segments) == ("1", "CUSDEC", "SAC", "50", 6)
    assert (one.sender_reference, one.sender_reference_version) == ("JOB4712", "1")


# Each row: what is changed in GOOD, the family of the one error, words its text names, and its place
# (tag, segment, element, component, message reference, message number).
NOWHERE = (None, None)
INSIDE = ("1", 1)
FAULTS = [
    # UNZ
    ("UNZ+1+77", "UNZ+2+77", "ENV", ("2", "1"), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+0+77", "ENV", ("0", "1"), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+999999+77", "ENV", ("999999", "1"), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+A+77", "VAL", ("'A'",), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+1234567+77", "", ("1234567",), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+" + "9" * 5000 + "+77", "", (), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ++77", "STR", (), ("UNZ", 8, 1, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+1", "STR", (), ("UNZ", 8, 2, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+1+78", "ENV", ("'78'", "'77'"), ("UNZ", 8, 2, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+1+077", "ENV", ("'077'", "'77'"), ("UNZ", 8, 2, None, *NOWHERE)),
    ("UNZ+1+77", "UNZ+1+77+X", "STR", (), ("UNZ", 8, 3, None, *NOWHERE)),
    ("UNZ+1+77", "unz+1+77", "SYN", ("unz",), ("unz", 8, None, None, *NOWHERE)),
    ("UNZ+1+77'", "", "ENV", ("77", "UNZ"), ("UNT", 7, None, None, *NOWHERE)),
    ("UNZ+1+77'", "UNZ+1+77", "SYN", (), ("UNZ", 8, None, None, *NOWHERE)),
    # UNB
    ("UNB+UNOC:3", "unb+UNOC:3", "SYN", ("unb",), ("unb", 1, None, None, *NOWHERE)),
    ("UNOC:3", "UNOB:3", "SYN", ("UNOB", "UNOC"), ("UNB", 1, 1, 1, *NOWHERE)),
    ("UNOC:3", "UNOC:4", "SYN", ("4", "3"), ("UNB", 1, 1, 2, *NOWHERE)),
    ("UNOC:3", "UNOC", "STR", (), ("UNB", 1, 1, 2, *NOWHERE)),
    ("UNOC:3", "", "STR", (), ("UNB", 1, 1, None, *NOWHERE)),
    ("+AAA999Z::AAA999Z+", "++", "STR", (), ("UNB", 1, 2, None, *NOWHERE)),
    ("+AAA336C+", "++", "STR", (), ("UNB", 1, 3, None, *NOWHERE)),
    ("261122:1015", "", "STR", (), ("UNB", 1, 4, None, *NOWHERE)),
    ("261122:1015", "261122", "STR", (), ("UNB", 1, 4, 2, *NOWHERE)),
    ("261122:1015", "261322:1015", "VAL", ("261322",), ("UNB", 1, 4, 1, *NOWHERE)),
    ("261122:1015", "20261122:1015", "VAL", ("20261122",), ("UNB", 1, 4, 1, *NOWHERE)),
    ("261122:1015", "261122:2415", "VAL", ("2415",), ("UNB", 1, 4, 2, *NOWHERE)),
    ("++++1++1'", "++++2++1'", "VAL", ("'2'",), ("UNB", 1, 9, None, *NOWHERE)),
    ("++++1++1'", "++++1++1+X'", "STR", (), ("UNB", 1, 12, None, *NOWHERE)),
    # UNH
    ("UNH+1+", "unh+1+", "SYN", ("unh",), ("unh", 1, None, None, *INSIDE)),
    ("UNH+1+", "UNH++", "STR", (), ("UNH", 1, 1, None, "", 1)),
    ("UNH+1+CUSDEC:D:99B:UN", "UNH+1", "STR", (), ("UNH", 1, 2, None, *INSIDE)),
    ("UNH+1+CUSDEC:D:99B:UN'", "", "ENV", ("BGM", "UNH"), ("BGM", 2, None, None, *NOWHERE)),
    # UNT
    ("UNT+6+1", "UNT+7+1", "ENV", ("7", "6"), ("UNT", 6, 1, None, *INSIDE)),
    ("UNT+6+1", "UNT+5+1", "ENV", ("5", "6"), ("UNT", 6, 1, None, *INSIDE)),
    ("UNT+6+1", "UNT+0+1", "ENV", ("0", "6"), ("UNT", 6, 1, None, *INSIDE)),
    ("UNT+6+1", "UNT+" + "9" * 5000 + "+1", "", (), ("UNT", 6, 1, None, *INSIDE)),
    ("UNT+6+1", "UNT+X+1", "VAL", ("'X'",), ("UNT", 6, 1, None, *INSIDE)),
    ("UNT+6+1", "UNT++1", "STR", (), ("UNT", 6, 1, None, *INSIDE)),
    ("UNT+6+1", "UNT+6", "STR", (), ("UNT", 6, 2, None, *INSIDE)),
    ("UNT+6+1", "UNT+6+2", "ENV", ("'2'", "'1'"), ("UNT", 6, 2, None, *INSIDE)),
    ("UNT+6+1", "UNT+6+01", "ENV", ("'01'", "'1'"), ("UNT", 6, 2, None, *INSIDE)),
    ("UNT+6+1", "unt+6+1", "SYN", ("unt",), ("unt", 6, None, None, *INSIDE)),
    ("UNT+6+1'", "", "ENV", ("UNT", "1"), ("UNS", 5, None, None, *INSIDE)),
    # what stands where it should not
    ("UNH+1", "LOC+1'UNH+1", "ENV", ("LOC", "UNH"), ("LOC", 2, None, None, *NOWHERE)),
    ("UNZ+1", "LOC+1'UNZ+1", "ENV", ("LOC", "UNZ"), ("LOC", 8, None, None, *NOWHERE)),
    ("UNZ+1", "LOC+1'RFF+2'MOA+3'UNZ+1", "ENV", ("LOC",), ("LOC", 8, None, None, *NOWHERE)),
    ("UNZ+1", "'UNZ+1", "SYN", (), (None, 8, None, None, *NOWHERE)),
    ("UNZ+1", "UNT+6+1'UNZ+1", "ENV", ("UNT",), ("UNT", 8, None, None, *NOWHERE)),
    ("UNZ+1+77'", "UNZ+1+77'LOC+1'", "ENV", ("LOC",), ("LOC", None, None, None, *NOWHERE)),
    ("UNZ+1+77'", "UNZ+1+77'hello", "ENV", ("hello",), ("hel", None, None, None, *NOWHERE)),
    ("UNZ+1+77'", "UNZ+1+77'UNZ+1+77'", "ENV", ("UNZ", "UNB"), ("UNZ", 1, None, None, *NOWHERE)),
    ("UNZ+1+77'", "UNZ+1+77'UNT+6+1'", "ENV", ("UNT",), ("UNT", None, None, None, *NOWHERE)),
]


@pytest.mark.parametrize(("old", "new", "family", "words", "where"), FAULTS)
def test_one_fault_is_one_finding_at_its_place(
    old: str, new: str, family: str, words: tuple[str, ...], where: tuple[object, ...]
) -> None:
    content = changed(old, new)
    found = errors(check(content))
    assert len(found) == 1, [(f.code, f.message) for f in found]
    assert found[0].code.startswith(family)
    assert [w for w in words if w not in found[0].message] == []
    assert place(found[0]) == where
    assert found[0].position.interchange in (1, 2)
    assert len(found[0].message) < 500


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("1", None),
        ("00000000000001", None),
        ("12345678901234", None),
        ("123456789012345", "VAL-01"),
        ("A1", "VAL-03"),
        ("1-2", "VAL-03"),
        ("", "STR-10"),
    ],
)
def test_the_interchange_reference_has_at_most_14_digits(reference: str, code: str | None) -> None:
    found = errors(check(lines(GOOD.replace("+77", f"+{reference}"))))
    assert [f.code for f in found] == ([code] if code else [])
    assert [place(f) for f in found] == ([("UNB", 1, 5, None, None, None)] if code else [])


@pytest.mark.parametrize("count", ["0", "1"])
def test_an_interchange_without_messages_is_one_finding(count: str) -> None:
    result = check(lines(f"UNB+UNOC:3+AAA999Z::AAA999Z+AAA336C+261122:1015+77++++1++1'UNZ+{count}+77'"))
    assert [f.code for f in errors(result)] == ["ENV-10"]
    assert result.report.stages["structure"].startswith("skipped: ")


# ---------------------------------------------------------------------- messages and their neighbours


@pytest.mark.parametrize(
    ("old", "new", "words", "where"),
    [
        ("CUSDEC:D:99B:UN", "CUSREP:D:99B:UN", ("CUSREP",), ("UNH", 1, 2, 1)),
        ("CUSDEC:D:99B:UN", "XXXXXX:D:99B:UN", ("XXXXXX",), ("UNH", 1, 2, 1)),
        ("CUSDEC:D:99B:UN", "cusdec:D:99B:UN", ("cusdec",), ("UNH", 1, 2, 1)),
        ("CUSDEC:D:99B:UN", "CUSDEC:S:99B:UN", ("'S'",), ("UNH", 1, 2, 2)),
        ("CUSDEC:D:99B:UN", "CUSDEC:D:96A:UN", ("96A",), ("UNH", 1, 2, 3)),
        ("CUSDEC:D:99B:UN", "CUSDEC:D:99B:EU", ("EU",), ("UNH", 1, 2, 4)),
        ("BGM+929:::SAC", "BGM+929:::XYZ", ("XYZ",), ("BGM", 2, 1, 4)),
        ("BGM+929:::SAC", "BGM+929:::sac", ("sac",), ("BGM", 2, 1, 4)),
    ],
)
def test_an_unknown_message_is_one_finding_and_is_not_walked(
    old: str, new: str, words: tuple[str, ...], where: tuple[object, ...]
) -> None:
    strange = [s.replace(old, new).replace("UNS+D", "ZZZ+1") for s in message(SAC, "2")]
    wrong = message(SAC.replace("ANU:B", "ANU:X"), "3")
    result = check(data(interchange(message(SAC), strange, wrong)))
    found = errors(result)
    assert [f.code for f in found] == ["ENV-16", "VAL-05"]
    assert "unknown" in found[0].message
    assert [w for w in words if w not in found[0].message] == []
    assert place(found[0]) == (*where, "2", 2)
    assert [m.verdict.value for m in result.report.interchanges[0].messages] == ["accepted", "rejected", "rejected"]


@pytest.mark.parametrize("change", [("UNT+10+2", "UNT+11+2"), ("UNT+10+2", "UNT+10+9")])
def test_the_trailer_of_an_unknown_message_is_checked_too(change: tuple[str, str]) -> None:
    strange = [s.replace("CUSDEC", "CUSREP") for s in message(SAC, "2")]
    text = interchange(message(SAC), strange, message(SAC, "3")).replace(*change)
    assert [f.code[:3] for f in errors(check(data(text)))] == ["ENV", "ENV"]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("UNT+10+2'", "", ["ENV-06"]),
        ("UNH+2+CUSDEC:D:99B:UN'", "", ["ENV-09"]),
        ("UNT+10+2'", "UNT+12+2'", ["ENV-07"]),
        ("UNT+10+2'", "UNT+10+5'", ["ENV-08"]),
        ("UNH+2+", "UNH+1+", ["ENV-11", "ENV-08"]),
        ("UNH+2+", "UNH+TOO LONG A REFERENCE+", ["VAL-01", "ENV-08"]),
        ("UNT+10+2'", "UNT+10+2'UNT+10+2'", ["ENV-09"]),
    ],
)
def test_a_broken_message_does_not_sink_its_neighbours(old: str, new: str, codes: list[str]) -> None:
    wrong = SAC.replace("ANU:B", "ANU:X")
    text = interchange(message(wrong), message(SAC, "2"), message(wrong, "3")).replace(old, new, 1)
    found = errors(check(data(text)))
    assert [f.code for f in found] == ["VAL-05", *codes, "VAL-05"]
    assert found[0].position.message == "1"
    assert found[-1].position.message == "3"


def test_a_message_reference_used_twice_is_one_finding_at_the_second() -> None:
    found = errors(check(data(interchange(message(SAC), message(SAC, "2"), message(SAC)))))
    assert [f.code for f in found] == ["ENV-11"]
    assert "'1'" in found[0].message
    assert place(found[0]) == ("UNH", 1, 1, None, "1", 3)


def test_an_unknown_message_uses_up_its_reference_too() -> None:
    strange = [s.replace("CUSDEC", "CUSREP") for s in message(SAC)]
    assert [f.code for f in errors(check(data(interchange(strange, message(SAC)))))] == ["ENV-16", "ENV-11"]


def test_the_same_message_reference_in_another_interchange_is_none() -> None:
    text = interchange(message(SAC), reference="1") + interchange(message(SAC), reference="2")
    assert errors(check(data(text))) == []


# ---------------------------------------------------------------------- several interchanges


@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n", "  \r\n"])
@pytest.mark.parametrize("una", [UNA, ""])
def test_several_interchanges_in_a_file(una: str, between: str) -> None:
    bodies = [(IMD, "1"), (SAC, "2"), (SAC_LONG, "3")]
    text = between.join(interchange(message(body), reference=n, una=una) for body, n in bodies)
    result = check(data(text))
    assert errors(result) == []
    assert [i.reference for i in result.report.interchanges] == ["1", "2", "3"]
    starts = [m.start() for m in re.finditer("UNA" if una else "UNB", text)]
    assert [i.offset for i in result.report.interchanges] == starts


def test_an_interchange_reference_used_twice_by_a_sender_is_one_finding() -> None:
    text = (
        interchange(message(SAC)) + interchange(message(SAC)) + interchange(message(SAC)).replace("AAA999Z", "BBB111Y")
    )
    found = errors(check(data(text)))
    assert [(f.code, f.position.interchange) for f in found] == [("ENV-12", 2)]
    assert "202611220001" in found[0].message
    assert place(found[0]) == ("UNB", 1, 5, None, None, None)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("UNZ+1+2'", "", "ENV-03"),
        ("UNZ+1+2'", "UNZ+1+3'", "ENV-05"),
        ("UNZ+1+2'", "UNZ+1+2'LOC+1'", "ENV-17"),
        ("UNZ+1+2'", "UNZ+1+2'\r\nhello\r\n'", "ENV-17"),
    ],
)
def test_a_broken_interchange_does_not_sink_its_neighbours(old: str, new: str, code: str) -> None:
    wrong = SAC.replace("ANU:B", "ANU:X")
    text = "".join(interchange(message(wrong), reference=n) for n in "123").replace(old, new, 1)
    found = errors(check(data(text)))
    assert [(f.code, f.position.interchange) for f in found if f.code == "VAL-05"] == [("VAL-05", n) for n in (1, 2, 3)]
    assert [f.code for f in found if f.code != "VAL-05"] == [code]


def test_an_interchange_that_is_not_closed_before_the_next_unb() -> None:
    first, second = interchange(message(SAC), reference="1", una=""), interchange(message(SAC), reference="2", una="")
    found = errors(check(data(first.replace("UNZ+1+1'", "") + second)))
    assert [f.code for f in found] == ["ENV-03"]
    assert "1" in found[0].message


# ---------------------------------------------------------------------- bare messages


def test_bare_messages_are_checked_with_a_remark() -> None:
    wrong = message(SAC.replace("ANU:B", "ANU:X"), "2")
    text = "".join(f"{s}'\r\n" for s in [*message(IMD), *wrong])
    result = check(data(text))
    assert [(f.code, f.severity.value) for f in result.findings] == [("ENV-01", "info"), ("VAL-05", "error")]
    assert [m.reference for m in result.report.interchanges[0].messages] == ["1", "2"]
    assert result.findings[1].position.message_number == 2


def test_bare_messages_may_have_their_own_characters() -> None:
    text = "UNA:+.?~'" + "".join(f"{s}'" for s in message(SAC))
    assert [f.code for f in check(data(text)).findings] == ["ENV-01"]


@pytest.mark.parametrize("trailer", ["UNZ+1+77'", "UNZ+2+78'"])
def test_unz_without_unb_is_one_error(trailer: str) -> None:
    text = "".join(f"{s}'" for s in message(SAC)) + trailer
    found = errors(check(data(text)))
    assert [f.code for f in found] == ["ENV-02"]
    assert found[0].position.tag == "UNZ"


def test_a_cut_bare_message_is_one_error() -> None:
    text = "".join(f"{s}'" for s in message(SAC)[:-1])
    assert [f.code for f in errors(check(data(text)))] == ["ENV-06"]


# ---------------------------------------------------------------------- groups


@pytest.mark.parametrize(
    ("trailer", "codes", "words", "element"),
    [
        ("UNE+1+5'", [], (), None),
        ("UNE+2+5'", ["ENV-14"], ("2", "1"), 1),
        ("UNE+1+6'", ["ENV-14"], ("'6'", "'5'"), 2),
        ("UNE+A+5'", ["ENV-14"], ("A", "1"), 1),
        ("UNE++5'", ["ENV-14"], ("1",), 1),
        ("", ["ENV-14"], ("UNG",), None),
    ],
)
def test_groups_are_recognised(trailer: str, codes: list[str], words: tuple[str, ...], element: int | None) -> None:
    wrong = GOOD.replace("UNS+D'", "UNS+D'ZZZ'").replace("UNT+6", "UNT+7")
    content = lines(wrong.replace("UNH+1", f"{GROUP}UNH+1").replace("UNZ+1", f"{trailer}UNZ+1"))
    found = errors(check(content))
    assert [f.code for f in found] == ["ENV-13", "STR-04", *codes]
    assert "UNG" in found[0].message
    assert found[0].position.tag == "UNG"
    if codes:
        assert [w for w in words if w not in found[2].message] == []
        assert found[2].position.element == element


def test_une_without_ung() -> None:
    found = errors(check(changed("UNZ+1", "UNE+1+5'UNZ+1")))
    assert [f.code for f in found] == ["ENV-14"]
    assert place(found[0]) == ("UNE", 8, None, None, None, None)


def test_unz_counts_groups_where_there_are_groups() -> None:
    two = "".join(f"{s}'" for s in [*message(SAC), *message(SAC, "2")])
    text = f"UNB+UNOC:3+AAA999Z::AAA999Z+AAA336C+261122:1015+77++++1++1'{GROUP}{two}UNE+2+5'UNZ+1+77'"
    assert [f.code for f in errors(check(data(text)))] == ["ENV-13"]


def test_a_group_that_is_not_closed_before_the_next() -> None:
    one, two = ("".join(f"{s}'" for s in message(SAC, n)) for n in "12")
    head = "UNB+UNOC:3+AAA999Z::AAA999Z+AAA336C+261122:1015+77++++1++1'"
    text = f"{head}{GROUP}{one}{GROUP}{two}UNE+1+5'UNZ+2+77'"
    assert [f.code for f in errors(check(data(text)))] == ["ENV-13", "ENV-14"]


# ---------------------------------------------------------------------- cut and large files


@pytest.mark.parametrize("end", ["", "\r\n"])
@pytest.mark.parametrize("una", [UNA, ""])
def test_a_file_cut_anywhere_is_one_error(una: str, end: str) -> None:
    text = interchange(message(SAC), una=una, end=end)
    last = len(text) - len(end)
    wrong = {}
    for size in range(last):
        codes = [f.code for f in errors(check(data(text[:size])))]
        if len(codes) != 1 or codes[0] not in ("SYN-01", "SYN-06", "ENV-03"):
            wrong[text[:size][-20:]] = codes
    assert wrong == {}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_cut_behind_a_segment_names_what_is_missing(end: str) -> None:
    segments = interchange(message(SAC), end="\x00").split("\x00")[1:-2]
    for count in range(1, len(segments)):
        found = errors(check(data("".join(s + end for s in segments[:count]))))
        assert [f.code for f in found] == ["ENV-03"]
        assert "UNZ" in found[0].message
        assert found[0].position.tag == segments[count - 1][:3]


@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["ENV-15"])])
def test_over_10_mb_is_a_warning(more: int, codes: list[str]) -> None:
    text = interchange(message(SAC), una="")
    limit = 10 * 1024 * 1024
    content = data(text.replace("TWICE", "TWICE" + "X" * (limit + more - len(text))))
    assert len(content) == limit + more
    warned = [f for f in check(content).findings if f.severity is Severity.WARNING]
    assert [f.code for f in warned] == codes
    assert [f"{limit + more:,}" in f.message and "10 MB" in f.message for f in warned] == [True] * more
    assert [f.position.tag for f in warned] == ["UNB"] * more


def test_size_is_that_of_one_interchange_not_of_the_file() -> None:
    texts = [interchange(message(SAC), reference=str(n)).replace("TWICE", "X" * 6_000_000) for n in (1, 2)]
    assert [f.code for f in check(data("".join(texts))).findings] == ["SYN-09", "SYN-09"]


def test_a_contrl_is_an_interchange_like_any_other() -> None:
    assert check(data(interchange(message(CONTRL, kind="CONTRL:D:3:UN")))).findings == []
