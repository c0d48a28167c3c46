"""Findings: what is wrong, where, and what it means.

A `Finding` is a fact with a place; a `Report` gathers the findings of one file and knows the verdict. The table
of codes (`CODES`) is the single home of what each code means; rules add theirs under their own ids. This room
knows nothing else of the package.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

MAX_PER_MESSAGE = 1_000
MAX_PER_FILE = 10_000


class Severity(enum.Enum):
    """How much a finding weighs: only an error rejects."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(enum.Enum):
    """What the findings amount to for a message or a file."""

    ACCEPTED = "accepted"
    WARNED = "accepted-with-warnings"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the source.

    `offset` counts bytes from 0; `line`, `column`, `interchange`, `message_number`, `segment`, `element` and
    `component` count from 1. `segment` counts within the message with UNH = 1 (within the interchange for service
    segments outside messages). `message` is UNH 0062 as sent. None means: does not apply.
    """

    offset: int | None = None
    line: int | None = None
    column: int | None = None
    interchange: int | None = None
    message: str | None = None
    message_number: int | None = None
    segment: int | None = None
    tag: str | None = None
    element: int | None = None
    component: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault (or remark) with one cause.

    `value` is what stood there (cut at 200 characters), `source` the clause or MIG row it is judged by, `name`
    the data element as a broker calls it, `path` its place in the canonical document.
    """

    code: str
    severity: Severity
    message: str
    position: Position
    path: str | None = None
    name: str | None = None
    value: str | None = None
    source: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """What a finding code means: `title` in a few words, `meaning` and `cure` as sentences, `source` the clause."""

    title: str
    meaning: str
    cure: str
    source: str
    severity: Severity = Severity.ERROR


@dataclass(slots=True)
class MessageSummary:
    """One message of a report; texts are as sent, "" where nothing was sent."""

    number: int
    reference: str
    type: str
    document: str = ""
    function: str = ""
    sender_reference: str = ""
    sender_reference_version: str = ""
    segments: int = 0
    verdict: Verdict = Verdict.ACCEPTED


@dataclass(slots=True)
class InterchangeSummary:
    """One interchange of a report; `offset` is the byte where its UNA or UNB starts, counted from 0."""

    number: int
    reference: str
    sender: str
    recipient: str
    offset: int
    messages: list[MessageSummary] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What was found in one file, which stages and rules ran, and what was skipped and why."""

    file: str
    interchanges: list[InterchangeSummary] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stages: dict[str, str] = field(default_factory=dict)
    rules_run: int = 0
    rules_skipped: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[Severity] = field(default_factory=Counter)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole file; it knows findings beyond the listed ones too."""
        return verdict_of(self.counts)

    def add(self, findings: Iterable[Finding]) -> list[Finding]:
        """Count every finding, list it while there is room, and return those given."""
        batch = list(findings)
        for finding in batch:
            self.counts[finding.severity] += 1
        self.findings.extend(batch[: max(0, MAX_PER_FILE - len(self.findings))])
        return batch

    @property
    def unlisted(self) -> int:
        """How many findings were counted but not listed."""
        return sum(self.counts.values()) - len(self.findings)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a user makes of findings: which codes to keep (by prefix) and which severity to give them (by code).

    An empty `select` keeps all. Answers to Customs' messages are written from the facts, whatever the policy.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings kept, each with the severity it is given."""
        given = dict(self.severities)
        kept = []
        for finding in findings:
            if self.select and not finding.code.startswith(self.select):
                continue
            if self.ignore and finding.code.startswith(self.ignore):
                continue
            severity = given.get(finding.code)
            kept.append(replace(finding, severity=severity) if severity else finding)
        return kept


def verdict_of(counts: Counter[Severity]) -> Verdict:
    """Return the verdict that these counts amount to: rejected exactly when an error stands."""
    if counts[Severity.ERROR]:
        return Verdict.REJECTED
    return Verdict.WARNED if counts[Severity.WARNING] else Verdict.ACCEPTED


def _code(title: str, meaning: str, cure: str, source: str, severity: Severity = Severity.ERROR) -> Code:
    return Code(title, meaning, cure, source, severity)


_I, _W = Severity.INFO, Severity.WARNING

