"""Single values: lengths, types, days, numbers, codes, cleaning. Each case is a segment of a good message, spoilt.

What is expected is written `code severity? element.component`; "" means nothing at all is found.
"""

from __future__ import annotations

import pytest
from fault_messages import at, base, check, interchange, message, put

from edifact_ics import Severity

ACCEPTED, WARNED, REJECTED = "accepted", "accepted-with-warnings", "rejected"


def judged(name: str, old: str, new: str) -> tuple[str, str]:
    """Return what is found when the first segment that begins so is replaced, and the verdict."""
    raws = [s.raw for s in base(name)]
    number = next(n for n, raw in enumerate(raws) if raw.startswith(old))
    raws[number] = new
    result = check(interchange([message(raws)]))
    assert all(f.position.segment == number + 1 and f.position.tag == new[:3] for f in result.findings), result.findings
    said = []
    for found in result.findings:
        place = ".".join(str(n) for n in (found.position.element, found.position.component) if n is not None)
        weight = "" if found.severity is Severity.ERROR else f" {found.severity.value}"
        said.append(f"{found.code}{weight} {place}")
    return ", ".join(said), result.verdict


def verdict_of(said: str) -> str:
    if any(" info " not in part and " warning " not in part for part in said.split(", ") if part):
        return REJECTED
    return WARNED if "warning" in said else ACCEPTED


# ---------------------------------------------------------------------- days

DAYS = {
    "20261104": "",
    "20240229": "",
    "20000229": "",
    "20260229": "VAL-04 1.2",
    "21000229": "VAL-04 1.2",
    "20260431": "VAL-04 1.2",
    "20261131": "VAL-04 1.2",
    "20261232": "VAL-04 1.2",
    "20261300": "VAL-04 1.2",
    "20260015": "VAL-04 1.2",
    "20260100": "VAL-04 1.2",
    "00000000": "VAL-04 1.2",
    "04112026": "VAL-04 1.2",
    "11042026": "VAL-04 1.2",
    "261104": "VAL-02 1.2",
    "2026110": "VAL-02 1.2",
    "202611041": "VAL-01 1.2",
    "2026-11-04": "VAL-03 1.2",
    "2026NOV4": "VAL-03 1.2",
    "4/11/202": "VAL-03 1.2",
    "-2026110": "VAL-03 1.2",
    "2026110\xb2": "VAL-03 1.2",
    " 20261104": "VAL-10 info 1.2",
    "20261104 ": "VAL-10 info 1.2",
    "20261104\x00": "VAL-10 info 1.2",
    "2026\x0b1104": "SYN-05 1.2",
    "        ": "VAL-10 info 1.2",
}


@pytest.mark.parametrize("text", DAYS)
def test_days(text: str) -> None:
    found, verdict = judged("post", "DTM+178", f"DTM+178:{text}:102")
    if DAYS[text] == "VAL-03 1.2" and text.startswith("-"):
        assert found in ("VAL-03 1.2", "VAL-02 1.2")
    else:
        assert found == DAYS[text]
    assert verdict == verdict_of(DAYS[text])


def test_the_format_code_of_a_day_is_fixed() -> None:
    assert judged("post", "DTM+178", "DTM+178:20261112:203")[0] == "STR-15 1.3"
    assert judged("post", "DTM+178", "DTM+178:20261112")[0] == "STR-11 1.3"
    assert judged("post", "DTM+178", "DTM+178:061112:101")[0] in ("STR-15 1.3", "VAL-02 1.2, STR-15 1.3")


# ---------------------------------------------------------------------- numbers

