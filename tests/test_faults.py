"""Faults planted one at a time in good messages: each is found once, at its place, and answered with its code.

What is expected is worked out here, from the rows of the guide alone and without the walk: a recogniser tells whether
a run of segments is legal, and if it is not, which single faults would explain it. A segment that was moved to where
it may stand as well is no fault and is left out by that reasoning, never by looking at the result.

`MOST` says how much of the matrix is tried.
"""

from __future__ import annotations

import datetime
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial

import pytest
from fault_messages import (
    CUSDEC,
    CUSTOMS,
    MESSAGES,
    REFERENCE,
    SITE,
    UNA,
    Place,
    at,
    base,
    check,
    good,
    guide_of,
    interchange,
    join,
    message,
    put,
    split,
)

from edifact_ics import respond
from edifact_ics.finding import Finding, Severity
from edifact_ics.guide.directory import Slot, code_titles
from edifact_ics.guide.library import load_mig
from edifact_ics.guide.mig_tree import Condition, Group, Segment, Use, Value

MOST: int | None = 20  # cases tried for each message and kind of fault, evenly spread; None: all, in some minutes
AT = datetime.datetime(2026, 11, 21, 9, 30)
UNKNOWN, UNUSED = "XQZ", "AJT"  # no tag of D.99B; one of D.99B that no message here has


# ---------------------------------------------------------------------- what is expected

# 0085 by finding code, from the table of defects: in UCS for faults of a segment, in UCD for those of its elements.
OF_SEGMENT = {
    "STR-01": "13",
    "STR-02": "13",
    "STR-03": "15",
    "STR-04": "15",
    "STR-05": "15",
    "STR-06": "35",
    "STR-07": "36",
    "STR-08": "16",
    "SYN-07": "16",
    "SYN-08": "15",
    "SYN-11": "15",
}
OF_ELEMENT = {
    "ENV-07": "29",
    "STR-09": "16",
    "STR-10": "13",
    "STR-11": "13",
    "STR-12": "15",
    "STR-13": "15",
    "STR-14": "12",
    "STR-18": "14",
    "SYN-05": "21",
    "VAL-01": "39",
    "VAL-02": "40",
    "VAL-03": "37",
    "VAL-04": "12",
    "VAL-05": "12",
    "VAL-07": "19",
    "VAL-08": "38",
    "VAL-09": "12",
    "VAL-12": "14",
}


@dataclass(frozen=True, order=True)
class Fault:
    """A finding that is expected: its code and place. `error` is 0085 where the code alone does not tell it."""

    segment: int
    code: str
    tag: str | None
    element: int | None = None
    component: int | None = None
    error: str = ""

    def answer(self) -> list[str] | None:
        """What CONTRL says of the message: UCM behind S009, then UCS and UCD. None: that is left open."""
        if self.error == "open":
            return None
        if self.code in OF_SEGMENT and (self.code, self.tag) != ("STR-08", "UNH"):
            return ["4+18", f"UCS+{self.segment}+{OF_SEGMENT[self.code]}"]
        error = self.error or OF_ELEMENT.get(self.code) or OF_SEGMENT[self.code]
        place = "" if self.element is None else f"{self.element + 1}"
        if self.component is not None and self.code != "STR-09":
            place += f":{self.component}"
        if self.tag in ("UNH", "UNT"):
            return [f"4+{error}+{self.tag}+{place}"]
        return ["4+18", f"UCS+{self.segment}+18", f"UCD+{error}+{place}"]

    def __str__(self) -> str:
        place = ".".join(str(n) for n in (self.segment, self.element, self.component) if n is not None)
        return f"{self.code} at {place} {self.tag}"


@dataclass(frozen=True)
class Case:
    """A damaged message. `wants` gives the faults of which one must be found, () when the message is legal after all.

    `count` is what UNT says, by default the truth.
    """

    name: str
    segments: tuple[str, ...]
    wants: Callable[[], tuple[Fault, ...]]
    count: int | None = None


# ---------------------------------------------------------------------- a recogniser of legal messages


@dataclass(eq=False)
class Leaf:
    """A segment position of the guide."""

    row: Segment
    group: Branch
    index: int

    @property
    def opens(self) -> bool:
        return self.index == 0 and self.group.parent is not None

    def inside(self, branch: Branch) -> bool:
        up: Branch | None = self.group
        while up is not None and up is not branch:
            up = up.parent
        return up is branch


@dataclass(eq=False)
class Branch:
    """A group of the guide."""

    group: Group
    parent: Branch | None
    index: int
    children: list[Leaf | Branch] = field(default_factory=list)

    @property
    def first(self) -> Leaf:
        child = self.children[0]
        assert isinstance(child, Leaf)
        return child


def _trigger(child: Leaf | Branch) -> Leaf:
    return child if isinstance(child, Leaf) else child.first


def _mandatory(child: Leaf | Branch) -> bool:
    return child.row.mandatory if isinstance(child, Leaf) else child.group.mandatory


def uses(row: Segment, raw: str) -> list[int]:
    """Return which uses of a row a segment is, by its qualifiers."""
    keyed = [i for i, u in enumerate(row.uses) if u.keys and all(at(raw, c.place) in c.values for c in u.keys)]
    return keyed or [i for i, u in enumerate(row.uses) if not u.keys]


