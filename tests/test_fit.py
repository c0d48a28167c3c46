"""`guide fit`: an archive against the guides, row by row; what it says may change holds when it is done."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from commands import run
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_messages import CONTRL, IMD, SAC, data, interchange, message

from edifact_ics import Library, check
from edifact_ics.finding import Report
from edifact_ics.fitting.correction import corrections, override
from edifact_ics.fitting.fit import Fit
from edifact_ics.guide.library import ours
from edifact_ics.inspection.run import Run
from edifact_ics.render import fit as render

GUIDE = """<mig xmlns="urn:edifact-ics:mig" message="SMALL" title="A small guide" xml="Small"
     type="CUSREP" version="D" release="99B" agency="UN" from="trader">
 <segment pos="0010" tag="UNH" status="M" max="1" basis="guide">
  <use with="S009.0065=CUSREP; S009.0052=D; S009.0054=99B; S009.0051=UN" max="1">
   <value at="0062" xml="MessageReferenceNumber" name="Message Reference Number" format="an..14" min="1" basis="guide"/>
  </use>
 </segment>
 <segment pos="0040" tag="LOC" status="C" max="3" basis="guide">
  <use is="3227=8" with="C517.3055=6" in="Header" max="1">
   <value at="C517.3225" xml="Port" name="Port" format="an..25" dictionary="an5" dictionary-basis="kin" basis="inferred">as of loading</value>
  </use>
  <use is="3227=27" in="Header" max="1">
   <value at="C517.3225" xml="Colour" name="Colour" format="an..25" list="Colour" min="1" basis="assumed">only a guess</value>
  </use>
 </segment>
 <segment pos="0050" tag="DTM" status="C" max="1" basis="assumed">
  <use is="C507.2005=178" max="1">
   <value at="C507.2380" xml="Day" name="Day" format="an..35" type="date" basis="observed"/>
  </use>
 </segment>
 <segment pos="0410" tag="UNS" status="M" max="1" basis="guide"><use is="0081=D" max="1" basis="guide"/></segment>
 <segment pos="2030" tag="UNT" status="M" max="1" basis="guide">
  <use max="1">
   <value at="0074" xml="SegmentCount" name="Segment Count" format="n..6" min="1" derived="yes" basis="guide"/>
   <value at="0062" xml="TrailerReference" name="Trailer Reference" format="an..14" min="1" derived="yes" basis="guide"/>
  </use>
 </segment>
</mig>
"""
LISTS = """<codes xmlns="urn:edifact-ics:mig"><list name="Colour">
 <code value="R" basis="observed">red</code><code value="G" basis="assumed">green</code>
</list></codes>
"""
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:edifact-ics:canonical"
    targetNamespace="urn:edifact-ics:canonical" elementFormDefault="qualified">
 <xs:element name="Small"><xs:complexType><xs:sequence>
  <xs:element name="MessageReferenceNumber" type="xs:string"/>
  <xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence>
   <xs:element name="Port" type="xs:string" minOccurs="0"/>
   <xs:element name="Colour" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Day" type="xs:string" minOccurs="0"/>
 </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
GOOD = "LOC+8+AUSYD::6\nLOC+27+R\nDTM+178:20261130:102"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("archive").mkdir()
    Path("shop/schemas").mkdir(parents=True)
    Path("shop/small.xml").write_text(
        GUIDE.replace('<use is="C507.2005=178"', '<use is="C507.2005=178" with="C507.2379=102"')
    )
    Path("shop/codes.xml").write_text(LISTS)
    Path("shop/schemas/small.xsd").write_text(XSD)


def archive(*bodies: str) -> None:
    """Write messages of the small guide, a file each; a body holds one segment a line."""
    for number, body in enumerate(bodies):
        sent = interchange(message(f"{body}\nUNS+D", kind="CUSREP:D:99B:UN"))
        Path(f"archive/{number:02}.edi").write_bytes(data(sent))


def fitted(*words: str, code: int = 0) -> dict[str, Any]:
    ran = run("guide", "fit", "archive", "--mig", "shop", "--format", "json", *words)
    assert ran.code == code
    document = json.loads(ran.out)
    assert isinstance(document, dict)
    return document


def row(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [r for r in document["guides"][0]["rows"] if name in (r["xml"], f"{r['position']} {r['tag']}")][:1]
    assert isinstance(found, dict)
    return found


CONTRADICTED = """\
2 messages held against the guides (SMALL 2), from 2 files
  passed over: archive/README.md: The file is no EDIFACT: it begins with 'Our archive', not with UNA, UNB or UNH.

