"""Movements of a movement application: five at most, in the order in which they happen."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.rules.conditions import ORIGINAL
from edifact_ics.rules.rule import Known, rule
from edifact_ics.view import HEADER, Complaint, Level

NUMBER, MOST = "MovementSequenceNumber", 5


@rule("GBR-MOVEMENT-SEQUENCE-NUMBER-01", on=NUMBER, own=True)
def five_at_most(movement: Level, known: Known) -> Iterator[Complaint]:
    number = movement.said[NUMBER]
    if number.isdigit() and not 1 <= int(number) <= MOST:
        yield movement.complaint(NUMBER, f"Movement Sequence Number is {number}; it must be from 1 to {MOST}.")


# A Change names the movements that it touches, in numbers they have.
@rule("GBR-MOVEMENT-SEQUENCE-NUMBER-02", level=HEADER, carried=(NUMBER,), when=ORIGINAL, own=True)
def one_after_the_other(header: Level, known: Known) -> Iterator[Complaint]:
    numbered = [one for one in header.inside() if one.said.get(NUMBER, "").isdigit()]
    for expected, movement in enumerate(numbered, 1):
        number = int(movement.said[NUMBER])
        if number != expected:
            yield movement.complaint(NUMBER, f"Movement Sequence Number is {number}; {expected} is expected here.")
            return
