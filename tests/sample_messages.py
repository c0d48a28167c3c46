"""Small EDIFACT messages for tests: all names, numbers and references are made up, the shapes are those of real traffic.

A message body is written one segment a line, without terminators. `message` puts UNH and UNT around it, `interchange`
UNB and UNZ; both work counts out, so that a test states only what it is about.
"""

from __future__ import annotations

from typing import Any

from edifact_ics import pipeline
from edifact_ics.rules import RuleSet

UNA = "UNA:+.? '"
SITE = "AAA999Z"
CUSDEC = "CUSDEC:D:99B:UN"
REMADV = "REMADV:D:99B:UN"
CUSCAR = "CUSCAR:D:99B:UN"
CUSPED = "CUSPED:D:99B:UN"

IMD = """
BGM+929:::IMD+JOB4711/SEA:3+9
CST++N10::95
LOC+8+AUMEL::6
LOC+12+AUMEL::6
LOC+9+CNSHA::6
LOC+79+AUSYD::6
DTM+178:20261130:102
DTM+260:20261101:102
GIS+Y:153:95
GIS+TLB:109:95
FII+COQ+987654+:::062000::215
MEA+AAE+G+KG:1520.50000
FTX+DEL+++O?'NEIL ?+ SONS PTY LTD
RFF+ABQ:PO 100?:7
RFF+ADU:JOB4711
RFF+ANU:B
RFF+APH:CIF
RFF+ADP:0008::Y
RFF+AMG:0001
TDT+20+V077+S+++++9300001::11
NAD+AT+51824753556::95
NAD+VT+ZZ11YY::95
NAD+DP++GEELONG++7 WHARF ROAD++:::VIC+3220+AU
MOA+39:12500.00:AUD
MOA+313:350.00:USD
UNS+D
DMS+1
LIN+1+I
PAC+++FCL:67:95
PAC+40+1
PAC+1+3
PCI+1
RFF+AAQ:ABCU1234560
PCI+1
RFF+MB:OB0001
PCI+1
RFF+BH:HB0001
CST+1+I::95+N10::95
FTX+AAA+++CAF\xc9 CHAIRS OF STEEL
LOC+27+CN::5
MEA+AAA++NO:40.00000
NAD+SU+AAA1234567B::95
PAC++1
PCI+1
FTX+RAH+++00150:00165:N
MOA+38:12000.00:AUD
RFF+ABD:94017900
RFF+AED:15
RFF+AFV:TV
CST+2+I::95+N10::95
FTX+AAA+++TABLES
LOC+27+CN::5
MEA+AAA++NO:2.00
MOA+38:500.00:AUD
RFF+ABD:94032000
RFF+AED:09
UNS+S
"""

# The least that is still a whole declaration: a withdrawal.
SAC = """
BGM+929:::SAC+JOB4712:1+50
FII+COQ+987654+:::062000::215
FTX+CHG+++SENT TWICE
FTX+ACD+++0014:N
RFF+ABT:AAAC7D2K1
RFF+ANU:B
UNS+D
UNS+S
"""

# With lines: the long form.
SAC_LONG = """
BGM+929:::SAC+JOB4713:1+9
LOC+8+AUSYD::6
LOC+27+NZ::5
DTM+178:20261130:102
GIS+Y:153:95
RFF+ABQ:ORDER 12
RFF+AAQ:ABCU1234560
PAC+++LCL:67:95
RFF+MB:OB0002
TDT+20+V077+S+++++9300001::11
NAD+AT+51824753556::95
NAD+VT
CTA+IC
COM+0390000000:TE
UNS+D
CST+1+I::95
FTX+AAA+++WOOL
MEA+AAA++KG:12.00
MOA+40:80.00:AUD
RFF+ABD:51011100
UNS+S
"""

