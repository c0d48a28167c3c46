"""From a walked message to the `View` that rules read, and from a rule's complaint back to its place in the message.

The view is filled from what the walk knows already, so that nothing is parsed again; places are looked up only when
there is a complaint.
"""

from __future__ import annotations

from typing import NamedTuple

from edifact_ics.guide.directory import Format
from edifact_ics.guide.layout import Frame, written
from edifact_ics.guide.mig_tree import Condition, Mig, Use, Value
from edifact_ics.guide.mig_tree import Group as GuideGroup
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.structure.table import Node, Table
from edifact_ics.structure.walked import Placed
from edifact_ics.view import HEADER, PARTIAL, WORDS, Complaint, Group, Guide, Level, View

_READINGS: dict[int, tuple[Mig, Reading]] = {}  # by the identity of the guide, which is held so that it stays its own


class Spot(NamedTuple):
    """Where a complaint points: segment, element and component count from 1; None where they do not apply."""

    segment: int
    element: int | None
    component: int | None
    path: str
    value: str | None


class _Second(NamedTuple):
    """A second name, the element it stands for, and the form that a value must have to go by it (None: any)."""

    name: str
    of: str
    form: Format | None


class _Plan(NamedTuple):
    """How the values of one use come into a level: `key` is the group they are a repetition of, "" if none.

    `joins`: the values belong to the last repetition. `words` are the elements whose codes stand for words. `second`
    are the second names that any value goes by, `decided` those that depend on a value of the same segment: the element
    that decides and, by its value, the names. `plain`: none of this, the values are just said.
    """

    key: str
    joins: bool
    words: tuple[tuple[str, dict[str, str]], ...]
    second: tuple[_Second, ...]
    decided: tuple[tuple[str, dict[str, tuple[_Second, ...]]], ...]
    plain: bool


class _Said(NamedTuple):
    """What is known of the kinds of a segment: their names, how they come in; `only` is a name that is just said."""

    only: str
    names: tuple[str, ...]
    plan: _Plan


class Reading(NamedTuple):
    """A guide prepared for viewing.

    `guide` is what it has for rules, `plans` how each use is read, by its id, `real` the element behind a second name.
    """

    guide: Guide
    plans: dict[str, _Plan]
    real: dict[str, str]


def reading(table: Table) -> Reading:
    """Return the guide of a table prepared for viewing; worked out once for each guide."""
    known = _READINGS.get(id(table.mig))
    if known is None:
        known = _READINGS[id(table.mig)] = (table.mig, _Preparation(table).result())
    return known[1]


class _Preparation:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._names = {
            (segment.position, value.places[0]): value.xml
            for segment in table.mig.segments()
            for use in segment.uses
            for value in use.values
        }
        self._carries: dict[str, set[str]] = {HEADER: set()}
        self._groups: dict[str, dict[str, Group]] = {HEADER: {}}
        self._parents: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._second: list[tuple[str, str, tuple[str, ...]]] = []
        self._plans: dict[str, _Plan] = {}
        self._real: dict[str, str] = {}

    def result(self) -> Reading:
        self._visit(self._table.mig.root, HEADER)
        guide = Guide(
            self._table.mig.message,
            {kind: frozenset(names) for kind, names in self._carries.items()},
            self._groups,
            self._labels,
            self._parents,
            tuple(dict.fromkeys(self._second)),
        )
        return Reading(guide, self._plans, self._real)

    def _visit(self, group: GuideGroup, kind: str) -> None:
        for child in group.children:
            if isinstance(child, GuideGroup):
                inside = child.xml or kind
                if child.xml:
                    self._carries.setdefault(inside, set())
                    self._groups.setdefault(inside, {})
                    self._parents[inside] = kind
                self._visit(child, inside)
                continue
            for use in child.uses:
                self._take(child.position, use, kind)

    def _take(self, position: str, use: Use, kind: str) -> None:
        names = [value.xml for value in written(use)]
        plan = self._table.layout.plans.get(use.id)
        many = next((value.xml for value in use.values if value.many), "")
        key = use.container[-1] if use.each else many
        for value in written(use):
            self._labels.setdefault(value.xml, value.element or value.name)
        second: list[_Second] = []
        decided: dict[str, dict[str, tuple[_Second, ...]]] = {}
        for alias in use.aliases:
            self._labels.setdefault(alias.xml, alias.name)
            of = next(value.xml for value in use.values if value.places[0] == alias.places[0])
            names.append(alias.xml)
            self._real[alias.xml] = of
            known_as = _Second(alias.xml, of, alias.format)
            if not alias.when:
                second.append(known_as)
            for condition in alias.when:
                decides = self._names.get((condition.position or position, condition.place), "")
                if condition.position is None:
                    by_value = decided.setdefault(decides, {})
                    for text in condition.values:
                        by_value[text] = (*by_value.get(text, ()), known_as)
                else:
                    words = _words(decides, condition)
                    self._second.append((alias.xml, of, words))
        self._carries[kind].update(names)
        if key:
            self._repeat(self._groups[kind], key, names, bool(plan and plan.joins))
        coded = tuple((value.xml, WORDS[value.xml]) for value in use.values if value.xml in WORDS)
        plain = not (key or coded or second or decided)
        joins = bool(plan and plan.joins)
        self._plans[use.id] = _Plan(key, joins, coded, tuple(second), tuple(decided.items()), plain)

    @staticmethod
    def _repeat(groups: dict[str, Group], key: str, names: list[str], joins: bool) -> None:
        """Note a group. What joins a repetition can stand in it beside what opened it; what opens one stands alone."""
        together = [names]
        if joins:
            together = [
                [*group.names, *names] for group in dict.fromkeys(groups.values()) if group.key == key
            ] or together
        for every in together:
            for name in every:
                groups[name] = Group(key, tuple(dict.fromkeys(every)))


