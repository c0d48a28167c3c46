"""A folder, as SFTP servers and software exchange files: a file is there whole, by its name, or not at all.

Names of what comes in count for nothing but order. A name that begins with a point, or ends with `.tmp` or `.part`, is
still being written.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from edifact_ics.bureau.mail.opening import MAX_MAIL
from edifact_ics.bureau.service.channels import ChannelError, Received

_UNFINISHED = (".tmp", ".part", ".filepart")


class Folder:
    """A folder to receive from; what is acknowledged is deleted there, since it is kept elsewhere by then."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def receive(self) -> Iterator[Received]:
        """Give the files, the oldest first. Links and folders are passed over."""
        yield from files(self._path)


class FolderPost:
    """Folders to deliver to, one for each address, below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def send(self, mail: bytes, sender: str, recipient: str) -> None:
        """Write a mail whole, then give it its name. `recipient` comes from our own records, never from a mail."""
        write_whole(self._root / safe(recipient), self._root / safe(recipient), mail, ".eml")


def files(path: Path) -> Iterator[Received]:
    """Give the finished files of a folder, the oldest first."""
    try:
        found = [entry for entry in os.scandir(path) if entry.is_file(follow_symlinks=False)]
        found = [entry for entry in found if entry.name[0] != "." and not entry.name.endswith(_UNFINISHED)]
        aged = sorted((age, entry.name) for entry in found if (age := _age(entry)) is not None)
    except OSError as error:
        raise ChannelError(f"{path}: {error.strerror}.") from error
    for _, name in aged:
        file = path / name
        try:
            size = file.stat().st_size
            data = file.read_bytes() if size <= MAX_MAIL else None
        except FileNotFoundError:  # another worker was faster
            continue
        except OSError as error:
            raise ChannelError(f"{file}: {error.strerror}.") from error
        yield Received(data, size, _shown(file), partial(file.unlink, missing_ok=True))


def _shown(file: Path) -> str:
    """Return a path whose last part a stranger chose, as it can be printed and kept."""
    return "".join(character if character.isprintable() else "?" for character in str(file))


def _age(entry: os.DirEntry[str]) -> int | None:
    """Return when a file was written, in nanoseconds; None where another worker has taken it."""
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except FileNotFoundError:
        return None


def write_whole(folder: Path, temporary: Path, data: bytes, suffix: str) -> None:
    """Put data into a folder under a name of our own, by way of another folder of the same file system."""
    name = f"{time.time_ns():020d}-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = temporary / f".{name}.tmp"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / f"{name}{suffix}")
        sync(folder)
    except OSError as error:
        raise ChannelError(f"{folder}: {error.strerror}.") from error


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def safe(address: str) -> str:
    """Return an address as the name of a folder; ChannelError where it would be another place."""
    if not address or address.startswith(".") or "/" in address or "\\" in address or not address.isprintable():
        raise ChannelError(f"{address!r} cannot be the name of a mailbox.")
    return address
