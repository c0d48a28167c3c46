"""Messages without any fault to plant faults in, and the means to build interchanges from segments.

Every line of a message names the position of the guide at which its segment stands, so that tests know the row a
segment belongs to without asking the walk. All names, numbers and references are made up; the shapes are those of
real traffic. `%COUNT%` and `%REF%` are filled in by `message` unless a test says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import edifact_ics
from edifact_ics.guide.library import ours
from edifact_ics.rules import RuleSet

UNA = "UNA:+.? '"
SITE = "TST482K"
CUSTOMS = "AAA336C"
REFERENCE = "202611210007"
CUSDEC = "CUSDEC:D:99B:UN"

# IMD by sea, less than a container load: three transport lines of different cargo, three lines, everything that hangs
# below them, personal effects, amber reasons, payment with the lodgement.
SEA = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::IMD+QX7731/4/TST9:1+9
0030 CST++N10::95
0040 LOC+8+AUFRE::6
0040 LOC+12+AUFRE::6
0040 LOC+9+DEHAM::6
0040 LOC+79+AUMEL::6
0040 LOC+90+:::COLD STORE 5
0050 DTM+178:20261104:102
0050 DTM+260:20261015:102
0050 DTM+252:20261102:102
0060 GIS+EPA:109:95
0060 GIS+Y:153:95
0060 GIS+LLB:109:95
0060 GIS+TLB:109:95
0070 FII+COQ+660077+:::036112::215
0080 MEA+AAE+G+KG:1834.25000
0110 FTX+DEL+++WANDOO ?+ SONS?' TOOLS
0110 FTX+ABA++VALUE::95+THE PRICE IS PROVISIONAL
0110 FTX+ABA++ORIGIN::95
0130 RFF+ABQ:PO 88?:12 ??
0130 RFF+ADU:QX7731
0130 RFF+ANU:I
0130 RFF+APH:CIF
0130 RFF+HDP:UPE
0130 RFF+AHT:PACKAGING
0130 RFF+AMG:0031
0130 RFF+ADP:0042::Y
0130 RFF+ADP:0043::N
0210 TDT+20+614E+S+++++9412206::11
0240 DOC+39:53+N4410072:F::NZ++2
0250 DTM+329:19810317:102
0240 DOC+39:53S+N4410073::ALEX SAMPLE:NZ
0280 NAD+AT+32300400511::95
0280 NAD+WP+004::95
0280 NAD+VT+ZK31QP::95
0300 CTA+IC
0310 COM+0890001234:TE
0280 NAD+DP++BEACONSFIELD++3 LIMESTONE CLOSE::REAR SHED++:::QLD+4207+AU
0280 NAD+CB+30417::95
0370 MOA+63:7050.00:EUR
0370 MOA+141:8125.50:EUR
0370 MOA+39:8125.50:EUR
0370 MOA+313:1075.50:EUR
0410 UNS+D
0430 DMS+1
0820 LIN+1+I
0920 GIS+VIS:109:95
1180 PAC+++LCL:67:95
1180 PAC+61+1
1180 PAC+4+3
1200 PCI+28+WANDOO:FREMANTLE:1/61
1200 PCI+1
1220 RFF+AAQ:TSTU4405217
1200 PCI+1
1220 RFF+MB:HAMFRE00771
1200 PCI+1
1220 RFF+BH:LC55801
0820 LIN+2+I
1180 PAC+++FCL:67:95
1180 PAC+20+1
1200 PCI+1
1220 RFF+AAQ:TSTU4405222
1200 PCI+1
1220 RFF+MB:HAMFRE00772
0820 LIN+3+I
1180 PAC+++B/B:67:95
1180 PAC+3+1
1200 PCI+1
1220 RFF+MB:HAMFRE00773
1240 CST+1+I::95+N10::95
1250 FTX+AAA+++HAND SAWS OF STEEL
1250 FTX+ABA++CLASS::95
1260 LOC+27+DE::5
1260 LOC+30+DE::5
1270 DTM+4:20260901:102
1280 MEA+AAA++NO:240.00000
1280 MEA+AAA++KG:66.50000
1290 NAD+SU+DDD7654321Q::95
1290 NAD+VN+300000000005::95
1320 PAC+12++CT:185:194
1320 PAC++1
1340 PCI+1
1350 FTX+RAH+++00410:00511:Y:P-7781
1340 PCI+1
1350 FTX+RAH+++00411:00512:N
1370 MOA+38:4200.00:EUR
1370 MOA+68:610.75:AUD
1420 RFF+ABD:82021000
1420 RFF+AED:14
1420 RFF+AHW:PN-40017
1420 RFF+AGW:GEN
1420 RFF+AES:0094421::TC
1420 RFF+AWA:001
1420 RFF+AAQ:TSTU4405217
1420 RFF+AAQ:TSTU4405222
1500 DOC+1
1520 LOC+90+Q8810::194:INSPECT
1530 NAD+GD+PR-5501::194
1620 GIS+REL:109:95
1620 GIS+WET:109:95
1670 TAX+9+CUD+++:::0.0450
1240 CST+2+I::95+N10::95
1250 FTX+AAA+++SAW BLADES
1260 LOC+27+AT::5
1280 MEA+AAA++NO:500.00
1290 NAD+SU+DDD7654321Q::95
1370 MOA+38:2150.00:EUR
1420 RFF+ABD:82029100
1420 RFF+AED:02
1240 CST+3+I::95+N10::95
1250 FTX+AAA+++PRINTED MANUALS
1260 LOC+27+DE::5
1290 NAD+SU+DDD7654321Q::95
1370 MOA+38:700.00:EUR
1420 RFF+ABD:49019900
1420 RFF+AED:33
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

# IMD by air into a warehouse (N20), pre-lodged.
AIR = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::IMD+QX7740/1/TST9:3+9
0030 CST++N20::95
0040 LOC+8+AUPER::6
0040 LOC+12+AUPER::6
0040 LOC+9+NZAKL::6
0040 LOC+18+4471W::95
0040 LOC+79+AUPER::6
0050 DTM+178:20261208:102
0050 DTM+252:20261208:102
0050 DTM+260:20261130:102
0060 GIS+N:153:95
0060 GIS+PRE:109:95
0080 MEA+AAE+G+KG:92.40000
0110 FTX+DEL+++JARRAH BOTTLERS
0130 RFF+ABQ:CELLAR 12
0130 RFF+ADU:QX7740
0130 RFF+APH:FOB
0210 TDT+20++A++NZ::3
0280 NAD+IM+CCC5550001Y::95
0280 NAD+VT+ZK31QP::95
0280 NAD+DP++BUNBURY++9 MARRI ROAD++:::QLD+4230+AU
0280 NAD+CB+30417::95
0370 MOA+63:2600.00:NZD
0370 MOA+39:2600.00:NZD
0410 UNS+D
0430 DMS+1
0820 LIN+1+I
1180 PAC+24+1
1180 PAC+24+2
1200 PCI+21+JARRAH CELLAR
1200 PCI+1
1220 RFF+MWB:08644112290
1200 PCI+1
1220 RFF+HWB:AKL 7710
1240 CST+1+I::95+N20::95
1250 FTX+AAA+++GIN
1260 LOC+27+NZ::5
1280 MEA+AAA++LA:40.32
1280 MEA+AAA+::WAR+L:96.00
1280 MEA+ABX++LCO:12.50
1290 NAD+SU+29300400522::95
1370 MOA+38:2600.00:NZD
1420 RFF+ABD:22085000
1420 RFF+AED:21
1420 RFF+AFV:TV
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

# IMD out of a warehouse (N30) under monthly settlement: packages and marks on the header, no transport lines.
N30 = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::IMD+QX7752/2/TST9:1+9
0030 CST++N30::95
0040 LOC+18+4471W::95
0050 DTM+165:20261001:102
0050 DTM+166:20261031:102
0060 GIS+Y:153:95
0060 GIS+SM:109:95
0060 GIS+TLB:109:95
0130 RFF+ABQ:SETTLE OCT
0160 PAC+36+1
0180 PCI+28+JARRAH:CELLAR 12
0130 RFF+ADU:QX7752
0280 NAD+AT+32300400511::95
0280 NAD+VT+ZK31QP::95
0280 NAD+CB+30417::95
0370 MOA+40:3110.40:AUD
0410 UNS+D
1240 CST+1+I::95+N30::95
1250 FTX+AAA+++GIN
1260 LOC+27+NZ::5
1260 LOC+18+4471W::5
1280 MEA+AAA++LA:20.16000
1280 MEA+AAG++ISS:42.00
1370 MOA+40:2310.40:AUD
1420 RFF+ABD:22085000
1420 RFF+AED:21
1420 RFF+WE:AHKKM7T2P
1420 RFF+LI:0002
1620 GIS+LCQ:109:95
1240 CST+2+I::95+N30::95
1250 FTX+AAA+++VERMOUTH
1260 LOC+27+NZ::5
1280 MEA+AAA++L:18.00000
1370 MOA+40:800.00:AUD
1420 RFF+ABD:22051000
1420 RFF+AED:40
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

# IMD by post: parcel post cards, one transport line with counts and marks.
POST = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::IMD+QX7760/1/TST9:2+9
0030 CST++N10::95
0040 LOC+8+AUCBR::6
0040 LOC+12+AUSYD::6
0040 LOC+9+JPTYO::6
0050 DTM+178:20261112:102
0050 DTM+260:20261105:102
0060 GIS+N:153:95
0060 GIS+POR:109:95
0080 MEA+AAE+G+KG:6.80000
0090 EQD+AH+PC5512001::95
0090 EQD+AH+PC5512002::95
0090 EQD+AH+PC5512003::95
0110 FTX+DEL+++M SAMPLE
0130 RFF+ABQ:KIMONO
0130 RFF+ADU:QX7760
0130 RFF+APH:FOB
0210 TDT+20++P
0280 NAD+IM+CCC5550002Y::95
0280 NAD+VT+ZK31QP::95
0280 NAD+DP++AINSLIE++44 WATTLE STREET++:::ACT+2602+AU
0370 MOA+39:1180.00:JPY
0410 UNS+D
0430 DMS+1
0820 LIN+1+I
1180 PAC+3+1
1200 PCI+28+SAMPLE:AINSLIE
1240 CST+1+I::95+N10::95
1250 FTX+AAA+++COTTON KIMONOS
1260 LOC+27+JP::5
1280 MEA+AAA++NO:3.00000
1290 NAD+SU+JJJ1112223T::95
1370 MOA+38:1180.00:JPY
1420 RFF+ABD:62114200
1420 RFF+AED:11
1620 GIS+MLP:109:95
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

# IMD change: a transport line and a line of each action, a refund.
CHANGE = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::IMD+QX7731/4/TST9:2+4
0030 CST++N10::95
0040 LOC+8+AUFRE::6
0040 LOC+12+AUFRE::6
0040 LOC+9+DEHAM::6
0050 DTM+178:20261104:102
0050 DTM+260:20261015:102
0050 DTM+7:20261106:102
0060 GIS+EFD:109:95
0060 GIS+Y:153:95
0070 FII+COQ+660077:WANDOO TOOLS PTY LTD+:::036112::215
0080 MEA+AAE+G+KG:1834.25000
0110 FTX+CHG+++SECOND LINE WAS ENTERED TWICE
0110 FTX+DEL+++WANDOO TOOLS PTY LTD
0130 RFF+ABQ:PO 88 / 12
0130 RFF+ADU:QX7731
0130 RFF+ANU:B
0130 RFF+APH:CIF
0130 RFF+ADP:0042::Y
0130 RFF+ABT:AHKK42Z1N
0210 TDT+20+614E+S+++++9412206::11
0280 NAD+AT+32300400511::95
0280 NAD+VT+ZK31QP::95
0280 NAD+DP++BEACONSFIELD++3 LIMESTONE CLOSE++:::QLD+4207+AU
0280 NAD+CB+30417::95
0370 MOA+63:7050.00:EUR
0370 MOA+39:8125.50:EUR
0370 MOA+52:120.00:EUR
0410 UNS+D
0430 DMS+1
0820 LIN+1+A
1180 PAC+++LCL:67:95
1180 PAC+60+1
1200 PCI+1
1220 RFF+AAQ:TSTU4405217
1200 PCI+1
1220 RFF+MB:HAMFRE00771
0820 LIN+3+D
1240 CST+1+A::95+N10::95
1250 FTX+AAA+++HAND SAWS OF STEEL
1260 LOC+27+DE::5
1280 MEA+AAA++NO:230.00000
1290 NAD+SU+DDD7654321Q::95
1370 MOA+38:4025.00:EUR
1370 MOA+5:15.00:EUR
1420 RFF+ABD:82021000
1420 RFF+AED:14
1420 RFF+ABE:126A
1240 CST+2+D::95
1420 RFF+ABE:126A
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

WITHDRAW = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::IMD+QX7731/4/TST9:3+50
0070 FII+COQ+660077+:::036112::215
0110 FTX+CHG+++SHIPMENT WAS CANCELLED
0130 RFF+AMG:0031
0130 RFF+ADP:0042::Y
0130 RFF+ABT:AHKK42Z1N
0130 RFF+ANU:B
0280 NAD+CB+30417::95
0410 UNS+D
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

# SAC, long form: container with its cargo type, bills, questions, lines.
SAC = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::SAC+QX8001/1/TST9:1+9
0040 LOC+8+AUFRE::6
0040 LOC+12+AUFRE::6
0040 LOC+27+VN::5
0050 DTM+178:20261120:102
0050 DTM+260:20261110:102
0060 GIS+Y:153:95
0060 GIS+POR:109:95
0070 FII+COQ+660077+:::036112::215
0110 FTX+AAA+++RATTAN BASKETS
0110 FTX+DEL+++BORONIA HOMEWARES
0110 FTX+ACD+++0042:Y
0110 FTX+ACD+++0043:N:REFERRED TO THE BROKER
0130 RFF+ABQ:BASKETS 7
0130 RFF+ADU:QX8001
0130 RFF+ANU:B
0130 RFF+AMG:0031
0130 RFF+AAQ:TSTU4405238
0160 PAC+++FCX:67:95
0130 RFF+MB:SGNFRE00120
0130 RFF+BH:BB7702
0210 TDT+20+031W+S+++++9412218::11
0280 NAD+AT+49300400533::95
0280 NAD+VT+ZK31QP::95
0300 CTA+IC
0310 COM+0890001234:TE
0280 NAD+DP++MANDURAH++2 TUART LANE++:::QLD+4210+AU
0280 NAD+SU+VVV9998887R::95
0370 MOA+40:410.00:AUD
0370 MOA+68:55.00:AUD
0410 UNS+D
1240 CST+1+I::95
1250 FTX+AAA+++BASKETS OF RATTAN
1280 MEA+AAA++NO:30.00000
1370 MOA+40:260.00:AUD
1420 RFF+ABD:46021200
1420 RFF+AED:05
1420 RFF+AHW:PN-40018
1240 CST+2+I::95
1250 FTX+AAA+++BASKETS OF BAMBOO
1280 MEA+AAA++NO:18.00000
1370 MOA+40:150.00:AUD
1420 RFF+ABD:46021100
1420 RFF+AED:05
1620 GIS+WET:109:95
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

SACWITHDRAW = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+929:::SAC+QX8001/1/TST9:4+50
0070 FII+COQ+660077+:::036112::215
0110 FTX+CHG+++LODGED UNDER THE WRONG IMPORTER
0110 FTX+ACD+++0042:N
0130 RFF+AMG:0031
0130 RFF+ABT:AHKK9P2WD
0130 RFF+ANU:B
0410 UNS+D
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

DRWBCK = """
0010 UNH+%REF%+CUSDEC:D:99B:UN
0020 BGM+71:::DRWBCK+JOB4714:1+9
0060 GIS+PAD:109:95
0070 FII+COQ+987654+:::062000::215
0110 FTX+ABA++C::95+PROTEST
0110 FTX+CUR+++ORDER 12
0130 RFF+ANU:I
0130 RFF+ADU:JOB4711
0130 RFF+AEH:A
0280 NAD+VT
0280 NAD+CC+12345678901::95
0280 NAD+WP+001::95
0280 NAD+P1+++ALEX SAMPLE
0300 CTA+IC
0310 COM+0390000000:TE
0410 UNS+D
0430 DMS+1
0620 PAC+1
0640 PCI+1
0660 RFF+ADP:00150::Y
0640 PCI+1
0660 RFF+ADP:00151::N
1240 CST+1+I::95
1250 FTX+AAA+++WOOL
1280 MEA+AAA++KG:12.00
1370 MOA+40:500.00
1420 RFF+ABD:51011100
1420 RFF+ABT:AAAC7D2K1:1
1420 RFF+ED:ABCD12345
1670 TAX+1+CUD+++:::5.00
1680 MOA+55:25.00
1240 CST+2+I::95
1420 RFF+ABT:AAAC7D2K1:2
1940 UNS+S
2030 UNT+%COUNT%+%REF%
"""

PAYSTD = """
0010 UNH+%REF%+REMADV:D:99B:UN
0020 BGM+481:::PAYSTD+JOB4715:1+9
0030 DTM+307:20261130:102
0040 RFF+ANU:B
0040 RFF+ABT:AAAC7D2K1
0050 FII+COQ+987654+:::062000::215
0080 GIS+Y:153:95
0080 GIS+Y:150:95
0080 GIS+POR:109:95
0100 NAD+IM+12345678901::95
0100 NAD+VT+ZZ11YY::95
0470 UNS+S
0480 MOA+128:1842.35
0480 MOA+206:49.00
0520 UNT+%COUNT%+%REF%
"""

MOVAPP = """
0010 UNH+%REF%+CUSCAR:D:99B:UN
0020 BGM+78:::MOVAPP+JOB4717:1+9
0040 LOC+5+ZZ11Y::95
0070 RFF+ABQ:ORDER 12
0070 RFF+ADU:JOB4711
0070 RFF+AAE:AAAC7D2K1
0100 NAD+AT+12345678901::95
0100 NAD+WP+001::95
0100 NAD+VT+ZZ11YY::95
0100 NAD+TB+BROKER::95++ALEX SAMPLE
0100 NAD+DP++GEELONG++7 WHARF ROAD++:::VIC+3220
0150 FTX+ACD+++PROTEST
0200 GIS+GMI:109:95
0350 CNI+1+:::I
0380 RFF+AAQ:ABCU1234560
0420 GIS+FUM:109:95
0420 GIS+HAZ:109:95
0640 GID+1
0380 RFF+MB:OB0001
0640 GID+1
0380 RFF+SN:S1
0640 GID+1
0650 PAC+40
0650 PAC+++FCL:67:95
0350 CNI+2+:::I
0380 RFF+HWB:HB0001
0640 GID+1
0890 UNT+%COUNT%+%REF%
"""

RCR = """
0010 UNH+%REF%+CUSCAR:D:99B:UN
0020 BGM+931:::RCR+JOB4718:1+9
0050 QTY+2:80.00
0070 RFF+ABQ:ORDER 12
0070 RFF+UCN:PO 100?:7
0070 RFF+ADU:JOB4711
0070 RFF+ANU:B
0070 RFF+AMG:0001
0070 RFF+AHT:PACKAGING
0070 RFF+ADP:0008::Y
0100 NAD+AT+12345678901::95
0100 NAD+VT+ZZ11YY::95
0100 NAD+CB+30417::95
0100 NAD+SU+AAA1234567B::95
0150 FTX+AAA+++WOOL
0150 FTX+RAH+++00150:00165:N
0170 TDT+20+V077+S+++++9300001::11
0180 LOC+8+AUMEL::6
0180 LOC+12+AUMEL::6
0180 LOC+9+CNSHA::6
0180 LOC+79+AUMEL::6
0200 GIS+API:109:95
0350 CNI+1+:::I
0380 RFF+AAQ:ABCU1234560
0410 LOC+90+1172::194:UNPACK
0410 LOC+90+:::COLD STORE 5
0420 GIS+VIS:109:95
0640 GID+1
0380 RFF+MB:OB0001
0640 GID+1
0650 PAC+40
0650 PAC+++FCL:67:95
0350 CNI+2+:::I
0380 RFF+MB:OB0001
0640 GID+1
0890 UNT+%COUNT%+%REF%
"""

IMPED1 = """
0010 UNH+%REF%+CUSPED:D:99B:UN
0020 BGM+929:::IMPED1+JOB4719:1+9
0050 DTM+165:20261101:102
0050 DTM+166:20261130:102
0060 GIS+Y:153:95
0070 FII+COQ+987654+:::062000::215
0090 RFF+ABQ:ORDER 12
0090 RFF+ADU:JOB4711
0090 RFF+ANU:B
0090 RFF+AMG:0001
0090 RFF+ADP:0008::Y
0120 NAD+AT+12345678901::95
0120 NAD+WP+001::95
0120 NAD+VT+ZZ11YY::95
0180 MOA+128:350.00:AUD
0280 DMS+1
0300 RFF+ABT:RCR1
0380 NAD+SU+AAA1234567B::95
0490 TOD+++CIF
0510 FTX+ABA++VALUE::95+PROTEST
0620 CST+1+I::95+N10::95
0640 LOC+27+CN::5
0660 MEA+AAA++NO:40.00000
0670 NAD+AT+12345678901::95
0750 MOA+40:500.00:AUD
0750 MOA+38:350.00:USD
0900 RFF+ABD:94017900
0900 RFF+AED:15
0900 RFF+AES:1234::TC
1000 GIS+WET:109:95
0620 CST+2+I::95+N10::95
0900 RFF+ABD:94032000
0280 DMS+2
0300 RFF+ABT:RCR2
0490 TOD+++FOB
0510 FTX+AAA+++TABLES
0620 CST+3+I::95+N10::95
0900 RFF+ABD:94032000
1360 UNT+%COUNT%+%REF%
"""

IMPED2 = """
0010 UNH+%REF%+CUSPED:D:99B:UN
0020 BGM+929:::IMPED2+JOB4720:2+4
0050 DTM+165:20261101:102
0050 DTM+166:20261130:102
0090 RFF+ABQ:ORDER 12
0090 RFF+ABT:PD00001
0120 NAD+AT+12345678901::95
0280 DMS+1
0300 RFF+ABT:RCR1
0490 TOD+++FOB
0280 DMS+2
0300 RFF+ABT:RCR2
0620 CST+1+I::95+N10::95
0640 LOC+27+CN::5
0680 TDT+20++S
0750 MOA+40:500.00:AUD
0900 RFF+ABD:94017900
0620 CST+2+I::95+N10::95
0680 TDT+20++A
0900 RFF+ABD:94032000
1000 GIS+REL:109:95
1360 UNT+%COUNT%+%REF%
"""

MESSAGES: dict[str, str] = {
    "sea": SEA,
    "air": AIR,
    "n30": N30,
    "post": POST,
    "change": CHANGE,
    "withdraw": WITHDRAW,
    "sac": SAC,
    "sac-withdraw": SACWITHDRAW,
    "drwbck": DRWBCK,
    "imped1": IMPED1,
    "imped2": IMPED2,
    "movapp": MOVAPP,
    "paystd": PAYSTD,
    "rcr": RCR,
}


# ---------------------------------------------------------------------- elements

Place = tuple[int, int]  # element and component, both from 1


def split(raw: str) -> list[list[str]]:
    """Return the elements of a segment, tag first, each as its components, released characters unescaped."""
    elements: list[list[str]] = [[""]]
    chars = iter(raw)
    for char in chars:
        if char == "?":
            elements[-1][-1] += next(chars)
        elif char == "+":
            elements.append([""])
        elif char == ":":
            elements[-1].append("")
        else:
            elements[-1][-1] += char
    return elements


def join(elements: Iterable[Iterable[str]]) -> str:
    """Return a segment; trailing empty components and elements are cut."""
    texts = [":".join(_trim([_escape(text) for text in parts])) for parts in elements]
    return "+".join(_trim(texts))


def _escape(text: str) -> str:
    return re.sub("[?+:']", r"?\g<0>", text)


def _trim(texts: list[str]) -> list[str]:
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    return texts


def at(raw: str, place: Place) -> str:
    """Return a component, "" where nothing was sent."""
    elements, (element, component) = split(raw), place
    if element >= len(elements) or component > len(elements[element]):
        return ""
    return elements[element][component - 1]


def put(raw: str, place: Place, text: str) -> str:
    """Return a segment with one component changed."""
    elements, (element, component) = split(raw), place
    elements += [[""]] * (element + 1 - len(elements))
    parts = elements[element] + [""] * (component - len(elements[element]))
    parts[component - 1] = text
    elements[element] = parts
    return join(elements)


# ---------------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True)
class Sent:
    """A segment as it is to be sent and the position of the guide at which it stands ("": at none)."""

    position: str
    raw: str

    @property
    def tag(self) -> str:
        return self.raw[:3]


def base(name: str) -> list[Sent]:
    """Return the segments of a message from UNH to UNT, counts and references not yet filled in."""
    return [Sent(*line.split(" ", 1)) for line in MESSAGES[name].strip().splitlines()]


def guide_of(name: str) -> str:
    """Return the guide of a message by its name here."""
    if name.upper() in ours().messages:
        return name.upper()
    return "SAC" if name.startswith("sac") else "IMD"


def message(segments: Iterable[Sent | str], reference: str = "1", count: int | None = None) -> list[str]:
    """Return the segments of a message as text, UNH to UNT. `count`: what UNT says, by default the truth."""
    raws = [s if isinstance(s, str) else s.raw for s in segments]
    said = str(len(raws) if count is None else count)
    return [raw.replace("%REF%", reference).replace("%COUNT%", said) for raw in raws]


def good(name: str = "sac-withdraw", reference: str = "1") -> list[str]:
    """Return a message without faults."""
    return message(base(name), reference)


def unb(**parts: str) -> str:
    """Return UNB; each part can be given: syntax, sender, recipient, at, reference, tail."""
    known = {
        "syntax": "UNOC:3",
        "sender": f"{SITE}::{SITE}",
        "recipient": CUSTOMS,
        "at": "261121:0930",
        "reference": REFERENCE,
        "tail": "++++1++1",
    }
    assert parts.keys() <= known.keys()
    p = known | parts
    return f"UNB+{p['syntax']}+{p['sender']}+{p['recipient']}+{p['at']}+{p['reference']}{p['tail']}"


def interchange(
    messages: Sequence[Sequence[str]],
    *,
    una: str = UNA,
    header: str | None = None,
    count: int | None = None,
    reference: str | None = None,
    trailer: str | None = None,
    between: str = "",
) -> bytes:
    """Return an interchange of messages given as segments.

    `header` replaces UNB; `count` and `reference` are what UNZ says, by default the truth; `trailer` replaces UNZ ("":
    none is sent). `between` stands behind each terminator.
    """
    head = unb() if header is None else header
    said = reference
    if said is None:
        elements = head.split("+")
        said = elements[5] if len(elements) > 5 else REFERENCE
    end = f"UNZ+{len(messages) if count is None else count}+{said}" if trailer is None else trailer
    segments = [head, *(raw for m in messages for raw in m), *([end] if end else [])]
    text = (una + between if una else "") + "".join(f"{raw}'{between}" for raw in segments)
    return text.encode("iso8859-1")


def check(data: bytes) -> edifact_ics.Result:
    """Check the form alone: business rules have tests and messages of their own."""
    return edifact_ics.check(data, rules=RuleSet(()))
