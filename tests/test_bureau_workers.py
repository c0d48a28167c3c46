"""A bureau whose process is killed, and several workers at one database."""

from __future__ import annotations

import copy
import multiprocessing
import time
from pathlib import Path

from bureaus import WITHDRAW, Practice
from project_tools import load_tool

from edifact_ics.bureau.service.practice_ground import Ground
from edifact_ics.bureau.service.worker import run, turn

WORKERS = 4


def test_killed_at_any_moment_nothing_is_lost_and_nothing_takes_effect_twice() -> None:
    assert load_tool("kill_bureau").rounds(3) == []


def work_till_idle(ground: Ground) -> None:
    with ground.instance("bureau") as bureau:
        idle = 0
        while idle < 3:
            idle = 0 if turn(bureau) else idle + 1


def test_workers_at_one_postgresql_keep_versions_in_order(empty_postgresql: str, tmp_path: Path) -> None:
    """Originals and withdrawals of three documents, interleaved: every worker judges them as they came."""
    ground = Ground(tmp_path / "ground", retry=0.2, bureau_database=empty_postgresql)
    ground.folder.mkdir()
    ground.lay()
    practice = Practice(ground)
    for number in range(3):
        ground.send(ground.sealed(practice.interchange(f"1{number}", f"JOB{number}")))
    for number in range(3):
        ground.send(ground.sealed(practice.interchange(f"2{number}", f"JOB{number}", WITHDRAW)))
    fork = multiprocessing.get_context("fork")
    for _ in range(3):
        workers = [fork.Process(target=work_till_idle, args=(copy.copy(ground),)) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            assert worker.exitcode == 0
        practice.settle("customs")
    practice.settle()
    wanted = {f"JOB{number}": ("withdrawn", 2) for number in range(3)}
    assert practice.standings() == practice.standings("customs") == wanted
    assert {row.state for row in practice.rows("lodged")} == {"answered"}
    assert [row.stage for row in practice.rows("work") if row.stage != "done"] == []
    practice.close()


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
