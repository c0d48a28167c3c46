"""What takes two operators, and the audit trail that tells of every change: on both databases."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registries import BUREAU, DAY, IMPORTER, Clock, Desk

from edifact_ics.bureau.registry import REGISTRY, Change, Client, Head, Refused, Registry, Role, State
from edifact_ics.bureau.registry.audit import Fault, verify
from edifact_ics.bureau.registry.tables import audit
from edifact_ics.bureau.registry.trust import RULES

# ---------------------------------------------------------------------- two operators


def test_every_change_has_its_rule() -> None:
    assert set(RULES) == set(Change)
    two = {change for change, rule in RULES.items() if rule.operators == 2}
    assert {Change.ANCHOR_INSTALL, Change.AUTHORITY_GRANT, Change.KEY_EXPORT, Change.OVERRIDE} <= two


def test_an_authority_counts_only_when_another_operator_confirms(desk: Desk) -> None:
    registry = desk.registry
    request = registry.grant(IMPORTER, BUREAU, operator="anna")
    assert (request.state, registry.authorities()) == (State.PENDING, ())
    with pytest.raises(Refused, match="anna asked for request 1 and cannot confirm it too"):
        registry.confirm(request.number, operator="anna")
    with pytest.raises(Refused, match="'mallory' is no operator"):
        registry.confirm(request.number, operator="mallory")
    assert registry.authorities() == ()
    done = registry.confirm(request.number, operator="bob")
    assert (done.state, done.decided_by, len(registry.authorities())) == (State.DONE, "bob", 1)
    with pytest.raises(Refused, match="Request 1 is done, by bob"):
        registry.confirm(request.number, operator="bob")
    assert [(row.operator, row.change) for row in registry.trail()[-3:]] == [
        ("anna", "request.ask"),
        ("bob", "request.confirm"),
        ("bob", "authority.grant"),
    ]


def test_a_request_can_be_refused_and_taken_back(desk: Desk) -> None:
    for operator in ("anna", "bob"):
        request = desk.registry.grant(IMPORTER, BUREAU, operator="anna")
        assert desk.registry.refuse(request.number, operator=operator).state is State.REFUSED
        with pytest.raises(Refused, match=f"is refused, by {operator}"):
            desk.registry.confirm(request.number, operator="bob")
    assert desk.registry.authorities() == ()


def test_a_request_waits_a_week(desk: Desk) -> None:
    request = desk.registry.grant(IMPORTER, BUREAU, operator="anna")
    with pytest.raises(Refused, match="Request 1 by anna asks for the same"):
        desk.registry.grant(IMPORTER, BUREAU, operator="bob", since="2026-11-25")
    desk.clock.now += 7 * DAY + datetime.timedelta(seconds=1)
    with pytest.raises(Refused, match="older than seven days"):
        desk.registry.confirm(request.number, operator="bob")
    again = desk.registry.grant(IMPORTER, BUREAU, operator="anna", since="2026-11-25")
    assert desk.registry.confirm(again.number, operator="bob").state is State.DONE


@pytest.mark.parametrize("change", [Change.KEY_EXPORT, Change.OVERRIDE])
def test_what_was_confirmed_is_used_once(change: Change, desk: Desk) -> None:
    registry = desk.registry
    with pytest.raises(Refused, match="needs two operators, and nothing confirmed"):
        registry.use(change, "key 1", operator="anna")
    request = registry.ask(change, "key 1", {"to": "backup"}, operator="anna")
    with pytest.raises(Refused, match="needs two operators"):
        registry.use(change, "key 1", operator="anna")
    assert registry.confirm(request.number, operator="bob").state is State.CONFIRMED
    with pytest.raises(Refused, match="nothing confirmed allows it for key 2"):
        registry.use(change, "key 2", operator="anna")
    assert registry.use(change, "key 1", operator="anna").state is State.DONE
    assert registry.trail()[-1].detail == {"to": "backup", "request": 1}
    with pytest.raises(Refused, match="nothing confirmed"):
        registry.use(change, "key 1", operator="anna")


def test_two_operators_found_a_registry_and_a_third_takes_both(empty_desk: Desk) -> None:
    registry = empty_desk.registry
    assert not registry.found("carol", by="carol")
    request = registry.ask(Change.OPERATOR_ADD, "carol", {}, operator="anna")
    registry.confirm(request.number, operator="bob")
    assert registry.operators() == ("anna", "bob", "carol")
    request = registry.ask(Change.OPERATOR_REMOVE, "bob", {}, operator="anna")
    registry.confirm(request.number, operator="carol")
    assert registry.operators() == ("anna", "carol")
    assert not registry.found("bob", by="anna")  # who left may not come back alone
    request = registry.ask(Change.OPERATOR_REMOVE, "carol", {}, operator="anna")
    with pytest.raises(Refused, match="there are not two operators left"):
        registry.confirm(request.number, operator="carol")


def test_what_somebody_asked_for_who_left_is_not_confirmed(empty_desk: Desk) -> None:
    registry = empty_desk.registry
    registry.confirm(registry.ask(Change.OPERATOR_ADD, "carol", {}, operator="anna").number, operator="bob")
    asked = registry.ask(Change.OPERATOR_ADD, "dora", {}, operator="carol")
    registry.confirm(registry.ask(Change.OPERATOR_REMOVE, "carol", {}, operator="anna").number, operator="bob")
    with pytest.raises(Refused, match="'carol' is no operator"):
        registry.confirm(asked.number, operator="bob")


def test_a_stranger_names_nobody(desk: Desk) -> None:
    with pytest.raises(Refused, match="'mallory' is no operator"):
        desk.registry.ask(Change.OPERATOR_ADD, "carol", {}, operator="mallory")
    with pytest.raises(Refused, match="no name"):
        desk.registry.ask(Change.OPERATOR_ADD, " anna", {}, operator="anna")


def test_the_room_itself_cannot_skip_the_second_operator(desk: Desk) -> None:
    with desk.registry.writing("anna") as change, pytest.raises(RuntimeError, match="needs two operators"):
        change.note(Change.AUTHORITY_GRANT, "x", {})
    with pytest.raises(RuntimeError, match="needs no second operator"):
        desk.registry.ask(Change.SITE_CREATE, "x", {}, operator="anna")
    with pytest.raises(RuntimeError, match="is a change of the registry"):
        desk.registry.tell("authority.grant", "x", {}, by="anna")


# ---------------------------------------------------------------------- the chain


@pytest.fixture
def trail(database: str) -> Iterator[tuple[Registry, sqlalchemy.Engine]]:
    """A registry with ten rows in its trail, and a way round it."""
    registry = Registry.open(database, create=True, clock=Clock())
    assert registry
    with registry:
        registry.found("anna", by="anna")
        registry.found("bob", by="anna")
        for number in range(1, 9):
            client = Client(f"CCID{number}", name=f"Client {number}é", roles=frozenset({Role.IMPORTER}))
            registry.put_client(client, operator="anna")
        engine = REGISTRY.engine_of(REGISTRY.url_of(database))
        yield registry, engine
        engine.dispose()


TAMPERED: list[tuple[str, list[str], list[int], str]] = [
    ("changed", ["UPDATE registry_audit SET operator = 'bob' WHERE number = 4"], [4], "Row 4 was changed"),
    ("detail", ["UPDATE registry_audit SET detail = '{}' WHERE number = 10"], [10], "Row 10 was changed"),
    ("removed", ["DELETE FROM registry_audit WHERE number = 5"], [5], "Row 5 is missing."),
    ("several", ["DELETE FROM registry_audit WHERE number BETWEEN 5 AND 7"], [5], "Rows 5 to 7 are missing."),
    (
        "renumbered",
        ["DELETE FROM registry_audit WHERE number = 5"]
        + [f"UPDATE registry_audit SET number = {n - 1} WHERE number = {n}" for n in range(6, 11)],
        [5, 6, 7, 8, 9, 10],
        "Row 5 was changed",
    ),
    (
        "swapped",
        [
            "UPDATE registry_audit SET number = 99 WHERE number = 3",
            "UPDATE registry_audit SET number = 3 WHERE number = 4",
            "UPDATE registry_audit SET number = 4 WHERE number = 99",
        ],
        [3, 4, 5],
        "Row 3 was changed",
    ),
    ("first", ["DELETE FROM registry_audit WHERE number = 1"], [1], "Row 1 is missing."),
    ("tail", ["DELETE FROM registry_audit WHERE number > 8"], [9], "Rows 9 to 10 are missing: the tail was cut off."),
    ("all", ["DELETE FROM registry_audit"], [1], "Rows 1 to 10 are missing"),
    ("head", ["UPDATE registry_head SET length = 9"], [10], "Row 10 is not written by this program."),
    ("head-hash", ["UPDATE registry_head SET hash = 'x'"], [10], "not the one where the chain ended"),
    ("no-head", ["DELETE FROM registry_head"], [0], "The head of the chain was removed."),
    (
        "put in",
        [
            "INSERT INTO registry_audit SELECT 11, at, operator, change, subject, detail, hash, hash"
            " FROM registry_audit WHERE number = 10"
        ],
        [11, 11],
        "Row 11 was changed",
    ),
]


def test_what_was_touched_is_named(trail: tuple[Registry, sqlalchemy.Engine]) -> None:
    registry, engine = trail
    head, faults = registry.verify()
    assert (head.length, faults) == (10, [])
    for name, statements, numbers, said in TAMPERED:
        with engine.connect() as connection, connection.begin() as begun:
            for statement in statements:
                connection.exec_driver_sql(statement)
            found = verify(connection)[1]
            assert [fault.number for fault in found] == numbers, name
            assert said in found[0].what, name
            begun.rollback()
    assert registry.verify() == (head, [])


@settings(suppress_health_check=list(HealthCheck), max_examples=100)
@given(st.integers(1, 5), st.sampled_from(["at", "operator", "change", "subject", "detail"]), st.text(max_size=20))
def test_any_other_text_in_any_row_is_seen(desk: Desk, number: int, column: str, text: str) -> None:
    with desk.registry.reading() as connection, connection.begin() as begun:
        row = audit.c.number == number
        if connection.scalar(sqlalchemy.select(audit.c[column]).where(row)) != text:
            connection.execute(sqlalchemy.update(audit).where(row).values({column: text}))
            assert verify(connection)[1] == [Fault(number, f"Row {number} was changed after it was written.")]
        begun.rollback()


def test_a_forged_chain_does_not_pass_through_a_head_noted_before(trail: tuple[Registry, sqlalchemy.Engine]) -> None:
    registry, engine = trail
    noted, _ = registry.verify()
    registry.put_client(Client("CCID99", name="Later"), operator="anna")
    assert registry.verify(noted)[1] == []
    assert registry.verify(Head(0, ""))[1] == []
    with engine.begin() as connection:  # who can write the database can cut it back, and the head with it
        previous = connection.exec_driver_sql("SELECT previous FROM registry_audit WHERE number = 10").scalar_one()
        connection.exec_driver_sql("DELETE FROM registry_audit WHERE number >= 10")
        connection.exec_driver_sql(f"UPDATE registry_head SET length = 9, hash = '{previous}'")
    beside = [f"The client {name} was put in beside the trail." for name in ("CCID8", "CCID99")]
    assert [fault.what for fault in registry.verify()[1]] == beside
    with engine.begin() as connection:  # and what it told of
        connection.exec_driver_sql("DELETE FROM registry_role WHERE client >= 8")
        connection.exec_driver_sql("DELETE FROM registry_client WHERE id >= 8")
    assert registry.verify()[1] == []
    assert registry.verify(noted)[1] == [Fault(10, "Row 10 is not the one that was noted: its hash is another.")]


def test_a_change_that_fails_leaves_no_row(trail: tuple[Registry, sqlalchemy.Engine]) -> None:
    registry, _ = trail

    def fail() -> None:
        with registry.writing("anna") as change:
            change.tell("something", "x", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (len(registry.trail()), registry.verify()[1]) == (10, [])


def test_rows_of_any_text_verify(trail: tuple[Registry, sqlalchemy.Engine]) -> None:
    registry, _ = trail
    for value in ("é ☃ 𝄞", "a\x1b[2J", "a\0b", "\ud800", "line\nline", '"quoted" \\', ""):
        registry.tell("mail.refused", value, {"why": value, "n": 3, "none": None}, by="the intake")
        assert registry.trail()[-1].detail["why"] == value
    assert registry.verify()[1] == []
