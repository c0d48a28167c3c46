"""The life of a document, by the state machine of the business rules, and the journal in memory."""

from __future__ import annotations

import pytest

from edifact_ics.history import (
    CHANGE,
    ORIGINAL,
    WITHDRAW,
    Key,
    Memory,
    Standing,
    State,
    Submission,
    version_number,
)

KEY = Key("ACME", "IMD", "JOB4711/SEA")


def told(*messages: str) -> Standing:
    """Where a document stands after messages as `9:1`, a function and a version; `!` refused, `P` pre-lodged."""
    now = Standing()
    for text in messages:
        function, version = text.rstrip("!P").split(":")
        now = now.after(Submission(KEY, int(version), function, "!" not in text, "P" in text))
    return now


@pytest.mark.parametrize(
    ("messages", "state", "accepted", "versions"),
    [
        ([], State.NONE, None, set()),
        (["9:1"], State.ACTIVE, 1, {1}),
        (["9:7"], State.ACTIVE, 7, {7}),
        (["9:1!"], State.REJECTED, None, {1}),
        (["9:1!", "9:2"], State.ACTIVE, 2, {1, 2}),
        (["9:1", "4:2"], State.ACTIVE, 2, {1, 2}),
        (["9:1", "4:2!"], State.ACTIVE, 1, {1, 2}),
        (["9:1", "4:2!", "4:2"], State.ACTIVE, 1, {1, 2}),
        (["9:1", "4:2!", "4:3"], State.ACTIVE, 3, {1, 2, 3}),
        (["9:1", "4:5", "4:4"], State.ACTIVE, 5, {1, 4, 5}),
        (["9:1", "50:2"], State.WITHDRAWN, 2, {1, 2}),
        (["9:1", "50:2", "4:3"], State.WITHDRAWN, 2, {1, 2, 3}),
        (["9:1", "50:2", "9:3"], State.WITHDRAWN, 2, {1, 2, 3}),
        (["9:1", "9:2"], State.ACTIVE, 1, {1, 2}),
        (["4:1"], State.NONE, None, {1}),
        (["9:1!", "50:2"], State.REJECTED, None, {1, 2}),
        (["9:1P"], State.NONE, None, {1}),
        (["9:1P", "4:2"], State.NONE, None, {1, 2}),
        (["9:1P", "9:2"], State.NONE, None, {1, 2}),
    ],
)
def test_where_a_document_stands(messages: list[str], state: State, accepted: int | None, versions: set[int]) -> None:
    now = told(*messages)
    assert (now.state, now.accepted, now.versions) == (state, accepted, versions)


@pytest.mark.parametrize(
    ("before", "function", "version", "rules"),
    [
        ([], ORIGINAL, 1, []),
        ([], CHANGE, 2, ["CMR-10"]),
        ([], WITHDRAW, 2, ["CMR-10"]),
        (["9:1"], ORIGINAL, 1, ["CMR-02b", "CMR-02c"]),
        (["9:1"], ORIGINAL, 2, ["CMR-02b"]),
        (["9:1"], CHANGE, 2, []),
        (["9:1"], CHANGE, 9, []),
        (["9:1"], CHANGE, 1, ["CMR-02c", "CMR-09a", "CMR-09b", "CMR-09c"]),
        (["9:3"], CHANGE, 2, ["CMR-09a", "CMR-09c"]),
        (["9:1", "4:5!"], CHANGE, 3, ["CMR-09c"]),
        (["9:1", "4:5!"], CHANGE, 5, ["CMR-02c", "CMR-09b", "CMR-09c"]),
        (["9:1!"], ORIGINAL, 1, ["CMR-02c"]),
        (["9:1!"], ORIGINAL, 2, []),
        (["9:1!"], CHANGE, 2, ["CMR-10"]),
        (["9:1", "50:2"], CHANGE, 3, ["CMR-11"]),
        (["9:1", "50:2"], WITHDRAW, 2, ["CMR-02c", "CMR-09a", "CMR-09b", "CMR-09c", "CMR-11"]),
        (["9:1", "50:2"], ORIGINAL, 3, ["CMR-02b"]),
        (["9:1P"], ORIGINAL, 2, ["CMR-02b"]),
        (["9:1P"], CHANGE, 2, ["CMR-10"]),
    ],
)
def test_rules_a_message_would_break(before: list[str], function: str, version: int, rules: list[str]) -> None:
    assert list(told(*before).breaches(function, version)) == rules


def test_a_document_touched_on_line_takes_nothing_more() -> None:
    locked = Standing(State.ACTIVE, frozenset({1}), 1, locked=True)
    assert locked.breaches(CHANGE, 2) == ("CMR-12",)
    assert locked.after(Submission(KEY, 2, CHANGE, True)) == Standing(State.ACTIVE, frozenset({1, 2}), 1, locked=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("001", 1), ("12", 12), ("0", None), ("", None), ("-1", None), ("1.0", None), ("A", None), ("²", None)],
)
def test_versions_are_numbers(text: str, number: int | None) -> None:
    assert version_number(text) == number


def test_messages_of_one_run_see_each_other_and_change_nothing_below() -> None:
    below = Memory(owners={"AAA999Z": "ACME"})
    above = Memory(below)
    assert above.client_of("AAA999Z") == "ACME"
    assert above.begin("AAA999Z", "0001")
    above.record(Submission(KEY, 1, ORIGINAL, True, xml="<first/>"))
    above.record(Submission(KEY, 2, CHANGE, True, xml="<second/>"))
    above.end(True)
    assert above.accepted(KEY) == ("<first/>", "<second/>")
    assert above.interchange_used("AAA999Z", "1")
    assert below.standing(KEY) == Standing()
    assert not below.interchange_used("AAA999Z", "1")


def test_of_an_interchange_that_was_refused_only_the_reference_is_remembered() -> None:
    journal = Memory()
    journal.begin("AAA999Z", "1")
    journal.record(Submission(KEY, 1, ORIGINAL, True, xml="<first/>"))
    journal.end(False)
    assert journal.standing(KEY) == Standing()
    assert journal.accepted(KEY) == ()
    assert not journal.begin("AAA999Z", "1")
