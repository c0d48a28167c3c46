"""SYN and ENV: characters, release, terminators and tags; UNB to UNZ, their counts and references."""

from __future__ import annotations

from edifact_ics.codes.code import Code
from edifact_ics.finding import Severity

# Characters, release, terminators, tags.
SYN: dict[str, Code] = {
    "SYN-01": Code(
        "no EDIFACT here",
        "The file does not begin with UNA, UNB or UNH, so it is no interchange that can be read.",
        "Check that this is the file you meant, that it is not compressed, and that it is not UTF-16.",
        "ISO 9735 (syntax 3), 7",
    ),
    "SYN-02": Code(
        "service characters of UNA cannot serve",
        "The six characters after UNA must be distinct and may be neither letters, digits nor line ends.",
        "Write UNA:+.? ' or leave UNA out: the characters are then the same.",
        "ISO 9735 (syntax 3), 7.1",
    ),
    "SYN-03": Code(
        "syntax identifier not taken",
        "UNB names a character repertoire that ICS does not take. ICS takes UNOC (ISO 8859-1) only.",
        "Send UNOC in UNB, element 1, component 1, and encode the file as ISO 8859-1.",
        "ICS envelope, UNB 0001",
    ),
    "SYN-04": Code(
        "syntax version not taken",
        "UNB names a syntax version other than 3. ICS takes version 3 only.",
        "Send 3 in UNB, element 1, component 2.",
        "ICS envelope, UNB 0002",
    ),
    "SYN-05": Code(
        "character outside the repertoire",
        "A character stands in the data that the repertoire named in UNB does not have.",
        "Remove the character or write it with one of the repertoire. Control characters, and the curly quotes and "
        "dashes of Windows, are the usual ones.",
        "ISO 9735 (syntax 3), 5",
    ),
    "SYN-06": Code(
        "last segment is not terminated",
        "The file ends inside a segment: its terminator is missing.",
        "The file was probably cut on its way. Send it whole, with the apostrophe after UNZ.",
        "ISO 9735 (syntax 3), 7.1",
    ),
    "SYN-07": Code(
        "terminator lost inside a segment",
        "The next segment begins inside this one: the terminator between them is missing.",
        "Write the segment terminator (an apostrophe) at the place named. An apostrophe in front of which a question "
        "mark stands is text and ends nothing.",
        "ISO 9735 (syntax 3), 7.1",
    ),
    "SYN-08": Code(
        "malformed segment tag",
        "A segment must begin with a tag of three capital letters or digits.",
        "Write the tag in capitals, with nothing in front of it.",
        "ISO 9735 (syntax 3), 7.2",
    ),
    "SYN-09": Code(
        "segment too large to be one",
        "No segment of any ICS message is longer than 64 kB; this one probably lost its terminator.",
        "Look for a missing terminator at the start of this segment.",
        "own limit, well above the longest segment of D.99B",
    ),
    "SYN-10": Code(
        "blanks between segments",
        "Blanks or tabs stand between two segments. Only line ends are ignored there.",
        "Write segments one after the other, or with line ends between them.",
        "ISO 9735 (syntax 3), 7.1",
        Severity.WARNING,
    ),
    "SYN-11": Code(
        "empty segment",
        "Two segment terminators follow each other. The empty segment counts as a segment.",
        "Remove the second terminator.",
        "ISO 9735 (syntax 3), 7.2",
    ),
    "SYN-12": Code(
        "lines broken inside segments",
        "Something on the way broke the file into lines of one width, in the middle of tags and values. It is read "
        "without these line ends; Customs would not.",
        "Send the file as it was made, as binary data. Line ends may stand only behind segment terminators.",
        "ISO 9735 (syntax 3), 7",
    ),
}


