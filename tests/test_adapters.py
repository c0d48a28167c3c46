"""pydifact at the edge: it reads what we read, its objects can be checked, and it is given what we read."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_messages import CONTRL, IMD, SAC, SAC_LONG, UNA, data, interchange, message, segments

import edifact_ics
from edifact_ics.rules import RuleSet
from edifact_ics.syntax.characters import Delimiters, join_elements, split_elements
from edifact_ics.syntax.scan import Scanner

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydifact.parser import Parser
    from pydifact.segmentcollection import Interchange
    from pydifact.segments import Segment

Elements = list[list[str]]


def ours(text: str) -> list[Elements]:
    """Segments as the scanner gives them, without UNA and without what is empty at an end."""
    found = []
    for block in Scanner(io.BytesIO(data(text))).blocks():
        for raw in block.raws:
            if raw[:3] != "UNA":
                found.append(trimmed(split_elements(raw, block.delimiters)))
    return found


def theirs(text: str) -> list[Elements]:
    """Segments as pydifact reads them, in the same form; its remarks on directories it does not bring are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [s for s in Parser().parse(text) if s.tag != "UNA"]
    return [trimmed([[s.tag], *(e if isinstance(e, list) else [e] for e in s.elements)]) for s in found]


def trimmed(elements: Elements) -> Elements:
    cut = [list(e) for e in elements]
    for parts in cut:
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
    while len(cut) > 1 and cut[-1] == [""]:
        cut.pop()
    return cut


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("una", [UNA, ""])
@pytest.mark.parametrize("body", [IMD, SAC, SAC_LONG, CONTRL])
def test_pydifact_reads_the_same_segments(body: str, una: str, end: str) -> None:
    text = interchange(message(body), una=una, end=end)
    assert ours(text) == theirs(text)


@pytest.mark.parametrize("una", ["UNA;|,\\ ~", "UNA^]-[ $"])
def test_pydifact_reads_the_same_segments_with_other_characters(una: str) -> None:
    d = Delimiters(*una[3:])
    raws = [join_elements(split_elements(s), d) for s in message(IMD)]
    text = una + "".join(raw + d.terminator for raw in raws)
    assert ours(text) == theirs(text) == [trimmed(split_elements(s)) for s in message(IMD)]


words = st.text(st.sampled_from("ABab09 +:'?-./\xe9"), max_size=8)


@settings(max_examples=200)
@given(st.lists(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4), min_size=1, max_size=5))
def test_pydifact_reads_what_we_write(found: list[list[list[str]]]) -> None:
    wanted = [trimmed([["FTX"], *elements]) for elements in found]
    text = "".join(join_elements(elements) + "'" for elements in wanted)
    assert theirs(text) == wanted == ours(text)


# ---------------------------------------------------------------------- their objects taken


def built(body: str = SAC, *, syntax: str = "UNOC", reference: str = "202611220001") -> Interchange:
    made = Interchange("AAA999Z", "AAA336C", reference, (syntax, 3), datetime.datetime(2026, 11, 22, 10, 15))
    inside = segments(body)
    for raw in ["UNH+1+CUSDEC:D:99B:UN", *inside, f"UNT+{len(inside) + 2}+1"]:
        tag, *elements = split_elements(raw)
        made.add_segment(Segment(tag[0], *(e[0] if len(e) == 1 else e for e in elements)))
    return made


def test_an_interchange_of_theirs_is_checked() -> None:
    assert edifact_ics.check(built()).findings == []
    result = edifact_ics.check(built(SAC.replace("ANU:B", "ANU:X")))
    assert [f.code for f in result.findings] == ["VAL-05"]
    assert result.report.interchanges[0].reference == "202611220001"


def test_an_interchange_of_theirs_is_translated_and_answered() -> None:
    documents = edifact_ics.translate(built(SAC_LONG))
    assert [(d.name, d.message, d.reference) for d in documents] == [("SelfAssessedClearance", "SAC", "1")]
    assert "<GoodsDescription>WOOL</GoodsDescription>" in str(documents[0])
    answer = edifact_ics.respond(built(SAC.replace("ANU:B", "ANU:X")), at=datetime.datetime(2026, 11, 22), reference=5)
    assert b"UCM+1+CUSDEC:D:99B:UN+4" in answer.data


@pytest.mark.parametrize("text", ["PLAIN", "O'NEIL + SON: ?", "CAF\xc9", "A??", "?"])
def test_their_texts_arrive_unchanged(text: str) -> None:
    made = built(SAC_LONG)
    made.get_segments("FTX")
    next(s for s in made.segments if s.tag == "FTX").elements[3] = text
    assert [f.code for f in edifact_ics.check(made, rules=RuleSet(())).findings] == []
    assert f"<GoodsDescription>{text}</GoodsDescription>" in str(edifact_ics.translate(made)[0])


@pytest.mark.parametrize("text", ["20 \u20ac", "\u0428", "\U0001f600", "\u20ac"])
def test_a_character_of_theirs_that_the_repertoire_lacks_is_one_finding(text: str) -> None:
    """It must not become a question mark, which releases what follows."""
    made = built(SAC_LONG)
    next(s for s in made.segments if s.tag == "FTX").elements[3] = text
    found = edifact_ics.check(made, rules=RuleSet(())).findings
    assert [f.code for f in found] == ["SYN-05"]
    assert found[0].position.tag == "FTX"


