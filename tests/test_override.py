"""`--mig DIR`: guides of a user, and corrections to ours row by row; what is wrong in the folder is said with its line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sample_messages import IMD, SAC, data, interchange, message

from edifact_ics import Library, MigError, check, resources, respond, translate
from edifact_ics.guide.directory import NS
from edifact_ics.guide.library import ours
from edifact_ics.guide.mig_tree import Group, Mig

ROWS = '<override xmlns="urn:edifact-ics:mig" message="{}">\n{}\n</override>\n'
GIS = """ <segment pos="0060">
  <use was="C529.1131=150" is="C529.1131=154">
   <value xml="OrderToPayIndicator" basis="guide">IMD guide 2.3, page 41</value>
  </use>
 </segment>"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def override(folder: Path, rows: str, guide: str = "IMD", name: str = "ours.xml") -> Path:
    (folder / name).write_text(ROWS.format(guide, rows), "utf-8")
    return folder


def imd(old: str = "", new: str = "") -> bytes:
    assert old in IMD
    return data(interchange(message(IMD.replace(old, new) if old else IMD)))


def codes(source: bytes, library: Library | None = None) -> list[str]:
    """Return the findings of form; what business rules say of the small messages here is not the question."""
    return [
        f.code
        for f in check(source, library=library).findings
        if f.code[:3] in ("SYN", "ENV", "STR", "VAL", "XSD", "INT")
    ]


# ---------------------------------------------------------------------- what a row changes


def test_a_row_is_corrected_where_it_stands_and_nothing_else(shop: Path) -> None:
    library = Library(override(shop, GIS))
    before = {row.path: row for row in ours().load("IMD").elements()}
    after = {row.path: row for row in library.load("IMD").elements()}
    assert before.keys() == after.keys()
    changed = [path for path in before if before[path].value.basis != after[path].value.basis]
    assert changed == [("Header", "OrderToPayIndicator")]
    row = after[changed[0]]
    assert [key.text for key in row.use.keys] == ["C529.1131=154"]
    assert (row.value.note, row.value.defined) == ("IMD guide 2.3, page 41", "ours.xml:4")
    assert ours().load("IMD") is not library.load("IMD")
    assert library.load("SAC") == ours().load("SAC")


def test_a_corrected_row_decides_in_every_command(shop: Path, tmp_path: Path) -> None:
    sent = imd("GIS+TLB:109:95", "GIS+TLB:109:95\nGIS+N:154:95")
    file = tmp_path / "sent.edi"
    file.write_bytes(sent)
    folder = str(override(shop, GIS))
    assert codes(sent) == ["STR-18"]
    assert codes(sent, Library(shop)) == []
    assert run("check", str(file)).code == 1
    assert run("check", str(file), "--mig", folder, "--ignore", "GBR").code == 0
    assert "Order to Pay Indicator: N" in run("show", str(file), "--mig", folder).out
    assert "GIS+154" in run("guide", "imd", "--basis", "guide", "--mig", folder).out
    assert run("translate", str(file), "--mig", folder, "-o", str(tmp_path / "sent.xml")).code == 0
    assert "<OrderToPayIndicator" in (tmp_path / "sent.xml").read_text("utf-8")
    assert run("translate", str(tmp_path / "sent.xml"), "--mig", folder, "-o", str(tmp_path / "again.edi")).code == 0
    assert (tmp_path / "again.edi").read_bytes() == sent
    assert "<OrderToPayIndicator>N<" in translate(sent, library=Library(shop))[0].xml
    assert b"UCS" in respond(sent).data
    assert b"UCS" not in respond(sent, library=Library(shop)).data
    fixed = ("--at", "2026-11-21T09:30:00", "--reference", "7")
    assert "UCS" in run("respond", str(file), *fixed).out
    assert "UCS" not in run("respond", str(file), "--mig", folder, *fixed).out


