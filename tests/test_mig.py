"""The guides: ours load, are complete and say what they rest on; a broken one is refused with file and line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree
from project_tools import load_tool

from edifact_ics import MigError, load_mig, resources
from edifact_ics.cli import main
from edifact_ics.guide.directory import NS
from edifact_ics.guide.library import ours, read_mig
from edifact_ics.guide.mig import SERVICE
from edifact_ics.guide.mig_tree import Group, Segment

GUIDES = (*ours().messages, SERVICE)
coverage = load_tool("mig_coverage")
BASES = {"guide", "observed", "inferred", "assumed"}
ELEMENTS = Path(__file__).parent / "data" / "elements-outgoing.csv"
ANSWER_ELEMENTS = Path(__file__).parent / "data" / "elements-answers.csv"
ANSWERS = (
    *("IMDR", "SACR", "DRWBCKR", "IMPED1R", "IMPED2R", "RCRR", "MOVAPPR", "PAYREC", "PAYEXC", "REFACC", "REFREJ"),
    *("ATD", "SAM", "DSA", "CARST", "EXAM", "DOCS", "ERM", "CLREGR", "CLNTDUP"),
    *("AIRCRR", "SEACRR", "AIROUTR", "SEAOUTR", "UBMREQE", "UBMREQR", "DEPARTR", "EXDR", "ESMR", "EXREL", "IDL", "SEI"),
)


# ---------------------------------------------------------------------- ours


def test_the_guides_there_are() -> None:
    """Those that traders send, CONTRL, and the answers of Customs; CUSRES reads all other answers."""
    outgoing = ("DRWBCK", "IMD", "IMPED1", "IMPED2", "MOVAPP", "PAYPED", "PAYSTD", "PAYWK", "RCR", "SAC")
    assert ours().messages == tuple(sorted(("CONTRL", "CUSRES", *outgoing, *ANSWERS)))
    assert {name for name in ours().messages if load_mig(name).sender == "customs"} == {"CUSRES", *ANSWERS}


@pytest.mark.parametrize("name", GUIDES)
def test_our_guides_load_and_keep_their_schema(name: str) -> None:
    mig = read_mig(resources.root("mig") / f"{name.lower()}.xml")
    assert mig == load_mig(name)
    assert mig.message == name
    positions = [segment.position for segment in mig.segments()]
    assert positions == sorted(set(positions))
    assert [s.tag for s in mig.segments()][:: len(positions) - 1] in (["UNH", "UNT"], ["UNB", "UNZ"])


@pytest.mark.parametrize(
    ("name", "identifier", "xml", "sender"),
    [
        ("DRWBCK", "CUSDEC:D:99B:UN", "DrawbackClaim", "trader"),
        ("IMD", "CUSDEC:D:99B:UN", "ImportDeclaration", "trader"),
        ("IMPED1", "CUSPED:D:99B:UN", "ImportPeriodicDeclaration1", "trader"),
        ("IMPED2", "CUSPED:D:99B:UN", "ImportPeriodicDeclaration2", "trader"),
        ("MOVAPP", "CUSCAR:D:99B:UN", "MovementApplication", "trader"),
        ("RCR", "CUSCAR:D:99B:UN", "RequestForCargoRelease", "trader"),
        ("PAYPED", "REMADV:D:99B:UN", "PeriodicPayment", "trader"),
        ("PAYSTD", "REMADV:D:99B:UN", "StandardPayment", "trader"),
        ("PAYWK", "REMADV:D:99B:UN", "WeeklyPayment", "trader"),
        ("SAC", "CUSDEC:D:99B:UN", "SelfAssessedClearance", "trader"),
        ("CONTRL", "CONTRL:D:3:UN", "SyntaxReport", "both"),
    ],
)
def test_what_a_guide_says_of_its_message(name: str, identifier: str, xml: str, sender: str) -> None:
    mig = load_mig(name)
    assert (mig.identifier, mig.xml, mig.sender) == (identifier, xml, sender)


def test_a_guide_is_a_tree_of_groups() -> None:
    groups = {child.id: child for child in load_mig("IMD").root.children if isinstance(child, Group)}
    lines = groups["SG30"]
    assert (lines.xml, lines.max, lines.mandatory, lines.trigger.tag) == ("Line", 99999, False, "CST")
    transport = next(child for child in groups["SG10"].children if isinstance(child, Group))
    assert (transport.xml, transport.trigger.tag, groups["SG10"].trigger.tag) == ("TransportLine", "LIN", "DMS")


def test_a_value_says_all_that_is_known_of_it() -> None:
    quantity = next(
        value
        for segment in load_mig("IMD").segments()
        for use in segment.uses
        for value in use.values
        if value.name == "Quantity"
    )
    assert quantity.places == ((3, 2),)
    assert (quantity.format.text, quantity.type, quantity.decimals, quantity.digits) == ("an..18", "decimal", 5, 10)
    assert (quantity.basis, quantity.mandatory, quantity.codes) == ("observed", False, None)


@pytest.mark.parametrize("name", GUIDES)
def test_every_row_says_what_it_rests_on(name: str) -> None:
    mig = load_mig(name)
    assert {segment.basis for segment in mig.segments()} <= BASES
    for segment in mig.segments():
        for use in segment.uses:
            assert use.basis in (BASES if not use.values else {*BASES, ""}), use.id
            assert {v.basis for v in use.values} | {a.basis for a in use.aliases} <= BASES, use.id
            for value in use.values:
                assert (value.dictionary is None) == (value.dictionary_basis == ""), value.name
    for child in groups_of(mig.root):
        assert child.basis in BASES


def groups_of(group: Group) -> list[Group]:
    found = [child for child in group.children if isinstance(child, Group)]
    return found + [inner for child in found for inner in groups_of(child)]


def test_code_lists_are_open_where_they_are_not_certain() -> None:
    lists = ours().code_lists
    assert lists["MessageFunction"].closed
    assert lists["MessageFunction"].labels == {"9": "original", "4": "change", "50": "withdraw"}
    assert not lists["ImportCargoType"].closed  # one of its codes is inferred
    assert not lists["PreferenceScheme"].closed  # it says so itself
    tree = etree.parse(str(resources.root("mig") / "codes.xml"))
    assert {code.get("basis") for code in tree.iter(f"{NS}code")} <= BASES
    names = [entry.get("name") for entry in tree.getroot()]
    assert len(names) == len(set(names)) == len(lists)


def test_every_code_list_named_is_there_and_used() -> None:
    named = {
        value.codes.name
        for guide in GUIDES
        for segment in load_mig(guide).segments()
        for use in segment.uses
        for value in use.values
        if value.codes is not None
    }
    assert {"MessageFunction", "NatureType", "YesNo", "ContrlAction"} <= named <= set(ours().code_lists)


def test_a_guide_that_does_not_exist() -> None:
    for name in ("FOO", "codes", "directory", ""):
        with pytest.raises(MigError, match="there is no guide for") as raised:
            load_mig(name)
        assert f"guides exist for {', '.join(ours().messages)}" in str(raised.value)


# ---------------------------------------------------------------------- complete

Row = tuple[str, str, str, str, str]
# What the guides have beside the element list, and why.
MORE: set[Row] = {
    ("ALL", "Interchange Creator Qualifier", "", "UNB", "S002.0007"),  # UCI of CONTRL repeats the parties whole
    ("ALL", "Recipient Qualifier", "", "UNB", "S003.0007"),
    ("ALL", "Recipient Routing", "", "UNB", "S003.0014"),
    ("IMD", "(constant)", "1180", "PAC", "C531.7075=1"),  # a count that may be left out when only marks follow
    ("DRWBCK", "(constant)", "0280", "NAD", "3035=P1"),  # a name that may be left out when only a phone number follows
    ("DRWBCK", "(constant)", "1670", "TAX", "5283=1; C241.5153=CUD"),  # a rate, when only an amount follows
    ("IMPED1", "(constant)", "0490", "TOD", ""),  # terms, when only a text follows
    ("IMPED2", "(constant)", "0490", "TOD", ""),
    ("MOVAPP", "(constant)", "0640", "GID", "1496=1"),  # closes a reference that no package follows
    ("RCR", "(constant)", "0640", "GID", "1496=1"),
    ("RCR", "(constant)", "0170", "TDT", "8051=20"),  # transport, when only ports follow
}


def rows_of_guides() -> set[Row]:
    rows: set[Row] = set()
    for message in (*(m for m in ours().messages if load_mig(m).sender == "trader"), "ALL"):
        guide = SERVICE if message == "ALL" else message.lower()
        for segment in etree.parse(str(resources.root("mig") / f"{guide}.xml")).iter(f"{NS}segment"):
            tag, position = segment.get("tag", ""), segment.get("pos", "") if message != "ALL" else ""
            for use in segment.iter(f"{NS}use"):
                if use.get("carrier") or not len(use):
                    rows.add((message, "(constant)", position, tag, use.get("is", "")))
                for row in use.iter(f"{NS}value", f"{NS}alias"):
                    rows.add((message, row.get("element", row.get("name", "")), position, tag, row.get("at", "")))
    return rows


def test_every_data_element_stands_in_a_guide_and_no_guide_has_more() -> None:
    with ELEMENTS.open(newline="", encoding="utf-8") as file:
        wanted = {(r["message"], r["element"], r["position"], r["tag"], r["place"]) for r in csv.DictReader(file)}
    assert len(wanted) == 645
    have = rows_of_guides()
    assert sorted(wanted - have) == []
    assert have - wanted == MORE


def test_every_element_of_the_rules_is_sent_or_has_a_reason_why_not() -> None:
    with (ELEMENTS.parent / "elements-rules.csv").open(newline="", encoding="utf-8") as file:
        named = {row["element"] for row in csv.DictReader(file)}
    assert len(named) == 227
    sent = {element for _, element, _, _, _ in rows_of_guides()}
    assert named - sent - set(ours().unsent) == set()
    assert set(ours().unsent) & sent == set()
    assert all(ours().unsent.values())


# ---------------------------------------------------------------------- against lists kept elsewhere

LISTS = {
    "segments.csv": """message,position,kind,id,group,status,max,basis
