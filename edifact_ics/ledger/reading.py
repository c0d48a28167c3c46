"""An answer of Customs as the ledger reads it: what a CONTRL or a CUSRES says, by the names of the canonical XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from edifact_ics.finding import Report
from edifact_ics.history import version_number
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked
from edifact_ics.pipeline import as_edifact
from edifact_ics.source import Source, opened

_OWN_ANSWERS = {f"{name}R": name for name in ("IMD", "SAC", "DRWBCK", "IMPED1", "IMPED2", "RCR", "MOVAPP")}
_IDENTIFIERS = frozenset(
    (
        "ImportDeclarationIdentifier",
        "SelfAssessedClearanceIdentifier",
        "DrawbackClaimIdentifier",
        "ImportPeriodicDeclarationIdentifier",
        "RequestForCargoReleaseIdentifier",
        "MovementApplicationIdentifier",
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """The envelope of an answer: the site it came to, its reference, the message's UNH 0062, CCYYMMDDhhmm of UNB."""

    site: str
    reference: str
    message: str
    at: str


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """A CONTRL: the interchange it answers, its action and error code, and the action for each UNH 0062 it names."""

    site: str
    reference: str
    action: str
    error: str
    messages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BusinessAnswer:
    """What a CUSRES says of one document.

    `name` is that of the answer (IMDR …), `answers` the document it names itself, if it does. `status` is "" where none
    was sent, which rejects. `errors` are code and text.
    """

    name: str
    answers: str
    reference: str
    version: int | None
    status: str
    identifier: str
    prelodged: bool
    errors: tuple[tuple[str, str], ...]

    @property
    def document(self) -> str | None:
        """The name of the document it decides on; None for other news, as of payments or cargo."""
        return _OWN_ANSWERS.get(self.name, self.answers if self.name == "ERM" else None)

    @property
    def rejects(self) -> bool:
        """Tell whether it refuses the message it answers."""
        return self.document is not None and self.status in ("", "REJECTED")


def read(name: str, xml: str) -> FormAnswer | BusinessAnswer:
    """Return what the canonical element of an answer says. `name` is the document name in BGM, CONTRL for a CONTRL."""
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    leaves = [(etree.QName(element).localname, element.text or "") for element in root.iter() if not len(element)]
    first = dict(reversed(leaves))

    def said(*names: str) -> str:
        return next((first[n] for n in names if n in first), "")

    if name == "CONTRL":
        return FormAnswer(
            said("AnsweredSender"),
            said("AnsweredInterchangeControlReference"),
            said("InterchangeActionCode"),
            said("InterchangeSyntaxErrorCode"),
            dict(_actions(root)),
        )
    return BusinessAnswer(
        name,
        said("AnsweredMessageType"),
        said("SenderReference"),
        version_number(said("SenderReferenceVersion")),
        said("StatusType"),
        said(*sorted(_IDENTIFIERS)),
        said("PreLodgementIndicator") == "Y",
        tuple(_errors(root)),
    )


def _errors(root: etree._Element) -> Iterator[tuple[str, str]]:
    for error in root.iterfind("{*}Error"):
        yield error.findtext("{*}ErrorIdentifier", ""), error.findtext("{*}ErrorDescription", "")


def _actions(root: etree._Element) -> Iterator[tuple[str, str]]:
    for response in root.iterfind("{*}MessageResponse"):
        yield (
            response.findtext("{*}AnsweredMessageReferenceNumber", ""),
            response.findtext("{*}MessageActionCode", ""),
        )


def answers_in(source: Source) -> Iterator[tuple[Told, FormAnswer | BusinessAnswer | None]]:
    """Give the answers in a file, with their envelopes; None for a message that is none, or has errors of form."""
    with opened(source) as (file, name):
        for step in Run(Report(name), want_xml=True, trace=False).steps(as_edifact(file)):
            if not isinstance(step, Checked):
                continue
            interchange = step.message.interchange
            at = f"20{interchange.value(4)}{interchange.value(4, 2)}"
            told = Told(interchange.value(3), interchange.reference, step.message.reference, at)
            kind = step.message.type[:1]
            is_answer = kind in (["CONTRL"], ["CUSRES"]) and step.xml is not None and not step.rejected
            yield told, read(step.summary.document or kind[0], step.xml or "") if is_answer else None
