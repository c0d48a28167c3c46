"""Measure how fast interchanges are read, as ratios to pydifact's bare parse in the same run, and the memory needed.

Ours and pydifact take turns, stage by stage and round after round, in one process. Times are processor time of this
process, so that a neighbour's work disturbs little; still only ratios within one run mean something. Nothing here
passes or fails.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import generate

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pydifact.parser import Parser

import edifact_ics
from edifact_ics import pipeline
from edifact_ics.envelope.interchange import Message
from edifact_ics.envelope.reader import Reader
from edifact_ics.guide.library import ours
from edifact_ics.inspection import guides
from edifact_ics.structure.walk import walk
from edifact_ics.syntax.characters import STANDARD
from edifact_ics.syntax.scan import Scanner

ROOT = Path(__file__).resolve().parents[2]
SLICE = 1_000_000  # pydifact reads this much of the same messages
TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- /table -->)", re.S)

# What the child process does: check one file and say how much memory that took at most, in kB. VmHWM is asked first
# because ru_maxrss of a child begins, on Linux, with what its parent held when it was started.
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from edifact_ics.pipeline import check
verdict = check(sys.argv[2]).verdict
try:
    with open("/proc/self/status") as status:
        peak = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
except OSError:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform == "darwin":
        peak //= 1024
print(peak, verdict)
"""


@dataclass(slots=True)
class Stage:
    """One way to read the data, and how fast it went, round by round."""

    name: str
    run: Callable[[bytes], object]
    data: bytes
    declarations: int
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def time(self) -> None:
        """Run once, with nothing remembered from the run before."""
        _forget()
        gc.collect()
        start = time.process_time()
        self.run(self.data)
        self.seconds.append(time.process_time() - start)

    @property
    def speeds(self) -> list[float]:
        """MB/s of each run."""
        return [len(self.data) / 1e6 / seconds for seconds in self.seconds]


def take_turns(base: Stage, stages: Sequence[Stage]) -> None:
    """Run each stage once, between two runs of `base`; its ratio is to the mean of those two."""
    base.time()
    for stage in stages:
        stage.time()
        base.time()
        stage.ratios.append(stage.speeds[-1] / statistics.mean(base.speeds[-2:]))


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several measurements, the least and the greatest."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some values."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"

    def as_dict(self) -> dict[str, float]:
        """Return it for JSON."""
        return {"median": round(self.median, 3), "least": round(self.least, 3), "most": round(self.most, 3)}


# ---------------------------------------------------------------------- the stages


