"""The view of a message: elements by level, words for codes, second names, repetitions, and the way back to places."""

from __future__ import annotations

import io

import pytest

from edifact_ics.canonical import viewing
from edifact_ics.envelope.interchange import Message
from edifact_ics.envelope.reader import Reader
from edifact_ics.guide.library import ours
from edifact_ics.guide.mig_tree import Mig
from edifact_ics.inspection.guides import guide_of, table_of
from edifact_ics.structure.table import Table
from edifact_ics.structure.walk import walk
from edifact_ics.view import View
from tests.rules.bases import made


def seen(base: str, edits: str = "") -> tuple[Table, View, list[str]]:
    """The view of a base with edits, with its table and its segments."""
    for event in Reader(io.BytesIO(made(base, edits))).events():
        if isinstance(event, Message):
            guide = guide_of(ours(), event)
            assert isinstance(guide, Mig)
            table = table_of(ours(), guide.message, event.interchange.delimiters, event.interchange.syntax)
            return table, viewing.view(table, walk(table, event.raws, True).placed), event.raws
    raise AssertionError("no message")


def test_levels_in_document_order() -> None:
    _, view, _ = seen("sea")
    assert [(level.kind, level.number) for level in view.levels] == [
        ("Header", 1), ("TransportLine", 1), ("TransportLine", 2), ("Line", 1), ("Line", 2),
    ]  # fmt: skip
    assert view.lines[0].top is view.header
    assert [level.kind for level in view.header.below] == ["TransportLine", "TransportLine", "Line", "Line"]


def test_levels_inside_levels() -> None:
    _, view, _ = seen("imped1")
    [release, *_] = view.of("RCR")
    assert {level.parent for level in release.below} == {release}
    assert set(view.lines) == set(view.header.lines())


def test_words_stand_for_codes_and_a_line_sees_what_is_above() -> None:
    _, view, _ = seen("sea")
    line = view.lines[1]
    assert (view.function, line.get("ModeOfTransport"), line.get("LineActionCode")) == ("Original", "Sea", "I")
    assert "VoyageNumber" in line
    assert "VoyageNumber" not in line.said


def test_second_names() -> None:
    _, original, _ = seen("sea")
    assert original.lines[0].get("LinePrice") == "28840.00"
    assert original.lines[0].get("DumpingExportPrice") is None
    assert original.header.get("InvoiceTotal") == "46210.00"
    assert original.header.get("RefundBankAccountNumber") is None
    _, change, _ = seen("change", "BankAccountNumber=1; BSBNumber=2")
    assert change.header.get("RefundBankAccountNumber") == "1"


def test_repetitions_and_what_joins_one() -> None:
    _, view, _ = seen("sea")
    assert view.header.values("LodgementQuestionIdentifier") == ["0008", "0009"]
    assert [record.get("HeaderAmountType") for record in view.header.records("HeaderAmount")] == [
        "63",
        "141",
        "39",
        "313",
        "71",
    ]
    _, long, _ = seen("sac-long")
    assert long.header.repeated["Container"] == [{"ContainerNumber": "SMPU6029148", "ImportCargoType": "LCL"}]


def test_a_change_is_complete_only_in_what_it_inserts() -> None:
    _, view, _ = seen("change", "Line[1]/LineActionCode=I")
    assert {level.kind: level.complete for level in reversed(view.levels)} == {
        "Header": False,
        "TransportLine": False,
        "Line": True,
    }
    assert not view.header.knows("NilReturnIndicator")
    assert seen("sea")[1].header.knows("NilReturnIndicator")


@pytest.mark.parametrize(
    ("name", "number", "raw", "element", "component", "path"),
    [
        ("QuantityUnit", 0, "MEA+AAA++NO:412.00000", 3, 1, "Line[1]/Quantity[1]/QuantityUnit"),
        ("CommunityProtectionPermitNumber", 0, "FTX+RAH+++00412:00437:N", 4, 4, "Line[1]/CommunityProtection[1]/CommunityProtectionPermitNumber"),
        ("CommunityProtectionRiskIdentifier", 1, "FTX+RAH+++00415:00441:Y:PX26-00819", 4, 1, "Line[1]/CommunityProtection[2]/CommunityProtectionRiskIdentifier"),
        ("LinePrice", 0, "MOA+38:28840.00:USD", 1, 2, "Line[1]/LineAmount[1]/LineAmount"),
        ("PreferenceRuleType", 0, "RFF+AFV:TV", None, None, "Line[1]/PreferenceRuleType"),
        ("FirmOrderDate", 0, "LOC+27+CN::5", None, None, "Line[1]/FirmOrderDate"),
    ],
)  # fmt: skip
def test_the_way_back(name: str, number: int, raw: str, element: int | None, component: int | None, path: str) -> None:
    table, view, raws = seen("sea")
    where = viewing.spot(table, view.lines[0].complaint(name, number=number), view.header)
    assert (raws[where.segment - 1], where.element, where.component) == (raw, element, component)
    assert where.path == f"/ImportDeclaration/{path}"