class Recogniser:
    """Tells legal messages from others, by the rows of a guide. `wild` holds segments taken by their tag alone."""

    def __init__(self, guide: str) -> None:
        self.leaves: list[Leaf] = []
        self.root = self._branch(load_mig(guide).root, None, 0)
        self.at = {leaf.row.position: leaf for leaf in self.leaves}
        self.follow = {leaf: frozenset(self._follow(leaf)) for leaf in self.leaves}
        self._fitting: dict[tuple[str, bool], tuple[Leaf, ...]] = {}
        self._uses: dict[tuple[Leaf, str], list[int]] = {}

    def _branch(self, group: Group, parent: Branch | None, index: int) -> Branch:
        branch = Branch(group, parent, index)
        for number, child in enumerate(group.children):
            if isinstance(child, Group):
                branch.children.append(self._branch(child, branch, number))
            else:
                leaf = Leaf(child, branch, number)
                branch.children.append(leaf)
                self.leaves.append(leaf)
        return branch

    def _follow(self, leaf: Leaf) -> Iterator[Leaf]:
        """The positions that may come next. Every one may repeat here: how often is counted afterwards."""
        if not leaf.opens:
            yield leaf
        branch, index = leaf.group, leaf.index
        while True:
            for child in branch.children[index + 1 :]:
                yield _trigger(child)
                if _mandatory(child):
                    return
            if branch.parent is None:
                return
            yield branch.first
            branch, index = branch.parent, branch.index

    def fitting(self, raw: str, wild: bool = False) -> tuple[Leaf, ...]:
        known = self._fitting.get((raw, wild))
        if known is None:
            known = tuple(x for x in self.leaves if x.row.tag == raw[:3] and (wild or uses(x.row, raw)))
            self._fitting[raw, wild] = known
        return known

    def uses(self, leaf: Leaf, raw: str) -> list[int]:
        known = self._uses.get((leaf, raw))
        if known is None:
            known = self._uses[leaf, raw] = uses(leaf.row, raw)
        return known

    def forward(self, raws: Sequence[str], wild: frozenset[int] = frozenset()) -> list[set[Leaf]]:
        """Return, for each segment, the positions it can have, given those before it."""
        found: list[set[Leaf]] = []
        for number, raw in enumerate(raws):
            here = self.fitting(raw, number in wild)
            if found:
                found.append({x for x in here if any(x in self.follow[p] for p in found[-1])})
            else:
                found.append({x for x in here if x is self.leaves[0]})
        return found

    def backward(self, raws: Sequence[str]) -> list[set[Leaf]]:
        """Return, for each segment, the positions it can have, given those behind it; one more for the end."""
        found: list[set[Leaf]] = [set()]
        for number, raw in enumerate(reversed(raws)):
            here = self.fitting(raw)
            if number:
                found.append({x for x in here if self.follow[x] & found[-1]})
            else:
                found.append({x for x in here if x is self.leaves[-1]})
        return found[::-1]

    def path(self, raws: Sequence[str], wild: frozenset[int] = frozenset()) -> list[Leaf] | None:
        """Return the position of each segment, None when there is no way to place them all."""
        ways = self.forward(raws, wild)
        if not all(ways) or self.leaves[-1] not in ways[-1]:
            return None
        path = [self.leaves[-1]]
        for way in reversed(ways[:-1]):
            before = [x for x in way if path[-1] in self.follow[x]]
            path.append(max(before, key=lambda x: x.row.position))
        return path[::-1]

    def surplus(self, raws: Sequence[str], path: list[Leaf], wild: frozenset[int] = frozenset()) -> dict[int, set[str]]:
        """Return the segments that are the first one too many, each with the codes it may be reported by."""
        counts: Counter[object] = Counter()
        serial: dict[Branch, int] = {}
        found: dict[int, set[str]] = {}
        for number, (raw, leaf) in enumerate(zip(raws, path, strict=True)):
            row, group = leaf.row, leaf.group
            if leaf.opens:
                serial[group] = number
                assert group.parent is not None
                key: object = (group, serial.get(group.parent))
                counts[key] += 1
                if counts[key] == group.group.max + 1:
                    found.setdefault(number, set()).add("STR-07")
                if group.group.xml is not None:
                    continue  # its group has said how often
            else:
                key = (leaf, serial.get(group))
                counts[key] += 1
                if counts[key] == row.max + 1:
                    found.setdefault(number, set()).add("STR-06")
            frame = group
            while frame.parent is not None and frame.group.xml is None:
                frame = frame.parent
            for use in () if number in wild else self.uses(leaf, raw):
                key = (leaf, use, serial.get(frame))
                counts[key] += 1
                if counts[key] == row.uses[use].max + 1:
                    found.setdefault(number, set()).update(("STR-06", "STR-07") if leaf.opens else ("STR-06",))
        return found

    def misplaced(self, raws: Sequence[str], path: list[Leaf], wild: frozenset[int] = frozenset()) -> dict[int, Use]:
        """Return the segments whose use wants something of a segment before them that is not so."""
        context: dict[str, str | None] = {}
        found: dict[int, Use] = {}
        for number, (raw, leaf) in enumerate(zip(raws, path, strict=True)):
            context[leaf.row.position] = None if number in wild else raw
            for index in () if number in wild else self.uses(leaf, raw):
                use = leaf.row.uses[index]
                for condition in use.when:
                    other = context.get(condition.position or "", "")
                    if other is not None and not condition.holds(at(other, condition.place)):
                        found[number] = use
        return found

    def lacks(self, raws: Sequence[str], path: list[Leaf], wild: frozenset[int] = frozenset()) -> int | None:
        """Return the segment in front of which a use is missing that its position must have, None if none is."""
        for leaf in dict.fromkeys(path):
            row = leaf.row
            held = [n for n, other in enumerate(path) if other is leaf]
            if not row.mandatory or row.max == 1 or not wild.isdisjoint(held):
                continue
            for index, use in enumerate(row.uses):
                if any(v.mandatory for v in use.values) and not any(index in self.uses(leaf, raws[n]) for n in held):
                    return next((n for n in held if min(self.uses(leaf, raws[n])) > index), held[-1] + 1)
        return None

    def legal(self, raws: Sequence[str], wild: frozenset[int] = frozenset()) -> bool:
        path = self.path(raws, wild)
        if path is None or self.surplus(raws, path, wild) or self.misplaced(raws, path, wild):
            return False
        return self.lacks(raws, path, wild) is None

    # ------------------------------------------------------------------ what explains an illegal message

    def explain(self, raws: Sequence[str], moved: int | None = None, home: int | None = None) -> tuple[Fault, ...]:
        """Return the single faults that each explain all that is wrong; () when nothing is.

        `moved` is the index of the segment that was taken from elsewhere, from `home` if it does not stand there too.
        """
        found: set[Fault] = set()
        path = self.path(raws)
        if path is not None:
            surplus, misplaced = self.surplus(raws, path), self.misplaced(raws, path)
            gap = self.lacks(raws, path)
            if not surplus and not misplaced and gap is None:
                return ()
            if gap is not None:
                found.add(Fault(gap, "STR-01", raws[gap - 1][:3]))
            if surplus and not misplaced and len({path[n] for n in surplus}) == 1:
                found |= {Fault(min(surplus) + 1, code, raws[min(surplus)][:3]) for code in surplus[min(surplus)]}
            if len(misplaced) == 1 and not surplus:
                number, use = next(iter(misplaced.items()))
                found |= set(_qualifier(path[number].row, use.keys[0].place, number, raws))
        found |= self._left_out(raws, 1 if moved is None else 7) | self.filled_in(raws)
        if moved is not None:
            found |= self._moved(raws, moved)
        if moved is not None and home is not None:  # a group that it passed may as well be said to have moved
            start, stop = (home, moved) if home < moved else (moved + 1, home + 1)
            if self._is_group(raws[start:stop]):
                found.add(Fault(start + 1, "STR-03", raws[start][:3]))
        return tuple(sorted(found, key=str))

    def _left_out(self, raws: Sequence[str], most: int) -> set[Fault]:
        """Out of order is what makes the rest legal when it is left out: a segment, or a trigger and its group."""
        found = set()
        before, behind = self.forward(raws), self.backward(raws)
        for start in range(1, len(raws) - 1):
            if not before[start - 1]:
                break
            for stop in range(start + 1, min(len(raws), start + 1 + most)):
                if stop > start + 1 and not self._is_group(raws[start:stop]):
                    break
                joins = any(self.follow[x] & behind[stop] for x in before[start - 1])
                if joins and self.legal([*raws[:start], *raws[stop:]]):
                    found.add(Fault(start + 1, "STR-03", raws[start][:3]))
        return found

    def _is_group(self, raws: Sequence[str]) -> bool:
        return any(
            leaf.opens and all(any(x.inside(leaf.group) for x in self.fitting(raw)) for raw in raws[1:])
            for leaf in self.fitting(raws[0])
        )

    def filled_in(self, raws: Sequence[str], only: int | None = None) -> set[Fault]:
        """Missing is what makes all legal when it is put in, in front of the segment `only` if that is given."""
        found = set()
        before, behind = self.forward(raws), self.backward(raws)
        wanted = [leaf for leaf in self.leaves if leaf.row.mandatory]
        for gap in range(1, len(raws)) if only is None else (only,):
            if not before[gap - 1]:
                break
            for leaf in wanted:
                joins = any(leaf in self.follow[x] for x in before[gap - 1]) and self.follow[leaf] & behind[gap]
                if joins and self.legal([*raws[:gap], leaf.row.tag, *raws[gap:]], frozenset((gap,))):
                    found.add(Fault(gap, "STR-02" if leaf.opens else "STR-01", raws[gap - 1][:3]))
        return found

    def _moved(self, raws: Sequence[str], moved: int) -> set[Fault]:
        found = {Fault(moved + 1, "STR-03", raws[moved][:3])}
        for number in (moved - 1, moved + 1):  # seen the other way round, its neighbour is the one that was moved
            if 1 <= number < len(raws) - 1 and self._has_a_place(raws[number], [*raws[:number], *raws[number + 1 :]]):
                found.add(Fault(number + 1, "STR-03", raws[number][:3]))
        path = self.path(raws, frozenset((moved,)))
        if path is not None and not self.uses(path[moved], raws[moved]):  # its tag may stand here, its qualifier not
            row = path[moved].row
            for place in {c.place for use in row.uses for c in use.keys}:
                found |= set(_qualifier(row, place, moved, raws))
        return found

    def _has_a_place(self, raw: str, rest: list[str]) -> bool:
        """Tell whether a segment makes the others legal in one of their gaps."""
        before, behind = self.forward(rest), self.backward(rest)
        for gap in range(1, len(rest)):
            fits = any(
                x in self.follow[p] and self.follow[x] & behind[gap] for x in self.fitting(raw) for p in before[gap - 1]
            )
            if fits and self.legal([*rest[:gap], raw, *rest[gap:]]):
                return True
        return False


