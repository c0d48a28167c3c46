"""Periodic settlement of ex-warehouse declarations: its type, and the period that goes with the type."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator

from edifact_ics.rules.conditions import absent, header, is_, present
from edifact_ics.rules.rule import Known, Rule, rule
from edifact_ics.rules.shapes import forbidden_when, only_when, required_when
from edifact_ics.view import Complaint, Level

TYPE, START, END = "SettlementType", "SettlementPeriodStartDate", "SettlementPeriodEndDate"
WEEKLY, MONTHLY, QUARTERLY = is_(TYPE, "Weekly"), is_(TYPE, "Monthly"), is_(TYPE, "Quarterly")
_QUARTERS = (1, 4, 7, 10)  # the months that quarters begin with

RULES: list[Rule] = [
    required_when("GBR-SETTLEMENT-PERIOD-START-DATE-01", START, present(TYPE)),
    forbidden_when("GBR-SETTLEMENT-PERIOD-START-DATE-02", START, absent(TYPE)),
    only_when("GBR-SETTLEMENT-PERIOD-START-DATE-03", START, header("N30")),
    required_when("GBR-SETTLEMENT-PERIOD-END-DATE-01", END, present(TYPE)),
    forbidden_when("GBR-SETTLEMENT-PERIOD-END-DATE-02", END, absent(TYPE)),
    only_when("GBR-SETTLEMENT-PERIOD-END-DATE-03", END, header("N30")),
    only_when("GBR-SETTLEMENT-TYPE-01", TYPE, header("N30")),
]


def _date(header: Level, name: str) -> datetime.date | None:
    text = header.get(name)
    return None if text is None else datetime.date.fromisoformat(text)


def _ends_on(header: Level, day: datetime.date, period: str) -> Iterator[Complaint]:
    """Complain of an end date that is another day."""
    end = _date(header, END)
    if end is not None and end != day:
        text = f"Settlement Period End Date is {end:%Y%m%d}; {period} from {header.get(START)} ends on {day:%Y%m%d}."
        yield header.complaint(END, text)


def _end_of_month(day: datetime.date, months: int = 0) -> datetime.date:
    """Return the last day of the month of a day, or of a later month of the same year."""
    month = day.month + months
    return day.replace(month=month, day=calendar.monthrange(day.year, month)[1])


@rule("GBR-SETTLEMENT-PERIOD-END-DATE-04", on=END, when=WEEKLY)
def week_of_seven_days(header: Level, known: Known) -> Iterator[Complaint]:
    """A week may begin on any day."""
    start = _date(header, START)
    if start is not None:
        yield from _ends_on(header, start + datetime.timedelta(days=6), "a week")


@rule("GBR-SETTLEMENT-PERIOD-START-DATE-04", on=START, when=MONTHLY)
def month_from_its_first_day(header: Level, known: Known) -> Iterator[Complaint]:
    """A month begins on its first day."""
    start = _date(header, START)
    if start is not None and start.day != 1:
        text = f"Settlement Period Start Date is {start:%Y%m%d}; a month of settlement begins on its first day."
        yield header.complaint(START, text)


@rule("GBR-SETTLEMENT-PERIOD-END-DATE-05", on=END, when=MONTHLY)
def month_to_its_last_day(header: Level, known: Known) -> Iterator[Complaint]:
    """A month ends on the last day of the month that it began in."""
    start = _date(header, START)
    if start is not None:
        yield from _ends_on(header, _end_of_month(start), "a month")


@rule("GBR-SETTLEMENT-PERIOD-START-DATE-05", on=START, when=QUARTERLY)
def quarter_from_its_first_day(header: Level, known: Known) -> Iterator[Complaint]:
    """A quarter begins on the first of January, April, July or October."""
    start = _date(header, START)
    if start is not None and (start.day != 1 or start.month not in _QUARTERS):
        text = f"Settlement Period Start Date is {start:%Y%m%d}; no quarter of the calendar begins on that day."
        yield header.complaint(START, text)


@rule("GBR-SETTLEMENT-PERIOD-END-DATE-06", on=END, when=QUARTERLY)
def quarter_to_its_last_day(header: Level, known: Known) -> Iterator[Complaint]:
    """A quarter ends three months on; where the start is no first month, its own quarter's end is as good."""
    start = _date(header, START)
    if start is not None:
        yield from _ends_on(header, _end_of_month(start, 2 - (start.month - 1) % 3), "a quarter")
