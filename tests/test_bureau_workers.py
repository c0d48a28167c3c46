"""A bureau whose process is killed, and several workers at one database."""

from __future__ import annotations

import multiprocessing
import threading
import time
from pathlib import Path

import pytest
from bureaus import ORIGINAL, WITHDRAW, Practice
from project_tools import load_tool
from sqlalchemy import select

from edifact_ics.bureau.service import tables, work, worker
from edifact_ics.bureau.service.intake import take_in
from edifact_ics.bureau.service.practice_ground import Ground
from edifact_ics.bureau.service.worker import run, work_once


def test_killed_at_any_moment_nothing_is_lost_and_nothing_takes_effect_twice() -> None:
    assert load_tool("kill_bureau").rounds(3) == []


def test_workers_at_one_postgresql_come_to_what_a_plain_model_says(empty_postgresql: str, tmp_path: Path) -> None:
    """Four workers, versions interleaved; some are killed at their work, and one interchange kills whoever takes it."""
    assert load_tool("load_bureau").load(40, empty_postgresql, tmp_path) == []


def test_a_mail_that_another_worker_takes_over_is_still_opened_before_later_ones_are_judged(practice: Practice) -> None:
    """Its worker was killed; the second one has it in hand. When that one is gone too, it is no longer waited for."""
    for number, sample in (("1", ORIGINAL), ("2", WITHDRAW)):
        practice.ground.send(practice.ground.sealed(practice.interchange(number, sample=sample)))
    bureau = practice.instance()
    for inlet in bureau.inlets:
        take_in(bureau, inlet)
    at = bureau.clock()

    def claimed(later: float) -> tuple[int, str, int] | None:
        with bureau.writing() as connection:
            found = work.claim(connection, at + later, 1000, 5)
        return found and (found.id, found.stage, found.attempt)

    assert claimed(1) == (1, "open", 1)
    assert work_once(bureau)  # the second mail is opened
    assert claimed(2) is None
    assert claimed(2000) == (1, "open", 2)
    assert claimed(2001) is None
    assert claimed(4000) == (1, "open", 3)
    assert claimed(4001) == (2, "judge", 1)


def test_a_claim_is_not_lost_because_another_worker_looks_at_the_same_work(
    empty_postgresql: str, tmp_path: Path
) -> None:
    """PostgreSQL locks a row before it sees that it was claimed meanwhile; three such looks were taken for crashes."""
    practice = Practice(Ground(tmp_path, bureau_database=empty_postgresql))
    practice.ground.lay()
    bureau = practice.instance()
    with bureau.writing() as connection:
        work.add(connection, bureau.clock(), kind="in", stage="open")
    with bureau.writing() as connection:
        claimed = work.claim(connection, bureau.clock(), 1000, 5)
        assert claimed is not None
    looking = threading.Event()

    def look() -> None:
        with bureau.writing() as connection:
            connection.execute(select(tables.work).with_for_update())
            looking.set()
            time.sleep(0.2)

    other = threading.Thread(target=look)
    other.start()
    looking.wait()
    with bureau.writing() as connection:
        found = work.held(connection, claimed)
    other.join()
    practice.close()
    assert found is not None


def test_what_fails_to_be_judged_holds_up_no_other_document(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = worker._STEPS["judge"]

    def crash(instance, connection, row, at):  # type: ignore[no-untyped-def]
        if row.reference == "1":
            raise MemoryError
        step(instance, connection, row, at)

    monkeypatch.setitem(worker._STEPS, "judge", crash)
    practice.configure("bureau", retry_seconds="1000")
    for number, document, sample in (("1", "JOB1", ORIGINAL), ("2", "JOB2", ORIGINAL), ("3", "JOB1", WITHDRAW)):
        practice.ground.send(practice.ground.sealed(practice.interchange(number, document, sample)))
    practice.settle()
    assert practice.standings() == {"JOB2": ("active", 1)}
    monkeypatch.undo()
    practice.clock.ahead = 1001
    practice.settle()
    assert practice.standings() == {"JOB1": ("withdrawn", 2), "JOB2": ("active", 1)}


def test_who_uses_a_reference_again_waits_until_it_is_known_what_became_of_the_first(practice: Practice) -> None:
    """The first one waits itself, for the answer to an earlier version; it came first all the same."""
    for number, document, sample in (("1", "JOB1", ORIGINAL), ("2", "JOB1", WITHDRAW), ("2", "JOB2", ORIGINAL)):
        practice.ground.send(practice.ground.sealed(practice.interchange(number, document, sample)))
    practice.settle()
    assert practice.standings() == {"JOB1": ("withdrawn", 2)}
    assert [said for said in practice.came() if "26" in said] == ["CONTRL HNT336C 4+26"]


def test_told_to_stop_a_worker_finishes_and_ends_well(practice: Practice) -> None:
    practice.close()
    process = multiprocessing.get_context("fork").Process(target=work_till_told, args=(practice.ground,))
    process.start()
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    while not practice.post("ccf@customs.example"):
        time.sleep(0.05)
    process.terminate()
    process.join(20)
    assert process.exitcode == 0


def work_till_told(ground: Ground) -> None:
    with ground.instance("bureau") as bureau:
        run(bureau)
