"""The life of a document: what may be sent, given what was sent before. These rules need a history.

Where a document stands, and which messages that rules out, says `edifact_ics.history.Standing`; the sentences are here.
What is said of stored lines is said only where the document that holds them went through this history.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from edifact_ics.history import CHANGE as CHANGE_CODE
from edifact_ics.history import ORIGINAL as ORIGINAL_CODE
from edifact_ics.history import WITHDRAW as WITHDRAW_CODE
from edifact_ics.history import Standing, State, version_number
from edifact_ics.rules.conditions import CHANGE, function, is_
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.view import HEADER, LINE, TRANSPORT_LINE, Complaint, Level, Stored

_CODES = {"Original": ORIGINAL_CODE, "Change": CHANGE_CODE, "Withdraw": WITHDRAW_CODE}
_TOUCHED = is_("TransportLineActionCode", "A", "D")


def _life(ident: str, name: str, text: str) -> Rule:
    """Return a rule of the state machine: it complains of `name` when a message would break it.

    In `text`, `{reference}` and `{version}` are those sent; `{accepted}`, `{highest}` and `{next}` are versions.
    """

    def check(header: Level, known: Known) -> Iterator[Complaint]:
        standing, said = known.standing, header.said
        version = version_number(said.get("SenderReferenceVersion", ""))
        function = _CODES.get(said.get("MessageFunction", ""))
        if standing is None or function is None or ident not in standing.breaches(function, version):
            return
        yield header.complaint(
            name,
            text.format(
                reference=said["SenderReference"],
                version=version,
                accepted=standing.accepted,
                highest=standing.highest,
                next=standing.highest + 1,
                why=_why(standing),
            ),
        )

    return rule(ident, level=HEADER, needs="history", own=True)(check)


def _why(standing: Standing) -> str:
    """Say what Customs holds of a document."""
    if standing.state is State.WITHDRAWN:
        return "it was withdrawn"
    if standing.state is State.ACTIVE:
        return f"version {standing.accepted} was accepted"
    if standing.state is State.REJECTED:
        return "it was rejected"
    return "it was pre-lodged" if standing.prelodged else "none was sent"


RULES: list[Rule] = [
    _life(
        "CMR-02c", "SenderReferenceVersion", "Version {version} of {reference} was sent before; each is processed once."
    ),
    _life(
        "CMR-09a",
        "SenderReferenceVersion",
        "Version {version} is no new version: {accepted} is the accepted one.",
    ),
    _life("CMR-09b", "SenderReferenceVersion", "Version {version} was used before with {reference}."),
    _life(
        "CMR-09c",
        "SenderReferenceVersion",
        "Version {version} is too low: version {highest} was sent before, so send {next} or higher.",
    ),
    _life(
        "CMR-10",
        "SenderReference",
        "No Original of {reference} was accepted ({why}), so there is nothing to change or withdraw.",
    ),
    _life("CMR-11", "SenderReference", "{reference} was withdrawn; it can no longer be changed or withdrawn."),
    _life("CMR-12", "SenderReference", "{reference} was touched on line in the ICS; EDI is closed to it."),
]


@rule("CMR-02b", level=HEADER, needs="history", own=True)
def reference_of_its_own(header: Level, known: Known) -> Iterator[Complaint]:
    """An Original has a sender reference that no other one of its kind had; one that was rejected may be sent anew."""
    standing, reference = known.standing, header.said.get("SenderReference")
    if standing is None or header.said.get("MessageFunction") != "Original":
        return
    version = version_number(header.said.get("SenderReferenceVersion", ""))
    if "CMR-02b" in standing.breaches(ORIGINAL_CODE, version):
        text = f"{reference} was used before: {_why(standing)}. An Original needs a reference of its own."
        yield header.complaint("SenderReference", text)
    elif version is not None and version not in standing.versions and version < standing.highest:
        # A46: that a rejected reference may be used again, with a higher version, is how the document is read
        text = f"Version {standing.highest} of {reference} was rejected; an Original sent anew should be above it."
        yield Complaint(header, "SenderReferenceVersion", text, warning=True)


@rule("GBR-LINE-NATURE-TYPE-01", on="LineNatureType", level=LINE, when=CHANGE, needs="history", own=True)
def nature_stays(line: Level, known: Known) -> Iterator[Complaint]:
    """The nature of a line cannot be changed."""
    number = line.said.get("LineNumber", "")
    before = known.stored.line(number) if known.stored else None
    if before is not None and before.nature != line.nature:
        text = f"Line {number} has nature {before.nature}; it cannot become {line.nature}."
        yield line.complaint("LineNatureType", text)


@rule("GBR-LINE-NUMBER-02", level=HEADER, own=True)
def lines_are_numbered_without_gaps(header: Level, known: Known) -> Iterator[Complaint]:
    """Lines follow each other by number; a Change goes on where numbers ended, and amends or deletes what exists."""
    lines = [line for line in header.lines() if line.said.get("LineNumber", "").isdigit()]
    if header.said.get("MessageFunction") == "Original":
        for before, line in pairwise(lines):
            if int(line.said["LineNumber"]) != int(before.said["LineNumber"]) + 1:
                text = f"Line {line.said['LineNumber']} follows line {before.said['LineNumber']}; each is one higher."
                yield line.complaint("LineNumber", text)
    elif known.stored is not None:
        yield from _numbers_of_a_change(lines, known.stored)


def _numbers_of_a_change(lines: list[Level], stored: Stored) -> Iterator[Complaint]:
    highest = max(stored.used[LINE], default=0)
    for line in lines:
        number, action = line.said["LineNumber"], line.action
        if action == "I":
            highest += 1
            if int(number) != highest:
                yield line.complaint(
                    "LineNumber", f"Line {number} is inserted; the next number never used is {highest}."
                )
        elif action in ("A", "D") and stored.line(number) is None:
            verb = "deleted" if action == "D" else "amended"
            yield line.complaint("LineNumber", f"There is no line {number} that could be {verb}.")


@rule(
    "GBR-TRANSPORT-LINE-ACTION-CODE-02",
    on="TransportLineActionCode",
    level=TRANSPORT_LINE,
    when=CHANGE & _TOUCHED,
    needs="history",
    own=True,
)
def transport_line_exists(line: Level, known: Known) -> Iterator[Complaint]:
    """Only a transport line that exists can be amended or deleted."""
    number = line.said.get("TransportLineNumber", "")
    if known.stored is not None and known.stored.line(number, TRANSPORT_LINE) is None:
        verb = "deleted" if line.action == "D" else "amended"
        yield line.complaint("TransportLineNumber", f"There is no transport line {number} that could be {verb}.")


@rule(
    "GBR-DRAWBACK-CLAIM-VERSION-NUMBER-01",
    on="DrawbackClaimVersionNumber",
    when=function("Change", "Withdraw"),
    needs="history",
    own=True,
)
def claim_has_that_version(header: Level, known: Known) -> Iterator[Complaint]:
    """A Change or a Withdraw quotes a version of the claim that Customs holds."""
    version = version_number(header.said["DrawbackClaimVersionNumber"])
    claim = known.declared(header.get("DrawbackClaimIdentifier") or "") or known.stored
    if claim is not None and (version is None or version > claim.versions):
        text = f"Drawback Claim Version Number is {header.said['DrawbackClaimVersionNumber']}"
        yield header.complaint("DrawbackClaimVersionNumber", f"{text}; Customs holds versions 1 to {claim.versions}.")


@rule("GBR-WAREHOUSE-REFERENCE-LINE-NUMBER-05", on="WarehouseReferenceLineNumber", level=LINE, needs="history")
def warehoused_line_exists(line: Level, known: Known) -> Iterator[Complaint]:
    """The line quoted is a warehousing line of the declaration quoted."""
    number, identifier = line.said["WarehouseReferenceLineNumber"], _warehoused(line)
    declaration = known.declared(identifier)
    if declaration is None or declaration.was_deleted(number):
        return
    quoted = declaration.line(number)
    if quoted is None:
        yield line.complaint("WarehouseReferenceLineNumber", f"Declaration {identifier} has no line {number}.")
    elif quoted.nature != "N20":
        text = f"Line {number} of declaration {identifier} has nature {quoted.nature}, not N20."
        yield line.complaint("WarehouseReferenceLineNumber", text)


@rule("GBR-WAREHOUSE-REFERENCE-LINE-NUMBER-06", on="WarehouseReferenceLineNumber", level=LINE, needs="history")
def warehoused_line_stands(line: Level, known: Known) -> Iterator[Complaint]:
    """The line quoted was not deleted."""
    number, identifier = line.said["WarehouseReferenceLineNumber"], _warehoused(line)
    declaration = known.declared(identifier)
    if declaration is not None and declaration.was_deleted(number):
        text = f"Line {number} of declaration {identifier} was deleted."
        yield line.complaint("WarehouseReferenceLineNumber", text)


def _warehoused(line: Level) -> str:
    return line.get("WarehouseReferenceDeclarationIdentifier") or ""
