"""pydifact's objects in and out: the public functions take them, `read_interchanges` gives them.

pydifact keeps no positions and drops trailing empty components, so it stands at the edge and nowhere inside.
"""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edifact_ics import pipeline
from edifact_ics.canonical.message_xml import Document
from edifact_ics.envelope.interchange import Message, Opened
from edifact_ics.envelope.reader import Reader
from edifact_ics.envelope.receiver import Receiver
from edifact_ics.guide.library import Library
from edifact_ics.history import History, Journal
from edifact_ics.reference import Reference
from edifact_ics.rules import RuleSet
from edifact_ics.source import Source as FileSource
from edifact_ics.source import opened
from edifact_ics.syntax.characters import split_elements
from edifact_ics.syntax.repertoire import decode, encode

if TYPE_CHECKING:
    from pydifact.segmentcollection import Interchange

    Source = FileSource | Interchange


def check(
    source: Source,
    *,
    library: Library | None = None,
    rules: RuleSet | None = None,
    reference: Reference | None = None,
    history: History | None = None,
    journal: Journal | None = None,
) -> pipeline.Result:
    """Check a file and return what was found, in source order.

    `source` is the bytes themselves, a path, an open binary file or a pydifact interchange; `library` holds the guides
    (default: ours). `rules` are the business rules to judge by: None means ours and those of installed packages.
    `reference` are the tables to look things up in: None means those shipped and those of the default folder. Rules
    that need another table, or the `history` of what was sent, are skipped; the report says so. A `journal` is a
    history that is told as well what becomes of the messages. Bad data never raises; MigError means a guide that is not
    sound, ReferenceDataError such a table, HistoryError a history that failed, OSError an unreadable file.
    """
    return pipeline.check(
        _source(source), library=library, rules=rules, reference=reference, history=history, journal=journal
    )


def translate(source: Source, *, trace: bool = False, library: Library | None = None) -> list[Document]:
    """Return the canonical documents of a file's messages, in order.

    Raise InvalidInterchange, which carries the report, when an error of form stands. `trace` keeps how each message
    was sent.
    """
    return pipeline.translate(_source(source), trace=trace, library=library)


def respond(
    source: Source,
    *,
    kind: str = "both",
    at: datetime.datetime | None = None,
    reference: int | None = None,
    library: Library | None = None,
    receiver: Receiver | None = None,
    history: History | None = None,
    rules: RuleSet | None = None,
    tables: Reference | None = None,
) -> pipeline.Answer:
    """Return the answer to a file: for each interchange a CONTRL, and the business responses to what it lets through.

    `kind` is contrl, cusres (business responses alone) or both, the CONTRL first. `at` goes into UNB as given (default:
    now), `reference` is that of the first answer (default: made from `at`). `receiver` tells what the one who answers
    knows besides the file: its own site, who may send to it, test or not; `history` what was sent before. `rules` and
    `tables` are what business responses are judged by: `rules` and `reference` of `check`.
    """
    return pipeline.respond(
        _source(source),
        kind=kind,
        at=at,
        reference=reference,
        library=library,
        receiver=receiver,
        history=history,
        rules=rules,
        tables=tables,
    )


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