def test_a_longer_value_is_let_through_by_our_schema_too(shop: Path) -> None:
    """Our XSD gives way at the element that a row changes, and nowhere else."""
    longer = imd("RFF+ABQ:PO 100?:7", "RFF+ABQ:PO 100 OF THE THIRD QUARTER")
    rows = """<segment pos="0130"><use is="C506.1153=ABQ">
      <value xml="ImporterReference" dictionary="an..35" dictionary-basis="dictionary"/></use></segment>"""
    assert codes(longer) == ["VAL-01"]
    assert codes(longer, Library(override(shop, rows))) == []
    assert Library(shop).schema("IMD") != ours().schema("IMD")
    assert Library(shop).schema("SAC") == ours().schema("SAC")


def test_an_attribute_left_empty_is_taken_away(shop: Path) -> None:
    rows = """<segment pos="0020"><use><value xml="SenderReferenceVersion" min=""/></use></segment>"""
    without = imd("BGM+929:::IMD+JOB4711/SEA:3+9", "BGM+929:::IMD+JOB4711/SEA+9")
    assert codes(without) == ["STR-11"]
    assert codes(without, Library(override(shop, rows))) == []


def test_a_row_is_removed(shop: Path) -> None:
    rows = """<segment pos="0070" row="remove"/>"""
    assert codes(imd(), Library(override(shop, rows))) == ["STR-05"]


def test_a_use_is_removed_and_comes_back_elsewhere(shop: Path) -> None:
    rows = """<segment pos="0040"><use is="3227=79" row="remove"/>
      <use is="3227=80" row="add" before="3227=12" with="C517.3055=6" in="Header" max="1">
       <value at="C517.3225" xml="FirstArrivalPortCode" name="First Arrival Port Code" format="an..25" basis="observed"/>
      </use></segment>"""
    library = Library(override(shop, rows))
    uses = next(s for s in library.load("IMD").segments() if s.position == "0040").uses
    assert [use.keys[0].values for use in uses[:3]] == [("8",), ("80",), ("12",)]
    assert ("79",) not in [use.keys[0].values for use in uses]


def test_a_segment_is_added_in_the_order_of_positions(shop: Path) -> None:
    rows = """<segment pos="0055" tag="GIS" row="add" status="C" max="1" basis="assumed"><use is="C529.7365=X" max="1" basis="assumed"/></segment>"""
    positions = [s.position for s in Library(override(shop, rows, "SAC")).load("SAC").segments()]
    assert "0055" in positions
    assert positions == sorted(positions)


def test_code_lists_are_extended_and_added(shop: Path) -> None:
    assert codes(imd("CST++N10::95", "CST++N99::95")) == ["VAL-05"]
    override(shop, """<list name="NatureType"><code value="N99" basis="observed">ours</code></list>""")
    library = Library(shop)
    assert codes(imd("CST++N10::95", "CST++N99::95"), library) == []
    assert library.code_lists["NatureType"].labels["N10"] == "home consumption"
    (shop / "codes.xml").write_text(
        """<codes xmlns="urn:edifact-ics:mig"><list name="NatureType"><code value="N1" basis="guide">only</code></list>
        <list name="Colour"><code value="R" basis="guide">red</code></list></codes>"""
    )
    (shop / "ours.xml").unlink()
    library = Library(shop)
    assert list(library.code_lists["NatureType"].labels) == ["N1"]
    assert library.code_lists["Colour"].labels == {"R": "red"}
    assert library.code_lists["LineAction"] == ours().code_lists["LineAction"]


def test_a_guide_stands_in_for_ours_whole(shop: Path) -> None:
    text = (resources.root("mig") / "imd.xml").read_text("utf-8")
    (shop / "imd.xml").write_text(text.replace('title="Full import declaration"', 'title="Our declaration"'), "utf-8")
    assert Library(shop).load("IMD").title == "Our declaration"
    assert codes(imd(), Library(shop)) == []
    override(shop, GIS)  # and may be corrected too
    row = next(r for r in Library(shop).load("IMD").elements() if r.value.xml == "OrderToPayIndicator")
    assert (row.value.defined, row.segment.defined.split(":")[0]) == ("ours.xml:4", "imd.xml")


