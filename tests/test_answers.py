"""What Customs sends: read by its guides, leniently where they know less than Customs, and never loosely."""

from __future__ import annotations

import pytest
from lxml import etree
from sample_messages import CONTRL, UNA, data, message
from test_laws import errors, to_edifact, to_xml

from edifact_ics import check, respond
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.finding import Finding, Severity

NS = f"{{{NAMESPACE}}}"
REJECTED = """
BGM+961:::IMDR+2GA6 AAAA F906:1+11
NAD+MR+AAA676Y::95
RFF+ABO:BRK117::3
ERP+::0
ERC+ID0632::95
FTX+AAO+++QUESTION NOT RELATED TRAN=1,SUB=5
ERP+::2
ERC+ID0152::95
FTX+AAO+++PORT?: XXABC
CNT+55:2
"""
LINES = """
BGM+961:::IMDR+2GA6 AAAA F906:1+11
FTX+AHN+++CLEAR:CLEAR
NAD+MR+AAA676Y::95
RFF+ABO:BRK117::3
TAX+3
MOA+128:-000000000012.50
DOC+1+1
CST+1+N10::95
TAX+1
MOA+55:0000000000005.00
ERP+::5
ERC+1::95
ERC+2::95
FTX+ABS+++CLEARANCE
DOC+1+2
CST+2
CNT+5:2
"""


def answer(*bodies: str) -> bytes:
    """Return an interchange of Customs that holds these messages, UNH and UNT put around each."""
    out = [UNA, "UNB+UNOC:3+AAA336C::AAA336C+AAA676Y+261121:0930+00000000041000++++1++1'"]
    for number, body in enumerate(bodies, 1):
        inner = body.split("\n")[1:-1]
        out += [f"UNH+{number:06d}+CUSRES:D:99B:UN'", *(f"{segment}'" for segment in inner)]
        out.append(f"UNT+{len(inner) + 2}+{number:06d}'")
    return data("".join([*out, f"UNZ+{len(bodies)}+00000000041000'"]))


def document(content: bytes) -> etree._Element:
    """Return the canonical message of an interchange that holds one."""
    return etree.fromstring(to_xml(content, trace=False).encode())[0][1]


def texts(content: bytes, path: str) -> list[str | None]:
    """Return the texts of the elements at a path below the message."""
    return [e.text for e in document(content).iterfind("/".join(f"{NS}{step}" for step in path.split("/")))]


def found_in(content: bytes) -> list[tuple[str, Severity]]:
    return [(f.code, f.severity) for f in findings(content)]


def findings(content: bytes) -> list[Finding]:
    """Return what is found in an interchange, having seen that it comes back byte for byte."""
    assert to_edifact(to_xml(content))[0] == content
    return check(content).findings


# ---------------------------------------------------------------------- what an answer says


def test_a_rejection_names_each_error_with_its_line() -> None:
    content = answer(REJECTED)
    assert findings(content) == []
    assert texts(content, "Error/ErrorLocation") == ["0", "2"]
    assert texts(content, "Error/ErrorIdentifier") == ["ID0632", "ID0152"]
    assert texts(content, "Error/ErrorDescription") == ["QUESTION NOT RELATED TRAN=1,SUB=5", "PORT: XXABC"]
    assert texts(content, "Header/SenderReferenceVersion") == ["3"]
    assert texts(content, "Summary/ErrorCount") == ["2"]


def test_lines_and_advices_stand_beside_the_transport_lines() -> None:
    content = answer(LINES)
    assert findings(content) == []
    names = [etree.QName(child).localname for child in document(content)]
    assert names[5:] == ["TransportLine", "TransportLine", "Line", "Line", "Advice", "Summary"]
    assert texts(content, "TransportLine/TransportLineNumber") == ["1", "2"]
    assert texts(content, "Line/LineNumber") == ["1", "2"]
    assert texts(content, "Advice/AdviceLineNumber") == ["1", "2"]


def test_without_trace_lines_and_advices_are_written_under_the_first_transport_line() -> None:
    written, wrong = to_edifact(to_xml(answer(LINES), trace=False))
    assert wrong == []
    tags = " ".join(segment[:3] for segment in written.decode().split("'"))
    assert "MOA DOC CST TAX MOA CST ERP ERC ERC FTX DOC CNT UNT" in tags


