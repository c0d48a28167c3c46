"""How mails come in and go out: a folder, Maildir, SMTP, IMAP, behind one small interface.

Something received stays where it is until it is acknowledged; so what was not made durable comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol


class ChannelError(Exception):
    """A channel cannot be used now: one sentence, without secrets. What was to be done is tried again later."""


class Undeliverable(ChannelError):
    """The other side refused this mail for good: sending it again is of no use."""


@dataclass(frozen=True)
class Received:
    """One mail as it came, and how to tell its source that it is kept.

    `data` is None when it was not read because its `size` in bytes is more than Customs takes. `place` is where it
    lies, to be shown to people.
    """

    data: bytes | None
    size: int
    place: str
    acknowledge: Callable[[], None] = field(repr=False)


class Inlet(Protocol):
    """Where mails come in."""

    def receive(self) -> Iterator[Received]:
        """Give what waits, the oldest first; ChannelError if the source cannot be reached."""


class Outlet(Protocol):
    """Where mails go out."""

    def send(self, mail: bytes, sender: str, recipient: str) -> None:
        """Hand over one mail; return only once the other side has it. ChannelError: it may, or may not, have it."""