def test_a_new_name_needs_a_schema_that_declares_it(shop: Path) -> None:
    rows = (
        """<segment pos="0040"><use is="3227=79"><value was="FirstArrivalPortCode" xml="FirstPort"/></use></segment>"""
    )
    with pytest.raises(MigError) as raised:
        Library(override(shop, rows))
    assert str(raised.value) == (
        "ours.xml:2: Header/FirstPort is no element of imd.xsd; bring a schemas/imd.xsd that declares it"
    )
    shutil.copytree(resources.root("schemas"), shop / "schemas")
    file = shop / "schemas" / "imd.xsd"
    file.write_text(file.read_text("utf-8").replace('"FirstArrivalPortCode"', '"FirstPort"'), "utf-8")
    sent = imd()
    assert "LOC+79+AUSYD::6" in IMD
    assert codes(sent, Library(shop)) == []
    assert "<FirstPort>AUSYD</FirstPort>" in translate(sent, library=Library(shop))[0].xml


# ---------------------------------------------------------------------- laws


def test_a_folder_that_holds_nothing_changes_nothing(shop: Path) -> None:
    library = Library(shop)
    assert library.messages == ours().messages
    assert library.by_identifier == ours().by_identifier
    assert [library.load(m) for m in library.messages] == [ours().load(m) for m in ours().messages]
    assert [library.schema(m) for m in library.messages] == [ours().schema(m) for m in ours().messages]
    assert run("guide", "check", str(shop)).out == f"{shop}: the folder changes nothing.\n"


def rows_of(guide: str) -> list[etree._Element]:
    root = etree.parse(str(resources.root("mig") / f"{guide.lower()}.xml"), etree.XMLParser(remove_comments=True))
    return list(root.getroot().iter(f"{NS}segment"))


def plain(mig: Mig) -> list[object]:
    """Return a guide without the lines its rows stand at."""
    return [(r.path, r.use.id, r.use.keys, r.use.fixed, r.value.places, r.value.format, r.value.dictionary,
             r.value.codes, r.value.basis, r.value.note, r.value.when, r.value.mandatory) for r in mig.elements()]  # fmt: skip


