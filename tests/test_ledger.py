"""The ledger on both databases: what it keeps, and that it lives by the same rules as a plain model."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from edifact_ics.history import CHANGE, ORIGINAL, WITHDRAW, Journal, Key, Memory, Submission
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.answers import BusinessAnswer, FormAnswer, Told

_numbers = itertools.count(1)
FUNCTIONS = st.sampled_from([ORIGINAL, CHANGE, WITHDRAW])
VERSIONS = st.integers(1, 9)
STEADY = settings(stateful_step_count=25, max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def opened(url: str, *, sending: bool = False) -> Ledger:
    ledger = Ledger.open(url, create=True, sending=sending)
    assert ledger
    return ledger


# ---------------------------------------------------------------------- the table of states, once more and plainly


@dataclass
class Plain:
    """One document by the table: `seen` are the versions sent, `burnt` says that a pre-lodgement took the reference."""

    state: str = "none"
    seen: set[int] = field(default_factory=set)
    accepted: int | None = None
    locked: bool = False
    burnt: bool = False
    texts: list[str] = field(default_factory=list)
    pending: int | None = None

    def refusal(self, function: str, version: int) -> str | None:
        """The first guard that fails, in the order of the table."""
        if version in self.seen:
            return "CMR-02c"
        if self.locked:
            return "CMR-12"
        if function == ORIGINAL:
            return "CMR-02b" if self.state in ("active", "withdrawn") or self.burnt else None
        if self.state in ("none", "rejected"):
            return "CMR-10"
        if self.state == "withdrawn":
            return "CMR-11"
        return "CMR-09c" if version <= max(self.seen) else None

    def decide(self, function: str, version: int, clean: bool, prelodged: bool, text: str) -> None:
        if not clean:
            if function == ORIGINAL:
                self.state = "rejected"
        elif prelodged and function == ORIGINAL:
            self.state, self.burnt = "none", True
        elif function == WITHDRAW:
            self.state, self.accepted = "withdrawn", version
        else:
            self.state, self.accepted = "active", version
            self.texts.append(text)

    def matches(self, journal: Journal, key: Key) -> None:
        now = journal.standing(key)
        assert now.state.value == self.state
        assert now.versions == self.seen
        assert (now.accepted, now.locked, now.prelodged) == (self.accepted, self.locked, self.burnt)
        assert now.pending == self.pending
        assert list(journal.accepted(key)) == self.texts


class Customs(RuleBasedStateMachine):
    """Random messages of three documents in random interchanges, judged by a journal and by the plain table."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal
        self.client = f"C{next(_numbers)}"
        self.plain: dict[str, Plain] = {name: Plain() for name in "ABC"}
        self.used: list[str] = []

    def key(self, name: str) -> Key:
        return Key(self.client, "IMD", name)

    @rule(
        messages=st.lists(st.tuples(st.sampled_from("ABC"), FUNCTIONS, VERSIONS, st.booleans(), st.booleans()), max_size=3),
        kept=st.booleans(),
        again=st.booleans(),
    )
    def interchange(self, messages: list[tuple[str, str, int, bool, bool]], kept: bool, again: bool) -> None:
        new = not (again and self.used)
        reference = str(next(_numbers)) if new else self.used[-1].zfill(14)
        assert self.journal.begin(self.client, reference) is new
        self.used.append(reference)
        kept = kept and new
        before = {name: Plain(**vars(one)) for name, one in self.plain.items()}
        for one in before.values():
            one.seen, one.texts = set(one.seen), list(one.texts)
        for name, function, version, clean, prelodged in messages:
            now = before[name]
            refusal = now.refusal(function, version)
            breaches = self.journal.standing(self.key(name)).breaches(function, version)
            assert (refusal in breaches) if refusal else not breaches
            text = f"<{name}{version}/>"
            self.journal.record(
                Submission(self.key(name), version, function, clean and not breaches, prelodged, text)
            )
            now.seen.add(version)
            if not refusal:
                now.decide(function, version, clean, prelodged, text)
            now.matches(self.journal, self.key(name))
        self.journal.end(kept)
        if kept:
            self.plain = before
        for name, one in self.plain.items():
            one.matches(self.journal, self.key(name))

    @precondition(lambda self: isinstance(self.journal, Ledger))
    @rule(name=st.sampled_from("ABC"))
    def touched_on_line(self, name: str) -> None:
        self.journal.touch(self.key(name))  # type: ignore[attr-defined]
        self.plain[name].locked = True


def test_memory_lives_by_the_table() -> None:
    run_state_machine_as_test(lambda: Customs(Memory()), settings=STEADY)  # type: ignore[no-untyped-call]


def test_the_ledger_lives_by_the_table(database: str) -> None:
    with opened(database) as ledger:
        run_state_machine_as_test(lambda: Customs(ledger), settings=STEADY)  # type: ignore[no-untyped-call]
