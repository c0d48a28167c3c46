"""The business answer to a message: the CUSRES that accepts or rejects it, as a canonical document.

What an answer says is decided here; where each element stands, and in which order, is for its guide to say. Nothing
that only Customs can work out (amounts, rates, holds, advices) is ever written.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from edifact_ics.canonical.message_xml import HEAD, ROOT
from edifact_ics.codes.answer import FRONT_END, answer_code
from edifact_ics.envelope.interchange import CUSTOMS, Interchange
from edifact_ics.finding import Finding, MessageSummary, Severity
from edifact_ics.guide.layout import Layout, paths
from edifact_ics.guide.library import Library
from edifact_ics.guide.mig_tree import Mig
from edifact_ics.segment.trace import to_hex
from edifact_ics.segment.values import unpadded
from edifact_ics.syntax.characters import STANDARD
from edifact_ics.syntax.repertoire import outside
from edifact_ics.view import LINE, TRANSPORT_LINE, View

MAX_ERRORS = 50  # Common Messaging Rules 6 and 7: Customs looks for no more
_MAX_GROUPS = 99  # SG4 of CUSRES
MAX_TEXT = 5 * 512  # one FTX below each error
_CUT = " ..."
_CUSRES = "CUSRES:D:99B:UN"
_FRONT_END_DOCUMENT = "ERM"  # where a message has no answer of its own
_REFUSAL = "The message did not pass the checks of the front end"
# What an acceptance repeats of the message accepted, where guide and message both have it.
_ECHOED = (
    "TotalLiabilitiesBreakdownIndicator",
    "LineLiabilitiesBreakdownIndicator",
    "BranchIdentifier",
    "NomineeBrokerLicenceNumber",
    "ImporterReference",
    "BrokerReference",
    "HeaderNatureType",
    "DrawbackClientReference",
    "ContactName",
)
_IDENTIFIERS = ("ABT", "RF")  # the RFF with the identifier that Customs gives to the document
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEP = re.compile(r"/(\w*Line)(?:\[(\d+)\])?(?=/|$)")
_NUMBERS = {LINE: "LineNumber", "SubHeaderLine": "SubHeaderLineNumber", TRANSPORT_LINE: "TransportLineNumber"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One ERP group: `line` as the message numbers it (0: the header), `code` of ERC, `text`; who found it."""

    line: str
    code: str
    text: str
    front_end: bool = False


class AnswerGuide:
    """The guide of an answer as its writer needs it.

    `names` are its elements, `places` the same by their outermost container ("" for the message itself) in guide
    order, `repeated` the containers that repeat. `identifier` names the identifier that Customs gives and its version;
    `lodges`: what it identifies is lodged, and cleared by an answer to come.
    """

    def __init__(self, guide: Mig) -> None:
        layout = Layout(guide)
        self.document, self.xml = guide.document, guide.xml
        self.repeated = {frame.name for frame in layout.frames.values() if frame.parent is not None}
        self.places: dict[str, list[str]] = {}
        for path, _, value in paths(layout):
            self.places.setdefault(path[0] if len(path) > 1 else "", []).append(value.xml)
        segments = list(guide.segments())
        self.names = frozenset(value.xml for segment in segments for use in segment.uses for value in use.values)
        references = [use for segment in segments if segment.tag == "RFF" for use in segment.uses]
        kept = [use for use in references if use.keys[0].values[0] in _IDENTIFIERS]
        self.identifier = [value.xml for use in kept for value in use.values]
        self.lodges = any(use.keys[0].values[0] == "RF" for use in kept)


@lru_cache(64)
def _answer_guide(library: Library, message: str) -> AnswerGuide:
    return AnswerGuide(library.load(message))


@dataclass(slots=True)
class Reply:
    """What is answered to one message.

    `said` holds the elements of the answer outside of its repeating containers, `containers` those in order: name and
    elements. `left_out` counts the faults that found no room, `shortened` those whose text did not.
    """

    guide: AnswerGuide
    document: str
    reference: str
    said: dict[str, str] = field(default_factory=dict)
    containers: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    version: str = ""
    front_end: bool = False
    rejected: bool = False
    left_out: int = 0
    shortened: int = 0


def reply(
    library: Library,
    mig: Mig,
    seen: View,
    findings: Iterable[Finding],
    summary: MessageSummary,
    site: str,
    order: Mapping[str, int],
    states: int | None = None,
) -> Reply | None:
    """Return the answer to a message that was well-formed; None where nothing is due (a payment that is accepted).

    `mig` is the guide of the message, `seen` the message as rules read it; `site` is that of the sender, `order` gives
    the place of each rule in check order, `states` counts the accepted states of the document, this one among them
    (None: not known).
    """
    documents = library.by_identifier[_CUSRES]
    named = documents.get(f"{mig.document}R")
    guide = _answer_guide(library, named or documents[_FRONT_END_DOCUMENT])
    given = Reply(guide, mig.document, summary.sender_reference, version=summary.sender_reference_version)
    given.said = {"ResponseRecipient": site, "SenderReference": summary.sender_reference}
    ranked = _ranked(findings, seen, order)
    errors = [fault for severity, fault in ranked if severity is Severity.ERROR]
    if errors:
        _reject(given, errors, summary)
    elif named is None:
        return None
    else:
        warnings = [fault for severity, fault in ranked if severity is Severity.WARNING]
        _accept(given, warnings, seen, summary, site, states)
    return given


