"""The named operators: who may change the registry, and who confirms for whom."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.bureau.registry.tables import operator
from edifact_ics.bureau.registry.trust import Change
from edifact_ics.bureau.registry.wording import line
from edifact_ics.bureau.registry.writing import Writing

FOUNDERS = 2  # so many name themselves, since before them nobody can confirm


def named(connection: Connection) -> tuple[str, ...]:
    """Return the operators, in order of their names."""
    query = select(operator.c.name).where(operator.c.removed.is_(None)).order_by(operator.c.name)
    return tuple(connection.scalars(query))


def require(connection: Connection, name: str) -> None:
    """Refuse whoever is not named."""
    if name not in (known := named(connection)):
        who = f"The operators are {', '.join(known)}." if known else "Nobody is yet."
        raise Refused(
            f"{name!r} is no operator of this registry. {who}",
            "Give your name with --operator; a new one is named by `bureau operator add`.",
        )


def founds(connection: Connection) -> bool:
    """Tell whether operators still name themselves: fewer than two were ever named."""
    return len(connection.execute(select(operator.c.name).limit(FOUNDERS)).all()) < FOUNDERS


def found(change: Writing, name: str) -> None:
    """Name one of the first two, who need nobody's confirmation."""
    checked(change.connection, name)
    change.connection.execute(insert(operator).values(name=name, added=change.moment))
    change.tell(Change.OPERATOR_ADD, name, {"founder": True})


def checked(connection: Connection, name: str) -> None:
    """Refuse a name that cannot be, or was, an operator's."""
    if not line(name, "name of the operator") or name != name.strip():
        raise Refused(f"{name!r} is no name.", "Write a name without blanks at its ends.")
    if connection.scalar(select(operator.c.name).where(operator.c.name == name)):
        raise Refused(f"{name} is or was an operator.", "Choose another name: the trail must tell people apart.")


def add(change: Writing, subject: str, detail: Mapping[str, object]) -> None:
    """Name an operator whom two others want."""
    checked(change.connection, subject)
    change.connection.execute(insert(operator).values(name=subject, added=change.moment))
    change.note(Change.OPERATOR_ADD, subject, detail)


def remove(change: Writing, subject: str, detail: Mapping[str, object]) -> None:
    """Take an operator's name off; two must remain, or nobody could confirm."""
    require(change.connection, subject)
    if len(named(change.connection)) <= FOUNDERS:
        raise Refused(f"Without {subject} there are not two operators left.", "Name another one first.")
    change.connection.execute(update(operator).where(operator.c.name == subject).values(removed=change.moment))
    change.note(Change.OPERATOR_REMOVE, subject, detail)
