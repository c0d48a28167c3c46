"""`guide`: the printed guide, as text and as JSON, and `guide check`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from commands import Ran, run

from edifact_ics.guide.library import Library, ours
from edifact_ics.guide.mig import SERVICE
from edifact_ics.render import guide as render

SMALL = """<mig xmlns="urn:edifact-ics:mig" message="SMALL" document="SMALL" title="A small guide" xml="Small"
     type="CUSDEC" version="D" release="99B" agency="UN" from="trader">
 <segment pos="0010" tag="UNH" status="M" max="1" basis="guide">
  <use with="S009.0065=CUSDEC" max="1">
   <value at="0062" xml="MessageReferenceNumber" name="Message Reference Number" format="an..14" min="1" basis="guide"/>
  </use>
 </segment>
 <segment pos="0040" tag="LOC" status="C" max="9" basis="assumed" note="order not known">
  <use is="3227=8" with="C517.3055=6" in="Header" max="1">
   <value at="C517.3225" xml="Port" name="Port" format="an..25" dictionary="an5" dictionary-basis="kin" list="ref:unlocode" basis="inferred">like that of loading</value>
  </use>
  <use is="3227=27|28" in="Header/Origin" each="yes" max="9">
   <value at="C517.3225" xml="Answer" name="Answer" format="an..25" list="YesNo" basis="assumed">only a guess</value>
   <alias at="C517.3225" xml="OldAnswer" name="Old Answer" basis="assumed"/>
  </use>
 </segment>
 <group pos="0120" id="SG1" status="C" max="9" xml="Item" basis="observed">
  <segment pos="0130" tag="RFF" status="M" max="1" basis="observed">
   <use is="C506.1153=ABQ" max="1">
    <value at="C506.1154" xml="Weight" name="Weight" format="an..35" type="decimal" digits="9" decimals="2" min="1" basis="observed"/>
   </use>
  </segment>
 </group>
 <segment pos="0410" tag="UNS" status="M" max="1" basis="guide"><use is="0081=D" max="1" carrier="yes" basis="assumed"/></segment>
 <segment pos="2030" tag="UNT" status="M" max="1" basis="guide">
  <use max="1"><value at="0074" xml="SegmentCount" name="Segment Count" format="n..6" min="1" derived="yes" basis="guide"/></use>
 </segment>
</mig>
"""
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:edifact-ics:canonical"
    targetNamespace="urn:edifact-ics:canonical" elementFormDefault="qualified">
 <xs:element name="Small"><xs:complexType><xs:sequence>
  <xs:element name="MessageReferenceNumber" type="xs:string"/>
  <xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence>
   <xs:element name="Port" type="xs:string" minOccurs="0"/>
   <xs:element name="Origin" minOccurs="0" maxOccurs="9"><xs:complexType><xs:sequence>
    <xs:element name="Answer" type="xs:string"/>
   </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Item" minOccurs="0" maxOccurs="9"><xs:complexType><xs:sequence>
   <xs:element name="Weight" type="xs:string"/>
  </xs:sequence></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
PRINTED = """\
SMALL  A small guide
CUSDEC:D:99B:UN, document SMALL; sent to Customs; canonical element Small
Rows by basis: guide 5, observed 2, inferred 1, assumed 3

M mandatory, C conditional; then how often at most. Of two formats the first is that of EDIFACT, the
second the shorter one of ICS, with where it is known from in brackets.

0010 UNH  Message header  M 1  guide
         fixed S009.0065=CUSDEC
         Message Reference Number
           1 0062; an..14; mandatory; MessageReferenceNumber; guide
0040 LOC  Place/location identification  C 9  assumed
       order not known
       LOC+8  at most 1
         fixed C517.3055=6; in Header
         Port
           2.1 3225; an..25 / an5 (kin); optional; codes of the table unlocode; Port; inferred
           like that of loading
           rules X-1, X-2
       LOC+27|28  at most 9
         in Header/Origin, each in one of its own
         Answer
           2.1 3225; an..25; optional; Answer; assumed
           codes YesNo: Y yes; N no
           only a guess
         also called Old Answer; assumed
0120 SG1  C 9  observed  opens Item
0130   RFF  Reference  M 1  observed
         RFF+ABQ  at most 1
           Weight
             1.2 1154; an..35; mandatory; decimal; at most 9 digits before the point; at most 2 decimals; Weight;
             observed
0410 UNS  Section control  M 1  guide
       UNS+D  without a value, to carry what hangs below it  assumed
2030 UNT  Message trailer  M 1  guide
         Segment Count
           1 0074; n..6; mandatory; derived; guide
"""
ASSUMED = """\
SMALL  A small guide
CUSDEC:D:99B:UN, document SMALL; sent to Customs; canonical element Small
Rows by basis: guide 5, observed 2, inferred 1, assumed 3

3 rows rest on the basis 'assumed':
0040 LOC  Place/location identification  C 9
       order not known
0040 LOC+27|28  Answer
       2.1 3225; an..25; optional; Answer; assumed
       codes YesNo: Y yes; N no
       only a guess
0410 UNS+D  without a value, to carry what hangs below it
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop/schemas").mkdir(parents=True)
    Path("shop/small.xml").write_text(SMALL)
    Path("shop/schemas/small.xsd").write_text(XSD)


def test_a_guide_is_printed_whole() -> None:
    lines = list(render.text(Library("shop").load("SMALL"), rules={"Port": ("X-1", "X-2")}))
    assert "\n".join(lines) + "\n" == PRINTED
    printed = run("guide", "small", "--mig", "shop").out
    assert without_rules(printed) == without_rules(PRINTED)


