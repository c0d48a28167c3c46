"""The answers to a file, interchange by interchange: a CONTRL, then business responses to what that lets through."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from edifact_ics.canonical.document import read_document
from edifact_ics.canonical.viewing import view
from edifact_ics.envelope.interchange import CUSTOMS, Interchange
from edifact_ics.finding import Finding, Severity
from edifact_ics.guide.library import Library
from edifact_ics.inspection.guides import has_rules
from edifact_ics.inspection.steps import Checked, Ended, Started, Step
from edifact_ics.response import contrl, cusres

KINDS = ("contrl", "cusres", "both")
_MOST = 10**14


@dataclass(slots=True)
class Answering:
    """Gathers what was found in a file and writes the answers.

    `kind` is one of KINDS, `reference` that of the next interchange we write, `order` the place of each rule in check
    order. `refusing`: only rejections are written, since who answers cannot accept. `pieces` are the interchanges
    written, `notes` say what was not, or not whole; `possible` turns False when one that is due cannot be written.
    """

    kind: str
    at: datetime.datetime
    reference: int
    library: Library
    site: str | None = None
    refusing: bool = False
    order: Mapping[str, int] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    possible: bool = True
    _errors: list[Finding] = field(default_factory=list)
    _answered: list[contrl.Answered] = field(default_factory=list)
    _replies: list[cusres.Reply] = field(default_factory=list)
    _unknown: str = ""
    _said: list[str] = field(default_factory=list)
    _unanswered: bool = False

    def take(self, step: Step, refused: list[Finding]) -> None:
        """Take what the run through the file gives next; `refused`: why the receiver refuses an interchange."""
        if isinstance(step, Started):
            self._errors = contrl.errors_of([*step.findings, *refused])
            self._answered, self._replies, self._unknown, self._said = [], [], "", []
            self._unanswered = False
        elif isinstance(step, Checked):
            self._message(step)
        elif isinstance(step, Ended):
            self._errors += contrl.errors_of(step.findings)
            self._end(step.interchange)

    def _message(self, step: Checked) -> None:
        message = step.message
        found = contrl.errors_of(step.findings)
        if not self._unknown:
            self._unknown = next((":".join(message.type) for f in found if f.code == "ENV-16"), "")
        self._answered.append(contrl.Answered(message.reference, message.type, len(message.raws), found))
        if self.kind != "contrl" and not found and step.table and step.walk and has_rules(step.table.mig):
            self._business(step)

    def _business(self, step: Checked) -> None:
        """Make the business response to a message that was well-formed."""
        assert step.table is not None
        assert step.walk is not None
        summary = step.summary
        name = f"Message {summary.reference} ({summary.document} {summary.sender_reference})"
        crashed = next((f for f in step.findings if f.code == "INT-001"), None)
        if crashed is not None and crashed.severity is Severity.ERROR:
            self._said.append(f"{name}: no business response can be written: {crashed.message}")
            self._unanswered = True
            return
        site = step.message.interchange.value(2)
        found = step.findings
        seen = step.view or view(step.table, step.walk.placed)
        given = cusres.reply(self.library, step.table.mig, seen, found, summary, site, self.order, step.states)
        if given is None:
            self._said.append(f"{name} is accepted: nothing but the CONTRL, until Customs reports the payment.")
            return
        if self.refusing and not given.rejected:
            return
        self._replies.append(given)
        if given.left_out:
            more = "more errors were found; an answer holds 50" if given.rejected else "more warnings find no room"
            self._said.append(f"{name}: {given.left_out} {more}.")
        if given.shortened:
            texts = "1 text was" if given.shortened == 1 else f"{given.shortened} texts were"
            self._said.append(f"{name}: {texts} cut; an answer holds {cusres.MAX_TEXT:,} characters.")

    # ------------------------------------------------------------------ writing

    def _end(self, interchange: Interchange) -> None:
        name = f"Interchange {interchange.reference or interchange.number}"
        hindrance = contrl.hindrance(interchange)
        if interchange.value(2) == CUSTOMS and self._unknown:
            hindrance = f"the answer of Customs is of a type not known here ({self._unknown})"
        if hindrance:
            self.possible = False
            what = "business response" if self.kind == "cusres" else "CONTRL"
            self.notes.append(f"{name}: no {what} can be written: {hindrance}.")
            return
        if self.kind != "cusres":
            self._contrl(interchange, name)
        if self.kind != "contrl":
            self._cusres(interchange, name)

    def _contrl(self, interchange: Interchange, name: str) -> None:
        why = contrl.is_due(interchange, self._errors, self._answered)
        if why:
            self.notes.append(f"{name}: no CONTRL is due: {why}.")
        elif self._has_reference(name):
            text = str(self.reference)
            self._add(
                contrl.contrl(interchange, self._errors, self._answered, at=self.at, reference=text, site=self.site)
            )

    def _cusres(self, interchange: Interchange, name: str) -> None:
        """Write the business responses, if the interchange was not refused as a whole."""
        if contrl.is_refused(self._errors, self._answered):
            if self.kind == "cusres":
                self.notes.append(f"{name}: no business response is due: CONTRL refuses all of it.")
            return
        self.notes += self._said
        self.possible = self.possible and not self._unanswered
        if not self._replies:
            if self.kind == "cusres" and not self._said:
                refused = any(one.errors for one in self._answered)
                why = "CONTRL refuses what asks for one" if refused else "nothing in it asks for one"
                self.notes.append(f"{name}: no business response is due: {why}.")
        elif self._has_reference(name):
            us = self.site or CUSTOMS
            text = cusres.document(interchange, self._replies, at=self.at, reference=self.reference, answering=us)
            self._add(_edifact(text, self.library))

    def _has_reference(self, name: str) -> bool:
        if self.reference < _MOST:
            return True
        self.possible = False
        self.notes.append(f"{name}: our own references are used up: they have at most 14 digits.")
        return False

    def _add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.reference += 1


def _edifact(document: str, library: Library) -> bytes:
    """Return a canonical document of our own as EDIFACT; RuntimeError if a guide has no place for what it says."""
    written = list(read_document(io.BytesIO(document.encode()), library))
    for piece in written:
        if piece.error is not None:
            raise RuntimeError(f"The answer cannot be written by its guide: {piece.error}.")
    return "".join(piece.text for piece in written).encode("iso8859-1")
