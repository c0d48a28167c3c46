"""The engine: when a rule is asked, of what, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edifact_ics.rules import (
    Complaint,
    Engine,
    Known,
    Level,
    Rule,
    absent,
    at_least_one,
    at_most,
    distinct,
    forbidden_when,
    function,
    in_list,
    in_sequence,
    is_,
    is_not,
    line,
    message,
    mode,
    not_before,
    not_together,
    only_when,
    present,
    required_when,
    rule,
    together,
)
from edifact_ics.rules import header as header_nature
from edifact_ics.rules.conditions import CHANGE, ORIGINAL, WITHDRAW, Condition
from edifact_ics.view import Stored, View, overlay
from tests.rules.views import GUIDE, header, view


def asked(*rules: Rule, of: View, known: Known | None = None) -> list[str]:
    """What the rules complain of: rule, level and element."""
    found = Engine(rules).judge(of, known or Known())
    return [f"{j.rule.id} {j.complaint.level.kind} {j.complaint.level.number} {j.complaint.name}" for j in found]


ORIGIN = required_when("A", "OriginCountryCode", ORIGINAL)
ELAC = forbidden_when("B", "ELACNumber", line("N20"))
VOYAGE = only_when("C", "VoyageNumber", mode("Sea"))


# ---------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (mode("Sea", "Air"), "Mode of Transport is Air or Sea"),
        (is_not("ModeOfTransport", "Sea"), "Mode of Transport is not Sea"),
        (ORIGINAL & absent("OriginCountryCode"), "the message is an Original and Origin Country Code is not sent"),
        (~(CHANGE | WITHDRAW), "the message is not a Change and the message is not a Withdraw"),
        (message("IMD", "SAC"), "the message is IMD or SAC"),
        (~message("RCR"), "the message is not RCR"),
    ],
)
def test_a_condition_in_words(condition: Condition, words: str) -> None:
    assert condition.words(GUIDE.label) == words


@pytest.mark.parametrize(
    ("condition", "said", "answer"),
    [
        (mode("Sea"), {"ModeOfTransport": "Sea"}, True),
        (mode("Sea"), {"ModeOfTransport": "Air"}, False),
        (mode("Sea"), {}, False),
        (~mode("Sea"), {}, True),
        (present("VoyageNumber") | mode("Sea"), {"ModeOfTransport": "Sea"}, True),
        (present("VoyageNumber") & mode("Sea"), {"ModeOfTransport": "Sea"}, False),
    ],
)
def test_a_condition_asked_of_an_original(condition: Condition, said: dict[str, str], answer: bool) -> None:
    assert condition.holds(header(**said)) is answer


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (present("VoyageNumber"), None),
        (absent("VoyageNumber"), None),
        (mode("Sea"), None),
        (mode("Sea") | header_nature("N10"), True),
        (mode("Sea") & header_nature("N20"), False),
        (~mode("Sea") & header_nature("N10"), None),
    ],
)
def test_what_a_change_does_not_repeat_cannot_be_told(condition: Condition, answer: bool | None) -> None:
    assert condition.holds(header(MessageFunction="Change", HeaderNatureType="N10")) is answer


# ---------------------------------------------------------------------- where rules are asked


def test_required_and_forbidden_on_each_line() -> None:
    of = view(header(), {"LineNumber": "1", "OriginCountryCode": "CN"}, {"LineNatureType": "N20", "ELACNumber": "1"})
    assert asked(ORIGIN, ELAC, of=of) == ["A Line 2 OriginCountryCode", "B Line 2 ELACNumber"]


def test_a_line_without_a_nature_has_that_of_its_header() -> None:
    assert asked(ELAC, of=view(header(HeaderNatureType="N20"), {"ELACNumber": "1"})) == ["B Line 1 ELACNumber"]
    assert asked(ELAC, of=view(header(HeaderNatureType="N10/N20"), {"ELACNumber": "1"})) == []


def test_a_rule_on_what_the_guide_does_not_have_is_not_asked() -> None:
    assert asked(required_when("A", "GoodsDescription"), of=view(header(), {"LineNumber": "1"})) == []


def test_a_mode_that_was_not_sent_is_none_of_those_wanted() -> None:
    assert asked(VOYAGE, of=view(header(VoyageNumber="1"))) == ["C Header 1 VoyageNumber"]
    assert asked(VOYAGE, of=view(header(VoyageNumber="1", ModeOfTransport="Sea"))) == []


def test_where_requirement_and_prohibition_meet_the_prohibition_wins() -> None:
    both = (ORIGIN, forbidden_when("D", "OriginCountryCode", line("N20")))
    assert asked(*both, of=view(header(), {"LineNatureType": "N20"})) == []
    assert asked(*both, of=view(header(), {"LineNatureType": "N10"})) == ["A Line 1 OriginCountryCode"]


def test_a_condition_on_lines_is_asked_of_each_and_said_once() -> None:
    amber = required_when("A", "AmberStatement", present("LineAmberReasonType"))
    lines = ({"LineAmberReasonType": "VALUE"}, {"LineAmberReasonType": "ORIGIN"}, {"LineNumber": "3"})
    assert asked(amber, of=view(header(), *lines)) == ["A Header 1 AmberStatement"]
    assert asked(amber, of=view(header(), lines[2])) == []


def test_a_pair_is_judged_in_each_repetition() -> None:
    pair = together("A", "Quantity", "QuantityUnit")
    required = required_when("B", "QuantityUnit", present("Quantity"))
    of = view(header(), {"LineNumber": "1"}, quantities=({"Quantity": "1", "QuantityUnit": "KG"}, {"Quantity": "2"}))
    found = list(Engine((pair, required)).judge(of))
    assert [(j.rule.id, j.complaint.name, j.complaint.number) for j in found] == [
        ("A", "QuantityUnit", 1),
        ("B", "QuantityUnit", 1),
    ]


# ---------------------------------------------------------------------- changes, withdrawals, nil returns


def test_a_change_owes_nothing_for_what_it_leaves_unsaid_but_for_lines_it_inserts() -> None:
    lines = ({"LineNumber": "1", "LineActionCode": "A"}, {"LineNumber": "2", "LineActionCode": "I"})
    assert asked(ORIGIN, of=view(header(MessageFunction="Change"), *lines)) == ["A Line 2 OriginCountryCode"]


def test_a_change_is_judged_with_the_declaration_it_changes() -> None:
    stored = view(header(ModeOfTransport="Sea", VoyageNumber="9"), {"LineNumber": "1", "OriginCountryCode": "CN"})
    change = view(header(MessageFunction="Change", ModeOfTransport="Air"))
    assert asked(VOYAGE, of=change) == []
    assert asked(VOYAGE, of=change, known=Known(stored=Stored.of([stored]))) == ["C Header 1 VoyageNumber"]


def test_what_was_sent_itself_is_judged_alone() -> None:
    reason = required_when("A", "ImporterReference", CHANGE, own=True)
    stored = view(header(ImporterReference="PO 1"))
    change = view(header(MessageFunction="Change"))
    assert asked(reason, of=change, known=Known(stored=Stored.of([stored]))) == ["A Header 1 ImporterReference"]


def test_lines_over_those_stored() -> None:
    stored = view(
        header(ModeOfTransport="Sea"),
        {"LineNumber": "1", "LineActionCode": "I", "OriginCountryCode": "CN", "ELACNumber": "5"},
        {"LineNumber": "2", "LineActionCode": "I", "OriginCountryCode": "NZ"},
        {"LineNumber": "3", "LineActionCode": "I", "OriginCountryCode": "FR"},
    )
    change = view(
        header(MessageFunction="Change", BranchIdentifier="X"),
        {"LineNumber": "1", "LineActionCode": "A", "OriginCountryCode": "US"},
        {"LineNumber": "2", "LineActionCode": "D"},
        {"LineNumber": "4", "LineActionCode": "I", "OriginCountryCode": "DE"},
    )
    found = overlay(stored, change)
    assert found.header.said == {"MessageFunction": "Change", "ModeOfTransport": "Sea", "BranchIdentifier": "X"}
    assert [one.said for one in found.lines] == [
        {"LineNumber": "1", "LineActionCode": "A", "OriginCountryCode": "US", "ELACNumber": "5"},
        {"LineNumber": "3", "OriginCountryCode": "FR"},
        {"LineNumber": "4", "LineActionCode": "I", "OriginCountryCode": "DE"},
    ]
    assert all(one.complete for one in found.levels)


def test_a_withdrawal_is_asked_only_what_names_it() -> None:
    withdrawal = view(header(MessageFunction="Withdraw"), {"LineNumber": "1"})
    named = forbidden_when("B", "LineNumber", WITHDRAW)
    always = required_when("A", "BranchIdentifier")
    assert asked(always, named, of=withdrawal) == ["B Line 1 LineNumber"]


def test_lines_of_a_nil_return_are_exempt() -> None:
    line_ = {"LineNumber": "1", "LineNatureType": "N30"}
    assert asked(ORIGIN, of=view(header(NilReturnIndicator="Y"), line_)) == []
    assert asked(ORIGIN, of=view(header(), line_)) == ["A Line 1 OriginCountryCode"]


# ---------------------------------------------------------------------- shapes


LINES = ({"LineNumber": "1"}, {"LineNumber": "2"}, {"LineNumber": "4"})


@pytest.mark.parametrize(
    ("one", "of", "complaints"),
    [
        (at_least_one("A", "BranchIdentifier", "ImporterReference"), view(header()), ["A Header 1 BranchIdentifier"]),
        (at_least_one("A", "BranchIdentifier", "ImporterReference"), view(header(ImporterReference="1")), []),
        (not_together("A", "VoyageNumber", "BranchIdentifier"), view(header(VoyageNumber="1")), []),
        (
            not_together("A", "VoyageNumber", "BranchIdentifier"),
            view(header(VoyageNumber="1", BranchIdentifier="B")),
            ["A Header 1 VoyageNumber"],
        ),
        (in_list("A", "ModeOfTransport", "Sea", "Air"), view(header(ModeOfTransport="Post")), ["A Header 1 ModeOfTransport"]),
        (in_list("A", "ModeOfTransport", "Sea", "Air"), view(header(ModeOfTransport="Air")), []),
        (in_sequence("A", "LineNumber", "Line"), view(header(), *LINES), ["A Line 3 LineNumber"]),
        (in_sequence("A", "LineNumber", "Line"), view(header(), *LINES[:2]), []),
        (in_sequence("A", "LineNumber", "Line"), view(header(), *LINES[1:]), ["A Line 1 LineNumber"]),
        (in_sequence("A", "LineNumber", "Line", start=None), view(header(), LINES[1]), []),
        (not_before("A", "VoyageNumber", "SenderReference"), view(header(VoyageNumber="20261101", SenderReference="20261102")), ["A Header 1 VoyageNumber"]),
        (not_before("A", "VoyageNumber", "SenderReference"), view(header(VoyageNumber="20261102", SenderReference="20261102")), []),
    ],
)  # fmt: skip
def test_shapes(one: Rule, of: View, complaints: list[str]) -> None:
    assert asked(one, of=of) == complaints


UNITS = tuple({"Quantity": str(n), "QuantityUnit": unit} for n, unit in enumerate(("KG", "NO", "KG")))


@pytest.mark.parametrize(
    ("one", "number"),
    [
        (distinct("A", "QuantityUnit"), 2),
        (distinct("A", "QuantityUnit", "Quantity"), None),
        (at_most("A", "Quantity", 2), 2),
        (at_most("A", "Quantity", 3), None),
    ],
)
def test_shapes_of_repetitions(one: Rule, number: int | None) -> None:
    found = list(Engine((one,)).judge(view(header(), {"LineNumber": "1"}, quantities=UNITS)))
    assert [j.complaint.number for j in found] == ([] if number is None else [number])


# ---------------------------------------------------------------------- order, needs, crashes


def test_complaints_come_header_first_then_level_by_level_in_the_order_of_the_rules() -> None:
    of = view(header(VoyageNumber="1"), {"LineNatureType": "N20", "ELACNumber": "1"}, {"LineNumber": "2"})
    assert asked(ELAC, ORIGIN, VOYAGE, of=of) == [
        "C Header 1 VoyageNumber",
        "B Line 1 ELACNumber",
        "A Line 1 OriginCountryCode",
        "A Line 2 OriginCountryCode",
    ]


def test_a_rule_that_needs_what_is_not_known_is_skipped_and_says_so() -> None:
    engine = Engine(
        [
            required_when("A", "BranchIdentifier", needs=("tariff",)),
            required_when("B", "VoyageNumber", needs=("history",)),
        ]
    )
    assert engine.skipped == [
        ("A", "no table 'tariff' loaded"),
        ("B", "no history: what was sent before is not known"),
    ]
    assert list(engine.judge(view(header()))) == []


def test_a_rule_that_fails_does_not_hide_what_others_say() -> None:
    @rule("A", on="VoyageNumber")
    def wrong(level: Level, known: Known) -> Iterator[Complaint]:
        yield level.complaint("VoyageNumber", "first")
        raise KeyError("no such thing")

    found = list(Engine((wrong, VOYAGE)).judge(view(header(VoyageNumber="1"))))
    assert [(j.rule.id, j.crash is not None) for j in found] == [("A", False), ("A", True), ("C", False)]
    assert "The rule A failed: KeyError: 'no such thing'." in found[1].text


def test_a_function_is_asked_only_where_its_condition_holds() -> None:
    @rule("A", on="VoyageNumber", when=function("Original") & is_("ModeOfTransport", "Air"))
    def check(level: Level, known: Known) -> Iterator[Complaint]:
        yield level.complaint("VoyageNumber", "no")

    assert asked(check, of=view(header(VoyageNumber="1", ModeOfTransport="Air"))) == ["A Header 1 VoyageNumber"]
    assert asked(check, of=view(header(VoyageNumber="1", ModeOfTransport="Sea"))) == []
