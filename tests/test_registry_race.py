"""Four processes at one registry, all at the same moment: one chain, and each request confirmed once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

import pytest

from edifact_ics.bureau.registry import Client, Refused, Registry, Role

WORKERS = 4
ROUNDS = 15


def opened(url: str) -> Registry:
    registry = Registry.open(url, create=True)
    assert registry
    return registry


def amend(registry: Registry, worker: int, together: Barrier) -> int:
    """Put a client of one's own on record, and change the one of all, in each round; the chain is whole meanwhile."""
    for number in range(ROUNDS):
        together.wait()
        registry.put_client(Client(f"W{worker}N{number}", name=f"Client {number} of {worker}"), operator="anna")
        registry.put_client(Client("ALL", name=f"{number} by {worker}"), operator="bob")
        assert registry.verify()[1] == []
    return 2 * ROUNDS


def confirm(registry: Registry, worker: int, together: Barrier) -> int:
    """Confirm in each round the same request; count those that were one's own to confirm."""
    won = 0
    for number in range(1, ROUNDS + 1):
        together.wait()
        if worker == 0:
            registry.grant("GIVER", "TAKER", payments=True, until=f"2099-01-{number:02}", operator="anna")
        together.wait()
        try:
            registry.confirm(number, operator="bob")
            won += 1
        except Refused:
            pass
    return won


Work = Callable[[Registry, int, Barrier], int]


def run(work: Work, url: str, worker: int, together: Barrier, results: SimpleQueue[int]) -> None:
    try:
        with opened(url) as registry:
            results.put(work(registry, worker, together))
    except BaseException:
        together.abort()  # the others would wait for this one
        results.put(-1)
        raise


def race(work: Work, url: str) -> int:
    """Run the work in four processes at once, and return the sum of what they count."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["edifact_ics.bureau.registry", "alembic.command", "psycopg"])
    together, results = context.Barrier(WORKERS, timeout=120), context.SimpleQueue()
    workers = [context.Process(target=run, args=(work, url, n, together, results)) for n in range(WORKERS)]
    for process in workers:
        process.start()
    done = [results.get() for _ in workers]
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0] * WORKERS
    return sum(done)


@pytest.fixture
def registry_url(database: str) -> str:
    with opened(database) as registry:
        registry.found("anna", by="anna")
        registry.found("bob", by="anna")
        for name in ("GIVER", "TAKER"):
            roles = frozenset({Role.BUREAU} if name == "TAKER" else ())
            registry.put_client(Client(name, name=name.title(), roles=roles), operator="anna")
    return database


def test_writers_keep_one_chain(registry_url: str) -> None:
    changes = race(amend, registry_url)
    with opened(registry_url) as registry:
        head, faults = registry.verify()
        assert faults == []
        assert head.length == 4 + changes
        assert len(registry.clients()) == 2 + 1 + WORKERS * ROUNDS


def test_a_request_is_confirmed_once(registry_url: str) -> None:
    assert race(confirm, registry_url) == ROUNDS
    with opened(registry_url) as registry:
        assert len(registry.authorities()) == ROUNDS
        assert registry.verify()[1] == []


def test_all_make_the_tables_at_once(database: str) -> None:
    assert race(only_open, database) == 0


def only_open(registry: Registry, worker: int, together: Barrier) -> int:
    """Do nothing: to open was the work."""
    together.wait()
    return 0
