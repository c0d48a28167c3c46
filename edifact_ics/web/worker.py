"""A bounded process for each request: what it may take in time and memory, and what becomes of one that takes more."""

from __future__ import annotations

import multiprocessing
import resource
import traceback
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from threading import BoundedSemaphore
from typing import Any

from edifact_ics.web.tasks import Done, refused

_AT_ONCE = 4
_PRELOADED = ["edifact_ics.web.warm"]


class Workers:
    """Runs tasks, each in a process forked from one that has everything loaded, at most a few at once.

    `seconds` is how long a task may take, `memory` how many bytes it may hold.
    """

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds = seconds
        self._memory = memory
        self._slots = BoundedSemaphore(_AT_ONCE)
        # Forking a thread-full server would be unsafe; a fork of a server that does nothing else takes milliseconds.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOADED)
        forkserver.ensure_running()  # loading takes most of a second: begin before the first request

    def run(self, task: Callable[..., Done], *arguments: Any) -> Done:
        """Return what a task gives; a sentence and 422 or 503 when it takes too long, too much, or fails."""
        if not self._slots.acquire(timeout=self._seconds):
            return refused(503, "The server is busy; try again.")
        try:
            return self._run(task, arguments)
        finally:
            self._slots.release()

    def _run(self, task: Callable[..., Done], arguments: tuple[Any, ...]) -> Done:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_work, args=(theirs, self._memory, task, arguments), daemon=True)
        process.start()
        theirs.close()
        try:
            if not ours.poll(self._seconds):
                return refused(422, f"This takes longer than {self._seconds:g} seconds; use the command line.")
            done = ours.recv()
            return done if isinstance(done, Done) else refused(500, "The task gave no answer.")
        except EOFError:
            return refused(422, "This takes more memory than the server may use; use the command line.")
        finally:
            ours.close()
            process.kill()
            process.join()
            process.close()


def _work(answer: Connection, memory: int, task: Callable[..., Done], arguments: tuple[Any, ...]) -> None:
    """Run a task in the process made for it, and hand over what it gives."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer.send(task(*arguments))
    except MemoryError:
        pass  # the pipe closes, which says it
    except Exception:  # a fault of ours must not show its insides; the log of the server has the place
        traceback.print_exc()
        answer.send(refused(500, "The server failed at this; the fault is in its log."))
