"""Order, presence, repeats, conditions and the envelope, by cases that are read as they stand.

Each case edits a good message and names what must be found, as `code severity? at segment.element.component tag`;
an error unless it says otherwise. The systematic matrix is in `test_faults`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from fault_messages import REFERENCE, UNA, base, check, good, interchange, message, unb

from edifact_ics import Finding, Severity

Raws = list[str]
Edit = Callable[[Raws], Raws]


def shown(found: Finding) -> str:
    place = found.position
    numbers = ".".join(str(n) for n in (place.segment, place.element, place.component) if n is not None)
    weight = "" if found.severity is Severity.ERROR else f" {found.severity.value}"
    return f"{found.code}{weight} at {numbers} {place.tag}"


def findings(data: bytes) -> list[str]:
    return [shown(f) for f in check(data).findings]


def raws_of(name: str) -> Raws:
    return [s.raw for s in base(name)]


def edited(name: str, *edits: Edit) -> Raws:
    raws = raws_of(name)
    for edit in edits:
        raws = edit(raws)
    return raws


def one(raws: Raws, count: int | None = None) -> bytes:
    return interchange([message(raws, "1", count)])


def index(raws: Raws, raw: str, nth: int = 1) -> int:
    """Return where a segment stands, the nth of those that begin so; it must be there."""
    return [i for i, known in enumerate(raws) if known.startswith(raw)][nth - 1]


def drop(raw: str, nth: int = 1) -> Edit:
    def edit(raws: Raws) -> Raws:
        n = index(raws, raw, nth)
        return [*raws[:n], *raws[n + 1 :]]

    return edit


def to(raw: str, *new: str, nth: int = 1) -> Edit:
    """Put others in the place of a segment."""

    def edit(raws: Raws) -> Raws:
        n = index(raws, raw, nth)
        return [*raws[:n], *new, *raws[n + 1 :]]

    return edit


def behind(raw: str, *new: str, nth: int = 1) -> Edit:
    def edit(raws: Raws) -> Raws:
        n = index(raws, raw, nth) + 1
        return [*raws[:n], *new, *raws[n:]]

    return edit


@dataclass(frozen=True)
class Case:
    """What is done to a good message, and what is to be found in it, in source order."""

    name: str
    base: str
    edits: tuple[Edit, ...]
    wants: list[str]
    count: int | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def found(self) -> list[str]:
        return findings(one(edited(self.base, *self.edits), self.count))


def case(name: str, kind: str, *edits: Edit, wants: list[str], count: int | None = None) -> Case:
    return Case(name, kind, edits, wants, count)


# ---------------------------------------------------------------------- missing, and reading on

RECOVERY = [
    case("DMS in front of the transport lines", "post", drop("DMS"), wants=["STR-02 at 24 UNS"]),
    case("LIN of the first line", "post", drop("LIN"), wants=["STR-02 at 25 DMS"]),
    case("LIN of the second line", "sea", drop("LIN+2"), wants=["STR-02 at 58 RFF"]),
    case("CST of the first line", "post", drop("CST+1"), wants=["STR-02 at 28 PCI"]),
    case("CST of the second line", "sea", drop("CST+2"), wants=["STR-02 at 102 TAX"]),
    case("PAC in front of marks", "post", drop("PAC"), wants=["STR-02 at 26 LIN"]),
    case("UNS between header and lines", "n30", drop("UNS+D"), wants=["STR-01 at 17 MOA"]),
    case("UNS behind the lines", "n30", drop("UNS+S"), wants=["STR-01 at 37 RFF"]),
    case("BGM", "withdraw", drop("BGM"), wants=["STR-01 at 1 UNH"]),
    case("both UNS", "withdraw", drop("UNS"), drop("UNS"), wants=["STR-01 at 9 NAD", "STR-01 at 9 NAD"]),
    case("BGM and UNS", "withdraw", drop("BGM"), drop("UNS+D"), wants=["STR-01 at 1 UNH", "STR-01 at 8 NAD"]),
    case("UNS and the first DMS", "post", drop("UNS+D"), drop("DMS"), wants=["STR-01 at 23 MOA", "STR-02 at 23 MOA"]),
    case("the wrong count of UNT is the same cause", "post", drop("DMS"), wants=["STR-02 at 24 UNS"], count=39),
    case("two missing, and UNT counts them", "withdraw", drop("BGM"), drop("UNS+S"), count=12,
         wants=["STR-01 at 1 UNH", "STR-01 at 9 UNS"]),
]  # fmt: skip


@pytest.mark.parametrize("case", RECOVERY, ids=str)
def test_what_is_missing_is_said_once_at_the_segment_before_it(case: Case) -> None:
    assert case.found == case.wants


TOGETHER = [
    case(
        "a missing trigger and a bad date behind it",
        "sea",
        drop("DMS"),
        to("DTM+4:", "DTM+4:20260931:102"),
        wants=["STR-02 at 45 UNS", "VAL-04 at 75.1.2 DTM"],
    ),
    case(
        "a missing line trigger and a long value in the next line",
        "sea",
        drop("CST+2"),
        to("RFF+AED:33", "RFF+AED:331"),
        wants=["STR-02 at 102 TAX", "VAL-01 at 116.1.2 RFF"],
    ),
    case(
        "an unknown segment in the header and a bad code in the last line",
        "post",
        behind("CST", "XQZ+1"),
        to("CST+1", "CST+1+X::95+N10::95"),
        wants=["STR-04 at 4 XQZ", "VAL-05 at 30.2.1 CST"],
    ),
    case(
        "one in each of three transport lines",
        "sea",
        to("PAC+4+3", "PAC+4X+3"),
        to("RFF+AAQ:TSTU4405222", "RFF+ZQ9:TSTU4405222"),
        to("PAC+3+1", "PAC+3+1+++++++9"),
        wants=["VAL-03 at 51.1 PAC", "STR-14 at 63.1.1 RFF", "STR-08 at 68.6 PAC"],
    ),
    case(
        "a wrong count and a bad date are two causes",
        "withdraw",
        to("FII", "FII+COQ+660077+:::036112::216"),
        wants=["STR-15 at 3.3.6 FII", "ENV-07 at 12.1 UNT"],
        count=14,
    ),
    case(
        "two segments missing in far places",
        "sea",
        drop("UNS+D"),
        drop("CST+3"),
        wants=["STR-01 at 44 MOA", "STR-02 at 109 RFF"],
    ),
    case(
        "three unknown segments, not a run",
        "withdraw",
        behind("BGM", "XQZ+1"),
        behind("NAD", "XQZ+2"),
        behind("UNS+D", "XQZ+3"),
        wants=["STR-04 at 3 XQZ", "STR-04 at 11 XQZ", "STR-04 at 13 XQZ"],
    ),
    case(
        "two values of one segment",
        "post",
        to("MEA+AAE", "MEA+AAE+G+KGKG:6,8"),
        wants=["VAL-01 at 11.3.1 MEA", "VAL-07 at 11.3.2 MEA"],
    ),
    case(
        "out of order, and too often elsewhere",
        "post",
        to("CST++"),
        behind("DTM+260", "CST++N10::95"),
        behind("NAD+IM", "NAD+IM+CCC5550002Y::95"),
        wants=["STR-03 at 8 CST", "STR-07 at 21 NAD"],
    ),
]


@pytest.mark.parametrize("case", TOGETHER, ids=str)
def test_independent_faults_are_all_found_in_one_pass(case: Case) -> None:
    assert case.found == case.wants


ORDER = [
    case("a segment of the header too late", "post", to("CST++"), behind("DTM+260", "CST++N10::95"),
         wants=["STR-03 at 8 CST"]),
    case("a segment of the header too early", "post", drop("MEA"), behind("BGM", "MEA+AAE+G+KG:6.80000"),
         wants=["STR-03 at 3 MEA"]),
    case("far too early", "sea", drop("MOA+63"), behind("BGM", "MOA+63:7050.00:EUR"), wants=["STR-03 at 3 MOA"]),
    case("UNS in the header", "post", drop("UNS+D"), behind("DTM+178", "UNS+D"), wants=["STR-03 at 8 UNS"]),
    case("UNS behind DMS", "post", drop("UNS+D"), behind("DMS", "UNS+D"), wants=["STR-03 at 24 DMS"]),
    case("both UNS exchanged", "withdraw", to("UNS+D", "UNS+X"), to("UNS+S", "UNS+D"), to("UNS+X", "UNS+S"),
         wants=["STR-03 at 10 UNS"]),
    case("a line before the transport lines", "post", drop("CST+1"), behind("UNS+D", "CST+1+I::95+N10::95"),
         wants=["STR-03 at 25 CST"]),
    case("UNT count is no part of it", "post", drop("MEA"), behind("BGM", "MEA+AAE+G+KG:6.80000"), count=39,
         wants=["STR-03 at 3 MEA"]),
    case("a reference of the line in the transport lines", "post",
         to("RFF+AED"), behind("LIN", "RFF+AED:11"), wants=["STR-03 at 27 RFF"]),
]  # fmt: skip


@pytest.mark.parametrize("case", ORDER, ids=str)
def test_what_is_out_of_order_is_said_once_where_it_stands(case: Case) -> None:
    assert case.found == case.wants


def test_order_among_segments_of_one_kind_is_free() -> None:
    raws = raws_of("sea")
    for tag in ("LOC", "DTM", "GIS"):
        first, last = index(raws, tag), index(raws, tag)
        while raws[last + 1].startswith(tag):
            last += 1
        raws[first : last + 1] = reversed(raws[first : last + 1])
    assert findings(one(raws)) == []


NO_FAULT = [
    case("a change without lines", "change", *[drop("DMS"), drop("LIN"), drop("LIN")],
         *[drop(x) for x in ("PAC", "PAC", "PCI", "RFF+AAQ", "PCI", "RFF+MB")], wants=[]),
    case("a reason for a change in an original: for the rules", "post", behind("EQD+AH+PC5512003", "FTX+CHG+++WHY"),
         wants=[]),
    case("a withdrawal with a body: for the rules", "withdraw", behind("BGM", "CST++N10::95", "LOC+8+AUSYD::6"),
         wants=[]),
    case("no NAD at all", "withdraw", drop("NAD"), wants=[]),
    case("community protection below an AQIS package", "sea", drop("PAC++1"), wants=[]),
]  # fmt: skip


@pytest.mark.parametrize("case", NO_FAULT, ids=str)
def test_what_structure_leaves_to_others_is_no_finding(case: Case) -> None:
    assert case.found == case.wants


# ---------------------------------------------------------------------- repeats

AMG = [f"RFF+AMG:{n:04}" for n in range(1, 100)]
REPEATS = [
    case("as often as allowed", "n30", behind("GIS+TLB", *["FTX+ACE+++A", "FTX+ACE+++B"]), wants=[]),
    case("once more", "n30", behind("GIS+TLB", *["FTX+ACE+++A", "FTX+ACE+++B", "FTX+ACE+++C"]),
         wants=["STR-06 at 12 FTX"]),
    case("a run of many is one finding", "post", behind("LOC+8", *["LOC+8+AUSYD::6"] * 5), wants=["STR-06 at 5 LOC"]),
    case("two runs are two findings", "post", behind("LOC+8", "LOC+8+AUSYD::6"), behind("LOC+9", "LOC+9+JPTYO::6"),
         wants=["STR-06 at 5 LOC", "STR-06 at 8 LOC"]),
    case("a group of which one use is too many", "post", behind("NAD+IM", "NAD+IM+CCC5550002Y::95"),
         wants=["STR-07 at 21 NAD"]),
    case("a segment of which one is allowed", "withdraw", behind("FII", "FII+COQ+660077+:::036112::215"),
         wants=["STR-06 at 4 FII"]),
    case("BGM twice", "withdraw", behind("BGM", "BGM+929:::IMD+QX7731/4/TST9:3+50"), wants=["STR-06 at 3 BGM"]),
    case("UNS+D twice", "withdraw", behind("UNS+D", "UNS+D"), wants=["STR-06 at 11 UNS"]),
    case("UNS+S twice", "withdraw", behind("UNS+S", "UNS+S"), wants=["STR-06 at 12 UNS"]),
    case("99 of a group, no more", "withdraw", drop("RFF+AMG"), drop("RFF+ADP"), behind("FTX", *AMG[:97]), wants=[]),
    case("100 of a group", "withdraw", drop("RFF+AMG"), drop("RFF+ADP"), behind("FTX", *AMG[:98]),
         wants=["STR-07 at 104 RFF"]),
    case("999 post cards", "post", behind("EQD", *[f"EQD+AH+PC{n}::95" for n in range(996)]), wants=[]),
    case("1000 post cards", "post", behind("EQD", *[f"EQD+AH+PC{n}::95" for n in range(997)]),
         wants=["STR-06 at 1011 EQD"]),
    case("two containers of a transport line", "sea",
         behind("RFF+MB:HAMFRE00771", "PCI+1", "RFF+AAQ:TSTU4405259"), wants=["STR-06 at 58 RFF"]),
    case("two cargo types of a transport line", "sea", behind("PAC+61", "PAC+++FCX:67:95"), wants=["STR-07 at 51 PAC"]),
    case("marks twice", "post", behind("PCI+28", "PCI+28+AGAIN"), wants=["STR-07 at 29 PCI"]),
    case("a second transport line counts anew", "post",
         behind("PCI+28", "LIN+2+I", "PAC+3+1", "PCI+28+OTHER"), wants=[]),
    case("the same tariff number twice in a line", "post", behind("RFF+ABD", "RFF+ABD:62114200"),
         wants=["STR-07 at 36 RFF"]),
    case("permits of a line, 99 of them", "post", behind("RFF+AED", *[f"RFF+AHW:P{n}" for n in range(99)]), wants=[]),
    case("permits of a line, 100 of them", "post", behind("RFF+AED", *[f"RFF+AHW:P{n}" for n in range(100)]),
         wants=["STR-07 at 136 RFF"]),
    case("amounts of the header, 26 of them", "n30", behind("MOA+40:3110", *["MOA+40:1.00:AUD"] * 25),
         wants=["STR-07 at 42 MOA"]),
]  # fmt: skip


@pytest.mark.parametrize("case", REPEATS, ids=str)
def test_repeats_are_counted_where_they_belong(case: Case) -> None:
    assert case.found == case.wants


# ---------------------------------------------------------------------- qualifiers and conditions

PHONE = "COM+0890001234:TE"
CONDITIONS = [
    case("a phone below the branch", "withdraw", behind("NAD", "NAD+VT+ZK31QP::95", "CTA+IC", PHONE), wants=[]),
    case("a phone below the broker", "withdraw", behind("NAD", "CTA+IC", PHONE), wants=["STR-02 at 9 NAD"]),
    case("a phone by fax", "sea", to("COM", "COM+0890001234:FX"), wants=["STR-18 at 38.1.2 COM"]),
    case("a cargo type below a bill", "sac", behind("RFF+BH", "PAC+++FCX:67:95"), wants=["STR-18 at 23.3.2 PAC"]),
    case("a cargo type below its container", "sac", behind("PAC", "RFF+AAQ:TSTU4405243", "PAC+++LCL:67:95"), wants=[]),
    case("a birthday below the passport of the spouse", "sea", drop("DTM+329"),
         behind("DOC+39:53S", "DTM+329:19850101:102"), wants=["STR-18 at 33.1.1 DTM"]),
    case("a birthday without format", "sea", to("DTM+329", "DTM+329:19810317"), wants=[]),
    case("a birthday in another format", "sea", to("DTM+329", "DTM+329:19810317:203"), wants=["STR-15 at 32.1.3 DTM"]),
    case("a reference below marks", "sea", behind("PCI+28", "RFF+CNR:PART 2"), wants=["STR-18 at 53.1.1 RFF"]),
    case("a warehouse of the line, either agency", "n30", to("LOC+18", "LOC+18+4471W::95", nth=2), wants=[]),
    case("a warehouse of the line, another agency", "n30", to("LOC+18", "LOC+18+4471W::6", nth=2),
         wants=["STR-15 at 22.2.3 LOC"]),
    case("an agency left out", "post", to("LOC+8", "LOC+8+AUCBR"), wants=["STR-11 at 4.2.3 LOC"]),
    case("an unknown qualifier", "post", to("LOC+8", "LOC+ZZ+AUCBR::6"), wants=["STR-14 at 4.1 LOC"]),
    case("a qualifier of D.99B that no row has", "post", to("LOC+8", "LOC+1+AUCBR::6"), wants=["STR-18 at 4.1 LOC"]),
    case("no qualifier", "post", to("LOC+8", "LOC++AUCBR::6"), wants=["STR-10 at 4.1 LOC"]),
    case("nothing but the tag", "post", to("LOC+8", "LOC"), wants=["STR-10 at 4.1 LOC"]),
    case("a qualifier and nothing else", "post", to("LOC+8", "LOC+8"), wants=["STR-16 info at 4.2.1 LOC"]),
    case("an indicator of another list", "post", to("GIS+N", "GIS+POR:153:95"), wants=["VAL-05 at 9.1.1 GIS"]),
    case("an indicator nobody knows", "post", to("GIS+POR", "GIS+QQQ:109:95"), wants=["STR-14 at 10.1.1 GIS"]),
    case("a package list nobody knows", "sea", to("PAC+++LCL", "PAC+++LCL:99:95"), wants=["STR-14 at 49.3.2 PAC"]),
    case("one cause: a qualifier, not what hangs below it", "sea", to("NAD+VT", "NAD+ZZQ+ZK31QP::95"),
         wants=["STR-14 at 36.1 NAD"]),
    case("a stray separator", "withdraw", to("NAD", "+NAD+CB+30417::95"), wants=["SYN-08 at 9 None"]),
    case("a draft: nature, mode, agency", "sea", to("CST++", "CST++10::95"),
         to("TDT", "TDT+20+614E+S(SEA)+++++9412206::11"), to("NAD+CB", "NAD+CB+30417"),
         wants=["VAL-05 at 3.2.1 CST", "VAL-01 at 30.3.1 TDT", "STR-11 at 40.2.3 NAD"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CONDITIONS, ids=str)
def test_qualifiers_and_conditions(case: Case) -> None:
    assert case.found == case.wants


EITHER = [
    # either word is right: a second one too many, or its trigger missing
    case("two answers below one PCI", "sea", behind("FTX+RAH", "FTX+RAH+++00412:00513:N"),
         wants=["STR-06 at 85 FTX", "STR-02 at 84 FTX"]),
    # a use that another place has: not used here, or out of order here
    case("a country of the line in the header", "post", to("LOC+8", "LOC+27+AU::5"),
         wants=["STR-18 at 4.1 LOC", "STR-03 at 4 LOC"]),
    case("an amount of the line in the header", "sea", to("MOA+63", "MOA+38:7050.00:EUR"),
         wants=["STR-18 at 41.1.1 MOA", "STR-03 at 41 MOA"]),
]  # fmt: skip


@pytest.mark.parametrize("case", EITHER, ids=str)
def test_what_may_be_said_in_two_ways_is_said_in_one_of_them(case: Case) -> None:
    assert len(case.found) == 1
    assert case.found[0] in case.wants


# ---------------------------------------------------------------------- the envelope

FIRST, SECOND, THIRD = good("sac-withdraw", "1"), good("withdraw", "2"), good("sac-withdraw", "3")
# FIRST and THIRD have 11 segments, SECOND 12: behind UNB, FIRST has 2 to 12, SECOND 13 to 24, THIRD 25 to 35.


def three(second: Raws, **more: int | str) -> bytes:
    return interchange([FIRST, second, THIRD], **more)  # type: ignore[arg-type]


def spoilt(raw: str, *new: str) -> bytes:
    return three(to(raw, *new)(SECOND))


MESSAGE_FAULTS = {
    "UNT left out": (three(SECOND[:-1]), "ENV-06 at 11 UNS"),
    "UNT counts one more": (spoilt("UNT", "UNT+13+2"), "ENV-07 at 12.1 UNT"),
    "UNT counts one less": (spoilt("UNT", "UNT+11+2"), "ENV-07 at 12.1 UNT"),
    "UNT counts with letters": (spoilt("UNT", "UNT+1A+2"), "VAL-03 at 12.1 UNT"),
    "UNT without a count": (spoilt("UNT", "UNT++2"), "STR-10 at 12.1 UNT"),
    "UNT with too long a count": (spoilt("UNT", "UNT+0000012+2"), "VAL-01 at 12.1 UNT"),
    "UNT with another reference": (spoilt("UNT", "UNT+12+7"), "ENV-08 at 12.2 UNT"),
    "UNT without a reference": (spoilt("UNT", "UNT+12"), "STR-10 at 12.2 UNT"),
    "UNT with an element too many": (spoilt("UNT", "UNT+12+2+X"), "STR-08 at 12.3 UNT"),
    "UNT with a component too many": (spoilt("UNT", "UNT+12+2:X"), "STR-09 at 12.2.2 UNT"),
    "UNT in small letters": (spoilt("UNT", "unt+12+2"), "SYN-08 at 12 unt"),
    "UNT under an unknown tag": (spoilt("UNT", "XQZ+12+2"), "STR-04 at 12 XQZ"),
    "UNH without a reference": (spoilt("UNH", "UNH++CUSDEC:D:99B:UN"), "STR-10 at 1.1 UNH"),
    "UNH with too long a reference": (
        three(["UNH+123456789012345+CUSDEC:D:99B:UN", *SECOND[1:-1], "UNT+12+123456789012345"]),
        "VAL-01 at 1.1 UNH",
    ),
    "UNH with the reference of another": (three(good("withdraw", "1")), "ENV-11 at 1.1 UNH"),
    "UNH without a type": (spoilt("UNH", "UNH+2"), "STR-10 at 1.2 UNH"),
    "UNH of an unknown type": (spoilt("UNH", "UNH+2+CUSXYZ:D:99B:UN"), "ENV-16 at 1.2.1 UNH"),
    "UNH of another version": (spoilt("UNH", "UNH+2+CUSDEC:S:99B:UN"), "ENV-16 at 1.2.2 UNH"),
    "UNH of another release": (spoilt("UNH", "UNH+2+CUSDEC:D:01B:UN"), "ENV-16 at 1.2.3 UNH"),
    "UNH of another agency": (spoilt("UNH", "UNH+2+CUSDEC:D:99B:ZZ"), "ENV-16 at 1.2.4 UNH"),
    "UNH with an association code": (spoilt("UNH", "UNH+2+CUSDEC:D:99B:UN:ICS"), "STR-13 at 1.2.5 UNH"),
    "UNH with an access reference": (spoilt("UNH", "UNH+2+CUSDEC:D:99B:UN+REF"), "STR-12 at 1.3 UNH"),
    "UNH with a transfer status": (spoilt("UNH", "UNH+2+CUSDEC:D:99B:UN++1:C"), "STR-12 at 1.4 UNH"),
    "UNH with an element too many": (spoilt("UNH", "UNH+2+CUSDEC:D:99B:UN+++X"), "STR-08 at 1.5 UNH"),
    "UNH in small letters": (spoilt("UNH", "unh+2+CUSDEC:D:99B:UN"), "SYN-08 at 1 unh"),
    "a document nobody knows": (spoilt("BGM", "BGM+929:::IMX+QX7731/4/TST9:3+50"), "ENV-16 at 2.1.4 BGM"),
    "a document without a name": (spoilt("BGM", "BGM+929+QX7731/4/TST9:3+50"), "STR-11 at 2.1.4 BGM"),
    "neither reference nor version": (spoilt("BGM", "BGM+929:::IMD++50"), "STR-10 at 2.2 BGM"),
}


@pytest.mark.parametrize("name", MESSAGE_FAULTS)
def test_a_fault_of_unh_bgm_or_unt_is_one_finding_and_its_neighbours_are_walked(name: str) -> None:
    data, want = MESSAGE_FAULTS[name]
    result = check(data)
    assert [shown(f) for f in result.findings] == [want]
    assert [m.verdict.value for m in result.report.interchanges[0].messages] == ["accepted", "rejected", "accepted"]


@pytest.mark.parametrize("raw", ["UNH+2+CUSXYZ:D:99B:UN", "UNH+2+CUSDEC:D:01B:UN"])
def test_an_unknown_message_is_named_and_not_walked(raw: str) -> None:
    found = check(three([raw, "XQZ+1", "UNT+3+2"])).findings
    assert [f.code for f in found] == ["ENV-16"]
    assert "unknown" in found[0].message
    assert found[0].value is not None
    assert found[0].value in found[0].message


ENVELOPE_FAULTS = {
    "UNH left out": (three(SECOND[1:]), "ENV-09 at 13 BGM"),
    "UNH left out, UNZ told": (three(SECOND[1:], count=2), "ENV-09 at 13 BGM"),
    "UNH under an unknown tag": (spoilt("UNH", "XQZ+2+CUSDEC:D:99B:UN"), "ENV-09 at 13 XQZ"),
    "UNH twice": (three([SECOND[0], *SECOND]), None),
    "UNT twice": (three([*SECOND, SECOND[-1]]), "ENV-09 at 25 UNT"),
    "a segment between messages": (three(["FTX+AAA+++X", *SECOND]), "ENV-09 at 13 FTX"),
    "a run of segments between messages": (three(["FTX+AAA+++X", "XQZ+1", "LOC+8", *SECOND]), "ENV-09 at 13 FTX"),
    "UNZ left out": (three(SECOND, trailer=""), "ENV-03 at 35 UNT"),
    "UNZ under an unknown tag": (three(SECOND, trailer=f"XQZ+3+{REFERENCE}"), None),
    "UNZ in small letters": (three(SECOND, trailer=f"unz+3+{REFERENCE}"), "SYN-08 at 36 unz"),
    "UNZ counts one more": (three(SECOND, count=4), "ENV-04 at 36.1 UNZ"),
    "UNZ counts one less": (three(SECOND, count=2), "ENV-04 at 36.1 UNZ"),
    "UNZ counts with letters": (three(SECOND, trailer=f"UNZ+3A+{REFERENCE}"), "VAL-03 at 36.1 UNZ"),
    "UNZ without a count": (three(SECOND, trailer=f"UNZ++{REFERENCE}"), "STR-10 at 36.1 UNZ"),
    "UNZ with another reference": (three(SECOND, reference="202611210008"), "ENV-05 at 36.2 UNZ"),
    "UNZ with the reference less its zeros": (
        three(SECOND, header=unb(reference="0012"), reference="12"),
        "ENV-05 at 36.2 UNZ",
    ),
    "UNZ without a reference": (three(SECOND, trailer="UNZ+3"), "STR-10 at 36.2 UNZ"),
    "UNZ with an element too many": (three(SECOND, trailer=f"UNZ+3+{REFERENCE}+X"), "STR-08 at 36.3 UNZ"),
    "UNZ with a component too many": (three(SECOND, trailer=f"UNZ+3+{REFERENCE}:X"), "STR-09 at 36.2.2 UNZ"),
    "no messages": (interchange([]), "ENV-10 at 2 UNZ"),
    "no messages, UNZ counts one": (interchange([], count=1), "ENV-10 at 2 UNZ"),
    "a group": (interchange([["UNG+CUSDEC+A+B+261121:0930+5+UN+D:99B", *SECOND, "UNE+1+5"]]), "ENV-13 at 2 UNG"),
    "text behind the end": (three(SECOND) + b"Sent from my phone", "ENV-17 at  Sen"),
    "a segment behind the end": (three(SECOND) + b"FTX+AAA+++X'", "ENV-17 at  FTX"),
    "several segments behind the end": (three(SECOND) + b"FTX+AAA+++X'LOC+8'\r\n", "ENV-17 at  FTX"),
    "text in front": (b"Hello\r\n" + three(SECOND), "SYN-01 at  None"),
    "nothing but UNA": (UNA.encode(), None),
    "nothing": (b"", "SYN-01 at  None"),
    "nothing but line ends": (b"\r\n\r\n", "SYN-01 at  None"),
    "prose": (b"Dear Sirs, please find attached", "SYN-01 at  None"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(60), "SYN-01 at  None"),
    "messages and UNZ without UNB": (b"".join(f"{r}'".encode() for r in [*FIRST, f"UNZ+1+{REFERENCE}"]), None),
    "UNZ without anything": (f"UNZ+1+{REFERENCE}'".encode(), None),
    "the same reference again": (three(SECOND) + three(SECOND), "ENV-12 at 1.5 UNB"),
}


@pytest.mark.parametrize("name", ENVELOPE_FAULTS)
def test_a_fault_of_the_envelope_is_one_error(name: str) -> None:
    data, want = ENVELOPE_FAULTS[name]
    result = check(data)
    errors = [shown(f) for f in result.findings if f.severity is Severity.ERROR]
    assert len(errors) == 1, errors
    assert want is None or errors == [want]
    assert result.verdict == "rejected"


LOST = {
    "UNB": (interchange([FIRST, SECOND]).replace(b"1'UNH", b"1UNH", 1), "SYN-07 at 1", "UNB"),
    "UNH": (interchange([FIRST, SECOND]).replace(b":UN'", b":UN", 1), "SYN-07 at 1", "UNH"),
    "UNT, and UNH follows": (interchange([FIRST, SECOND]).replace(b"UNT+11+1'", b"UNT+11+1"), "SYN-07 at 11", "UNT"),
    "UNT, and UNZ follows": (interchange([FIRST, SECOND]).replace(b"UNT+12+2'", b"UNT+12+2"), "SYN-07 at 12", "UNT"),
    "the last but UNT": (interchange([FIRST, SECOND]).replace(b"UNS+S'UNT+12", b"UNS+SUNT+12"), "SYN-07 at 11", "UNS"),
    "a released one": (interchange([FIRST, SECOND]).replace(b"CANCELLED'", b"CANCELLED?'"), "SYN-07 at 4", "FTX"),
}


@pytest.mark.parametrize("name", LOST)
def test_a_lost_terminator_is_one_finding_at_the_segment_that_swallows_the_next(name: str) -> None:
    data, want, tag = LOST[name]
    found = check(data).findings
    assert [f"{f.code} at {f.position.segment}" for f in found] == [want]
    assert found[0].position.tag == tag


HEADERS = {
    "UNOA": (unb(syntax="UNOA:3"), ["SYN-03 at 1.1.1 UNB"]),
    "a repertoire nobody knows": (unb(syntax="UNOX:3"), ["SYN-03 at 1.1.1 UNB"]),
    "version 2": (unb(syntax="UNOC:2"), ["SYN-04 at 1.1.2 UNB"]),
    "version 4": (unb(syntax="UNOC:4"), ["SYN-04 at 1.1.2 UNB"]),
    "no version": (unb(syntax="UNOC"), ["STR-11 at 1.1.2 UNB"]),
    "no repertoire": (unb(syntax=":3"), ["STR-11 at 1.1.1 UNB"]),
    "neither": (unb(syntax=""), ["STR-10 at 1.1 UNB"]),
    "no sender": (unb(sender=""), ["STR-10 at 1.2 UNB"]),
    "a sender by its routing alone": (unb(sender="::TST482K"), ["STR-11 at 1.2.1 UNB"]),
    "a sender too long": (unb(sender="TST482KABCD"), ["VAL-01 at 1.2.1 UNB"]),
    "a sender with a control character": (unb(sender="TST\x07482K"), ["SYN-05 at 1.2.1 UNB"]),
    "no recipient": (unb(recipient=""), ["STR-10 at 1.3 UNB"]),
    "no date and time": (unb(at=""), ["STR-10 at 1.4 UNB"]),
    "no date": (unb(at=":0930"), ["STR-11 at 1.4.1 UNB"]),
    "no time": (unb(at="261121"), ["STR-11 at 1.4.2 UNB"]),
    "no such day": (unb(at="260229:0930"), ["VAL-04 at 1.4.1 UNB"]),
    "a leap day": (unb(at="280229:0930"), []),
    "a day with its century": (unb(at="20261121:0930"), ["VAL-01 at 1.4.1 UNB"]),
    "24 o'clock": (unb(at="261121:2400"), ["VAL-04 at 1.4.2 UNB"]),
    "the last minute": (unb(at="261121:2359"), []),
    "60 minutes": (unb(at="261121:2360"), ["VAL-04 at 1.4.2 UNB"]),
    "three digits of time": (unb(at="261121:930"), ["VAL-02 at 1.4.2 UNB"]),
    "day and time both": (unb(at="261321:2530"), ["VAL-04 at 1.4.1 UNB", "VAL-04 at 1.4.2 UNB"]),
    "a reference with letters": (unb(reference="20261121A7"), ["VAL-03 at 1.5 UNB"]),
    "a reference too long": (unb(reference="202611210000007"), ["VAL-01 at 1.5 UNB"]),
    "a reference with zeros in front": (unb(reference="00000000000012"), []),
    "a password": (unb(tail="+SECRET+++1++1"), ["STR-12 at 1.6 UNB"]),
    "an application": (unb(tail="++CUSDEC++1++1"), ["STR-12 at 1.7 UNB"]),
    "a priority": (unb(tail="+++A+1++1"), ["STR-12 at 1.8 UNB"]),
    "0031 of 2": (unb(tail="++++2++1"), ["VAL-05 at 1.9 UNB"]),
    "0031 left out": (unb(tail="++++++1"), []),
    "an agreement": (unb(tail="++++1+DEAL+1"), ["STR-12 at 1.10 UNB"]),
    "0035 of 0": (unb(tail="++++1++0"), ["VAL-05 at 1.11 UNB"]),
    "0035 left out": (unb(tail="++++1"), []),
    "an element too many": (unb(tail="++++1++1+X"), ["STR-08 at 1.12 UNB"]),
    "a component too many": (unb(tail="++++1++1:X"), ["STR-09 at 1.11.2 UNB"]),
    "small letters": ("unb" + unb()[3:], ["SYN-08 at 1 unb"]),
}


@pytest.mark.parametrize("name", HEADERS)
def test_faults_of_unb_stand_at_their_element_and_leave_the_messages_alone(name: str) -> None:
    header, wants = HEADERS[name]
    result = check(interchange([FIRST, SECOND], header=header))
    assert [shown(f) for f in result.findings] == wants
    assert [m.verdict.value for m in result.report.interchanges[0].messages] == ["accepted", "accepted"]


def test_a_missing_reference_is_said_at_unb_alone() -> None:
    assert findings(interchange([FIRST], header=unb(reference=""), reference=REFERENCE)) == ["STR-10 at 1.5 UNB"]
    assert findings(interchange([FIRST], header=unb(reference=""), trailer="UNZ+1"))[:1] == ["STR-10 at 1.5 UNB"]


@pytest.mark.parametrize("una", ["UNAA+.? '", "UNA++.? '", "UNA:+.: '", "UNA:+.? +", "UNA:+.? 7"])
def test_service_characters_that_cannot_serve_are_one_finding(una: str) -> None:
    assert findings(interchange([FIRST], una=una)) == ["SYN-02 at  UNA"]


def test_line_ends_as_terminators_cannot_serve_and_are_one_finding() -> None:
    data = b"UNA:+.? \n" + interchange([FIRST], una="").replace(b"'", b"\n")
    assert findings(data)[:1] == ["SYN-02 at  UNA"]
    assert len(findings(data)) == 1


def test_other_service_characters_serve() -> None:
    data = interchange([good("post")], una="")
    table = bytes.maketrans(b":+'?", b";*~!")
    assert findings(b"UNA;*.! ~" + data.translate(table)) == []


def test_blanks_between_segments_are_a_warning_and_line_ends_are_not() -> None:
    data = interchange([FIRST])
    assert findings(data.replace(b"'", b"'\r\n\r\n")) == []
    found = check(data.replace(b"'UNS+D", b"'  UNS+D"))
    assert [(f.code, f.severity) for f in found.findings] == [("SYN-10", Severity.WARNING)]
    assert found.verdict == "accepted-with-warnings"


def test_bare_messages_are_checked_and_said_to_be_bare() -> None:
    result = check("".join(f"{raw}'" for raw in [*FIRST, *SECOND]).encode())
    assert [(f.code, f.severity) for f in result.findings] == [("ENV-01", Severity.INFO)]
    assert (result.verdict, len(result.report.interchanges[0].messages)) == ("accepted", 2)


def test_each_interchange_of_a_file_is_judged_alone() -> None:
    broken = interchange([message(edited("withdraw", drop("UNS+D")), "1")], header=unb(reference="2"))
    last = interchange([FIRST], una="UNA;+.? '", header=unb(reference="3").replace(":", ";")).replace(b":", b";")
    result = check(interchange([FIRST], header=unb(reference="1")) + b"\r\n" + broken + last)
    assert [(f.code, f.position.interchange) for f in result.findings] == [("STR-01", 2)]
    verdicts = [[m.verdict.value for m in i.messages] for i in result.report.interchanges]
    assert verdicts == [["accepted"], ["rejected"], ["accepted"]]


def test_findings_beyond_a_thousand_are_counted_not_listed() -> None:
    raws = edited("withdraw", behind("BGM", *["XQZ+1"] * 1005))
    result = check(interchange([message(raws, "1"), SECOND]))
    assert [f.code for f in result.findings].count("STR-04") == 1000
    assert [(f.code, f.severity) for f in result.findings if f.code != "STR-04"] == [("INT-02", Severity.INFO)]
    assert [m.verdict.value for m in result.report.interchanges[0].messages] == ["rejected", "accepted"]


def test_an_empty_segment_counts_as_one() -> None:
    raws = edited("withdraw", behind("BGM", ""))
    assert findings(one(raws)) == ["SYN-11 at 3 None"]
    assert findings(one([*raws[:-1], "UNT+13+1"])) == ["SYN-11 at 3 None"]


def test_findings_stand_in_source_order() -> None:
    bad = edited("post", to("DTM+178", "DTM+178:20261332:102"), behind("UNS+D", "XQZ+1"), to("UNT", "UNT+9+1"))
    offsets = [f.position.offset for f in check(interchange([message(bad)], count=7, reference="9")).findings]
    assert len(offsets) == 5
    assert offsets == sorted(offsets, key=lambda o: o or 0)


# ---------------------------------------------------------------------- one cause, one finding: faults that were mended

MENDED = [
    case("two references sent twice", "sea", behind("RFF+AED:14", "RFF+ABD:82021000", "RFF+AED:14"),
         wants=["STR-07 at 91 RFF", "STR-07 at 92 RFF"]),
    case("a text of the line behind its quantities", "sea", drop("FTX+AAA+++HAND"),
         behind("MEA+AAA++KG", "FTX+AAA+++HAND SAWS OF STEEL"), wants=["STR-03 at 78 FTX"]),
    case("a reference of the line in front of its parties", "sea", drop("RFF+ABD:82021000"),
         behind("MEA+AAA++KG", "RFF+ABD:82021000"), wants=["STR-03 at 79 RFF"]),
    case("a place of the line in the header", "sea", behind("LOC+79", "LOC+27+DE::5"), wants=["STR-03 at 8 LOC"]),
    case("a place of the header with the qualifier of the line", "sea", to("LOC+8", "LOC+27+AUFRE::6"),
         wants=["STR-18 at 4.1 LOC"]),
    case("the header's customs status among the transport lines", "sea", drop("CST++"),
         behind("PAC+20+1", "CST++N10::95"), wants=["STR-03 at 61 CST"]),
    case("a line among the marks of a transport line", "change", behind("PAC+60+1", "PCI+1", "CST+9+D::95"),
         drop("PCI+1", 2), wants=["STR-03 at 36 CST"]),
    case("marks between the opener of a reference and the reference", "air", behind("PCI+1", "PCI+21+JARRAH CELLAR"),
         wants=["STR-03 at 33 PCI"]),
    case("UNS two places late", "sea", drop("UNS+D"), behind("LIN+1", "UNS+D"), wants=["STR-03 at 47 UNS"]),
    case("a second text below one mark, another one", "sea", behind("FTX+RAH", "FTX+RAH+++00499:00599:N"),
         wants=["STR-02 at 84 FTX"]),
    case("a second text below one mark, the same", "sea", behind("FTX+RAH", "FTX+RAH+++00410:00511:Y:P-7781"),
         wants=["STR-06 at 85 FTX"]),
    case("a tag without its separator", "sea", to("LOC+8", "LOC8+AUSYD::6"), wants=["SYN-08 at 4 LOC8"]),
    case("a date with its time, and said to be one", "sea", to("DTM+178", "DTM+178:202611041200:203"),
         wants=["STR-15 at 9.1.3 DTM"]),
    case("an amount that is a qualifier only", "sea", to("MOA+39", "MOA+39"), wants=["STR-16 info at 43.1.2 MOA"]),
    case("a version that is no number", "sea", to("BGM", "BGM+929:::IMD+QX7731/4/TST9:ONE+9"),
         wants=["VAL-03 at 2.2.2 BGM"]),
]  # fmt: skip


@pytest.mark.parametrize("case", MENDED, ids=str)
def test_one_cause_gives_one_finding_at_its_place(case: Case) -> None:
    assert case.found == case.wants


def test_out_of_order_names_only_the_place_that_the_segment_fits() -> None:
    raws = edited("sea", behind("RFF+ADU", "UNS+S"))
    found = check(one(raws)).findings[0]
    assert found.message == "Segment UNS is out of order here; its place is after CST in the message."


def test_a_site_of_another_form_draws_a_warning_and_no_more() -> None:
    header = unb(sender="BROKER1::BROKER1", reference=REFERENCE)
    found = check(interchange([message(raws_of("withdraw"), "1")], header=header)).findings
    assert [shown(f) for f in found] == ["VAL-13 warning at 1.2.1 UNB"]
