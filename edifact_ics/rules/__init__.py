"""The business rules of the Integrated Cargo System, and a user's own.

    from edifact_ics.rules import RuleSet, required_when, rule

A module of rules is a plain Python module: every `Rule` at its top level counts, alone or in a list. Those of the
package follow the document they come from, a module for each part of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from edifact_ics.finding import Severity
from edifact_ics.rules.catalogue import catalogue
from edifact_ics.rules.conditions import (
    CHANGE,
    ORIGINAL,
    PRE_LODGED,
    WITHDRAW,
    absent,
    function,
    header,
    is_,
    is_not,
    line,
    message,
    mode,
    present,
)
from edifact_ics.rules.engine import Engine, Judged
from edifact_ics.rules.rule import NOTHING, Known, Rule, rule
from edifact_ics.rules.shapes import (
    all_required_when,
    at_least_one,
    at_most,
    distinct,
    forbidden_when,
    in_list,
    in_sequence,
    not_before,
    not_together,
    only_when,
    required_when,
    together,
)
from edifact_ics.view import HEADER, LINE, TRANSPORT_LINE, Complaint, Level, View

__all__ = [
    "CHANGE",
    "ORIGINAL",
    "PRE_LODGED",
    "WITHDRAW",
    "Complaint",
    "Engine",
    "Judged",
    "Known",
    "Level",
    "Rule",
    "RuleError",
    "RuleSet",
    "View",
    "absent",
    "all_required_when",
    "at_least_one",
    "at_most",
    "available",
    "catalogue",
    "distinct",
    "forbidden_when",
    "from_file",
    "function",
    "header",
    "in_list",
    "in_sequence",
    "is_",
    "is_not",
    "line",
    "message",
    "mode",
    "not_before",
    "not_together",
    "only_when",
    "present",
    "required_when",
    "rule",
    "standard",
    "together",
]

# The modules of the package, in the order of the document.
MODULES = (
    "messaging",
    "lifecycle",
    "aqis",
    "community",
    "customs_value",
    "parties",
    "payment",
    "delivery",
    "drawback",
    "dumping",
    "concessions",
    "heading",
    "lines",
    "preference",
    "luxury_car",
    "clearance",
    "movements",
    "releases",
    "transport",
    "settlement",
    "effects",
    "treatment",
    "valuation",
    "warehouse",
    "wine",
    "reference_data",
    "reference_goods",
    "products",
    "reference_dumping",
    "reference_answers",
    "reference_parties",
)
ENTRY_POINTS = "edifact_ics.rules"
_LEVELS = {"transport-line": TRANSPORT_LINE, "line": LINE}


class RuleError(Exception):
    """Rules that cannot be used: an id twice, an id that is none, a rule without a source."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in check order, each known by its id."""

    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleSet:
        """Return a set of these rules, each completed from the catalogue; raise RuleError if one cannot be used."""
        return cls(_in_order(_complete(one, "") for one in rules))

    def __or__(self, other: RuleSet) -> RuleSet:
        return RuleSet(_in_order((*self.rules, *other.rules)))

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def engine(self, known: Known = NOTHING) -> Engine:
        """Return the rules ready to judge with what is known; rules that need more are skipped."""
        return Engine(self.rules, known)


def rules_in(module: ModuleType) -> Iterator[Rule]:
    """Give the rules at the top level of a module, complete, in the order they stand there; RuleError as for `of`."""
    for name, value in vars(module).items():
        if isinstance(value, Rule):
            yield _complete(value, f"{module.__name__}.{name}")
        elif isinstance(value, (list, tuple)):
            yield from (_complete(one, module.__name__) for one in value if isinstance(one, Rule))


@cache
def standard() -> RuleSet:
    """Return the rules of the package."""
    modules = (import_module(f"edifact_ics.rules.{name}") for name in MODULES)
    return RuleSet(_in_order(one for module in modules for one in rules_in(module)))


def installed() -> RuleSet:
    """Return the rules that other packages bring under the entry point group `edifact_ics.rules`: modules of rules."""
    found: list[Rule] = []
    if not any(map(_announces, sys.path)):
        return RuleSet(())
    from importlib.metadata import entry_points  # takes longer to load than most files to check

    for point in entry_points(group=ENTRY_POINTS):
        try:
            found += rules_in(point.load())
        except RuleError:
            raise
        except Exception as error:
            raise RuleError(f"the rules of {point.value} cannot be loaded: {type(error).__name__}: {error}") from error
    return RuleSet(_in_order(found))


def _announces(folder: str) -> bool:
    """Tell whether a package installed in a folder may bring rules."""
    if not os.path.isdir(folder or "."):
        return os.path.isfile(folder)  # an archive: it must be asked
    for name in os.listdir(folder or "."):
        if name.endswith((".dist-info", ".egg-info")):
            with suppress(OSError), open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                if ENTRY_POINTS.encode() in file.read():
                    return True
    return False


@cache
def available() -> RuleSet:
    """Return the rules of the package and of installed packages: what is judged by if nothing else is asked for."""
    return standard() | installed()


def from_file(path: str | Path) -> RuleSet:
    """Return the rules in a Python file; raise RuleError, naming file and line, if it cannot be used."""
    module = ModuleType(Path(path).stem)
    module.__file__ = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"{path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise RuleError(f"{path}: rules are written in Python, and this is no text in UTF-8.") from None
    try:
        code = compile(text, str(path), "exec")
        exec(code, module.__dict__)  # noqa: S102 - the user's own rules, named on the command line
        return RuleSet(_in_order(rules_in(module)))
    except RuleError as error:
        raise RuleError(f"{path}: {error}") from None
    except Exception as error:
        line_ = error.lineno if isinstance(error, SyntaxError) else _line_in(error, str(path))
        raise RuleError(f"{path}:{line_ or 1}: {type(error).__name__}: {error}") from error


def _line_in(error: Exception, path: str) -> int | None:
    trace, found = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return rules in check order; raise RuleError where two have the same id."""
    order = {ident: number for number, ident in enumerate(catalogue())}
    known: dict[str, Rule] = {}
    for one in rules:
        if one.id in known:
            raise RuleError(f"{one.id} is defined twice")
        known[one.id] = one
    return tuple(sorted(known.values(), key=lambda one: order.get(one.id, len(order))))


def _complete(one: Rule, name: str) -> Rule:
    """Return a rule with its name and what the catalogue says of it; raise RuleError if it has no right to its id."""
    entry = catalogue().get(one.id)
    if entry is None:
        if not one.id.startswith("X-"):
            raise RuleError(f"{one.id} is no id of the catalogue; the ids of your own rules begin with X-")
        if not one.source or not (one.statement or one.text):
            raise RuleError(
                f"{one.id} needs a statement and a source: who reads the finding wants to know whose rule it is"
            )
        return replace(one, severity=one.severity or Severity.ERROR, name=one.name or name)
    if entry.same:
        raise RuleError(f"{one.id} says the same as {entry.same} and is checked as that")
    if entry.status:
        raise RuleError(f"{one.id} is claimed by the catalogue itself: {entry.status}")
    return replace(
        one,
        severity=one.severity or entry.severity,
        messages=one.messages or entry.messages,
        level=one.level or _LEVELS.get(entry.level, HEADER),
        statement=one.statement or entry.statement,
        cure=one.cure or entry.cure,
        source=one.source or entry.source,
        name=one.name or name,
    )