PAYWK,0010,segment,UNH,,M,1,guide
PAYWK,0020,segment,BGM,,M,1,guide
PAYWK,0030,segment,DTM,,M,5,guide
PAYWK,0040,segment,RFF,,C,5,guide
PAYWK,0050,segment,FII,,C,5,guide
PAYWK,0080,segment,GIS,,C,5,guide
PAYWK,0090,group,SG1,,C,99,guide
PAYWK,0100,segment,NAD,SG1,M,1,guide
PAYWK,0470,segment,UNS,,M,1,guide
PAYWK,0480,segment,MOA,,M,99,guide
PAYWK,0520,segment,UNT,,M,1,guide
""",
    "mapping.csv": """message,element,position,tag,qualifier,value_at,xml_name,edifact_format,dd_format,dd_basis,occurs,code_list,basis
PAYWK,Bank Account Owner Type,0040,RFF,C506.1153=ANU,C506.1154,BankAccountOwnerType,an..35,a1,sample,0..1,BankAccountOwner,inferred
PAYWK,EFT Payment Indicator,0080,GIS,C529.1131=153; C529.3055=95,C529.7365,EFTPaymentIndicator,an..3,a1,sample,0..1,YesNo,inferred
PAYWK,(constant),0470,UNS,0081=S,,,,,,1..1,,inferred
""",
}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("UNH,,M", "UNH,,M", "the guides and the lists agree"),
        ("0040,segment,RFF,,C,5", "0040,segment,RFF,,C,4", "PAYWK 0040 RFF: max is '5', the list has '4'"),
        ("0100,segment,NAD,SG1", "0100,segment,NAD,SG2", "PAYWK 0100 NAD: group is 'SG1', the list has 'SG2'"),
        (
            "0480,segment,MOA,,M,99,guide",
            "0480,segment,MOA,,M,99,observed",
            "basis is 'guide', the list has 'observed'",
        ),
        ("0520,segment,UNT", "0530,segment,UNT", "PAYWK 0530 UNT: missing\nPAYWK 0520: not in the list"),
        ("C506.1153=ANU", "C506.1153=ANV", "Owner Type: qualifier C506.1153=ANV is missing or otherwise"),
        ("C506.1154,Bank", "C506.4000,Bank", "PAYWK 0040 RFF Bank Account Owner Type C506.4000: missing"),
        (",BankAccountOwnerType,", ",OwnerType,", "xml is 'BankAccountOwnerType', the list has 'OwnerType'"),
        ("an..3,a1", "an..3,a2", "dictionary is 'a1', the list has 'a2'"),
        ("YesNo,inferred", "YesNo,guide", "EFT Payment Indicator: basis is 'inferred', the list has 'guide'"),
        ("YesNo", "Sex", "list is 'YesNo', the list has 'Sex'"),
        ("0081=S", "0081=D", "PAYWK 0470 UNS (constant) 0081=D: missing"),
        ("PAYWK,(constant)", "FOO,(constant)", "FOO: there is no guide"),
    ],
)
def test_coverage_names_what_differs(
    tmp_path: Path, old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sum(text.count(old) for text in LISTS.values()) >= 1
    for name, text in LISTS.items():
        (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    code = coverage.main([str(tmp_path)])
    out = capsys.readouterr().out
    assert out.rstrip().endswith(said)
    assert len(out.splitlines()) == said.count("\n") + 1
    assert code == (0 if old == new else 1)


def test_coverage_wants_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage.main([str(tmp_path / "none")]) == 2
    assert "there is no mapping.csv in" in capsys.readouterr().err


# ---------------------------------------------------------------------- answers


def rows_of(answer: str) -> dict[Row, str]:
    """Return the rows of an answer's guide with what they rest on."""
    rows: dict[Row, str] = {}
    for segment in etree.parse(str(resources.root("mig") / f"{answer.lower()}.xml")).iter(f"{NS}segment"):
        position, tag = segment.get("pos", ""), segment.get("tag", "")
        for use in segment.iter(f"{NS}use"):
            if use.get("carrier"):
                basis = use.get("basis") or use[0].get("basis", "")
                rows[answer, "(constant)", position, tag, ""] = basis
            for row in use.iter(f"{NS}value"):
                rows[answer, row.get("xml", ""), position, tag, row.get("at", "")] = row.get("basis", "")
    return rows


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_element_of_an_answer_stands_in_its_guide_on_its_basis(answer: str) -> None:
    with ANSWER_ELEMENTS.open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["document"] == answer]
    wanted = {(answer, r["element"], r["position"], r["tag"], r["place"]): r["basis"] for r in rows}
    assert rows_of(answer) == wanted


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_keeps_its_place_in_cusres(answer: str) -> None:
    """Positions, segments and groups are those of CUSRES D.99B, and nothing may be sent more often than there."""
    standard = {segment.position: segment for segment in load_mig("CUSRES").segments()}
    for segment in load_mig(answer).segments():
        assert segment.tag == standard[segment.position].tag
        assert segment.max <= standard[segment.position].max
        assert segment.mandatory >= standard[segment.position].mandatory
    groups = {group.position: group for group in groups_of(load_mig("CUSRES").root)}
    for group in groups_of(load_mig(answer).root):
        assert group.id == groups[group.position].id
        assert group.max <= groups[group.position].max


