"""Run the tutorials and write anew what their commands print, or say what differs.

    python tools/refresh_tutorials.py            write the pages
    python tools/refresh_tutorials.py --check    write nothing; exit 1 if a page would change

A page is run from top to bottom in a folder that holds `samples/`. A block ```python NAME becomes a file of that name;
in a block ```console each line that begins with `$ ` is a command (`> ` goes on with it), and what follows is what it
prints. A line `…` stands for any lines, so that a page may show the beginning of a long answer; within a line `…`
stands for anything, such as a number that is drawn anew each time.
`tests/test_tutorials.py` runs them too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "tutorials"
_COMMAND = re.compile(r"\$ .*\n(?:> .*\n)*")
_BLOCK = re.compile(r"^```(console|python \S+)\n(.*?)^```$", re.M | re.S)


def refreshed(page: str) -> str:
    """Return a page with the output of its commands as it is now."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "samples", folder / "samples")
        with _warm_command(folder / "bin"):
            return _BLOCK.sub(lambda block: _run(block, folder), page)


@contextmanager
def _warm_command(folder: Path) -> Iterator[None]:
    """Make a folder with the command `edifact-ics`, which is loaded once for all its calls."""
    folder.mkdir()
    program, line = ROOT / "tools" / "warm_command.py", folder / "line"
    command = folder / "edifact-ics"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{program}" call "{line}" "$@"\n', "utf-8")
    command.chmod(0o755)
    ours = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, program, "serve", line], stdin=subprocess.PIPE, env=ours) as server:
        while not line.exists() and server.poll() is None:
            time.sleep(0.01)
        yield


def _run(block: re.Match[str], folder: Path) -> str:
    kind, body = block.groups()
    if kind != "console":
        (folder / kind.removeprefix("python ")).write_text(body, "utf-8")
        return block[0]
    out = []
    for part in re.split(r"^(?=\$ )", body, flags=re.M):
        said = _COMMAND.match(part)
        if said:
            line = "\n".join(one[2:] for one in said[0].splitlines())
            out.append(said[0] + _kept(part[said.end() :], _printed(line, folder)))
    return f"```console\n{''.join(out)}```"


def _printed(line: str, folder: Path) -> str:
    """Return what a command line prints, on both streams; paths and environment as a reader's would be."""
    ours = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "EDIFACT_ICS_REFERENCE": str(folder / "tables"),
        "COLUMNS": "100",
    }
    ran = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=ours, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    text = ran.stdout.decode("utf-8")
    return text if text.endswith("\n") or not text else f"{text}\n"


def _kept(shown: str, printed: str) -> str:
    """Return what was shown where it still fits what is printed, `…` standing for anything; else what is printed."""
    pieces = [re.escape(piece).replace("…", ".*") for piece in re.split(r"^…\n", shown, flags=re.M)]
    return shown if re.fullmatch("(?:.*\n)*?".join(pieces), printed) else printed


def main() -> int:
    """Refresh all pages, or check them."""
    check = "--check" in sys.argv[1:]
    stale = []
    for path in sorted(PAGES.glob("*.md")):
        page = path.read_text("utf-8")
        now = refreshed(page)
        if now != page:
            stale.append(path.name)
            if not check:
                path.write_text(now, "utf-8")
    for name in stale:
        print(f"{name}: {'differs' if check else 'written'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
