"""`check --format sarif` and `--format html`: what editors, build servers and printers are given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import run
from lxml import html

SAMPLES = Path(__file__).parents[1] / "samples"
WRONG = str(SAMPLES / "wrong-agency-and-quantity.edi")
RULES = str(SAMPLES / "wrong-by-rules.edi")
HOSTILE = (
    b"UNB+UNOC:3+KBR417H::KBR417H+AAA336C+261118:0915+1++++1++1'\r\nUNH+<script>alert(1)</script>+CUSDEC:D:99B:UN'"
    b"BGM+929:::IMD+\x1b[2J\x00</style>\x07'UNT+3+1'UNZ+1+1'"
)


def sarif(*words: str, given: bytes = b"") -> Any:
    ran = run("check", *words, "--format", "sarif", given=given)
    return json.loads(ran.out)


class TestSarif:
    def test_the_log(self) -> None:
        log = sarif(WRONG)
        assert log["version"] == "2.1.0"
        assert log["$schema"].endswith("sarif-2.1.0.json")
        (only,) = log["runs"]
        assert only["tool"]["driver"]["name"] == "edifact-ics"
        assert only["artifacts"] == [{"location": {"uri": f"file://{WRONG}"}}]

    def test_results_point_to_the_place(self) -> None:
        first, second = sarif(WRONG)["runs"][0]["results"]
        assert (first["ruleId"], first["level"]) == ("STR-11", "error")
        place = first["locations"][0]["physicalLocation"]
        assert place == {"artifactLocation": {"uri": f"file://{WRONG}"}, "region": {"startLine": 23, "startColumn": 13}}
        assert second["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].endswith("/Quantity[1]/Quantity")
        assert second["properties"]["segment"] == 36

    def test_every_result_names_its_rule(self) -> None:
        only = sarif(WRONG, RULES)["runs"][0]
        rules = only["tool"]["driver"]["rules"]
        assert rules
        for result in only["results"]:
            rule = rules[result["ruleIndex"]]
            assert rule["id"] == result["ruleId"]
            assert rule["help"]["text"]
            assert result["level"] in ("error", "warning", "note")
            assert result["message"]["text"]

    def test_what_was_not_looked_at_is_said(self) -> None:
        (invocation,) = sarif(WRONG)["runs"][0]["invocations"]
        assert any("rules skipped" in note["message"]["text"] for note in invocation["toolExecutionNotifications"])

    def test_a_good_file_has_no_results(self) -> None:
        only = sarif(str(SAMPLES / "imd-withdraw.edi"))["runs"][0]
        assert only["results"] == []
        assert only["tool"]["driver"]["rules"] == []

    def test_a_file_name_becomes_an_address(self, tmp_path: Path) -> None:
        odd = tmp_path / "a b#ü%.edi"
        odd.write_bytes(b"no EDIFACT")
        (artifact,) = sarif(str(odd))["runs"][0]["artifacts"]
        assert artifact["location"]["uri"].endswith("/a%20b%23%C3%BC%25.edi")

    def test_hostile_values_are_escaped(self) -> None:
        ran = run("check", "-", "--format", "sarif", given=HOSTILE)
        assert "\x1b" not in ran.out
        assert "\x00" not in ran.out
        assert json.loads(ran.out)["runs"][0]["results"]


class TestPage:
    def test_findings_with_place_and_meaning(self) -> None:
        ran = run("check", WRONG, RULES, "--format", "html")
        assert ran.code == 1
        page = html.fromstring(ran.out)
        text = page.text_content()
        assert "rejected" in text
        assert "line 23:13, segment 21 NAD, element 2.3" in text
        assert "A component that must be there was not sent." in text
        anchors = set(page.xpath("//@id"))
        assert {href[1:] for href in page.xpath("//a/@href")} <= anchors

    def test_nothing_comes_from_another_host(self) -> None:
        page = html.fromstring(run("check", WRONG, "--format", "html").out)
        assert page.xpath("//script | //link | //img | //*[@src]") == []

    def test_hostile_values_stay_text(self) -> None:
        ran = run("check", "-", "--format", "html", given=HOSTILE)
        assert "<script" not in ran.out
        assert "\x1b" not in ran.out
        assert "\x00" not in ran.out
        assert html.fromstring(ran.out).xpath("count(//style)") == 1

    def test_a_good_file(self) -> None:
        ran = run("check", str(SAMPLES / "imd-withdraw.edi"), "--format", "html")
        assert ran.code == 0
        assert "accepted" in ran.out


@pytest.mark.parametrize("form", ["sarif", "html"])
def test_the_same_input_gives_the_same_bytes(form: str) -> None:
    assert run("check", RULES, "--format", form).out == run("check", RULES, "--format", form).out
