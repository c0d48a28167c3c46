"""The bytes of a document on their way to the XML parser, cut where a message may stand on a line of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from lxml import etree

_BLOCK = 1 << 15
# How documents begin that are in UTF-8 for certain: as we write them, as lxml does, without a declaration.
_UTF8 = (
    b'<?xml version="1.0" encoding="UTF-8"?>',
    b"<?xml version='1.0' encoding='UTF-8'?>",
    b'<?xml version="1.0" encoding="utf-8"?>',
    b"<Interchanges ",
)
_LINE = 1 << 24  # a longer line is cut all the same


def pieces(source: BinaryIO, beginnings: tuple[bytes, ...]) -> Iterator[tuple[bytes, bool]]:
    """Give a file piece by piece, each with whether it is one line that begins in one of these ways."""
    held: list[bytes] = []
    size = 0
    while line := source.readline(_LINE):
        alone = line.startswith(beginnings)
        if held and (alone or size >= _BLOCK):
            yield b"".join(held), False
            held, size = [], 0
        if alone:
            yield line, True
        else:
            held.append(line)
            size += len(line)
    if held:
        yield b"".join(held), False


def ends_in(piece: bytes, name: str) -> bool:
    """Tell whether an element that ended in a piece, the last one of which that is known, ended with its last byte.

    Nothing may stand in it that could hide tags from the parser or give them another namespace.
    """
    odd = any(mark in piece for mark in (b"<!", b"<?", b"xmlns"))
    return not odd and piece.rstrip(b"\r\n").endswith(f"</{name}>".encode())


class Parser:
    """Parses a document fed to it.

    `root` is known at the end. `utf8`: its lines are in UTF-8 for certain.
    """

    def __init__(self, tags: Sequence[str]) -> None:
        self.root: etree._Element | None = None
        self.utf8: bool | None = None
        self._parser = etree.XMLPullParser(
            ("start", "end"),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,  # a comment within a value would hide the rest of it
            remove_pis=True,
        )

    def feed(self, piece: bytes) -> Iterator[tuple[str, etree._Element]]:
        """Give the events of a piece; raise XMLSyntaxError behind the last of them if it is not well formed."""
        if self.utf8 is None:
            self.utf8 = piece.startswith(_UTF8)
        for start in range(0, len(piece), _BLOCK):
            block = piece[start : start + _BLOCK]
            yield from self._events(lambda block=block: self._parser.feed(block))  # type: ignore[misc]

    def end(self) -> Iterator[tuple[str, etree._Element]]:
        """Give the events that are left, likewise."""
        yield from self._events(self._end)

    def _end(self) -> None:
        self.root = self._parser.close()

    def _events(self, step: Callable[[], None]) -> Iterator[tuple[str, etree._Element]]:
        fault: etree.XMLSyntaxError | None = None
        try:
            step()
        except etree.XMLSyntaxError as error:
            fault = error
        yield from self._parser.read_events()
        if fault is not None:
            raise fault
