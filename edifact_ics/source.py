"""What can be read: bytes, a path, an open binary file; and whether it is XML."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Source = bytes | str | Path | BinaryIO


@contextmanager
def opened(source: Source) -> Iterator[tuple[BinaryIO, str]]:
    """Open what is to be read: bytes, a path, or a binary file; give it and its name. OSError if it cannot be read."""
    if isinstance(source, bytes):
        yield io.BytesIO(source), "-"
    elif isinstance(source, str | Path):
        with open(source, "rb") as file:
            yield file, str(source)
    else:
        yield source, getattr(source, "name", "-")


def peek(file: BinaryIO, size: int = 512) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a file, and a file that still begins with them."""
    beginning = file.read(size)
    if file.seekable():
        file.seek(-len(beginning), io.SEEK_CUR)
        return beginning, file
    return beginning, io.BufferedReader(_Again(beginning, file))


class _Again(io.RawIOBase):
    """A stream with bytes put back in front of it."""

    def __init__(self, beginning: bytes, rest: BinaryIO) -> None:
        self._beginning = beginning
        self._rest = rest

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer and return how many bytes were read, 0 at the end."""
        view = memoryview(buffer)
        data = self._beginning[: len(view)] or self._rest.read(len(view))
        self._beginning = self._beginning[len(view) :]
        view[: len(data)] = data
        return len(data)


def is_xml(beginning: bytes) -> bool:
    """Tell whether a file that begins so is XML: in UTF-8 or the like, or in UTF-16, with or without its mark."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if beginning.startswith((mark, "<".encode(encoding))):
            return beginning.removeprefix(mark).decode(encoding, "ignore").lstrip()[:1] == "<"
    return beginning.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