def without_rules(text: str) -> str:
    return "".join(line for line in text.splitlines(True) if not line.lstrip().startswith("rules "))


def test_the_rules_that_speak_of_an_element_are_named() -> None:
    printed = run("guide", "IMD").out
    start = printed.index(" Importer Reference\n")
    assert "rules GBR-IMPORTER-REFERENCE-01\n" in printed[start : start + 400]
    assert "rules " not in run("guide", "CONTRL").out


def test_what_is_not_certain() -> None:
    assert run("guide", "SMALL", "--basis", "assumed", "--mig", "shop") == Ran(0, ASSUMED, "")


def test_every_row_of_every_guide_is_printed() -> None:
    for name in (*ours().messages, SERVICE):
        mig = ours().load(name)
        lines = list(render.text(mig))
        assert max(map(len, lines)) <= 140
        printed = "\n".join(lines)
        for segment in mig.segments():
            assert f"{segment.position} " in printed
            for use in segment.uses:
                assert all(f" {value.name}\n" in printed for value in use.values)
        listed = json.loads(run("guide", name, "--format", "json").out)
        assert sum(listed["bases"].values()) == sum(render.bases(mig).values()) == rows_of(listed["rows"])
        for basis in render.BASES:
            only = json.loads(run("guide", name, "--basis", basis, "--format", "json").out)
            assert len(only["rows"]) == listed["bases"][basis]
            assert {row["basis"] for row in only["rows"]} <= {basis}


def rows_of(rows: list[dict[str, object]]) -> int:
    """Count segments, data elements, and uses without one."""
    count = 0
    for row in rows:
        if row["kind"] == "group":
            count += rows_of(row["rows"])  # type: ignore[arg-type]
        else:
            count += 1 + sum(len(use["values"]) or 1 for use in row["uses"])  # type: ignore[attr-defined]
    return count


def test_codes_stand_with_their_words_and_long_lists_at_the_end() -> None:
    printed = run("guide", "IMD").out
    assert "codes NatureType: N10 home consumption; N20 warehousing; N30 ex-warehouse;" in printed
    for name, codes in ours().code_lists.items():
        if f"\nCodes {name}" in printed:
            assert len(codes.labels) > 20
            assert all(f"\n  {code} " in printed for code in codes.labels)


def test_json_says_where_a_row_is_defined() -> None:
    rows = json.loads(run("guide", "SMALL", "--mig", "shop", "--format", "json").out)["rows"]
    loc = rows[1]
    assert (loc["position"], loc["tag"], loc["status"], loc["max"], loc["note"]) == (
        "0040", "LOC", "C", 9, "order not known",
    )  # fmt: skip
    port = loc["uses"][0]["values"][0]
    assert (loc["uses"][0]["is"], port["xml"], port["at"], port["format"], port["dictionary"]) == (
        ["3227=8"], "Port", "2.1", "an..25", "an5",
    )  # fmt: skip
    assert (port["dictionary_basis"], port["table"], port["basis"], port["rules"], port["defined"]) == (
        "kin", "unlocode", "inferred", [], "small.xml:10",
    )  # fmt: skip
    answer = loc["uses"][1]["values"][0]
    assert answer["codes"]["codes"][0] == {"value": "Y", "label": "yes", "basis": answer["codes"]["codes"][0]["basis"]}


def test_the_list_of_guides_counts_their_rows() -> None:
    ran = run("guide", "--mig", "shop")
    lines = ran.out.splitlines()
    assert lines[0].split() == ["guide", "observed", "inferred", "assumed"]
    end = lines.index("")
    assert [line.split()[0] for line in lines[1:end]] == [*Library("shop").messages, SERVICE]
    assert lines[end + 1] == "Named by rules, but carried by no message:"
    assert [line.split(":")[0].strip() for line in lines[end + 2 :]] == list(ours().unsent)
    small = next(line for line in lines if line.startswith("SMALL"))
    assert " ".join(small.split()) == "SMALL A small guide 5 2 1 3"
    guides = json.loads(run("guide", "--format", "json").out)["guides"]
    assert [guide["message"] for guide in guides] == [*ours().messages, SERVICE]
    assert json.loads(run("guide", "--format", "json").out)["unsent"] == ours().unsent


def test_guide_check() -> None:
    assert run("guide", "check", "shop/small.xml") == Ran(
        0, "shop/small.xml: the guide SMALL is sound: 5 segments, 5 data elements.\n", ""
    )
    Path("shop/small.xml").write_text(SMALL.replace("an..14", "an..140"))
    assert run("guide", "check", "shop/small.xml") == Ran(
        2, "", "Error: small.xml:5: format an..140 is not within an..14 of D.99B.\n"
    )
    assert run("guide", "check", "missing.xml").code == 2
    Path("good.edi").write_text("UNB+UNOC:3")
    assert run("guide", "check", "good.edi").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("FOO",), "there is no guide for 'FOO'; guides exist for "),
        (("IMD", "SAC"), "One message at a time."),
        (("check",), "Missing argument 'PATH'."),
        (("fit",), "Missing argument 'FILE…'."),
        (("IMD", "--basis", "rumour"), "Invalid value for '--basis': 'rumour' is not one of"),
        (("IMD", "--mig", "nowhere"), "nowhere is no folder."),
    ],
)
def test_what_it_does_not_know_is_refused(words: Sequence[str], said: str) -> None:
    ran = run("guide", *words)
    assert (ran.code, ran.out) == (2, "")
    assert f"Error: {said}" in ran.err


def test_help_names_what_it_can_do() -> None:
    said = run("guide", "--help").out
    assert "guide check my-mig" in said
    assert "guide fit archive/" in said
    assert "--often" in run("guide", "fit", "--help").out