CODES: dict[str, Code] = {
    # SYN: characters, release, terminators, tags
    "SYN-01": _code(
        "no EDIFACT here",
        "The file does not begin with UNA, UNB or UNH, so it is no interchange that can be read.",
        "Check that this is the file you meant, that it is not compressed, and that it is not UTF-16.",
        "ISO 9735 (syntax 3), 7",
    ),
    "SYN-02": _code(
        "service characters of UNA cannot serve",
        "The six characters after UNA must be distinct and may be neither letters, digits nor line ends.",
        "Write UNA:+.? ' or leave UNA out: the characters are then the same.",
        "ISO 9735 (syntax 3), 7.1",
    ),
    "SYN-03": _code(
        "syntax identifier not taken",
        "UNB names a character repertoire that ICS does not take. ICS takes UNOC (ISO 8859-1) only.",
        "Send UNOC in UNB, element 1, component 1, and encode the file as ISO 8859-1.",
        "ICS envelope, UNB 0001",
    ),
    "SYN-04": _code(
        "syntax version not taken",
        "UNB names a syntax version other than 3. ICS takes version 3 only.",
        "Send 3 in UNB, element 1, component 2.",
        "ICS envelope, UNB 0002",
    ),
    "SYN-05": _code(
        "character outside the repertoire",
        "A character stands in the data that the repertoire named in UNB does not have.",
        "Remove the character or write it with one of the repertoire. Control characters, and the curly quotes and "
        "dashes of Windows, are the usual ones.",
        "ISO 9735 (syntax 3), 5",
    ),
    "SYN-06": _code(
        "last segment is not terminated",
        "The file ends inside a segment: its terminator is missing.",
        "The file was probably cut on its way. Send it whole, with the apostrophe after UNZ.",
        "ISO 9735 (syntax 3), 7.1",
    ),
    "SYN-07": _code(
        "terminator lost inside a segment",
        "The next segment begins inside this one: the terminator between them is missing.",
        "Write the segment terminator (an apostrophe) at the place named. An apostrophe in front of which a question "
        "mark stands is text and ends nothing.",
        "ISO 9735 (syntax 3), 7.1",
    ),
    "SYN-08": _code(
        "malformed segment tag",
        "A segment must begin with a tag of three capital letters or digits.",
        "Write the tag in capitals, with nothing in front of it.",
        "ISO 9735 (syntax 3), 7.2",
    ),
    "SYN-09": _code(
        "segment too large to be one",
        "No segment of any ICS message is longer than 64 kB; this one probably lost its terminator.",
        "Look for a missing terminator at the start of this segment.",
        "own limit, well above the longest segment of D.99B",
    ),
    "SYN-10": _code(
        "blanks between segments",
        "Blanks or tabs stand between two segments. Only line ends are ignored there.",
        "Write segments one after the other, or with line ends between them.",
        "ISO 9735 (syntax 3), 7.1",
        _W,
    ),
    "SYN-11": _code(
        "empty segment",
        "Two segment terminators follow each other. The empty segment counts as a segment.",
        "Remove the second terminator.",
        "ISO 9735 (syntax 3), 7.2",
    ),
    # ENV: the envelope
    "ENV-01": _code(
        "bare messages",
        "The file begins at UNH. Its messages are checked, but without UNB and UNZ it cannot be sent or answered.",
        "Nothing to do when you only want the messages checked.",
        "ISO 9735 (syntax 3), 8",
        _I,
    ),
    "ENV-02": _code(
        "UNB is missing",
        "An interchange trailer (UNZ) stands here that no UNB opened.",
        "Put the UNB of the interchange in front of its messages.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-03": _code(
        "UNZ is missing",
        "The interchange is not closed by UNZ. If the file ends inside a message, it was cut on its way.",
        "Send the file whole, closed by UNZ with the number of messages and the reference of UNB.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-04": _code(
        "UNZ count is wrong",
        "UNZ names another number of messages than the interchange holds.",
        "Put the number of messages into UNZ, element 1.",
        "ISO 9735 (syntax 3), UNZ 0036",
    ),
    "ENV-05": _code(
        "UNZ reference differs from UNB",
        "UNZ must repeat the interchange reference of UNB.",
        "Copy UNB element 5 into UNZ element 2.",
        "ISO 9735 (syntax 3), UNZ 0020",
    ),
    "ENV-06": _code(
        "UNT is missing",
        "The message is not closed by UNT.",
        "Close the message with UNT, the number of its segments and its reference.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-07": _code(
        "UNT count is wrong",
        "UNT names another number of segments than the message holds, UNH and UNT included.",
        "Put the number of segments from UNH to UNT, both counted, into UNT element 1.",
        "ISO 9735 (syntax 3), UNT 0074",
    ),
    "ENV-08": _code(
        "UNT reference differs from UNH",
        "UNT must repeat the message reference of UNH.",
        "Copy UNH element 1 into UNT element 2.",
        "ISO 9735 (syntax 3), UNT 0062",
    ),
    "ENV-09": _code(
        "segment outside a message",
        "A segment stands between messages, where only UNH and UNZ may stand.",
        "Move it into its message, or put the missing UNH in front of it.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-10": _code(
        "interchange without messages",
        "Between UNB and UNZ stands no message.",
        "Send at least one message in an interchange.",
        "ISO 9735 (syntax 3), 8",
    ),
    "ENV-11": _code(
        "message reference used twice",
        "Each message of an interchange must have a reference of its own in UNH.",
        "Number the messages 1, 2, 3 in UNH element 1 and UNT element 2.",
        "ISO 9735 (syntax 3), UNH 0062",
    ),
    "ENV-12": _code(
        "interchange reference used twice",
        "This sender used the interchange reference before in this file. Customs takes a reference once, ever.",
        "Give each interchange a new reference in UNB element 5 and UNZ element 2.",
        "ICS envelope, UNB 0020",
    ),
    "ENV-13": _code(
        "functional groups are not taken",
        "UNG and UNE wrap messages into groups. ICS does not take groups.",
        "Send the messages directly between UNB and UNZ.",
        "ICS envelope, UNG",
    ),
    "ENV-14": _code(
        "UNE does not agree with its group",
        "The count or the reference of UNE differs from the messages of its group or from UNG.",
        "Send no groups at all, or close each UNG with an UNE that agrees with it.",
        "ISO 9735 (syntax 3), UNE",
    ),
    "ENV-15": _code(
        "interchange over 10 MB",
        "ICS takes interchanges of at most 10 MB by mail.",
        "Split the interchange before it is mailed.",
        "ICS transport: size of an interchange",
        _W,
    ),
    "ENV-16": _code(
        "unknown message",
        "The message type, its version or release, or the document name in BGM is not known here. The message "
        "was not looked into; its neighbours were.",
        "Check UNH element 2 (for example CUSDEC:D:99B:UN) and BGM element 1, component 4 (for example IMD).",
        "MIG of the message",
    ),
    "ENV-17": _code(
        "data after the end",
        "After the last interchange stands something that is no interchange.",
        "Remove what follows UNZ.",
        "ISO 9735 (syntax 3), 8",
    ),
    # STR: order, presence, repeats, surplus, qualifiers
    "STR-01": _code(
        "mandatory segment missing",
        "The guide of this message wants a segment here that was not sent.",
        "Send the segment named, after the segment at which this is reported.",
        "MIG row of the segment, status M",
    ),
    "STR-02": _code(
        "first segment of a group missing",
        "Segments of a group were sent without the segment that opens the group.",
        "Send the opening segment named in front of the segments that follow.",
        "MIG row of the group's trigger",
    ),
    "STR-03": _code(
        "segment out of order",
        "The message has this segment, but not here.",
        "Move the segment to its place; the order of segments is that of the guide.",
        "MIG, order of rows",
    ),
    "STR-04": _code(
        "unknown segment",
        "No segment with this tag exists in the directory ICS uses (D.99B).",
        "Correct the tag or remove the segment.",
        "UN/EDIFACT D.99B",
    ),
    "STR-05": _code(
        "segment not used in this message",
        "The segment exists, but this message does not use it.",
        "Remove the segment.",
        "MIG of the message",
    ),
    "STR-06": _code(
        "segment repeated too often",
        "The segment, or this use of it, was sent more often than the guide allows. Reported at the first too many.",
        "Remove the surplus segments.",
        "MIG row, maximum",
    ),
    "STR-07": _code(
        "group repeated too often",
        "The group, or this use of it, was sent more often than the guide allows. Reported at the first one too many.",
        "Remove the surplus groups.",
        "MIG row, maximum",
    ),
    "STR-08": _code(
        "too many elements",
        "The segment has more elements than its definition.",
        "Look for a separator too many, or for a lost segment terminator.",
        "UN/EDIFACT D.99B, segment",
    ),
    "STR-09": _code(
        "too many components",
        "The element has more components than its definition.",
        "Look for a colon that should be part of the text: it needs a question mark in front.",
        "UN/EDIFACT D.99B, composite",
    ),
    "STR-10": _code(
        "mandatory element missing",
        "An element that must be there was not sent.",
        "Send the element named.",
        "MIG row, or D.99B status M",
    ),
    "STR-11": _code(
        "mandatory component missing",
        "A component that must be there was not sent.",
        "Send the component named.",
        "MIG row, or D.99B status M",
    ),
    "STR-12": _code(
        "element not used",
        "The guide does not use this element here.",
        "Leave the element empty.",
        "MIG row",
    ),
    "STR-13": _code(
        "component not used",
        "The guide does not use this component here.",
        "Leave the component empty.",
        "MIG row",
    ),
    "STR-14": _code(
        "unknown qualifier",
        "The value that says which use of the segment this is, is not one that the guide has at this place.",
        "Use one of the values named, or move the segment to where its qualifier belongs.",
        "MIG row, qualifier",
    ),
    "STR-15": _code(
        "fixed value differs",
        "The guide fixes the value of this component (an agency, a list, a format) and another one was sent.",
        "Send the value named.",
        "MIG row, fixed components",
    ),
    "STR-16": _code(
        "segment says nothing",
        "The segment has its qualifier but no value.",
        "Send the value or leave the segment out.",
        "MIG row",
        _I,
    ),
    "STR-17": _code(
        "data that no row explains",
        "The canonical document holds data that the guide of the message has no place for.",
        "Remove the Unmapped element, or correct it and give it its name.",
        "MIG of the message",
    ),
    "STR-18": _code(
        "qualifier not used here",
        "The value that says which use of the segment this is exists in D.99B, but the guide does not use it here.",
        "Use one of the values named, or move the segment to where its qualifier belongs.",
        "MIG row, qualifier",
    ),
    # VAL: one value
    "VAL-01": _code(
        "value too long",
        "The value is longer than the element may be. Where the ICS data dictionary is shorter than EDIFACT, the "
        "dictionary decides.",
        "Shorten the value to the length named.",
        "MIG row, format",
    ),
    "VAL-02": _code(
        "value too short",
        "The element has a fixed length and the value is shorter.",
        "Send the value at its full length; leading zeros count.",
        "MIG row, format",
    ),
    "VAL-03": _code(
        "wrong type of character",
        "The value holds characters that the type of the element does not allow: letters in a number, digits in a "
        "purely alphabetic code.",
        "Send a value of the type named.",
        "MIG row, format",
    ),
    "VAL-04": _code(
        "no calendar date or time",
        "The value has the form of a date or time but no such day or time exists, or it is not in the form CCYYMMDD.",
        "Send a day that exists, as CCYYMMDD (in UNB: YYMMDD and HHMM).",
        "Common Messaging Rule on dates; ISO 9735 S004",
    ),
    "VAL-05": _code(
        "code not in its list",
        "The element takes a code of a closed list and the value is not one of them.",
        "Send one of the codes named.",
        "MIG row, code list",
    ),
    "VAL-06": _code(
        "code not known here",
        "The element takes a code; this one is not in the list known here, which may be incomplete.",
        "Check the code. If Customs takes it, add it to the list in your MIG.",
        "MIG row, open code list",
        _W,
    ),
    "VAL-07": _code(
        "wrong decimal notation",
        "Numbers are written with a point as decimal sign and, if it stands, digits behind it.",
        "Replace a comma by a point; write 5 instead of 5.",
        "ISO 9735 (syntax 3), 10; UNA",
    ),
    "VAL-08": _code(
        "no digit before the decimal sign",
        "A digit must stand in front of the decimal sign.",
        "Write 0.5 instead of .5.",
        "ISO 9735 (syntax 3), 10",
    ),
    "VAL-09": _code(
        "number out of range",
        "The number has more digits before or after the point than the element takes.",
        "Round the number, or check its unit.",
        "MIG row, digits and decimals",
    ),
    "VAL-10": _code(
        "value was cleaned",
        "Blanks at the ends or runs of blanks, nulls or line ends inside a value were removed, as Customs does before "
        "it reads.",
        "Nothing to do. What was sent is remembered and written back unchanged.",
        "Common Messaging Rule 4",
        _I,
    ),
    "VAL-11": _code(
        "longer than any seen",
        "The value is longer than any that was seen in real messages; the true limit is not known.",
        "Nothing to do, unless Customs refuses it.",
        "MIG row, dictionary length of basis sample",
        _I,
    ),
    "VAL-12": _code(
        "code not taken here",
        "The value is a code of D.99B, but not one that ICS takes at this place.",
        "Send one of the codes named.",
        "MIG row, code list",
    ),
    # XSD and ourselves
    "XSD-01": _code(
        "canonical document not valid",
        "The canonical XML of the message breaks its schema.",
        "Correct the element named.",
        "schemas/, one XSD for each message",
    ),
    "XSD-02": _code(
        "not well-formed XML",
        "The file begins like XML but cannot be read as XML.",
        "Correct the XML at the line named.",
        "XML 1.0",
    ),
    "XSD-03": _code(
        "not a canonical document",
        "The XML is no document of this namespace, or it brings a document type declaration, which is refused.",
        "Write the root element Interchanges in the namespace urn:edifact-ics:canonical, without DOCTYPE.",
        "schemas/, root element",
    ),
    "INT-01": _code(
        "a stage of this program failed",
        "Something in this program went wrong on this message. The rest of the file was checked.",
        "Please report it with the message; your data may be in order.",
        "edifact_ics",
    ),
    "INT-02": _code(
        "more findings than are listed",
        "Only the first findings are listed; all were counted and the verdict knows them.",
        "Correct what is listed and check again.",
        "edifact_ics",
        _I,
    ),
}