@settings(max_examples=20)
@given(draws=st.data())
def test_overriding_rows_with_themselves_changes_nothing(
    draws: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    guide = draws.draw(st.sampled_from(["IMD", "SAC", "CONTRL"]))
    rows = draws.draw(
        st.lists(st.sampled_from(rows_of(guide)), min_size=1, max_size=6, unique_by=lambda n: n.get("pos"))
    )
    root = etree.Element(f"{NS}override", {"message": guide}, nsmap={None: NS[1:-1]})
    root.extend([etree.fromstring(etree.tostring(row)) for row in rows])
    folder = tmp_path_factory.mktemp("same")
    (folder / "same.xml").write_bytes(etree.tostring(root))
    assert plain(Library(folder).load(guide)) == plain(ours().load(guide))
    assert Library(folder).schema(guide) == ours().schema(guide)


def test_the_default_library_is_not_touched_by_another(shop: Path) -> None:
    sent = imd("GIS+TLB:109:95", "GIS+TLB:109:95\nGIS+N:154:95")
    library = Library(override(shop, GIS))
    assert (codes(sent), codes(sent, library), codes(sent)) == (["STR-18"], [], ["STR-18"])
    sac = data(interchange(message(SAC)))
    assert codes(sac, library) == codes(sac)


# ---------------------------------------------------------------------- what is refused

SEGMENT = '<segment pos="0040">{}</segment>'
BROKEN = [
    ('<segment pos="0045"/>', 'ours.xml:2: the guide has no segment at 0045; write row="add" to add one'),
    ('<group pos="0040" max="2"/>', "ours.xml:2: what stands at 0040 is segment LOC at 0040, not group at 0040"),
    ('<segment pos="0040" tag="DTM"/>', "ours.xml:2: what stands at 0040 is segment LOC at 0040, not segment DTM at 0040"),
    ('<segment pos="0040" tag="LOC" row="add"/>', "ours.xml:2: segment LOC at 0040 stands at 0040 already; it cannot be added"),
    (
        SEGMENT.format('<use is="3227=7"/>'),
        "ours.xml:2: segment LOC at 0040 has no use is='3227=7' (it has 3227=8, 3227=12, 3227=9, 3227=79, 3227=18,"
        ' 3227=90); write row="add" to add one',
    ),
    (
        SEGMENT.format('<use is="3227=8"><value xml="Harbour"/></use>'),
        "ours.xml:2: the use 3227=8 has no value xml='Harbour' (it has PortOfDestination); write row=\"add\" to add one",
    ),
    (
        SEGMENT.format('<use is="3227=8" row="add" max="1"/>'),
        "ours.xml:2: segment LOC at 0040 has the use 3227=8 already; it cannot be added",
    ),
    (
        SEGMENT.format('<use is="3227=7" row="add" before="3227=6" max="1" basis="guide"/>'),
        "ours.xml:2: segment LOC at 0040 has no use '3227=6' to stand before",
    ),
    (
        SEGMENT.format('<use was="3227=8" is="3227=12"/>'),
        "imd.xml:26: this use of LOC is not told apart from the one at ours.xml:2",
    ),
    (SEGMENT.format('<use is="3227=8"><value xml="PortOfDestination" format="an..99"/></use>'),
     "ours.xml:2: format an..99 is not within an..25 of D.99B"),
    (SEGMENT.format('<use is="3227=8"><value xml="PortOfDestination" list="Harbours"/></use>'),
     "ours.xml:2: there is no code list 'Harbours' in codes.xml"),
    (SEGMENT.format('<use is="3227=8"><value xml="PortOfDestination" formt="an..9"/></use>'),
     "ours.xml:2: Element 'value', attribute 'formt': The attribute 'formt' is not allowed"),
    (SEGMENT.format('<use is="3227=8" max="1" row="drop"/>'), "ours.xml:2: Element 'use', attribute 'row': "),
    ('<segment pos="0400" tag="LOC" row="add" group="0999"/>', "ours.xml:2: the guide has no group at 0999"),
    ('<list name="Harbours"><code value="A" basis="guide">a</code></list>',
     'ours.xml:2: there is no code list Harbours; write row="add" to add one'),
    ('<list name="YesNo" row="add"><code value="A" basis="guide">a</code></list>',
     "ours.xml:2: there is a code list YesNo already; it cannot be added"),
    ('<segment pos="0410" row="remove"/><segment pos="0410" max="2"/>', "ours.xml:2: the guide has no segment at 0410"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), BROKEN)
def test_rows_that_lead_nowhere_are_refused_with_file_and_line(shop: Path, rows: str, said: str) -> None:
    override(shop, rows)
    with pytest.raises(MigError) as raised:
        Library(shop)
    assert str(raised.value).startswith(said)
    ran = run("check", "sent.edi", "--mig", str(shop))
    assert (ran.code, ran.out, ran.err) == (2, "", f"Error: {raised.value}.\n")
    assert run("guide", "check", str(shop)).err == ran.err


def test_two_corrections_of_one_row_are_a_conflict(shop: Path) -> None:
    row = '<segment pos="0040"><use is="3227=8"><value xml="PortOfDestination" basis="{}"/></use></segment>'
    override(shop, row.format("guide"), name="a.xml")
    override(shop, "\n" + row.format("inferred"), name="b.xml")
    with pytest.raises(MigError) as raised:
        Library(shop)
    assert str(raised.value) == "b.xml:3: basis of value PortOfDestination is given at a.xml:2 already"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.xml", ROWS.format("FOO", '<segment pos="0040"/>'), "a.xml:1: there is no guide for 'FOO'; guides exist for "),
        ("a.xml", ROWS.replace(' message="{}"', "").format('<segment pos="0040"/>'), "a.xml:2: an override with rows"),
        ("a.xml", "<override", "a.xml: "),
        ("a.xml", "<html/>", "a.xml:1: Element 'html': No matching global declaration"),
        ("a.xml", '<codes xmlns="urn:edifact-ics:mig"><list name="A"><code value="1" basis="guide"/></list></codes>',
         "a.xml:1: code lists stand in codes.xml"),
    ],
)  # fmt: skip
def test_files_that_do_not_belong_are_refused(shop: Path, name: str, text: str, said: str) -> None:
    (shop / name).write_text(text, "utf-8")
    with pytest.raises(MigError) as raised:
        Library(shop)
    assert str(raised.value).startswith(said)


