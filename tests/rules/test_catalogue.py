"""Every statement of the rules document is claimed, and says in our words what it wants and how to cure a breach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from edifact_ics.cli import main
from edifact_ics.rules import RuleError, RuleSet, catalogue, required_when, standard
from edifact_ics.rules.claims import UNCLAIMED, claims, totals

PENDING = set(Path(__file__).with_name("pending.txt").read_text().split())
STATUSES = {"checked", "mig", "xsd", "ledger", "response", "skipped-without", "not-checkable"}


def _wanting() -> list[str]:
    """The statements that are not done: unclaimed, or without words, cure or example where they need them."""
    wanting = []
    for claim in claims(standard()):
        entry = claim.entry
        breakable = claim.status in ("checked", "ledger") or claim.status.startswith("skipped")
        done = claim.status != UNCLAIMED and entry.statement and entry.condition
        if breakable and not entry.same:
            done = done and entry.cure and entry.example
        if claim.status in ("mig", "xsd", "response", "not-checkable"):
            done = done and claim.reason
        if not done:
            wanting.append(entry.id)
    return wanting


def test_every_statement_is_claimed() -> None:
    assert sorted(set(_wanting()) - PENDING) == []


def test_what_is_pending_is_not_done() -> None:
    assert sorted(PENDING - set(_wanting())) == []


def test_the_catalogue_is_whole() -> None:
    assert len(catalogue()) == 504
    assert totals(claims(standard()))["total"] == 504
    assert {claim.status.partition(":")[0] for claim in claims(standard())} <= STATUSES | (
        {UNCLAIMED} if PENDING else set()
    )


def test_what_repeats_another_statement_repeats_one_that_exists() -> None:
    for entry in catalogue().values():
        assert not entry.same or not catalogue()[entry.same].same


@pytest.mark.parametrize(
    ("ident", "text"),
    [
        ("GBR-NO-SUCH-RULE-01", "is no id of the catalogue"),
        ("CMR-02a", "is claimed by the catalogue itself: mig"),
        ("GBR-DUMPING-SPECIFICATION-NUMBER-01", "says the same as GBR-DUMPING-EXEMPTION-TYPE-01"),
        ("X-OWN-01", "needs a statement and a source"),
    ],
)
def test_a_rule_needs_a_right_to_its_id(ident: str, text: str) -> None:
    with pytest.raises(RuleError, match=text):
        RuleSet.of([required_when(ident, "ImporterReference")])


def test_an_id_is_used_once() -> None:
    with pytest.raises(RuleError, match="X-A is defined twice"):
        RuleSet.of([required_when("X-A", "ImporterReference", source="us", text="Send it.")] * 2)


def test_rules_as_json() -> None:
    found = json.loads(CliRunner().invoke(main, ["rules", "GBR-AIRLINE", "--format", "json"]).output)
    assert found["totals"]["total"] == 504
    row = found["rules"][0]
    assert (row["id"], row["element"], row["status"], row["severity"], row["messages"], row["source_line"]) == (
        "GBR-AIRLINE-CODE-01", "Airline Code", "checked", "error", ["ALL"], 57,
    )  # fmt: skip
    assert row["by"] == "edifact_ics.rules.transport"


def test_rules_in_text_end_with_totals() -> None:
    lines = CliRunner().invoke(main, ["rules"]).output.splitlines()
    assert len(lines) == 505
    assert lines[-1].endswith("504 total")


def test_an_unknown_rule_is_a_sentence() -> None:
    result = CliRunner().invoke(main, ["rules", "GBR-X"])
    assert result.exit_code == 2
    assert "There is no rule 'GBR-X'" in result.output


def test_a_rule_is_explained() -> None:
    text = CliRunner().invoke(main, ["explain", "gbr-airline-code-01"]).output
    for part in ("Airline Code must not be sent when", "What to do: Leave out Airline Code", "line 57", "For example:"):
        assert part in text
