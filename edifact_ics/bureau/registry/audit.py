"""The audit trail: every change, in rows that are chained by hash, so that what was touched later shows.

The hash of a row is SHA-256 over the hash of the row before it and the row as canonical JSON. The head, kept in a table
of its own, says how many rows there are and where the chain ends, so that a tail that was cut off shows too. Who can
write to the database can also forge a whole chain with its head: note the head outside, and hold the chain against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from edifact_ics.bureau.registry import tables


class Head(NamedTuple):
    """Where the chain ends: how many rows it has, and the hash of the last; "" when it has none."""

    length: int
    hash: str

    def __str__(self) -> str:
        return f"{self.length}:{self.hash}"


@dataclass(frozen=True)
class Entry:
    """One row of the trail: at what moment which operator changed what; `detail` is what the change was."""

    number: int
    at: str
    operator: str
    change: str
    subject: str
    detail: Mapping[str, object]


class Fault(NamedTuple):
    """What is wrong with the chain, and from which row on; the number is that of the row."""

    number: int
    what: str


def canonical(value: object) -> str:
    """Return a value as JSON that is always the same text: keys sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def wait(connection: Connection) -> Head:
    """Wait for every other writer, until the transaction ends, and return the head. SQLite waited when it began."""
    row = connection.execute(select(tables.head).where(tables.head.c.id == 1).with_for_update()).one()
    return Head(row.length, row.hash)


def append(connection: Connection, head: Head, entry: Entry) -> Head:
    """Put a row behind the head, which must be held by `wait`, and return the new one."""
    values: dict[str, Any] = {
        "number": entry.number,
        "at": entry.at,
        "operator": entry.operator,
        "change": entry.change,
        "subject": entry.subject,
        "detail": canonical(dict(entry.detail)),
    }
    after = Head(entry.number, _hash(head.hash, values))
    connection.execute(insert(tables.audit).values(**values, previous=head.hash, hash=after.hash))
    connection.execute(update(tables.head).where(tables.head.c.id == 1).values(length=after.length, hash=after.hash))
    return after


def entries(connection: Connection) -> Iterator[Entry]:
    """Give the rows, the oldest first."""
    for row in _rows(connection):
        yield _entry(row)


def first(connection: Connection, change: str, subject: str) -> Entry | None:
    """Return the oldest row of a name and subject; None when there is none."""
    named = (tables.audit.c.change == change, tables.audit.c.subject == subject)
    row = connection.execute(select(tables.audit).where(*named).order_by(tables.audit.c.number).limit(1)).one_or_none()
    return None if row is None else _entry(row)


def verify(connection: Connection, noted: Head | None = None) -> tuple[Head, list[Fault]]:
    """Return the head and what is wrong with the chain, row by row; nothing when every row is as it was written.

    `noted` is a head that was written down earlier, outside the database: the chain must pass through it.
    """
    stored = connection.execute(select(tables.head).where(tables.head.c.id == 1)).one_or_none()
    head = Head(stored.length, stored.hash) if stored else Head(0, "")
    faults = [] if stored else [Fault(0, "The head of the chain was removed.")]
    last = Head(0, "")
    passed = noted is None or noted.length == 0
    for row in _rows(connection):
        faults += _faults(row, last)
        last = Head(row.number, row.hash)
        passed = passed or last == noted
    if stored and last.length < head.length:
        faults.append(
            Fault(last.length + 1, f"{_rows_between(last.length + 1, head.length)} missing: the tail was cut off.")
        )
    elif stored and last.length > head.length:
        faults.append(
            Fault(head.length + 1, f"{_rows_between(head.length + 1, last.length)} not written by this program.")
        )
    elif stored and last != head:
        faults.append(Fault(head.length, "The last row is not the one where the chain ended."))
    if noted is not None and not passed:
        faults.append(Fault(noted.length, f"Row {noted.length} is not the one that was noted: its hash is another."))
    return head, faults


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.number, row.at, row.operator, row.change, row.subject, json.loads(row.detail))


def _faults(row: Row[Any], last: Head) -> Iterator[Fault]:
    """Give what is wrong with one row, which follows the last one read."""
    missing = row.number > last.length + 1
    if missing:
        yield Fault(last.length + 1, f"{_rows_between(last.length + 1, row.number - 1)} missing.")
    if row.hash != _hash(row.previous, row._mapping):
        yield Fault(row.number, f"Row {row.number} was changed after it was written.")
    elif row.previous != last.hash and not missing:
        yield Fault(row.number, f"Row {row.number} does not follow row {last.length}: one of them was put in or moved.")


def _rows_between(first: int, last: int) -> str:
    return f"Row {first} is" if first == last else f"Rows {first} to {last} are"


def _hash(previous: str, row: Mapping[Any, Any]) -> str:
    kept = {name: row[name] for name in ("number", "at", "operator", "change", "subject", "detail")}
    return hashlib.sha256(f"{previous}\n{canonical(kept)}".encode("ascii")).hexdigest()


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    query = select(tables.audit).order_by(tables.audit.c.number).execution_options(yield_per=1000)
    yield from connection.execute(query)
