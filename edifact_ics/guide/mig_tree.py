"""A message implementation guide as a frozen tree: groups, segments, their uses, values and conditions.

A guide says which segments a message keeps of its D.99B base, which uses of each segment there are and what tells
them apart, where each data element stands, and on what basis all this is known. Nothing here sees EDIFACT data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from edifact_ics.guide.directory import Format, Place, SegmentType

ANY = "*"  # in a condition: any value, but one


class MigError(Exception):
    """A guide that cannot be used; the text names file and line."""


class Condition(NamedTuple):
    """A component must (or, if `negative`, must not) hold one of `values`; the first is the one written.

    `position` names another segment of the message that must satisfy it, None the segment itself. The empty
    string among the values means that the component may be empty, `*` that it holds anything.
    """

    text: str
    place: Place
    values: tuple[str, ...]
    negative: bool = False
    position: str | None = None

    def holds(self, value: str) -> bool:
        """Tell whether a component with this value satisfies the condition."""
        return (value in self.values or (bool(value) and ANY in self.values)) != self.negative


class CodeList(NamedTuple):
    """The codes an element takes, with their labels and on what basis each is known.

    `closed`: any other code is an error, not a warning.
    """

    name: str
    labels: dict[str, str]
    bases: dict[str, str]
    closed: bool


class Value(NamedTuple):
    """A data element and where it stands.

    `places` are the components it runs over, `format` the EDIFACT format, `dictionary` the shorter one of the ICS
    data dictionary (None: not known), `dictionary_basis` where that comes from. `code` is one that means Y by being
    sent and is never sent with another value ("": an ordinary value). `derived`: computed when written and left out
    of the XML. `many`: may repeat under one container. `segments`: how many segments it may run over. `parts` says how
    its components make one text: run together (""), with a blank put back where one is not full ("words"), or not at
    all: each is an element of its own ("each"). `padded`: zeros in front say nothing, they only fill. `counts` is a
    position whose segments the value counts ("": none), but for those that `uncounted` names, as element=text. `codes`
    is None and `reference` names the table where the list is not ours. `when` says in which context this name applies
    to the place; empty means always. `element` is its name in the rules document, `defined` the file and line of its
    row.
    """

    xml: str
    name: str
    places: tuple[Place, ...]
    format: Format
    dictionary: Format | None
    dictionary_basis: str
    mandatory: bool
    code: str
    derived: bool
    many: bool
    segments: int
    parts: str
    padded: bool
    counts: str
    uncounted: str
    type: str
    decimals: int | None
    digits: int | None
    codes: CodeList | None
    reference: str | None
    when: tuple[Condition, ...]
    basis: str
    element: str
    note: str
    defined: str


class Alias(NamedTuple):
    """A second name for bytes that a `Value` carries already: rules may ask for it, the XML never holds it.

    `format`: only a value of this form has the name; None: any.
    """

    xml: str
    name: str
    container: tuple[str, ...]
    places: tuple[Place, ...]
    when: tuple[Condition, ...]
    format: Format | None
    basis: str
    note: str


class Use(NamedTuple):
    """One use of a segment: what tells it from the others (`keys`), what is fixed in it, what it carries.

    `container` is the path of XML elements its values stand in, below the XML element of its group (or message).
    `each`: every segment opens a container of its own. `carrier` is "" unless the segment may be sent only to carry
    others: "yes" when something needs it, "always" when something hangs below it even if another could carry it.
    """

    id: str
    keys: tuple[Condition, ...]
    fixed: tuple[Condition, ...]
    when: tuple[Condition, ...]
    container: tuple[str, ...]
    each: bool
    max: int
    carrier: str
    values: tuple[Value, ...]
    aliases: tuple[Alias, ...]
    basis: str
    note: str
    defined: str


class Segment(NamedTuple):
    """A position of the guide that holds a segment."""

    position: str
    tag: str
    mandatory: bool
    max: int
    uses: tuple[Use, ...]
    basis: str
    note: str
    defined: str
    type: SegmentType


class Group(NamedTuple):
    """A position of the guide that holds a segment group; its first child is the trigger.

    `xml` names the container that every instance opens in the canonical document, or is None. `beside`: it stands
    beside the container of the group around it, not inside. `last`: all its instances are sent in the last instance
    of the group around it; otherwise what stands beside is sent in the first.
    """

    position: str
    id: str
    mandatory: bool
    max: int
    xml: str | None
    children: tuple[Segment | Group, ...]
    basis: str
    defined: str
    beside: bool = False
    last: bool = False

    @property
    def trigger(self) -> Segment:
        """The segment that opens the group."""
        first = self.children[0]
        if not isinstance(first, Segment):
            raise MigError(f"group {self.id} does not begin with a segment")
        return first


class Mig(NamedTuple):
    """The guide of one message.

    `document` is its name in BGM, "" where the guide is that of every document of the type that has none of its own.
    `sender` is trader, customs or both; `xml` names its canonical root element.
    """

    message: str
    document: str
    title: str
    xml: str
    type: str
    version: str
    release: str
    agency: str
    sender: str
    root: Group
    file: str

    def segments(self) -> Iterator[Segment]:
        """Give the segments in guide order, groups opened up."""
        yield from _segments(self.root)

    def elements(self) -> Iterator[ElementRow]:
        """Give the data elements that the canonical document holds, in guide order, with the rows they stand in."""
        yield from _elements(self.root, (), True, (), 1)

    @property
    def assumed(self) -> bool:
        """Tell whether the whole layout is assumed: no message of this document was ever seen."""
        beginning = [value for s in self.segments() if s.tag == "BGM" for use in s.uses for value in use.values]
        return bool(beginning) and all(value.basis == "assumed" for value in beginning)

    @property
    def identifier(self) -> str:
        """The type as UNH names it, for example CUSDEC:D:99B:UN."""
        return f"{self.type}:{self.version}:{self.release}:{self.agency}"


def below(path: tuple[str, ...], group: Group) -> tuple[str, ...]:
    """Return the path of XML elements that leads to what stands in a group; `path` is that of the group around it."""
    if group.beside:
        path = path[:-1]
    return (*path, group.xml) if group.xml else path


class ElementRow(NamedTuple):
    """A data element with its rows.

    `path` names the elements of the canonical document down to it, the message's own left out. `required`: what opens
    the innermost container it stands in brings it too, always. `repeats` are the containers on the path that may
    repeat, and how often.
    """

    path: tuple[str, ...]
    required: bool
    repeats: tuple[tuple[tuple[str, ...], int], ...]
    segment: Segment
    use: Use
    value: Value


def _elements(
    group: Group, path: tuple[str, ...], required: bool, repeats: tuple[tuple[tuple[str, ...], int], ...], times: int
) -> Iterator[ElementRow]:
    for child in group.children:
        if isinstance(child, Group):
            most = times * child.max
            inner = below(path, child)
            if child.xml:
                yield from _elements(child, inner, True, (*repeats, (inner, most)), 1)
            else:
                yield from _elements(child, inner, required and child.mandatory, repeats, most)
            continue
        for use in child.uses:
            held = (*path, *use.container)
            opened = (*repeats, (held, times * use.max)) if use.each else repeats
            for value in use.values:
                if not value.derived:
                    needed = required and child.mandatory and value.mandatory
                    yield ElementRow((*held, value.xml), needed, opened, child, use, value)


def _segments(group: Group) -> Iterator[Segment]:
    for child in group.children:
        if isinstance(child, Segment):
            yield child
        else:
            yield from _segments(child)
