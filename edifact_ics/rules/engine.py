"""The engine: rules compiled for a context, and a view judged by them.

For each kind of level and each context (message, function, natures, mode) the rules become two sets of names, required
and forbidden, and the checks worth calling by the element that calls for them. Which of them a level calls for depends
on the names of its elements alone, so it is worked out once for all levels that say the same elements: a line with
which nothing is wrong costs one look-up and the few checks that look at values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from edifact_ics.history import HistoryError
from edifact_ics.reference import ReferenceDataError
from edifact_ics.rules.conditions import (
    CONTEXT,
    FAILS,
    HOLDS,
    STEERING,
    UNKNOWN,
    UNTOLD,
    All,
    Any_,
    Condition,
    Is,
    Not,
    Present,
)
from edifact_ics.rules.rule import CHECK, EVERY, FORBIDDEN, NOTHING, REQUIRED, Known, Rule
from edifact_ics.rules.sentence import sentence
from edifact_ics.view import HEADER, LINE, Complaint, Group, Guide, Level, Record, View, overlay

Ask = Callable[[Level, Known], Iterable[Complaint]]
_CONTEXTS = 500  # plans remembered for a set of rules
_SHAPES = 2_000  # combinations of elements remembered for a plan; a hostile file could bring any number


class Judged(NamedTuple):
    """A rule that was violated, the complaint, and its sentence. `crash`: the rule itself failed, and how."""

    rule: Rule
    complaint: Complaint
    text: str
    crash: Exception | None = None


class _Held(NamedTuple):
    """A rule as compiled for a context: its place in the check order, and what asks a level.

    `rest` is what is left of its condition if that and the names of the level's own elements decide whether it bites.
    """

    order: int
    rule: Rule
    ask: Ask
    rest: Condition | None = None


class _Plan:
    """The rules of a kind of level in a context, by the element whose presence or absence calls for them."""

    def __init__(self) -> None:
        self.required: dict[str, list[_Held]] = {}
        self.forbidden: dict[str, list[_Held]] = {}
        self.called: dict[str, list[_Held]] = {}
        self.always: list[_Held] = []
        self.must = self.must_not = self.callers = self.own = frozenset[str]()
        self.banned: dict[str, list[Condition]] = {}
        self.shapes: dict[tuple[str, ...], list[_Held]] = {}

    def bans(self, name: str, level: Level) -> bool:
        """Tell whether an element must not be sent: where a requirement meets a prohibition, the prohibition wins."""
        return any(condition.holds(level) for condition in self.banned.get(name, ()))

    def seal(self, level: Level) -> None:
        """Fix the sets; `level` is one of those that the plan is for."""
        guide = level.guide
        self.must = frozenset(self.required)
        self.must_not = frozenset(self.forbidden)
        self.callers = frozenset(self.called)
        around = [guide.carries[kind] for kind in guide.above(level.kind) if kind != level.kind]
        self.own = guide.carries[level.kind].difference(*around)

    def due(self, level: Level) -> list[_Held]:
        """Return the rules to ask of a level, in check order; few for most."""
        shape = tuple(level.said)
        due = self.shapes.get(shape)
        if due is None:
            if len(self.shapes) >= _SHAPES:
                self.shapes.clear()
            due = self.shapes[shape] = self._due(level)
        return due

    def _due(self, level: Level) -> list[_Held]:
        names = level.said.keys()
        due = list(self.always)
        if not self.must <= names:
            due += [held for name in self.must - names for held in self.required[name]]
        if not self.must_not.isdisjoint(names):
            due += [held for name in self.must_not & names for held in self.forbidden[name]]
        for name in self.callers.intersection(names):
            due += self.called[name]
        if len(due) > 1:
            due = sorted(dict.fromkeys(due), key=lambda held: held.order)
        return [held for held in due if self._may_bite(held, level)]

    def _may_bite(self, held: _Held, level: Level) -> bool:
        """Tell whether a rule can have a complaint of levels that say the same elements as this one."""
        if held.rest is None:
            return True
        if held.rule.shape == REQUIRED and held.rule.target in level.said:
            return False
        silence = None if level.complete else UNKNOWN
        absent = {name: silence for name in held.rest.names() if name in self.own and name not in level.said}
        return _may_hold(held.rest.reduce(level.guide.message, absent) if absent else held.rest)


@lru_cache(4)
def _plans(rules: tuple[Rule, ...]) -> dict[tuple[object, ...], _Plan]:
    """Return the plans of these rules by context, shared by every engine that has them: none at first."""
    return {}


class Engine:
    """Rules ready to judge, in check order.

    `skipped` names those that need what is not known, and why; a few of them judge in part all the same.
    """

    def __init__(self, rules: Iterable[Rule], known: Known = NOTHING) -> None:
        self.rules: list[Rule] = []
        self.skipped: list[tuple[str, str]] = []
        self.known = known
        for rule in rules:
            needs = (*rule.needs, *rule.partly)
            lacking = next((why for need in needs if (why := known.lacks(need)) is not None), None)
            if lacking is None or rule.partly:
                self.rules.append(rule)
            if lacking is not None:
                self.skipped.append((rule.id, f"{lacking}; judged in part only" if rule.partly else lacking))
        self._plans = _plans(tuple(self.rules))

    def judge(self, view: View, known: Known | None = None) -> Iterator[Judged]:
        """Give what the rules complain of, in check order: the header, then the levels below it in document order.

        A Change whose declaration is known is judged on that declaration as changed; only rules on what was sent itself
        are asked of the Change.
        """
        facts = known or self.known
        if facts.stored is not None and view.function == "Change":
            yield from self._run(view, facts, "own")
            yield from self._run(overlay(facts.stored.view, view), facts, "result")
        else:
            yield from self._run(view, facts, "all")

    def _run(self, view: View, known: Known, part: str) -> Iterator[Judged]:
        header = view.header.said
        steering = tuple([header.get(name, "") for name in CONTEXT])
        said_before: set[tuple[str, int, str, int, str, bool]] = set()
        plans: dict[tuple[str, str, bool, bool], _Plan] = {}  # those of this message, found by what differs inside it
        is_change = view.function == "Change"
        for level in view.levels:
            nature = level.said.get("LineNatureType", "")
            inside = (level.kind, nature, level.complete, is_change and level.inserted)
            plan = plans.get(inside)
            if plan is None:
                plan = plans[inside] = self._plan((view.guide, *inside, view.function, part, *steering), level, part)
            for held in plan.due(level):
                try:
                    complaints = tuple(held.ask(level, known))
                except Exception:  # it is asked again with care: what it says before it fails counts, and that it does
                    found = _asked(held, level, known)
                else:
                    if not complaints:
                        continue
                    found = [_judged(held.rule, complaint) for complaint in complaints]
                for judged in found:
                    where = judged.complaint
                    if held.rule.shape == REQUIRED and plan.bans(where.name, level):
                        continue
                    mark = (held.rule.id, id(where.level), where.name, where.number, where.text, judged.crash is None)
                    if mark not in said_before:  # asked of each line, said once
                        said_before.add(mark)
                        yield judged

    # ------------------------------------------------------------------ compiling

    def _plan(self, key: tuple[object, ...], level: Level, part: str) -> _Plan:
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _CONTEXTS:
                self._plans.clear()
            plan = self._plans[key] = self._compile(level.guide, level, part)
        return plan

    def _compile(self, guide: Guide, level: Level, part: str) -> _Plan:
        known = _context(level)
        nil = level.kind == LINE and known["NilReturnIndicator"] == "Y"
        plan = _Plan()
        for order, rule in enumerate(self.rules):
            own = rule.own or _names_withdraw(rule.condition)
            if (part == "own" and not own) or (part == "result" and own):
                continue
            if rule.shape != CHECK and (nil or (level.function == "Withdraw" and not own)):
                continue  # a nil return line is exempt, and a Withdraw carries identification and reason only
            target = _target(rule, guide, level.kind)
            if target is None:
                continue
            rest = _steered(rule.condition, guide, level.kind).reduce(guide.message, known)
            if _may_hold(rest):
                _place(plan, rule, target, rest, order, level, own)
        plan.seal(level)
        return plan


def _context(level: Level) -> dict[str, str | None]:
    """Return what is settled for a level: a value, None (absent) or UNKNOWN."""
    known: dict[str, str | None] = {}
    for name in CONTEXT:
        value = level.get(name)
        known[name] = value if value is not None else None if level.knows(name) else UNKNOWN
    known["MessageFunction"] = level.function
    if level.nature is not None:
        known["LineNatureType"] = level.nature
    return known


def _target(rule: Rule, guide: Guide, kind: str) -> str | None:
    """Return the element a rule is about in levels of a kind; None if it does not apply there ("" if it names none)."""
    if rule.messages and guide.message not in rule.messages:
        return None
    target = next((name for name in rule.carried if guide.kinds_of(name)), None)
    if target is None and rule.carried:
        return None
    if rule.shape == CHECK and not rule.on:
        return "" if rule.level in (kind, EVERY) or (rule.level is None and kind == HEADER) else None
    if target is None:
        return None
    kinds = guide.kinds_of(target)
    asked = [name for name in rule.condition.names() if guide.kinds_of(name)]
    here = [rule.level] if rule.level in kinds else kinds
    for name in asked:  # a condition on an element of a lower level is asked of each such level
        if rule.shape != CHECK and not _visible(name, guide, here[0]):
            here = guide.kinds_of(name)
    return target if kind in here else None


def _visible(name: str, guide: Guide, kind: str) -> bool:
    """Tell whether a level of a kind sees an element: its own, or one of the levels around it."""
    return name in guide.seen[kind]


def _steered(condition: Condition, guide: Guide, kind: str) -> Condition:
    """Return a condition in which what this message cannot say at all is marked as not to be told."""
    if isinstance(condition, Is | Present) and condition.name in STEERING and not _visible(condition.name, guide, kind):
        return UNTOLD
    if isinstance(condition, Not):
        return Not(_steered(condition.inner, guide, kind))
    if isinstance(condition, All | Any_):
        return type(condition)(tuple(_steered(part, guide, kind) for part in condition.parts))
    return condition


def _may_hold(rest: Condition) -> bool:
    """Tell whether what is left of a condition can still hold."""
    return rest not in (FAILS, UNTOLD) and not (isinstance(rest, All) and UNTOLD in rest.parts)


def _names_withdraw(condition: Condition) -> bool:
    if isinstance(condition, Is):
        return condition.name == "MessageFunction" and "Withdraw" in condition.values
    return isinstance(condition, All | Any_) and any(_names_withdraw(part) for part in condition.parts)


def _place(plan: _Plan, rule: Rule, target: str, rest: Condition, order: int, level: Level, own: bool) -> None:
    """Put a rule where it is asked: by the presence or absence of its target, or by an element that calls for it."""
    names = level.guide.carries[level.kind]
    condition = None if rest == HOLDS else rest
    if rule.shape == CHECK:
        held = _Held(order, rule, _guarded(rule, condition))
        for name in rule.on:
            plan.called.setdefault(name, []).append(held)
        if not rule.on:
            plan.always.append(held)
        return
    if rule.shape == FORBIDDEN:
        plan.banned.setdefault(target, []).append(rest)
    asked = set(rest.names())
    group = level.guide.groups.get(level.kind, {}).get(target)
    if group is not None and not rule.whole and asked.intersection(group.names):
        held = _Held(order, rule, _in_repetitions(rule, target, condition, group))
        for name in {target} if rule.shape == FORBIDDEN else asked.intersection(group.names):
            plan.called.setdefault(name, []).append(held)
        return
    held = _Held(order, rule, _in_level(rule, target, condition), rest)
    if target not in names:
        for name in asked.intersection(names):
            plan.called.setdefault(name, []).append(held)
    elif rule.shape == FORBIDDEN:
        plan.forbidden.setdefault(target, []).append(held)
    elif level.complete or own:
        caller = _caller(rest, names)
        (plan.called.setdefault(caller, []) if caller else plan.required.setdefault(target, [])).append(held)


def _caller(rest: Condition, names: frozenset[str]) -> str | None:
    """Return an element without which the condition cannot hold, so that the rule need be asked only where it is."""
    for part in rest.parts if isinstance(rest, All) else (rest,):
        if isinstance(part, Is | Present) and part.name in names:
            return part.name
    return None


# ---------------------------------------------------------------------- asking


def _guarded(rule: Rule, condition: Condition | None) -> Ask:
    check = rule.check
    assert check is not None
    if condition is None:
        return check

    def ask(level: Level, known: Known) -> Iterable[Complaint]:
        return check(level, known) if condition.holds(level) else ()

    return ask


def _wanting(rule: Rule, target: str, condition: Condition | None, scope: Level | Record) -> bool:
    """Tell whether a scope lacks what is required, or has what is forbidden, while the condition surely holds."""
    if (target in scope) is not (rule.shape == FORBIDDEN):
        return False
    if rule.shape == REQUIRED and not rule.own and not scope.knows(target):
        return False  # the level that would hold it does not say everything again
    return condition is None or condition.holds(scope) is True


def _in_repetitions(rule: Rule, target: str, condition: Condition | None, group: Group) -> Ask:
    required = rule.shape == REQUIRED

    def ask(level: Level, known: Known) -> Sequence[Complaint]:
        found: list[Complaint] = []
        for number, said in enumerate(level.repeated.get(group.key, ())):
            if (target in said) is required:
                continue  # the plain case, seen without a record
            record = Record(level, group, said, number)
            if _wanting(rule, target, condition, record):
                found.append(record.complaint(target))
        return found

    return ask


def _in_level(rule: Rule, target: str, condition: Condition | None) -> Ask:
    def ask(level: Level, known: Known) -> Sequence[Complaint]:
        return (_at_first(_home(level, target), target),) if _wanting(rule, target, condition, level) else ()

    return ask


def _at_first(level: Level, name: str) -> Complaint:
    """Return a complaint of an element at the first repetition that holds it, which need not be the first of all."""
    places = level.each(name)
    return Complaint(level, name, number=places[0][0] if places else 0)


def _home(level: Level, name: str) -> Level:
    """Return the level, this one or one around it, that carries an element."""
    here = level
    while name not in here.guide.carries[here.kind] and here.parent is not None:
        here = here.parent
    return here


def _judged(rule: Rule, complaint: Complaint) -> Judged:
    return Judged(rule, complaint, complaint.text or sentence(rule, complaint))


def _asked(held: _Held, level: Level, known: Known) -> list[Judged]:
    """Ask a rule that failed once more: what it says before it fails, then that it does, and the others go on."""
    rule = held.rule
    found: list[Judged] = []
    try:
        for complaint in held.ask(level, known):
            found.append(_judged(rule, complaint))
    except (HistoryError, ReferenceDataError):  # no fault of the rule: what it asks cannot answer
        raise
    except Exception as error:  # a fault of the rule must not hide what other rules say
        text = f"The rule {rule.id} failed: {type(error).__name__}: {error}."
        found.append(Judged(rule, Complaint(level, rule.target), text, error))
    return found
