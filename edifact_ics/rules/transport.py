"""Transport: mode, ports and dates of arrival, bills, containers, packages and marks."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import ORIGINAL, WITHDRAW, header, is_, mode, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import (
    forbidden_when,
    in_list,
    not_before,
    only_when,
    required_when,
    together,
)
from edifact_ics.view import Complaint, Level

AIR, SEA, POST, OTHER = mode("Air"), mode("Sea"), mode("Post"), mode("Other")

RULES: list[Rule] = [
    only_when("GBR-AIRLINE-CODE-01", "AirlineCode", AIR),
    only_when("GBR-CONTAINER-NUMBER-01", "ContainerNumber", SEA),
    only_when("GBR-CUSTOMS-RECEIPT-FOR-GOODS-IDENTIFIER-01", "CustomsReceiptForGoodsIdentifier", OTHER),
    not_before("GBR-DATE-OF-ARRIVAL-01", "DateOfArrival", "FirstDateOfArrival"),
    required_when(
        "GBR-FIRST-ARRIVAL-PORT-CODE-01", "FirstArrivalPortCode", present("ModeOfTransport") & ~header("N30")
    ),
    forbidden_when("GBR-FIRST-DATE-OF-ARRIVAL-01", "FirstDateOfArrival", header("N30")),
    required_when("GBR-GROSS-WEIGHT-01", "GrossWeight", ORIGINAL & present("ModeOfTransport")),
    together("GBR-GROSS-WEIGHT-02", "GrossWeight", "GrossWeightUnit"),
    only_when("GBR-HOUSE-AIR-WAYBILL-NUMBER-01", "HouseAirWaybillNumber", AIR),
    required_when("GBR-HOUSE-AIR-WAYBILL-NUMBER-02", "MasterAirWaybillNumber", present("HouseAirWaybillNumber")),
    only_when("GBR-HOUSE-BILL-OF-LADING-01", "HouseBillOfLading", SEA),
    in_list("GBR-IMPORT-CARGO-TYPE-01", "ImportCargoType", "B/B", "FCL", "LCL", "FCX"),
    forbidden_when("GBR-IMPORT-CARGO-TYPE-02", "ContainerNumber", is_("ImportCargoType", "B/B")),
    required_when("GBR-IMPORT-CARGO-TYPE-03", "ContainerNumber", is_("ImportCargoType", "FCL")),
    required_when("GBR-IMPORT-CARGO-TYPE-04", "ContainerNumber", is_("ImportCargoType", "LCL")),
    required_when("GBR-IMPORT-CARGO-TYPE-05", "ContainerNumber", is_("ImportCargoType", "FCX")),
    forbidden_when("GBR-MARKS-AND-NUMBER-01", "MarksAndNumber", OTHER),
    required_when("GBR-MARKS-AND-NUMBER-02", "MarksAndNumber", POST & ORIGINAL),
    required_when("GBR-MASTER-AIR-WAYBILL-NUMBER-01", "MasterAirWaybillNumber", AIR & ORIGINAL),
    forbidden_when("GBR-MASTER-AIR-WAYBILL-NUMBER-02", "MasterAirWaybillNumber", mode("Sea", "Post", "Other")),
    forbidden_when("GBR-NUMBER-OF-PACKAGES-01", "NumberOfPackages", OTHER),
    required_when("GBR-NUMBER-OF-PACKAGES-02", "NumberOfPackages", mode("Air", "Sea", "Post") & ORIGINAL),
    required_when("GBR-OCEAN-BILL-OF-LADING-01", "OceanBillOfLading", SEA & ORIGINAL),
    forbidden_when("GBR-OCEAN-BILL-OF-LADING-02", "OceanBillOfLading", mode("Air", "Post", "Other")),
    forbidden_when("GBR-PACKING-UNIT-COUNT-01", "PackingUnitCount", mode("Air", "Other")),
    required_when("GBR-PARCEL-POST-CARD-NUMBER-01", "ParcelPostCardNumber", POST & ORIGINAL),
    forbidden_when("GBR-PARCEL-POST-CARD-NUMBER-02", "ParcelPostCardNumber", mode("Air", "Sea", "Other")),
    required_when("GBR-PORT-OF-DESTINATION-02", "PortOfDestination", ORIGINAL),
    forbidden_when("GBR-TRANSPORT-LINE-NUMBER-01", "TransportLineNumber", WITHDRAW),
    only_when("GBR-TRANSPORT-MARKS-AND-NUMBERS-01", "TransportMarksAndNumbers", OTHER),
    only_when("GBR-TRANSPORT-NUMBER-OF-PACKAGES-01", "TransportNumberOfPackages", OTHER),
    only_when("GBR-VESSEL-IDENTIFIER-01", "VesselIdentifier", SEA),
    forbidden_when("GBR-VISUAL-EXAMINATION-APPLICATION-INDICATOR-01", "VisualExaminationApplicationIndicator", OTHER),
    only_when("GBR-VOYAGE-NUMBER-01", "VoyageNumber", SEA),
    only_when("GBR-WAREHOUSE-MARKS-AND-NUMBERS-01", "WarehouseMarksAndNumbers", mode("Air", "Sea")),
    only_when("GBR-WAREHOUSE-NUMBER-OF-PACKAGES-01", "WarehouseNumberOfPackages", mode("Air", "Sea")),
]


@rule("GBR-PACKING-UNIT-COUNT-02", on="PackingUnitCount")
def no_more_units_than_packages(transport: Level, known: Known) -> Iterator[Complaint]:
    units, packages = transport.get("PackingUnitCount"), transport.get("NumberOfPackages")
    if units is not None and packages is not None and int(units) > int(packages):
        text = f"Packing Unit Count is {units}, more than the Number of Packages, {packages}."
        yield transport.complaint("PackingUnitCount", text)
