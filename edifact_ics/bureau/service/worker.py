"""A worker: takes in what waits, does what is due, one step after the other, until it is told to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Row

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.channels import ChannelError
from edifact_ics.bureau.service.customs_answers import answer_step
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.intake import take_in
from edifact_ics.bureau.service.journal import log, write_metrics
from edifact_ics.bureau.service.judging import judge_step
from edifact_ics.bureau.service.opening import open_step
from edifact_ics.bureau.service.payloads import PayloadMissing
from edifact_ics.bureau.service.practice import practice_step
from edifact_ics.bureau.service.sealing import seal_step
from edifact_ics.bureau.service.sending import run_clocks, send_step
from edifact_ics.bureau.service.work import ANSWER, JUDGE, OPEN, SEAL, SEND

_STEPS_AT_A_TIME = 50
Step = Callable[[Instance, Connection, Row[Any], float], None]
_STEPS: dict[str, Step] = {
    OPEN: open_step,
    JUDGE: judge_step,
    ANSWER: answer_step,
    SEAL: seal_step,
    SEND: send_step,
}


def run(instance: Instance, *, until_idle: bool = False) -> None:
    """Work until SIGTERM or SIGINT; the step at hand is finished. `until_idle`: return once nothing is due.

    ConfigurationError, before anything is done, when keys or other files that work needs cannot be used.
    """
    instance.prepare()
    with _stopping() as stopped:
        while not stopped():
            done = turn(instance, stopped)
            if not done:
                if until_idle:
                    return
                _rest(instance.configuration.poll, stopped)


def turn(instance: Instance, stopped: Callable[[], bool] = lambda: False) -> int:
    """Take in, do what is due, run the clocks; give back how many things were done.

    What there is to do is done by so many steps at a time: answers and clocks must not wait for the end of a backlog.
    """
    done = 0
    for inlet in instance.inlets:
        try:
            done += take_in(instance, inlet)
        except ChannelError as error:
            log("channel", error=str(error))
        except OSError as error:  # the disk is full: what waits stays where it is
            log("intake", error=f"{error.filename}: {error.strerror}")
    for _ in range(_STEPS_AT_A_TIME):
        if stopped() or not work_once(instance):
            break
        done += 1
    if not instance.configuration.plays_customs:
        with instance.writing() as connection:
            done += run_clocks(instance, connection, instance.clock())
    try:
        write_metrics(instance)
    except OSError as error:  # mails go on without
        log("metrics", error=f"{error.filename}: {error.strerror}")
    return done


def work_once(instance: Instance) -> bool:
    """Do the step that is due longest; False when nothing is. What fails is counted, and tried again later."""
    own = instance.configuration
    with instance.writing() as connection:
        claimed = work.claim(connection, instance.clock(), own.retry, own.attempts)
    if claimed is None:
        return False
    try:
        with instance.writing() as connection:
            row = work.held(connection, claimed)
            if row is not None:
                step = practice_step if own.plays_customs and row.stage == JUDGE else _STEPS[row.stage]
                step(instance, connection, row, instance.clock())
                now, reason = work.standing(connection, row.id)
                log("step", trace=row.trace, work=row.id, stage=row.stage, attempt=row.attempts, now=now, reason=reason)
    except Exception as error:  # one mail must not stop the others; its attempt is counted
        _tell(instance, claimed, error)
    return True


def _tell(instance: Instance, claimed: work.Claim, error: Exception) -> None:
    """Log that a step failed. A payload that is not there is no crash: the last attempt says so to an operator."""
    said = {"trace": claimed.trace, "work": claimed.id, "stage": claimed.stage, "attempt": claimed.attempt}
    if not isinstance(error, PayloadMissing):
        where = extract_tb(error.__traceback__)[-1]  # what was said may hold a payload; where it was said does not
        log("failed", error=type(error).__name__, at=f"{Path(where.filename).name}:{where.lineno}", **said)
        return
    log("failed", error=str(error), **said)
    if claimed.attempt >= instance.configuration.attempts:
        with instance.writing() as connection:
            if work.held(connection, claimed) is not None:
                work.quarantine(connection, claimed.id, instance.clock(), "payload", str(error))


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether a signal asked to stop."""
    asked = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _rest(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stopped() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
