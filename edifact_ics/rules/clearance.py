"""Clearance from a warehouse: by a clearance code of old, or a nil return where nothing was delivered."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import header, is_, line, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import not_together, only_when
from edifact_ics.view import LINE, Complaint, Level

CODE, NIL = "MultipleClearanceCode", "NilReturnIndicator"
# What a line of a nil return may say: which line it is.
IDENTIFYING = frozenset({"LineNumber", "LineActionCode", "LineNatureType", NIL})

RULES: list[Rule] = [
    only_when("GBR-MULTIPLE-CLEARANCE-CODE-01", CODE, line("N30")),
    not_together("GBR-MULTIPLE-CLEARANCE-CODE-02", CODE, "WarehouseReferenceDeclarationIdentifier"),
    only_when("GBR-NIL-RETURN-INDICATOR-01", NIL, header("N30")),
    only_when("GBR-NIL-RETURN-INDICATOR-02", NIL, present("SettlementType")),
]


@rule("GBR-NIL-RETURN-INDICATOR-04", level=LINE, carried=(NIL,), when=is_(NIL, "Y"))
def nil_returns_have_no_goods(line: Level, known: Known) -> Iterator[Complaint]:
    surplus = [name for name in line.said if name not in IDENTIFYING]
    surplus += [name for records in line.repeated.values() for record in records for name in record]
    if surplus:
        text = f"{line.guide.label(surplus[0])} is sent on a line of a nil return, which says nothing of goods."
        yield line.complaint(surplus[0], text)
