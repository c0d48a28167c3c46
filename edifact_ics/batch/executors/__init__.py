"""Who does the chunks of a batch: this process, Dask or Spark. An engine is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from edifact_ics.batch.work import Job, Outcome, Task

ENGINES = {"dask": ("distributed", "batch"), "spark": ("pyspark", "spark"), "serial": (None, None)}
TRIES = 3  # how often a chunk is tried before a worker's death counts as its own fault


class EngineError(Exception):
    """The engine is not installed, cannot be started or was lost; a sentence says which."""


class Executor(Protocol):
    """Does chunks of tasks wherever it likes."""

    def outcomes(self, job: Job, chunks: Iterable[list[Task]]) -> Iterator[list[Outcome]]:
        """Give the outcomes of each chunk as soon as it is done, in any order.

        Chunks are taken only as fast as they are done. One whose worker dies is done again.
        EngineError means that the engine is lost.
        """

    def close(self) -> None:
        """Let the workers go."""


def executor(engine: str, workers: int, scheduler: str | None) -> Executor:
    """Return the executor of an engine, started; raise EngineError with a sentence if that cannot be."""
    module, extra = ENGINES[engine]
    if module is not None and find_spec(module) is None:
        raise EngineError(
            f"The engine {engine} is not installed: pip install 'edifact-ics[{extra}]'; "
            "or work in one process, with --engine serial."
        )
    started: Executor = import_module(f"{__name__}.{engine}").start(workers, scheduler)
    return started
