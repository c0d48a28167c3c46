"""Where the goods go: delivery after clearance, and the destination of a movement."""

from __future__ import annotations

from edifact_ics.rules.conditions import ORIGINAL, header
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import all_required_when, required_when

# "Delivery details" names six elements in one word: the second line and the country stay optional.
DELIVERED = header("N10", "N20", "N10/N20")

RULES: list[Rule] = [
    required_when("GBR-DELIVERY-ADDRESS-LINE-1-01", "DeliveryAddressLine1", DELIVERED),
    all_required_when(
        "GBR-DELIVERY-ADDRESS-LINE-1-02",
        ("DeliveryName", "DeliveryLocality", "DeliveryStateCode", "DeliveryPostCode"),
        DELIVERED,
    ),
    required_when("GBR-DESTINATION-LOCATION-ADDRESS-LINE-1-01", "DestinationLocationAddressLine1", ORIGINAL),
    all_required_when(
        "GBR-DESTINATION-LOCATION-ADDRESS-LINE-1-02",
        ("DestinationLocationLocality", "DestinationLocationStateCode", "DestinationLocationPostCode"),
        ORIGINAL,
    ),
]
