"""The command `edifact-ics` without the time that it takes to load: for pages and tests that call it dozens of times.

    python tools/warm_command.py serve SOCKET              loads all of it, then waits
    python tools/warm_command.py call SOCKET WORD...       is `edifact-ics WORD...`, run in a fork of that process

Every call is a process of its own with the streams, folder and environment of its caller; only the loading is shared.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys

_STREAMS = 3
_FAILED = 70  # what a call ends with when its fork died


def call(path: str, words: list[str]) -> int:
    """Have a command run, and return its exit code."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        said = json.dumps({"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}).encode()
        socket.send_fds(line, [said[:1]], list(range(_STREAMS)))
        line.sendall(said[1:])
        line.shutdown(socket.SHUT_WR)
        return int(line.makefile().read() or _FAILED)


def serve(path: str) -> None:
    """Load everything, listen, and fork for each call, until standard input ends: who started it has gone then."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{path}.new")
        listening.listen(16)
        os.rename(f"{path}.new", path)  # who finds it can call
        _load()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
        while select.select([listening, sys.stdin], [], [])[0] == [listening]:
            line, _ = listening.accept()
            with line:
                if os.fork() == 0:
                    listening.close()
                    code = _answer(line)
                    line.sendall(str(code).encode())
                    os._exit(0)


def _load() -> None:
    from importlib import import_module

    import click

    from edifact_ics.cli import main

    for name in main.list_commands(click.Context(main)):
        import_module(f"edifact_ics.cli.{name}")
    for name in ("demonstration", "operations"):
        import_module(f"edifact_ics.bureau.service.{name}")


def _answer(line: socket.socket) -> int:
    """Be the process of one call."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    first, streams, _, _ = socket.recv_fds(line, 1, _STREAMS)
    with line.makefile("rb") as rest:
        said = json.loads(first + rest.read())
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    os.chdir(said["folder"])
    os.environ.clear()
    os.environ.update(said["environment"])
    sys.argv = ["edifact-ics", *said["words"]]
    from edifact_ics.cli import main

    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "call":
        sys.exit(call(where, rest))
    serve(where)
