"""One EDIFACT file gone through: each stage over each message, and the gates between them.

scan, envelope, walk with element checks, canonical text, schema; the report gathers what each found, with its place.
One message at a time, and a broken one does not sink its neighbours.
"""

from __future__ import annotations

import datetime
import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from edifact_ics.canonical import message_xml, schema
from edifact_ics.canonical.viewing import Spot, view
from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import Closed, Interchange, Message, Opened
from edifact_ics.envelope.reader import MAX_INTERCHANGE, Reader
from edifact_ics.envelope.service import (
    blanks,
    first_blank,
    message_header_findings,
    message_trailer_findings,
    missing_trailer,
    swallowed,
    without_echo,
)
from edifact_ics.finding import (
    MAX_PER_MESSAGE,
    Finding,
    InterchangeSummary,
    MessageSummary,
    Policy,
    Position,
    Report,
    Severity,
    leniently,
    verdict_of,
)
from edifact_ics.guide.library import Library, ours
from edifact_ics.guide.mig import SERVICE
from edifact_ics.history import HistoryError
from edifact_ics.inspection import judging
from edifact_ics.inspection.enclosing import of_header, of_trailer, said_by, wrapped
from edifact_ics.inspection.guides import (
    guide_of,
    has_rules,
    identity,
    is_lenient,
    table_of,
    wider_guide,
    without_guide,
)
from edifact_ics.inspection.placing import end_offset, last_place, place_findings, schema_findings
from edifact_ics.inspection.steps import Checked, Ended, Started, Step
from edifact_ics.reference import ReferenceDataError
from edifact_ics.rules import Engine, Known
from edifact_ics.structure.table import Table
from edifact_ics.structure.totals import wrong_totals
from edifact_ics.structure.walk import walk
from edifact_ics.structure.walked import Walk
from edifact_ics.syntax.wrapping import Wrapping, unwrapped

if TYPE_CHECKING:
    from edifact_ics.inspection.lodging import Lodging  # not needed without a history, and it takes time to load

