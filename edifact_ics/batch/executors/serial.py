"""One chunk after the other, in this process: needs nothing that is not installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edifact_ics.batch.work import Job, Outcome, Task, work


class Serial:
    """Works where it is."""

    def outcomes(self, job: Job, chunks: Iterable[list[Task]]) -> Iterator[list[Outcome]]:
        """Give the outcomes of each chunk, in order."""
        return (work(job, chunk) for chunk in chunks)

    def close(self) -> None:
        """Nothing is held."""


def start(workers: int, scheduler: str | None) -> Serial:
    """Return the executor; there is one worker and no scheduler, whatever was asked for."""
    return Serial()
