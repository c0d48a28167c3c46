"""How far a big file was read, shown on standard error where that is a terminal."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

import click

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from click._termui_impl import ProgressBar

BIG = 2_000_000  # bytes that take about a second


@contextmanager
def followed(file: BinaryIO) -> Iterator[BinaryIO]:
    """Give a file that shows how far it was read; the file itself when it is small or nobody looks."""
    size = os.fstat(file.fileno()).st_size
    if size < BIG or not sys.stderr.isatty():
        yield file
        return
    with click.progressbar(length=size, label=os.path.basename(file.name), file=sys.stderr) as bar:
        yield io.BufferedReader(_Followed(file, bar), 1 << 16)
        bar.update(size - bar.pos)


class _Followed(io.RawIOBase):
    """A stream that moves a bar as it is read for the first time."""

    def __init__(self, file: BinaryIO, bar: ProgressBar[int]) -> None:
        self._file = file
        self._bar = bar

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell whether it can be read again."""
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place and return it."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place, in bytes from the beginning."""
        return self._file.tell()

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer and return how many bytes were read, 0 at the end."""
        count = cast(io.BufferedReader, self._file).readinto(buffer)
        self._bar.update(max(0, self._file.tell() - self._bar.pos))
        return count
