"""Streak days: local days of a zone that changes with its dates, so that travel neither breaks a run nor adds to it.

A day lasts from one local midnight to the next. While the zone changes, the day in progress goes on until a midnight of
the new zone, the one that keeps the count of days within half a day of the time that really went by. So nobody gains a
day by moving his clock, however often, and nobody loses one in the air: the day of the journey is longer, never lost.
"""

import functools
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = "day"
WEEK = "week"
MONTH = "month"
UNITS = (DAY, WEEK, MONTH)

#: (from when, IANA name), in order of time.
Zones = tuple[tuple[datetime, str], ...]

_EVER = datetime(1, 1, 3, tzinfo=UTC)
_WHOLE = timedelta(hours=24)
_HALF = timedelta(hours=12)


class _Stretch(NamedTuple):
    """From `start` on, when the day `first` begins, days are the zone's dates plus `offset`."""

    start: datetime
    first: int
    zone: ZoneInfo
    offset: int
    ahead: timedelta  # by how much the count of days is ahead of the time that went by


class Days:
    """Numbers the days of a timeline of zones. In one zone, a day's number is the ordinal of its date."""

    def __init__(self, zones: Sequence[tuple[datetime, str]]) -> None:
        first = ZoneInfo(zones[0][1] if zones else "UTC")
        self._stretches = [_Stretch(_EVER, _EVER.toordinal(), first, 0, timedelta(0))]
        for moment, name in zones[1:]:
            self._move(moment, ZoneInfo(name))
        self._starts = [each.start for each in self._stretches]

    def index(self, moment: datetime) -> int:
        """The number of the day that a moment lies in."""
        place = bisect_right(self._starts, moment) - 1
        return self._index(max(0, place), moment)

    def begins(self, index: int) -> datetime:
        """When a day begins."""
        place = len(self._stretches) - 1
        while place and index < self._stretches[place].first:
            place -= 1
        stretch = self._stretches[place]
        return stretch.start if index == stretch.first else _midnight(index - stretch.offset, stretch.zone)

    def _index(self, place: int, moment: datetime) -> int:
        stretch = self._stretches[place]
        index = moment.astimezone(stretch.zone).toordinal() + stretch.offset
        if place + 1 < len(self._stretches):
            # The day of a journey goes on until the next stretch begins.
            return min(index, self._stretches[place + 1].first - 1)
        return index

    def _move(self, moment: datetime, zone: ZoneInfo) -> None:
        while moment < self._stretches[-1].start:  # moved again before the day of the last journey was over
            self._stretches.pop()
        last = self._stretches[-1]
        index = self._index(len(self._stretches) - 1, moment)
        began = self.begins(index)
        ends = _midnight_from(began + _HALF + last.ahead, zone)
        if ends <= moment:  # that midnight is over: the new day begins here, and ends at a midnight
            self._begin(moment, index + 1, zone, last.ahead + _WHOLE - (moment - began))
            self._move_on(zone)
        else:
            self._begin(ends, index + 1, zone, last.ahead + _WHOLE - (ends - began))

    def _move_on(self, zone: ZoneInfo) -> None:
        last = self._stretches[-1]
        ends = _midnight_from(last.start + _HALF + last.ahead, zone)
        self._begin(ends, last.first + 1, zone, last.ahead + _WHOLE - (ends - last.start))

    def _begin(self, start: datetime, first: int, zone: ZoneInfo, ahead: timedelta) -> None:
        offset = first - start.astimezone(zone).toordinal()
        self._stretches.append(_Stretch(start, first, zone, offset, ahead))


@functools.lru_cache(maxsize=10_000)
def days(zones: Zones) -> Days:
    """The days of a timeline of zones, made once."""
    return Days(zones)


def unit_of(index: int, unit: str) -> int:
    """The number of the day, week (from Monday on) or month that a day lies in."""
    if unit == WEEK:
        return (index - 1) // 7
    if unit == MONTH:
        day = date.fromordinal(index)
        return day.year * 12 + day.month - 1
    return index


def first_day(number: int, unit: str) -> int:
    """The first day of a day, week or month by its number."""
    if unit == WEEK:
        return number * 7 + 1
    if unit == MONTH:
        return date(number // 12, number % 12 + 1, 1).toordinal()
    return number


def _midnight(ordinal: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromordinal(ordinal), time(), tzinfo=zone).astimezone(UTC)


def _midnight_from(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first local midnight at or after a moment."""
    ordinal = moment.astimezone(zone).toordinal()
    midnight = _midnight(ordinal, zone)
    return midnight if midnight >= moment else _midnight(ordinal + 1, zone)
