"""CONTRL: what each defect becomes, when an answer is due, and what an answer looks like.

Every answer that is written here must pass our own check.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from fault_messages import CUSDEC, CUSTOMS, REFERENCE, SITE, base, check, good, interchange, message, unb

from edifact_ics import Answer, respond
from edifact_ics.cli import main

AT = datetime.datetime(2026, 11, 21, 9, 30)
UCI = f"UCI+{REFERENCE}+{SITE}::{SITE}+{CUSTOMS}"
FIRST, SECOND, THIRD = good("sac-withdraw", "1"), good("withdraw", "2"), good("sac-withdraw", "3")
GOOD = interchange([FIRST, SECOND])
Raws = list[str]


def answered(data: bytes, reference: int = 17) -> Answer:
    """Return the answer to a file; if there is one it must be in order itself."""
    answer = respond(data, at=AT, reference=reference, kind="contrl")
    if answer.data:
        own = check(answer.data)
        assert (own.verdict, own.findings) == ("accepted", []), answer.data
    return answer


def segments(data: bytes) -> Raws:
    text = data.decode("iso8859-1")
    return [raw.strip() for raw in re.split(r"(?<!\?)'", text.removeprefix("UNA:+.? '")) if raw.strip()]


def said(data: bytes) -> Raws:
    """Return what the CONTRL that answers a file consists of, UCI to UCD."""
    answer = answered(data)
    assert answer.data, answer.notes
    return [raw for raw in segments(answer.data) if raw[:2] == "UC"]


def to(raws: Raws, old: str, *new: str) -> Raws:
    """Put others in the place of the first segment that begins so."""
    number = next(n for n, raw in enumerate(raws) if raw.startswith(old))
    return [*raws[:number], *new, *raws[number + 1 :]]


# ---------------------------------------------------------------------- defects of the envelope: UCI alone

GROUP = ["UNG+CUSDEC+A+B+261121:0930+5+UN+D:99B", *SECOND, "UNE+1+5"]
ENVELOPE = {
    "UNA cannot serve": (interchange([FIRST], una="UNAA+.? '"), "20+UNA"),
    "a repertoire other than UNOC": (interchange([FIRST], header=unb(syntax="UNOB:3")), "2+UNB+2:1"),
    "a syntax version other than 3": (interchange([FIRST], header=unb(syntax="UNOC:4")), "2+UNB+2:2"),
    "no syntax identifier": (interchange([FIRST], header=unb(syntax="")), "13+UNB+2"),
    "no repertoire": (interchange([FIRST], header=unb(syntax=":3")), "13+UNB+2:1"),
    "no syntax version": (interchange([FIRST], header=unb(syntax="UNOC")), "13+UNB+2:2"),
    "no date and time": (interchange([FIRST], header=unb(at="")), "13+UNB+5"),
    "no date": (interchange([FIRST], header=unb(at=":0930")), "13+UNB+5:1"),
    "no time": (interchange([FIRST], header=unb(at="261121")), "13+UNB+5:2"),
    "a day that does not exist": (interchange([FIRST], header=unb(at="261131:0930")), "12+UNB+5:1"),
    "a time that does not exist": (interchange([FIRST], header=unb(at="261121:2460")), "12+UNB+5:2"),
    "0031 other than 1": (interchange([FIRST], header=unb(tail="++++2++1")), "12+UNB+10"),
    "a password": (interchange([FIRST], header=unb(tail="+SECRET+++1++1")), "15+UNB+7"),
    "an application": (interchange([FIRST], header=unb(tail="++CUSDEC++1++1")), "15+UNB+8"),
    "a priority": (interchange([FIRST], header=unb(tail="+++A+1++1")), "15+UNB+9"),
    "an agreement": (interchange([FIRST], header=unb(tail="++++1+DEAL+1")), "15+UNB+11"),
    "an element of UNB too many": (interchange([FIRST], header=unb(tail="++++1++1+X")), "16+UNB+13"),
    "a component of UNB too many": (interchange([FIRST], header=unb(at="261121:0930:00")), "16+UNB+5"),
    "a group": (interchange([GROUP]), "15"),
    "a group beside a message": (interchange([FIRST, GROUP]), "30"),
    "a segment outside of messages": (interchange([FIRST, ["FTX+AAA+++X", *SECOND]]), "33"),
    "UNH left out": (interchange([FIRST, SECOND[1:]]), "33"),
    "no message": (interchange([]), "32"),
    "no UNZ": (interchange([FIRST], trailer=""), "13+UNZ"),
    "no terminator behind UNZ": (GOOD[:-1], "13+UNZ"),
    "a file cut inside a message": (GOOD[:-120], "13+UNZ"),
    "a file cut between messages": (GOOD[: GOOD.index(b"UNH+2")], "13+UNZ"),
    "a wrong count in UNZ": (interchange([FIRST], count=2), "29+UNZ+2"),
    "another reference in UNZ": (interchange([FIRST], reference="202611210008"), "28+UNZ+3"),
    "no count in UNZ": (interchange([FIRST], trailer=f"UNZ++{REFERENCE}"), "13+UNZ+2"),
    "no reference in UNZ": (interchange([FIRST], trailer="UNZ+1"), "13+UNZ+3"),
    "letters in the count of UNZ": (interchange([FIRST], trailer=f"UNZ+A+{REFERENCE}"), "37+UNZ+2"),
    "an element of UNZ too many": (interchange([FIRST], trailer=f"UNZ+1+{REFERENCE}+X"), "16+UNZ+4"),
    "a component of UNZ too many": (interchange([FIRST], trailer=f"UNZ+1+{REFERENCE}:X"), "16+UNZ+3"),
    "a character outside the repertoire in UNZ": (interchange([FIRST], trailer=f"UNZ+1\x07+{REFERENCE}"), "21+UNZ+2"),
    "text behind the end": (GOOD + b"Sent from my phone", "33"),
    "a message without reference": (interchange([FIRST, to(SECOND, "UNH", f"UNH++{CUSDEC}")]), "18"),
    "a message without type": (interchange([FIRST, to(SECOND, "UNH", "UNH+2")]), "18"),
    "a message of half a type": (interchange([FIRST, to(SECOND, "UNH", "UNH+2+CUSDEC:D::UN")]), "18"),
    "a message with too long a reference": (
        interchange([FIRST, to(to(SECOND, "UNH", f"UNH+{'2' * 15}+{CUSDEC}"), "UNT", f"UNT+12+{'2' * 15}")]),
        "18",
    ),
}


@pytest.mark.parametrize("name", ENVELOPE)
def test_a_defect_of_the_envelope_rejects_it_whole_by_uci_alone(name: str) -> None:
    data, want = ENVELOPE[name]
    assert said(data) == [f"{UCI}+4+{want}"]


def test_a_reference_that_is_no_number_is_copied_and_refused() -> None:
    data = interchange([FIRST], header=unb(reference="2026NOV21"))
    assert said(data) == [f"UCI+2026NOV21+{SITE}::{SITE}+{CUSTOMS}+4+37+UNB+6"]


def test_a_reference_used_before_is_26_without_a_place() -> None:
    assert said(GOOD + GOOD) == [f"{UCI}+7", f"UCM+1+{CUSDEC}+7", f"UCM+2+{CUSDEC}+7", f"{UCI}+4+26"]


def test_over_10_mb_is_18() -> None:
    data = interchange([FIRST]).replace(b"'UNS+D", b"'" + b"\r\n" * (5 << 20) + b"UNS+D")
    assert said(data) == [f"{UCI}+4+18"]


def test_bad_messages_are_not_named_when_the_envelope_is_bad() -> None:
    data = interchange([FIRST, to(SECOND, "UNT", "UNT+9+2")], header=unb(at="261131:0930"))
    assert said(data) == [f"{UCI}+4+12+UNB+5:1"]


# ---------------------------------------------------------------------- defects of a message

POST = [s.raw for s in base("post")]
SEA = [s.raw for s in base("sea")]
MESSAGE = {
    # of UNH and UNT: UCM says it itself
    "an unknown type": (to(SECOND, "UNH", "UNH+2+CUSXYZ:D:99B:UN"), ["4+17+UNH+3:1"]),
    "another version": (to(SECOND, "UNH", "UNH+2+CUSDEC:S:99B:UN"), ["4+17+UNH+3:2"]),
    "another release": (to(SECOND, "UNH", "UNH+2+CUSDEC:D:01B:UN"), ["4+17+UNH+3:3"]),
    "another agency": (to(SECOND, "UNH", "UNH+2+CUSDEC:D:99B:XX"), ["4+17+UNH+3:4"]),
    "0068 filled": (to(SECOND, "UNH", f"UNH+2+{CUSDEC}+REF"), ["4+15+UNH+4"]),
    "S010 filled": (to(SECOND, "UNH", f"UNH+2+{CUSDEC}++1:C"), ["4+15+UNH+5"]),
    "no UNT": (SECOND[:-1], ["4+13+UNT"]),
    "a wrong count in UNT": (to(SECOND, "UNT", "UNT+11+2"), ["4+29+UNT+2"]),
    "another reference in UNT": (to(SECOND, "UNT", "UNT+12+7"), ["4+28+UNT+3"]),
    "no count in UNT": (to(SECOND, "UNT", "UNT++2"), ["4+13+UNT+2"]),
    "no reference in UNT": (to(SECOND, "UNT", "UNT+12"), ["4+13+UNT+3"]),
    "letters in the count of UNT": (to(SECOND, "UNT", "UNT+1A+2"), ["4+37+UNT+2"]),
    "an element of UNT too many": (to(SECOND, "UNT", "UNT+12+2+X"), ["4+16+UNT+4"]),
    # of segments
    "an unknown document": (
        to(SECOND, "BGM", "BGM+929:::IMX+QX7731/4/TST9:3+50"),
        ["4+18", "UCS+2+18", "UCD+12+2:4"],
    ),
    "a mandatory segment missing": (to(SECOND, "UNS+D"), ["4+18", "UCS+9+13"]),
    "the first of them missing": (to(SECOND, "BGM"), ["4+18", "UCS+1+13"]),
    "the trigger of a group missing": (to(POST, "DMS"), ["4+18", "UCS+24+13"]),
    "two missing at one place": (to(to(SECOND, "UNS"), "UNS"), ["4+18", "UCS+9+13", "UCS+9+13"]),
    "an unknown segment": (to(SECOND, "NAD", "XQZ+1"), ["4+18", "UCS+9+15"]),
    "a segment of D.99B that the guide leaves out": (to(SECOND, "NAD", "QTY+1:2"), ["4+18", "UCS+9+15"]),
    "a segment out of order": (to(to(SECOND, "FII"), "FTX", SECOND[3], SECOND[2]), ["4+18", "UCS+4+15"]),
    "a tag in small letters": (to(SECOND, "NAD", "nad+CB+30417::95"), ["4+18", "UCS+9+15"]),
    "an empty segment": (to(SECOND, "NAD", "", SECOND[8]), ["4+18", "UCS+9+15"]),
    "a segment too often": (to(SECOND, "FII", *[SECOND[2]] * 2), ["4+18", "UCS+4+35"]),
    "a run of them is said once": (to(SECOND, "FII", *[SECOND[2]] * 6), ["4+18", "UCS+4+35"]),
    "a group too often": (to(SECOND, "NAD", *[SECOND[8]] * 2), ["4+18", "UCS+10+36"]),
    "too many elements": (to(SECOND, "UNS+D", "UNS+D+X"), ["4+18", "UCS+10+16"]),
    "a terminator lost": (to(to(SECOND, "RFF+ADP"), "RFF+ABT", SECOND[5] + SECOND[6]), ["4+18", "UCS+6+16"]),
    # of elements
    "too many components": (to(SECOND, "NAD", "NAD+CB+30417::95:X"), ["4+18", "UCS+9+18", "UCD+16+3"]),
    "a component too many in a simple element": (to(SECOND, "UNS+D", "UNS+D:X"), ["4+18", "UCS+10+18", "UCD+16+2"]),
    "a mandatory element missing": (to(SECOND, "NAD", "NAD++30417::95"), ["4+18", "UCS+9+18", "UCD+13+2"]),
    "a mandatory component missing": (to(SECOND, "NAD", "NAD+CB+::95"), ["4+18", "UCS+9+18", "UCD+13+3:1"]),
    "a mandatory composite missing": (to(SECOND, "BGM", "BGM++A:1+50"), ["4+18", "UCS+2+18", "UCD+13+2"]),
    "a component that the guide fixes missing": (to(SECOND, "NAD", "NAD+CB+30417"), ["4+18", "UCS+9+18", "UCD+13+3:3"]),
    "an element that is not used": (to(SECOND, "NAD", "NAD+CB+30417::95++X"), ["4+18", "UCS+9+18", "UCD+15+5"]),
    "a component that is not used": (to(SECOND, "NAD", "NAD+CB+30417:X:95"), ["4+18", "UCS+9+18", "UCD+15+3:2"]),
    "too long": (to(SECOND, "RFF+AMG", f"RFF+AMG:{'1' * 36}"), ["4+18", "UCS+5+18", "UCD+39+2:2"]),
    "too long for the dictionary": (to(POST, "RFF+ABD", "RFF+ABD:621142001"), ["4+18", "UCS+35+18", "UCD+39+2:2"]),
    "too short": (to(POST, "RFF+ABD", "RFF+ABD:6211420"), ["4+18", "UCS+35+18", "UCD+40+2:2"]),
    "too many digits": (to(POST, "MEA+AAA", "MEA+AAA++NO:10000000000.0"), ["4+18", "UCS+32+18", "UCD+12+4:2"]),
    "too many decimals": (to(POST, "MOA+38", "MOA+38:1180.005:JPY"), ["4+18", "UCS+34+18", "UCD+12+2:2"]),
    "letters in a number": (to(POST, "PAC", "PAC+3X+1"), ["4+18", "UCS+27+18", "UCD+37+2"]),
    "a day that does not exist": (to(POST, "DTM+260", "DTM+260:20260229:102"), ["4+18", "UCS+8+18", "UCD+12+2:2"]),
    "a code in no list": (to(POST, "CST++", "CST++N77::95"), ["4+18", "UCS+3+18", "UCD+12+3:1"]),
    "a code of D.99B that is not taken": (
        to(SECOND, "BGM", "BGM+929:::IMD+QX7731/4/TST9:3+1"),
        ["4+18", "UCS+2+18", "UCD+14+4"],
    ),
    "a qualifier in no list": (to(SECOND, "NAD", "NAD+ZZQ+30417::95"), ["4+18", "UCS+9+18", "UCD+12+2"]),
    "a qualifier of D.99B that is not taken": (to(SECOND, "NAD", "NAD+BY+30417::95"), ["4+18", "UCS+9+18", "UCD+14+2"]),
    "an agency in no list": (to(SECOND, "NAD", "NAD+CB+30417::9Q9"), ["4+18", "UCS+9+18", "UCD+12+3:3"]),
    "an agency of D.99B that is not taken": (to(SECOND, "NAD", "NAD+CB+30417::9"), ["4+18", "UCS+9+18", "UCD+14+3:3"]),
    "a decimal comma": (to(POST, "MOA+38", "MOA+38:1180,00:JPY"), ["4+18", "UCS+34+18", "UCD+19+2:2"]),
    "no digit before the point": (to(POST, "MOA+38", "MOA+38:.50:JPY"), ["4+18", "UCS+34+18", "UCD+38+2:2"]),
    "a character outside the repertoire": (
        to(SECOND, "FTX", "FTX+CHG+++SO\x07SO"),
        ["4+18", "UCS+4+18", "UCD+21+5:1"],
    ),
}


@pytest.mark.parametrize("name", MESSAGE)
def test_a_defect_of_a_message_rejects_that_message_alone(name: str) -> None:
    raws, (ucm, *below) = MESSAGE[name]
    second = message(raws, "2") if "%COUNT%" in raws[-1] else [*raws[:-1], raws[-1].replace("+12+2", f"+{len(raws)}+2")]
    kind = second[0].split("+")[2].split("'")[0]
    assert said(interchange([FIRST, second, THIRD])) == [
        f"{UCI}+7",
        f"UCM+1+{CUSDEC}+7",
        f"UCM+2+{kind}+{ucm}",
        *below,
        f"UCM+3+{CUSDEC}+7",
    ]


def test_a_message_reference_used_twice_rejects_the_second() -> None:
    data = interchange([FIRST, good("withdraw", "1")])
    assert said(data) == [f"{UCI}+7", f"UCM+1+{CUSDEC}+7", f"UCM+1+{CUSDEC}+4+26+UNH+2"]


def test_several_defects_of_a_message_stand_in_order() -> None:
    raws = to(POST, "LOC+8", "LOC+ZZQ+AUCBR::6")
    raws = to(raws, "MEA+AAE", "MEA+AAE+G+KILO:1,5")
    raws = to(raws, "DMS")
    raws = to(raws, "UNS+S", "XQZ+1", "UNS+S+X")
    assert said(interchange([message(raws)])) == [
        f"{UCI}+4",
        f"UCM+1+{CUSDEC}+4+18",
        "UCS+4+18",
        "UCD+12+2",
        "UCS+11+18",
        "UCD+39+4:1",
        "UCD+19+4:2",
        "UCS+24+13",
        "UCS+37+15",
        "UCS+38+16",
    ]


def test_a_segment_with_a_defect_behind_which_another_is_missing_has_two_entries() -> None:
    raws = to(to(POST, "UNS+D"), "MOA+39", "MOA+39:1,5:JPY")
    lines = said(interchange([message(raws)]))
    assert lines[:2] == [f"{UCI}+4", f"UCM+1+{CUSDEC}+4+18"]
    assert sorted(lines[2:]) == ["UCD+19+2:2", "UCS+23+13", "UCS+23+18"]
    assert lines[lines.index("UCS+23+18") + 1] == "UCD+19+2:2"


def test_elements_and_the_segment_itself_share_one_entry() -> None:
    raws = to(SECOND, "NAD", "NAD+CB+30417::9Q9+++++++++X")
    assert said(interchange([raws])) == [f"{UCI}+4", f"UCM+2+{CUSDEC}+4+18", "UCS+9+16", "UCD+12+3:3"]


def test_defects_of_body_and_trailer_are_told_by_18_and_the_body() -> None:
    raws = to(to(SECOND, "NAD", "NAD+CB+30417::9Q9"), "UNT", "UNT+15+2")
    lines = said(interchange([raws]))
    assert lines[:4] == [f"{UCI}+4", f"UCM+2+{CUSDEC}+4+18", "UCS+9+18", "UCD+12+3:3"]


def test_at_most_999_segments_are_named() -> None:
    raws = to(SECOND, "NAD", *["XQZ+1"] * 1200)
    lines = said(interchange([[*raws[:-1], f"UNT+{len(raws)}+2"]]))
    assert lines[:2] == [f"{UCI}+4", f"UCM+2+{CUSDEC}+4+18"]
    assert lines[2:] == [f"UCS+{n}+15" for n in range(9, 9 + 999)]


# ---------------------------------------------------------------------- good, mixed and bad interchanges


def test_good_messages_are_acknowledged_one_by_one() -> None:
    assert said(GOOD) == [f"{UCI}+7", f"UCM+1+{CUSDEC}+7", f"UCM+2+{CUSDEC}+7"]


def test_all_messages_bad_reject_the_interchange_without_a_code() -> None:
    data = interchange([to(FIRST, "UNT", "UNT+9+1"), to(SECOND, "UNS+D"), to(THIRD, "UNT", "UNT+11+9")])
    assert said(data) == [
        f"{UCI}+4",
        f"UCM+1+{CUSDEC}+4+29+UNT+2",
        f"UCM+2+{CUSDEC}+4+18",
        "UCS+9+13",
        f"UCM+3+{CUSDEC}+4+28+UNT+3",
    ]


def test_a_warning_does_not_reject() -> None:
    raws = to(POST, "RFF+APH", "RFF+APH:DDP")
    data = interchange([message(raws)])
    assert check(data).verdict == "accepted-with-warnings"
    assert said(data) == [f"{UCI}+7", f"UCM+1+{CUSDEC}+7"]


def test_each_interchange_of_a_file_has_its_own_answer() -> None:
    headers = [unb(reference=str(n), tail="++++1") for n in (1, 2, 3)]
    files = [
        interchange([FIRST], header=headers[0]),
        interchange([to(FIRST, "UNT", "UNT+9+1")], header=headers[1]),
        interchange([FIRST], header=headers[2]).replace(b"++++1'", b"'", 1),
    ]
    answer = answered(b"\r\n".join(files))
    lines = segments(answer.data)
    assert [raw for raw in lines if raw.startswith("UCI")] == [
        f"UCI+1+{SITE}::{SITE}+{CUSTOMS}+7",
        f"UCI+2+{SITE}::{SITE}+{CUSTOMS}+4",
    ]
    assert [raw.split("+")[5].lstrip("0") for raw in lines if raw.startswith("UNB")] == ["17", "18"]
    assert [raw.split("+")[2].lstrip("0") for raw in lines if raw.startswith("UNZ")] == ["17", "18"]
    assert answer.possible
    assert len(answer.notes) == 1
    assert "3" in answer.notes[0]


# ---------------------------------------------------------------------- whether one is due


def test_nothing_asked_for_and_nothing_wrong_is_no_answer_and_says_so() -> None:
    answer = answered(interchange([FIRST], header=unb(tail="")))
    assert (answer.data, answer.possible) == (b"", True)
    assert "no CONTRL is due" in answer.notes[0]


@pytest.mark.parametrize("bad", [to(FIRST, "UNT", "UNT+9+1"), to(FIRST, "RFF+ABT", "RFF+ZZQ:AHKK9P2WD")])
def test_nothing_asked_for_but_something_wrong_is_answered(bad: Raws) -> None:
    assert said(interchange([bad], header=unb(tail="")))[0] == f"{UCI}+4"


CONTRL = ["UNH+1+CONTRL:D:3:UN", f"UCI+00000000001690+{CUSTOMS}::{CUSTOMS}+{SITE}+7", "UNT+3+1"]


def test_an_interchange_of_nothing_but_contrl_is_never_answered() -> None:
    for messages in ([CONTRL], [CONTRL, to(to(CONTRL, "UNH", "UNH+2+CONTRL:D:3:UN"), "UNT", "UNT+3+2")]):
        answer = answered(interchange(messages))
        assert (answer.data, answer.possible) == (b"", True)
        assert "CONTRL" in answer.notes[0]


def test_a_bad_contrl_is_not_answered_either() -> None:
    data = interchange([to(CONTRL, "UNT", "UNT+4+1")])
    assert check(data).verdict == "rejected"
    assert (answered(data).data, answered(data).possible) == (b"", True)


@pytest.mark.parametrize("trailer", ["UNT+3+1", "UNT+4+1"])
def test_beside_other_messages_a_contrl_is_passed_over(trailer: str) -> None:
    data = interchange([to(CONTRL, "UNT", trailer), SECOND])
    assert said(data) == [f"{UCI}+7", f"UCM+2+{CUSDEC}+7"]
    bad = interchange([to(CONTRL, "UNT", trailer), to(SECOND, "UNS+D")])
    assert said(bad) == [f"{UCI}+4", f"UCM+2+{CUSDEC}+4+18", "UCS+9+13"]


def test_a_bad_contrl_alone_does_not_make_an_answer_due() -> None:
    data = interchange([to(CONTRL, "UNT", "UNT+4+1"), SECOND], header=unb(tail=""))
    assert answered(data).data == b""


# ---------------------------------------------------------------------- when none can be written

IMPOSSIBLE = {
    "bare messages": ("".join(f"{raw}'" for raw in FIRST).encode(), "UNB"),
    "no sender": (interchange([FIRST], header=unb(sender="")), "sender"),
    "a sender by its routing alone": (interchange([FIRST], header=unb(sender="::TST482K")), "sender"),
    "a sender too long for UCI": (interchange([FIRST], header=unb(sender="S" * 36)), "sender"),
    "a sender longer than a site": (interchange([FIRST], header=unb(sender="TST482KTST482K")), "sender"),
    "a sender with a control character": (interchange([FIRST], header=unb(sender="TST\x07482K")), "sender"),
    "a routing with a NUL": (interchange([FIRST], header=unb(sender="TST482K::TST\x00482K")), "sender"),
    "no recipient": (interchange([FIRST], header=unb(recipient="")), "recipient"),
    "a recipient too long for UCI": (interchange([FIRST], header=unb(recipient="R" * 36)), "recipient"),
    "a recipient with a control character": (interchange([FIRST], header=unb(recipient="AAA\x93336C")), "recipient"),
    "no reference": (interchange([FIRST], header=unb(reference="")), "reference"),
    "a reference too long for UCI": (interchange([FIRST], header=unb(reference="2" * 15)), "reference"),
    "a reference with a control character": (interchange([FIRST], header=unb(reference="2026\x0711")), "reference"),
    "no EDIFACT": (b"Dear Sirs", ""),
    "nothing": (b"", ""),
    "nothing but UNA": (b"UNA:+.? '", ""),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_uci_cannot_repeat_cannot_be_answered_and_the_reason_is_given(name: str) -> None:
    data, word = IMPOSSIBLE[name]
    answer = answered(data)
    assert (answer.data, answer.possible) == (b"", False)
    assert len(answer.notes) == 1
    assert word in answer.notes[0]


def test_one_interchange_that_cannot_be_answered_does_not_keep_the_others_from_it() -> None:
    answer = answered(interchange([FIRST], header=unb(sender="")) + GOOD)
    assert [raw for raw in segments(answer.data) if raw.startswith("UCI")] == [f"{UCI}+7"]
    assert not answer.possible


# ---------------------------------------------------------------------- what is copied, and the envelope


COPIED = {
    "leading zeros": ({"reference": "00000000000012"}, f"UCI+00000000000012+{SITE}::{SITE}+{CUSTOMS}"),
    "owner": ({"sender": "CRE111A::OWN222B"}, f"UCI+{REFERENCE}+CRE111A::OWN222B+{CUSTOMS}"),
    "no owner": ({"sender": "CRE111A"}, f"UCI+{REFERENCE}+CRE111A+{CUSTOMS}"),
    "qualifier": ({"sender": "CRE111A:ZZ:OWN222B"}, f"UCI+{REFERENCE}+CRE111A:ZZ:OWN222B+{CUSTOMS}"),
    "routing": ({"recipient": f"{CUSTOMS}::X1"}, f"UCI+{REFERENCE}+{SITE}::{SITE}+{CUSTOMS}::X1"),
    "released characters": ({"sender": "C?+?:?'??"}, f"UCI+{REFERENCE}+C?+?:?'??+{CUSTOMS}"),
}


@pytest.mark.parametrize("name", COPIED)
def test_uci_repeats_reference_and_parties_as_they_were_sent(name: str) -> None:
    parts, want = COPIED[name]
    data = interchange([FIRST], header=unb(**parts), reference=parts.get("reference", REFERENCE))
    assert said(data) == [f"{want}+7", f"UCM+1+{CUSDEC}+7"]
    bad = interchange([FIRST], header=unb(**parts), reference=parts.get("reference", REFERENCE), count=2)
    assert said(bad) == [f"{want}+4+29+UNZ+2"]


def test_ucm_repeats_the_reference_of_the_message_with_its_zeros() -> None:
    assert said(interchange([good("withdraw", "000001")])) == [f"{UCI}+7", f"UCM+000001+{CUSDEC}+7"]


def test_the_answer_of_customs() -> None:
    lines = segments(answered(GOOD).data)
    assert lines[:2] == [
        f"UNB+UNOC:3+{CUSTOMS}::{CUSTOMS}+{SITE}+261121:0930+00000000000017++++++1",
        "UNH+000001+CONTRL:D:3:UN",
    ]
    assert lines[-2:] == ["UNT+5+000001", "UNZ+1+00000000000017"]
    assert answered(GOOD).data.startswith(b"UNA:+.? '")


def test_the_recipient_is_the_site_that_sent_not_the_owner() -> None:
    answer = answered(interchange([FIRST], header=unb(sender="CRE111A::OWN222B")))
    assert segments(answer.data)[0].split("+")[2:4] == [f"{CUSTOMS}::{CUSTOMS}", "CRE111A"]


def test_the_answer_of_a_trader() -> None:
    header = unb(sender=f"{CUSTOMS}::{CUSTOMS}", recipient=SITE, reference="00000000001690")
    lines = segments(answered(interchange([FIRST], header=header), 202611210031).data)
    assert lines[0] == f"UNB+UNOC:3+{SITE}::{SITE}+{CUSTOMS}+261121:0930+202611210031++++++1"
    assert lines[1] == "UNH+1+CONTRL:D:3:UN"
    assert lines[2] == f"UCI+00000000001690+{CUSTOMS}::{CUSTOMS}+{SITE}+7"
    assert lines[-1] == "UNZ+1+202611210031"


def test_the_test_indicator_is_echoed_and_no_answer_asked_for() -> None:
    marked = segments(answered(interchange([FIRST], header=unb(tail="++++1++1"))).data)[0].split("+")
    plain = segments(answered(interchange([FIRST], header=unb(tail="++++1"))).data)[0].split("+")
    assert (marked[9], marked[11:]) == ("", ["1"])
    assert len(plain) == 6


def test_other_service_characters_are_answered_with_the_usual_ones() -> None:
    table = bytes.maketrans(b":+'?", b";*~!")
    data = b"UNA;*.! ~" + interchange([FIRST], una="").translate(table)
    assert said(data) == [f"{UCI}+7", f"UCM+1+{CUSDEC}+7"]


def test_time_and_reference_make_an_answer_repeatable() -> None:
    assert answered(GOOD).data == answered(GOOD).data
    later = respond(GOOD, at=datetime.datetime(2027, 1, 2, 23, 59, 58), reference=20270102000001, kind="contrl")
    assert segments(later.data)[0].split("+")[4:6] == ["270102:2359", "20270102000001"]


def test_without_them_the_answer_has_a_reference_of_digits() -> None:
    reference = segments(respond(GOOD, kind="contrl").data)[0].split("+")[5]
    assert re.fullmatch("[0-9]{1,14}", reference)


# ---------------------------------------------------------------------- the command


def run(path: Path, data: bytes, *more: str) -> tuple[int, bytes, str]:
    path.write_bytes(data)
    done = CliRunner().invoke(
        main, ["respond", "--kind", "contrl", str(path), "--at", "2026-11-21T09:30:00", "--reference", "17", *more]
    )
    return done.exit_code, done.stdout_bytes, done.output


def test_the_command_writes_what_the_function_gives(tmp_path: Path) -> None:
    for data in (GOOD, interchange([to(FIRST, "UNT", "UNT+9+1")])):
        code, written, _ = run(tmp_path / "a.edi", data)
        assert (code, written) == (0, answered(data).data)


def test_the_command_says_when_none_is_due(tmp_path: Path) -> None:
    code, _, output = run(tmp_path / "a.edi", interchange([FIRST], header=unb(tail="")))
    assert code == 0
    assert "due" in output


def test_the_command_ends_with_2_when_none_can_be_written(tmp_path: Path) -> None:
    code, _, output = run(tmp_path / "a.edi", "".join(f"{raw}'" for raw in FIRST).encode())
    assert code == 2
    assert "UNB" in output
