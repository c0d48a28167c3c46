"""Conditions of rules as data: when a rule bites.

`is_("ModeOfTransport", "Sea") & present("ContainerNumber")` is a tree that can be read in words, reduced for a context
(message, function, natures, mode: known before the line is looked at), and asked of a level. There are three answers:
holds, does not hold, and None: cannot be told, because the message is a Change and does not repeat what was lodged, or
because its guide has no such element. A rule bites only where its condition surely holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

# What is known of a line before its other elements are looked at: conditions on these are settled once per context.
CONTEXT = (
    "MessageFunction",
    "HeaderNatureType",
    "LineNatureType",
    "ModeOfTransport",
    "PreLodgementIndicator",
    "SettlementType",
    "NilReturnIndicator",
)
# Where the guide of a message has none of these, a rule that asks for one says nothing about that message.
STEERING = frozenset({"HeaderNatureType", "LineNatureType", "ModeOfTransport"})
UNKNOWN = "?"  # the value, in a context, of what cannot be told

Label = Callable[[str], str]


class Scope(Protocol):
    """What conditions are asked of: a level or one repetition of a group."""

    def get(self, name: str) -> str | None:
        """Return an element, None if it was not sent."""

    def knows(self, name: str) -> bool:
        """Tell whether silence about an element means that it is absent."""


class Condition:
    """A condition, of one of the kinds below; join with `&`, `|` and `~`."""

    def __and__(self, other: Condition) -> Condition:
        return All((self, other))

    def __or__(self, other: Condition) -> Condition:
        return Any_((self, other))

    def __invert__(self) -> Condition:
        return Not(self)

    def holds(self, scope: Scope) -> bool | None:
        """Tell whether the condition holds here; None if that cannot be told."""
        raise NotImplementedError

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Return what is left of the condition once the message and the context are known."""
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        """Give the elements asked for."""
        raise NotImplementedError

    def words(self, label: Label, negative: bool = False) -> str:
        """Return the condition, or its opposite, in words."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Constant(Condition):
    """An answer that is known. There are three, HOLDS, FAILS and UNTOLD: conditions are compared with these alone."""

    answer: bool | None

    def holds(self, scope: Scope) -> bool | None:
        """Return the answer."""
        return self.answer

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Return itself."""
        return self

    def names(self) -> Iterator[str]:
        """Give nothing."""
        return iter(())

    def words(self, label: Label, negative: bool = False) -> str:
        """Return always, or never."""
        return "always" if bool(self.answer) is not negative else "never"


HOLDS, FAILS, UNTOLD = Constant(True), Constant(False), Constant(None)


@dataclass(frozen=True, eq=False)
class Is(Condition):
    """An element has one of these values; an absent one has none."""

    name: str
    values: frozenset[str]

    def holds(self, scope: Scope) -> bool | None:
        """Compare the element; absent is unlike every value."""
        value = scope.get(self.name)
        if value is None:
            return False if scope.knows(self.name) else None
        return value in self.values

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Return the answer if the element is one of the context."""
        if self.name not in known:
            return self
        value = known[self.name]
        if value == UNKNOWN:
            return UNTOLD
        return HOLDS if value in self.values else FAILS

    def names(self) -> Iterator[str]:
        """Give the element."""
        yield self.name

    def words(self, label: Label, negative: bool = False) -> str:
        """Return, for example: Mode of Transport is Air or Sea."""
        verb = "is not" if negative else "is"
        if self.name == "MessageFunction":
            named = " or ".join(f"{'an' if word[0] in 'AEIO' else 'a'} {word}" for word in sorted(self.values))
            return f"the message {verb} {named}"
        return f"{label(self.name)} {verb} {' or '.join(sorted(self.values))}"


@dataclass(frozen=True, eq=False)
class Present(Condition):
    """An element is sent."""

    name: str

    def holds(self, scope: Scope) -> bool | None:
        """Tell whether the element is there."""
        if scope.get(self.name) is not None:
            return True
        return False if scope.knows(self.name) else None

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Return the answer if the element is one of the context."""
        if self.name not in known:
            return self
        value = known[self.name]
        return UNTOLD if value == UNKNOWN else FAILS if value is None else HOLDS

    def names(self) -> Iterator[str]:
        """Give the element."""
        yield self.name

    def words(self, label: Label, negative: bool = False) -> str:
        """Return, for example: BSB Number is not sent."""
        return f"{label(self.name)} is {'not ' if negative else ''}sent"