# ---------------------------------------------------------------------- broken ones

SOUND = """<?xml version="1.0" encoding="UTF-8"?>
<mig xmlns="urn:edifact-ics:mig" message="TEST" title="A test" xml="Test"
     type="CUSDEC" version="D" release="99B" agency="UN" from="trader">
 <segment pos="0010" tag="UNH" status="M" max="1" basis="guide">
  <use with="S009.0065=CUSDEC" max="1">
   <value at="0062" xml="MessageReferenceNumber" name="Message Reference Number" format="an..14" min="1" basis="guide"/>
  </use>
 </segment>
 <segment pos="0040" tag="LOC" status="C" max="9" basis="guide">
  <use is="3227=8" with="C517.3055=6" in="Header" max="1">
   <value at="C517.3225" xml="Port" name="Port" format="an..25" dictionary="an5" dictionary-basis="form" basis="guide"/>
  </use>
  <use is="3227=12" with="C517.3055=6" in="Header" max="1">
   <value at="C517.3225" xml="Discharge" name="Discharge" format="an..25" list="MessageFunction" basis="guide"/>
  </use>
 </segment>
 <segment pos="0110" tag="FTX" status="C" max="9" basis="guide">
  <use is="4451=AAA" max="1">
   <value at="C108.4440[1..5]" xml="Text" name="Text" format="5*an..512" basis="guide"/>
  </use>
 </segment>
 <group pos="0120" id="SG1" status="C" max="9" basis="guide">
  <segment pos="0130" tag="RFF" status="M" max="1" basis="guide">
   <use is="C506.1153=ABQ" max="1">
    <value at="C506.1154" xml="Reference" name="Reference" format="an..35" when="@0040.3227=8" basis="guide"/>
   </use>
  </segment>
  <segment pos="0140" tag="DTM" status="C" max="1" basis="guide">
   <use is="C507.2005=178" when="@0130.C506.1153=ABQ" max="1">
    <value at="C507.2380" xml="Day" name="Day" format="an..35" type="date" basis="guide"/>
   </use>
  </segment>
 </group>
 <segment pos="1940" tag="UNS" status="M" max="1" basis="guide"><use is="0081=S" max="1" basis="guide"/></segment>
 <segment pos="2030" tag="UNT" status="M" max="1" basis="guide">
  <use max="1">
   <value at="0074" xml="SegmentCount" name="Segment Count" format="n..6" min="1" derived="yes" basis="guide"/>
  </use>
 </segment>
</mig>
"""
AGAIN = """<segment pos="{}" tag="{}" status="C" max="1" basis="guide"><use is="{}" max="1" basis="guide"/></segment>"""


