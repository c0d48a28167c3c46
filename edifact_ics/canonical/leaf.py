"""Where a named element of a document goes: the places of its value, and what each of them holds."""

from __future__ import annotations

from dataclasses import dataclass

from edifact_ics.guide.mig_tree import Use, Value
from edifact_ics.segment.row import Row, cut
from edifact_ics.segment.trace import PART, SEGMENT_PART
from edifact_ics.segment.values import clean, joined, marked, numeral


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """Where a named element goes: `position` is that of its segment, `capacity` what each of its components holds.

    `room` is the length up to which a text is one component as it stands, 0 where that takes a closer look. `rivals`:
    another value of the use stands in one of its places.
    """

    use: Use
    value: Value
    position: str
    capacity: list[int]
    room: int
    rivals: bool

    @classmethod
    def of(cls, use: Use, value: Value, row: Row) -> Leaf:
        """Return where the element of a value goes."""
        capacity = row.capacity(value)
        simple = not value.code and value.segments == 1 and value.parts != "each"
        rivals = any(set(other.places) & set(value.places) for other in use.values if other is not value)
        return cls(use, value, row.segment.position, capacity, capacity[0] if simple else 0, rivals)

    def pieces(self, text: str, remembered: str | None, decimal: str) -> list[list[str]]:
        """Return the components of a text for each segment it takes.

        `remembered` is how it was sent, if differently; `decimal` the decimal mark of the interchange.
        """
        value = self.value
        if value.code:
            return [[value.code]]
        if remembered is not None:
            pieces = [piece.split(PART) for piece in remembered.split(SEGMENT_PART)]
            said = clean("".join(joined(value, piece) for piece in pieces))
            if numeral(value, said, decimal) == text and len(pieces) <= value.segments:
                return pieces
        capacity = self.capacity
        text = marked(value, text, decimal)
        if value.segments == 1:
            return [cut(text, value, capacity)]
        whole = cut(text, value, [sum(capacity)] * value.segments)
        return [cut(part, value, capacity) for part in whole]