# ---------------------------------------------------------------------- faults


def _ranked(findings: Iterable[Finding], seen: View, order: Mapping[str, int]) -> list[tuple[Severity, Fault]]:
    """Return the faults that rules found in check order: header first, lines ascending, rules as the document goes."""
    found = []
    for number, one in enumerate(findings):
        code = answer_code(one.code)
        if code is None or one.severity is Severity.INFO:
            continue
        kind, level, line = _place(one, seen)
        front_end = code.family == FRONT_END
        text = _text(one, line if kind == TRANSPORT_LINE else "", front_end)
        place = "0" if kind in ("", TRANSPORT_LINE) else line
        first = not one.code.startswith("CMR-") or bool(level)
        rank = (place != "0", level if place != "0" else 0, first, kind == TRANSPORT_LINE, level)
        fault = Fault(place, code.code, text, front_end)
        found.append(((*rank, order.get(one.code, len(order)), number), one.severity, fault))
    found.sort(key=lambda item: item[0])
    return [(severity, fault) for _, severity, fault in found]


def _place(found: Finding, seen: View) -> tuple[str, int, str]:
    """Return the kind of line that a finding speaks of, which one of its kind, and the number it bears; "", 0, "0"."""
    step = _STEP.search(found.path or "")
    if step is None or step[1] not in _NUMBERS:
        return "", 0, "0"
    index = int(step[2] or 1)
    levels = seen.of(step[1])
    said = levels[index - 1].said.get(_NUMBERS[step[1]], "") if index <= len(levels) else ""
    return step[1], index, said if said.isdecimal() else str(index)


def _text(found: Finding, transport_line: str, front_end: bool) -> str:
    """Return the text of a fault: the rule, what it complains of, then the data as NAME=value."""
    data = {"TRANSPORT LINE": transport_line} if transport_line else {}
    if found.value and found.value not in found.message:
        data[found.name or "VALUE"] = found.value
    text = found.message if front_end else found.message.upper()
    about = ",".join(f"{name if front_end else name.upper()}={value}" for name, value in data.items())
    return _plain(f"{found.code.upper()} {text} {about}").rstrip()


def _plain(text: str) -> str:
    """Return a text as an answer can hold it: ISO 8859-1 without control characters, blanks single."""
    text = " ".join(text.encode("iso8859-1", "replace").decode("iso8859-1").split())
    while (wrong := outside(text, "UNOC")) is not None:
        text = text[:wrong] + "?" + text[wrong + 1 :]
    return text


# ---------------------------------------------------------------------- rejection and acceptance


def _reject(given: Reply, errors: list[Fault], summary: MessageSummary) -> None:
    """Fill in a rejection: the lack of a status is what rejects, but for the front end, which says REJECTED."""
    shown = errors[:MAX_ERRORS]
    given.rejected, given.left_out = True, len(errors) - len(shown)
    given.front_end = all(fault.front_end for fault in errors)
    names = given.guide.names
    if "ErrorSource" in names:  # ERM, which says itself what it answers
        given.front_end = True
        given.said |= {"AnsweredMessageType": given.document, "AnsweredMessageFunction": summary.function}
        given.said |= {"ResponseStandardMessage": "CUSRES", "ErrorSource": "CCF"}
    elif given.front_end:
        given.said |= {"StatusType": "REJECTED", "StatusDescription": _REFUSAL}
        given.said |= {"LineCount": "1"} if "LineCount" in names else {}
    given.said["ErrorCount"] = str(len(shown))
    _add_faults(given, shown, names)


def _add_faults(given: Reply, faults: list[Fault], names: frozenset[str]) -> None:
    """Add a group for each fault; a text that finds no room ends in dots and is counted."""
    for fault in faults:
        where = "" if "ErrorLocation" in names or fault.line == "0" else f" LINE={fault.line}"
        room = MAX_TEXT - len(where)
        text = fault.text
        if len(text) > room:
            text = text[: room - len(_CUT)].rstrip() + _CUT
            given.shortened += 1
        given.containers.append(("Error", _group(replace(fault, text=text + where), names)))


def _group(fault: Fault, names: frozenset[str]) -> dict[str, str]:
    text = fault.text
    if "ErrorLocation" in names:
        return {"ErrorLocation": fault.line, "ErrorIdentifier": fault.code, "ErrorDescription": text}
    return {"ErrorSection": "1", "ErrorClass": "CCFERROR", "ErrorIdentifier": fault.code, "ErrorDescription": text}


