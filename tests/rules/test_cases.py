"""Every rule that is checked lets a good message pass and complains of a bad one, and of nothing else."""

from __future__ import annotations

import pytest

from edifact_ics import check
from edifact_ics.rules import standard
from tests.rules.bases import BASES, made
from tests.rules.cases import Case, cases
from tests.rules.given import given
from tests.rules.test_catalogue import PENDING

CASES = cases()


def _complaints(base: str, edits: str, tables: str = "") -> list[tuple[str, str]]:
    found = check(made(base, edits), **given(tables)).findings
    return [(f.code, f.path or "") for f in found if f.code.startswith(("GBR-", "CMR-", "OVR-", "INT-"))]


@pytest.mark.parametrize("base", BASES)
def test_a_base_breaks_no_rule(base: str) -> None:
    assert _complaints(base, "") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}:{case.outcome}:{case.where}")
def test_case(case: Case) -> None:
    found = _complaints(case.base, case.edits, case.given)
    expected = {*case.also, *([case.rule] if case.outcome == "fail" else [])}
    assert {code for code, _ in found} == expected, found
    if case.at and case.outcome == "fail":
        assert any(code == case.rule and path.endswith(case.at) for code, path in found), found


def test_every_rule_has_cases_that_pass_and_fail() -> None:
    known = {(case.rule, case.outcome) for case in CASES}
    done = [one.id for one in standard() if one.id not in PENDING]
    missing = [f"{ident} {outcome}" for ident in done for outcome in ("pass", "fail") if (ident, outcome) not in known]
    assert missing == []


def test_every_case_is_of_a_rule_that_exists() -> None:
    ids = {one.id for one in standard()}
    assert [case.where for case in CASES if case.rule not in ids or case.outcome not in ("pass", "fail")] == []
