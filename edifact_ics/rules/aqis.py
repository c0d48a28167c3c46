"""Quarantine (AQIS): what is asked of lines and of where goods may be inspected."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from edifact_ics.rules.conditions import header, is_, line, message, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import forbidden_when, only_when, required_when
from edifact_ics.view import TRANSPORT_LINE, Complaint, Level

N30 = line("N30")

RULES: list[Rule] = [
    forbidden_when("GBR-AQIS-COMMODITY-CODE-07", "AQISCommodityCode", N30),
    forbidden_when("GBR-AQIS-CONCERN-TYPE-07", "AQISConcernType", header("N30")),
    required_when("GBR-AQIS-DOCUMENT-NUMBER-02", "AQISDocumentNumber", present("AQISDocumentType")),
    forbidden_when("GBR-AQIS-ENTITY-IDENTIFIER-03", "AQISEntityIdentifier", N30),
    forbidden_when("GBR-AQIS-INSPECTION-LOCATION-NAME-06", "AQISInspectionLocationName", header("N30")),
    required_when("GBR-AQIS-NUMBER-OF-PACKAGES-03", "AQISPackageType", present("AQISNumberOfPackages")),
    forbidden_when("GBR-AQIS-NUMBER-OF-PACKAGES-04", "AQISNumberOfPackages", N30),
    required_when("GBR-AQIS-PACKAGE-TYPE-01", "AQISNumberOfPackages", present("AQISPackageType")),
    forbidden_when("GBR-AQIS-PACKAGE-TYPE-02", "AQISPackageType", N30),
    forbidden_when("GBR-AQIS-PERMIT-NUMBER-04", "AQISPermitNumber", N30),
    forbidden_when("GBR-AQIS-PROCESSING-TYPE-06", "AQISProcessingType", N30),
    only_when("GBR-AQIS-SERVICES-PAYMENT-AMOUNT-04", "AQISServicesPaymentAmount", message("IMD", "RCR")),
]


@rule("GBR-AQIS-CONCERN-TYPE-06", on="AQISConcernType")
def inspection_place(header: Level, known: Known) -> Iterator[Complaint]:
    if not header.complete:
        return
    lines = header.lines()
    places = ("AQISInspectionLocationName", "AQISPremisesIdentifier")
    placed = lines and all(any(place in one.said for place in places) for one in lines)
    if "AQISInspectionLocationName" not in header.said and not placed:
        text = (
            "AQIS Concern Type is sent, but neither an AQIS Inspection Location Name nor an AQIS Premises Identifier "
            "on every line."
        )
        yield header.complaint("AQISInspectionLocationName", text)


@lru_cache(4)
def _containers(top: Level) -> frozenset[str | None]:
    """Return the containers of the transport lines; kept, for every line of the message asks."""
    return frozenset(one.said.get("ContainerNumber") for one in top.below if one.kind == TRANSPORT_LINE)


@rule("GBR-AQIS-LINE-CONTAINER-NUMBER-03", on="AQISLineContainerNumber")
def container_is_on_board(line: Level, known: Known) -> Iterator[Complaint]:
    top = line.top
    if not top.complete:
        return
    containers = _containers(top)
    for number, container in line.each("AQISLineContainerNumber"):
        if container not in containers:
            text = f"AQIS Line Container Number {container} is none of the containers of the transport lines."
            yield line.complaint("AQISLineContainerNumber", text, number)


def _packing(ident: str, name: str) -> Rule:
    """Return a rule that wants an element somewhere in a message that speaks of packing concerns."""

    @rule(ident, on="AQISPackingInformationIndicator", when=is_("AQISPackingInformationIndicator", "Y"))
    def check(header: Level, known: Known) -> Iterator[Complaint]:
        levels = [header, *header.lines()]
        if header.complete and not any(name in level.said for level in levels):
            home = next((level for level in levels if name in level.guide.carries[level.kind]), header)
            label = header.guide.label(name)
            yield home.complaint(name, f"{label} is missing; it must be sent where there are packing concerns.")

    return check


PACKING = [
    _packing("GBR-AQIS-PACKING-INFORMATION-INDICATOR-03", "AQISConcernType"),
    _packing("GBR-AQIS-PACKING-INFORMATION-INDICATOR-04", "AQISProcessingType"),
    _packing("GBR-AQIS-PACKING-INFORMATION-INDICATOR-05", "AQISPremisesIdentifier"),
]
