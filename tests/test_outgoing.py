"""What only the eight messages beside IMD and SAC need: written by hand, sent wrongly, answered."""

from __future__ import annotations

import datetime

import pytest
from lxml import etree
from sample_messages import (
    CUSCAR,
    CUSPED,
    DRWBCK,
    IMPED1,
    IMPED2,
    MOVAPP,
    OTHERS,
    PAYSTD,
    RCR,
    REMADV,
    data,
    interchange,
    message,
)
from test_laws import to_edifact, to_xml

from edifact_ics import check, respond
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.guide.library import load_mig, ours
from edifact_ics.guide.mig import Group
from edifact_ics.rules import RuleSet

AT = datetime.datetime(2026, 11, 21, 9, 30)
KINDS = dict(OTHERS)
ENVELOPE = """
<Envelope><SyntaxIdentifier>UNOC</SyntaxIdentifier><InterchangeCreator>AAA999Z</InterchangeCreator>
<RecipientSite>AAA336C</RecipientSite><PreparationDate>261122</PreparationDate><PreparationTime>1015</PreparationTime>
<InterchangeControlReferenceNumber>7</InterchangeControlReferenceNumber></Envelope>"""


def written(document: str) -> list[str]:
    """The segments behind BGM that a document written by hand becomes, or what is said against it."""
    name = document[1 : document.index(">")]
    guide = load_mig(ours().by_root[name])
    head = (
        "<MessageReferenceNumber>1</MessageReferenceNumber>"
        f"<DocumentName>{guide.message}</DocumentName><SenderReference>R</SenderReference>"
        "<SenderReferenceVersion>1</SenderReferenceVersion><MessageFunction>9</MessageFunction>"
    )
    whole = document.replace(f"<{name}>", f"<{name}>{head}")
    text = f'<Interchanges xmlns="{NAMESPACE}"><Interchange>{ENVELOPE}{whole}</Interchange></Interchanges>'
    content, wrong = to_edifact(text)
    return wrong or content.decode().split("'")[4:-3]


# ---------------------------------------------------------------------- written by hand


def test_each_reference_of_a_movement_is_closed_and_packages_stand_behind_the_last() -> None:
    assert written(
        "<MovementApplication><Movement><MovementSequenceNumber>1</MovementSequenceNumber>"
        "<ContainerNumber>ABCU1234560</ContainerNumber><OceanBillOfLading>OB1</OceanBillOfLading>"
        "<HazardousGoodsIndicator>Y</HazardousGoodsIndicator><NumberOfPackages>40</NumberOfPackages>"
        "<ImportCargoType>FCL</ImportCargoType></Movement></MovementApplication>"
    ) == [
        *("CNI+1", "RFF+AAQ:ABCU1234560", "GIS+HAZ:109:95", "GID+1"),
        *("RFF+MB:OB1", "GID+1", "PAC+40", "PAC+++FCL:67:95"),
    ]


def test_packages_need_a_reference_to_stand_behind() -> None:
    movement = "<MovementSequenceNumber>1</MovementSequenceNumber><NumberOfPackages>40</NumberOfPackages>"
    (said,) = written(f"<MovementApplication><Movement>{movement}</Movement></MovementApplication>")
    assert "group SG8 needs a segment RFF to open it" in said


LINE = "<Line><LineNumber>{0}</LineNumber><LineActionCode>I</LineActionCode></Line>"
RELEASE = "<RCR><SubHeaderLineNumber>{0}</SubHeaderLineNumber>{1}</RCR>"


def test_lines_of_option_1_stand_in_their_release() -> None:
    releases = RELEASE.format(1, LINE.format(1)) + RELEASE.format(2, LINE.format(2))
    assert written(f"<ImportPeriodicDeclaration1>{releases}</ImportPeriodicDeclaration1>") == [
        *("DMS+1", "CST+1+I::95", "DMS+2", "CST+2+I::95"),
    ]


def test_lines_of_option_2_stand_behind_the_releases_and_are_sent_in_the_last() -> None:
    releases = RELEASE.format(1, "") + RELEASE.format(2, "")
    lines = LINE.format(1) + LINE.format(2)
    assert written(f"<ImportPeriodicDeclaration2>{releases}{lines}</ImportPeriodicDeclaration2>") == [
        *("DMS+1", "DMS+2", "CST+1+I::95", "CST+2+I::95"),
    ]
    said = written(f"<ImportPeriodicDeclaration2>{lines}</ImportPeriodicDeclaration2>")
    assert any("Sub Header Line Number" in text for text in said)  # of the release that must be there


def test_a_text_without_terms_stands_below_a_bare_tod() -> None:
    terms = "<TermsOfDelivery><ChangeReasonDescription>LATE</ChangeReasonDescription></TermsOfDelivery>"
    document = f"<ImportPeriodicDeclaration1>{RELEASE.format(1, terms)}</ImportPeriodicDeclaration1>"
    assert written(document) == ["DMS+1", "TOD", "FTX+CHG+++LATE"]


def test_questions_of_a_drawback_hang_below_their_carriers() -> None:
    question = "<LodgementQuestion><LodgementQuestionIdentifier>{}</LodgementQuestionIdentifier></LodgementQuestion>"
    header = f"<Header>{question.format('00031')}{question.format('00032')}</Header>"
    line = LINE.format(1).replace("</Line>", "<DrawbackDutyAmount>5.00</DrawbackDutyAmount></Line>")
    assert written(f"<DrawbackClaim>{header}{line}</DrawbackClaim>") == [
        *("UNS+D", "DMS+1", "PAC+1", "PCI+1", "RFF+ADP:00031", "PCI+1", "RFF+ADP:00032"),
        *("CST+1+I::95", "TAX+1+CUD", "MOA+55:5.00", "UNS+S"),
    ]