== SMALL  A small guide: 2 messages, 13 segments
   1 of them without a fault; of 12 rows 12 seen, 0 never, 2 contradicted; 2 things that no row explains
-- Contradicted: what was sent is not what the row says
  0040 LOC+8  Port  inferred: once, seen 2 times
    VAL-01 once: Port is 'SYDNEY'; exactly 5 characters are wanted.
      archive/01.edi: interchange 1, message 1, segment 2, element 2.1: SYDNEY
  0040 LOC+27  Colour  assumed: once, seen 2 times
    VAL-06 once: Colour is 'B'; codes known are R, G.
      archive/01.edi: interchange 1, message 1, segment 3, element 2.1: B
-- Codes outside their list
  0040 LOC+27  Colour  list Colour (open): B once
-- What no row explains
  0040 LOC+27, element 3
    STR-12 once: LOC element 3 (C519) is not used here; 'X' was sent.
      archive/01.edi: interchange 1, message 1, segment 3, element 3: X
  0040 LOC+9, element 1
    STR-18 once: LOC with location function code qualifier '9' (Place/port of loading) is not used here; the guide has 8, 27.
      archive/01.edi: interchange 1, message 1, segment 4, element 1: 9
-- Could become observed: seen in 2 messages at least, and nothing speaks against it
  0040 LOC+8  Port  inferred: seen 2 times in 2 messages, nothing else speaks against it
  0040 LOC+27  Colour  assumed: seen 2 times in 2 messages, nothing else speaks against it
  0050 DTM  assumed: seen 2 times in 2 messages, never contradicted
-- To correct: not certain, and contradicted
  0040 LOC+8  Port  inferred: 5 to 6 characters were seen, an5 (kin) is exceeded
  0040 LOC+27  Colour  assumed: codes outside the list Colour: B (once)
-- As one more file in a folder for --mig, say small-seen.xml; read it before you use it
<override xmlns="urn:edifact-ics:mig" message="SMALL">
 <segment pos="0040" tag="LOC">
  <use is="3227=8">
   <value xml="Port" dictionary="an..6" dictionary-basis="sample" basis="observed">5 to 6 characters were seen, an5 (kin) is exceeded; seen 2 times in 2 messages, nothing else speaks against it</value>
  </use>
  <use is="3227=27">
   <value xml="Colour" basis="observed">Seen 2 times in 2 messages, nothing else speaks against it</value>
  </use>
 </segment>
 <segment pos="0050" tag="DTM" basis="observed" note="Seen 2 times in 2 messages, never contradicted"/>
 <list name="Colour">
  <code value="B" basis="observed">seen once; what it means is not known</code>
 </list>
