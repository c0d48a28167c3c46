"""A bureau whose process is killed, and several workers at one database."""

from __future__ import annotations

import copy
import multiprocessing
from pathlib import Path

from bureaus import WITHDRAW, Practice
from project_tools import load_tool

from edifact_ics.bureau.service.practice_ground import Ground
from edifact_ics.bureau.service.worker import turn

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
