"""Measure what a line costs in short declarations and in long ones: the price must not grow with the length.

For each length as many declarations are made as come to the same number of lines, all of them different. They are
checked one by one, and each by the whole chain (canonical XML, CONTRL and business response too); the lengths take
turns, round after round. Times are processor time; the ratio is to the shortest, whose lines bear more of the header.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence

import generate
import run

LENGTHS = (10, 100, 1_000, 9_999)
WORKS: dict[str, Callable[[bytes], None]] = {"check": run.check, "chain": run.chain}


def _declarations(lines: int, whole: int, seed: int) -> list[bytes]:
    return [generate.interchange(lines=lines, seed=seed + number) for number in range(max(1, whole // lines))]


def measure(whole: int, rounds: int, seed: int) -> dict[str, dict[int, float]]:
    """Return the least processor time (s) for a line, by work and by the length of the declarations."""
    samples = {lines: _declarations(lines, whole, seed) for lines in LENGTHS}
    least: dict[str, dict[int, float]] = {}
    for _ in range(rounds):
        for name, work in WORKS.items():
            for lines, declarations in samples.items():
                run.forget()
                gc.collect()
                start = time.process_time()
                for declaration in declarations:
                    work(declaration)
                taken = (time.process_time() - start) / (lines * len(declarations))
                known = least.setdefault(name, {})
                known[lines] = min(taken, known.get(lines, taken))
    return least


def table(least: dict[str, dict[int, float]]) -> str:
    """Return what was measured as a table that is Markdown too."""
    heads = (*(f"{name}: µs a line" for name in least), *(f"{name}: ratio" for name in least))
    rows = [("lines of a declaration", *heads)]
    for lines in LENGTHS:
        times = [f"{taken[lines] * 1e6:.0f}" for taken in least.values()]
        rows.append((f"{lines:,}", *times, *(f"{taken[lines] / taken[LENGTHS[0]]:.2f}" for taken in least.values())))
    return run.aligned(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Measure what a line costs in short declarations and in long ones.")
    parser.add_argument("--lines", type=int, default=9_999, help="lines for each length together (default 9999)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    print(table(measure(options.lines, options.rounds, options.seed)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
