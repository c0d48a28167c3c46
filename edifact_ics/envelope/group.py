"""Functional groups, UNG to UNE: ICS takes none, and what is wrong inside of one is said all the same."""

from __future__ import annotations

from typing import NamedTuple

from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import Interchange
from edifact_ics.finding import Finding, Position
from edifact_ics.syntax.characters import split_elements


class Group(NamedTuple):
    """An open group: how many messages of its interchange stand before it, and its reference (UNG 0048)."""

    before: int
    reference: str

    @classmethod
    def opened_by(cls, interchange: Interchange, raw: str) -> Group:
        """Return the group that a UNG opens."""
        return cls(interchange.messages, _element(split_elements(raw, interchange.delimiters), 5))

    def closed_by(self, interchange: Interchange, raw: str, place: tuple[int, int, int]) -> list[Finding]:
        """Return what is wrong with the UNE that closes the group: its count, its reference."""
        elements = split_elements(raw, interchange.delimiters)
        held, count, sent = interchange.messages - self.before, _element(elements, 1), _element(elements, 2)
        found = []
        if count.lstrip("0") != str(held).lstrip("0"):
            text = f"UNE says {count or 'no number of'} messages, the group holds {held}."
            at = interchange.at(place, interchange.segments, raw, 1)
            found.append(finding("ENV-14", at, text, count or None))
        if sent != self.reference:
            text = f"UNE says reference {sent!r}, UNG says {self.reference!r}."
            found.append(finding("ENV-14", interchange.at(place, interchange.segments, raw, 2), text, sent))
        return found

    def unclosed(self, at: Position) -> Finding:
        """Say that the interchange ends before the group."""
        return finding("ENV-14", at, f"The group {self.reference} that UNG opens is not closed by UNE.")


def not_taken(at: Position) -> Finding:
    """Say that a group begins."""
    return finding("ENV-13", at, "A functional group (UNG) begins here. ICS takes messages without groups.")


def unopened(at: Position) -> Finding:
    """Say that a UNE has no group to close."""
    return finding("ENV-14", at, "UNE closes a group that no UNG opened.")


def _element(elements: list[list[str]], number: int) -> str:
    return elements[number][0] if number < len(elements) else ""
