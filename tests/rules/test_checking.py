"""Business rules as users meet them: in a check, in XML, from a file of their own, chosen and weighed by id."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from edifact_ics import Finding, Severity, check, rules, translate
from edifact_ics.cli import main
from edifact_ics.rules import RuleError, RuleSet, from_file, required_when, rule, standard
from tests.rules.bases import made

SAMPLES = Path(__file__).parents[2] / "samples"
AIR_IN_SEA = "AirlineCode=QF"
OWN = '''
"""House rules."""
from edifact_ics.rules import ORIGINAL, required_when, rule

RULES = [
    required_when("X-REFERENCE", "BrokerReference", ORIGINAL, source="House rules, 1", text="We always send our reference."),
]

@rule("X-ROUND", on="GrossWeight", source="House rules, 2", statement="Weights are whole kilograms.", cure="Round it.")
def whole(level, known):
    if not level.said["GrossWeight"].endswith(".00000"):
        yield level.complaint("GrossWeight", f"Gross Weight {level.said['GrossWeight']} is no whole number.")
'''


def found(data: bytes, **more: RuleSet) -> list[Finding]:
    return [f for f in check(data, **more).findings if f.code[:3] in ("GBR", "CMR", "X-R", "INT")]


def run(*words: str, given: bytes = b"") -> tuple[int, str]:
    result = CliRunner().invoke(main, words, input=given, catch_exceptions=False)
    return result.exit_code, result.output


def test_a_complaint_names_its_place_its_rule_and_the_cure() -> None:
    data = made("sea", AIR_IN_SEA)
    [one] = found(data)
    raw = data[one.position.offset :].split(b"'")[0]
    assert (one.code, one.severity, one.value, one.name) == (
        "GBR-AIRLINE-CODE-01",
        Severity.ERROR,
        "QF",
        "Airline Code",
    )
    assert (one.position.tag, one.position.element, one.position.component) == ("TDT", 5, 1)
    assert raw.startswith(b"QF:")
    assert one.path == "/ImportDeclaration/Header/Transport/AirlineCode"
    assert one.message == "Airline Code may be sent only when Mode of Transport is Air; it is Sea."
    assert one.source == "ICS business rules, 1 May 2023, line 57"
    assert one.hint is not None


def test_what_is_missing_is_placed_where_it_should_stand() -> None:
    [in_segment] = found(made("sea", "BSBNumber=-"))
    assert (in_segment.position.tag, in_segment.position.element, in_segment.position.component) == ("FII", 3, 4)
    [behind] = found(made("sea", "TransportLine[2]/OceanBillOfLading=-"))
    assert (behind.position.element, behind.position.component) == (None, None)
    assert behind.path == "/ImportDeclaration/TransportLine[2]/OceanBillOfLading"
    at = made("sea", "TransportLine[2]/OceanBillOfLading=-")[behind.position.offset :]
    assert at.startswith(b"RFF+AAQ:SMPU4182332'")


def test_a_document_in_xml_is_judged_at_its_lines() -> None:
    [document] = translate(made("sea", AIR_IN_SEA))
    head = '<Interchanges xmlns="urn:edifact-ics:canonical"><Interchange envelope="none">'
    xml = head + document.xml.replace("><", ">\n<") + "</Interchange></Interchanges>"
    [one] = found(xml.encode())
    assert (one.code, one.path) == ("GBR-AIRLINE-CODE-01", "/ImportDeclaration/Header/Transport/AirlineCode")
    assert xml.splitlines()[(one.position.line or 0) - 1].startswith("<AirlineCode>")


def test_the_report_says_which_rules_ran_and_which_did_not() -> None:
    report = check(made("sea", "")).report
    assert report.stages["rules"] == "run"
    assert report.rules_run > 50
    assert ("GBR-AQIS-CONCERN-TYPE-05", "no table 'aqis_concern_types' loaded") in report.rules_skipped


def test_rules_wait_for_the_form() -> None:
    data = made("sea", AIR_IN_SEA).replace(b"LOC+8+AUMEL", b"LOC+8+AUMELXXXXXXXXXXXXXXXXXXXXXXXXX")
    report = check(data).report
    assert [f.code for f in report.findings if f.code.startswith("GBR")] == []
    assert report.stages["rules"] == "skipped: no message was free of errors of form"
    assert (report.rules_run, report.rules_skipped) == (0, [])


def test_rules_do_not_stop_a_translation() -> None:
    assert len(translate(made("sea", AIR_IN_SEA))) == 1
    assert run("translate", "-", given=made("sea", AIR_IN_SEA))[0] == 0


def test_no_rules_are_asked_for() -> None:
    assert found(made("sea", AIR_IN_SEA), rules=RuleSet(())) == []


def test_rules_are_chosen_and_weighed_by_id() -> None:
    data = made("sea", AIR_IN_SEA)
    assert run("check", "-", given=data)[0] == 1
    assert run("check", "-", "--ignore", "GBR-AIRLINE-CODE-01", given=data)[0] == 0
    assert run("check", "-", "--select", "GBR-VESSEL", given=data)[0] == 0
    code, text = run("check", "-", "--severity", "GBR-AIRLINE-CODE-01=warning", given=data)
    assert code == 0
    assert "accepted-with-warnings" in text


# ---------------------------------------------------------------------- rules of one's own


def test_rules_in_a_file_are_asked_beside_ours(tmp_path: Path) -> None:
    file = tmp_path / "house.py"
    file.write_text(OWN)
    data = made("sea", f"BrokerReference=-; GrossWeight=2.5; {AIR_IN_SEA}")
    code, text = run("check", "-", "--rules", str(file), "--format", "json", given=data)
    told = json.loads(text)["files"][0]["findings"]
    assert code == 1
    assert [(f["code"], f["message"], f["source"]) for f in told if f["code"] != "GBR-AIRLINE-CODE-01"] == [
        ("X-ROUND", "Gross Weight 2.5 is no whole number.", "House rules, 2"),
        ("X-REFERENCE", "We always send our reference.", "House rules, 1"),
    ]
    assert len(told) == 3
    assert (
        "X-ROUND  checked  Weights are whole kilograms.  (house.whole)" in run("rules", "X-", "--rules", str(file))[1]
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = = 1\n", "house.py:1: SyntaxError"),
        ("\n\nraise ValueError('no')\n", "house.py:3: ValueError: no"),
        (OWN.replace("X-REFERENCE", "GBR-MINE"), "GBR-MINE is no id of the catalogue"),
        (OWN.replace('source="House rules, 1", ', ""), "X-REFERENCE needs a statement and a source"),
        (OWN.replace("X-ROUND", "X-REFERENCE"), "X-REFERENCE is defined twice"),
    ],
)
def test_a_file_of_rules_that_cannot_be_used_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "house.py"
    file.write_text(text)
    code, output = run("check", "-", "--rules", str(file), given=made("sea", ""))
    assert code == 2
    assert said in output
    assert "Traceback" not in output


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"house\.py"):
        from_file(tmp_path / "house.py")


def test_a_rule_of_a_user_that_fails_is_named_and_the_others_go_on() -> None:
    @rule("X-R", on="GrossWeight", source="us", statement="Never.")
    def failing(level: rules.Level, known: rules.Known) -> list[rules.Complaint]:
        raise ZeroDivisionError("of course")

    told = found(made("sea", AIR_IN_SEA), rules=standard() | RuleSet.of([failing]))
    assert sorted(f.code for f in told) == ["GBR-AIRLINE-CODE-01", "INT-001"]
    text = next(f.message for f in told if f.code == "INT-001")
    assert text == "The rule X-R failed: ZeroDivisionError: of course."


def install(folder: Path, module: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a package with rules where installed packages are."""
    (folder / f"{module}.py").write_text(text)
    about = folder / f"{module}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[{rules.ENTRY_POINTS}]\nhouse = {module}\n")
    monkeypatch.syspath_prepend(str(folder))


