"""The shapes most rules have, one line each.

Every shape takes the id of the rule first and carries its condition as data. Elements bear their canonical names; where
an element repeats, a pair is judged within each repetition. A rule applies only where the message's guide has the
element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from edifact_ics.rules.conditions import ALWAYS, WITHDRAW, Condition, absent, present
from edifact_ics.rules.rule import CHECK, FORBIDDEN, REQUIRED, Known, Rule
from edifact_ics.view import Complaint, Level, Record, values_of


def required_when(ident: str, name: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """The element must be sent when the condition holds."""
    return Rule(ident, REQUIRED, name, when, carried=(name,), **more)


def all_required_when(ident: str, names: Sequence[str], when: Condition = ALWAYS, **more: Any) -> Rule:
    """Each of the elements must be sent when the condition holds; each one missing is complained of."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        for name in names:
            if name not in level and level.knows(name):
                text = f"{level.guide.label(name)} is missing; it must be sent when {when.words(level.guide.label)}."
                yield level.complaint(name, text)

    return Rule(ident, CHECK, "", when & ~WITHDRAW, check, tuple(names), **more)


def forbidden_when(ident: str, name: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """The element must not be sent when the condition holds."""
    return Rule(ident, FORBIDDEN, name, when, carried=(name,), **more)


def only_when(ident: str, name: str, when: Condition, **more: Any) -> Rule:
    """The element may be sent only when the condition holds."""
    return forbidden_when(ident, name, ~when, **more)


def not_together(ident: str, name: str, other: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """The two elements exclude each other; the first is complained of."""
    return Rule(ident, FORBIDDEN, name, when & present(other), carried=(name,), **more)


def at_least_one(ident: str, *names: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """One of the elements must be sent when the condition holds; the first is the one said to be missing."""
    condition = when
    for other in names[1:]:
        condition = condition & absent(other)
    return Rule(ident, REQUIRED, names[0], condition, carried=names, **more)


def together(ident: str, *names: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """Where one of the elements is sent, all are."""
    every = frozenset(names)

    def check(level: Level, known: Known) -> Iterable[Complaint]:
        group = level.guide.groups.get(level.kind, {}).get(names[0])
        said = level.repeated.get(group.key, ()) if group is not None else (level.said,)
        for one in said:
            if not every <= one.keys():
                return lacking(level)
        return () if said else lacking(level)

    def lacking(level: Level) -> Iterator[Complaint]:
        scopes: Sequence[Level | Record] = level.records(names[0]) or [level]
        for scope in scopes:
            missing = [name for name in names if name not in scope]
            if missing and len(missing) < len(names) and scope.knows(missing[0]):
                sent = level.guide.label(next(name for name in names if name in scope))
                for name in missing:
                    yield scope.complaint(name, f"{level.guide.label(name)} is missing: {sent} was sent without it.")

    return Rule(ident, CHECK, names[0], when, check, names, on=names, **more)


def at_most(ident: str, name: str, most: int, when: Condition = ALWAYS, **more: Any) -> Rule:
    """The element occurs at most so often in a level; the first too many is complained of."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        group = level.guide.groups.get(level.kind, {}).get(name)
        if group is not None and len(level.repeated.get(group.key, ())) > most:
            numbers = [n for n, _ in level.each(name)]
            if len(numbers) > most:
                text = f"{level.guide.label(name)} is sent {len(numbers)} times here; at most {most} are allowed."
                yield level.complaint(name, text, numbers[most])

    return Rule(ident, CHECK, name, when, check, (name,), on=(name,), **more)


def in_list(ident: str, name: str, *values: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """The element has one of these values, in words where the rules have words."""
    allowed = frozenset(values)
    shown = ", ".join(values[:-1]) + " or " + values[-1] if len(values) > 1 else values[0]

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        for number, value in level.each(name):
            if value not in allowed:
                yield level.complaint(name, f"{level.guide.label(name)} is {value!r}; it must be {shown}.", number)

    return Rule(ident, CHECK, name, when, check, (name,), on=(name,), **more)


def distinct(ident: str, *names: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """No value of the element (or combination of the elements) occurs twice in a level; the second one is named."""
    name, values = names[0], values_of(names)

    def check(level: Level, known: Known) -> Iterable[Complaint]:
        group = level.guide.groups.get(level.kind, {}).get(name)
        records = level.repeated.get(group.key, ()) if group is not None else ()
        if len(records) < 2 or len(set(map(values, records))) == len(records):
            return ()
        return twice(level, records)

    def twice(level: Level, records: Sequence[Mapping[str, str]]) -> Iterator[Complaint]:
        seen = set()
        for number, record in enumerate(records):
            if name not in record:
                continue
            value = tuple(record.get(one, "") for one in names)
            if value in seen:
                shown = " with ".join(part for part in value if part)
                text = f"{level.guide.label(name)} {shown} was sent before here; each may be sent once."
                yield level.complaint(name, text, number)
            seen.add(value)

    return Rule(ident, CHECK, name, when, check, (name,), on=(name,), **more)


def not_before(ident: str, name: str, earlier: str, when: Condition = ALWAYS, **more: Any) -> Rule:
    """The date is not before the other one; equal is allowed."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        date, other = level.get(name), level.get(earlier)
        if date is not None and other is not None and date < other:
            label = level.guide.label
            yield level.complaint(name, f"{label(name)} {date} is before {label(earlier)} {other}.")

    return Rule(ident, CHECK, name, when, check, (name,), on=(name,), **more)


def in_sequence(ident: str, name: str, kind: str, when: Condition = ALWAYS, start: int | None = 1, **more: Any) -> Rule:
    """The element numbers the levels of a kind: 1, 2, 3 in order; the first that breaks the sequence is named.

    `start`: what the first number must be; None: any.
    """

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        expected = start
        for one in _siblings(level, kind):
            number = _integer(one.said.get(name))
            if number is None:
                continue
            if expected is not None and number != expected:
                text = f"{level.guide.label(name)} is {number}; {expected} is expected here."
                yield one.complaint(name, text)
                return
            expected = number + 1

    return Rule(ident, CHECK, name, when, check, (name,), level=kind, **more)


def _siblings(level: Level, kind: str) -> list[Level]:
    """Return the levels of a kind below the same parent, but only to the first of them: the sequence is judged once."""
    parent = level.parent
    if parent is None:
        return []
    siblings = [one for one in parent.below if one.kind == kind]
    return siblings if siblings and siblings[0] is level else []


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