STAGES = ("syntax", "envelope", "structure", "canonical", "schema", "rules")
_NONE: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class Run:
    """The way through one file.

    `tail` is what no interchange holds, known at the end; `engine` judges by rules, `lodging` knows what was sent
    before. `refused`: an error was found, whatever the policy makes of it. `ruled` counts the messages that the rules
    speak of, `judged` those that were free of errors of form.
    """

    report: Report
    want_xml: bool = False
    trace: bool = True
    policy: Policy = field(default_factory=Policy)
    library: Library = field(default_factory=ours)
    engine: Engine | None = None
    lodging: Lodging | None = None
    ruled: int = 0
    judged: int = 0
    lodged: datetime.date | None = None
    tail: str = ""
    skipped: Counter[str] = field(default_factory=Counter)
    cut: bool = False
    refused: bool = False
    _sender: tuple[Interchange, Known] | None = None
    _wrapping: Wrapping | None = None

    def steps(self, source: BinaryIO) -> Iterator[Step]:
        """Go through a file, adding to the report; give each interchange and message as it is done."""
        source, self._wrapping = unwrapped(source)
        reader = Reader(source)
        last: Message | None = None
        with few_collections():
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
        self.tell(reader.findings)
        self.tail = reader.tail
        self._finish()

    def tell(self, found: list[Finding]) -> None:
        """Put into the report what the policy keeps; whether an error stands is known from all."""
        self.refused = self.refused or any(f.severity is Severity.ERROR for f in found)
        self.report.add(self.policy.apply(found))

    # ------------------------------------------------------------------ interchanges

    def _start(self, event: Opened) -> Started:
        interchange = event.interchange
        envelope = table_of(self.library, SERVICE, interchange.delimiters, interchange.syntax)
        found, header = list(event.findings), None
        if self._wrapping is not None and self._wrapping.holds(interchange.offset):
            found.append(wrapped(interchange, self._wrapping))
        if interchange.bare:
            at = Position(
                interchange.offset, interchange.line, interchange.column, interchange.number, None, None, 1, "UNH"
            )
            found.append(finding("ENV-01", at, "The file begins with UNH: messages without an envelope."))
        elif interchange.header:
            header = said_by(envelope, "UNB", interchange.header_raw)
            self.cut = interchange.header_cut
            found += of_header(interchange, header)
            found += self._lodge(interchange, found)
        self.report.interchanges.append(
            InterchangeSummary(
                interchange.number,
                interchange.reference,
                interchange.value(2),
                interchange.value(3),
                interchange.offset,
            )
        )
        self.tell(found)
        return Started(interchange, found, envelope, header)

    def _lodge(self, interchange: Interchange, found: list[Finding]) -> list[Finding]:
        """Open the interchange in the journal; say so if its sender used the reference before."""
        if self.lodging is None:
            return []
        at = interchange.at(interchange.header_place, 1, interchange.header_raw, 5)
        again = self.lodging.begin(interchange.value(2), interchange.reference, at)
        self.lodging.refuse([*found, *again])
        return [] if any(f.code == "ENV-12" for f in found) else again

    def _end(self, event: Closed, last: Message | None) -> Ended:
        interchange = event.interchange
        found = list(event.findings)
        raw = interchange.trailer
        if raw is None and not interchange.bare and interchange.header and not self.cut:
            if not interchange.ends_astray and not any(f.code == "SYN-06" for f in found):
                found.append(missing_trailer(interchange, last_place(interchange, last)))
        elif raw is not None:
            envelope = table_of(self.library, SERVICE, interchange.delimiters, interchange.syntax)
            found += of_trailer(envelope, interchange, raw, self.cut)
        size = end_offset(interchange, last) - interchange.offset
        if size > MAX_INTERCHANGE:
            at = interchange.at(interchange.header_place, 1, interchange.header_raw)
            text = f"The interchange has {size:,} bytes; ICS takes at most 10 MB by mail."
            found.append(finding("ENV-15", at, text))
        if self.lodging is not None:
            self.lodging.refuse(found)
            self.lodging.end()
        self.tell(found)
        return Ended(interchange, found)

    # ------------------------------------------------------------------ messages

    def _message(self, message: Message) -> Checked:
        summary = _summary(message)
        self.report.interchanges[-1].messages.append(summary)
        done = Checked(message, summary, [])
        try:
            self._check_message(done)
        except (HistoryError, ReferenceDataError):  # no fault of the message: nothing can be judged
            raise
        except Exception as error:
            text = f"This program failed on the message: {type(error).__name__}: {error}."
            done.findings = [*done.findings, finding("INT-01", message.at(1), text)]
        found = done.findings
        if self.lodging is not None:
            self.lodging.refuse(found, whole=False)
            self.lodging.record(found)
            done.states = self.lodging.states
        if not found:
            return done  # the plain case
        found.sort(key=lambda f: (f.position.segment or 0, f.position.element or 0, f.position.component or 0))
        self.refused = self.refused or done.rejected
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
            done.xml = message_xml.unknown_xml(message, self.trace) if self.want_xml else None
            return
        done.findings += message_header_findings(self.library, message)
        blank = first_blank(message)
        if blank is not None:
            done.findings.append(blanks(message.at(blank + 1)))
        guide = guide_of(self.library, message)
        if isinstance(guide, Finding):
            done.findings.append(guide)
            self.skipped["the message is not known"] += 1
            done.findings += message_trailer_findings(message, _NONE) if message.closed else self._unclosed(message)
            if self.want_xml:
                done.xml = message_xml.unknown_xml(message, self.trace)
            return
        table = table_of(self.library, guide.message, message.interchange.delimiters, message.interchange.syntax)
        walked = walk(table, message.raws, message.closed, message.truncated, message.unterminated)
        wider = wider_guide(self.library, guide, walked)
        if wider is not None:
            guide, delimiters = wider, message.interchange.delimiters
            table = table_of(self.library, guide.message, delimiters, message.interchange.syntax)
            walked = walk(table, message.raws, message.closed, message.truncated, message.unterminated)
        if table.has_totals:
            walked.findings += wrong_totals(walked)
        done.findings += without_guide(self.library, message, guide)
        done.table, done.walk = table, walked
        done.findings += [swallowed(message, index) for index in message.lost]
        if walked.findings:
            done.findings += place_findings(table, message, walked)
        if message.closed:
            done.findings = without_echo(message, done.findings)
            told = {f.position.element for f in done.findings if f.position.segment == len(message.raws)}
            lost = len(message.lost)
            explained = walked.explained | {difference - lost for difference in walked.explained}
            trailer = message_trailer_findings(message, explained)
            done.findings += [f for f in trailer if f.position.element not in told]
        elif walked.trailer is None and not (walked.garbled and not message.truncated):
            done.findings += self._unclosed(message)
        self._check_schema(done, table, walked)
        if is_lenient(guide, message.interchange.value(2)):
            done.findings = leniently(done.findings)
            walked.unlisted[Severity.WARNING] += walked.unlisted.pop(Severity.ERROR, 0)
        if self.engine is not None and has_rules(guide):
            self.ruled += 1
            if not done.rejected:
                self._judge(done, table, walked, self.engine)

    def _judge(self, done: Checked, table: Table, walked: Walk, engine: Engine) -> None:
        """Business rules judge messages without errors of form."""
        message = done.message

        def at(spot: Spot) -> Position:
            return message.at(spot.segment, spot.element, spot.component)

        self.judged += 1
        if engine.rules or self.lodging is not None:  # else nobody would look at the view
            known = self._known(message.interchange)
            done.view = view(table, walked.placed)
            done.findings += judging.findings(engine, table, walked.placed, done.view, known, at, self.lodging)

    def _known(self, interchange: Interchange) -> Known:
        """Return what is known besides a message of an interchange; worked out once for each."""
        if self._sender is None or self._sender[0] is not interchange:
            assert self.engine is not None
            known = self.engine.known._replace(client=interchange.value(2), lodged=judging.lodged(interchange))
            self._sender = (interchange, known)
        return self._sender[1]

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
        if self.want_xml or not done.rejected:
            xml = message_xml.message_xml(table, done.message, walked, self.want_xml and self.trace)
            done.xml = xml if self.want_xml else None
        if done.rejected:
            self.skipped["no message was free of earlier errors"] += 1
            return
        self.skipped[""] += 1
        xsd = self.library.schema(table.mig.message)
        if not schema.is_valid(xsd, message_xml.alone(xml, table.mig.xml)):
            done.findings += schema_findings(xsd, table, done.message, walked)

    # ------------------------------------------------------------------ the end

    def _finish(self) -> None:
        report = self.report
        if self._wrapping is not None:
            place = self._wrapping.place
            report.findings = [replace(f, position=place(f.position)) for f in report.findings]
            for interchange in report.interchanges:
                interchange.offset = place(Position(interchange.offset, 1, 1)).offset or 0
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
        self.say_rules(self.why_not if messages_seen else "the file holds no message")

    @property
    def why_not(self) -> str:
        """Why no message was judged by the rules, where messages there are."""
        addressed = self.ruled or self.skipped["the message is not known"]
        return "no message was free of errors of form" if addressed else "they are for messages to Customs"

    def say_rules(self, why_not: str) -> None:
        """Put into the report which rules were run and which were skipped; `why_not` if no message was judged."""
        report, engine = self.report, self.engine
        if engine is None:
            report.stages["rules"] = "skipped: business rules were not asked for"
        elif not self.judged:
            report.stages["rules"] = f"skipped: {why_not}"
        else:
            report.stages["rules"] = "run"
            report.rules_run, report.rules_skipped = len(engine.rules), engine.skipped
            if self.lodging is not None and self.lodging.nameless:
                why = "some messages do not say who sent them"
                report.rules_skipped = engine.skipped + [(r.id, why) for r in engine.rules if "history" in r.needs]


@contextmanager
def few_collections() -> Iterator[None]:
    """Let the collector of cycles run seldom: what is made here is dropped message by message and holds no cycles."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], 400_000), 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _summary(message: Message) -> MessageSummary:
    named = identity(message)
    return MessageSummary(
        message.number,
        message.reference,
        message.type[0] if message.type else "",
        named.document,
        named.function,
        named.reference,
        named.version,
        len(message.raws),
    )
