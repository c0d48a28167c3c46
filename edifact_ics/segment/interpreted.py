"""What one segment says: its values, its XML text, its faults; and a segment of which nothing is known, kept whole."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from edifact_ics.finding import Severity
from edifact_ics.guide.directory import Place
from edifact_ics.guide.layout import UNMAPPED
from edifact_ics.guide.mig_tree import Condition, Value
from edifact_ics.segment.row import component
from edifact_ics.segment.trace import PART, TRACE, attribute, escape, insertions
from edifact_ics.segment.values import clean
from edifact_ics.syntax.characters import Delimiters, join_elements, split_elements
from edifact_ics.syntax.repertoire import decode

Slots = tuple[int, ...]
Texts = tuple[str, ...]


@cache
def _unsafe() -> re.Pattern[str]:
    """Matches what XML cannot hold; made when a text is the first that may hold it, for that takes a while."""
    return re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ElementFinding(NamedTuple):
    """A finding inside one segment: `element` and `component` count from 1, None means the segment itself.

    `path` is the element's place in the canonical document below its frame, `slot` where that stands in the frame.
    """

    code: str
    severity: Severity
    element: int | None
    component: int | None
    message: str
    value: str | None = None
    name: str | None = None
    path: str | None = None
    slot: int | None = None
    source: str | None = None
    hint: str | None = None


class Kinds(tuple[Value, ...]):
    """The data elements that a segment holds; segments of one form share them.

    `said` is room for what a view knows of them, once it was asked for.
    """

    said: Any = None


_NONE = Kinds()


class Interpreted:
    """What one segment says.

    `uses` are the indexes of the uses it is. `xml` are the pieces of XML it becomes, with marks where the trace
    attributes go (see `TRACE`), `slots` their places in the frame. `kinds` are the data elements it holds, `texts`
    their cleaned texts. `counter` is where the walk counts the use, -1 where it must look closer: errors, or not
    exactly one use.

    The rest is rare; `careful` tells that it is worth asking for. `carrier` is the id of the use when it brings no
    element of the document. `sent` says how the text sent differs from the one that would be written ("" when it does
    not). `joins`: the XML goes into what the trigger of its group opened. `runs` holds parts of values that run over
    several segments: slot, value, text, components. `faulty`: an error stands among the findings; `astray` is what it
    wants of the segment above it, where that is otherwise.
    `elements` are the components as sent, unescaped, where someone may ask for them.
    """

    findings: tuple[ElementFinding, ...] = ()
    carrier: str = ""
    sent: str = ""
    joins: bool = False
    runs: tuple[tuple[int, Value, str, str], ...] = ()
    faulty: bool = False
    astray: Condition | None = None
    unmapped: tuple[tuple[Place, str], ...] = ()
    elements: list[list[str]] | None = None

    def __init__(
        self,
        uses: tuple[int, ...] = (),
        slots: Slots = (),
        xml: Texts = (),
        kinds: Kinds = _NONE,
        texts: Texts = (),
    ) -> None:
        self.uses = uses
        self.slots = slots
        self.xml = xml
        self.kinds = kinds
        self.texts = texts
        self.counter = -1
        self.careful = False

    @property
    def values(self) -> tuple[tuple[Value, str], ...]:
        """The data elements with their cleaned texts."""
        return tuple(zip(self.kinds, self.texts, strict=True))

    def value(self, place: Place) -> str:
        """Return a component by its place, "" where nothing was sent."""
        elements = self.elements or []
        return component(elements, place)


def safe(text: str) -> str:
    """Return a text for XML; what XML cannot hold becomes U+FFFD (the `sent` attribute remembers it)."""
    if text.isprintable():
        return escape(text)
    return escape(_unsafe().sub("\ufffd", text)).replace("\r", "&#13;")


def keep(tag: list[str], left: list[tuple[Place, str]]) -> Texts:
    """Return XML, with marks for the trace, of elements that keep what no row explains.

    A segment of which nothing at all was sent is kept as one element without a place.
    """
    name = attribute("tag", PART.join(tag))
    marked = []
    for (element, part), text in left or [((0, 0), "")]:
        cleaned = clean(text)
        place = f' at="{element}.{part}"' if element else ""
        sent = attribute("sent", text) if cleaned != text or _unsafe().search(text) else ""
        shown = safe(cleaned)
        marked.append(f"<Unmapped{TRACE}{name}{place}{sent}>{shown}</Unmapped>")
    return tuple(marked)


def kept(raw: str, delimiters: Delimiters, syntax: str) -> Interpreted:
    """Return a segment of which nothing is known, as elements that keep it whole."""
    elements = split_elements(raw, delimiters)
    script = insertions(join_elements(elements, delimiters), raw)
    elements = [[decode(c, syntax) for c in e] for e in elements]
    left = [((e, c), text) for e, parts in enumerate(elements) if e for c, text in enumerate(parts, 1) if text]
    xml = keep(elements[0], left)
    out = Interpreted((), (UNMAPPED,) * len(xml), xml)
    out.careful = out.faulty = True
    out.unmapped, out.elements = tuple(left), elements
    out.sent = f"@{script}" if script else ""
    return out
