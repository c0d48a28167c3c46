"""Count the machine instructions of a small fixed run: a guard against getting slower that no neighbour disturbs.

    python tools/bench/instructions.py            count
    python tools/bench/instructions.py --check    exit 1 if it takes over 15 % more than recorded
    python tools/bench/instructions.py --write    record

valgrind counts two processes over the same declarations: one that checks them, start-up and all, and one that parses
them with pydifact. What is recorded and compared is the ratio, since the counts themselves differ from one Python build
to the next. With a fixed hash seed the same build counts the same to a few thousandths of a per cent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import generate

ROOT = Path(__file__).resolve().parents[2]
RECORDED = Path(__file__).with_name("instructions.json")
DECLARATIONS = 8
MARGIN = 0.15

_RUNS = {
    "check": "from edifact_ics.pipeline import check; check(sys.argv[2])",
    "pydifact": (
        "from pydifact.parser import Parser; list(Parser().parse(open(sys.argv[2], encoding='iso8859-1').read()))"
    ),
}


def counted() -> dict[str, Any]:
    """Return the instructions of each run, and how many times those of pydifact ours takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fixed.edi"
        path.write_bytes(generate.interchange(messages=DECLARATIONS, seed=1))
        counts = {name: _count(code, path) for name, code in _RUNS.items()}
    return {
        "python": platform.python_version(),
        "instructions": counts,
        "ratio": round(counts["check"] / counts["pydifact"], 3),
    }


def _count(code: str, path: Path) -> int:
    run = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        f"import sys; sys.path.insert(0, sys.argv[1]); {code}",
        str(ROOT),
        str(path),
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONHASHSEED": "0"}
    subprocess.run(run, check=True, env=environment)  # writes the bytecode
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run([*valgrind, *run], check=True, env=environment, capture_output=True, text=True)
    return int(re.findall(r"Collected : (\d+)", done.stderr)[-1])


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Count the instructions of a fixed run.")
    parser.add_argument("--check", action="store_true", help="hold the ratio against the recorded one")
    parser.add_argument("--write", action="store_true", help="record it")
    options = parser.parse_args()
    found = counted()
    print(json.dumps(found))
    if options.write:
        RECORDED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.check:
        recorded = json.loads(RECORDED.read_text("utf-8"))["ratio"]
        change = found["ratio"] / recorded - 1
        print(f"{change:+.1%} against the recorded ratio of {recorded}")
        if change > MARGIN:
            print(f"over {MARGIN:.0%} slower: find the reason, or record the new ratio and say why", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
