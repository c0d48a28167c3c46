"""What was sent before, as one run asks for it; and what the run writes down of the messages it judged.

Between `begin` and `end` of an interchange each message is first asked about (`known`) and then told (`record`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lxml import etree

from edifact_ics.canonical.message_xml import NAMESPACE, body
from edifact_ics.canonical.viewing import view
from edifact_ics.canonical.write import Writer
from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import CUSTOMS
from edifact_ics.finding import Finding, Policy, Position, Severity
from edifact_ics.guide.library import Library
from edifact_ics.history import CHANGE, ORIGINAL, WITHDRAW, Journal, Key, Submission, version_number
from edifact_ics.inspection.guides import table_of
from edifact_ics.response.contrl import errors_of, refuses_all
from edifact_ics.rules import Known
from edifact_ics.structure.table import Table
from edifact_ics.structure.walk import walk
from edifact_ics.structure.walked import Placed
from edifact_ics.syntax.characters import STANDARD
from edifact_ics.view import Stored, View

_FUNCTIONS = {"Original": ORIGINAL, "Change": CHANGE, "Withdraw": WITHDRAW}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The message last asked about: what will be told of it, but for the verdict."""

    submission: Submission
    table: Table
    placed: list[Placed]


@dataclass(slots=True)
class Lodging:
    """A journal and the interchange open in it.

    `states` counts the accepted states of the document last written down: its original and changes; None if unknown.
    `client` is None where none is open, or its sender is not known; `nameless` then tells that messages were judged so.
    `refused`: Customs sees no message of the interchange; `sound`: no error stands in it, as `policy` weighs them.
    """

    journal: Journal
    library: Library
    policy: Policy
    client: str | None = None
    refused: bool = False
    sound: bool = True
    asked: _Asked | None = None
    states: int | None = None
    nameless: bool = False

    def begin(self, site: str, reference: str, at: Position) -> list[Finding]:
        """Open an interchange; return the finding, at a place, that its site used the reference before.

        Answers of Customs, and what does not say who sent it, leave no trace.
        """
        self.client, self.refused, self.sound, self.asked = None, False, True, None
        name, number = site.strip(), reference.strip()
        if not name or not number or not (name + number).isprintable() or name == CUSTOMS:
            return []
        new = self.journal.begin(name, number)
        self.client = self.journal.client_of(name)
        if new:
            return []
        return [finding("ENV-12", at, f"Interchange reference {number} of {name} was used before.", reference)]

    def known(self, known: Known, message: View, table: Table, placed: list[Placed]) -> Known:
        """Return what is known besides a message that is to be judged, the past of its document included.

        `table` and `placed`: the message as it was walked.
        """
        self.asked = self.states = None
        said = message.header.said
        function = _FUNCTIONS.get(message.function or "")
        self.nameless = self.nameless or self.client is None
        if self.client is None or function is None or "SenderReference" not in said:
            return known
        key = Key(self.client, message.message, said["SenderReference"])
        version = version_number(said.get("SenderReferenceVersion", ""))
        prelodged = said.get("PreLodgementIndicator") == "Y"
        unh = said.get("MessageReferenceNumber", "")
        self.asked = _Asked(Submission(key, version, function, False, prelodged, message=unh), table, placed)
        standing = self.journal.standing(key)
        changes = function == CHANGE and not standing.breaches(function, version)
        return known._replace(
            client=self.client,
            standing=standing,
            stored=self._stored(key) if changes else None,
            declared=cache(self._declared),
        )

    def refuse(self, found: list[Finding], whole: bool = True) -> None:
        """Take what was found in an interchange: an error of form there (of a message: not `whole`) refuses it all."""
        self.refused = self.refused or (bool(errors_of(found)) if whole else refuses_all(found))
        self.sound = self.sound and not _has_errors(self.policy.weigh(found))

    def record(self, found: list[Finding]) -> None:
        """Write down what became of the message last asked about, by what was found in it."""
        asked, self.asked, found = self.asked, None, self.policy.weigh(found)
        if asked is None or errors_of(found):
            return
        name = asked.table.mig.xml
        xml = f'<{name} xmlns="{NAMESPACE}">{body(asked.table, asked.placed, False)}</{name}>'
        self.journal.record(asked.submission._replace(accepted=not _has_errors(found), xml=xml))
        self.states = len(self.journal.accepted(asked.submission.key))

    def end(self) -> None:
        """Close the interchange; if it was `refused`, Customs sees none of its messages."""
        if self.client is not None:
            self.journal.end(not self.refused, self.sound)
            self.client = None

    def _declared(self, identifier: str) -> Stored | None:
        key = self.journal.declaration(identifier)
        return None if key is None else self._stored(key)

    def _stored(self, key: Key) -> Stored | None:
        """Return a declaration as Customs holds it; None if nothing of it was accepted."""
        views = [self._view(key.document, xml) for xml in self.journal.accepted(key)]
        return Stored.of(views) if views else None

    def _view(self, message: str, xml: str) -> View:
        """Return the view of a canonical element that was kept."""
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
        table = table_of(self.library, message, STANDARD, "UNOC")
        return view(table, walk(table, _writer(self.library, message).message(root), True).placed)


def _has_errors(found: list[Finding]) -> bool:
    return any(f.severity is Severity.ERROR for f in found)


@cache
def _writer(library: Library, message: str) -> Writer:
    return Writer(library.load(message))
