"""What a receiver knows besides the file, and how the answer says so."""

from __future__ import annotations

import datetime

import pytest
from fault_messages import CUSTOMS, REFERENCE, SITE, good, interchange, unb

from edifact_ics import check, respond
from edifact_ics.envelope.receiver import Receiver

AT = datetime.datetime(2026, 11, 21, 9, 30)


@pytest.mark.parametrize(
    ("receiver", "tail", "said"),
    [
        (Receiver(), "++++1++1", "7"),
        (Receiver(site=CUSTOMS, senders={SITE}, production=False), "++++1++1", "7"),
        (Receiver(site="BBB111B"), "++++1++1", "4+7+UNB+4:1"),
        (Receiver(senders={"BBB111B"}), "++++1++1", "4+23+UNB+3:1"),
        (Receiver(production=True), "++++1++1", "4+25+UNB+12"),
        (Receiver(production=True), "++++1", "7"),
        (Receiver(production=False), "++++1", "4+13+UNB+12"),
        (Receiver(secure=False), "++++1", "4+27+UNB"),
    ],
    ids=str,
)
def test_an_interchange_is_refused_as_a_whole(receiver: Receiver, tail: str, said: str) -> None:
    sent = interchange([good("withdraw")], header=unb(tail=tail))
    answer = respond(sent, at=AT, reference=17, receiver=receiver, kind="contrl")
    uci = next(line for line in answer.data.decode().split("'\n") if line.startswith("UCI"))
    assert uci == f"UCI+{REFERENCE}+{SITE}::{SITE}+{CUSTOMS}+{said}"
    assert check(answer.data).verdict == "accepted"


def test_the_answer_comes_from_the_site_that_received() -> None:
    answer = respond(interchange([good("withdraw")]), at=AT, reference=17, receiver=Receiver(site="BBB111B"))
    assert b"UNB+UNOC:3+BBB111B::BBB111B+TST482K+" in answer.data


@pytest.mark.parametrize("action", ["1", "2", "3", "5", "6"])
def test_action_codes_of_older_versions_are_read(action: str) -> None:
    answer = respond(interchange([good("withdraw")]), at=AT, reference=17, kind="contrl").data
    found = check(answer.replace(f"+{CUSTOMS}+7'".encode(), f"+{CUSTOMS}+{action}'".encode())).findings
    assert [(f.code, f.severity.value, f.position.tag) for f in found] == [("VAL-06", "warning", "UCI")]
