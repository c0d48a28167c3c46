"""Measure what a second worker brings a batch: the same files, one worker and two in turns, and bare processes.

Only here wall-clock is measured, for two workers share it and not each other's processor time. So a machine that others
use gives less than it has: the bare processes (`multiprocessing.Pool`, the same chunks, nothing around them) show how
much there was to be had in the same minutes. Workers are started, and have loaded what they need, before the clock
runs. The least of several rounds counts: what disturbs only ever adds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import generate

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from edifact_ics.batch.archives import found_in, sources
from edifact_ics.batch.executors import Executor, executor
from edifact_ics.batch.manifest import Manifest
from edifact_ics.batch.run import Batch
from edifact_ics.batch.work import Job, Task, work


def _written(folder: Path, files: int) -> None:
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:05}.edi").write_bytes(generate.interchange(messages=2, seed=number % 500))


def _with_engine(engine: Executor, workers: int, archive: Path) -> float:
    with tempfile.TemporaryDirectory() as output, Manifest(Path(output), "bench") as manifest:
        batch = Batch([str(archive)], Job("check", output), manifest, workers)
        start = time.perf_counter()
        done = batch.run(engine)
        seconds = time.perf_counter() - start
    assert done.done == len(list(archive.iterdir()))
    return seconds


def _bare(pool: Any, archive: Path) -> float:
    with tempfile.TemporaryDirectory() as output:
        job = Job("check", output)
        start = time.perf_counter()
        found = [one for file in found_in([str(archive)], output) for one in sources(file)]
        tasks = [Task(one, f"files/{number}") for number, one in enumerate(found)]  # type: ignore[arg-type]
        pool.starmap(work, [(job, tasks[at : at + 25]) for at in range(0, len(tasks), 25)], chunksize=1)
        return time.perf_counter() - start


def measure(files: int, rounds: int, name: str) -> dict[str, Any]:
    """Return seconds, and how many times faster two workers are than one, for the engine and for bare processes."""
    folder = Path(tempfile.mkdtemp())
    archive, few = folder / "archive", folder / "few"
    try:
        _written(archive, files)
        _written(few, 20)
        spawn = multiprocessing.get_context("spawn")
        with (
            closing(executor(name, 1, None)) as one,
            closing(executor(name, 2, None)) as two,
            spawn.Pool(1) as bare_one,
            spawn.Pool(2) as bare_two,
        ):
            ways: dict[str, Callable[[Path], float]] = {
                f"{name}, 1 worker": lambda path: _with_engine(one, 1, path),
                f"{name}, 2 workers": lambda path: _with_engine(two, 2, path),
                "1 bare process": lambda path: _bare(bare_one, path),
                "2 bare processes": lambda path: _bare(bare_two, path),
            }
            seconds: dict[str, list[float]] = {way: [] for way in ways}
            for way in ways.values():
                way(few)  # what a worker loads once is no part of it
            for _ in range(rounds):
                for label, way in ways.items():
                    seconds[label].append(round(way(archive), 3))
    finally:
        shutil.rmtree(folder)
    single, double, bare_single, bare_double = (min(taken) for taken in seconds.values())
    return {
        "files": files,
        "rounds": rounds,
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "seconds": seconds,
        "speedup": round(single / double, 2),
        "speedup_of_bare_processes": round(bare_single / bare_double, 2),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Measure what a second worker brings a batch.")
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=["dask"], default="dask")
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.files, options.rounds, options.engine), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