def test_rules_of_installed_packages_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "our_house", OWN, monkeypatch)
    assert [one.id for one in rules.installed()] == ["X-REFERENCE", "X-ROUND"]


def test_an_installed_package_whose_rules_cannot_be_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "their_house", "import no_such_module\n", monkeypatch)
    with pytest.raises(RuleError, match="the rules of their_house cannot be loaded"):
        rules.installed()


def test_a_rule_of_ones_own_may_be_a_warning() -> None:
    own = required_when("X-R", "PortOfLoading", source="us", text="Say where from.", severity=Severity.WARNING)
    [one] = found(made("sea", "PortOfLoading=-"), rules=RuleSet.of([own]))
    assert (one.code, one.severity) == ("X-R", Severity.WARNING)


# ---------------------------------------------------------------------- good messages


@pytest.mark.parametrize("file", sorted(p.name for p in SAMPLES.glob("*.edi") if "wrong" not in p.name))
def test_samples_break_no_rule(file: str) -> None:
    errors = [
        f for f in check(SAMPLES / file).findings if f.severity is Severity.ERROR and f.code[:3] in ("GBR", "CMR")
    ]
    assert errors == []


def test_traffic_in_the_shape_of_real_one_breaks_no_rule() -> None:
    sys.path.insert(0, str(SAMPLES.parent / "tools" / "bench"))
    from generate import interchange

    assert found(interchange(messages=120, seed=11)) == []
