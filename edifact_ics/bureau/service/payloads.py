"""What came and what goes, as files named by their content, written once and never changed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from edifact_ics.bureau.service.channels.folder import sync

_HASH = re.compile("[0-9a-f]{64}")


class PayloadMissing(Exception):
    """A payload that is on record is not there, or is damaged: one sentence."""


class Payloads:
    """The folder of payloads. Files are readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Make data durable, and return its SHA-256, which names it; the same again is written once."""
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        if path.exists():
            return name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync(path.parent)
        sync(self._folder)
        return name

    def get(self, name: str) -> bytes:
        """Return a payload; PayloadMissing if it is not there as it was written."""
        try:
            data = self._path(name).read_bytes()
        except OSError as error:
            raise PayloadMissing(f"The payload {name[:16]} is not there: {error.strerror}.") from error
        if hashlib.sha256(data).hexdigest() != name:
            raise PayloadMissing(f"The payload {name[:16]} was changed on disk.")
        return data

    def names(self) -> Iterator[str]:
        """Give the names of all payloads."""
        yield from (file.name for file in self._folder.glob("??/*") if _HASH.fullmatch(file.name))

    def age(self, name: str) -> float:
        """Return when a payload was written, in seconds since 1970."""
        return self._path(name).stat().st_mtime

    def drop(self, name: str) -> None:
        """Delete a payload that is not kept any longer."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _HASH.fullmatch(name):
            raise RuntimeError(f"{name!r} is no SHA-256")
        return self._folder / name[:2] / name
