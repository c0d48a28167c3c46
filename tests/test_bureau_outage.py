"""In an outage of Customs: what waits is not counted as sent, and is released by what is right when it is over."""

from __future__ import annotations

import datetime

import pytest
from bureaus import Practice

from edifact_ics.bureau.service import operations, worker
from edifact_ics.civil_time import CANBERRA


def two_days(practice: Practice) -> str:
    """Return an outage from the first midnight to the last of today and tomorrow."""
    today = practice.ground.moment.astimezone(CANBERRA)
    return str([f"{today + datetime.timedelta(days=days):%A} 00:00-24:00" for days in (0, 1)])


def test_in_an_outage_what_waits_is_not_counted_as_sent_again(practice: Practice) -> None:
    practice.configure("bureau", outages="[]\ncontrl_minutes = 10\nresends = 2")
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    practice.configure("bureau", outages=two_days(practice))
    for _ in range(4):
        practice.clock.ahead += 601
        practice.settle("bureau")
    assert len(practice.post("ccf@customs.example")) == 1
    assert (practice.rows("lodged")[0].resent, practice.tasks()) == (1, [])
    practice.clock.ahead = 49 * 3600
    practice.settle("bureau")
    assert len(practice.post("ccf@customs.example")) == 2


def test_what_waited_in_an_outage_is_released_by_the_authority_of_then(practice: Practice) -> None:
    practice.configure("bureau", sending='"envelope"', outages=two_days(practice))
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    assert [row.sends for row in practice.rows("lodged")] == [0]
    bureau = practice.instance()
    bureau.registry.revoke(bureau.registry.authorities()[0].number, operator="anna")
    practice.clock.ahead = 49 * 3600
    practice.settle("bureau")
    assert practice.post("ccf@customs.example") == []
    assert practice.reasons() == ["not-released"]


def test_what_may_have_reached_customs_before_an_outage_is_not_made_anew(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.configure("bureau", retry_seconds="0\nattempts = 1")
    with monkeypatch.context() as patched:
        patched.setitem(worker._STEPS, "send", lambda *_: 1 / 0)
        practice.ground.send(practice.ground.sealed(practice.interchange("1")))
        practice.settle("bureau")
    (before,) = [row for row in practice.rows("work") if row.reference == "1" and row.kind == "out"]
    assert (before.stage, before.reason) == ("quarantine", "crashed")
    practice.configure("bureau", outages=two_days(practice))
    operations.retry(practice.instance(), before.id, "anna")
    practice.settle("bureau")
    practice.clock.ahead = 49 * 3600
    practice.settle("bureau")
    assert len(practice.post("ccf@customs.example")) == 1
    assert [(row.mail, row.stage) for row in practice.rows("work") if row.id == before.id] == [(before.mail, "done")]
    assert practice.rows("lodged")[0].sends == 2
