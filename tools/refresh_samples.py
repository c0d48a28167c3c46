"""Write anew what is expected of each sample, or say what differs.

    python tools/refresh_samples.py            write the expected files
    python tools/refresh_samples.py --check    write nothing; exit 1 if a file would change

The expected files are judged by people before they are committed: read the difference, do not trust it.
`tests/test_samples.py` compares them with what the commands give.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from edifact_ics.cli import main

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
HAND_WRITTEN = ("imd-hand-written",)
ANSWERS = (".contrl.edi", ".cusres.edi")
ANSWER = ("--at", "2026-11-21T09:30:00", "--reference", "1")


def names() -> list[str]:
    """Return the names of the samples, without suffix."""
    return sorted(file.stem for file in SAMPLES.glob("*.edi") if not file.name.endswith(ANSWERS))


def expected(name: str) -> Iterator[tuple[str, bytes]]:
    """Give the files that belong to a sample: name and content. Run in the folder of the samples."""
    by_hand = name in HAND_WRITTEN
    source, result = (f"{name}.xml", f"{name}.edi") if by_hand else (f"{name}.edi", f"{name}.xml")
    translated = run("translate", source, "--force")
    yield result, translated
    yield f"{name}.findings.json", _indented(run("check", source, "--format", "json"))
    given = translated if by_hand else Path(source).read_bytes()
    for kind in ("contrl", "cusres"):
        answer = run("respond", "-", "--kind", kind, *ANSWER, given=given)
        if answer.startswith(b"UNA"):
            yield f"{name}.{kind}.edi", answer


def run(*words: str, given: bytes = b"") -> bytes:
    """Return what a command writes to standard output when `given` stands on standard input."""
    tables = {"EDIFACT_ICS_REFERENCE": str(SAMPLES / "none")}  # not what this user has loaded
    return CliRunner(env=tables).invoke(main, words, input=given, catch_exceptions=False).stdout_bytes


def _indented(text: bytes) -> bytes:
    """Return a report to be read; which rules ran is the same for every sample and is left out."""
    report = json.loads(text)
    for file in report["files"]:
        del file["rules"]
    return (json.dumps(report, indent=1, ensure_ascii=False) + "\n").encode()


def refresh(write: bool) -> list[str]:
    """Return the names of the expected files that differ, having written them if asked to."""
    found: dict[str, bytes] = {}
    with chdir(SAMPLES):
        for name in names():
            found.update(expected(name))
    sources = {f"{name}.xml" if name in HAND_WRITTEN else f"{name}.edi" for name in names()}
    kept = {file.name for file in SAMPLES.iterdir() if file.suffix in (".edi", ".xml", ".json")} - sources
    changed = [name for name, content in found.items() if _read(SAMPLES / name) != content]
    gone = sorted(kept - found.keys())
    if write:
        for name in changed:
            (SAMPLES / name).write_bytes(found[name])
        for name in gone:
            (SAMPLES / name).unlink()
    return sorted([*changed, *gone])


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


if __name__ == "__main__":
    only_check = sys.argv[1:] == ["--check"]
    different = refresh(write=not only_check)
    for entry in different:
        print(f"samples/{entry}")
    sys.exit(1 if only_check and different else 0)
