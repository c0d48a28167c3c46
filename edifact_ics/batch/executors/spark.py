"""Chunks on Apache Spark, for those who run it already; `local[N]` where no master is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from edifact_ics.batch.executors import TRIES, EngineError
from edifact_ics.batch.work import Job, Outcome, Task, work

_WAVE = 8  # chunks of one Spark job for each worker; the manifest grows by a wave at a time


class Spark:
    """Works on the executors of a Spark session."""

    def __init__(self, session: SparkSession, workers: int) -> None:
        self._session = session
        self._wave = _WAVE * workers

    def outcomes(self, job: Job, chunks: Iterable[list[Task]]) -> Iterator[list[Outcome]]:
        """Give the outcomes of each chunk, wave by wave. Spark does again what a dead worker had."""
        coming = iter(chunks)
        while wave := list(islice(coming, self._wave)):
            try:
                yield from self._session.sparkContext.parallelize(wave, len(wave)).map(partial(work, job)).collect()
            except Exception as error:  # py4j's own errors share no base with those of Spark
                raise EngineError(f"Spark failed: {str(error).splitlines()[0]}") from error

    def close(self) -> None:
        """End the session."""
        self._session.stop()


def start(workers: int, scheduler: str | None) -> Spark:
    """Return the executor on a master, or on so many processes of this machine; EngineError if it cannot be started."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.Builder().appName("edifact-ics batch").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")  # we have a bar of our own
    if scheduler is None:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = builder.master(f"local[{workers},{TRIES}]")
    else:
        builder = builder.master(scheduler)
    try:
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        parallel = workers if scheduler is None else session.sparkContext.defaultParallelism
    except (PySparkException, OSError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise EngineError(f"Spark cannot be started (it needs Java 17 or newer): {why}") from error
    return Spark(session, parallel)
