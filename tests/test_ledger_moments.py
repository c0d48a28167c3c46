"""When an answer was prepared: Canberra's civil time, whose hour from 02:00 comes twice on the first Sunday of April."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import select

from edifact_ics.civil_time import moments
from edifact_ics.history import Submission
from edifact_ics.ledger import Ledger, migrate
from edifact_ics.ledger.journal import Key
from edifact_ics.ledger.reading import BusinessAnswer, FormAnswer, Told
from edifact_ics.ledger.tables import answer

SITE = "KBR417H"


@pytest.mark.parametrize(
    ("unb", "utc"),
    [
        ("202611250930", ["2026-11-24 22:30"]),  # daylight saving
        ("202607250930", ["2026-07-24 23:30"]),
        ("202604050159", ["2026-04-04 14:59"]),
        ("202604050200", ["2026-04-04 15:00", "2026-04-04 16:00"]),
        ("202604050259", ["2026-04-04 15:59", "2026-04-04 16:59"]),
        ("202604050300", ["2026-04-04 17:00"]),
        ("202604120230", ["2026-04-11 16:30"]),  # a week later
        ("202610040230", ["2026-10-03 16:30"]),  # an hour that there is not
        ("202613250930", []),
    ],
)
def test_unb_is_read_as_civil_time_in_canberra(unb: str, utc: list[str]) -> None:
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in moments(unb)] == utc


def taken(tmp_path: Path, told: list[tuple[str, str]], site: str = SITE) -> dict[str, str]:
    """Let a new ledger take answers of that night; return when each was prepared, UTC."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    Path(tmp_path / "ledger.db").unlink(missing_ok=True)
    with opened(url) as ledger:
        for number, time in told:
            ledger.take(Told(site, number, "1", f"20260405{time}"), FormAnswer(SITE, "1", "7", "", {}))
    return dict(rows(url))


def opened(url: str) -> Ledger:
    found = Ledger.open(url, create=True, sending=True)
    assert found is not None
    return found


def rows(url: str) -> list[tuple[str, str]]:
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        found = [(row.reference, row.told[11:16]) for row in connection.execute(select(answer))]
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ([("7", "0210"), ("8", "0250"), ("9", "0205")], ["15:10", "15:50", "16:05"]),  # the counter goes on
        ([("7", "0210"), ("8", "0205"), ("9", "0250")], ["15:10", "16:05", "16:50"]),
        ([("7", "0159"), ("8", "0259"), ("9", "0200"), ("10", "0300")], ["14:59", "15:59", "16:00", "17:00"]),
        ([("7", "0259"), ("8", "0258"), ("9", "0201")], ["15:59", "15:58", "16:01"]),  # a minute back is no hour
        ([("7", "0210"), ("8", "0230"), ("9", "0250")], ["15:10", "15:30", "15:50"]),  # nobody can tell: the first
        ([("099", "0250"), ("0100", "0210"), ("101", "0220")], ["15:50", "16:10", "16:20"]),  # numbers, not texts
        ([("X1", "0250"), ("7", "0240"), ("8", "0210")], ["15:50", "15:40", "16:10"]),  # not of the counter
    ],
)
def test_the_counter_of_customs_tells_which_of_two_hours_an_answer_is_of(
    tmp_path: Path, told: list[tuple[str, str]], utc: list[str]
) -> None:
    """In whatever order the answers come, each is of the hour it must be of."""
    wanted = {reference.lstrip("0"): at for (reference, _), at in zip(told, utc, strict=True)}
    for order in permutations(told):
        assert taken(tmp_path, list(order)) == wanted, order


def test_each_site_has_a_counter_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with opened(url) as ledger:
        for site, number, time in (("KBR417H", "7", "0250"), ("YLA676Y", "8", "0210"), ("KBR417H", "8", "0255")):
            ledger.take(Told(site, number, "1", f"20260405{time}"), FormAnswer(SITE, "1", "7", "", {}))
    assert rows(url) == [("7", "15:50"), ("8", "15:10"), ("8", "15:55")]


@pytest.mark.parametrize(
    "told",
    [
        [("7", "0250", "HELD"), ("8", "0210", "CLEAR")],  # in the second hour
        [("7", "0230", "HELD"), ("8", "0230", "CLEAR")],  # within one minute
        [("9", "0155", "ATTENTION"), ("10", "0240", "HELD"), ("11", "0205", "CLEAR")],
    ],
)
def test_the_status_is_that_of_the_last_answer_in_whatever_order_they_come(
    database: str, told: list[tuple[str, str, str]]
) -> None:
    with opened(database) as ledger:
        for place, order in enumerate(permutations(told)):
            key, site = Key(SITE, "IMD", f"JOB{place}"), f"KBR{place}"
            ledger.own(site, SITE)
            ledger.begin(SITE, str(place))
            ledger.record(Submission(key, 1, "9", accepted=True))
            ledger.end(True)
            for number, time, status in order:
                said = BusinessAnswer("IMDR", "", key.reference, 1, status, "", False, ())
                ledger.take(Told(site, number, "1", f"20260405{time}"), said)
            assert [status for found, _, _, status in ledger.documents() if found == key] == ["CLEAR"], order


def test_an_older_ledger_is_brought_up_and_knows_what_was_last(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from edifact_ics.ledger.database import LEDGER

    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(LEDGER.migrations))
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO document (client, name, reference, state, status, told)"
            " VALUES ('KBR417H', 'IMD', 'JOB1', 'active', 'CLEAR', '202611250930')"
        )
        for number, told in (("7", "202611250910"), ("8", "202611250930")):
            connection.exec_driver_sql(
                "INSERT INTO answer (site, reference, message, told, recorded, document, effect)"
                f" VALUES ('KBR417H', '{number}', '1', '{told}', '2026-11-25 00:00:00', 1, '')"
            )
    engine.dispose()
    migrate(url)
    assert rows(url) == [("7", "22:10"), ("8", "22:30")]
    with opened(url) as ledger:
        late = BusinessAnswer("IMDR", "", "JOB1", 1, "HELD", "", False, ())
        ledger.take(Told(SITE, "9", "1", "202611250920"), late)
        assert [status for *_, status in ledger.documents()] == ["CLEAR"]
