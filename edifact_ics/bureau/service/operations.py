"""What operators do to the work of an instance. Whatever changes something leaves a row in the audit trail."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, exists, func, literal, select, update

from edifact_ics.bureau.certificates.facts import read_certificates, validity
from edifact_ics.bureau.certificates.fitness import WARNED
from edifact_ics.bureau.registry import Change, Refused, Request, State, Status, requests
from edifact_ics.bureau.registry.wording import day_in_canberra, moment
from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.canberra import over_at
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.payloads import PayloadMissing
from edifact_ics.bureau.service.sending import ACKNOWLEDGED, SENT, count
from edifact_ics.bureau.service.tables import lodged, task
from edifact_ics.bureau.service.tables import work as works
from edifact_ics.bureau.service.work import JUDGE, OPEN, QUARANTINE, REFUSED, SEAL, SEND
from edifact_ics.finding import Severity
from edifact_ics.ledger import Ledger
from edifact_ics.pipeline import check
from edifact_ics.rules import available


@dataclass(frozen=True)
class Overview:
    """How an instance stands: work by step, the oldest that is due, what has no answer, what ends, what is asked.

    `unanswered` are site, reference, and hours since it was sent. `away`: in an outage of Customs, when it ends, UTC.
    """

    stages: dict[str, int]
    oldest: str | None
    unanswered: tuple[tuple[str, str, float], ...]
    ending: tuple[str, ...]
    tasks: tuple[Row[Any], ...]
    away: datetime.datetime | None


def overview(instance: Instance) -> Overview:
    """Return how an instance stands."""
    with instance.reading() as connection:
        oldest = connection.scalar(select(func.min(works.c.made)).where(works.c.stage.in_(work.STEPS)))
        waiting = select(lodged).where(lodged.c.state.in_((SENT, ACKNOWLEDGED))).order_by(lodged.c.id)
        unanswered = tuple(
            (row.site, row.reference, (instance.clock() - _seconds(row.sent)) / 3600)
            for row in connection.execute(waiting)
        )
        open_tasks = select(task).where(task.c.resolved.is_(None)).order_by(task.c.id)
        tasks = tuple(connection.execute(open_tasks).all())
        stages = dict(work.counts(connection))
    own = instance.configuration
    away = None if own.plays_customs else over_at(own.outages, instance.moment)
    return Overview(stages, oldest, unanswered, tuple(_ending(instance)), tasks, away)


def _seconds(text: str | None) -> float:
    return datetime.datetime.fromisoformat(text).timestamp() if text else 0.0


def _ending(instance: Instance) -> list[str]:
    now, soon = moment(instance.moment), moment(instance.moment + WARNED)
    found = [
        f"certificate {one.fingerprint[:16]} of {one.client} ends on {one.not_after[:10]}"
        for one in instance.registry.certificates()
        if one.status is not Status.REVOKED and now <= one.not_after <= soon
    ]
    day = day_in_canberra(instance.moment + WARNED)
    pinned = instance.registry.anchors()
    if pinned:
        last = pinned[-1]
        over = day_in_canberra(validity(read_certificates(last.pem.encode("ascii"))[0])[1])
        ends = min(over, last.active_until or over)
        if ends <= day:
            found.append(f"the certificate of Customs ends on {ends}, and no other is installed")
    return found


def quarantined(instance: Instance) -> tuple[Row[Any], ...]:
    """Return what is in quarantine, the oldest first."""
    with instance.reading() as connection:
        return tuple(connection.execute(select(works).where(works.c.stage == QUARANTINE).order_by(works.c.id)))


def interchange(instance: Instance, number: int) -> bytes:
    """Return the interchange that came with a piece of work, or goes out with it."""
    with instance.reading() as connection:
        return _interchange(instance, _work(connection, number))


def _interchange(instance: Instance, row: Row[Any]) -> bytes:
    name = row.interchange
    if name is None:
        raise Refused(f"Work {row.id} holds no interchange.", "It was not opened, or it was purged.")
    try:
        return instance.payloads.get(name)
    except PayloadMissing as error:
        raise Refused(f"{error}", "Restore the folder of payloads.") from error


def retry(instance: Instance, number: int, operator: str) -> str:
    """Take work out of quarantine and try its last step again; give back the step."""
    with instance.registry.writing(operator) as change:
        row = _work(change.connection, number)
        if row.stage != QUARANTINE:
            raise Refused(f"Work {number} is not in quarantine.", "`bureau quarantine` lists what is.")
        stage = _step_of(instance, row)
        if (row.interchange if stage == SEAL else row.mail) is None:
            raise Refused(f"What work {number} was made of was purged.", "Have it sent anew.")
        at = instance.clock()
        if stage == SEND and row.reason == "crashed":  # each attempt may have reached Customs
            count(change.connection, row, row.attempts)
        work.move(change.connection, number, at, stage, detail=None)
        work.tell(change.connection, at, row.trace, "retried", work=number, operator=operator)
        work.settle(change.connection, at, f"quarantine:{number}", operator, "tried again")
        change.tell("work.retry", f"work {number}", {"reason": row.reason, "step": stage})
    return stage


def _step_of(instance: Instance, row: Row[Any]) -> str:
    """Return the step from which work is tried again.

    To Customs the very same mail goes; one to a client is made anew, by what is on record now.
    """
    if row.kind == "out":
        return SEND if row.mail and row.site == instance.configuration.customs else SEAL
    return OPEN  # also what came further: who may say it is asked again, and the same ends at the same


def resolve(instance: Instance, number: int, note: str, operator: str) -> None:
    """Note that an operator has dealt with a task."""
    with instance.registry.writing(operator) as change:
        row = change.connection.execute(select(task).where(task.c.id == number)).one_or_none()
        if row is None:
            raise Refused(f"There is no task {number}.", "`bureau status` lists them.")
        work.settle(change.connection, instance.clock(), row.key, operator, note)
        change.tell("task.resolve", f"task {number}", {"what": row.what, "note": note})


def override(instance: Instance, number: int, operator: str) -> Request | None:
    """Ask that what our business rules refused is sent all the same; None once it was confirmed, and is done."""
    with instance.reading() as connection:
        row = _work(connection, number)
        if row.kind != "in" or row.stage != REFUSED:
            raise Refused(f"Work {number} was not refused by the rules.", "`bureau status` and the trail say what was.")
        rules = _overridable(instance, connection, row)
    subject = f"work {number} {row.interchange[:16]}"
    confirmed = any(
        (one.change, one.subject) == (Change.OVERRIDE, subject) for one in instance.registry.requests(State.CONFIRMED)
    )
    if not confirmed:
        return instance.registry.ask(Change.OVERRIDE, subject, {"rules": list(rules)}, operator=operator)
    with instance.registry.writing(operator) as change:
        used = requests.use(change, Change.OVERRIDE, subject)
        at = instance.clock()
        work.tell(change.connection, at, row.trace, "overridden", work=number, rules=used.detail["rules"])
        work.move(change.connection, number, at, JUDGE, detail=None)
    return None


def _overridable(instance: Instance, connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """Return the business rules that refuse an interchange; refuse where anything else is wrong as well."""
    data = _interchange(instance, row)
    found = check(data, history=Ledger.within(connection, sending=True), reference=instance.tables)
    wrong = {f.code for f in found.findings if f.severity is Severity.ERROR}
    business = {rule.id for rule in available() if "history" not in rule.needs}
    if other := sorted(wrong - business):
        raise Refused(
            f"{', '.join(other)} cannot be overridden: only business rules can, not form nor the life of a document.",
            "Have the client send it anew.",
        )
    if not wrong:
        raise Refused("Nothing is wrong with it any longer.", "Have the client send it anew.")
    return tuple(sorted(wrong))


def purge(instance: Instance, operator: str) -> int:
    """Delete mails and interchanges that were kept long enough; give back how many. What knows a replay stays."""
    limit = instance.moment - datetime.timedelta(days=366 * instance.configuration.keep_years)
    with instance.registry.writing(operator) as change:
        connection = change.connection
        key = literal("quarantine:") + cast(works.c.id, Text)
        dealt_with = exists().where(task.c.key == key, task.c.resolved.is_not(None))
        finished = works.c.stage.in_((work.DONE, REFUSED)) | ((works.c.stage == QUARANTINE) & dealt_with)
        over = finished & (works.c.changed < moment(limit))
        connection.execute(update(works).where(over).values(mail=None, interchange=None))
        used = set()
        for column in (works.c.mail, works.c.interchange):
            used |= set(connection.scalars(select(column).where(column.is_not(None))))
        dropped = [name for name in instance.payloads.names() if name not in used and _old(instance, name, limit)]
        change.tell("payload.purge", "payloads", {"before": moment(limit), "count": len(dropped)})
    for name in dropped:
        instance.payloads.drop(name)
    return len(dropped)


def _old(instance: Instance, name: str, limit: datetime.datetime) -> bool:
    return instance.payloads.age(name) < limit.timestamp()


def _work(connection: Connection, number: int) -> Row[Any]:
    row = connection.execute(select(works).where(works.c.id == number)).one_or_none()
    if row is None:
        raise Refused(f"There is no work {number}.", "`bureau status` and `bureau quarantine` show numbers.")
    return row
