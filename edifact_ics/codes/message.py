"""STR and VAL: order, presence, repeats, surplus and qualifiers; one value."""

from __future__ import annotations

from edifact_ics.codes.code import Code
from edifact_ics.finding import Severity

# Order, presence, repeats, surplus, qualifiers.
STR: dict[str, Code] = {
    "STR-01": Code(
        "mandatory segment missing",
        "The guide of this message wants a segment here that was not sent.",
        "Send the segment named, after the segment at which this is reported.",
        "MIG row of the segment, status M",
    ),
    "STR-02": Code(
        "first segment of a group missing",
        "Segments of a group were sent without the segment that opens the group.",
        "Send the opening segment named in front of the segments that follow.",
        "MIG row of the group's trigger",
    ),
    "STR-03": Code(
        "segment out of order",
        "The message has this segment, but not here.",
        "Move the segment to its place; the order of segments is that of the guide.",
        "MIG, order of rows",
    ),
    "STR-04": Code(
        "unknown segment",
        "No segment with this tag exists in the directory ICS uses (D.99B).",
        "Correct the tag or remove the segment.",
        "UN/EDIFACT D.99B",
    ),
    "STR-05": Code(
        "segment not used in this message",
        "The segment exists, but this message does not use it.",
        "Remove the segment.",
        "MIG of the message",
    ),
    "STR-06": Code(
        "segment repeated too often",
        "The segment, or this use of it, was sent more often than the guide allows. Reported at the first too many.",
        "Remove the surplus segments.",
        "MIG row, maximum",
    ),
    "STR-07": Code(
        "group repeated too often",
        "The group, or this use of it, was sent more often than the guide allows. Reported at the first one too many.",
        "Remove the surplus groups.",
        "MIG row, maximum",
    ),
    "STR-08": Code(
        "too many elements",
        "The segment has more elements than its definition.",
        "Look for a separator too many, or for a lost segment terminator.",
        "UN/EDIFACT D.99B, segment",
    ),
    "STR-09": Code(
        "too many components",
        "The element has more components than its definition.",
        "Look for a colon that should be part of the text: it needs a question mark in front.",
        "UN/EDIFACT D.99B, composite",
    ),
    "STR-10": Code(
        "mandatory element missing",
        "An element that must be there was not sent.",
        "Send the element named.",
        "MIG row, or D.99B status M",
    ),
    "STR-11": Code(
        "mandatory component missing",
        "A component that must be there was not sent.",
        "Send the component named.",
        "MIG row, or D.99B status M",
    ),
    "STR-12": Code(
        "element not used",
        "The guide does not use this element here.",
        "Leave the element empty.",
        "MIG row",
    ),
    "STR-13": Code(
        "component not used",
        "The guide does not use this component here.",
        "Leave the component empty.",
        "MIG row",
    ),
    "STR-14": Code(
        "unknown qualifier",
        "The value that says which use of the segment this is, is not one that the guide has at this place.",
        "Use one of the values named, or move the segment to where its qualifier belongs.",
        "MIG row, qualifier",
    ),
    "STR-15": Code(
        "fixed value differs",
        "The guide fixes the value of this component (an agency, a list, a format) and another one was sent.",
        "Send the value named.",
        "MIG row, fixed components",
    ),
    "STR-16": Code(
        "segment says nothing",
        "The segment has its qualifier but no value.",
        "Send the value or leave the segment out.",
        "MIG row",
        Severity.INFO,
    ),
    "STR-17": Code(
        "data that no row explains",
        "The canonical document holds data that the guide of the message has no place for.",
        "Remove the Unmapped element, or correct it and give it its name.",
        "MIG of the message",
    ),
    "STR-18": Code(
        "qualifier not used here",
        "The value that says which use of the segment this is exists in D.99B, but the guide does not use it here.",
        "Use one of the values named, or move the segment to where its qualifier belongs.",
        "MIG row, qualifier",
    ),
    "STR-19": Code(
        "total differs from the list",
        "A control total (CNT) does not say as many errors, lines or clients as the message lists.",
        "Trust the list; if this comes often, the guide counts otherwise than Customs does.",
        "ICS answers, CNT",
        Severity.WARNING,
    ),
}


# One value: length, type, date, code.
VAL: dict[str, Code] = {
    "VAL-01": Code(
        "value too long",
        "The value is longer than the element may be. Where the ICS data dictionary is shorter than EDIFACT, the "
        "dictionary decides.",
        "Shorten the value to the length named.",
        "MIG row, format",
    ),
    "VAL-02": Code(
        "value too short",
        "The element has a fixed length and the value is shorter.",
        "Send the value at its full length; leading zeros count.",
        "MIG row, format",
    ),
    "VAL-03": Code(
        "wrong type of character",
        "The value holds characters that the type of the element does not allow: letters in a number, digits in a "
        "purely alphabetic code.",
        "Send a value of the type named.",
        "MIG row, format",
    ),
    "VAL-04": Code(
        "no calendar date or time",
        "The value has the form of a date or time but no such day or time exists, or it is not in the form CCYYMMDD.",
        "Send a day that exists, as CCYYMMDD (in UNB: YYMMDD and HHMM).",
        "Common Messaging Rule on dates; ISO 9735 S004",
    ),
    "VAL-05": Code(
        "code not in its list",
        "The element takes a code of a closed list and the value is not one of them.",
        "Send one of the codes named.",
        "MIG row, code list",
    ),
    "VAL-06": Code(
        "code not known here",
        "The element takes a code; this one is not in the list known here, which may be incomplete.",
        "Check the code. If Customs takes it, add it to the list in your MIG.",
        "MIG row, open code list",
        Severity.WARNING,
    ),
    "VAL-07": Code(
        "wrong decimal notation",
        "Numbers are written with a point as decimal sign and, if it stands, digits behind it.",
        "Replace a comma by a point; write 5 instead of 5.",
        "ISO 9735 (syntax 3), 10; UNA",
    ),
    "VAL-08": Code(
        "no digit before the decimal sign",
        "A digit must stand in front of the decimal sign.",
        "Write 0.5 instead of .5.",
        "ISO 9735 (syntax 3), 10",
    ),
    "VAL-09": Code(
        "number out of range",
        "The number has more digits before or after the point than the element takes.",
        "Round the number, or check its unit.",
        "MIG row, digits and decimals",
    ),
    "VAL-10": Code(
        "value was cleaned",
        "Blanks at the ends or runs of blanks, nulls or line ends inside a value were removed, as Customs does before "
        "it reads.",
        "Nothing to do. What was sent is remembered and written back unchanged.",
        "Common Messaging Rule 4",
        Severity.INFO,
    ),
    "VAL-11": Code(
        "longer than any seen",
        "The value is longer than any that was seen in real messages; the true limit is not known.",
        "Nothing to do, unless Customs refuses it.",
        "MIG row, dictionary length of basis sample",
        Severity.INFO,
    ),
    "VAL-12": Code(
        "code not taken here",
        "The value is a code of D.99B, but not one that ICS takes at this place.",
        "Send one of the codes named.",
        "MIG row, code list",
    ),
    "VAL-13": Code(
        "not the form of a site identifier",
        "Site identifiers that Customs gives are three letters, three digits and a letter; this one is not.",
        "Check the identifier against the one in your registration.",
        "ICS envelope, site identifier",
        Severity.WARNING,
    ),
}