def _parse_with_pydifact(data: bytes) -> None:
    text = data.decode("iso8859-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in Parser().parse(text):
            pass


def _scan(data: bytes) -> None:
    for _ in Scanner(io.BytesIO(data)).blocks():
        pass


def _read_envelope(data: bytes) -> None:
    for _ in Reader(io.BytesIO(data)).events():
        pass


def _walk(data: bytes) -> None:
    for event in Reader(io.BytesIO(data)).events():
        if isinstance(event, Message):
            document = event.raws[1].split(":", 3)[3][:3]
            walk(guides.table_of(ours(), document, STANDARD, "UNOC"), event.raws, event.closed)


def _forget() -> None:
    """Compile the guides anew: what a table remembers of segments it read before would flatter the next run."""
    guides.table_of.cache_clear()
    for document in ("IMD", "SAC"):
        guides.table_of(ours(), document, STANDARD, "UNOC")


def _stages(size: int, seed: int) -> tuple[list[Stage], generate.Summary, bytes]:
    """Return pydifact's stage, then ours, in the order of work."""
    out, part = io.BytesIO(), io.BytesIO()
    summary = generate.write(out, size=size, seed=seed)
    count = generate.write(part, size=min(size, SLICE), seed=seed).messages
    data, ours = out.getvalue(), summary.messages
    stages = [
        Stage("pydifact parse", _parse_with_pydifact, part.getvalue(), count),
        Stage("scan", _scan, data, ours),
        Stage("scan, envelope", _read_envelope, data, ours),
        Stage("scan, envelope, walk", _walk, data, ours),
        Stage("check (all stages)", pipeline.check, data, ours),
    ]
    translate = getattr(edifact_ics, "translate", None)
    if translate is not None:
        stages.append(Stage("translate to XML", translate, data, ours))
    return stages, summary, data


def _novelty(data: bytes) -> float:
    """Return the share of segments unlike any before them."""
    seen: set[str] = set()
    total = 0
    for block in Scanner(io.BytesIO(data)).blocks():
        total += len(block.raws)
        seen.update(block.raws)
    return len(seen) / total


# ---------------------------------------------------------------------- memory


def peak_memory(seed: int, **amount: Any) -> dict[str, Any]:
    """Return the greatest resident size (MB) of a process that checks a file of that size, read by its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.edi"
        with path.open("wb") as out:
            size = generate.write(out, seed=seed, **amount).size
        command = [sys.executable, "-c", _CHILD, str(ROOT), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"file_mb": size / 1e6, "peak_mb": None, "verdict": done.stderr.strip().rpartition("\n")[2]}
    peak, verdict = done.stdout.split()
    return {"file_mb": round(size / 1e6, 3), "peak_mb": round(int(peak) / 1024, 1), "verdict": verdict}


# ---------------------------------------------------------------------- the run


def measure(size: int, rounds: int, rss_size: int, seed: int) -> dict[str, Any]:
    """Return everything measured, as `--json` gives it."""
    memory = [peak_memory(seed, messages=1), peak_memory(seed, size=rss_size)] if rss_size else []
    stages, summary, data = _stages(size, seed)
    small = generate.interchange(messages=5, seed=seed)
    for stage in stages:
        stage.run(small)  # what is loaded and compiled once is no part of it
    base, ours = stages[0], stages[1:]
    base.ratios.append(1.0)
    for _ in range(rounds):
        take_turns(base, ours)
    return {
        "python": platform.python_version(),
        "pydifact": version("pydifact"),
        "rounds": rounds,
        "input": {
            "bytes": summary.size,
            "declarations": summary.messages,
            "segments": summary.segments,
            "new": round(_novelty(data), 3),
            "released": round(summary.released / summary.segments, 3),
            "pydifact_bytes": len(base.data),
            "verdict": pipeline.check(data).verdict,
        },
        "stages": [
            {
                "name": stage.name,
                "mb_per_s": Spread.of(stage.speeds).as_dict(),
                "ratio": Spread.of(stage.ratios).as_dict(),
                "declarations_per_s": round(stage.declarations / statistics.median(stage.seconds)),
            }
            for stage in stages
        ],
        "memory": memory,
    }


def table(result: dict[str, Any]) -> str:
    """Return what was measured as plain text that is Markdown too."""
    given = result["input"]
    head = (
        f"{given['bytes'] / 1e6:.1f} MB, {given['declarations']:,} declarations, {given['segments']:,} segments: "
        f"{given['new']:.0%} unlike any before, {given['released']:.1%} with release characters; "
        f"verdict {given['verdict']}.\n"
        f"pydifact {result['pydifact']} reads {given['pydifact_bytes'] / 1e6:.1f} MB of the same. "
        f"Python {result['python']}, {result['rounds']} rounds: median (least to greatest).\n"
    )
    rows = [("work", "MB/s", "× pydifact", "declarations/s")]
    for stage in result["stages"]:
        speed, ratio = (str(Spread(**stage[key])) for key in ("mb_per_s", "ratio"))
        rows.append((stage["name"], speed, ratio, f"{stage['declarations_per_s']:,}"))
    text = head + "\n" + _aligned(rows)
    if result["memory"]:
        sizes = [("checking a file of", "peak resident size", "verdict")]
        for one in result["memory"]:
            peak = "not measured" if one["peak_mb"] is None else f"{one['peak_mb']:.0f} MB"
            size = f"{one['file_mb']:,.1f} MB" if one["file_mb"] >= 0.1 else f"{one['file_mb'] * 1000:.1f} kB"
            sizes.append((size, peak, str(one["verdict"])))
        text += "\n" + _aligned(sizes)
    return text


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Measure the stages of edifact_ics against pydifact's bare parse.")
    parser.add_argument("--size", default="10M", help="of the data read (default 10M)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rss-size", default="100M", help="of the file for the memory measurement; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", action="store_true", help="also put the table into the README beside this file")
    options = parser.parse_args(arguments)
    try:
        size, rss_size = generate.parse_size(options.size), generate.parse_size(options.rss_size)
    except ValueError as error:
        parser.error(str(error))
    if options.rounds < 1 or size < 1:
        parser.error("at least one round and one byte are wanted")
    result = measure(size, options.rounds, rss_size, options.seed)
    print(json.dumps(result, indent=2) if options.json else table(result), end="\n" if options.json else "")
    if options.write:
        readme = Path(__file__).with_name("README.md")
        old = readme.read_text(encoding="utf-8")
        readme.write_text(TABLE.sub(lambda m: m[1] + "\n" + table(result) + "\n" + m[2], old), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
