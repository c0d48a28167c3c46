"""Documents written by hand, or by another tool: no trace, other prefixes, comments, CDATA, references to characters.

What is the same document to XML is the same message to Customs, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run
from evil.documents import message
from fault_messages import check
from lxml import etree

import edifact_ics

SAMPLES = Path(__file__).parent.parent / "samples"
ONE_OF_EACH = {
    "IMD": "imd-sea-lcl-change",
    "SAC": "sac-sea-long",
    "DRWBCK": "drwbck-original",
    "IMPED1": "imped1-original",
    "IMPED2": "imped2-original",
    "MOVAPP": "movapp-original",
    "RCR": "rcr-original",
    "PAYSTD": "paystd-eft",
    "PAYWK": "paywk-eft",
    "PAYPED": "payped-cash",
}
VALUE = re.compile(r">([^<>\n]+)<")


def prefixed(xml: str) -> str:
    return re.sub(r"<(/?)(\w)", r"<\1ics:\2", xml).replace("xmlns=", "xmlns:ics=")


def indented(xml: str) -> str:
    return etree.tostring(etree.fromstring(xml.encode()), pretty_print=True).decode()


def commented(xml: str) -> str:
    return re.sub(r"(<\w+>)([^<\n])?", r"\1<!-- said by hand --><?note?>\2", xml)


def in_cdata(xml: str) -> str:
    return VALUE.sub(lambda m: f"><![CDATA[{etree.fromstring(f'<a>{m[1]}</a>').text}]]><", xml)


def referenced(xml: str) -> str:
    return VALUE.sub(
        lambda m: ">" + "".join(f"&#x{ord(c):x};" for c in etree.fromstring(f"<a>{m[1]}</a>").text or "") + "<", xml
    )


def located(xml: str) -> str:
    """With what an editor adds to the root."""
    more = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:edifact-ics:canonical a.xsd"'
    return xml.replace("<Interchanges ", f"<Interchanges {more} ")


WAYS = (prefixed, indented, commented, in_cdata, referenced, located)


@pytest.mark.parametrize("message", ONE_OF_EACH)
def test_a_document_without_trace_becomes_one_and_the_same_message_however_it_is_written(message: str) -> None:
    path = str(SAMPLES / f"{ONE_OF_EACH[message]}.edi")
    xml = run("translate", "--no-trace", path).out.partition("?>")[2].lstrip()
    written = run("translate", "-", given=xml.encode())
    assert (written.code, written.err) == (0, "")
    assert check(written.out.encode("iso8859-1")).accepted
    count = len(re.findall("(?<![?])'", written.out)) - len(("UNA", "UNB", "UNZ"))
    assert f"UNT+{count}+1'UNZ+1+" in written.out
    again = run("translate", "--no-trace", "-", given=written.out.encode("iso8859-1")).out
    assert again.partition("?>")[2].lstrip() == xml
    for way in WAYS:
        ran = run("translate", "-", given=way(xml).encode())
        assert (ran.code, ran.err, ran.out) == (0, "", written.out), way.__name__


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_value_is_named_by_its_place_however_the_document_is_written(way: Callable[[str], str]) -> None:
    xml = run("translate", "--no-trace", str(SAMPLES / "sac-sea-long.edi")).out.partition("?>")[2].lstrip()
    wrong = xml.replace("<LineNumber>2<", "<LineNumber>TWO<").replace("<MessageFunction>9<", "<MessageFunction>8<")
    found = [(f.code, f.path, f.message) for f in check(way(wrong).encode()).findings]
    assert found == [
        (
            "XSD-01",
            "/SelfAssessedClearance/MessageFunction",
            "MessageFunction is '8'; allowed are 9, 4, 50.",
        ),
        (
            "XSD-01",
            "/SelfAssessedClearance/Line[2]/LineNumber",
            "LineNumber is 'TWO'; a number of 1 to 5 digits is wanted.",
        ),
    ]


def test_a_document_of_nothing_but_faults_takes_no_longer_than_its_size() -> None:
    line = "<Line><LineNumber>{}</LineNumber><LineActionCode>I</LineActionCode></Line>"
    xml = message("".join(map(line.format, range(1, 901)))).encode()
    by_rules = [f for f in edifact_ics.check(xml).findings if f.code == "GBR-GOODS-DESCRIPTION-01"]
    assert by_rules[-1].path == f"/SelfAssessedClearance/Line[{len(by_rules)}]/GoodsDescription"
    by_schema = check(xml.replace(b"<LineNumber>", b"<LineNumber>X")).findings
    assert [f.path for f in by_schema] == [f"/SelfAssessedClearance/Line[{n}]/LineNumber" for n in range(1, 901)]


def test_an_element_without_namespace_hides_no_fault_behind_it() -> None:
    line = "<Line><LineNumber{}>1</LineNumber><LineActionCode>{}</LineActionCode></Line>"
    xml = message(line.format(' xmlns=""', "I") + line.format("", "XX"))
    found = [(f.path, f.message) for f in check(xml.encode()).findings]
    assert found == [
        ("/SelfAssessedClearance/Line[1]/LineNumber", "LineNumber stands where LineNumber is expected."),
        ("/SelfAssessedClearance/Line[2]/LineActionCode", "LineActionCode is 'XX'; allowed are I, A, D."),
    ]


@pytest.mark.parametrize("where", ["<LineNumber>1</LineNumber>", "<Line>", "<SelfAssessedClearance>", "<Interchange>"])
@pytest.mark.parametrize("name", ["q:Extra", "q:r:Extra"])
def test_a_prefix_that_is_not_declared_is_a_finding(where: str, name: str) -> None:
    xml = message("<Line><LineNumber>1</LineNumber></Line>").replace(where, f"{where}\n<{name}>1</{name}>")
    *_, last = check(xml.encode()).findings
    assert (last.code, last.position.line) == ("XSD-02", 1 + xml[: xml.index(name)].count("\n"))


@pytest.mark.parametrize("kind", ["x", "q:x", ""])
def test_a_type_that_is_none_is_a_finding(kind: str) -> None:
    own = f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{kind}"'
    line = f"<Line><LineNumber{own}>1</LineNumber><LineActionCode>I</LineActionCode></Line>"
    found = check(message(line).encode()).findings
    assert [(f.code, f.path) for f in found] == [("XSD-01", "/SelfAssessedClearance/Line/LineNumber")]