CONTRL = """
UCI+202611220001+AAA999Z::AAA999Z+AAA336C+7
UCM+1+CUSDEC:D:99B:UN+7
UCM+2+CUSDEC:D:99B:UN+4
UCS+4+15
UCD+12+2:1
"""


def segments(body: str) -> list[str]:
    """The segments of a body written one a line."""
    return [line.strip() for line in body.strip().splitlines()]


def message(body: str, reference: str = "1", kind: str = CUSDEC, *, element: str = "+") -> list[str]:
    """The segments of a message, UNH to UNT, counted."""
    inside = segments(body)
    head = element.join(("UNH", reference, kind))
    return [head, *inside, element.join(("UNT", str(len(inside) + 2), reference))]


def interchange(*messages: list[str], reference: str = "202611220001", una: str = UNA, end: str = "") -> str:
    """An interchange of messages as text, counted; `end` stands behind every terminator."""
    head = f"UNB+UNOC:3+{SITE}::{SITE}+AAA336C+261122:1015+{reference}++++1++1"
    parts = [head, *(segment for one in messages for segment in one), f"UNZ+{len(messages)}+{reference}"]
    return (una + end if una else "") + "".join(f"{part}'{end}" for part in parts)


def data(text: str) -> bytes:
    """Text as it travels: ISO 8859-1, the repertoire UNOC."""
    return text.encode("iso8859-1")


def lines(text: str) -> bytes:
    """A file written in a test on several lines, indented: joined without the line ends."""
    return data("".join(line.strip() for line in text.strip().splitlines()))


def check(source: Any, *more: Any) -> pipeline.Result:
    """Check the form alone: business rules have tests and messages of their own."""
    return pipeline.check(source, *more, rules=RuleSet(()))


# ---------------------------------------------------------------------- the other messages to Customs

DRWBCK = """
BGM+71:::DRWBCK+JOB4714:1+9
GIS+PAD:109:95
FII+COQ+987654+:::062000::215
FTX+ABA++C::95+PROTEST
FTX+CUR+++ORDER 12
RFF+ANU:I
RFF+ADU:JOB4711
RFF+AEH:A
NAD+VT
NAD+CC+12345678901::95
NAD+WP+001::95
NAD+P1+++ALEX SAMPLE
CTA+IC
COM+0390000000:TE
UNS+D
DMS+1
PAC+1
PCI+1
RFF+ADP:00150::Y
PCI+1
RFF+ADP:00151::N
CST+1+I::95
FTX+AAA+++WOOL
MEA+AAA++KG:12.00
MOA+40:500.00
RFF+ABD:51011100
RFF+ABT:AAAC7D2K1:1
RFF+ED:ABCD12345
TAX+1+CUD+++:::5.00
MOA+55:25.00
CST+2+I::95
RFF+ABT:AAAC7D2K1:2
UNS+S
"""

PAYSTD = """
BGM+481:::PAYSTD+JOB4715:1+9
DTM+307:20261130:102
RFF+ANU:B
RFF+ABT:AAAC7D2K1
FII+COQ+987654+:::062000::215
GIS+Y:153:95
GIS+Y:150:95
GIS+POR:109:95
NAD+IM+12345678901::95
NAD+VT+ZZ11YY::95
UNS+S
MOA+128:1842.35
MOA+206:49.00
"""
PAYWK = """
BGM+481:::PAYWK+JOB4716:1+9
DTM+307:20261130:102
GIS+N:153:95
NAD+IM+AAA1234567B::95
UNS+S
MOA+128:80.00
"""
PAYPED = PAYSTD.replace("PAYSTD", "PAYPED")