AMOUNTS = {  # MOA 5004: two decimals, eighteen digits
    "8125.50": "",
    "8125.5": "",
    "8125": "",
    "0": "",
    "0.00": "",
    "0.5": "",
    "00012.50": "",
    "-12.50": "",
    "1234567890123456.78": "",
    "12345678901234567.89": "VAL-01 1.2",
    "12.505": "VAL-09 1.2",
    "12.50000": "VAL-09 1.2",
    "12,50": "VAL-07 1.2",
    ".50": "VAL-08 1.2",
    "-.50": "VAL-08 1.2",
    "12.": "VAL-07 1.2",
    ".": "VAL-03 1.2",
    "-": "VAL-03 1.2",
    "+12.50": "VAL-03 1.2",
    "12.50-": "VAL-03 1.2",
    "1,234.50": "VAL-03 1.2",
    "1.234.50": "VAL-03 1.2",
    "1 234.50": "VAL-03 1.2",
    "1E3": "VAL-03 1.2",
    "0x1F": "VAL-03 1.2",
    "$12.50": "VAL-03 1.2",
    "12.50AUD": "VAL-03 1.2",
    "NIL": "VAL-03 1.2",
    "NaN": "VAL-03 1.2",
    "1\xb2": "VAL-03 1.2",
    " 8125.50 ": "VAL-10 info 1.2",
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_amounts(text: str) -> None:
    sent = text.replace("+", "?+")
    assert judged("post", "MOA+39", f"MOA+39:{sent}:JPY") == (AMOUNTS[text], verdict_of(AMOUNTS[text]))


QUANTITIES = {  # MEA 6314 of a line: five decimals, ten digits before the point
    "3.00000": "",
    "3.00": "",
    "3": "",
    "0.00001": "",
    "9999999999.99999": "",
    "10000000000.00000": "VAL-09 3.2",
    "10000000000": "VAL-09 3.2",
    "3.000001": "VAL-09 3.2",
    "3,0": "VAL-07 3.2",
    ".3": "VAL-08 3.2",
    "THREE": "VAL-03 3.2",
}


@pytest.mark.parametrize("text", QUANTITIES)
def test_quantities(text: str) -> None:
    assert judged("post", "MEA+AAA", f"MEA+AAA++NO:{text}") == (QUANTITIES[text], verdict_of(QUANTITIES[text]))


COUNTS = {  # PAC 7224: eight digits
    "3": "",
    "0": "",
    "003": "",
    "99999999": "",
    "100000000": "VAL-01 1",
    "3.5": "VAL-03 1",
    "3,5": "VAL-03 1",
    "3 CTN": "VAL-03 1",
    "\xb3": "VAL-03 1",
}


@pytest.mark.parametrize("text", COUNTS)
def test_counts(text: str) -> None:
    assert judged("post", "PAC", f"PAC+{text}+1") == (COUNTS[text], verdict_of(COUNTS[text]))


# ---------------------------------------------------------------------- lengths and types

LENGTHS = [
    # name, segment, place, text, what is found
    ("a description of 512", "FTX+AAA", (4, 1), "D" * 512, ""),
    ("a description of 513", "FTX+AAA", (4, 1), "D" * 513, "VAL-01 4.1"),
    ("released characters count once", "FTX+AAA", (4, 1), "?+:'" * 128, ""),
    ("released characters count", "FTX+AAA", (4, 1), "?+:'" * 128 + "+", "VAL-01 4.1"),
    ("letters beyond ASCII count once", "FTX+AAA", (4, 1), "\xe9" * 512, ""),
    ("blanks at the edges do not count", "FTX+AAA", (4, 1), " " + "D" * 512, "VAL-10 info 4.1"),
    ("a goods text in a second part", "FTX+AAA", (4, 2), "MORE", "STR-13 4.2"),
    ("a delivery name of 512", "FTX+DEL", (4, 1), "N" * 512, ""),
    ("an ABN of 10 digits", "NAD+AT", (2, 1), "2930040051", "VAL-02 2.1"),
    ("an ABN of 12 digits", "NAD+AT", (2, 1), "323004005111", "VAL-01 2.1"),
    ("an ABN with letters", "NAD+AT", (2, 1), "2930040051A", "VAL-03 2.1"),
    ("an ABN with blanks", "NAD+AT", (2, 1), "29 300 400 511", "VAL-03 2.1"),
    ("a CAC of two digits", "NAD+WP", (2, 1), "04", "VAL-02 2.1"),
    ("a branch of six", "NAD+VT", (2, 1), "ZK31QP", ""),
    ("a branch of five", "NAD+VT", (2, 1), "ZK31Q", "VAL-02 2.1"),
    ("a tariff number with points", "RFF+ABD", (1, 2), "8202.10.00", "VAL-03 1.2"),
    ("a tariff number of seven", "RFF+ABD", (1, 2), "8202100", "VAL-02 1.2"),
    ("a tariff number of an O for a nought", "RFF+ABD", (1, 2), "8202100O", "VAL-03 1.2"),
    ("a statistical code of one", "RFF+AED", (1, 2), "4", "VAL-02 1.2"),
    ("an importer reference of 20", "RFF+ABQ", (1, 2), "R" * 20, ""),
    ("an importer reference of 21", "RFF+ABQ", (1, 2), "R" * 21, "VAL-01 1.2"),
    ("a reference of 35, as long as EDIFACT lets it", "RFF+ADU", (1, 2), "R" * 35, ""),
    ("a reference of 36", "RFF+ADU", (1, 2), "R" * 36, "VAL-01 1.2"),
    ("a town in two parts, 46 in all", "NAD+DP", (3, 2), "T" * 34, ""),
    ("the second part of a town too long", "NAD+DP", (3, 2), "T" * 36, "VAL-01 3.2"),
    ("the first part of a town too long", "NAD+DP", (3, 1), "T" * 36, "VAL-01 3.1"),
    ("a part of marks too long, their sum is not", "PCI+28", (2, 2), "M" * 36, "VAL-01 2.2"),
    ("a statement too long in one part", "FTX+ABA", (4, 1), "S" * 513, "VAL-01 4.1"),
    ("a statement of five full parts", "FTX+ABA", (4, 5), "S" * 512, ""),
    ("a country of one letter", "NAD+DP", (9, 1), "A", "VAL-02 9"),
    ("a country of a digit", "NAD+DP", (9, 1), "A1", "VAL-03 9"),
    # lengths that are known from samples alone: a remark, no fault
    ("a port of six, five were seen", "LOC+8", (2, 1), "AUFREX", "VAL-11 info 2.1"),
    ("a port longer than EDIFACT has it", "LOC+8", (2, 1), "P" * 26, "VAL-01 2.1"),
    ("a container of twelve, eleven were seen", "RFF+AAQ", (1, 2), "TSTU44052171", "VAL-11 info 1.2"),
    ("a question of five digits, four were seen", "RFF+ADP", (1, 2), "00042", "VAL-11 info 1.2"),
    ("a question of letters, digits were seen", "RFF+ADP", (1, 2), "ABCD", "VAL-11 info 1.2"),
    ("a currency of four", "MOA+63", (1, 3), "EURO", "VAL-01 1.3"),
    ("a currency of two, three were seen", "MOA+63", (1, 3), "EU", "VAL-11 info 1.3"),
    ("a line number with letters", "CST+1+", (1, 1), "1A", "VAL-03 1"),
]


@pytest.mark.parametrize(("old", "place", "text", "said"), [row[1:] for row in LENGTHS], ids=[r[0] for r in LENGTHS])
def test_lengths_and_types(old: str, place: tuple[int, int], text: str, said: str) -> None:
    raw = next(s.raw for s in base("sea") if s.raw.startswith(old))
    assert judged("sea", old, put(raw, place, text)) == (said, verdict_of(said))


def test_a_value_has_one_finding_whatever_is_wrong_with_it() -> None:
    assert judged("sea", "NAD+AT", "NAD+AT+ABC DEF GHI JKL MNO::95")[0] in ("VAL-01 2.1", "VAL-03 2.1")
    assert judged("sea", "MOA+63", "MOA+63:,1234567890123456789:EUR")[0] in ("VAL-01 1.2", "VAL-07 1.2", "VAL-08 1.2")


def test_two_values_of_a_segment_have_a_finding_each_in_order() -> None:
    assert judged("sea", "MEA+AAE", "MEA+AAE+G+KILO:1,5")[0] == "VAL-01 3.1, VAL-07 3.2"
    assert judged("sea", "LIN+1", "LIN+1234567+X")[0] == "VAL-01 1, VAL-05 2"


# ---------------------------------------------------------------------- codes

CODES = [
    # name, message, segment, new segment, what is found
    ("a function", "post", "BGM", "BGM+929:::IMD+QX7760/1/TST9:2+4", ""),
    ("a function of D.99B", "post", "BGM", "BGM+929:::IMD+QX7760/1/TST9:2+5", "VAL-12 3"),
    ("a function of no list", "post", "BGM", "BGM+929:::IMD+QX7760/1/TST9:2+99", "VAL-05 3"),
    ("a nature", "post", "CST", "CST++N10/N20::95", ""),
    ("a nature of no list", "post", "CST", "CST++N40::95", "VAL-05 2.1"),
    ("a nature in small letters", "post", "CST", "CST++n10::95", "VAL-05 2.1"),
    ("a line action of D.99B", "post", "LIN", "LIN+1+3", "VAL-12 2"),
    ("a line action of no list", "post", "LIN", "LIN+1+X", "VAL-05 2"),
    ("a line action longer than any seen", "post", "LIN", "LIN+1+INS", "VAL-05 2"),
    ("a mode", "post", "TDT", "TDT+20++O", ""),
    ("a mode of no list", "post", "TDT", "TDT+20++R", "VAL-05 3.1"),
    ("a mode spelt out", "post", "TDT", "TDT+20++SEA", "VAL-05 3.1"),
    ("a mode of D.99B, a digit", "post", "TDT", "TDT+20++1", "VAL-05 3.1"),
    ("a state, list open", "post", "NAD+DP", "NAD+DP++AINSLIE++44 WATTLE STREET++:::XYZ+2602+AU", "VAL-06 warning 7.4"),
    ("a term, list open", "post", "RFF+APH", "RFF+APH:DDP", "VAL-06 warning 1.2"),
    ("an assumed term", "post", "RFF+APH", "RFF+APH:EXW", ""),
    ("a unit, list open", "post", "MEA+AAA", "MEA+AAA++M2:3.00000", "VAL-06 warning 3.1"),
    ("a cargo type, list open", "sea", "PAC+++LCL", "PAC+++XYZ:67:95", "VAL-06 warning 3.1"),
    ("a settlement that is inferred", "n30", "GIS+SM", "GIS+SW:109:95", ""),
    ("a settlement of no list is a qualifier", "n30", "GIS+SM", "GIS+SX:109:95", "STR-14 1.1"),
    ("a preference scheme, list open", "sea", "RFF+AGW", "RFF+AGW:XX", "VAL-06 warning 1.2"),
    ("a type of instrument, list open", "sea", "RFF+AES", "RFF+AES:0094421::XX", "VAL-06 warning 1.4"),
    ("an amber reason", "sea", "FTX+ABA", "FTX+ABA++QUANTITY::95+WHY", ""),
    ("an amber reason of no list", "sea", "FTX+ABA", "FTX+ABA++PRICE::95+WHY", "VAL-05 3.1"),
    ("an answer", "sea", "RFF+ADP", "RFF+ADP:0042::N", ""),
    ("an answer of no list", "sea", "RFF+ADP", "RFF+ADP:0042::M", "VAL-05 1.4"),
    ("an answer spelt out", "sea", "RFF+ADP", "RFF+ADP:0042::YES", "VAL-05 1.4"),
    ("an account owner of no list", "sea", "RFF+ANU", "RFF+ANU:C", "VAL-05 1.2"),
    ("a refund reason of no list", "change", "RFF+ABE", "RFF+ABE:126B", "VAL-05 1.2"),
    ("a header amount of D.99B", "sea", "MOA+63", "MOA+1:7050.00:EUR", "STR-18 1.1"),
    ("a header amount of no list", "sea", "MOA+63", "MOA+ZZQ:7050.00:EUR", "STR-14 1.1"),
    ("a warehouse unit", "air", "MEA+AAA+::WAR", "MEA+AAA+::WHS+L:96.00", "VAL-05 2.3"),
    ("an agency of D.99B", "sea", "NAD+AT", "NAD+AT+32300400511::9", "STR-15 2.3"),
    ("an agency of no list", "sea", "NAD+AT", "NAD+AT+32300400511::XX9", "STR-15 2.3"),
    ("a code with blanks", "sea", "RFF+ADP", "RFF+ADP:0042:: Y", "VAL-10 info 1.4"),
    ("a code of reference data is not ours to judge", "sea", "LOC+8", "LOC+8+ZZZZZ::6", ""),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), [row[1:] for row in CODES], ids=[row[0] for row in CODES])