def test_a_guide_under_another_name_and_one_without_a_schema_are_refused(shop: Path) -> None:
    text = (resources.root("mig") / "sac.xml").read_text("utf-8")
    (shop / "sac2.xml").write_text(text, "utf-8")
    with pytest.raises(MigError, match=r"^sac2\.xml:\d: the guide of SAC is called sac\.xml$"):
        Library(shop)
    (shop / "sac2.xml").write_text(text.replace('message="SAC"', 'message="SAC2"'), "utf-8")
    with pytest.raises(MigError, match=r"^sac2?\.xml: SAC2? and SAC2? are told apart by nothing: CUSDEC:D:99B:UN SAC$"):
        Library(shop)
    (shop / "sac2.xml").write_text(
        text.replace('message="SAC" document="SAC"', 'message="SAC2" document="SAC2"'), "utf-8"
    )
    with pytest.raises(MigError, match=r"^sac2\.xml: SAC2 needs a schema: put schemas/sac2\.xsd into "):
        Library(shop)


def test_guide_check_of_a_sound_folder(shop: Path) -> None:
    override(shop, GIS + '<list name="YesNo"><code value="Q" basis="assumed">who knows</code></list>')
    ran = run("guide", "check", str(shop))
    assert ran.code == 0
    first, second = ran.out.splitlines()
    assert first.startswith(f"{shop}: the guide IMD is sound: ")
    assert second == f"{shop}: code lists changed or added: YesNo."


def test_groups_are_changed_and_filled(shop: Path) -> None:
    rows = """<group pos="0810" max="2"/>
     <segment pos="0821" tag="DTM" row="add" group="0810" status="C" max="1" basis="assumed">
      <use is="C507.2005=178" max="1" basis="assumed"/>
     </segment>
     <group pos="1890" id="SG98" row="add" status="C" max="9" basis="assumed">
      <segment pos="1891" tag="ERP" status="M" max="1" basis="assumed"><use max="1" basis="assumed"/></segment>
     </group>"""
    mig = Library(override(shop, rows)).load("IMD")
    groups = dict(groups_of(mig.root))
    assert groups["0810"].max == 2
    assert "0821" in [child.position for child in groups["0810"].children]
    assert groups["1890"].defined == "ours.xml:6"
    assert list(groups) == sorted(groups)


def groups_of(group: Group) -> Iterator[tuple[str, Group]]:
    for child in group.children:
        if isinstance(child, Group):
            yield child.position, child
            yield from groups_of(child)


def test_the_examples_of_the_documentation_are_sound(shop: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "mig.md").read_text("utf-8")
    found = re.findall(r"^    (<override .*?^    </override>)", text, re.M | re.S)
    assert len(found) == 2
    for example in found:
        (shop / "example.xml").write_text(example, "utf-8")
        assert run("guide", "check", str(shop)).code == 0