MOVAPP = """
BGM+78:::MOVAPP+JOB4717:1+9
LOC+5+ZZ11Y::95
RFF+ABQ:ORDER 12
RFF+ADU:JOB4711
RFF+AAE:AAAC7D2K1
NAD+AT+12345678901::95
NAD+WP+001::95
NAD+VT+ZZ11YY::95
NAD+TB+BROKER::95++ALEX SAMPLE
NAD+DP++GEELONG++7 WHARF ROAD++:::VIC+3220
FTX+ACD+++PROTEST
GIS+GMI:109:95
CNI+1+:::I
RFF+AAQ:ABCU1234560
GIS+FUM:109:95
GIS+HAZ:109:95
GID+1
RFF+MB:OB0001
GID+1
RFF+SN:S1
GID+1
PAC+40
PAC+++FCL:67:95
CNI+2+:::I
RFF+HWB:HB0001
GID+1
"""
RCR = """
BGM+931:::RCR+JOB4718:1+9
QTY+2:80.00
RFF+ABQ:ORDER 12
RFF+UCN:PO 100?:7
RFF+ADU:JOB4711
RFF+ANU:B
RFF+AMG:0001
RFF+AHT:PACKAGING
RFF+ADP:0008::Y
NAD+AT+12345678901::95
NAD+VT+ZZ11YY::95
NAD+CB+30417::95
NAD+SU+AAA1234567B::95
FTX+AAA+++WOOL
FTX+RAH+++00150:00165:N
TDT+20+V077+S+++++9300001::11
LOC+8+AUMEL::6
LOC+12+AUMEL::6
LOC+9+CNSHA::6
LOC+79+AUMEL::6
GIS+API:109:95
CNI+1+:::I
RFF+AAQ:ABCU1234560
LOC+90+1172::194:UNPACK
LOC+90+:::COLD STORE 5
GIS+VIS:109:95
GID+1
RFF+MB:OB0001
GID+1
PAC+40
PAC+++FCL:67:95
CNI+2+:::I
RFF+MB:OB0001
GID+1
"""
IMPED1 = """
BGM+929:::IMPED1+JOB4719:1+9
DTM+165:20261101:102
DTM+166:20261130:102
GIS+Y:153:95
FII+COQ+987654+:::062000::215
RFF+ABQ:ORDER 12
RFF+ADU:JOB4711
RFF+ANU:B
RFF+AMG:0001
RFF+ADP:0008::Y
NAD+AT+12345678901::95
NAD+WP+001::95
NAD+VT+ZZ11YY::95
MOA+128:350.00:AUD
DMS+1
RFF+ABT:RCR1
NAD+SU+AAA1234567B::95
TOD+++CIF
FTX+ABA++VALUE::95+PROTEST
CST+1+I::95+N10::95
LOC+27+CN::5
MEA+AAA++NO:40.00000
NAD+AT+12345678901::95
MOA+40:500.00:AUD
MOA+38:350.00:USD
RFF+ABD:94017900
RFF+AED:15
RFF+AES:1234::TC
GIS+WET:109:95
CST+2+I::95+N10::95
RFF+ABD:94032000
DMS+2
RFF+ABT:RCR2
TOD
FTX+AAA+++TABLES
CST+3+I::95+N10::95
RFF+ABD:94032000
"""
IMPED2 = """
BGM+929:::IMPED2+JOB4720:1+9
DTM+165:20261101:102
DTM+166:20261130:102
RFF+ABQ:ORDER 12
NAD+AT+12345678901::95
DMS+1
RFF+ABT:RCR1
TOD+++FOB
DMS+2
RFF+ABT:RCR2
CST+1+I::95+N10::95
LOC+27+CN::5
TDT+20++S
MOA+40:500.00:AUD
RFF+ABD:94017900
CST+2+I::95+N10::95
TDT+20++A
RFF+ABD:94032000
GIS+REL:109:95
"""
# Each of the other messages, with the type that UNH names.
OTHERS = (
    (DRWBCK, CUSDEC),
    (PAYSTD, REMADV),
    (PAYWK, REMADV),
    (PAYPED, REMADV),
    (MOVAPP, CUSCAR),
    (RCR, CUSCAR),
    (IMPED1, CUSPED),
    (IMPED2, CUSPED),
)
