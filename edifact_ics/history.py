"""What was sent before: what rules and the pipeline may ask, and how a document lives.

A document is known by its client, its name (IMD …) and its sender reference; a version is a number. `Standing` says
where a document stands and is the only home of its state machine. `History` is what may be asked, `Journal` what may be
told as well; `Memory` does both without a database. Databases live in `edifact_ics.ledger`, unknown here.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

ORIGINAL, CHANGE, WITHDRAW = "9", "4", "50"
_VERSION = re.compile("0*[1-9][0-9]*")


class State(enum.Enum):
    """What Customs holds of a document: nothing, an accepted version, only refused ones, or a withdrawn one."""

    NONE = "none"
    REJECTED = "rejected"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Key(NamedTuple):
    """What tells documents apart. `client` is the owner of the sending site, `document` the name in BGM."""

    client: str
    document: str
    reference: str


class Submission(NamedTuple):
    """A message free of errors of form, and whether it was accepted.

    `version` is None where none can be read as a number; `function` is the code of BGM; `xml` the canonical element of
    the message, `message` its UNH 0062. `prelodged`: an original that is only calculated, not kept.
    """

    key: Key
    version: int | None
    function: str
    accepted: bool
    prelodged: bool = False
    xml: str = ""
    message: str = ""


def version_number(text: str) -> int | None:
    """Return a sender reference version as a number ('001' is 1); None when it is no whole number of 1 or more."""
    return int(text) if text.isascii() and _VERSION.fullmatch(text) else None


class Standing(NamedTuple):
    """Where a document stands. The default is that of a document never sent.

    `versions` holds every version that Customs has seen or that is on its way, `accepted` the last accepted one.
    `prelodged`: the reference was used up by a pre-lodgement. `locked`: touched on line, so closed to EDI for good.
    `pending`: the version sent on that Customs has not answered.
    """

    state: State = State.NONE
    versions: frozenset[int] = frozenset()
    accepted: int | None = None
    prelodged: bool = False
    locked: bool = False
    pending: int | None = None

    @property
    def highest(self) -> int:
        """The highest version ever sent; 0 if none was."""
        return max(self.versions, default=0)

    def breaches(self, function: str, version: int | None) -> tuple[str, ...]:
        """Return the rules that a message with this function and version would break, in the order of the catalogue."""
        used = version in self.versions
        original = function == ORIGINAL
        held = self.state in (State.ACTIVE, State.WITHDRAWN)
        number = 0 if original or version is None else version  # 0: the version is not that of a change or withdrawal
        found = (
            ("CMR-02b", original and (held or self.prelodged)),
            ("CMR-02c", used),
            ("CMR-09a", 0 < number <= (self.accepted or 0)),
            ("CMR-09b", number > 0 and used),
            ("CMR-09c", 0 < number <= self.highest),
            ("CMR-10", not original and not held),
            ("CMR-11", not original and self.state is State.WITHDRAWN),
            ("CMR-12", self.locked),
        )
        return tuple(rule for rule, broken in found if broken)

    def after(self, message: Submission) -> Standing:
        """Return where the document stands once a message was judged: its version is used up, whatever became of it.

        A message that breaks a rule of the life cycle changes nothing else, even if it was called accepted.
        """
        breaches = self.breaches(message.function, message.version)
        if "CMR-02c" in breaches:
            return self
        now = self if message.version is None else self._replace(versions=self.versions | {message.version})
        if breaches:
            return now
        return now.decided(message)

    def decided(self, message: Submission) -> Standing:
        """Return where the document stands once Customs decided on a message that was in order when it was sent."""
        if self.state is State.WITHDRAWN:
            return self
        if not message.accepted:
            first = message.function == ORIGINAL and self.state is State.NONE
            return self._replace(state=State.REJECTED) if first else self
        if message.prelodged and message.function == ORIGINAL:
            return self._replace(state=State.NONE, prelodged=True)
        state = State.WITHDRAWN if message.function == WITHDRAW else State.ACTIVE
        return self._replace(state=state, accepted=max(self.accepted or 0, message.version or 0))


class HistoryError(Exception):
    """A history that cannot be asked or written, one sentence: nothing can be judged by it, so a run stops."""


class History(Protocol):
    """What was ever sent. What it does not know was never sent."""

    def client_of(self, site: str) -> str:
        """Return the owner of a site; the site itself where no owner is known."""

    def standing(self, key: Key) -> Standing:
        """Return where a document stands."""

    def accepted(self, key: Key) -> tuple[str, ...]:
        """Return the canonical elements of a document as accepted, oldest first: its original, then its changes."""

    def declaration(self, identifier: str) -> Key | None:
        """Return the document to which Customs gave an identifier; None when it is none of ours."""

    def interchange_used(self, site: str, reference: str) -> bool:
        """Tell whether a site used an interchange reference before. References of digits are compared as numbers."""


class Journal(History, Protocol):
    """A history that is written as an interchange is judged. What was told is seen by the questions that follow."""

    def begin(self, site: str, reference: str) -> bool:
        """Open an interchange and keep others from writing to its client; False when its reference was used before.

        An interchange that was not closed is forgotten.
        """

    def record(self, message: Submission) -> None:
        """Write down what became of a message of the open interchange."""

    def end(self, kept: bool, sound: bool = True) -> bool:
        """Close the interchange; not `kept`: Customs saw none of its messages, only its reference is used up.

        `sound`: no error stands in it, nor in a message that was not recorded. A sender sends on nothing else, so where
        one keeps the journal nothing else is written, not even a reference; False then.
        """


def same_reference(reference: str) -> str:
    """Return an interchange reference as it is compared: leading zeros of a number do not count."""
    return reference.lstrip("0") or "0" if reference.isascii() and reference.isdigit() else reference


class _Documents:
    def __init__(self) -> None:
        self.standings: dict[Key, Standing] = {}
        self.accepted: dict[Key, list[str]] = {}


class Memory:
    """A journal in memory, on top of a history that it does not change.

    So a check can judge the messages of one run as if each had been sent after the other. `owners` names the clients
    of sites where there is no history below.
    """

    def __init__(self, below: History | None = None, owners: Mapping[str, str] | None = None) -> None:
        self._below = below
        self._owners = owners or {}
        self._interchanges: set[tuple[str, str]] = set()
        self._kept = _Documents()
        self._open = _Documents()

    def client_of(self, site: str) -> str:
        """Return the owner of a site."""
        return self._below.client_of(site) if self._below else self._owners.get(site, site)

    def standing(self, key: Key) -> Standing:
        """Return where a document stands."""
        found = self._open.standings.get(key) or self._kept.standings.get(key)
        return found or (self._below.standing(key) if self._below else Standing())

    def accepted(self, key: Key) -> tuple[str, ...]:
        """Return the accepted messages of a document."""
        before = self._below.accepted(key) if self._below else ()
        return (*before, *self._kept.accepted.get(key, ()), *self._open.accepted.get(key, ()))

    def declaration(self, identifier: str) -> Key | None:
        """Return the document of an identifier of Customs."""
        return self._below.declaration(identifier) if self._below else None

    def interchange_used(self, site: str, reference: str) -> bool:
        """Tell whether a site used a reference before."""
        if (site, same_reference(reference)) in self._interchanges:
            return True
        return self._below is not None and self._below.interchange_used(site, reference)

    def begin(self, site: str, reference: str) -> bool:
        """Open an interchange."""
        new = not self.interchange_used(site, reference)
        self._interchanges.add((site, same_reference(reference)))
        self._open = _Documents()
        return new

    def record(self, message: Submission) -> None:
        """Keep what became of a message."""
        before = self.standing(message.key)
        now = self._open.standings[message.key] = before.after(message)
        if now.accepted != before.accepted and message.function != WITHDRAW:
            self._open.accepted.setdefault(message.key, []).append(message.xml)

    def end(self, kept: bool, sound: bool = True) -> bool:
        """Close the interchange."""
        if kept:
            self._kept.standings |= self._open.standings
            for key, elements in self._open.accepted.items():
                self._kept.accepted.setdefault(key, []).extend(elements)
        self._open = _Documents()
        return True