def _words(name: str, condition: Condition) -> tuple[str, ...]:
    return tuple(WORDS.get(name, {}).get(value, value) for value in condition.values)


# ---------------------------------------------------------------------- the view of a walk


def view(table: Table, placed: list[Placed]) -> View:
    """Return the view of a message that was walked without errors of form.

    A Change or a Withdraw says only what it changes: it is not complete, but for the lines that it inserts.
    """
    known = reading(table)
    guide, plans = known.guide, known.plans
    header = here = Level(HEADER, 1, guide, None, {}, {}, True, [])
    levels = [header]
    stack: list[tuple[Frame, Level]] = [(table.layout.root, header)]
    counts: dict[str, int] = {}
    inside, own, start = table.layout.root, here.said, 0
    for index, (_, step, item, _) in enumerate(placed):
        if step is None:
            here.origin += placed[start:index]
            start = index + 1
            continue
        if step.frames or inside is not step.inside:
            here.origin += placed[start:index]
            start = index
            above = step.stays([frame for frame, _ in stack[1:]])
            del stack[above + 1 :]
            for frame in step.node.frames[above:]:
                counts[frame.name] = number = counts.get(frame.name, 0) + 1
                around = stack[-1][1]
                here = Level(frame.name, number, guide, around, {}, {}, True, [])
                around.below.append(here)
                levels.append(here)
                stack.append((frame, here))
            inside, here = stack[-1]
            own = here.said
        if item.kinds:
            only, names, plan = item.kinds.said or _known(step.node, item, plans)
            if only:
                own[only] = item.texts[0]
            elif plan.plain:
                own.update(zip(names, item.texts))  # noqa: B905 - as many; to ask for it takes longer than to do it
            else:
                _take(here, dict(zip(names, item.texts)), plan)  # noqa: B905
    here.origin += placed[start:]
    function = header.said.get("MessageFunction", "")
    second = [(name, of) for name, of, functions in guide.second if function in functions]
    for level in levels if second or function in PARTIAL else ():
        level.said.update({name: level.said[of] for name, of in second if of in level.said})
        level.complete = function not in PARTIAL or level.inserted
    return View(guide, tuple(levels))


def _known(node: Node, item: Interpreted, plans: dict[str, _Plan]) -> _Said:
    """Return, and keep beside the kinds of a segment, their names and how they come into a level."""
    names, plan = tuple([value.xml for value in item.kinds]), plans[node.segment.uses[item.uses[0]].id]
    said = item.kinds.said = _Said(names[0] if plan.plain and len(names) == 1 else "", names, plan)
    return said


def _take(level: Level, said: dict[str, str], plan: _Plan) -> None:
    """Take what a segment says, in words and with second names, as a repetition of its group where it has one."""
    key, joins, words, second, decided, _ = plan
    for name, meanings in words:
        if name in said:
            said[name] = meanings.get(said[name], said[name])
    for decides, by_value in decided:
        second += by_value.get(said.get(decides, ""), ())
    for name, of, form in second:
        if of in said and (form is None or _has_form(said[of], form)):
            said[name] = said[of]
    records = level.repeated.get(key)
    if records is None:
        if key:
            level.repeated[key] = [said]
        level.said.update(said)
    elif joins:
        records[-1].update(said)
    else:
        records.append(said)
        own = level.said
        for name in said:
            if name not in own:
                own[name] = said[name]