def _accept(
    given: Reply, warnings: list[Fault], seen: View, summary: MessageSummary, site: str, states: int | None
) -> None:
    """Fill in an acceptance: what was sent and what can be known, no more."""
    names = given.guide.names
    withdrawn, pre_lodged = seen.function == "Withdraw", seen.header.get("PreLodgementIndicator") == "Y"
    status = "WITHDRAWN" if withdrawn else "LODGED" if given.guide.lodges else "CLEAR"
    given.said |= {"StatusType": status, "StatusDescription": status}
    given.said |= {name: text for name in _ECHOED if name in names and (text := seen.header.said.get(name))}
    if "PreLodgementIndicator" in names and seen.guide.kinds_of("PreLodgementIndicator"):
        given.said["PreLodgementIndicator"] = "Y" if pre_lodged else "N"
    if not pre_lodged:  # a calculation, of which nothing is kept
        name, *version = given.guide.identifier
        made_up = _made_up(site, given.document, summary.sender_reference)
        given.said[name] = seen.header.said.get(name) or made_up
        count = states or (1 if seen.function == "Original" else None)
        if count:
            given.said |= dict.fromkeys(version, str(count))
    given.left_out = max(0, len(warnings) - _MAX_GROUPS)
    _add_faults(given, warnings[:_MAX_GROUPS], names)
    if withdrawn or "LineCount" not in names:
        return
    sent = {kind: [one for one in seen.of(kind) if one.action != "D"] for kind in (TRANSPORT_LINE, LINE)}
    for level in sent[TRANSPORT_LINE]:
        given.containers.append((TRANSPORT_LINE, _only(level.said, "TransportLineNumber")))
    for level in sent[LINE]:
        given.containers.append((LINE, _only(level.said, "LineNumber", "LineNatureType")))
    given.said["LineCount"] = str(len(sent[LINE]))


def _only(said: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: said[name] for name in names if name in said}


def _made_up(site: str, document: str, reference: str) -> str:
    """Return an identifier for a document, the same whenever it is asked for; nobody can mistake it for a real one."""
    digest = hashlib.sha256(f"{site} {document} {reference}".encode()).digest()
    return "ZZZ" + _base36(int.from_bytes(digest[:4], "big") % 36**6).zfill(6)


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


# ---------------------------------------------------------------------- the document


def document(
    interchange: Interchange,
    replies: list[Reply],
    *,
    at: datetime.datetime,
    reference: int,
    answering: str = CUSTOMS,
) -> str:
    """Return the canonical document of the interchange that holds the answers to another.

    `at` goes into UNB as given, `reference` is our own, at most 14 digits; `answering` is the site that answers.
    """
    site = interchange.value(2)
    envelope = {
        "SyntaxIdentifier": "UNOC",
        "InterchangeCreator": answering,
        "MessageOwnerSite": answering,
        "RecipientSite": site,
        "PreparationDate": at.strftime("%y%m%d"),
        "PreparationTime": at.strftime("%H%M"),
        "InterchangeControlReferenceNumber": f"{reference:014}",
        "AcknowledgementRequest": "1",
        "TestIndicator": "1" if interchange.value(11) == "1" else "",
    }
    messages = "".join(_message(one, number, reference, site) for number, one in enumerate(replies, 1))
    una, end = quoteattr(to_hex(STANDARD.una)), quoteattr(to_hex("\n"))
    return (
        f"{HEAD}><Interchange una={una} break={end}><Envelope>{_elements(envelope)}</Envelope>{messages}"
        f"<Trailer break={end} after={end}/></Interchange></{ROOT}>"
    )


def _message(given: Reply, number: int, reference: int, site: str) -> str:
    """Return the message element of a reply, the `number`-th of its interchange."""
    guide = given.guide
    said = {
        "MessageReferenceNumber": f"{number:06}",
        "MessageType": guide.document,
        "CustomsMessageIdentifier": _own_reference(given, number, reference, site),
        "CustomsMessageVersion": "1",
        **given.said,
    }
    parts = []
    for outer, names in guide.places.items():
        if outer in guide.repeated:
            parts += [f"<{outer}>{_elements(box)}</{outer}>" for name, box in given.containers if name == outer]
            continue
        inner = _elements(_only(said, *names), given.version if "SenderReference" in names else "")
        parts.append(f"<{outer}>{inner}</{outer}>" if outer and inner else inner)
    end = quoteattr(to_hex("\n"))
    return f"<{guide.xml} line-end={end}>{''.join(parts)}</{guide.xml}>"


def _own_reference(given: Reply, number: int, reference: int, site: str) -> str:
    """Return the identifier of an answer: unique, at most 14 characters, or in the way of the front end."""
    own = _base36(reference).zfill(9) + _base36(number)
    if given.front_end:
        document = "FID" if given.document == "IMD" else given.document
        return f"CCF_{site}_{own}_{document}_1"[:35]
    return own


def _elements(said: Mapping[str, str], version: str = "") -> str:
    """Return elements as XML; those without a text are left out. `version`: that of the sender, as it was sent."""
    xml = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in said.items() if text)
    if version:
        sent = f" sent={quoteattr(to_hex(version))}"
        xml += f"<SenderReferenceVersion{sent}>{escape(unpadded(version))}</SenderReferenceVersion>"
    return xml
