"""Where the plain walk ends: what explains a segment that has no plain place, and how the walk goes on.

Every explanation (a segment missing, too many, out of order, swallowed by the one before) is tried on a few segments
ahead; the one that leaves the fewest faults is taken, reported once, and the walk goes on.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from enum import Enum

from edifact_ics.codes import CODES
from edifact_ics.directory import segment_types
from edifact_ics.finding import MAX_PER_MESSAGE, Severity
from edifact_ics.interpreted import ElementFinding, Interpreted
from edifact_ics.row import component
from edifact_ics.state import State
from edifact_ics.syntax import MAX_SEGMENT, Delimiters, split_elements
from edifact_ics.table import GroupNode, Node, Step, Table
from edifact_ics.walked import Placed, StructureFinding, Walk

_AHEAD = 8  # segments looked at to choose between two explanations
_REMEMBERED = 20
_UNDOS = 50  # segments of one message that may be taken back
_LISTED = 4 * MAX_PER_MESSAGE
_UNREAD = Interpreted()


class _Action(Enum):
    """What explains a segment that has no plain place, other than a step."""

    LEAVE_OUT = "it is out of order"
    UNDO = "the segment before it is out of order"


class Recovery:
    """The explaining of faults in one message. It shares `state` and `placed` with the walk that calls it.

    `saved` is what the counters held before the last step that set some to zero, with the number of its segment.
    """

    def __init__(self, table: Table, raws: list[str], closed: bool) -> None:
        self._table = table
        self._raws = raws
        self._closed = closed
        self.state = State(None, [0] * table.counters, [0] * table.use_counters)
        self.placed: list[Placed] = []
        self._findings: list[StructureFinding] = []
        # The last few segments said to be missing or out of order: one may turn out to explain the other.
        self._missing: deque[tuple[Node, StructureFinding]] = deque(maxlen=_REMEMBERED)
        self._strays: deque[tuple[str, int, StructureFinding]] = deque(maxlen=_REMEMBERED)
        self._missing_count = self._stray_count = 0
        self._unlisted: Counter[Severity] = Counter()
        self._lost = self._surplus = self._undos = 0
        self.saved: tuple[int, list[int], list[int]] | None = None

    def finish(self, truncated: bool, unterminated: bool) -> Walk:
        """Return what the walk gave, with what is missing at the end of the message."""
        trailer = self._raws[-1] if self._closed else None
        node = self.state.node
        if node is not None and node.segment.tag == "UNT" and not self._closed:
            trailer = self._cut_out
        elif node is not None and not truncated and not self._closed:
            last = self._table.steps(node, "UNT")
            self._report_missing(last[0] if last else None, len(self._raws) + 1)
        if unterminated:
            self._keep(len(self._raws), self._raws[-1])
        more, less = self._stray_count + self._surplus, self._missing_count
        garbled = self._garbled(len(self._raws) + 1) is not None
        explained = {0, less, -more, less - more, self._lost, self._lost + less - more}
        return Walk(self.placed, self._findings, trailer, frozenset(explained), self._unlisted, garbled)

    def add(self, number: int, item: Interpreted) -> None:
        """Keep the findings of a segment."""
        for inner in item.findings:
            self._list(StructureFinding(number, inner))

    def _list(self, found: StructureFinding) -> None:
        """Keep a finding while there is room; beyond that only count it."""
        if len(self._findings) < _LISTED:
            self._findings.append(found)
        else:
            self._unlisted[found.inner.severity] += 1

    _cut_out: str | None = None

    # ------------------------------------------------------------------ one segment, the careful way

    def place(self, number: int, raw: str) -> None:
        """Find the place of a segment that has no plain one, or report that it has none."""
        if not raw:
            self._say(number, "SYN-11", "Two terminators follow each other; the empty segment counts as one.")
            self._stray_count += 1
            self._keep(number, raw)
            return
        if len(raw) > MAX_SEGMENT:
            self._say(number, "SYN-09", f"This segment has {len(raw):,} characters and was not looked into.", raw[:60])
            self._place_unread(number, raw)
            return
        delimiters = self._table.delimiters
        bare = raw.lstrip(delimiters.element + delimiters.component)
        if bare == raw or bare[:3] not in segment_types():
            self._walk_on(number, raw, raw)
            return
        text = f"A stray separator stands in front of the tag {bare[:3]}."
        self._say(number, "SYN-08", text, raw[:60], hint=f"Remove {raw[: len(raw) - len(bare)]!r}.")
        self._walk_as(number, bare, raw)

    def _walk_as(self, number: int, raw: str, sent: str) -> None:
        """Walk on with what a segment should have been; what is kept is what was sent."""
        before = len(self.placed)
        self._walk_on(number, raw, sent)
        del self.placed[before:]
        self._keep(number, sent)

    def _walk_on(self, number: int, raw: str, sent: str) -> None:
        """Find the place of a segment and put it there, or report that it has none."""
        tag = raw[:3]
        if tag not in segment_types():
            tag = tag.upper()
        step = self._choose(number, raw, tag)
        if step is _Action.UNDO:
            self._undo(number)
            step = self._choose(number, raw, tag)
        if not isinstance(step, Step):
            self._unexpected(number, raw, tag)
            return
        self._report_missing(step, number)
        for node in step.missing:
            self.state.context.pop(node.segment.position, None)
        item = self._table.interpret(step.node, raw, self.state.context)
        if item.faulty:
            cut = self._cut(step, raw)
            if cut is not None:
                self._apply_cut(number, step, cut, raw)
                return
        self._apply(number, step, item, raw)
        if not step.missing and tag == raw[:3]:
            self._remember(step, raw if tag in self._table.apart else tag)

    _before: Node | None = None

    def _remember(self, step: Step, key: str) -> None:
        """Keep a step for the fast loop, by tag or, where siblings share the tag, by the whole (short) segment."""
        before = self._before
        if len(key) <= 8 and (len(key) > 3 or self._table.steps(before, key)[0] is step):
            (before.next if before is not None else self._table.start)[key] = step

    def _choose(self, number: int, raw: str, tag: str) -> Step | _Action:
        """Return the step to take, or what else explains the segment best.

        Every explanation is tried on the segments ahead; the one that leaves the fewest faults is taken. Among equals:
        sent too often, then something missing in front of it, then out of order, then the segment before it being so.
        """
        state = self.state
        self._before = state.node
        steps = self._table.steps(state.node, tag)
        for step in steps:
            if not step.missing and self._advance(state.copy(), step, raw) == 0:
                return step
        if tag == "UNT" and steps:
            return steps[0]
        if tag not in self._table.tags:
            return _Action.LEAVE_OUT
        rest = self._raws[number : number + _AHEAD]
        earlier = self._has_place_before(raw, tag)
        ways: list[tuple[int, int, Step | _Action]] = []
        cost = self._fault_of(tag, raw) + self._trial(state.copy(), rest, tag)
        ways.append((cost, 4, _Action.LEAVE_OUT))
        for step in steps:
            ahead = state.copy()
            said = bool(step.missing) and self._garbled(number) is not None  # the segment before is what is missing
            cost = len(step.missing) - said + self._advance(ahead, step, raw) + self._trial(ahead, rest)
            ways.append((cost, self._rank(step, steps, number, raw, earlier), step))
        undone = self._undone(number)
        if undone is not None:
            last = self.placed[-1].raw
            cost = self._fault_of(last[:3], last) + self._trial(undone, [raw, *rest], last[:3])
            ways.append((cost, 6, _Action.UNDO))
        return min(ways, key=lambda way: way[:2])[2]

    def _fault_of(self, tag: str, raw: str) -> int:
        """Return how many faults more it makes to call a segment out of order: none if it was said to be missing."""
        return 0 if any(n.segment.tag == tag and n.row.matches(raw) for n, _ in self._missing) else 1

    def _rank(self, step: Step, steps: list[Step], number: int, raw: str, earlier: bool) -> int:
        """Return how natural a step is among those that leave as many faults, the lowest first."""
        node, state = step.node, self.state
        if step.missing:
            return 5 if earlier else 2
        if not self._table.interpret(node, raw, state.context).uses:
            return 5 if node.segment.tag in self._table.apart and self._matches_elsewhere(raw, node) else 2
        carried = any(other.missing == (node.group.trigger,) and other.node is node for other in steps)
        if carried and state.counts[step.counter] >= step.limit and raw != self._raws[number - 2]:
            return 3  # what opens its group is more likely missing than the segment sent twice
        return 1

    def _has_place_before(self, raw: str, tag: str) -> bool:
        """Tell whether the segment would have had its place earlier, in what is still open: then it is out of order."""
        at = self.state.node
        open_groups: list[GroupNode | None] = [at.group if at is not None else self._table.root]
        while open_groups[-1] is not None:
            open_groups.append(open_groups[-1].parent)
        for node in self._table.nodes:
            near = node.group in open_groups or (node.index == 0 and node.group.parent in open_groups)
            if node.segment.tag != tag or not near or (at is not None and node.segment.position >= at.segment.position):
                continue
            if node.index == 0 and node.group.parent is not None and node.group in open_groups:
                continue  # it would have opened another instance, as it may now
            uses = self._table.interpret(node, raw, self.state.context).uses
            if any(self.state.uses[node.uses + use] < node.limits[use] for use in uses):
                return True
        return False

    def _matches_elsewhere(self, raw: str, here: Node) -> bool:
        """Tell whether the qualifier belongs to another place of the guide."""
        tag = here.segment.tag
        return any(n.segment.tag == tag and n is not here and n.row.matches(raw) for n in self._table.nodes)

    def _undone(self, number: int) -> State | None:
        """Return the state before the last segment, if that was placed in the plain way; None otherwise."""
        if self._undos >= _UNDOS or len(self.placed) < 2:
            return None
        last, before = self.placed[-1], self.placed[-2]
        step = last.step
        if step is None or step.missing or before.step is None or last.number != number - 1:
            return None
        state = self.state.copy()
        if step.reset is not None:
            if self.saved is None or self.saved[0] != last.number:
                return None
            _, counts, uses = self.saved
            first, end = step.reset
            state.counts[first:end] = counts
            if step.reset_uses is not None:
                first, end = step.reset_uses
                state.uses[first:end] = uses
        state.counts[step.counter] -= 1
        for use in last.item.uses:
            state.uses[step.node.uses + use] -= 1
        state.node = before.step.node
        if step.node.keep:
            same = (p.item for p in reversed(self.placed[-50:-1]) if p.step is not None and p.step.node is step.node)
            earlier = next(same, None)
            if earlier is None:
                state.context.pop(step.node.segment.position, None)
            else:
                state.context[step.node.segment.position] = earlier
        return state

    def _undo(self, number: int) -> None:
        """Take the last segment back: it was out of order."""
        state = self._undone(number)
        assert state is not None
        self._undos += 1
        self.state.set(state)
        last = self.placed.pop()
        while self._findings and self._findings[-1].segment == last.number:
            self._findings.pop()
        self._unexpected(last.number, last.raw, last.raw[:3])

    def _advance(self, state: State, step: Step, raw: str) -> int:
        """Move a state along a step; return how many faults that is: sent too often, or under no known qualifier."""
        counts, node = state.counts, step.node
        state.reset(step)
        counts[step.counter] += 1
        over = counts[step.counter] == step.limit + 1
        spent = counts[step.counter] > step.limit
        item = self._table.interpret(node, raw, state.context)
        for use in item.uses:
            state.uses[node.uses + use] += 1
            over = over or (not spent and state.uses[node.uses + use] == node.limits[use] + 1)
        if node.keep:
            state.context[node.segment.position] = item
        state.node = node
        return over + (not item.uses)

    def _trial(self, state: State, raws: list[str], moved: str = "") -> int:
        """Return how many of the segments ahead would be faults if the walk went on from a state.

        `moved` is the tag of a segment out of order: that it is missing where it belongs is no other fault.
        """
        errors = 0
        for index, raw in enumerate(raws):
            if not raw or len(raw) > MAX_SEGMENT or raw[:3] not in self._table.tags:
                continue
            steps = self._table.steps(state.node, raw[:3])
            plain = [s for s in steps if not s.missing]
            free = [s for s in plain if state.counts[s.counter] < s.limit]
            fitting = [s for s in free if s.node.row.matches(raw)]
            beyond = (
                [s for s in steps if len(s.missing) == 1 and s.node.row.matches(raw)] if plain and not fitting else []
            )
            if beyond and raw[:3] in self._table.apart:
                errors += (beyond[0].missing[0].segment.tag != moved) + self._advance(state, beyond[0], raw)
            elif plain:
                errors += self._advance(state, (fitting or free or plain)[0], raw)
            elif steps and self._leads_on(state, steps[0], raws[index + 1 : index + 2]):
                missing = [node for node in steps[0].missing if node.segment.tag != moved]
                errors += len(missing) + self._advance(state, steps[0], raw)
            else:
                errors += 1
        return errors

    def _leads_on(self, state: State, step: Step, following: list[str]) -> bool:
        """Tell whether the segment that follows fits behind a step with something missing, and not without it."""
        if not following:
            return False
        tag = following[0][:3]
        with_it, without = self._table.steps(step.node, tag), self._table.steps(state.node, tag)
        return bool(with_it and not with_it[0].missing) and not (without and not without[0].missing)

    def _apply(self, number: int, step: Step, item: Interpreted, raw: str) -> None:
        """Take a step for good: count, report what is too often, keep what the segment says."""
        state, node = self.state, step.node
        counts, uses = state.counts, state.uses
        self.saved = state.reset(step, number)
        counts[step.counter] += 1
        spent = counts[step.counter] > step.limit
        if counts[step.counter] == step.limit + 1:
            self._too_often(number, step, None)
        for use in item.uses:
            uses[node.uses + use] += 1
            if uses[node.uses + use] > node.limits[use] and not spent:
                spent = True
                if uses[node.uses + use] == node.limits[use] + 1:
                    self._too_often(number, step, use)
        self._surplus += spent
        if node.keep:
            state.context[node.segment.position] = item
        self.add(number, item)
        self.placed.append(Placed(number, step, item, raw))
        state.node = node

    # ------------------------------------------------------------------ what is wrong

    def _say(self, number: int, code: str, text: str, value: str | None = None, **more: str | None) -> StructureFinding:
        inner = ElementFinding(code, CODES[code].severity, None, None, text, value=value, **more)  # type: ignore[arg-type]
        found = StructureFinding(number, inner)
        self._list(found)
        return found

    def _source(self, node: Node) -> str:
        return node.row.source

    def _report_missing(self, step: Step | None, number: int) -> None:
        """Report what a step leaves out, at the last segment before the gap."""
        for node in step.missing if step else ():
            stray = next((s for s in self._strays if s[0] == node.segment.tag), None) or self._garbled(number)
            if stray is not None:
                self._strays.remove(stray)  # it was sent, but out of order: said already
                self._stray_count -= 1
                continue
            name = f"{node.segment.tag} ({node.segment.type.name.lower()})"
            use = node.segment.uses[0]
            wanted = "+".join([node.segment.tag, *(c.values[0] for c in use.keys if len(node.segment.uses) == 1)])
            after = self._raws[number - 2][:3] if number > 1 else "the start"
            group = node.index == 0 and node.group.parent is not None
            if group:
                text = f"The segment {name} that opens {_group_name(node)} is missing after {after}."
            else:
                text = f"The mandatory segment {wanted} ({node.segment.type.name.lower()}) is missing after {after}."
            more = {"source": self._source(node)}
            found = self._say(max(number - 1, 1), "STR-02" if group else "STR-01", text, None, **more)
            self._missing.append((node, found))
            self._missing_count += 1

    def _garbled(self, number: int) -> tuple[str, int, StructureFinding] | None:
        """Return the segment just before, if its tag is none that is used here: it is what is missing."""
        last = self._strays[-1] if self._strays else None
        unknown = last is not None and last[2].inner.code in ("STR-04", "STR-05", "SYN-08")
        return last if last is not None and unknown and last[1] == number - 1 else None

    def _unexpected(self, number: int, raw: str, tag: str) -> None:
        nodes = [n for n in self._table.nodes if n.segment.tag == tag]
        self._keep(number, raw)
        if raw[:3] != tag or not re.fullmatch("[A-Z][A-Z0-9]{2}", _tag(raw, self._table.delimiters)):
            sent = _tag(raw, self._table.delimiters)
            found = self._say(
                number, "SYN-08", f"{sent[:20]!r} is no segment tag: three capital letters are wanted.", sent[:40]
            )
            self._stray(tag, number, found)
            return
        if nodes:
            missing = next((m for m in self._missing if m[0].segment.tag == tag and m[0].row.matches(raw)), None)
            if missing is not None:  # it was said to be missing; in truth it stands here
                self._missing.remove(missing)
                self._missing_count -= 1
                self._take_back(missing[1])
            if self._follows_stray(number, tag):
                return
            where = _places(nodes)
            text = f"Segment {tag} is out of order here; its place is {where}."
            found = self._say(number, "STR-03", text, raw[:60], source=self._source(nodes[0]))
            if missing is not None:
                return
        else:
            mig = self._table.mig
            kind = segment_types().get(tag)
            source = f"mig {mig.message.lower()}"
            if kind is not None:
                text = f"Segment {tag} ({kind.name.lower()}) is not used in {mig.message}."
                found = self._say(number, "STR-05", text, raw[:60], source=source)
            else:
                text = f"Segment {tag} is unknown: D.99B has none with this tag."
                found = self._say(number, "STR-04", text, raw[:60], source="UN/EDIFACT D.99B")
            self._stray(tag, number, found)
            return
        self._strays.append((tag, number, found))
        self._stray_count += 1

    def _stray(self, tag: str, number: int, found: StructureFinding) -> None:
        """Remember a segment whose tag is none: it may have been the one that the next segments hang below."""
        self._strays.append((tag, number, found))
        self._stray_count += 1
        for node in self._table.nodes:
            if node.keep and node.index == 0 and node.group.parent is not None:
                self.state.context.pop(node.segment.position, None)

    def _take_back(self, found: StructureFinding) -> None:
        for index in range(len(self._findings) - 1, -1, -1):
            if self._findings[index] is found:
                del self._findings[index]
                return
        self._unlisted[found.inner.severity] -= 1

    def _follows_stray(self, number: int, tag: str) -> bool:
        """Tell whether a segment belongs to a group whose trigger was left out just before: the same cause."""
        if not self._strays or self._strays[-1][1] != number - 1 or self._strays[-1][2].inner.code != "STR-03":
            return False
        head, _, found = self._strays[-1]
        for node in self._table.nodes:
            opens = node.index == 0 and node.segment.tag == head and node.group.parent is not None
            if opens and any(
                n.segment.tag == tag and n is not node and _inside(n, node.group) for n in self._table.nodes
            ):
                self._strays.append((head, number, found))
                self._stray_count += 1
                return True
        return False

    def _too_often(self, number: int, step: Step, use: int | None) -> None:
        segment, group = step.node.segment, step.node.group.group
        is_trigger = step.node.index == 0 and step.node.group.parent is not None
        code = "STR-07" if is_trigger else "STR-06"
        what = segment.tag
        limit = step.limit
        if use is not None:
            known = segment.uses[use]
            limit = step.node.limits[use]
            names = known.values[0].name if known.values else ""
            elements = split_elements(self._raws[number - 1], self._table.delimiters)
            values = [component(elements, c.place) for c in known.keys]
            what = "+".join([segment.tag, *values]) + (f" ({names})" if names else "")
        where = f"group {group.id}" if is_trigger and use is None else what
        text = f"{where} is sent more than {limit} {'time' if limit == 1 else 'times'} here."
        self._say(number, code, text, None, source=step.node.row.source)

    # ------------------------------------------------------------------ what has no place

    def _keep(self, number: int, raw: str) -> None:
        """Keep a segment that has no place, whole, as it came."""
        self.placed.append(Placed(number, None, _UNREAD, raw))

    def _place_unread(self, number: int, raw: str) -> None:
        """Let a segment that is not looked into stand where its tag fits."""
        steps = [s for s in self._table.steps(self.state.node, raw[:3]) if not s.missing]
        self._keep(number, raw)
        if steps:
            step = steps[0]
            self.state.counts[step.counter] += 1
            self.state.node = step.node

    # ------------------------------------------------------------------ lost terminators

    def _cut(self, step: Step, raw: str) -> tuple[str, str, int] | None:
        """Find where the next segment begins inside this one, if cutting there makes both good."""
        for match in list(self._table.embedded.finditer(raw, 4))[:8]:
            released = self._table.delimiters.release + self._table.delimiters.terminator
            first, second = raw[: match.start()].rstrip(" \r\n").removesuffix(released), raw[match.start() :]
            if self._table.interpret(step.node, first, self.state.context).faulty:
                continue
            state = self.state.copy()
            self._advance(state, step, first)
            onward = [
                s for s in self._table.steps(state.node, second[:3]) if not s.missing and s.node.row.matches(second)
            ]
            if onward and (
                not self._table.interpret(onward[0].node, second, state.context).faulty or _again(self._table, second)
            ):
                return first, second, match.start()
        return None

    def _apply_cut(self, number: int, step: Step, cut: tuple[str, str, int], raw: str) -> None:
        first, second, at = cut
        elements = split_elements(raw[:at], self._table.delimiters)
        inner = ElementFinding(
            "SYN-07",
            Severity.ERROR,
            len(elements) - 1 or None,
            None,
            f"The terminator of {first[:3]} is missing: {second[:3]} begins inside it, after {first[-20:]!r}.",
            value=raw[:200],
            source=CODES["SYN-07"].source,
            hint=f"Write a terminator in front of {second[:20]!r}.",
        )
        self._list(StructureFinding(number, inner))
        self._lost += 1
        before = len(self.placed)
        self._apply(number, step, self._table.interpret(step.node, first, self.state.context), first)
        if second[:3] == "UNT":
            self._cut_out = second
        self._walk_on(number, second, raw)
        # What was sent is one segment: it is kept as such, not as the two it should have been.
        del self.placed[before:]
        self._keep(number, raw)


def _again(table: Table, raw: str) -> bool:
    """Tell whether yet another segment begins inside what is left."""
    return table.embedded.search(raw, 4) is not None


def _inside(node: Node, group: GroupNode) -> bool:
    up: GroupNode | None = node.group
    while up is not None:
        if up is group:
            return True
        up = up.parent
    return False


def _group_name(node: Node) -> str:
    group = node.group.group
    return f"group {group.id} ({group.xml})" if group.xml else f"group {group.id}"


def _places(nodes: list[Node]) -> str:
    """Say where in the guide a tag has its places, in words."""
    places = []
    for node in nodes[:4]:
        siblings = node.group.children
        if node.index == 0 and node.group.parent is not None:
            siblings, index = node.group.parent.children, node.group.index
        else:
            index = node.index
        before = siblings[index - 1] if index else None
        name = (
            before.segment.tag
            if isinstance(before, Node)
            else before.trigger.segment.tag
            if before
            else "its group's first segment"
        )
        inside = _group_name(node.group.trigger) if node.group.parent is not None and node.index else "the message"
        places.append(f"after {name} in {inside}" if before else f"at the start of {inside}")
    return " or ".join(dict.fromkeys(places))


def _tag(raw: str, delimiters: Delimiters) -> str:
    return raw.split(delimiters.element, 1)[0]