def test_ports_of_a_release_request_need_no_transport_said() -> None:
    header = "<Header><Transport><PortOfDischarge>AUMEL</PortOfDischarge></Transport></Header>"
    document = f"<RequestForCargoRelease>{header}</RequestForCargoRelease>"
    assert written(document) == ["TDT+20", "LOC+12+AUMEL::6"]


def test_what_is_last_stands_beside_its_group_in_the_document() -> None:
    releases = next(g for g in load_mig("IMPED2").root.children if isinstance(g, Group) and g.xml == "RCR")
    assert [(g.xml, g.beside, g.last) for g in releases.children if isinstance(g, Group) and g.xml == "Line"] == [
        ("Line", True, True)
    ]
    root = etree.fromstring(to_xml(data(interchange(message(IMPED2, kind=CUSPED))), trace=False).encode())
    names = [etree.QName(e).localname for e in root[0][1]]
    assert names[-4:] == ["RCR", "RCR", "Line", "Line"]


# ---------------------------------------------------------------------- sent wrongly, answered


@pytest.mark.parametrize(
    ("body", "old", "new", "code", "answer"),
    [
        (DRWBCK, "FTX+ABA++C::95", "FTX+ABA++D::95", "VAL-05", ["UCS+5+18", "UCD+12+4:1"]),
        (DRWBCK, "NAD+CC+12345678901::95", "NAD+CC+1234567890::95", "VAL-02", ["UCS+11+18", "UCD+40+3:1"]),
        (DRWBCK, "TAX+1+CUD+++:::5.00", "TAX+1+CUD+++:::5.001", "VAL-09", ["UCS+30+18", "UCD+12+6:4"]),
        (DRWBCK, "PCI+1\nRFF+ADP:00150", "RFF+ADP:00150", "STR-02", ["UCS+18+13"]),
        (PAYSTD, "MOA+128:1842.35", "MOA+128:1842,35", "VAL-07", ["UCS+13+18", "UCD+19+2:2"]),
        (PAYSTD, "GIS+Y:150:95", "GIS+X:150:95", "VAL-05", ["UCS+8+18", "UCD+12+2:1"]),
        (PAYSTD, "DTM+307:20261130:102\n", "", "STR-01", ["UCS+2+13"]),
        (PAYSTD, "UNS+S\n", "UNS+D\nUNS+S\n", "STR-03", ["UCS+12+15"]),
        (MOVAPP, "LOC+5+ZZ11Y::95", "LOC+6+ZZ11Y::95", "STR-14", ["UCS+3+18", "UCD+12+2"]),
        (MOVAPP, "RFF+MB:OB0001\nGID+1\n", "RFF+MB:OB0001\n", "STR-02", ["UCS+19+13"]),
        (RCR, "QTY+2:80.00", "QTY+2:80.001", "VAL-09", ["UCS+3+18", "UCD+12+2:2"]),
        (RCR, "LOC+90+1172::194:UNPACK", "LOC+90+1172::195:UNPACK", "STR-18", ["UCS+25+18", "UCD+14+3:3"]),
        (IMPED1, "DTM+166:20261130:102", "DTM+166:20261131:102", "VAL-04", ["UCS+4+18", "UCD+12+2:2"]),
        (IMPED1, "DMS+2\n", "DMS+2+X::95\n", "VAL-05", ["UCS+33+18", "UCD+12+3:1"]),
        (IMPED2, "TDT+20++S", "TDT+20++SEA", "VAL-05", ["UCS+14+18", "UCD+12+4:1"]),
        (IMPED2, "CST+2+I", "DMS+3\nCST+2+I", "STR-03", ["UCS+17+15"]),
    ],
)
def test_a_fault_is_named_once_and_answered(body: str, old: str, new: str, code: str, answer: list[str]) -> None:
    assert body.count(old) == 1
    kind = KINDS[body]
    bad = message(body.replace(old, new), "2", kind)
    content = data(interchange(message(body, "1", kind), bad))
    errors = [f for f in check(content, rules=RuleSet(())).findings if f.severity.value == "error"]
    assert [f.code for f in errors] == [code]
    said = respond(content, at=AT, reference=1, kind="contrl").data.decode("ascii")
    lines = said.replace("'", "\n").split()
    assert lines[lines.index(f"UCM+1+{kind}+7") + 1 : -2] == [f"UCM+2+{kind}+4+18", *answer]


@pytest.mark.parametrize(("body", "kind"), OTHERS)
def test_a_message_that_lost_its_name_is_read_as_what_it_looks_like(body: str, kind: str) -> None:
    name = body.split(":::")[1].split("+")[0]
    found = check(data(interchange(message(body.replace(f":::{name}+", "+"), kind=kind))), rules=RuleSet(())).findings
    assert [(f.code, f.position.tag, f.position.component) for f in found] == [("STR-11", "BGM", 4)]


def test_they_share_types_but_not_names() -> None:
    assert set(ours().by_identifier[CUSCAR]) == {"MOVAPP", "RCR"}
    assert set(ours().by_identifier[CUSPED]) == {"IMPED1", "IMPED2"}
    assert set(ours().by_identifier[REMADV]) == {"PAYPED", "PAYSTD", "PAYWK"}


@pytest.mark.parametrize(("importer", "wrong"), [("85624817305", False), ("12345678901", True), ("CCJ7391046T", False)])
def test_the_importer_of_a_payment_is_an_abn_only_if_it_looks_like_one(importer: str, wrong: bool) -> None:
    """An ABN and an identifier of Customs travel in the same place; only the first has check digits to be judged."""
    content = data(interchange(message(PAYSTD.replace("12345678901", importer), kind=REMADV)))
    assert ("GBR-IMPORTER-ABN-04" in {f.code for f in check(content).findings}) is wrong