@pytest.mark.parametrize("body", [REJECTED, LINES.replace("DOC+1+2\nCST+2\nCNT+5:2", "DOC+1+2\nCNT+5:1")])
def test_a_document_without_trace_is_written_in_the_order_of_customs(body: str) -> None:
    padded = body.replace("-000000000012.50", "-12.50").replace("0000000000005.00", "5.00")
    assert to_edifact(to_xml(answer(body), trace=False)) == (answer(padded).replace(UNA.encode(), b"UNA:+.? '"), [])


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("0000000029257.20", "29257.20"),
        ("-000000000012.50", "-12.50"),
        ("0000000000000.00", "0.00"),
        ("000", "0"),
        ("7", "7"),
        ("12.3400", "12.3400"),
    ],
)
def test_padding_is_no_part_of_an_amount(sent: str, read: str) -> None:
    content = answer(LINES.replace("-000000000012.50", sent))
    assert findings(content) == []
    assert texts(content, "Header/TotalPayableAmount") == [read]


def test_padding_is_no_part_of_a_version_but_of_a_reference() -> None:
    content = answer(REJECTED.replace("F906:1", "F906:0001").replace("BRK117::3", "000117::003"))
    assert findings(content) == []
    assert texts(content, "CustomsMessageVersion") == ["1"]
    assert texts(content, "Header/SenderReference") == ["000117"]
    assert texts(content, "Header/SenderReferenceVersion") == ["3"]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("SHORT", "SHORT"),
        ("SOUTHERN CROSS CUSTOMS AND FREIGHT:BROKERS", "SOUTHERN CROSS CUSTOMS AND FREIGHT BROKERS"),
        ("SOUTHERN CROSS CUSTOMS AND FORWARDIN:G PTY", "SOUTHERN CROSS CUSTOMS AND FORWARDING PTY"),
        ("SOUTHERN CROSS CUSTOMS AND FORWARDER: PTY", "SOUTHERN CROSS CUSTOMS AND FORWARDER PTY"),
        ("A:B:C", "A B C"),
    ],
)
def test_a_blank_cut_out_of_a_name_is_put_back(sent: str, read: str) -> None:
    content = answer(REJECTED.replace("RFF+ABO", f"NAD+CB++{sent}\nRFF+ABO"))
    assert errors(findings(content)) == []
    assert texts(content, "Header/BrokerName") == [read]
    again, wrong = to_edifact(to_xml(content, trace=False))
    assert (wrong, texts(again, "Header/BrokerName")) == ([], [read])


def test_licence_and_name_of_the_broker_come_in_two_segments() -> None:
    content = answer(REJECTED.replace("RFF+ABO", "NAD+CB+5650::95\nNAD+CB++SAMPLE BROKERS\nRFF+ABO"))
    assert findings(content) == []
    assert texts(content, "Header/NomineeBrokerLicenceNumber") == ["5650"]
    assert texts(content, "Header/BrokerName") == ["SAMPLE BROKERS"]


def test_each_reason_of_a_refund_is_one_element() -> None:
    content = answer("\nBGM+961:::REFREJ+1:1+11\nFTX+ACD+++FIRST:SECOND::FOURTH\nNAD+MR+AAA676Y::95\n")
    assert findings(content) == []
    assert texts(content, "Header/RefundReasonDescription") == ["FIRST", "SECOND", "FOURTH"]


def test_a_front_end_answer_has_a_class_in_front_of_each_code() -> None:
    body = REJECTED.replace("ERP+::0\nERC+ID0632::95", "ERP+1\nERC+CCFERROR:80:95\nERC+573:6:95")
    content = answer(body)
    assert findings(content) == []
    assert texts(content, "Error/ErrorSection") == ["1"]
    assert texts(content, "Error/ErrorClass") == ["CCFERROR"]
    assert texts(content, "Error/ErrorIdentifier") == ["573", "ID0152"]


# ---------------------------------------------------------------------- what no row explains


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("CNT+55:2", "CNT+55:2\nCNT+77:9", "STR-14"),  # qualifier
        ("NAD+MR", "LOC+12+AUMEL::6\nNAD+MR", "STR-05"),  # segment
        ("NAD+MR", "XYZ+1+2\nNAD+MR", "STR-04"),  # segment that D.99B does not know
        ("RFF+ABO:BRK117::3", "RFF+ABO:BRK117:7:3", "STR-13"),  # component
        ("ERP+::0", "ERP+::0+ERC:1", "STR-12"),  # element
        ("ERC+ID0632::95", "ERC+ID0632::96", "STR-15"),  # code that is fixed
        ("IMDR+2GA6", "IMDR+2GA6 AAAA 2GA6 AAAA 2GA6 AAAA 2GA6 AAAA", "VAL-01"),
        ("F906:1+", "F906:X+", "VAL-03"),
        ("CNT+55:2", "CNT+55:3", "STR-19"),
        ("FTX+AAO+++PORT?: XXABC", "FTX+AAO+++PORT\nFTX+AAO+++MORE", "STR-06"),
        ("FTX+AAO+++PORT?: XXABC", "FTX+AAO+++:PORT", "STR-11"),
        ("ERP+::2", "TAX+3\nERP+::2", "STR-03"),
    ],
)
def test_what_no_row_explains_is_a_warning(old: str, new: str, code: str) -> None:
    assert old in REJECTED
    found = found_in(answer(REJECTED.replace(old, new, 1)))
    assert (code, Severity.WARNING) in found
    assert Severity.ERROR not in {severity for _, severity in found}