def _has_form(text: str, form: Format) -> bool:
    """Tell whether a value is written in a form: how long it is, and for a number that it is all digits."""
    return form.least <= len(text) <= form.most and (form.kind != "n" or text.isdecimal())


# ---------------------------------------------------------------------- places


def spot(table: Table, complaint: Complaint, header: Level) -> Spot:
    """Return where a complaint points: the element as sent or, if it is missing, where it should stand.

    `header` stands in for levels that were not sent (lines of a stored declaration).
    """
    return _Search(table, complaint, header).result()


class _Search:
    def __init__(self, table: Table, complaint: Complaint, header: Level) -> None:
        self._table = table
        self._reading = reading(table)
        self._level = complaint.level if complaint.level.origin else header
        self._name = complaint.name
        self._element = self._reading.real.get(complaint.name, complaint.name)
        self._number = complaint.number
        self._several = False
        self._path = _path(self._level, table.mig.xml)

    def result(self) -> Spot:
        places: list[Placed] = self._level.origin
        group = self._level.guide.groups.get(self._level.kind, {}).get(self._name)
        if group is not None:
            repetitions = self._repetitions(group.key)
            if self._number >= len(repetitions):
                return self._missing()
            places = repetitions[self._number]
            self._several = len(repetitions) > 1
        for place in places:
            for value, text in place.item.values:
                if value.xml == self._element:
                    return self._found(place, value, text)
        if group is not None:
            return self._missing_in(places)
        return self._missing()

    def _repetitions(self, key: str) -> list[list[Placed]]:
        """Return the segments of each repetition of a group."""
        found: list[list[Placed]] = []
        for place in self._level.origin:
            known: _Said | None = place.item.kinds.said
            if known is None or known.plan.key != key:
                continue
            if known.plan.joins and found:
                found[-1].append(place)
            else:
                found.append([place])
        return found

    def _found(self, place: Placed, value: Value, text: str | None) -> Spot:
        node, use = _home(place)
        element, component = value.places[0]
        part = component if node.segment.type.slots[element - 1].composite else None
        steps = list(use.container)
        name = value.xml
        if use.each:
            steps[-1] += f"[{self._number + 1}]"
        elif value.many and self._several:
            name += f"[{self._number + 1}]"
        return Spot(place.number, element, part, "/".join([self._path, *steps, name]), text)

    def _missing_in(self, places: list[Placed]) -> Spot:
        """Return the place of what a repetition lacks: in the segment that could hold it."""
        for place in places:
            for value in _home(place)[1].values:
                if value.xml == self._element:
                    return self._found(place, value, None)
        return self._missing()

    def _missing(self) -> Spot:
        """Return the place of a missing element: in its segment, or at the last segment before the gap."""
        order = {id(node): index for index, node in enumerate(self._table.nodes)}
        homes = [
            (node, use, value)
            for node in self._table.nodes
            for use in node.segment.uses
            for value in written(use)
            if value.xml == self._element and (node.frames[-1].name if node.frames else HEADER) == self._level.kind
        ]
        places: list[Placed] = self._level.origin
        for place in places:
            for _, use, value in homes:
                if place.item.uses and _home(place)[1] is use and not use.each:
                    return self._found(place, value, None)
        if not homes:
            return Spot(places[0].number, None, None, self._path, None)
        node, use, value = homes[0]
        before = [p for p in places if order[id(_home(p)[0])] <= order[id(node)]] or places[:1]
        return Spot(before[-1].number, None, None, "/".join([self._path, *use.container, value.xml]), None)


def _home(place: Placed) -> tuple[Node, Use]:
    """Return the position of the guide that a segment stands at, and which use of it it is."""
    assert place.step is not None
    node = place.step.node
    return node, node.segment.uses[place.item.uses[0] if place.item.uses else 0]


def _path(level: Level, root: str) -> str:
    steps = []
    here: Level | None = level
    while here is not None and here.parent is not None:
        steps.append(f"{here.kind}[{here.number}]")
        here = here.parent
    return "/".join(["", root, *reversed(steps)])
