"""Spans of time, and the periods of a calendar."""

import calendar
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = "day"
WEEK = "week"
MONTH = "month"
YEAR = "year"
PERIODS = (DAY, WEEK, MONTH, YEAR)


class Span(NamedTuple):
    """So many months and days."""

    months: int
    days: int


class Period(str):
    """A day, week, month or year by its name: 2026-10-07, 2026-W41, 2026-10, 2026."""

    __slots__ = ()


def later(moment: datetime, span: Span, zone: tzinfo = UTC) -> datetime:
    """The same time of day, so much later; the 31st becomes the last of its month."""
    local = moment.astimezone(zone) + timedelta(days=span.days)
    months = local.year * 12 + local.month - 1 + span.months
    year, month = months // 12, months % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(UTC)


def period(moment: datetime, unit: str, zone: ZoneInfo) -> Period:
    """The period that a moment lies in."""
    local = moment.astimezone(zone)
    if unit == WEEK:
        year, week, _ = local.isocalendar()
        return Period(f"{year:04}-W{week:02}")
    date = local.date().isoformat()
    return Period({DAY: date, MONTH: date[:7], YEAR: date[:4]}[unit])