# UNB to UNZ, UNG, UNH, UNT.
ENV: dict[str, Code] = {
    "ENV-01": Code(
        "bare messages",
        "The file begins at UNH. Its messages are checked, but without UNB and UNZ it cannot be sent or answered.",
        "Nothing to do when you only want the messages checked.",
        "ISO 9735 (syntax 3), 8",
        Severity.INFO,
    ),
    "ENV-02": Code(
        "UNB is missing",
        "An interchange trailer (UNZ) stands here that no UNB opened.",
        "Put the UNB of the interchange in front of its messages.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-03": Code(
        "UNZ is missing",
        "The interchange is not closed by UNZ. If the file ends inside a message, it was cut on its way.",
        "Send the file whole, closed by UNZ with the number of messages and the reference of UNB.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-04": Code(
        "UNZ count is wrong",
        "UNZ names another number of messages than the interchange holds.",
        "Put the number of messages into UNZ, element 1.",
        "ISO 9735 (syntax 3), UNZ 0036",
    ),
    "ENV-05": Code(
        "UNZ reference differs from UNB",
        "UNZ must repeat the interchange reference of UNB.",
        "Copy UNB element 5 into UNZ element 2.",
        "ISO 9735 (syntax 3), UNZ 0020",
    ),
    "ENV-06": Code(
        "UNT is missing",
        "The message is not closed by UNT.",
        "Close the message with UNT, the number of its segments and its reference.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-07": Code(
        "UNT count is wrong",
        "UNT names another number of segments than the message holds, UNH and UNT included.",
        "Put the number of segments from UNH to UNT, both counted, into UNT element 1.",
        "ISO 9735 (syntax 3), UNT 0074",
    ),
    "ENV-08": Code(
        "UNT reference differs from UNH",
        "UNT must repeat the message reference of UNH.",
        "Copy UNH element 1 into UNT element 2.",
        "ISO 9735 (syntax 3), UNT 0062",
    ),
    "ENV-09": Code(
        "segment outside a message",
        "A segment stands between messages, where only UNH and UNZ may stand.",
        "Move it into its message, or put the missing UNH in front of it.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-10": Code(
        "interchange without messages",
        "Between UNB and UNZ stands no message.",
        "Send at least one message in an interchange.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-11": Code(
        "message reference used twice",
        "Each message of an interchange must have a reference of its own in UNH.",
        "Number the messages 1, 2, 3 in UNH element 1 and UNT element 2.",
        "ISO 9735 (syntax 3), UNH 0062",
    ),
    "ENV-12": Code(
        "interchange reference used twice",
        "This sender used the interchange reference before, in this file or as the ledger has it. Customs takes a "
        "reference once, ever.",
        "Give each interchange a new reference in UNB element 5 and UNZ element 2.",
        "ICS envelope, UNB 0020",
    ),
    "ENV-13": Code(
        "functional groups are not taken",
        "UNG and UNE wrap messages into groups. ICS does not take groups.",
        "Send the messages directly between UNB and UNZ.",
        "ICS envelope, UNG",
    ),
    "ENV-14": Code(
        "UNE does not agree with its group",
        "The count or the reference of UNE differs from the messages of its group or from UNG.",
        "Send no groups at all, or close each UNG with an UNE that agrees with it.",
        "ISO 9735 (syntax 3), UNE",
    ),
    "ENV-15": Code(
        "interchange over 10 MB",
        "ICS takes interchanges of at most 10 MB by mail.",
        "Split the interchange before it is mailed.",
        "ICS transport: size of an interchange",
        Severity.WARNING,
    ),
    "ENV-16": Code(
        "unknown message",
        "The message type, its version or release, or the document name in BGM is not known here. The message "
        "was not looked into; its neighbours were.",
        "Check UNH element 2 (for example CUSDEC:D:99B:UN) and BGM element 1, component 4 (for example IMD).",
        "MIG of the message",
    ),
    "ENV-17": Code(
        "data after the end",
        "After the last interchange stands something that is no interchange.",
        "Remove what follows UNZ.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-18": Code(
        "document without a guide of its own",
        "This answer of Customs is explained by no guide, or its guide is assumed and does not know all of it. It was "
        "read by the unrestricted CUSRES of D.99B: nothing is lost, but the elements bear the names of D.99B.",
        "Nothing is wrong with the message. A guide for this document can be written once its content is known.",
        "ICS answers, documents",
        Severity.WARNING,
    ),
    "ENV-19": Code(
        "for another recipient",
        "UNB names another recipient than the one that received the interchange.",
        "Put the site of the recipient into UNB element 3; Customs is AAA336C.",
        "ICS envelope, UNB S003",
    ),
    "ENV-20": Code(
        "test indicator does not fit",
        "A test interchange came to the production system, or one that is no test to the test system.",
        "Leave UNB element 11 out in production; write 1 there in tests.",
        "ICS envelope, UNB 0035",
    ),
    "ENV-21": Code(
        "sender not known",
        "The site that sent the interchange is not known to the receiver, or may not send to it.",
        "Check the site in UNB element 2 against your registration.",
        "ICS envelope, UNB S002",
    ),
    "ENV-22": Code(
        "mail not secure",
        "The signature or the encryption of the mail that brought the interchange was not accepted.",
        "Sign with the certificate that is registered for the site, and encrypt for the recipient.",
        "ICS transport: signature and encryption",
    ),
}
