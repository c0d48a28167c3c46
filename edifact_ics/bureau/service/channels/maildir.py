"""Maildir: a mail is written in `tmp`, and appears whole in `new`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edifact_ics.bureau.service.channels import ChannelError, Received
from edifact_ics.bureau.service.channels.folder import files, safe, write_whole


class Maildir:
    """A mailbox to receive from: what is in `new`, and what a mail reader moved to `cur`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def receive(self) -> Iterator[Received]:
        """Give the mails, the oldest first."""
        made(self._path)
        yield from files(self._path / "new")
        yield from files(self._path / "cur")


class MaildirPost:
    """Mailboxes to deliver to, one for each address, below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def send(self, mail: bytes, sender: str, recipient: str) -> None:
        """Deliver a mail. `recipient` comes from our own records, never from a mail."""
        box = self._root / safe(recipient)
        made(box)
        write_whole(box / "new", box / "tmp", mail, "")


def made(box: Path) -> None:
    """See that a mailbox has its three folders: Python's own makes them only where there is nothing at all."""
    try:
        for name in ("tmp", "new", "cur"):
            (box / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ChannelError(f"{box}: {error.strerror}.") from error