def test_codes(name: str, old: str, new: str, said: str) -> None:
    assert judged(name, old, new) == (said, verdict_of(said))


def test_a_code_that_is_nearly_right_is_hinted_at() -> None:
    raws = [s.raw for s in base("sea")]
    raws[raws.index("FTX+ABA++ORIGIN::95")] = "FTX+ABA++ORIGN::95"
    found = check(interchange([message(raws)])).findings
    assert len(found) == 1
    assert "ORIGIN" in (found[0].hint or "")


# ---------------------------------------------------------------------- cleaning

TEXTS = {  # FTX 4440: what Customs makes of it before it reads
    "A B": "",
    "CAF\xc9 \xa7 \xb5 \xff \xa0 \xdf": "",
    "a lower case text": "",
    "TAB\tIN IT": "SYN-05",
    "TWO  BLANKS": "VAL-10 info",
    " LEADING": "VAL-10 info",
    "TRAILING ": "VAL-10 info",
    "NULL\x00BETWEEN": "VAL-10 info",
    "LINE\nEND": "VAL-10 info",
    "LINE\r\nEND": "VAL-10 info",
    "BELL\x07": "SYN-05",
    "ESCAPE\x1b[0m": "SYN-05",
    "DELETE\x7f": "SYN-05",
    "CURLY \x93QUOTES\x94": "SYN-05",
    "DASH \x96 OF WINDOWS": "SYN-05",
    "EURO \x80": "SYN-05",
}


