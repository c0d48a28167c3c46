"""Chunks on Dask distributed: processes of this machine, or a cluster that sees the same folders."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from edifact_ics.batch.executors import TRIES, EngineError
from edifact_ics.batch.work import Job, Outcome, Task, unread, work

_AHEAD = 2  # chunks on their way for each worker, so that none waits
_PATIENCE = 30  # seconds until a cluster must have a worker


class Dask:
    """Works on the workers of a scheduler; one of our own is taken down at the end."""

    def __init__(self, client: Client, cluster: LocalCluster | None) -> None:
        self._client = client
        self._cluster = cluster

    def outcomes(self, job: Job, chunks: Iterable[list[Task]]) -> Iterator[list[Outcome]]:
        """Give the outcomes of each chunk as it is done.

        Dask does again what a dead worker had. A chunk that kills its workers over and over is taken apart, and a file
        that does so alone is given up.
        """
        coming = iter(chunks)
        sent: dict[Future, list[Task]] = {}
        done = as_completed()

        def send(chunk: list[Task]) -> None:
            future = self._client.submit(work, job, chunk, pure=False)
            sent[future] = chunk
            done.add(future)

        ahead = _AHEAD * max(1, sum(self._client.nthreads().values()))
        for _, chunk in zip(range(ahead), coming, strict=False):
            send(chunk)
        for future in done:
            chunk = sent.pop(future)
            error = future.exception()  # waits for it once more where its worker died with the outcomes
            if error is None:
                yield future.result()
            elif not isinstance(error, KilledWorker):
                raise EngineError(f"The engine failed: {error!r}.")
            elif len(chunk) > 1:
                for task in chunk:
                    send([task])
            else:
                [task] = chunk
                why = f"{TRIES} workers died of it."
                yield [unread(task.source.name, why, task.source.size, task.target)]
            future.release()
            if len(sent) < ahead and (following := next(coming, None)) is not None:
                send(following)

    def close(self) -> None:
        """Let the workers go."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let what is started here not hear Ctrl-C: we hear it, and take the workers down."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def start(workers: int, scheduler: str | None) -> Dask:
    """Return the executor on a scheduler, or on so many processes of this machine; EngineError if it is not there."""
    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": TRIES - 1,
            "distributed.scheduler.worker-saturation": 1.0,  # one chunk at a time: no other is blamed for a death
        }
    )
    warnings.filterwarnings("ignore", "Sending large graph")  # an archive's members travel with their chunk
    for name in ("distributed", "distributed.nanny", "distributed.scheduler", "distributed.worker"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a worker that dies is our business, not the user's
    try:
        if scheduler is None:
            with _uninterrupted():
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    security=True,  # keys of its own: nobody else on this machine can send it work
                    silence_logs=logging.CRITICAL,
                )
            return Dask(Client(cluster), cluster)
        client = Client(scheduler, timeout=_PATIENCE)
        client.wait_for_workers(1, timeout=_PATIENCE)
        return Dask(client, None)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineError(f"The scheduler {scheduler or 'of this machine'} cannot be used: {error}.") from error