@dataclass(frozen=True, eq=False)
class Message(Condition):
    """The message is one of these (IMD, SAC …)."""

    messages: frozenset[str]

    def holds(self, scope: Scope) -> bool | None:
        """Cannot be asked: it is settled when the condition is reduced."""
        return None

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Return the answer."""
        return HOLDS if message in self.messages else FAILS

    def names(self) -> Iterator[str]:
        """Give nothing."""
        return iter(())

    def words(self, label: Label, negative: bool = False) -> str:
        """Return, for example: the message is IMD or SAC."""
        return f"the message is {'not ' if negative else ''}{' or '.join(sorted(self.messages))}"


@dataclass(frozen=True, eq=False)
class Not(Condition):
    """A condition does not hold."""

    inner: Condition

    def holds(self, scope: Scope) -> bool | None:
        """Turn the answer round; what cannot be told stays so."""
        answer = self.inner.holds(scope)
        return None if answer is None else not answer

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Reduce what is denied."""
        inner = self.inner.reduce(message, known)
        if isinstance(inner, Constant):
            return UNTOLD if inner.answer is None else FAILS if inner.answer else HOLDS
        return Not(inner)

    def names(self) -> Iterator[str]:
        """Give the elements asked for."""
        return self.inner.names()

    def words(self, label: Label, negative: bool = False) -> str:
        """Return the opposite in words."""
        return self.inner.words(label, not negative)


@dataclass(frozen=True, eq=False)
class All(Condition):
    """All of several conditions hold."""

    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool | None:
        """One that fails decides; else one that cannot be told."""
        answers = [part.holds(scope) for part in self.parts]
        return False if False in answers else None if None in answers else True

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Drop the parts that hold; one that fails decides."""
        parts = tuple(p for part in self.parts if (p := part.reduce(message, known)) != HOLDS)
        if FAILS in parts:
            return FAILS
        return HOLDS if not parts else parts[0] if len(parts) == 1 else All(parts)

    def names(self) -> Iterator[str]:
        """Give the elements asked for."""
        for part in self.parts:
            yield from part.names()

    def words(self, label: Label, negative: bool = False) -> str:
        """Join the parts with and; denied, with or."""
        told = [part for part in self.parts if part != HOLDS] or [HOLDS]  # ALWAYS & x is x
        return (" or " if negative else " and ").join(part.words(label, negative) for part in told)


@dataclass(frozen=True, eq=False)
class Any_(Condition):  # noqa: N801 - Any is taken
    """One of several conditions holds."""

    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool | None:
        """One that holds decides; else one that cannot be told."""
        answers = [part.holds(scope) for part in self.parts]
        return True if True in answers else None if None in answers else False

    def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
        """Drop the parts that fail; one that holds decides."""
        parts = tuple(p for part in self.parts if (p := part.reduce(message, known)) != FAILS)
        if HOLDS in parts:
            return HOLDS
        return FAILS if not parts else parts[0] if len(parts) == 1 else Any_(parts)

    def names(self) -> Iterator[str]:
        """Give the elements asked for."""
        for part in self.parts:
            yield from part.names()

    def words(self, label: Label, negative: bool = False) -> str:
        """Join the parts with or; denied, with and."""
        return (" and " if negative else " or ").join(part.words(label, negative) for part in self.parts)


ALWAYS: Condition = HOLDS


def is_(name: str, *values: str) -> Condition:
    """An element has one of these values, in words where the rules have words (Sea, Original)."""
    return Is(name, frozenset(values))


def is_not(name: str, *values: str) -> Condition:
    """An element has none of these values, or is absent."""
    return Not(is_(name, *values))


def present(name: str) -> Condition:
    """An element is sent."""
    return Present(name)


def absent(name: str) -> Condition:
    """An element is not sent."""
    return Not(Present(name))


def message(*names: str) -> Condition:
    """The message is one of these."""
    return Message(frozenset(names))


def function(*words: str) -> Condition:
    """The function of the message is Original, Change or Withdraw."""
    return is_("MessageFunction", *words)


def header(*natures: str) -> Condition:
    """The nature of the header is one of these (N10, N20, N10/N20, N30)."""
    return is_("HeaderNatureType", *natures)


def line(*natures: str) -> Condition:
    """The nature of the line is one of these; a line without one has that of its header."""
    return is_("LineNatureType", *natures)


def mode(*words: str) -> Condition:
    """The mode of transport is one of these (Air, Sea, Post, Other)."""
    return is_("ModeOfTransport", *words)


ORIGINAL = function("Original")
CHANGE = function("Change")
WITHDRAW = function("Withdraw")
PRE_LODGED = is_("PreLodgementIndicator", "Y")
