"""What an instance says of itself while it runs: log lines as JSON, and numbers for Prometheus.

No line holds a payload, a key or a passphrase; numbers of accounts and passports have no way in, for nothing of a
message but its references is logged.
"""

from __future__ import annotations

import json
import logging
import re
import secrets

from sqlalchemy import func, select

from edifact_ics.bureau.service import work
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.tables import task
from edifact_ics.bureau.service.tables import work as works

_LOGGER = logging.getLogger("edifact_ics.bureau")
_LONG_NUMBER = re.compile(r"\b(?:[A-Za-z]{1,2})?[0-9]{6,10}\b")  # accounts, passports; references are longer


def log(what: str, **detail: object) -> None:
    """Log what happened, as one line of JSON."""
    said = {name: _masked(value) for name, value in detail.items() if value is not None}
    _LOGGER.info(json.dumps({"what": what, **said}, sort_keys=True))


def _masked(value: object) -> object:
    """Return text with what may be the number of an account or a passport blotted out."""
    return _LONG_NUMBER.sub("…", value) if isinstance(value, str) else value


def write_metrics(instance: Instance) -> None:
    """Write the file for the text collector of Prometheus, if one is configured."""
    file = instance.configuration.metrics
    if file is None:
        return
    with instance.reading() as connection:
        stages = work.counts(connection)
        oldest = connection.scalar(select(func.min(works.c.made)).where(works.c.stage.in_(work.STEPS)))
        tasks = connection.scalar(select(func.count()).where(task.c.resolved.is_(None)))
    lines = ["# TYPE edifact_ics_bureau_work gauge"]
    lines += [f'edifact_ics_bureau_work{{stage="{stage}"}} {count}' for stage, count in sorted(stages.items())]
    lines += ["# TYPE edifact_ics_bureau_tasks gauge", f"edifact_ics_bureau_tasks {tasks}"]
    if oldest:
        import datetime

        age = instance.clock() - datetime.datetime.fromisoformat(oldest).timestamp()
        lines += ["# TYPE edifact_ics_bureau_oldest_seconds gauge", f"edifact_ics_bureau_oldest_seconds {age:.0f}"]
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")  # other workers write theirs
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_text("\n".join(lines) + "\n", "ascii")
    unfinished.rename(file)
