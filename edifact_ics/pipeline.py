"""What the package does with a file, and in which order: check, translate, respond. Nothing here prints."""

from __future__ import annotations

import datetime
import io
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from edifact_ics.canonical.message_xml import Document
from edifact_ics.envelope.receiver import Receiver
from edifact_ics.finding import Finding, Policy, Report, Severity
from edifact_ics.guide.library import Library, ours
from edifact_ics.history import History, Journal, Memory
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked, Started
from edifact_ics.reference import Reference, load_reference, supplied
from edifact_ics.rules import Known, RuleSet, available
from edifact_ics.source import Source, is_xml, opened, peek

if TYPE_CHECKING:
    from edifact_ics.inspection.lodging import Lodging


@dataclass(frozen=True, slots=True)
class Result:
    """What `check` gives: the report, and its parts by short names."""

    report: Report

    @property
    def findings(self) -> list[Finding]:
        """The findings in source order."""
        return self.report.findings

    @property
    def verdict(self) -> str:
        """accepted, accepted-with-warnings or rejected."""
        return self.report.verdict.value

    @property
    def accepted(self) -> bool:
        """Tell whether no error stands."""
        return self.verdict != "rejected"


def check(
    source: Source,
    name: str | None = None,
    policy: Policy | None = None,
    library: Library | None = None,
    *,
    rules: RuleSet | None = None,
    reference: Reference | None = None,
    history: History | None = None,
    journal: Journal | None = None,
) -> Result:
    """Check a file of interchanges, or a canonical XML document, and return what was found, in source order.

    `source` is the bytes themselves, a path, or an open binary file; `name` is what the report calls it;
    `library` (default: ours) holds the guides. `rules`: the business rules to judge by; None means ours and those of
    installed packages, an empty set none. `reference`: the tables to look things up in; None means those shipped and
    those of the default folder. Rules that need another table, or the `history` of what was sent, are skipped, and the
    report says so. A `journal` is a history that is told as well what becomes of the messages. Bad data never raises;
    MigError means a guide that is not sound, ReferenceDataError such a table, HistoryError a history that failed,
    OSError a file that cannot be read.
    """
    guides = library or ours()
    journal = journal or (None if history is None else Memory(history))
    tables = _tables(reference, guides)
    engine = (available() if rules is None else rules).engine(Known(history=journal, reference=tables))
    with opened(source) as (file, known):
        run = Run(Report(name or known), policy=policy or Policy(), library=guides, engine=engine)
        run.lodging = _lodging(journal, guides, run.policy)
        beginning, file = peek(file)
        if is_xml(beginning):
            from edifact_ics.conversion import edifact_pieces  # not needed for EDIFACT, and it takes time to load

            deque(edifact_pieces(run, file), 0)
        else:
            deque(run.steps(file), 0)
    return Result(run.report)


def _tables(given: Reference | None, guides: Library) -> Reference:
    """Return the tables to look things up in, with the code lists of the guides at hand."""
    tables = load_reference() if given is None else given
    return tables if guides is ours() else tables.supplied_by(supplied(guides))


def _lodging(journal: Journal | None, library: Library, policy: Policy) -> Lodging | None:
    if journal is None:
        return None
    from edifact_ics.inspection.lodging import Lodging  # not needed without a history, and it takes time to load

    return Lodging(journal, library, policy)


class InvalidInterchange(Exception):
    """An interchange with errors of form; `report` holds them."""

    def __init__(self, report: Report) -> None:
        count = report.counts[Severity.ERROR]
        super().__init__(f"{report.file}: {count} error{'' if count == 1 else 's'} of form")
        self.report = report


def as_edifact(file: BinaryIO, library: Library | None = None, name: str = "-") -> BinaryIO:
    """Return a file as EDIFACT: as it is, or, where it is canonical XML, what it stands for by the guides.

    Raise InvalidInterchange, which carries the report, when the document has errors of form: something of it could
    not be written, or would say something else. `name` is what the report calls the file.
    """
    beginning, file = peek(file)
    if not is_xml(beginning):
        return file
    from edifact_ics.conversion import edifact_pieces  # not needed for EDIFACT, and it takes time to load

    run = Run(Report(name), library=library or ours())
    text = "".join(edifact_pieces(run, file))
    if run.refused:
        raise InvalidInterchange(run.report)
    return io.BytesIO(text.encode("iso8859-1"))


