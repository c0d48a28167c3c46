"""One cause, one finding, at the segment a sender would correct, and CONTRL says the same.

Each case edits a sample that is good: what was done to it, and what must be said of it.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import run
from fault_messages import UNA

from edifact_ics import Severity, check, respond
from edifact_ics.cli import main
from edifact_ics.rules import RuleSet

SAMPLES = Path(__file__).parent.parent / "samples"
AT = datetime.datetime(2026, 11, 21, 9, 30)


def split_segments(data: bytes) -> list[str]:
    """Return the segments of an interchange without UNA; no terminator is released in those here."""
    text = data.decode("iso8859-1").removeprefix(UNA)
    return [raw.lstrip("\r\n") for raw in text.split("'")][:-1]


def sample(name: str) -> list[str]:
    """Return the segments of a sample, UNB first."""
    return split_segments((SAMPLES / f"{name}.edi").read_bytes())


def index(raws: list[str], start: str, nth: int = 1) -> int:
    return [i for i, raw in enumerate(raws) if raw.startswith(start)][nth - 1]


def without(raws: list[str], start: str, nth: int = 1) -> list[str]:
    at = index(raws, start, nth)
    return [*raws[:at], *raws[at + 1 :]]


def changed(raws: list[str], start: str, *new: str) -> list[str]:
    at = index(raws, start)
    return [*raws[:at], *new, *raws[at + 1 :]]


def sent(raws: list[str]) -> bytes:
    """Return an interchange of one message, the count in UNT put right."""
    told = [f"UNT+{len(raws) - 2}+1" if raw.startswith("UNT+") else raw for raw in raws]
    return (UNA + "".join(f"{raw}'" for raw in told)).encode("iso8859-1")


def errors(data: bytes) -> list[str]:
    """Return the errors, each as code, segment.element.component and tag."""
    found = [f for f in check(data).findings if f.severity is Severity.ERROR]
    places = [(f.position.segment, f.position.element, f.position.component) for f in found]
    shown = [".".join(str(n) for n in place if n is not None) for place in places]
    return [f"{f.code} {place} {f.position.tag}" for f, place in zip(found, shown, strict=True)]


def answered(data: bytes) -> list[str]:
    """Return what CONTRL says of segments and elements."""
    answer = respond(data, at=AT, reference=20261121000017, kind="contrl").data
    return [raw for raw in split_segments(answer) if raw[:3] in ("UCS", "UCD")]


@pytest.mark.parametrize("name", ["paystd-cash", "paywk-eft", "payped-eft"])
def test_a_mandatory_use_is_missing_beside_another_one_of_its_segment(name: str) -> None:
    raws = [raw for raw in sample(name) if not raw.startswith("MOA+206")]
    data = sent(changed(raws, "MOA+128", "MOA+206:49.00"))
    segment = index(raws, "MOA+128") - 1
    assert (errors(data), answered(data)) == ([f"STR-01 {segment} UNS"], [f"UCS+{segment}+13"])


def test_a_mandatory_use_that_is_missing_explains_the_count_in_unt() -> None:
    raws = without(sample("payped-eft"), "MOA+128")
    data = (UNA + "".join(f"{raw}'" for raw in raws)).encode("iso8859-1")
    assert [found.split()[0] for found in errors(data)] == ["STR-01"]


def test_a_container_number_of_blanks_is_a_fault_of_its_reference() -> None:
    data = sent(changed(sample("sac-sea-long"), "RFF+AAQ", "RFF+AAQ: "))
    assert (errors(data), answered(data)) == (["STR-11 17.1.2 RFF"], ["UCS+17+18", "UCD+13+2:2"])


@pytest.mark.parametrize(
    ("name", "start", "nth", "after"),
    [
        ("rcr-original", "GID", 1, "GIS"),
        ("movapp-original", "GID", 1, "GIS"),
        ("imped2-original", "DMS+2", 1, "TOD"),
        ("sac-sea-long", "RFF+AAQ", 1, "RFF"),
        ("sac-sea-long", "NAD+VT", 1, "NAD"),
        ("drwbck-original", "NAD+P1", 1, "NAD"),
    ],
)
def test_a_trigger_without_which_what_follows_does_not_fit_is_missing(
    name: str, start: str, nth: int, after: str
) -> None:
    raws = sample(name)
    gap = index(raws, start, nth) - 1
    data = sent(without(raws, start, nth))
    assert (errors(data), answered(data)) == ([f"STR-02 {gap} {after}"], [f"UCS+{gap}+13"])


def test_a_trigger_that_was_moved_to_the_end_is_out_of_order_and_nothing_else() -> None:
    raws = sample("drwbck-original")
    head = raws[index(raws, "NAD+P1")]
    rest = without(raws, "NAD+P1")
    data = sent([*rest[:-2], head, *rest[-2:]])
    assert errors(data) == [f"STR-03 {len(rest) - 2} NAD"]


def errors_of(data: bytes) -> list[str]:
    return [found.split()[0] for found in errors(data)]


def test_a_run_of_repeats_is_one_finding_though_it_exceeds_the_use_and_the_segment() -> None:
    raws = sample("imd-sea-fcl-original")
    data = sent(changed(raws, "LOC+8", *[raws[index(raws, "LOC+8")]] * 150))
    assert errors_of(data) == ["STR-06"]


@pytest.mark.parametrize("junk", [b"\xef\xbb\xbf", b"HELLO"])
def test_what_stands_in_front_of_the_interchange_is_not_acknowledged(junk: bytes) -> None:
    data = junk + sent(sample("imd-sea-fcl-original"))
    answer = split_segments(respond(data, at=AT, reference=1, kind="contrl").data)
    assert check(data).verdict == "rejected"
    assert [raw.split("+")[4:] for raw in answer if raw.startswith("UCI")] == [["4", "33"]]


def test_blanks_around_the_document_name_do_not_hide_the_guide() -> None:
    data = sent([raw.replace(":::IMD+", ":::IMD +") for raw in sample("imd-sea-fcl-original")])
    result = check(data)
    assert errors(data) == []
    assert [f.code for f in result.findings if f.position.tag == "BGM"] == ["VAL-10"]


def test_a_repertoire_that_is_refused_is_not_refused_again_for_what_unoc_has() -> None:
    raws = [
        raw.replace("UNOC:3", "UNOA:3") for raw in changed(sample("imd-sea-fcl-original"), "FTX+DEL", "FTX+DEL+++a")
    ]
    assert errors_of(sent(raws)) == ["SYN-03"]


def test_una_without_its_blank_is_one_finding_and_the_standard_characters_are_read() -> None:
    whole = sent(sample("imd-sea-fcl-original")).removeprefix(UNA.encode())
    for between in (b"", b"\n", b"\r\n"):
        assert errors_of(b"UNA:+.?'" + between + whole) == ["SYN-02"]


def test_components_sent_as_elements_are_one_finding() -> None:
    data = sent(changed(sample("imd-sea-fcl-original"), "DTM+178", "DTM+178+20050831+102"))
    assert [found.split()[0] for found in errors(data)] == ["STR-08"]


def test_a_policy_chooses_what_is_shown_and_lets_no_invalid_message_through(tmp_path: Path) -> None:
    path, out = tmp_path / "sent.edi", tmp_path / "sent.xml"
    path.write_bytes(sent(changed(sample("imd-sea-fcl-original"), "LOC+8", "LOC+ZQ9+AUFRE::6")))
    for policy in (["--ignore", "STR"], ["--select", "VAL"], ["--severity", "STR-14=info"]):
        result = CliRunner().invoke(main, ["translate", str(path), "-o", str(out), *policy])
        assert (result.exit_code, out.exists()) == (1, False), policy
    CliRunner().invoke(main, ["translate", str(path), "-o", str(out), "--ignore", "STR", "--force"])
    assert out.exists()


# ---------------------------------------------------------------------- mended


def found_in(raws: list[str]) -> list[tuple[str, int | None, int | None, str | None]]:
    """Return code, segment, element and hint of what is found in an interchange of one message, its UNT counted."""
    counted = [re.sub("^UNT[+][0-9]+", f"UNT+{len(raws) - 2}", raw) for raw in raws]
    result = check((UNA + "".join(f"{raw}'" for raw in counted)).encode(), rules=RuleSet(()))
    return [(f.code, f.position.segment, f.position.element, f.hint) for f in result.findings]


def test_a_second_reference_in_a_release_may_mean_that_the_next_one_lacks_its_dms() -> None:
    raws = without(sample("imped2-change"), "DMS+3")
    hint = "Remove it. If another group SG7 (RCR) begins here, write DMS in front of it."
    assert found_in(raws) == [("STR-06", 17, None, hint)]


@pytest.mark.parametrize("raw", ["TOD", "TOD+++", "TOD+++ "])
def test_terms_of_delivery_that_say_nothing_are_named_at_their_place(raw: str) -> None:
    raws = sample("imped1-original")
    raws[index(raws, "TOD")] = raw
    hint = "Send the Invoice Term Type, or leave TOD out."
    assert ("STR-10", 22, 3, hint) in found_in(raws)
    assert {code for code, *_ in found_in(raws)} <= {"STR-10", "VAL-10"}
    answer = respond((UNA + "".join(f"{r}'" for r in raws)).encode(), at=AT, kind="contrl")
    assert b"UCS+22+18'" in answer.data


def test_a_decimal_comma_that_una_declares_is_the_decimal_mark() -> None:
    comma = UNA.replace(".", ",")
    body = "".join(f"{raw}'" for raw in sample("imd-sea-fcl-original"))
    pointed = body.replace("18460.50000", "18460,50000").replace("46210.00", "46210,00")
    assert pointed.count(",") > body.count(",")
    for text in (comma + pointed, comma + body):
        result = check(text.encode(), rules=RuleSet(()))
        assert (result.verdict, result.findings) == ("accepted", [])
        xml = run("translate", "-", given=text.encode()).out
        assert "<GrossWeight seg=" in xml
        assert ">18460.50000</GrossWeight>" in xml
        assert run("translate", "-", given=xml.encode()).out == text
    assert {f.code for f in check((UNA + pointed).encode()).findings} == {"VAL-07"}


@pytest.mark.parametrize("raw", ["BGM+929", "BGM+929:::", "BGM+", "BGM", "BGM+::::X", "BGM+929::: "])
def test_a_bgm_without_a_document_name_comes_back_without_one(raw: str) -> None:
    raws = sample("imd-withdraw")
    raws[index(raws, "BGM")] = raw + raws[index(raws, "BGM")].removeprefix("BGM+929:::IMD")
    sent = UNA + "".join(f"{raw}'" for raw in raws)
    xml = run("translate", "-", "--force", given=sent.encode()).out
    assert run("translate", "-", "--force", given=xml.encode()).out == sent
