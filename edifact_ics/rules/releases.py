"""Requests for cargo release that a periodic declaration sums up."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import CHANGE, is_
from edifact_ics.rules.rule import Known, rule
from edifact_ics.view import HEADER, Complaint, Level

IDENTIFIER, NUMBER, ACTION = "RequestForCargoReleaseIdentifier", "SubHeaderLineNumber", "SubHeaderLineActionCode"


@rule("GBR-REQUEST-FOR-CARGO-RELEASE-IDENTIFIER-02", level=HEADER, carried=(IDENTIFIER,))
def each_release_once(header: Level, known: Known) -> Iterator[Complaint]:
    seen = set()
    for release in header.below:
        identifier = release.said.get(IDENTIFIER)
        if identifier is None or release.action == "D":
            continue
        if identifier in seen:
            text = f"Request for Cargo Release Identifier {identifier} was sent before here; each may be sent once."
            yield release.complaint(IDENTIFIER, text)
        seen.add(identifier)


@rule(
    "GBR-REQUEST-FOR-CARGO-RELEASE-IDENTIFIER-03",
    on=IDENTIFIER,
    when=CHANGE & is_(ACTION, "A"),
    needs="history",
    own=True,
)
def an_amended_release_stays_the_same(release: Level, known: Known) -> Iterator[Complaint]:
    before = known.stored.line(release.said.get(NUMBER, ""), release.kind) if known.stored else None
    identifier = before.said.get(IDENTIFIER) if before else None
    if identifier is not None and identifier != release.said[IDENTIFIER]:
        text = f"Sub header line {release.said[NUMBER]} is of request {identifier}; it cannot become another one."
        yield release.complaint(IDENTIFIER, text)


# Read of earlier versions of the same declaration; a release inserted by the Change counts as it is sent.
@rule("GBR-REQUEST-FOR-CARGO-RELEASE-IDENTIFIER-04", on=IDENTIFIER, needs="history", own=True)
def no_new_release_by_a_change(release: Level, known: Known) -> Iterator[Complaint]:
    if known.stored is None or release.get("MessageFunction") != "Change":
        return
    identifier = release.said[IDENTIFIER]
    if identifier not in known.stored.releases:
        text = f"Request {identifier} is new to this declaration; a Change cannot add it."
        yield release.complaint(IDENTIFIER, text)