def _qualifier(row: Segment, place: Place, number: int, raws: Sequence[str]) -> Iterator[Fault]:
    """The faults of a qualifier: not known or not used here, or missing."""
    part = component(row, place)
    if at(raws[number], place):
        yield Fault(number + 1, "STR-14", row.tag, place[0], part)
        yield Fault(number + 1, "STR-18", row.tag, place[0], part)
    else:
        yield Fault(number + 1, "STR-10", row.tag, place[0])
        if part is not None:
            yield Fault(number + 1, "STR-11", row.tag, place[0], part)


def component(row: Segment, place: Place) -> int | None:
    """Return the component to name for a place: none in a simple element."""
    return place[1] if row.type.slots[place[0] - 1].composite else None


@cache
def recogniser(guide: str) -> Recogniser:
    return Recogniser(guide)


# ---------------------------------------------------------------------- planting


class Bed:
    """A good message to plant faults in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent = base(name)
        self.raws = [s.raw for s in self.sent]
        self.guide = recogniser(guide_of(name))
        self.size = len(self.raws)
        assert self.guide.legal(self.raws), name

    def row(self, number: int) -> Segment:
        return self.guide.at[self.sent[number].position].row

    def with_segment(self, number: int, raw: str) -> list[str]:
        return [*self.raws[:number], raw, *self.raws[number + 1 :]]

    @cached_property
    def planted(self) -> dict[str, list[Case]]:
        """All cases by kind of fault."""
        kinds: dict[str, list[Case]] = {}
        for plant in (deleted, repeated, moved, copied, tags, inserted, joined, *ELEMENTS):
            for kind, case in plant(self):
                kinds.setdefault(kind, []).append(case)
        return kinds


Planted = Iterator[tuple[str, Case]]


@cache
def bed(name: str) -> Bed:
    return Bed(name)


def _case(name: str, segments: Sequence[str], *wants: Fault, count: int | None = None) -> Case:
    return Case(name, tuple(segments), lambda: wants, count)


def _explained(
    name: str,
    segments: list[str],
    guide: Recogniser,
    count: int | None,
    moved: int | None = None,
    home: int | None = None,
) -> Case:
    return Case(name, tuple(segments), cache(lambda: guide.explain(segments, moved, home)), count)


def deleted(bed: Bed) -> Planted:
    """Each segment left out: a fault of structure if it was needed, else of the count, if UNT still has it."""
    for n in range(1, bed.size - 1):
        segments = [*bed.raws[:n], *bed.raws[n + 1 :]]
        name = f"{n + 1} {bed.raws[n]}"
        if bed.guide.legal(segments):
            count = Fault(bed.size - 1, "ENV-07", "UNT", 1)
            yield "deleted, UNT not told", _case(name, segments, count, count=bed.size)
            continue
        yield "deleted", _explained(name, segments, bed.guide, None)
        if bed.guide.path(segments) is None:
            yield "deleted, needed, UNT not told", _explained(name, segments, bed.guide, bed.size)


def repeated(bed: Bed) -> Planted:
    """Each segment once more than it may be sent, right behind itself."""
    for n in range(1, bed.size - 1):
        leaf, raw = bed.guide.at[bed.sent[n].position], bed.raws[n]
        limits = {leaf.group.group.max if leaf.opens else leaf.row.max}
        limits |= {leaf.row.uses[i].max for i in bed.guide.uses(leaf, raw)}
        for copies in sorted(limits | {1}):

            def segments(more: int, n: int = n, raw: str = raw) -> list[str]:
                return [*bed.raws[: n + 1], *[raw] * more, *bed.raws[n + 1 :]]

            if copies > 99 or bed.guide.legal(segments(copies)):
                continue
            allowed = bisect(range(copies + 1), 0, key=lambda more: not bed.guide.legal(segments(more))) - 1
            sent = segments(copies)
            wants = cache(partial(_too_many, bed.guide, tuple(sent)))
            name = f"{n + 1} {raw} x{copies}"
            yield "repeated", Case(name, tuple(sent), wants)
            yield "repeated, UNT not told", Case(name, tuple(sent), wants, bed.size + allowed)
            break


def _too_many(guide: Recogniser, segments: tuple[str, ...]) -> tuple[Fault, ...]:
    path = guide.path(segments)
    if path is None:
        return ()  # it says something else: a reference repeated lacks what must close it (GID)
    surplus = guide.surplus(segments, path)
    if not surplus:
        return ()  # it says something else: a condition, say
    first = min(surplus)
    missing = Fault(first, "STR-02", segments[first - 1][:3])  # or one more trigger would have made it right
    found = [Fault(first + 1, code, segments[first][:3]) for code in surplus[first]]
    return tuple([*found, missing] if missing in guide.filled_in(segments, first) else found)


def moved(bed: Bed) -> Planted:
    """Each segment taken out and put elsewhere: near its place, and far from it."""
    size = bed.size
    for n in range(1, size - 1):
        rest = [*bed.raws[:n], *bed.raws[n + 1 :]]
        path = bed.guide.path(rest)
        if path is not None and bed.guide.misplaced(rest, path):
            continue  # what hung below it is then wrong too: no single fault
        near = {n - 5, n - 2, n - 1, n + 1, n + 2, n + 5}
        far = {1, size // 4, size // 2, 3 * size // 4, size - 3, size - 2}
        for to in sorted(near | far):
            if 1 <= to <= size - 2 and to != n:
                segments = [*rest[:to], bed.raws[n], *rest[to:]]
                kind = "moved by one" if abs(to - n) == 1 else "moved forth" if to < n else "moved back"
                name = f"{n + 1} {bed.raws[n]} to {to + 1}"
                yield kind, _explained(name, segments, bed.guide, None, to, n)


def copied(bed: Bed) -> Planted:
    """Each segment sent again far from its place."""
    for n in range(1, bed.size - 1):
        for to in (1, bed.size // 3, 2 * bed.size // 3, bed.size - 1):
            segments = [*bed.raws[:to], bed.raws[n], *bed.raws[to:]]
            name = f"{n + 1} {bed.raws[n]} to {to + 1}"
            yield "copied", _explained(name, segments, bed.guide, None, to)


def tags(bed: Bed) -> Planted:
    """Each tag spoilt."""
    for n in range(1, bed.size - 1):
        raw, leaf = bed.raws[n], bed.guide.at[bed.sent[n].position]
        tag, rest = raw[:3], raw[3:]
        needed = "of a mandatory segment" if leaf.row.mandatory else "of an optional segment"
        for kind, written, code, said in (
            (f"unknown tag {needed}", UNKNOWN, "STR-04", UNKNOWN),
            (f"unused tag {needed}", UNUSED, "STR-05", UNUSED),
            ("tag in small letters", tag.lower(), "SYN-08", tag.lower()),
            ("tag with a letter too many", tag + "X", "SYN-08", tag + "X"),
            (f"cut tag {needed}", tag[:2], "SYN-08", tag[:2]),
            ("separator in front of the tag", "+" + tag, "SYN-08", None),
        ):
            name = f"{n + 1} {written}{rest}"
            yield kind, _case(name, bed.with_segment(n, written + rest), Fault(n + 1, code, said))


def inserted(bed: Bed) -> Planted:
    """A segment that belongs nowhere, in every gap."""
    for n in range(1, bed.size):
        for kind, raw, code in (
            ("unknown segment", f"{UNKNOWN}+1", "STR-04"),
            ("unused segment", f"{UNUSED}+1:2", "STR-05"),
            ("empty segment", "", "SYN-11"),
        ):
            segments = [*bed.raws[:n], raw, *bed.raws[n:]]
            want = Fault(n + 1, code, raw[:3] or None)
            yield kind, _case(f"in front of {n + 1}", segments, want)
            yield f"{kind}, UNT not told", _case(f"in front of {n + 1}", segments, want, count=bed.size)


def joined(bed: Bed) -> Planted:
    """Each terminator lost: the finding is at the segment that swallows the next."""
    for n in range(bed.size - 1):
        raw = bed.raws[n]
        segments = [*bed.raws[:n], raw + bed.raws[n + 1], *bed.raws[n + 2 :]]
        want = Fault(n + 1, "SYN-07", raw[:3], len(split(raw)) - 1 or None, None, "open" if n == 0 else "")
        kind = "terminator lost behind UNH" if n == 0 else "terminator lost"
        yield kind, _case(f"{n + 1} {raw}", segments, want, count=bed.size)
        yield f"{kind}, UNT told", _case(f"{n + 1} {raw}", segments, want, count=bed.size - 1)


# ---------------------------------------------------------------------- planting in elements


@dataclass(frozen=True)
class Spot:
    """A segment of a good message, its row and the use of the row it is."""

    bed: Bed
    index: int
    raw: str
    row: Segment
    use: Use

    def fault(self, code: str, place: Place, error: str = "") -> Fault:
        return Fault(self.index + 1, code, self.row.tag, place[0], component(self.row, place), error)

    def element_fault(self, code: str, element: int) -> Fault:
        return Fault(self.index + 1, code, self.row.tag, element)

    def missing(self, place: Place, raw: str) -> Fault:
        """The fault that a component is missing: of its element, when nothing is left of that."""
        elements = split(raw)
        left = place[0] < len(elements) and any(elements[place[0]])
        return self.fault("STR-11", place) if left else self.element_fault("STR-10", place[0])

    def case(self, what: object, raw: str, *wants: Fault) -> Case:
        return _case(f"{self.index + 1} {raw[:60]} ({what})", self.bed.with_segment(self.index, raw), *wants)

    @property
    def used(self) -> set[Place]:
        keys = {c.place for use in self.row.uses for c in use.keys}
        return keys | {c.place for c in self.use.fixed} | {p for v in self.use.values for p in v.places}

    @property
    def slots(self) -> list[tuple[int, Slot, list[str]]]:
        """The elements of the directory: number, definition, what was sent."""
        elements = split(self.raw)
        return [(n, slot, elements[n] if n < len(elements) else [""]) for n, slot in enumerate(self.row.type.slots, 1)]

    def values(self) -> Iterator[Value]:
        """The values that were sent, qualifiers left out."""
        keys = {c.place for use in self.row.uses for c in use.keys}
        for value in self.use.values:
            sent = any(at(self.raw, p) for p in value.places)
            if sent and value.places[0] not in keys and all(self._holds(c) for c in value.when):
                yield value

    def _holds(self, condition: Condition) -> bool:
        raw = next((s.raw for s in self.bed.sent if s.position == condition.position), "")
        return condition.holds(at(raw if condition.position else self.raw, condition.place))


def spots(bed: Bed, service: bool = False) -> Iterator[Spot]:
    for n in range(0 if service else 1, bed.size - 1):
        row = bed.row(n)
        yield Spot(bed, n, bed.raws[n], row, row.uses[uses(row, bed.raws[n])[0]])


def _sure(value: Value) -> bool:
    return value.dictionary is not None and value.dictionary_basis != "sample"


def _numeric(value: Value, kind: str) -> bool:
    sure = value.dictionary is not None and _sure(value) and value.dictionary.kind == "n"
    return kind == "n" or sure or value.type == "decimal"


def lengths(bed: Bed) -> Planted:
    """Values too long for EDIFACT, for the data dictionary, and too short."""
    for spot in spots(bed):
        for value in spot.values():
            first = value.places[0]
            if spot.row.tag == "BGM" and first == (1, 4):
                continue  # then it is another document
            sizes = [spot.row.type.element(p).format for p in value.places]
            for place, size in zip(value.places, sizes, strict=True):
                raw = put(spot.raw, place, ("7" if _numeric(value, size.kind) else "Q") * (size.most + 1))
                wants = [spot.fault("VAL-01", place)]
                wants += [spot.fault("VAL-09", place)] if value.digits else []
                wants += [spot.fault("VAL-05", place)] if value.code else []
                kind = "too long" if len(sizes) == 1 else "part of a text too long"
                yield kind, spot.case(place, raw, *wants)
            limit = value.dictionary
            if limit is None or not _sure(value):
                continue
            if limit.most < sum(size.most for size in sizes):
                raw, rest = spot.raw, ("7" if limit.kind == "n" else "Q") * (limit.most + 1)
                for place, size in zip(value.places, sizes, strict=True):
                    raw, rest = put(raw, place, rest[: size.most]), rest[size.most :]
                wants = [spot.fault("VAL-01", place) for place in value.places]
                yield "too long for the dictionary", spot.case(first, raw, *wants)
            if limit.least == limit.most and len(at(spot.raw, first)) > 1:
                raw = put(spot.raw, first, at(spot.raw, first)[:-1])
                yield "too short", spot.case(first, raw, spot.fault("VAL-02", first))


def types(bed: Bed) -> Planted:
    """Values of the wrong type: letters in numbers, digits in words, days that do not exist, ill-written numbers."""
    for spot in spots(bed):
        for value in spot.values():
            place, text = value.places[0], at(spot.raw, value.places[0])
            kind = spot.row.type.element(place).format.kind
            spoilt: list[tuple[str, str, str]] = []
            if _numeric(value, kind):
                spoilt.append(("letter in a number", f"X{text[1:]}", "VAL-03"))
            if value.dictionary is not None and _sure(value) and value.dictionary.kind == "a":
                spoilt.append(("digit in a word", f"4{text[1:]}", "VAL-03"))
            if value.type == "date":
                days = ("20261340", "20260230", "20261131", "20250229", "00000000")
                spoilt += [("no such day", day, "VAL-04") for day in days]
            if value.type == "decimal":
                spoilt += [("decimal comma", "12,50", "VAL-07"), ("no digit before the point", ".5", "VAL-08")]
            if value.decimals is not None:
                spoilt.append(("too many decimals", "1." + "1" * (value.decimals + 1), "VAL-09"))
            if value.digits is not None:
                spoilt.append(("too many digits", "1" * (value.digits + 1) + ".5", "VAL-09"))
            for what, written, code in spoilt:
                yield what, spot.case(written, put(spot.raw, place, written), spot.fault(code, place))


def _codes_of(element: str) -> list[str]:
    return [code for known, code in code_titles() if known == element]


def codes(bed: Bed) -> Planted:
    """Codes that no list has, and codes of D.99B that ICS does not take."""
    for spot in spots(bed):
        for value in spot.values():
            place = value.places[0]
            element = spot.row.type.element(place)
            if value.code:
                yield "code of no list", spot.case(place, put(spot.raw, place, "ZZQ"), spot.fault("VAL-05", place))
            if value.codes is None or not value.codes.closed or (spot.row.tag == "BGM" and place == (1, 4)):
                continue
            for odd in ("QZ9", "Q"):
                yield "code of no list", spot.case(odd, put(spot.raw, place, odd), spot.fault("VAL-05", place))
            others = [code for code in _codes_of(element.id) if code not in value.codes.labels]
            for other in others[: len(others) // 2 + 1 : max(1, len(others) // 2)]:
                raw = put(spot.raw, place, other)
                yield "code of D.99B not taken", spot.case(other, raw, spot.fault("VAL-12", place))


def repertoire(bed: Bed) -> Planted:
    """A control character, and a curly quote of Windows, in each component."""
    for spot in spots(bed, service=True):
        for element, _, parts in spot.slots:
            for number, text in enumerate(parts, 1):
                for char in "\x07\x93" if text else "":
                    place = (element, number)
                    if spot.index == 0 and element == 1:
                        continue  # UNT repeats it
                    fault = spot.fault("SYN-05", place, "open" if spot.index == 0 else "")
                    kind = "character outside the repertoire" + (" in UNH" if spot.index == 0 else "")
                    raw = put(spot.raw, place, text[:1] + char + text[1:])
                    yield kind, spot.case(f"{char!r} at {place}", raw, fault)


def missing(bed: Bed) -> Planted:
    """Each mandatory component and composite left out: by D.99B, by the guide, or because it tells the use."""
    for spot in spots(bed):
        keys = {c.place for c in spot.use.keys}
        fixed = {c.place for c in spot.use.fixed if "" not in c.values}
        least = {v.places[0] for v in spot.use.values if v.mandatory}
        for element, slot, parts in spot.slots:
            if not any(parts):
                continue
            needed = slot.mandatory or any(p[0] == element for p in keys | least)
            for number, part in enumerate(slot.components, 1):
                place = (element, number)
                if not at(spot.raw, place) or not (part.mandatory or place in keys | fixed | least):
                    continue
                raw = put(spot.raw, place, "")
                fault = spot.missing(place, raw)
                if (fault.code == "STR-10" and not needed) or (place in keys and uses(spot.row, raw)):
                    continue
                kind = "qualifier missing" if place in keys else "missing"
                yield kind, spot.case(place, raw, *_absent(spot, fault, raw))
            if slot.composite and needed and len([text for text in parts if text]) > 1:
                raw = join([[""] if n == element else e for n, e in enumerate(split(spot.raw))])
                if not spot.use.keys or not uses(spot.row, raw):
                    fault = spot.element_fault("STR-10", element)
                    yield "composite missing", spot.case(element, raw, *_absent(spot, fault, raw))


def _absent(spot: Spot, fault: Fault, raw: str) -> list[Fault]:
    """When nothing at all is left of a segment, any element that could have told its use may be named."""
    if raw != spot.row.tag:
        return [fault]
    elements = {c.place[0] for use in spot.row.uses for c in use.keys}
    return [spot.element_fault("STR-10", e) for e in sorted(elements or {1})]


def surplus(bed: Bed) -> Planted:
    """Elements and components beyond the directory, and such as the guide does not use."""
    for spot in spots(bed, service=True):
        most = len(spot.row.type.slots)
        elements = split(spot.raw)
        room = [*elements, *([[""]] * (most + 1 - len(elements)))]
        fault = spot.element_fault("STR-08", most + 1)
        yield "too many elements", spot.case("one", join([*room, ["9"]]), fault)
        yield "too many elements", spot.case("three", join([*room, ["9"], ["A", "B"], ["C"]]), fault)
        for element, slot, parts in spot.slots:
            used = {p for p in spot.used if p[0] == element}
            last = len(slot.components) + 1
            if any(parts) and not (spot.index == 0 and element == 2):
                fault = Fault(spot.index + 1, "STR-09", spot.row.tag, element, last)
                for extra in (["9"], ["8", "9"], ["", "9"])[: 2 if slot.composite else 3]:
                    raw = spot.raw
                    for n, text in enumerate(extra, last):
                        raw = put(raw, (element, n), text)
                    yield "too many components", spot.case(f"{element}, {extra}", raw, fault)
            if not used:
                raw = spot.raw
                for n, part in enumerate(slot.components, 1):
                    raw = put(raw, (element, n), "1") if part.mandatory or n == 1 else raw
                yield "unused element", spot.case(element, raw, spot.element_fault("STR-12", element))
            elif any(parts):
                for n in range(1, last):
                    if (element, n) not in used:
                        raw = put(spot.raw, (element, n), "1")
                        yield "unused component", spot.case((element, n), raw, spot.fault("STR-13", (element, n)))


def qualifiers(bed: Bed) -> Planted:
    """Qualifiers that D.99B does not have, and such as it has but the guide has not; fixed components likewise."""
    for spot in spots(bed):
        for condition in spot.use.keys:
            place = condition.place
            element = spot.row.type.element(place)
            taken = {v for use in spot.row.uses for c in use.keys if c.place == place for v in c.values}
            others = [code for code in _codes_of(element.id) if code not in taken]
            for kind, text, code in (
                ("unknown qualifier", "ZQ9"[: element.format.most], "STR-14"),
                ("qualifier of D.99B not used", others[len(others) // 2] if others else "", "STR-18"),
            ):
                raw = put(spot.raw, place, text)
                if text and not uses(spot.row, raw) and spot.row.tag != "UNS":
                    # A use that another row has may as well be said to be out of order.
                    elsewhere = [Fault(spot.index + 1, "STR-03", spot.row.tag)] if bed.guide.fitting(raw) else []
                    yield kind, spot.case(text, raw, spot.fault(code, place), *elsewhere)
        for condition in spot.use.fixed:
            place = condition.place
            element = spot.row.type.element(place)
            if not at(spot.raw, place) or (spot.row.tag == "BGM" and element.id == "1000"):
                continue
            others = [code for code in _codes_of(element.id) if code not in condition.values]
            raw = put(spot.raw, place, "9Z9")
            yield "unknown code where one is fixed", spot.case("9Z9", raw, spot.fault("STR-15", place, "12"))
            if others:
                raw = put(spot.raw, place, others[len(others) // 2])
                yield "other code where one is fixed", spot.case(place, raw, spot.fault("STR-15", place, "14"))


def sections(bed: Bed) -> Planted:
    """UNS with the letter of the other one, or with one of its own."""
    for spot in spots(bed):
        if spot.row.tag == "UNS":
            wants = [spot.fault(code, (1, 1)) for code in ("STR-14", "STR-18")]
            yield "wrong letter in UNS", spot.case("X", "UNS+X", *wants)
            wants += [Fault(spot.index + 1, code, "UNS") for code in ("STR-03", "STR-06")]
            wants.append(Fault(spot.index, "STR-01", bed.raws[spot.index - 1][:3]))  # this one is not the one wanted
            other = "UNS+S" if spot.raw == "UNS+D" else "UNS+D"
            yield "letter of the other UNS", spot.case(other, other, *wants)


ELEMENTS = (lengths, types, codes, repertoire, missing, surplus, qualifiers, sections)


# ---------------------------------------------------------------------- judging


def build(case: Case, between: str = "") -> bytes:
    """Return an interchange of three messages, the second damaged."""
    return interchange(
        [good("sac-withdraw", "1"), message(case.segments, "2", case.count), good("withdraw", "3")], between=between
    )


def segments_of(data: bytes) -> Iterator[tuple[int, str]]:
    """Give the segments of an interchange with their offsets, released terminators minded, line ends skipped."""
    text = data.decode("iso8859-1")
    start = index = len(UNA) if text.startswith("UNA") else 0
    while index < len(text):
        if text[index] == "?":
            index += 2
            continue
        if text[index] == "'":
            raw = text[start:index].lstrip("\r\n")
            yield index - len(raw), raw
            start = index + 1
        index += 1


def offset_of(data: bytes, number: int, segment: int, element: int | None, part: int | None) -> int:
    """Return where a component of the segment of a message begins, or where it should stand."""
    messages = segments = 0
    for start, raw in segments_of(data):
        segments += 1
        if raw[:3] == "UNH":
            messages, segments = messages + 1, 1
        if (messages, segments) != (number, segment):
            continue
        at_element, at_part, index = 0, 1, 0
        while element is not None and index < len(raw) and (at_element, at_part) != (element, part or 1):
            if raw[index] == "+":
                if at_element == element:
                    break
                at_element, at_part = at_element + 1, 1
            elif raw[index] == ":":
                at_part += 1
            index += 2 if raw[index] == "?" else 1
        return start + index
    raise AssertionError("no such segment")


def answer_of(data: bytes) -> list[str]:
    """Return the service segments that a CONTRL consists of."""
    return [raw for _, raw in segments_of(data) if raw[:3] in ("UCI", "UCM", "UCS", "UCD")]


def complaints(case: Case, between: str, kind: str) -> Iterator[str]:
    """Say what is wrong with the findings, the verdicts and the answer for a damaged message of a type."""
    wants = case.wants()
    if not wants:
        return
    data = build(case, between)
    result = check(data)
    errors = [f for f in result.findings if f.severity is Severity.ERROR]
    others = [f for f in result.findings if f.severity is not Severity.ERROR]
    verdicts = [m.verdict.value for m in result.report.interchanges[0].messages]
    if verdicts != ["accepted", "rejected", "accepted"] or result.verdict != "rejected":
        yield f"verdicts {verdicts}, {result.verdict}"
    if others or any(f.code.startswith(("XSD", "INT")) for f in errors):
        yield "beside it " + ", ".join(f.code for f in result.findings)
    if len(errors) != 1:
        yield f"{len(errors)} errors, not one: " + ", ".join(map(_shown, errors[:5]))
        return
    found = errors[0]
    place = found.position
    got = (found.code, place.segment, place.tag, place.element, place.component)
    want = next((w for w in wants if (w.code, w.segment, w.tag, w.element, w.component) == got), None)
    if want is None:
        yield f"{_shown(found)}, not " + " or ".join(map(str, wants[:6]))
        return
    if (place.interchange, place.message, place.message_number) != (1, "2", 2):
        yield f"in message {place.message!r}, number {place.message_number}"
    offset = offset_of(data, 2, want.segment, want.element, want.component)
    before = data[:offset].decode("iso8859-1")
    seen = (offset, 1 + before.count("\n"), offset - before.rfind("\n"))
    if (place.offset, place.line, place.column) != seen:
        yield f"offset, line, column {place.offset, place.line, place.column}, not {seen}"
    yield from _answer_complaints(data, want, kind)


def _answer_complaints(data: bytes, want: Fault, kind: str) -> Iterator[str]:
    answer = respond(data, at=AT, reference=20261121000017, kind="contrl")
    if not answer.data:
        yield f"no answer: {answer.notes}"
        return
    lines, said = answer_of(answer.data), want.answer()
    if said is not None:
        expected = [
            f"UCI+{REFERENCE}+{SITE}::{SITE}+{CUSTOMS}+7",
            f"UCM+1+{CUSDEC}+7",
            f"UCM+2+{lines[2].split('+')[2] if 'UNH' in said[0] and len(lines) > 2 else kind}+{said[0]}",
            *said[1:],
            f"UCM+3+{CUSDEC}+7",
        ]
        if lines != expected:
            yield f"CONTRL {lines[1:-1]}, not {expected[1:-1]}"
    own = check(answer.data)
    if own.verdict != "accepted":
        yield f"its CONTRL is {own.verdict}: {own.findings[0].message}"


def _shown(found: Finding) -> str:
    place = found.position
    return str(Fault(place.segment or 0, found.code, place.tag, place.element, place.component))


def sample(cases: list[Case]) -> list[Case]:
    """Return at most `MOST` cases, evenly spread."""
    if MOST is None or len(cases) <= MOST:
        return cases
    return [cases[i * len(cases) // MOST] for i in range(MOST)]


PLANTS = [(name, kind) for name in MESSAGES for kind in bed(name).planted]


@pytest.mark.parametrize(("name", "kind"), PLANTS, ids=[f"{name}: {kind}" for name, kind in PLANTS])
def test_a_planted_fault_is_found_once_at_its_place_and_answered(name: str, kind: str) -> None:
    wrong = []
    cases = sample(bed(name).planted[kind])
    sent_as = load_mig(guide_of(name)).identifier
    for number, case in enumerate(cases):
        said = list(complaints(case, ("", "\r\n", "\n\n")[number % 3], sent_as))
        if said:
            wrong.append(f"{case.name}: {'; '.join(said)}")
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong[:12])


@pytest.mark.parametrize("name", MESSAGES)
def test_the_messages_without_faults_are_accepted_without_any_remark(name: str) -> None:
    for between in ("", "\n", "\r\n\r\n"):
        result = check(interchange([good(name)], between=between))
        assert (result.verdict, result.findings) == ("accepted", [])


def test_the_recogniser_knows_what_may_be_moved_and_what_not() -> None:
    guide = recogniser("IMD")
    raws = [s.raw for s in base("post")]
    swapped = [*raws[:3], raws[4], raws[3], *raws[5:]]  # LOC among LOC
    assert guide.explain(swapped, 3) == ()
    late = [*raws[:2], *raws[3:7], raws[2], *raws[7:]]  # CST behind LOC and DTM
    assert guide.explain(late, 6) == (Fault(7, "STR-03", "CST"),)
    headless = [raw for raw in raws if raw != "DMS+1"]  # LIN behind UNS
    assert guide.explain(headless) == (Fault(24, "STR-02", "UNS"),)
    twice = guide.explain([*raws[:27], raws[26], *raws[27:]])  # the same count of packages again
    assert {Fault(28, "STR-06", "PAC"), Fault(28, "STR-07", "PAC")} <= set(twice)


# ---------------------------------------------------------------------- cut files


def cut_complaints(data: bytes, size: int) -> Iterator[str]:
    """Say what is wrong with the findings, the verdicts and the answer for the first bytes of an interchange."""
    sent = list(segments_of(data))
    whole = [(start, raw) for start, raw in sent if start + len(raw) < size]
    begun = [(start, data[start:size].decode("iso8859-1")) for start, raw in sent if start < size <= start + len(raw)]
    cut = begun[0] if begun else None
    result = check(data[:size])
    found = result.findings
    if len(found) != 1 or found[0].severity is not Severity.ERROR or result.verdict != "rejected":
        yield f"{result.verdict}, findings " + ", ".join(map(_shown, found))
        return
    answer = respond(data[:size], at=AT, reference=20261121000017, kind="contrl")
    want = ("SYN-06", cut[0]) if cut is not None else ("ENV-03", whole[-1][0])
    if (found[0].code, found[0].position.offset) != want:
        yield f"{_shown(found[0])} at byte {found[0].position.offset}, not {want}"
    if cut is not None and found[0].position.tag != cut[1][:3]:
        yield f"tag {found[0].position.tag}, not {cut[1][:3]}"
    complete = sum(raw.startswith("UNT+") for _, raw in whole)
    verdicts = [m.verdict.value for m in result.report.interchanges[0].messages]
    if verdicts[:complete] != ["accepted"] * complete or "accepted" in verdicts[complete:]:
        yield f"verdicts {verdicts}, {complete} messages were whole"
    if answer_of(answer.data) != [f"UCI+{REFERENCE}+{SITE}::{SITE}+{CUSTOMS}+4+13+UNZ"]:
        yield f"answer {answer_of(answer.data)}"


@pytest.mark.parametrize("una", [UNA, ""], ids=["UNA", "no UNA"])
def test_a_file_cut_in_its_header_is_one_finding(una: str) -> None:
    data = interchange([good()], una=una)
    for size in range(1, data.index(b"UNH")):
        found = check(data[:size]).findings
        assert [f.severity for f in found] == [Severity.ERROR], data[:size]
        if size > len(una) + 3:
            want = ("ENV-03" if data[size - 1 : size] == b"'" else "SYN-06", len(una), "UNB")
            assert (found[0].code, found[0].position.offset, found[0].position.tag) == want, data[:size]


@pytest.mark.parametrize("una", [UNA, ""], ids=["UNA", "no UNA"])
def test_a_header_that_is_cut_off_is_not_answered_since_what_uci_repeats_may_be_cut(una: str) -> None:
    data = interchange([good()], una=una)
    for size in range(1, data.index(b"'UNH") + 1):
        answer = respond(data[:size], at=AT, reference=20261121000017, kind="contrl")
        assert (answer.data, answer.possible) == (b"", False), data[:size]
        assert answer.notes


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("una", [UNA, ""], ids=["UNA", "no UNA"])
def test_a_file_cut_anywhere_is_one_finding_where_it_breaks_off(name: str, una: str) -> None:
    between = "" if una else "\r\n"
    data = interchange([good("sac-withdraw", "1"), good(name, "2")], una=una, between=between)
    end = data.rindex(b"'")
    step = 1 if MOST is None else 13
    second = data.rindex(b"UNH")
    first = data.index(b"UNH")
    near = {*range(first, first + 60), *range(second - 12, second + 80), *range(end - 60, end + 1)}
    sizes = near | set(range(first, end, step))
    wrong = {size: list(cut_complaints(data, size)) for size in sorted(sizes)}
    lines = [f"{size} {data[:size][-20:]!r}: {'; '.join(said)}" for size, said in wrong.items() if said]
    assert not lines, f"{len(lines)} of {len(wrong)}:\n" + "\n".join(lines[:12])
    assert check(data).verdict == check(data[: end + 1]).verdict == "accepted"