def translate(source: Source, *, trace: bool = False, library: Library | None = None) -> list[Document]:
    """Return the canonical documents of a file's messages, in order.

    Raise InvalidInterchange, which carries the report, when an error of form stands. `trace` keeps how each message
    was sent, for the way back.
    """
    with opened(source) as (file, known):
        run = Run(Report(known), want_xml=True, trace=trace, library=library or ours())
        documents = [_document(step) for step in run.steps(file) if isinstance(step, Checked)]
    if run.refused:
        raise InvalidInterchange(run.report)
    return documents


def _document(done: Checked) -> Document:
    message, table = done.message, done.table
    name = table.mig.xml if table else "UnknownMessage"
    guide = table.mig.message if table else None
    return Document(done.xml or "", name, guide, message.interchange.number, message.number, message.reference)


@dataclass(frozen=True, slots=True)
class Answer:
    """What `respond` gives: `data` is the file to send, empty when none is due or possible; `notes` say why.

    `possible`: False when an answer would be due but cannot be written. `pieces` are the interchanges in `data`.
    """

    data: bytes
    notes: tuple[str, ...]
    report: Report
    possible: bool
    pieces: tuple[bytes, ...] = ()


def respond(
    source: Source,
    *,
    kind: str = "both",
    at: datetime.datetime | None = None,
    reference: int | None = None,
    library: Library | None = None,
    receiver: Receiver | None = None,
    history: History | None = None,
    rules: RuleSet | None = None,
    tables: Reference | None = None,
    bureau: str | None = None,
) -> Answer:
    """Return the answer to a file: for each interchange a CONTRL, and the business responses to what it lets through.

    `kind` is contrl, cusres (business responses alone) or both: two interchanges, the CONTRL first. `at` (default:
    now) goes into UNB as given; `reference` (default: made from `at`) is that of the first answer and is counted up.
    `receiver` tells what the one who answers knows besides the file, `history` what was sent before; `rules` and
    `tables` are what business responses are judged by: `rules` and `reference` of `check`. `bureau` is the site of one
    that answers in place of the recipient: it can reject and not accept, so acceptances are left out.
    """
    from edifact_ics.answering import KINDS, Answering  # not needed for a check, and it takes time to load

    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    guides, engine = library or ours(), None
    journal = None if history is None else Memory(history)
    if kind != "contrl":
        known = Known(history=journal, reference=_tables(tables, guides))
        engine = (available() if rules is None else rules).engine(known)
    moment = at or datetime.datetime.now()
    number = reference if reference is not None else int(moment.strftime("%Y%m%d%H%M%S"))
    order = {rule.id: place for place, rule in enumerate(engine.rules if engine else ())}
    site = bureau or (receiver.site if receiver else None)
    answers = Answering(kind, moment, number, guides, site, bureau is not None, order)
    with opened(source) as (file, name):
        run = Run(Report(name), library=guides, engine=engine, lodging=_lodging(journal, guides, Policy()))
        try:
            edifact = as_edifact(file, library, name)
        except InvalidInterchange as error:
            first = next(f.message for f in error.report.findings if f.severity is Severity.ERROR)
            why = f"The document has errors of form, so nothing can be sent of it: {first}"
            return Answer(b"", (why,), error.report, False)
        for step in run.steps(edifact):
            refused = receiver.refuses(step.interchange) if receiver and isinstance(step, Started) else []
            run.report.add(refused)
            answers.take(step, refused)
    if not run.report.interchanges:
        answers.possible = False
        why = run.report.findings[0].message if run.report.findings else ""
        answers.notes.append(f"There is no interchange to answer: {why}")
    pieces = tuple(answers.pieces)
    return Answer(b"".join(pieces), tuple(answers.notes), run.report, answers.possible, pieces)
