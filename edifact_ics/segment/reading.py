"""The careful reading of one segment: what was found in it so far. Each check adds what it finds."""

from __future__ import annotations

from edifact_ics.codes import CODES
from edifact_ics.guide.directory import Place
from edifact_ics.guide.mig_tree import Condition
from edifact_ics.segment.interpreted import ElementFinding
from edifact_ics.segment.row import Row, component
from edifact_ics.syntax.characters import split_elements
from edifact_ics.syntax.repertoire import decode


class Reading:
    """One segment being read by its row, its elements as sent.

    `context` tells which conditions of the row hold; `covered` are the places that a value, a qualifier or something
    fixed explains; `said` are the elements about which something was said already.
    """

    def __init__(self, row: Row, raw: str, context: dict[Condition, bool]) -> None:
        self.row = row
        self.raw = raw
        self.context = context
        self.delimiters = row.delimiters
        self.elements = split_elements(raw, self.delimiters)
        if not raw.isascii():
            self.elements = [[decode(c, row.syntax) for c in e] for e in self.elements]
        self.findings: list[ElementFinding] = []
        self.covered: set[Place] = set()
        self.astray: Condition | None = None  # what is not so above it
        self.said: set[int] = set()  # elements about which something was said already

    def add(
        self,
        code: str,
        element: int | None,
        part: int | None,
        message: str,
        *,
        value: str | None = None,
        name: str | None = None,
        path: str | None = None,
        slot: int | None = None,
        source: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Add a finding; its source is the row, unless it brings another."""
        severity, source = CODES[code].severity, source or self.row.source
        self.findings.append(
            ElementFinding(code, severity, element, part, message, value, name, path, slot, source, hint)
        )

    def at(self, place: Place) -> str:
        """Return a component as sent, "" where nothing was sent."""
        return component(self.elements, place)

    def part(self, place: Place) -> int | None:
        """The component to name for a place: None in a simple element."""
        slots = self.row.segment.type.slots
        return place[1] if place[0] <= len(slots) and slots[place[0] - 1].composite else None
