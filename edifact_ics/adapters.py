"""pydifact's objects in and out: the public functions take them, `read_interchanges` gives them.

pydifact keeps no positions and drops trailing empty components, so it stands at the edge and nowhere inside.
"""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from edifact_ics import pipeline
from edifact_ics.envelope.interchange import Message, Opened
from edifact_ics.envelope.reader import Reader
from edifact_ics.source import Source as FileSource
from edifact_ics.source import opened
from edifact_ics.syntax.characters import split_elements
from edifact_ics.syntax.repertoire import decode, encode

if TYPE_CHECKING:
    from pydifact.segmentcollection import Interchange

    Source = FileSource | Interchange

P = ParamSpec("P")
R = TypeVar("R")


def _with_pydifact(function: Callable[Concatenate[FileSource, P], R]) -> Callable[Concatenate[Source, P], R]:
    """Return a function of a file as one that takes a pydifact interchange too."""

    @wraps(function)
    def taking(source: Source, *args: P.args, **options: P.kwargs) -> R:
        return function(_source(source), *args, **options)

    return taking  # type: ignore[return-value]  # `source=` works too, which no type can say of such a function


check = _with_pydifact(pipeline.check)
translate = _with_pydifact(pipeline.translate)
respond = _with_pydifact(pipeline.respond)

_NO_DATE = datetime.datetime(1970, 1, 1)
_TAG = re.compile("[A-Z][A-Z0-9]{2}(?![A-Za-z0-9])")


def _source(source: Source) -> FileSource:
    if hasattr(source, "serialize"):
        identifier = str(getattr(source, "syntax_identifier", ("UNOC",))[0])
        return b"".join(_byte(char, identifier) for char in source.serialize())
    return source


def _byte(char: str, identifier: str) -> bytes:
    """Return a character in the repertoire of UNB; one it lacks as a control character, which `check` finds."""
    try:
        return encode(char, identifier).encode("iso8859-1")
    except UnicodeEncodeError:
        return b"\x1a"


def read_interchanges(source: FileSource) -> list[Interchange]:
    """Return the interchanges of a file as pydifact objects; what stands outside of messages is left out.

    Values are unescaped and decoded by UNB 0001. Nothing is checked: use `check` for that. A header that pydifact does
    not take is given as far as it goes: what is missing is "", the syntax 3, a date that is none 1 January 1970.
    """
    with opened(source) as (file, _), _quiet():
        from pydifact.segments import Segment

        found: list[Interchange] = []
        for event in Reader(file).events():
            if isinstance(event, Opened) and event.interchange.header:
                found.append(_opened(event.interchange.header))
            elif isinstance(event, Message) and found and event.interchange.header:
                for raw in event.raws:
                    if not _TAG.match(raw):
                        continue  # pydifact has no segment without a proper tag
                    parts = split_elements(raw, event.interchange.delimiters)
                    texts = [[decode(c, event.interchange.syntax) for c in e] for e in parts[1:]]
                    found[-1].add_segment(Segment(parts[0][0], *_elements(texts)))
        return found


def _opened(header: list[list[str]]) -> Interchange:
    """Return an interchange with this UNB and nothing in it."""
    from pydifact.exceptions import EDISyntaxError
    from pydifact.segmentcollection import Interchange
    from pydifact.segments import Segment

    try:
        return Interchange.from_segments([Segment("UNB", *_elements(header[1:]))])
    except (EDISyntaxError, ValueError, IndexError):
        syntax, sender, recipient, _, reference = (_elements(header[1:]) + [""] * 5)[:5]
        identifier = syntax if isinstance(syntax, str) else syntax[0]
        return Interchange(sender, recipient, reference, (identifier, 3), _NO_DATE)


def _elements(parts: list[list[str]]) -> list[str | list[str]]:
    """Return elements as pydifact keeps them: a simple one as text, a composite as a list."""
    return [element[0] if len(element) == 1 else list(element) for element in parts]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pydifact's remarks on directories it does not bring to itself: they say nothing about the data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
