"""What a rule is, and what it may know besides the message."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import NamedTuple, cast

from edifact_ics.finding import Severity
from edifact_ics.history import History, Standing
from edifact_ics.reference import Reference
from edifact_ics.rules.conditions import ALWAYS, Condition
from edifact_ics.view import Complaint, Level, Stored


class Known(NamedTuple):
    """What is known besides the message; each may be missing, and rules that need it are then skipped.

    `history`: what was sent before. `reference`: the dated tables. `client`: whose message it is. `lodged`: the day of
    preparation in UNB, which the rules take as the Date of Lodgement. Of the history: `standing`, where the document
    of this message stands; `stored`, the declaration as Customs holds it, when the message is a Change of one that was
    accepted; `declared` gives any other of ours by the identifier of Customs, None for one that is not ours.
    """

    history: History | None = None
    reference: Reference | None = None
    client: str = ""
    lodged: datetime.date | None = None
    standing: Standing | None = None
    stored: Stored | None = None
    declared: Callable[[str], Stored | None] = lambda _: None

    @property
    def tables(self) -> Reference:
        """The reference tables, for a rule that needs one of them: it does not run without."""
        assert self.reference is not None
        return self.reference

    def lacks(self, need: str) -> str | None:
        """Return why a need is not met, None if it is. Needs: `history`, or the name of a reference table."""
        if need == "history":
            return None if self.history is not None else "no history: what was sent before is not known"
        if self.reference is not None and self.reference.has(need):
            return None
        return f"no table {need!r} loaded"


NOTHING = Known()
Check = Callable[[Level, Known], Iterable[Complaint]]
Simple = Callable[[Level], Iterable[Complaint]]

REQUIRED, FORBIDDEN, CHECK = "required", "forbidden", "check"
EVERY = "*"  # the level of a rule that is asked of every level


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. Make it with a shape (`required_when` …) or with the decorator `rule`.

    `shape`: the `target` is required, or forbidden, when the condition holds; or `check` is a function that complains.
    `carried`: the rule applies only where the message's guide has one of these elements. `level`: the kind of level it
    is asked of (None: where the guide has the target). `on`: elements one of which must be there for the check to be
    worth calling; none means always. `partly`: tables without which it judges in part. `own`: it judges what was sent,
    not the declaration that results, and so on a Withdraw too. `whole`: an element that repeats is looked for in the
    level, not in each repetition. `messages`: the messages it is for, none meaning all. `text` is its sentence; ""
    means the shape's own. What the rule says, what cures it and where it comes from stand in the catalogue; a user's
    own rule (X-…) brings `statement`, `cure` and `source` along.
    """

    id: str
    shape: str
    target: str = ""
    condition: Condition = ALWAYS
    check: Check | None = None
    carried: tuple[str, ...] = ()
    level: str | None = None
    on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    own: bool = False
    whole: bool = False
    messages: tuple[str, ...] = ()
    severity: Severity | None = None
    text: str = ""
    statement: str = ""
    cure: str = ""
    source: str = ""
    name: str = ""


def rule(
    ident: str,
    *,
    on: str | tuple[str, ...] = (),
    carried: tuple[str, ...] = (),
    level: str | None = None,
    when: Condition = ALWAYS,
    needs: str | tuple[str, ...] = (),
    own: bool = False,
    messages: tuple[str, ...] = (),
    severity: Severity | None = None,
    statement: str = "",
    cure: str = "",
    source: str = "",
) -> Callable[[Check | Simple], Rule]:
    """Make a rule of a function that takes a level (and, if it wants, what else is known) and gives complaints.

    `on`: it is called for each level that has one of these elements; without, for each level of the kind `level`
    (Header, TransportLine, Line …), in messages whose guide has one of `carried`. `when` must surely hold. `needs`
    names reference tables, or `history`.
    """

    def made(check: Check | Simple) -> Rule:
        names = (on,) if isinstance(on, str) else on
        wants = (needs,) if isinstance(needs, str) else needs
        return Rule(
            ident,
            CHECK,
            target=names[0] if names else "",
            condition=when,
            check=_with_known(check),
            carried=carried or names,
            level=level,
            on=names,
            needs=wants,
            own=own,
            messages=messages,
            severity=severity,
            statement=statement or (check.__doc__ or "").strip().partition("\n")[0],
            cure=cure,
            source=source,
        )

    return made


def _with_known(check: Check | Simple) -> Check:
    """Return a check that takes what is known, also where its author had no use for it."""
    if cast("FunctionType", check).__code__.co_argcount > 1:
        return cast("Check", check)
    return lambda level, known: cast("Simple", check)(level)
