"""One EDIFACT file gone through: each stage over each message, and the gates between them.

scan, envelope, walk with element checks, canonical text, schema; the report gathers what each found, with its place.
One message at a time, and a broken one does not sink its neighbours.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from edifact_ics import canonical, schema
from edifact_ics.envelope import (
    Closed,
    Interchange,
    Message,
    Opened,
    Reader,
    Stray,
    finding,
    message_trailer_findings,
    missing_trailer,
    trailer_findings,
)
from edifact_ics.finding import (
    CODES,
    MAX_PER_MESSAGE,
    Finding,
    InterchangeSummary,
    MessageSummary,
    Policy,
    Position,
    Report,
    Severity,
    verdict_of,
)
from edifact_ics.guides import bgm, guide_of, table_of
from edifact_ics.interpret import ElementFinding, Interpreted
from edifact_ics.library import Library, ours
from edifact_ics.mig import SERVICE
from edifact_ics.structure import walk
from edifact_ics.syntax import REPERTOIRES, split_elements
from edifact_ics.table import Table
from edifact_ics.walked import StructureFinding, Walk

STAGES = ("syntax", "envelope", "structure", "canonical", "schema", "rules")
_NONE: frozenset[int] = frozenset()
_NO_RULES = "skipped: this version checks no business rules yet"


@dataclass(slots=True)
class Checked:
    """One message and all that was found in it.

    `table` and `walk` are None when the message is not known. `xml` is its canonical element when one was asked for.
    """

    message: Message
    summary: MessageSummary
    findings: list[Finding]
    table: Table | None = None
    walk: Walk | None = None
    xml: str | None = None

    @property
    def rejected(self) -> bool:
        """Tell whether an error stands in the message."""
        return any(f.severity is Severity.ERROR for f in self.findings)


@dataclass(slots=True)
class Started:
    """An interchange begins; `header` is what its UNB says, None if there is none."""

    interchange: Interchange
    findings: list[Finding]
    envelope: Table
    header: Interpreted | None


@dataclass(slots=True)
class Ended:
    """An interchange ends."""

    interchange: Interchange
    findings: list[Finding]


Step = Started | Checked | Stray | Ended


@dataclass(slots=True)
class Run:
    """The way through one file. `tail` is what no interchange holds, known at the end."""

    report: Report
    want_xml: bool = False
    trace: bool = True
    policy: Policy = field(default_factory=Policy)
    library: Library = field(default_factory=ours)
    tail: str = ""
    skipped: Counter[str] = field(default_factory=Counter)
    cut: bool = False

    def steps(self, source: BinaryIO) -> Iterator[Step]:
        """Go through a file, adding to the report; give each interchange and message as it is done."""
        reader = Reader(source)
        last: Message | None = None
        with _few_collections():
            for event in reader.events():
                if isinstance(event, Opened):
                    last, self.cut = None, False
                    yield self._start(event)
                elif isinstance(event, Message):
                    last = event
                    yield self._message(event)
                elif isinstance(event, Closed):
                    yield self._end(event, last)
                else:
                    yield event
        self.report.add(self.policy.apply(reader.findings))
        self.tail = reader.tail
        self._finish()

    # ------------------------------------------------------------------ interchanges

    def _start(self, event: Opened) -> Started:
        interchange = event.interchange
        envelope = table_of(self.library, SERVICE, interchange.delimiters, interchange.syntax)
        found, header = list(event.findings), None
        if interchange.bare:
            at = Position(
                interchange.offset, interchange.line, interchange.column, interchange.number, None, None, 1, "UNH"
            )
            found.append(finding("ENV-01", at, "The file begins with UNH: messages without an envelope."))
        elif interchange.header:
            header = _interpret(envelope, "UNB", interchange.header_raw)
            found += self._header(interchange, header)
        self.report.interchanges.append(
            InterchangeSummary(
                interchange.number,
                interchange.reference,
                interchange.value(2),
                interchange.value(3),
                interchange.offset,
            )
        )
        self.report.add(self.policy.apply(found))
        return Started(interchange, found, envelope, header)

    def _header(self, interchange: Interchange, header: Interpreted) -> list[Finding]:
        """Return what is wrong with UNB."""
        place, raw = interchange.header_place, interchange.header_raw
        if interchange.header_cut:
            self.cut = True
            text = f"The file ends inside the segment {raw[:40]!r}: its terminator is missing."
            return [finding("SYN-06", interchange.at(place, 1, raw), text, raw[:200])]
        found = _syntax_findings(interchange)
        told = bool(found)
        if interchange.header_lost:
            found.append(
                finding("SYN-07", interchange.at(place, 1, raw), "The terminator of UNB is missing: UNH begins in it.")
            )
        if _blank(interchange.lead):
            found.append(_blanks(interchange.at(place, 1, raw)))
        return found + [
            placed(f, interchange.at(place, 1, raw, f.element, f.component))
            for f in header.findings
            if not (told and f.element == 1)
        ]

    def _end(self, event: Closed, last: Message | None) -> Ended:
        interchange = event.interchange
        found = list(event.findings)
        raw = interchange.trailer
        if raw is None and not interchange.bare and interchange.header and not self.cut:
            if not interchange.ends_astray and not any(f.code == "SYN-06" for f in found):
                found.append(missing_trailer(interchange, _last_place(interchange, last)))
        elif raw is not None:
            found += self._trailer(interchange, raw)
        size = _end_offset(interchange, last) - interchange.offset
        if size > 10 * 1024 * 1024:
            at = interchange.at(interchange.header_place, 1, interchange.header_raw)
            text = f"The interchange has {size:,} bytes; ICS takes at most 10 MB by mail."
            found.append(finding("ENV-15", at, text))
        self.report.add(self.policy.apply(found))
        return Ended(interchange, found)

    def _trailer(self, interchange: Interchange, raw: str) -> list[Finding]:
        """Return what is wrong with UNZ: what its elements are first, then what they say."""
        own = trailer_findings(interchange, self.cut)
        if any(f.code in ("SYN-06", "ENV-02") for f in own):
            return own
        place, number = interchange.trailer_place, interchange.segments
        envelope = table_of(self.library, SERVICE, interchange.delimiters, interchange.syntax)
        found = [
            placed(f, interchange.at(place, number, raw, f.element, f.component))
            for f in _interpret(envelope, "UNZ", raw).findings
        ]
        elements = split_elements(raw, interchange.delimiters)
        if len(elements) > 2 and elements[2] == [interchange.reference]:
            found = [f for f in found if f.position.element != 2]  # the same fault was reported at UNB
        if _blank(interchange.trailer_lead):
            found.append(_blanks(interchange.at(place, number, raw)))
        told = {f.position.element for f in found}
        return found + [f for f in own if f.position.element is None or f.position.element not in told]

    # ------------------------------------------------------------------ messages

    def _message(self, message: Message) -> Checked:
        summary = _summary(message)
        self.report.interchanges[-1].messages.append(summary)
        done = Checked(message, summary, [])
        try:
            self._check_message(done)
        except Exception as error:
            text = f"This program failed on the message: {type(error).__name__}: {error}."
            done.findings = [*done.findings, finding("INT-01", message.at(1), text)]
        found = done.findings
        found.sort(key=lambda f: (f.position.segment or 0, f.position.element or 0, f.position.component or 0))
        judged = self.policy.apply(found)
        unlisted = done.walk.unlisted if done.walk else Counter[Severity]()
        summary.verdict = verdict_of(Counter(f.severity for f in judged) + unlisted)
        self._list(message, judged, unlisted)
        return done

    def _list(self, message: Message, found: list[Finding], unlisted: Counter[Severity]) -> None:
        """Put findings into the report, the first thousand of a message listed, all counted."""
        self.report.add(found[:MAX_PER_MESSAGE])
        unlisted = unlisted + Counter(one.severity for one in found[MAX_PER_MESSAGE:])
        if unlisted:
            self.report.counts.update(unlisted)
            text = f"{unlisted.total()} more findings in this message are not listed."
            self.report.findings.append(finding("INT-02", message.at(len(message.raws)), text))

    def _check_message(self, done: Checked) -> None:
        message = done.message
        if message.unterminated and len(message.raws) == 1:  # the file ends inside UNH
            done.findings += self._unclosed(message)
            done.xml = canonical.unknown_xml(message, self.trace) if self.want_xml else None
            return
        done.findings += _header_findings(self.library, message)
        blank = next((i for i in range(len(message.raws)) if _blank(message.lead(i))), None) if _odd(message) else None
        if blank is not None:
            done.findings.append(_blanks(message.at(blank + 1)))
        guide = guide_of(self.library, message)
        if isinstance(guide, Finding):
            done.findings.append(guide)
            self.skipped["the message is not known"] += 1
            done.findings += message_trailer_findings(message, _NONE) if message.closed else self._unclosed(message)
            if self.want_xml:
                done.xml = canonical.unknown_xml(message, self.trace)
            return
        table = table_of(self.library, guide.message, message.interchange.delimiters, message.interchange.syntax)
        walked = walk(table, message.raws, message.closed, message.truncated, message.unterminated)
        done.table, done.walk = table, walked
        done.findings += [_lost(message, index) for index in message.lost]
        if walked.findings:
            done.findings += place_findings(table, message, walked)
        if message.closed:
            done.findings = _without_echo(message, done.findings)
            told = {f.position.element for f in done.findings if f.position.segment == len(message.raws)}
            lost = len(message.lost)
            explained = walked.explained | {difference - lost for difference in walked.explained}
            trailer = message_trailer_findings(message, explained)
            done.findings += [f for f in trailer if f.position.element not in told]
        elif walked.trailer is None and not (walked.garbled and not message.truncated):
            done.findings += self._unclosed(message)
        self._check_schema(done, table, walked)

    def _unclosed(self, message: Message) -> list[Finding]:
        at = message.at(len(message.raws))
        if message.unterminated:
            self.cut = True
            raw = message.raws[-1]
            text = f"The file ends inside the segment {raw[:40]!r}: its terminator is missing."
            return [finding("SYN-06", at, text, raw[:200])]
        if message.truncated and not message.interchange.bare:
            self.cut = True
            text = f"The file ends inside message {message.reference}: neither UNT nor UNZ was sent."
            return [finding("ENV-03", at, text)]
        return [finding("ENV-06", at, f"The message {message.reference} is not closed by UNT.")]

    def _check_schema(self, done: Checked, table: Table, walked: Walk) -> None:
        """The schema judges messages in which nothing was wrong before: it would only repeat what is known."""
        if done.rejected:
            self.skipped["no message was free of earlier errors"] += 1
            if self.want_xml:
                done.xml = canonical.message_xml(table, done.message, walked, self.trace)
            return
        plain = canonical.message_xml(table, done.message, walked, False)
        self.skipped[""] += 1
        name = table.mig.xml
        xsd = self.library.schema(table.mig.message)
        if not schema.is_valid(xsd, f'<{name} xmlns="{canonical.NAMESPACE}"{plain[len(name) + 1 :]}'):
            done.findings += _schema_findings(xsd, table, done.message, walked)
        if self.want_xml:
            done.xml = canonical.message_xml(table, done.message, walked, True) if self.trace else plain

    # ------------------------------------------------------------------ the end

    def _finish(self) -> None:
        report = self.report
        report.findings.sort(key=lambda f: f.position.offset if f.position.offset is not None else 1 << 62)
        if report.unlisted > 0 and len(report.findings) >= 10_000:
            text = f"{report.unlisted} more findings in this file are not listed."
            report.findings.append(finding("INT-02", report.findings[-1].position, text))
        messages_seen = any(i.messages for i in report.interchanges)
        for stage in STAGES:
            report.stages[stage] = "run"
        if not messages_seen:
            for stage in STAGES[2:]:
                report.stages[stage] = "skipped: the file holds no message"
        elif not self.skipped[""]:
            reason = next(iter(sorted(k for k in self.skipped if k)), "nothing to check")
            report.stages["schema"] = f"skipped: {reason}"
        if messages_seen:
            report.stages["rules"] = _NO_RULES


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let the collector of cycles run seldom: what is made here is dropped message by message and holds no cycles."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], 100_000), 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


# ---------------------------------------------------------------------- findings


def _interpret(envelope: Table, tag: str, raw: str) -> Interpreted:
    node = next(n for n in envelope.nodes if n.segment.tag == tag)
    return envelope.interpret(node, raw, {})


def _lost(message: Message, index: int) -> Finding:
    """Say that a service segment swallowed the one that follows it."""
    raw, following = message.raws[index], message.raws[index + 1 : index + 2]
    swallowed = following[0][:3] if following else "the next segment"
    text = f"The terminator of {raw[:3]} is missing: {swallowed} begins inside it."
    element = len(split_elements(raw, message.interchange.delimiters)) - 1 or None
    return finding(
        "SYN-07", message.at(index + 1, element), text, raw[:200], f"Write a terminator after {raw[-20:]!r}."
    )


def placed(inner: ElementFinding, position: Position, path: str | None = None) -> Finding:
    """Return a finding of one segment with its position, and its path in the canonical document."""
    source = inner.source or CODES[inner.code].source
    return Finding(
        inner.code, inner.severity, inner.message, position, path, inner.name, inner.value, source, inner.hint
    )


def place_findings(table: Table, message: Message, walked: Walk) -> list[Finding]:
    """Give the findings of a walk their positions and canonical paths."""
    wanted = {f.segment for f in walked.findings if f.inner.path}
    before = canonical.prefixes(table, walked.placed, wanted) if wanted else {}
    return [
        placed(f.inner, message.at(f.segment, f.inner.element, f.inner.component), path_of(table, f, before))
        for f in walked.findings
    ]


def path_of(table: Table, found: StructureFinding, before: dict[int, tuple[str, dict[int, int]]]) -> str | None:
    """Return the canonical path of a finding, containers that repeat counted from 1."""
    inner = found.inner
    if inner.path is None or found.segment not in before:
        return None
    prefix, held = before[found.segment]
    names = inner.path.split("/")
    if inner.slot is not None and len(names) > 1 and held.get(inner.slot, 0) and _repeats(table, inner):
        names[-2] += f"[{held[inner.slot]}]"
    return "/".join([prefix, *names])


def _repeats(table: Table, inner: ElementFinding) -> bool:
    names = tuple((inner.path or "").split("/")[:-1])
    return any(u.each and u.container == names for n in table.nodes for u in n.segment.uses)


def _header_findings(library: Library, message: Message) -> list[Finding]:
    """Return what is wrong with the reference in UNH. ISO 9735, UNH."""
    if message.reference:
        if not _reused(message):
            return []
        text = f"Message reference {message.reference!r} was used before in this interchange."
        return [finding("ENV-11", message.at(1, 1), text, message.reference)]
    if library.by_identifier.get(":".join(message.type[:4])) is not None:
        return []  # the guide will say it
    return [finding("STR-10", message.at(1, 1), "UNH lacks its element 1 (message reference number).")]


def _without_echo(message: Message, found: list[Finding]) -> list[Finding]:
    """Leave out what is said of the reference in UNT when UNT repeats UNH: it was said there."""
    last = len(message.raws)
    elements = split_elements(message.raws[-1], message.interchange.delimiters)
    if len(elements) < 3 or elements[2] != [message.reference]:
        return found
    said = {f.code for f in found if (f.position.segment, f.position.element) == (1, 1)}
    return [f for f in found if (f.position.segment, f.position.element) != (last, 2) or f.code not in said]


def _blank(lead: str) -> bool:
    return " " in lead or "\t" in lead


def _odd(message: Message) -> bool:
    """Tell whether more than line ends may stand between the segments of a message."""
    return not isinstance(message.leads, str) or _blank(message.leads) or _blank(message.first)


def _blanks(at: Position) -> Finding:
    return finding("SYN-10", at, "Blanks stand in front of this segment; only line ends are ignored there.")


def _reused(message: Message) -> bool:
    references = message.interchange.references
    if message.reference in references:
        return True
    references.add(message.reference)
    return False


def _syntax_findings(interchange: Interchange) -> list[Finding]:
    found = []
    at, raw = interchange.header_place, interchange.header_raw
    identifier, version = interchange.value(1), interchange.value(1, 2)
    if identifier and identifier != "UNOC":
        read = "read as such" if identifier in REPERTOIRES else "read as ISO 8859-1"
        text = f"UNB names the repertoire {identifier!r} ({read}); ICS takes UNOC only."
        found.append(finding("SYN-03", interchange.at(at, 1, raw, 1, 1), text, identifier, "Write UNOC."))
    if version and version != "3":
        text = f"UNB names syntax version {version!r}; ICS takes version 3 only."
        found.append(finding("SYN-04", interchange.at(at, 1, raw, 1, 2), text, version, "Write 3."))
    return found


def _schema_findings(xsd: Path | None, table: Table, message: Message, walked: Walk) -> list[Finding]:
    """Say where the canonical document of a message breaks its schema: it is written once more, with trace."""
    traced = canonical.message_xml(table, message, walked, True)
    name = table.mig.xml
    text = f'<{name} xmlns="{canonical.NAMESPACE}"{traced[len(name) + 1 :]}'
    try:
        element = etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        return [finding("INT-01", message.at(1), f"The canonical XML cannot be read: {error}.")]
    places = canonical.places(table)
    found = []
    for breach in schema.breaches(xsd, element):
        segment = int(breach.seg.split()[0]) if breach.seg else 1
        place = places.get(breach.names)
        at = message.at(segment, place[0], place[1]) if place else message.at(segment)
        source = f"schemas/{table.mig.message.lower()}.xsd"
        code = CODES["XSD-01"]
        found.append(Finding("XSD-01", code.severity, breach.reason, at, breach.path, None, breach.value, source))
    if not found:
        found.append(finding("INT-01", message.at(1), "The canonical XML is not valid, but only without trace."))
    return found


def _summary(message: Message) -> MessageSummary:
    start = bgm(message) if message.type[:1] != ["CONTRL"] else None

    def said(element: int, component: int) -> str:
        if start is None or len(start) <= element or len(start[element]) < component:
            return ""
        return start[element][component - 1].strip()

    return MessageSummary(
        message.number,
        message.reference,
        message.type[0] if message.type else "",
        said(1, 4),
        said(3, 1),
        said(2, 1),
        said(2, 2),
        len(message.raws),
    )


def _last_place(interchange: Interchange, last: Message | None) -> Position:
    if last is None:
        return interchange.at(interchange.header_place, 1, interchange.header_raw)
    at = last.at(len(last.raws))
    return Position(at.offset, at.line, at.column, interchange.number, None, None, interchange.segments, at.tag)


def _end_offset(interchange: Interchange, last: Message | None) -> int:
    if interchange.trailer is not None:
        return interchange.trailer_place[0] + len(interchange.trailer) + 1
    if last is None:
        return interchange.offset
    return (last.at(len(last.raws)).offset or 0) + len(last.raws[-1]) + 1