@pytest.mark.parametrize("word", ["PONDERED", "CLEARISH", "held"])
def test_an_unknown_word_is_kept_as_text(word: str) -> None:
    content = answer(LINES.replace("CLEAR:CLEAR", f"{word}:{word}"))
    assert found_in(content) == [("VAL-06", Severity.WARNING)]
    assert texts(content, "Header/StatusType") == [word]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("CNT+55:2'", "NT+55:2'", "SYN-08"),
        ("UNT+12", "UNT+11", "ENV-07"),
        ("UNT+12+000001", "UNT+12+000002", "ENV-08"),
        ("UNZ+1+", "UNZ+2+", "ENV-04"),
        ("UNZ+1+00000000041000", "UNZ+1+00000000041001", "ENV-05"),
        ("UNT+12+000001'", "", "ENV-06"),
        ("FTX+AAO+++QUESTION", "FTX+AAO+++QUEST\x01ION", "SYN-05"),
        ("BGM+961:::IMDR+2GA6 AAAA F906:1+11'", "", "STR-01"),
    ],
)
def test_what_is_broken_is_an_error_whoever_sends_it(old: str, new: str, code: str) -> None:
    content = answer(REJECTED)
    assert old.encode() in content
    broken = check(content.replace(old.encode(), new.encode())).findings
    assert (code, Severity.ERROR) in [(f.code, f.severity) for f in broken]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PAYINV", "The document PAYINV is known by name only"),
        ("WHATNOT", "Document name 'WHATNOT' is unknown"),
        ("", "BGM names no document"),
    ],
)
def test_a_document_without_guide_is_read_by_cusres(name: str, said: str) -> None:
    content = answer(f"\nBGM+961:::{name}+1:1+11\nLOC+12+AUMEL::6\nNAD+MR+AAA676Y::95\nTAX+3\nMOA+128:00012.50\n")
    (found,) = findings(content)
    assert (found.code, found.severity) == ("ENV-18", Severity.WARNING)
    assert found.message.startswith(said)
    assert document(content).tag == f"{NS}CustomsResponse"
    assert texts(content, "Location/LocationNameCode") == ["AUMEL"]
    assert texts(content, "Party/PartyIdentifier") == ["AAA676Y"]
    assert texts(content, "Charge/Amount/MonetaryAmountValue") == ["12.50"]


def test_an_assumed_document_with_segments_it_does_not_know_is_read_by_cusres() -> None:
    body = "\nBGM+961:::RCRR+1:1+11\n{}NAD+MR+AAA676Y::95\nRFF+ABO:R1::1\n"
    assert findings(answer(body.format(""))) == []
    assert document(answer(body.format(""))).tag == f"{NS}CargoReleaseResponse"
    content = answer(body.format("TDT+20++A\n"))
    assert found_in(content) == [("ENV-18", Severity.WARNING)]
    assert document(content).tag == f"{NS}CustomsResponse"
    assert texts(content, "Transport/TransportStageCodeQualifier") == ["20"]


def test_a_document_that_was_seen_keeps_its_guide_whatever_comes_with_it() -> None:
    content = answer(REJECTED.replace("NAD+MR", "TDT+20++A\nNAD+MR"))
    assert document(content).tag == f"{NS}ImportDeclarationResponse"


@pytest.mark.parametrize(("site", "severity"), [("AAA336C", Severity.WARNING), ("AAA676Y", Severity.ERROR)])
def test_a_contrl_is_judged_by_who_sends_it(site: str, severity: Severity) -> None:
    odd = CONTRL.replace("UCM+1", "FTX+AAA\nUCM+1")
    inner = "".join(f"{segment}'" for segment in message(odd, kind="CONTRL:D:3:UN"))
    content = data(f"UNB+UNOC:3+{site}::{site}+XXX111Y+261121:0930+1'{inner}UNZ+1+1'")
    assert found_in(content) == [("STR-05", severity)]


def test_it_is_answered_as_the_trader_answers() -> None:
    content = answer(REJECTED, REJECTED.replace("CNT+55:2", "CNT+55:2\nCNT+77:9"))
    text = respond(content).data.decode()
    assert "UNB+UNOC:3+AAA676Y::AAA676Y+AAA336C+" in text
    assert "UCI+00000000041000+AAA336C::AAA336C+AAA676Y+7'" in text
    assert "UCM+000002+CUSRES:D:99B:UN+7'" in text