def written(folder: Path, text: str) -> Path:
    file = folder / "test.xml"
    file.write_text(text, "utf-8")
    return file


def test_the_sound_one_is_read(tmp_path: Path) -> None:
    mig = read_mig(written(tmp_path, SOUND))
    assert (mig.message, [s.tag for s in mig.segments()]) == ("TEST", ["UNH", "LOC", "FTX", "RFF", "DTM", "UNS", "UNT"])
    loc = next(s for s in mig.segments() if s.tag == "LOC")
    assert isinstance(loc, Segment)
    port, discharge = (use.values[0] for use in loc.uses)
    assert (port.places, discharge.places) == (((2, 1),), ((2, 1),))
    assert port.dictionary is not None
    assert (port.dictionary.least, port.dictionary.most) == (5, 5)
    assert discharge.codes is not None
    assert discharge.codes.closed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # positions
        ('pos="0110"', 'pos="0040"', "position 0040 is used twice"),
        ('pos="0140"', 'pos="0125"', "position 0125 stands after 0130"),
        ('pos="1940"', 'pos="0135"', "position 0135 stands after 0140"),
        ('<segment pos="0130"', '<segment pos="0120"', "position 0120 stands after 0120"),
        # groups
        (
            '<segment pos="0130" tag="RFF" status="M"',
            '<segment pos="0130" tag="RFF" status="C"',
            "group SG1 needs a trigger: a first segment with status M and max 1",
        ),
        (
            '<segment pos="0130" tag="RFF" status="M" max="1"',
            '<segment pos="0130" tag="RFF" status="M" max="2"',
            "group SG1 needs a trigger: a first segment with status M and max 1",
        ),
        (
            '<group pos="0120" id="SG1"',
            '<group pos="0120" id="SG1" xml="Reference" last="yes"',
            "group SG1 is marked last; then it must be marked beside too",
        ),
        # segments and what tells them apart
        ('tag="FTX"', 'tag="FTZ"', "FTZ is no segment of D.99B"),
        ('is="3227=12"', 'is="3227=8|12"', "this use of LOC is not told apart from the one at test.xml:10"),
        (
            '<segment pos="0110"',
            AGAIN.format("0100", "LOC", "3227=12|79") + '<segment pos="0110"',
            "LOC here is not told apart from LOC at 0040",
        ),
        (
            '<segment pos="1940"',
            AGAIN.format("0200", "RFF", "C506.1153=ABQ") + '<segment pos="1940"',
            "RFF here is not told apart from RFF at 0130",
        ),
        # places
        ('at="0062"', 'at="0063"', "UNH has no 0063"),
        ('at="C517.3225" xml="Port"', 'at="C516.5004" xml="Port"', "LOC has no C516.5004"),
        ('at="C506.1154"', 'at="1154"', "RFF has no 1154"),
        ('at="C108.4440[1..5]"', 'at="C108.4440[1..6]"', "FTX has no C108.4440[1..6]"),
        ('at="C507.2380"', 'at="C507[2].2380"', "DTM has no C507[2].2380"),
        ('at="C507.2380"', 'at="C507/2380"', "'C507/2380' is no path of an element"),
        # formats
        ('format="an..14"', 'format="an..15"', "format an..15 is not within an..14 of D.99B"),
        ('format="5*an..512"', 'format="5*an..513"', "format 5*an..513 is not within an..512 of D.99B"),
        ('format="5*an..512"', 'format="an..512"', "format an..512 is not within an..512 of D.99B"),
        ('format="an..35" when', 'format="35" when', "'35' is no format; write for example an..35 or n8"),
        ('dictionary="an5"', 'dictionary="x5"', "'x5' is no format; write for example an..35 or n8"),
        ('dictionary="an5"', 'dictionary="an..26"', "dictionary format an..26 is wider than an..25"),
        ('format="n..6"', 'format="an..6"', "format an..6 is not within n..6 of D.99B"),
        # code lists
        ('list="MessageFunction"', 'list="Colours"', "there is no code list 'Colours' in codes.xml"),
        # conditions
        ('with="S009.0065=CUSDEC"', 'with="S009.0065"', "condition 'S009.0065' has no value"),
        ('with="S009.0065=CUSDEC"', 'with="S009.0066=CUSDEC"', "UNH has no S009.0066"),
        ('when="@0130.C506.1153=ABQ"', 'when="@0131.C506.1153=ABQ"', "no segment stands at 0131 before this row"),
        ('when="@0130.C506.1153=ABQ"', 'when="@1940.0081=S"', "no segment stands at 1940 before this row"),
        ('when="@0130.C506.1153=ABQ"', 'when="@0120.C506.1153=ABQ"', "no segment stands at 0120 before this row"),
        ('when="@0130.C506.1153=ABQ"', 'when="@0130.C506.1155=ABQ"', "RFF has no C506.1155"),
        ('when="@0040.3227=8"', 'when="@0040.3228=8"', "LOC has no 3228"),
        # names
        ('xml="Discharge"', 'xml="Port"', "Header/Port is named by two uses"),
        ('xml="Day"', 'xml="Reference"', "Reference is named by two uses"),
    ],
)
def test_a_broken_guide_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert refusal(tmp_path, old, new).endswith(said)


