"""What a message says, as business rules read it: levels of named elements, never XML and never segments.

A `View` holds the header and, below it, one `Level` for each transport line, line and other container. Elements bear
the names of the canonical document, flattened: a rule asks a line for `QuantityUnit` without knowing in what it is
wrapped. Codes that stand for a word are read as that word (Sea, Original). Where a thing stands in the file is asked
only when somebody complains of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import methodcaller
from typing import Any, NamedTuple

HEADER = "Header"
LINE = "Line"
TRANSPORT_LINE = "TransportLine"

# The words that the rules document uses for codes. A code not listed is read as it was sent.
WORDS: dict[str, dict[str, str]] = {
    "MessageFunction": {"9": "Original", "4": "Change", "50": "Withdraw"},
    "ModeOfTransport": {"A": "Air", "S": "Sea", "P": "Post", "O": "Other"},
    "SettlementType": {"SW": "Weekly", "SM": "Monthly", "SQ": "Quarterly"},
    "DumpingExemptionType": {
        "COUNTRY": "Export country not applicable",
        "SUPPLIER": "Supplier not applicable",
        "GOODS": "Goods not applicable",
    },
}

PARTIAL = frozenset({"Change", "Withdraw"})  # functions of messages that do not say everything again
_ACTIONS = ("LineActionCode", "TransportLineActionCode", "SubHeaderLineActionCode")


class Group(NamedTuple):
    """A repeating group of a level: `key` is its container, or the element itself where that alone repeats."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Guide:
    """What the guide of a message has for rules.

    `message` is its name (IMD); `carries` gives, for each kind of level, the elements that the guide has there, second
    names included; `groups` the repeating groups of each kind by element; `labels` what a broker calls an element;
    `parents` the kind above each kind; `second` the second names that hold for some message functions only: the name,
    the element it stands for, the functions.
    """

    message: str
    carries: Mapping[str, frozenset[str]]
    groups: Mapping[str, Mapping[str, Group]]
    labels: Mapping[str, str]
    parents: Mapping[str, str]
    second: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def kinds_of(self, name: str) -> list[str]:
        """Return the kinds of level that carry an element, outermost first."""
        return self._kinds.get(name, [])

    @cached_property
    def _kinds(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for kind, names in self.carries.items():
            for name in names:
                found.setdefault(name, []).append(kind)
        return found

    @cached_property
    def seen(self) -> dict[str, frozenset[str]]:
        """The elements that a level of each kind sees: its own, and those of the levels around it."""
        return {kind: frozenset().union(*map(self.carries.__getitem__, self.above(kind))) for kind in self.carries}

    def above(self, kind: str) -> Iterator[str]:
        """Give a kind and those around it, from the inside out."""
        here: str | None = kind
        while here is not None:
            yield here
            here = self.parents.get(here)

    def label(self, name: str) -> str:
        """Return an element as a broker calls it."""
        return self.labels.get(name, name)


class Complaint(NamedTuple):
    """What a rule complains of: an element of a level, in the `number`-th repetition of its group (from 0), and why.

    The element may be one that is missing. `text` is one plain sentence, "" where the rule has a sentence of its own.
    `warning`: it weighs no more than a warning, whatever the rule does.
    """

    level: Level
    name: str
    text: str = ""
    number: int = 0
    warning: bool = False


@dataclass(slots=True, eq=False)
class Level:
    """One level of a message: its header, a transport line, a line, or another container.

    `kind` is the container's name (Header for the header), `number` counts levels of a kind from 1. `said` holds the
    own elements, the first occurrence of each. `repeated` holds, by group key, the repetitions in order. `complete`:
    what is not said is absent; False in a Change that is seen without the declaration it changes. `below` are the
    levels inside this one, in order. `origin` is what the reader of the message needs to find places again.
    """

    kind: str
    number: int
    guide: Guide
    parent: Level | None = None
    said: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    complete: bool = True
    origin: Any = None
    below: list[Level] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """Return an element of this level, or of a level around it; None if it was not sent."""
        here: Level | None = self
        while here is not None:
            if name in here.said:
                return here.said[name]
            here = here.parent
        return None

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def values(self, name: str) -> list[str]:
        """Return every occurrence of an element in this level, in order."""
        return [value for _, value in self.each(name)]

    def each(self, name: str) -> list[tuple[int, str]]:
        """Return every occurrence of an element in this level with the number of its repetition, from 0."""
        group = self.guide.groups.get(self.kind, {}).get(name)
        if group is None:
            return [(0, self.said[name])] if name in self.said else []
        return [(n, record[name]) for n, record in enumerate(self.repeated.get(group.key, ())) if name in record]

    def records(self, name: str) -> list[Record]:
        """Return the repetitions of the group that an element belongs to."""
        group = self.guide.groups.get(self.kind, {}).get(name)
        if group is None:
            return []
        return [Record(self, group, record, n) for n, record in enumerate(self.repeated.get(group.key, ()))]

    def knows(self, name: str) -> bool:
        """Tell whether what this level and those around it do not say of an element means that it is absent."""
        here: Level | None = self
        while here is not None:
            if name in self.guide.carries.get(here.kind, ()):
                return here.complete
            here = here.parent
        return not self.guide.kinds_of(name)

    @property
    def top(self) -> Level:
        """The header of the message."""
        here = self
        while here.parent is not None:
            here = here.parent
        return here

    def inside(self) -> Iterator[Level]:
        """Give the levels inside this one, however deep, in document order."""
        for level in self.below:
            yield level
            if level.below:
                yield from level.inside()

    def lines(self) -> list[Level]:
        """Return the lines inside this level."""
        return [level for level in self.inside() if level.kind == LINE]

    @property
    def function(self) -> str | None:
        """Original, Change or Withdraw; a line that a Change inserts is judged as in an Original."""
        function = self.get("MessageFunction")
        return "Original" if function == "Change" and self.inserted else function

    @property
    def inserted(self) -> bool:
        """Tell whether this level, or one around it, is inserted."""
        here = self
        while here.parent is not None:
            if here.action == "I":
                return True
            here = here.parent
        return False

    @property
    def action(self) -> str | None:
        """I, A or D: what is to be done with this line."""
        return next((self.said[name] for name in _ACTIONS if name in self.said), None)

    @property
    def nature(self) -> str | None:
        """The nature of a line: its own, or that of the header where that leaves no choice."""
        own = self.get("LineNatureType")
        if own is None:
            header = self.get("HeaderNatureType")
            return header if header in ("N10", "N20", "N30") else None
        return own

    def complaint(self, name: str, text: str = "", number: int = 0) -> Complaint:
        """Return a complaint of an element of this level."""
        return Complaint(self, name, text, number)


@dataclass(frozen=True, slots=True)
class Record:
    """One repetition of a group, `number` counting from 0; what is not in it is looked for in its level."""

    level: Level
    group: Group
    said: Mapping[str, str]
    number: int

    def get(self, name: str) -> str | None:
        """Return an element of the repetition, or of the levels around it if the group does not have it."""
        return self.said.get(name) if name in self.group.names else self.level.get(name)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def knows(self, name: str) -> bool:
        """Tell whether silence means absence; inside a repetition it always does."""
        return name in self.group.names or self.level.knows(name)

    def complaint(self, name: str, text: str = "") -> Complaint:
        """Return a complaint of an element of this repetition."""
        return Complaint(self.level, name, text, self.number)


def values_of(names: Sequence[str]) -> Callable[[Mapping[str, str]], Hashable]:
    """Return what gives the values of a repetition under some names, to tell it from others: as fast as can be."""
    if len(names) == 1:
        return methodcaller("get", names[0])
    return lambda record: tuple(map(record.get, names))


class View(NamedTuple):
    """A message as rules read it; `levels` in document order, the header first."""

    guide: Guide
    levels: tuple[Level, ...]

    @property
    def message(self) -> str:
        """The name of the message (IMD)."""
        return self.guide.message

    @property
    def header(self) -> Level:
        """The header."""
        return self.levels[0]

    @property
    def lines(self) -> list[Level]:
        """The lines, in order."""
        return self.of(LINE)

    def of(self, kind: str) -> list[Level]:
        """Return the levels of a kind, in order."""
        return [level for level in self.levels if level.kind == kind]

    @property
    def function(self) -> str | None:
        """Original, Change or Withdraw."""
        return self.header.said.get("MessageFunction")

    def let_go(self) -> None:
        """Take the levels apart when they are done with: what holds each other waits long for the collector."""
        for level in self.levels:
            level.below.clear()


# ---------------------------------------------------------------------- overlay

# What tells the levels of a kind apart.
NUMBERS = {
    LINE: "LineNumber",
    TRANSPORT_LINE: "TransportLineNumber",
    "RCR": "SubHeaderLineNumber",
    "Movement": "MovementSequenceNumber",
}


def overlay(stored: View, change: View) -> View:
    """Return the declaration that a Change makes of the stored one.

    Elements sent replace those stored, repeating groups as a whole. Levels are told by their number: inserted, amended
    (over the stored one), or deleted; those that the Change does not name stay. Levels of the Change keep their places.
    """
    header = _over(stored.header, change.header, None)
    return View(change.guide, (header, *header.inside()))


def _over(stored: Level | None, sent: Level | None, parent: Level | None) -> Level:
    """Return a level with what was sent laid over what is stored, and the levels below it."""
    base = sent or stored
    assert base is not None
    kept = {k: v for k, v in stored.said.items() if k not in _ACTIONS} if stored else {}
    said = {**kept, **(sent.said if sent else {})}
    repeated = {**(stored.repeated if stored else {}), **(sent.repeated if sent else {})}
    origin = sent.origin if sent else None
    level = Level(base.kind, base.number, base.guide, parent, said, repeated, True, origin)
    before, after = stored.below if stored else [], sent.below if sent else []
    for kind in dict.fromkeys(one.kind for one in (*before, *after)):
        old = {_key(one): one for one in before if one.kind == kind}
        new = {_key(one): one for one in after if one.kind == kind}
        for number in dict.fromkeys((*old, *new)):
            given = new.get(number)
            if given is None or given.action != "D":
                level.below.append(_over(old.get(number), given, level))
    return level


def _key(level: Level) -> int:
    """Return what tells a level from its neighbours of the same kind: its number, or its place among them."""
    number = _number(level.said.get(NUMBERS.get(level.kind, "")))
    return level.number if number is None else number


class Stored(NamedTuple):
    """A declaration as Customs holds it.

    `view` is its accepted messages laid over each other, `used` the numbers that its lines ever had, by kind of level,
    deleted ones too; `versions` counts the accepted messages, `releases` are the requests for cargo release that they
    ever quoted.
    """

    view: View
    used: Mapping[str, frozenset[int]]
    versions: int
    releases: frozenset[str] = frozenset()

    @classmethod
    def of(cls, messages: Sequence[View]) -> Stored:
        """Return what the accepted messages of a declaration amount to: an Original and its Changes, oldest first."""
        view, *changes = messages
        for change in changes:
            view = overlay(view, change)
        used = {kind: frozenset(n for one in messages for n in _numbers(one, kind)) for kind in NUMBERS}
        return cls(view, used, len(messages), frozenset(_releases(messages)))

    def line(self, number: str, kind: str = LINE) -> Level | None:
        """Return a line by its number; None if there is none now."""
        wanted = _number(number)
        return next((level for level in self.view.of(kind) if _number(level.said.get(NUMBERS[kind])) == wanted), None)

    def was_deleted(self, number: str) -> bool:
        """Tell whether a line had this number and is there no more."""
        return _number(number) in self.used[LINE] and self.line(number) is None


def _releases(messages: Sequence[View]) -> Iterator[str]:
    for level in (level for one in messages for level in one.of("RCR")):
        if "RequestForCargoReleaseIdentifier" in level.said:
            yield level.said["RequestForCargoReleaseIdentifier"]


def _numbers(view: View, kind: str) -> Iterator[int]:
    for level in view.of(kind):
        number = _number(level.said.get(NUMBERS[kind]))
        if number is not None:
            yield number


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
