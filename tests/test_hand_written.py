"""Documents written by hand, or by another tool: no trace, other prefixes, comments, CDATA, references to characters.

What is the same document to XML is the same message to Customs, whoever wrote it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import run
from fault_messages import check
from lxml import etree

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
