"""Faults of rules that were mended: each stays mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from edifact_ics import Finding, Library, Severity, check
from edifact_ics.canonical import viewing
from edifact_ics.inspection import run
from edifact_ics.reference.shelf import load_reference
from edifact_ics.rules import Engine, RuleSet, forbidden_when
from tests.rules.bases import made
from tests.rules.given import given
from tests.rules.views import header, view

RISKY = "LodgementQuestion[1]/LodgementQuestionIdentifier=9001; LodgementQuestion[1]/LodgementQuestionAnswerType=Y"


def found(code: str, base: str, edits: str, tables: str = "") -> list[Finding]:
    return [f for f in check(made(base, edits), **given(tables)).findings if f.code == code]


@pytest.mark.parametrize(
    ("importer", "tables", "severity"),
    [
        ("", "lodgement_questions", Severity.WARNING),
        ("ImporterABN=85624817305; ImporterCAC=002", "lodgement_questions clients", Severity.ERROR),
        ("ImporterABN=42155038846; ImporterCAC=-", "lodgement_questions clients", Severity.WARNING),
    ],
    ids=["no table", "accredited", "not accredited"],
)
def test_a_concern_of_packing_is_an_error_for_an_accredited_importer(
    importer: str, tables: str, severity: Severity
) -> None:
    [one] = found("GBR-AQIS-CONCERN-TYPE-04", "sea", f"{RISKY}; {importer}", tables)
    assert one.severity is severity


def test_what_is_forbidden_is_placed_at_the_repetition_that_holds_it() -> None:
    of = view(header(), {"LineNumber": "1"}, quantities=({"Quantity": "1"}, {"Quantity": "2", "QuantityUnit": "KG"}))
    of.lines[0].said["QuantityUnit"] = "KG"
    [one] = Engine([forbidden_when("A", "QuantityUnit")]).judge(of)
    assert one.complaint.number == 1


def test_a_periodic_declaration_without_any_terms_lacks_them() -> None:
    none = "RCR[1]/TermsOfDelivery[1]=-; RCR[2]/TermsOfDelivery[1]=-"
    [one] = found("GBR-INVOICE-TERM-TYPE-01", "imped1", none)
    assert (one.severity, one.path) == (Severity.ERROR, "/ImportPeriodicDeclaration1/RCR[1]")
    assert found("GBR-INVOICE-TERM-TYPE-01", "imped1", "RCR[2]/TermsOfDelivery[1]=-") == []


def test_lines_below_releases_are_numbered_without_gaps() -> None:
    [one] = found("GBR-LINE-NUMBER-02", "imped1", "RCR[2]/Line[3]/LineNumber=7")
    assert one.message == "Line 7 follows line 4; each is one higher."


def test_a_code_of_a_users_guides_is_in_the_table_of_code_lists(tmp_path: Path) -> None:
    data = made("drwbck", "Line[1]/ExportQuantityUnit=XX")
    assert "GBR-EXPORT-QUANTITY-02" in [f.code for f in check(data).findings]
    (tmp_path / "ours.xml").write_text(
        '<override xmlns="urn:edifact-ics:mig" message="DRWBCK"><list name="QuantityUnit">'
        '<code value="XX" basis="observed">ours</code></list></override>'
    )
    assert "GBR-EXPORT-QUANTITY-02" not in [f.code for f in check(data, library=Library(tmp_path)).findings]


def test_one_number_too_many_is_named_by_its_repetition() -> None:
    once = "Line[1]/Quantity[1]/Quantity=1; Line[1]/LuxuryCarTaxPayableIndicator=Y"
    many = f"{once}; " + "; ".join(f"Line[1]/VehicleIdentificationNumber[{n}]=WBA{n}" for n in (1, 2))
    [one] = found("GBR-LUXURY-CAR-TAX-PAYABLE-INDICATOR-04", "sea", many)
    assert (one.value, (one.path or "").rpartition("/")[2]) == ("WBA2", "VehicleIdentificationNumber[2]")


def test_without_rules_nobody_looks_at_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(run, "view", lambda *of: seen.append(of) or viewing.view(*of))
    data = made("sea", "AirlineCode=QF")
    assert check(data, rules=RuleSet(())).findings == []
    assert seen == []
    assert check(data).findings != []
    assert len(seen) == 1


def test_shipped_tables_are_read_once() -> None:
    assert load_reference().issues("ports")[-1].table is load_reference().issues("ports")[-1].table
