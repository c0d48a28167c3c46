"""An override: what our business rules refuse is sent all the same, because two operators know better.

Only business rules can be overridden: form, the life of a document and interchange references cannot.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from edifact_ics.bureau.service.tables import event, work
from edifact_ics.finding import Policy, Severity


def used_override(connection: Connection, number: int) -> Policy | None:
    """Return the policy by which overridden work is judged; None if it is not."""
    query = (
        select(event.c.detail)
        .join(work, work.c.trace == event.c.trace)
        .where(work.c.id == number, event.c.what == "overridden")
        .order_by(event.c.id.desc())
    )
    for (text,) in connection.execute(query):
        detail = json.loads(text)
        if detail["work"] == number:
            return Policy(severities=tuple((rule, Severity.WARNING) for rule in detail["rules"]))
    return None
