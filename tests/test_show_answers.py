"""`show` on an answer of Customs: what a broker reads of it before any segment."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from edifact_ics.cli import main
from edifact_ics.codes.answer import answer_codes

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
HEAD = (
    "UNA:+.? '\nUNB+UNOC:3+AAA336C::AAA336C+AAA676Y+261121:0930+00000000000001++++1++1'\n"
    "UNH+000001+CUSRES:D:99B:UN'\nBGM+961:::IMDR+3FA1 AAAA B2C4:1+11'\n"
)


def shown(file: str, *more: str) -> list[str]:
    result = CliRunner().invoke(main, ["show", str(SAMPLES / file), *more], catch_exceptions=False)
    return [line.strip() for line in result.output.splitlines()]


def explained(file: str) -> list[str]:
    return shown(f"answer-{file}.edi", "--no-segments")


def read(body: str) -> list[str]:
    """The explanation of an IMDR of which `body` stands between BGM and UNT."""
    inside = body.strip().splitlines()
    text = HEAD + "".join(f"{line}'\n" for line in inside) + f"UNT+{len(inside) + 3}+000001'\nUNZ+1+00000000000001'\n"
    result = CliRunner().invoke(main, ["show", "-", "--no-segments"], input=text, catch_exceptions=False)
    return [line.strip() for line in result.output.splitlines()][3:-1]


REJECTED = """
NAD+MR+AAA676Y::95
RFF+ABO:BRK2026000117::0002
ERP+::0
ERC+ID5304::95
FTX+AAO+++GOODS DELIVERED ANSWER NOT REQUIRED
ERP+::0007
ERC+ID0237::95
FTX+AAO+++RATE MISSING
ERP+::2
ERC+SM0001::95
FTX+AAO+++CMR-02B SENDER REFERENCE IS IN USE
CNT+55:3
"""


def test_a_rejection_names_each_error_its_line_its_rule_and_the_cure() -> None:
    assert read(REJECTED) == [
        "Answers IMD BRK2026000117 version 2",
        "REJECTED: 3 errors; nothing of it was accepted",
        "Error ID5304, header: GOODS DELIVERED ANSWER NOT REQUIRED",
        "Meaning: answer about delivered goods given before payment",
        "Error ID0237, line 7: RATE MISSING",
        "Meaning: tariff rate number is missing",
        "Rule GBR-TARIFF-CLASSIFICATION-RATE-NUMBER-01: Tariff Classification Rate Number must be one of the current"
        " rates when there are several.",
        "What to do: Send the number of the rate that applies.",
        "Error SM0001, line 2: CMR-02B SENDER REFERENCE IS IN USE",
        "Rule CMR-02b: A Sender Reference is used for one document of a kind, ever: no second Original may bear it.",
        "What to do: Give the document a reference of its own, or send a Change.",
    ]


ACCEPTED = """
FTX+AHN+++HELD:HELD
NAD+MR+AAA676Y::95
RFF+ABO:BRK2026000117::3
RFF+ABT:AEAAAA3HX::1
ERP+::1
ERC+ID0060::95
FTX+AAO+++TOTAL TOO LOW
TAX+3
MOA+55:0000000000590.03
TAX+3
MOA+369:0000000001321.65
TAX+3
MOA+128:-000000001000.20
DOC+1+1
CST+1+N20::95
FTX+AAF+++5%
TAX+1
MOA+146:000000012.3456
ERP+::5
ERC+1::95
ERC+3::95
FTX+ABS+++SEE QUARANTINE
DOC+1+2
FTX+AHN+++HELD:HELD
CNT+5:1
"""


def test_an_acceptance_names_status_amounts_lines_and_advices() -> None:
    assert read(ACCEPTED) == [
        "Answers IMD BRK2026000117 version 3",
        "Status: HELD (Customs or quarantine holds it, or a transport line is not matched yet)",
        "Warning ID0060, line 1: TOTAL TOO LOW",
        "Meaning: invoice total is below the FOB amount",
        "Import Declaration Identifier: AEAAAA3HX",
        "Import Declaration Version: 1",
        "Total Duty Amount        590.03 AUD",
        "GST Amount             1,321.65 AUD",
        "Total Payable Amount  -1,000.20 AUD  (to be refunded)",
        "Transport line 1: as the declaration",
        "Line 1",
        "Line Nature Type: N20 (warehousing)",
        "Duty Rate Text: 5%",
        "Warehouse Unit Value Amount  12.3456 AUD",
        "Transport line 2: HELD",
        "Advice 5, lines 1, 3: SEE QUARANTINE",
    ]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("atd", "Authority to Deal Security Code: AFAAAAPKA"),
        ("atd", "Status: FINALISED (paid, or nothing was due; the authority to deal follows)"),
        ("carst", "CONSOLIDATED STATUS: CONDCLEAR"),
        ("carst", "IMPORT DECLARATION PAID: YES"),
        ("cargo-reports", "Outcome: transaction rejected"),
        ("cargo-reports", "Error CG2005: NO LINE AT ALL"),
        ("client-registration", "REJECTED: 1 error; nothing of it was accepted"),
        ("client-registration", "Client Name: MS; MARY; CITIZEN"),
        ("docs", "Documents Required Reason: COMMERCIAL INVOICE AND PACKING LIST FOR LINE 1"),
        ("drwbckr-lodged", "Status: LODGED (the claim is lodged)"),
        ("dsa", "CARGO REPORT ACS EVALUATED: NO"),
        ("erm", "Answers FID BRK2026000120 version 1"),
        ("erm", "Error 573: Mandatory field Sender Reference Version is missing"),
        ("exam", "Action Reason: EXAMINATION OF GOODS AT THE CONTAINER FACILITY"),
        ("exports", "Warning XD0091, line 1: PERMIT NUMBER IS MISSING FOR THE EXPORT CLASSIFICATION"),
        ("payexc", "Total Payable Amount        902,063.68 AUD"),
        ("payrec", "Payment Receipt Number: R12345678"),
        ("payrec", "Total Duty Paid Amount                  590.03 AUD"),
        ("refunds", "Refund Reason Description: GOODS WERE RETURNED TO THE SUPPLIER; DUTY PAID TWICE"),
        ("sacr-front-end", "The message did not pass the front end checks"),
        ("sam", "Advice 1, lines 1, 3: QUARANTINE PERMISSION TO DELIVER IS REQUIRED"),
        ("unknown-things", "Monetary amount type code qualifier: 128, Monetary amount value: 2,063.68 AUD"),
    ],
)
def test_every_kind_of_answer_is_explained(file: str, said: str) -> None:
    assert [line for line in explained(file) if line.endswith(said)] != [], explained(file)


def test_the_segments_follow_the_explanation() -> None:
    lines = shown("answer-imdr-rejected.edi")
    assert lines.index("REJECTED: 3 errors; nothing of it was accepted") < lines.index(
        "1 UNH  Message Reference Number: 000001"
    )


def test_against_what_was_sent_an_error_shows_the_line() -> None:
    lines = shown("wrong-by-rules.cusres.edi", "--against", str(SAMPLES / "wrong-by-rules.edi"))
    start = next(number for number, line in enumerate(lines) if line.startswith("Error SM0009, line 2"))
    assert lines[start + 1] == (
        "Sent: CAMERA BAGS, Tariff Classification Number 42029200, Statistical Code 07, Origin Country Code QQ"
    )
    other = shown("answer-imdr-rejected.edi", "--against", str(SAMPLES / "imd-withdraw.edi"))
    assert not any(line.startswith("Sent:") for line in other)


def test_explain_knows_every_code_of_an_answer() -> None:
    result = CliRunner().invoke(main, ["explain", *answer_codes()], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert "SM0001  original uses a sender reference that is already in use  (error)" in lines
    assert "ID0237  tariff rate number is missing  (error)" in lines
    assert not any(line.endswith("  ") for line in lines)