@pytest.mark.parametrize("text", TEXTS, ids=[ascii(text) for text in TEXTS])
def test_texts_are_cleaned_as_customs_does_and_what_unoc_lacks_is_a_fault(text: str) -> None:
    said = f"{TEXTS[text]} 4.1" if TEXTS[text] else ""
    assert judged("post", "FTX+DEL", f"FTX+DEL+++{text}") == (said, verdict_of(said))


def test_blanks_where_a_value_must_be_are_no_value() -> None:
    assert judged("post", "BGM", "BGM+929:::IMD+ :2+9")[0] == "STR-11 2.1"
    assert judged("post", "BGM", "BGM+929:::IMD+QX7760:2+ ")[0] == "STR-10 3"
    assert judged("post", "LIN", "LIN+ +I")[0] == "STR-10 1"


def test_a_value_says_its_name_its_path_and_what_stood_there() -> None:
    raws = [s.raw for s in base("sea")]
    number = next(n for n, raw in enumerate(raws) if raw.startswith("MEA+AAA++KG"))
    raws[number] = "MEA+AAA++KG:10000000000.00000"
    (found,) = check(interchange([message(raws)])).findings
    assert (found.code, found.name, found.value) == ("VAL-09", "Quantity", "10000000000.00000")
    assert found.path == "/ImportDeclaration/Line[1]/Quantity[2]/Quantity"
    assert (found.position.segment, found.position.element, found.position.component) == (number + 1, 3, 2)
    assert at(raws[number], (3, 2)) == found.value