def test_their_repertoire_is_the_one_of_their_unb() -> None:
    made = built(SAC_LONG, syntax="UNOE")
    next(s for s in made.segments if s.tag == "FTX").elements[3] = "\u0428\u0415\u0420\u0421\u0422\u042c"
    assert [f.code for f in edifact_ics.check(made, rules=RuleSet(())).findings] == ["SYN-03"]


# ---------------------------------------------------------------------- their objects given


def tags(found: Interchange) -> list[str]:
    return [s.tag for s in found.segments]


def test_interchanges_are_given_with_their_messages() -> None:
    first = interchange(message(IMD), message(SAC, "2"), reference="1", end="\r\n")
    second = interchange(message(CONTRL, kind="CONTRL:D:3:UN"), reference="2", una="UNA:+.? '")
    found = edifact_ics.read_interchanges(data(first + "\r\n" + second))
    assert [(f.control_reference, f.recipient) for f in found] == [("1", "AAA336C"), ("2", "AAA336C")]
    assert [f.syntax_identifier[0] for f in found] == ["UNOC", "UNOC"]
    assert found[0].timestamp == datetime.datetime(2026, 11, 22, 10, 15)
    assert tags(found[0]) == [s[:3] for s in [*message(IMD), *message(SAC, "2")]]
    assert [m.reference_number for m in found[0].get_messages()] == ["1", "2"]
    assert edifact_ics.check(found[0], rules=RuleSet(())).findings == []


def test_their_values_are_unescaped_and_decoded() -> None:
    body = SAC_LONG.replace("WOOL", "O?'NEIL??:\xe8\xd5\xe0")
    text = interchange(message(body)).replace("UNOC", "UNOE")
    found = edifact_ics.read_interchanges(data(text))[0]
    assert found.get_segment("FTX").elements[3] == ["O'NEIL?", "\u0448\u0435\u0440"]
    assert found.get_segment("NAD").elements == ["AT", ["51824753556", "", "95"]]


def test_a_file_is_read_from_where_it_is(tmp_path: Path) -> None:
    content = data(interchange(message(SAC)))
    path = tmp_path / "a.edi"
    path.write_bytes(content)
    for source in (content, path, str(path), io.BytesIO(content)):
        assert len(edifact_ics.read_interchanges(source)) == 1
        if isinstance(source, io.BytesIO):
            source.seek(0)
        assert edifact_ics.check(source).accepted


def messages_of(found: list[Interchange]) -> Iterator[list[str]]:
    for one in found:
        yield [s.elements[0] for s in one.segments if s.tag == "UNH"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", []),
        ("hello", []),
        ("".join(f"{s}'" for s in message(SAC)), []),
        (interchange(message(SAC)) + "".join(f"{s}'" for s in message(SAC, "9")), [["1"]]),
        (interchange(message(SAC)) + "LOC+1'", [["1"]]),
        (interchange(message(SAC)).replace("UNH+1", "LOC+1'UNH+1"), [["1"]]),
        (interchange(message(SAC), message(SAC, "2")).replace("UNT+10+1'", ""), [["1", "2"]]),
        (interchange(message(SAC), message(SAC, "2"))[:-60], [["1", "2"]]),
    ],
)
def test_what_stands_outside_of_interchanges_and_messages_is_left_out(text: str, messages: list[list[str]]) -> None:
    assert list(messages_of(edifact_ics.read_interchanges(data(text)))) == messages


@pytest.mark.parametrize("damaged", ["''UNS+S", "'uns+S", "'+UNS+S", "'U", "'UNS+S+?"])
def test_a_damaged_segment_does_not_stop_them(damaged: str) -> None:
    text = interchange(message(SAC)).replace("'UNS+S", damaged)
    assert list(messages_of(edifact_ics.read_interchanges(data(text)))) == [["1"]]


@pytest.mark.parametrize(
    "header",
    [
        "UNB+",
        "UNB+UNOC",
        "UNB+UNOC:3",
        "UNB+UNOC:x+TST482K+AAA336C+261118:0915+1",
        "UNB+UNOC:3+TST482K+AAA336C++1",
        "UNB+UNOC:3+TST482K+AAA336C+261331:0915+1",
        "UNB+UNOC:3+TST482K+AAA336C+261118:9915+1",
        "UNB+UNOC:3+TST482K+AAA336C+abc:def+1",
        "UNB+UNOC:3+TST482K+AAA336C+261118:0915",
    ],
)
def test_a_header_that_pydifact_does_not_take_is_given_as_far_as_it_goes(header: str) -> None:
    found = edifact_ics.read_interchanges(f"{header}'UNH+1+CUSDEC:D:99B:UN'BGM+929'UNT+3+1'UNZ+1+1'".encode())[0]
    assert [segment.tag for segment in found.segments] == ["UNH", "BGM", "UNT"]
    assert found.sender == ("TST482K" if "TST482K" in header else "")
