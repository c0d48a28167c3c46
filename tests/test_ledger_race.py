"""Four processes at one ledger, all at the same moment: exactly one wins, always.

In each round every worker submits the same version of the same document, or one of two that follow each other. A worker
that loses has done nothing wrong but to come later, and must be told so.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

import pytest

from edifact_ics.history import CHANGE, ORIGINAL, Key, State, Submission
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.reading import BusinessAnswer, Told

WORKERS = 4
SITE = "AAA999Z"
KEY = Key(SITE, "IMD", "JOB4711/SEA")
Round = tuple[int, int, bool]  # the round, the version submitted, whether it won


def customs(url: str, worker: int, rounds: int, together: Barrier) -> list[Round]:
    """Submit in each round the version of its number, as Customs would judge it."""
    done = []
    with opened(url) as ledger:
        for number in range(1, rounds + 1):
            together.wait()
            ledger.begin(SITE, f"{number}0{worker}")
            function = ORIGINAL if number == 1 else CHANGE
            won = not ledger.standing(KEY).breaches(function, number)
            ledger.record(Submission(KEY, number, function, won, xml=f"<by{worker}/>"))
            ledger.end(True)
            done.append((number, number, won))
    return done


def sender(url: str, worker: int, rounds: int, together: Barrier) -> list[Round]:
    """Send on in each round one of two versions that follow each other; then have the answer taken."""
    done = []
    with opened(url, sending=True) as ledger:
        for number in range(1, rounds + 1):
            version = 2 * number + worker % 2
            together.wait()
            ledger.begin(SITE, f"{number}0{worker}")
            ledger.record(Submission(KEY, version, ORIGINAL if number == 1 else CHANGE, True, xml=f"<by{worker}/>"))
            won = ledger.end(True)
            done.append((number, version, won))
            together.wait()
            if won:
                said = BusinessAnswer("IMDR", "", KEY.reference, version, "CLEAR", "AAAC7D2K1", False, ())
                ledger.take(Told(SITE, str(number), "000001", "202611211001"), said)
    return done


def references(url: str, worker: int, rounds: int, together: Barrier) -> list[Round]:
    """Use in each round the same interchange reference."""
    done = []
    with opened(url) as ledger:
        for number in range(1, rounds + 1):
            together.wait()
            done.append((number, worker, ledger.begin(SITE, str(number))))
            ledger.end(True)
    return done


def opened(url: str, *, sending: bool = False) -> Ledger:
    ledger = Ledger.open(url, create=True, sending=sending)
    assert ledger
    return ledger


Work = Callable[[str, int, int, Barrier], list[Round]]


def run(work: Work, url: str, worker: int, rounds: int, together: Barrier, results: SimpleQueue[list[Round]]) -> None:
    try:
        results.put(work(url, worker, rounds, together))
    except BaseException:
        together.abort()  # the others would wait for this one
        results.put([])
        raise


def race(work: Work, url: str, rounds: int) -> list[Round]:
    """Run the work in four processes at once; a failure in one of them fails all."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["edifact_ics.ledger.answers", "alembic.command", "psycopg"])
    together, results = context.Barrier(WORKERS, timeout=120), context.SimpleQueue()
    workers = [
        context.Process(target=run, args=(work, url, worker, rounds, together, results)) for worker in range(WORKERS)
    ]
    for process in workers:
        process.start()
    done = [results.get() for _ in workers]
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0] * WORKERS
    return [item for part in done for item in part]


@pytest.mark.parametrize(("work", "many"), [(customs, 500), (sender, 500), (references, 50)])
def test_one_worker_wins_each_round(work: Work, many: int, database: str) -> None:
    rounds = many if database.startswith("postgresql") else 40  # SQLite waits for the disk each time
    done = race(work, database, rounds)
    assert len(done) == WORKERS * rounds
    assert Counter(number for number, _, won in done if won) == Counter(range(1, rounds + 1))
    if work is references:
        return
    with opened(database) as ledger:
        now = ledger.standing(KEY)
        assert now.versions == {version for _, version, won in done if won}
        assert (now.state, now.accepted, now.pending) == (State.ACTIVE, max(now.versions), None)
        assert len(ledger.accepted(KEY)) == rounds
