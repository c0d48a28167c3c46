"""The ledger on both databases: what it keeps, and that it lives by the same rules as a plain model."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from edifact_ics.history import CHANGE, ORIGINAL, WITHDRAW, Journal, Key, Memory, Submission
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.reading import BusinessAnswer, FormAnswer, Told

_numbers = itertools.count(1)
FUNCTIONS = st.sampled_from([ORIGINAL, CHANGE, WITHDRAW])
VERSIONS = st.integers(1, 9)
STEADY = settings(stateful_step_count=20, max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


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
        messages=st.lists(
            st.tuples(st.sampled_from("ABC"), FUNCTIONS, VERSIONS, st.booleans(), st.booleans()), max_size=3
        ),
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
            self.journal.record(Submission(self.key(name), version, function, clean and not breaches, prelodged, text))
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


class Sender(RuleBasedStateMachine):
    """Messages of three documents sent on one by one, and Customs' answers to any of them, in any order."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.client = f"C{next(_numbers)}"
        self.plain: dict[str, Plain] = {name: Plain() for name in "ABC"}
        self.sent: list[tuple[str, str, int, str]] = []  # document, function, version, interchange reference
        self.settled: dict[str, bool] = {}  # accepted or not, by interchange reference

    def key(self, name: str) -> Key:
        return Key(self.client, "IMD", name)

    @rule(name=st.sampled_from("ABC"), function=FUNCTIONS, version=VERSIONS, clean=st.booleans())
    def send(self, name: str, function: str, version: int, clean: bool) -> None:
        one = self.plain[name]
        may = clean and one.pending is None and not one.refusal(function, version)
        reference = str(next(_numbers))
        self.ledger.begin(self.client, reference)
        self.ledger.record(Submission(self.key(name), version, function, clean, False, f"<{name}{version}/>", "1"))
        assert self.ledger.end(True) is may
        assert self.ledger.interchange_used(self.client, reference) is may
        if may:
            one.seen.add(version)
            one.pending = version
            self.sent.append((name, function, version, reference))
        one.matches(self.ledger, self.key(name))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), action=st.sampled_from("478"), named=st.booleans(), error=st.sampled_from(["", "18", "26"]))
    def control(self, data: st.DataObject, action: str, named: bool, error: str) -> None:
        name, _, version, reference = data.draw(st.sampled_from(self.sent))
        messages = {"1": action} if named and error != "26" else {}
        self.ledger.take(
            Told(self.client, str(next(_numbers)), "1", "202611211000"),
            FormAnswer(self.client, reference, "7" if messages and action == "7" else action, error, messages),
        )
        one = self.plain[name]
        if action == "4" and error != "26" and reference not in self.settled and one.pending == version:
            one.seen.remove(version)  # seen by no application: it may be sent again
            one.pending = None
            self.sent = [item for item in self.sent if item[3] != reference]
        one.matches(self.ledger, self.key(name))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), status=st.sampled_from(["", "REJECTED", "CLEAR", "HELD"]), twice=st.booleans())
    def business(self, data: st.DataObject, status: str, twice: bool) -> None:
        name, function, version, reference = data.draw(st.sampled_from(self.sent))
        accepted = status not in ("", "REJECTED")
        word = "WITHDRAWN" if accepted and function == WITHDRAW else status
        told = Told(self.client, str(next(_numbers)), "000001", "202611211001")
        said = BusinessAnswer("IMDR", "", name, version, word, "AAAC7D2K1", False, ())
        for _ in range(1 + twice):
            self.ledger.take(told, said)
        one = self.plain[name]
        if self.settled.get(reference) is None or (accepted and not self.settled[reference]):
            self.settled[reference] = accepted
            one.pending = None if one.pending == version else one.pending
            if accepted and (one.accepted or 0) > version and one.state == "active":
                one.texts.insert(sum(t < f"<{name}{version}/>" for t in one.texts), f"<{name}{version}/>")
            elif one.state != "withdrawn":
                one.decide(function, version, accepted, False, f"<{name}{version}/>")
        one.matches(self.ledger, self.key(name))


def test_what_is_sent_waits_for_its_answer(database: str) -> None:
    with opened(database, sending=True) as ledger:
        run_state_machine_as_test(lambda: Sender(ledger), settings=STEADY)  # type: ignore[no-untyped-call]