def refusal(folder: Path, old: str, new: str) -> str:
    """Return why the guide is refused when a part of it is replaced; the file and the line must be named rightly."""
    assert SOUND.count(old) == 1
    with pytest.raises(MigError) as raised:
        read_mig(written(folder, SOUND.replace(old, new)))
    file, line, text = str(raised.value).split(":", 2)
    assert file == "test.xml"
    assert abs(int(line) - SOUND[: SOUND.index(old)].count("\n") - 1) <= 1  # that of the row, or of what it stands in
    return text.removeprefix(" ")


def test_a_use_without_qualifier_may_stand_beside_others(tmp_path: Path) -> None:
    """It is what remains when none of the others fits."""
    assert read_mig(written(tmp_path, SOUND.replace('is="3227=12" with', "with"))).message == "TEST"


def test_one_name_for_two_values_of_a_use_is_refused(tmp_path: Path) -> None:
    twice = SOUND.replace(
        'format="an..35" when="@0040.3227=8" basis="guide"/>',
        'format="an..35" basis="guide"/><value at="C506.4000" xml="Reference" name="B" format="an..35" basis="guide"/>',
    )
    with pytest.raises(MigError, match=r"^test\.xml:2\d: Reference is named"):
        read_mig(written(tmp_path, twice))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (' title="A test"', "", "The attribute 'title' is required but missing"),
        ('tag="LOC" status="C"', 'tag="LOC" status="X"', "[facet 'enumeration'] The value 'X' is not an element of"),
        (
            'basis="guide"><use is="0081=S"',
            'basis="rumour"><use is="0081=S"',
            "The value 'rumour' is not an element of",
        ),
        ('is="4451=AAA" max="1"', 'is="4451=AAA"', "The attribute 'max' is required but missing"),
        ('xml="Port"', 'xml="the port"', "'the port' is not a valid value of the atomic type 'Name'"),
        ('pos="0040"', 'pos="40"', "The value '40' is not accepted by the pattern"),
        ('<use is="0081=S" max="1" basis="guide"/>', "", "Missing child element(s). Expected is ( use )"),
        ('<use is="0081=S" max="1" basis="guide"/>', "<usage/>", "Element 'usage': This element is not expected"),
        ("urn:edifact-ics:mig", "urn:edifact-ics:gim", "No matching global declaration available"),
    ],
)
def test_a_guide_of_another_form_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in refusal(tmp_path, old, new)


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    with pytest.raises(MigError, match=r"^missing\.xml: "):
        read_mig(tmp_path / "missing.xml")
    with pytest.raises(MigError, match=r"^test\.xml: "):
        read_mig(written(tmp_path, ""))


def test_guide_check_tells_sound_from_broken(tmp_path: Path) -> None:
    sound = CliRunner().invoke(main, ["guide", "check", str(written(tmp_path, SOUND))])
    assert sound.exit_code == 0
    assert sound.stdout.endswith("the guide TEST is sound: 7 segments, 7 data elements.\n")
    broken = CliRunner().invoke(main, ["guide", "check", str(written(tmp_path, SOUND.replace("an..14", "an..15")))])
    assert (broken.exit_code, broken.stdout) == (2, "")
    assert broken.stderr == "Error: test.xml:6: format an..15 is not within an..14 of D.99B.\n"


@pytest.mark.parametrize("name", GUIDES)
def test_guide_check_finds_ours_sound(name: str) -> None:
    file = resources.root("mig") / f"{name.lower()}.xml"
    result = CliRunner().invoke(main, ["guide", "check", str(file)])
    assert result.exit_code == 0
    assert f"the guide {name} is sound: " in result.stdout