</override>
"""


def test_what_an_archive_says_is_printed() -> None:
    archive(GOOD, "LOC+8+SYDNEY::6\nLOC+27+B+X\nLOC+9+CNSHA::6\nDTM+178:20261130:102")
    Path("archive/README.md").write_text("Our archive")
    ran = run("guide", "fit", "archive", "--mig", "shop", "--quiet", "--often", "2")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == CONTRADICTED


def test_what_it_proposes_can_be_used_as_it_is() -> None:
    archive(*[GOOD.replace("AUSYD", "SYDNEY").replace("+R", "+B")] * 3)
    before = fitted("--often", "3", code=1)
    written = before["guides"][0]["override"]
    Path("shop/small-seen.xml").write_text(written)
    after = fitted("--often", "3")
    assert (after["guides"][0]["without_fault"], after["guides"][0]["override"]) == (3, None)
    assert row(after, "Port")["dictionary"] == "an..6"
    assert row(after, "0050 DTM")["basis"] == "observed"


def test_an_archive_that_fits_ends_with_0_and_confirms_rows() -> None:
    archive(*[GOOD.replace("+R", "+G")] * 4)
    document = fitted("--often", "4")
    proposals = [
        (p["position"], p["name"], p["kind"], p["attributes"], p["codes"]) for p in document["guides"][0]["proposals"]
    ]
    assert proposals == [
        ("0040", "Port", "confirm", {"basis": "observed"}, {}),
        ("0040", "Colour", "confirm", {"basis": "observed"}, {}),
        ("0040", "Colour", "confirm", {}, {"G": "green"}),
        ("0050", None, "confirm", {"basis": "observed"}, {}),
    ]
    assert not fitted("--often", "5")["guides"][0]["proposals"]


def test_rows_are_counted_and_measured() -> None:
    archive(GOOD, "LOC+8+AU::6\nLOC+27+R", "LOC+27+R\nLOC+27+G")
    document = fitted(code=1)
    port, colour, day = (row(document, name) for name in ("Port", "Colour", "Day"))
    assert (port["seen"], port["messages"], port["shortest"], port["longest"]) == (2, 2, 2, 5)
    assert (port["format"], port["dictionary"], port["dictionary_basis"]) == ("an..25", "an5", "kin")
    assert (colour["seen"], colour["messages"], colour["codes"], colour["outside"]) == (4, 3, {"G": 1, "R": 3}, {})
    assert (day["seen"], day["shortest"], day["longest"]) == (1, 8, 8)
    assert row(document, "0040 LOC")["seen"] == 6
    assert row(document, "SegmentCount")["seen"] == 3


@pytest.mark.parametrize(
    ("body", "of", "code", "place"),
    [
        ("LOC+8+AUSYD::6\nLOC+8+AUMEL::6", "Port", "STR-06", (3, None, None)),
        ("LOC+8+AUSYD::5", "Port", "STR-15", (2, 2, 3)),
        ("LOC+27+:::RED", "Colour", "STR-11", (2, 2, 1)),
        ("DTM+178:20261131:102", "Day", "VAL-04", (2, 1, 2)),
        ("LOC+27+R\nDTM+178:20261130:102\nLOC+8+AUSYD::6", "0040 LOC", "STR-03", (4, None, None)),
    ],
)
def test_what_contradicts_a_row_is_placed(
    body: str, of: str, code: str, place: tuple[int, int | None, int | None]
) -> None:
    archive(body)
    document = fitted(code=1)
    rows = [r for r in document["guides"][0]["rows"] for c in r["contradictions"] if c["code"] == code]
    assert [r["xml"] or f"{r['position']} {r['tag']}" for r in rows] in ([of], ["0040 LOC"])
    (example,) = rows[0]["contradictions"][0]["examples"]
    assert (example["file"], example["interchange"], example["message"]) == ("archive/00.edi", 1, "1")
    assert (example["segment"], example["element"], example["component"]) == place


def test_a_value_that_must_be_sent_and_was_not() -> None:
    archive("LOC+27+:::RED", GOOD)
    proposals = fitted(code=1)["guides"][0]["proposals"]
    assert [(p["name"], p["why"], p["attributes"]) for p in proposals if p["kind"] == "correct"] == [
        ("Colour", "it was left out once", {"min": ""})
    ]


def test_a_segment_that_no_row_explains_has_its_qualifier() -> None:
    archive("LOC+8+AUSYD::6\nMEA+AAE+G+KG:5\nFOO+1")
    unexplained = fitted(code=1)["guides"][0]["unexplained"]
    assert [(u["code"], u["position"], u["tag"], u["qualifier"], u["examples"][0]["segment"]) for u in unexplained] == [
        ("STR-04", None, "FOO", "1", 4),
        ("STR-05", None, "MEA", "AAE", 3),
    ]


def test_examples_are_few_and_counts_are_whole() -> None:
    archive(*["LOC+8+SYDNEY::6"] * 7)
    (contradiction,) = row(fitted(code=1), "Port")["contradictions"]
    assert (contradiction["count"], len(contradiction["examples"])) == (7, 3)
    assert "      and 4 more\n" in run("guide", "fit", "archive", "--mig", "shop").out


def test_files_that_cannot_be_used_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    archive(GOOD)
    Path("archive/empty.edi").touch()
    Path("archive/page.xml").write_text("<html/>")
    Path("archive/other.edi").write_bytes(data(interchange(message("BGM+1", kind="ABCDEF:D:99B:UN"))))
    document = fitted()
    assert [(p["file"], p["reason"]) for p in document["passed_over"]] == [
        ("archive/empty.edi", "The file is empty."),
        ("archive/page.xml", "This is XML; what counts is EDIFACT as it was sent."),
    ]
    assert document["without_guide"] == {"ABCDEF:D:99B:UN": 1}
    assert document["messages"] == 1
    ran = run("guide", "fit", "archive", "missing.edi", "--mig", "shop")
    assert ran.code == 2
    assert "missing.edi: No such file or directory" in ran.err
    assert "1 message held against the guides (SMALL 1)" in ran.out


def test_without_a_message_it_could_not_run() -> None:
    Path("archive/README.md").write_text("nothing")
    ran = run("guide", "fit", "archive")
    assert (ran.code, ran.out.splitlines()[0]) == (2, "0 messages held against the guides, from 0 files")


def test_standard_input_and_our_own_guides() -> None:
    sent = data(interchange(message(IMD), message(SAC, "2")))
    ran = run("guide", "fit", "-", given=sent)
    assert ran.code == 0
    assert ran.out.startswith("2 messages held against the guides (IMD 1, SAC 1), from 1 file\n")
    assert "0050 DTM+178  Date of Arrival" in ran.out
    answer = data(interchange(message(CONTRL, kind="CONTRL:D:3:UN")))
    assert "(CONTRL 1)" in run("guide", "fit", "-", given=answer).out


def test_the_report_does_not_depend_on_the_order_of_files() -> None:
    archive(GOOD, GOOD.replace("+R", "+B"), "LOC+8+AU::6")
    one, two = Fit(Library("shop")), Fit(Library("shop"))
    for files, into in ((range(3), one), (reversed(range(3)), two)):
        for number in files:
            name = f"archive/{number:02}.edi"
            with open(name, "rb") as file:
                into.take("-", Run(Report(name), library=into.library).steps(file))
    assert list(render.text(one, 1, False)) == list(render.text(two, 1, False))
    assert render.as_json(one, 1) == render.as_json(two, 1)


def test_memory_stays_flat_over_an_archive() -> None:
    fit = Fit(ours())
    sent = data(interchange(*[message(IMD.replace("12500.00", f"{n}.00"), str(n)) for n in range(100, 140)]))

    def peak(times: int) -> int:
        tracemalloc.start()
        for _ in range(times):
            Path("many.edi").write_bytes(sent)
            with open("many.edi", "rb") as file:
                fit.take("many.edi", Run(Report("many.edi")).steps(file))
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size

    peak(1)  # caches fill
    assert peak(6) < 2_000_000


@settings(max_examples=20)
@given(texts=st.lists(st.text("ABC19", min_size=1, max_size=12), min_size=1, max_size=5))
def test_a_proposed_override_takes_the_values_it_was_made_from(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    library = Library("shop")
    fit = Fit(library)
    messages = [
        message(f"LOC+8+{text}::6\nLOC+27+{text}\nUNS+D", str(n), "CUSREP:D:99B:UN") for n, text in enumerate(texts)
    ]
    sent = data(interchange(*messages))
    fit.take("-", check_steps(sent, library))
    (guide,) = fit.guides
    folder = tmp_path_factory.mktemp("shop")
    for name in ("small.xml", "codes.xml"):
        (folder / name).write_bytes(Path("shop", name).read_bytes())
    (folder / "schemas").mkdir()
    (folder / "schemas/small.xsd").write_text(XSD)
    proposed = override(guide.mig, corrections(guide, 1))
    (folder / "seen.xml").write_text(proposed)
    assert [f for f in check(sent, library=Library(folder)).findings if f.code != "VAL-11"] == []


def check_steps(sent: bytes, library: Library) -> Any:
    import io

    return Run(Report("-"), library=library).steps(io.BytesIO(sent))
