"""Views written in a test on a few lines, without a message behind them."""

from __future__ import annotations

from edifact_ics.view import HEADER, LINE, TRANSPORT_LINE, Group, Guide, Level, View

GUIDE = Guide(
    "IMD",
    {
        HEADER: frozenset(
            {"MessageFunction", "HeaderNatureType", "ModeOfTransport", "VoyageNumber", "BranchIdentifier"}
        )
        | {"NilReturnIndicator", "SettlementType", "ImporterReference", "AmberStatement", "SenderReference"},
        TRANSPORT_LINE: frozenset({"TransportLineNumber", "TransportLineActionCode", "ContainerNumber"}),
        LINE: frozenset({"LineNumber", "LineActionCode", "LineNatureType", "OriginCountryCode", "ELACNumber"})
        | {"Quantity", "QuantityUnit", "LineAmberReasonType"},
    },
    {LINE: dict.fromkeys(("Quantity", "QuantityUnit"), Group("Quantity", ("Quantity", "QuantityUnit")))},
    {"OriginCountryCode": "Origin Country Code", "ModeOfTransport": "Mode of Transport"},
    {TRANSPORT_LINE: HEADER, LINE: HEADER},
)


def header(**said: str) -> Level:
    """A header; an Original unless something else is said."""
    said = {"MessageFunction": "Original", **said}
    return Level(HEADER, 1, GUIDE, None, said, {}, said["MessageFunction"] == "Original", [])


def view(top: Level, *lines: dict[str, str], quantities: tuple[dict[str, str], ...] = ()) -> View:
    """A view of a header and lines; a line with a TransportLineNumber is a transport line. Quantities go to line 1."""
    levels = [top]
    for said in lines:
        kind = TRANSPORT_LINE if "TransportLineNumber" in said else LINE
        number = sum(one.kind == kind for one in levels) + 1
        level = Level(kind, number, GUIDE, top, dict(said), {}, top.complete, [])
        level.complete = top.complete or level.action == "I"
        if kind == LINE and number == 1 and quantities:
            level.repeated["Quantity"] = list(quantities)
            level.said |= quantities[0]
        top.below.append(level)
        levels.append(level)
    return View(GUIDE, tuple(levels))
