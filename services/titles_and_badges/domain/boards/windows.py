"""Windows: the calendar's (day, ISO week, month, season, all) and rolling ones, each named for what it holds.

A period is one stretch of a window, and its key stands in storage: `month:2026-10`, `all`, `last-30-days`. A rolling
window has one period, which is brought up to date as days pass; the future never counts.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.titles_and_badges.domain.boards import days

DAY = "day"
WEEK = "week"
MONTH = "month"
SEASON = "season"
ALL = "all"
CALENDAR = (DAY, WEEK, MONTH, SEASON, ALL)

#: Since the same day before, that day included.
SINCE: Mapping[str, Callable[[date], date]] = {
    "since-yesterday": lambda today: today - timedelta(days=1),
    "since-a-week": lambda today: today - timedelta(days=7),
    "since-four-weeks": lambda today: today - timedelta(days=28),
    "since-a-month": lambda today: days.months_before(today, 1),
    "since-a-quarter": lambda today: days.months_before(today, 3),
    "since-a-year": lambda today: days.months_before(today, 12),
}
_LAST_DAYS = re.compile(r"last-([1-9][0-9]{0,2})-days")
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One stretch of days: from `first` on, before `end`; None where it has no border on that side."""

    window: str
    name: (
        str | None
    )  # as `period=` says it: 2026-10-07, 2026-W41, 2026-10, a season's name; None for the others
    first: date | None
    end: date | None

    @property
    def key(self) -> str:
        """Its name in storage."""
        return self.window if self.name is None else f"{self.window}:{self.name}"

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A season as a board declares it: from a day on, before another."""

    name: str
    first: date
    end: date


def is_rolling(window: str) -> bool:
    """Whether a window moves on with every day."""
    if window in SINCE:
        return True
    found = _LAST_DAYS.fullmatch(window)
    return found is not None and int(found[1]) <= _LONGEST


def rolling(window: str, today: date) -> Period:
    """A rolling window as of a day, which is its last."""
    if window in SINCE:
        first = SINCE[window](today)
    else:
        length = _LAST_DAYS.fullmatch(window)
        first = today - timedelta(days=int(length[1]) - 1) if length else today
    return Period(window=window, name=None, first=first, end=today + days.ONE)


def containing(window: str, day: date) -> Period:
    """The period of a window of the calendar (but no season) in which a day lies."""
    if window == DAY:
        return Period(window=DAY, name=day.isoformat(), first=day, end=day + days.ONE)
    if window == WEEK:
        year, week, weekday = day.isocalendar()
        first = day - timedelta(days=weekday - 1)
        return Period(window=WEEK, name=f"{year:04}-W{week:02}", first=first, end=first + timedelta(days=7))
    if window == MONTH:
        first = day.replace(day=1)
        end = (first + timedelta(days=31)).replace(day=1)
        return Period(window=MONTH, name=f"{day.year:04}-{day.month:02}", first=first, end=end)
    return Period(window=ALL, name=None, first=None, end=None)


def named(window: str, name: str) -> Period:
    """The period of a window of the calendar (but no season) by its name. Raises ValueError."""
    if window == DAY:
        found = containing(DAY, date.fromisoformat(name))
    elif window == WEEK:
        found = containing(WEEK, date.fromisoformat(f"{name}-1"))
    else:
        found = containing(window, date.fromisoformat(f"{name}-01"))
    if found.name != name:  # another way of writing it would be another key
        raise ValueError(name)
    return found


def before(period: Period, seasons: Sequence[Season]) -> Period | None:
    """The period before, with which a standing is compared; None where there is none."""
    if period.window in (DAY, WEEK, MONTH) and period.first is not None:
        return containing(period.window, period.first - days.ONE)
    if period.window == SEASON:
        earlier = [each for each in seasons if period.first is not None and each.end <= period.first]
        return of_season(max(earlier, key=lambda each: each.end)) if earlier else None
    return None


def of_season(season: Season) -> Period:
    """A season's period."""
    return Period(window=SEASON, name=season.name, first=season.first, end=season.end)


def periods(windows: Iterable[str], seasons: Iterable[Season], day: date, today: date) -> Iterator[Period]:
    """Every period in which a day of the past or of today lies, as of today."""
    for window in windows:
        if window == SEASON:
            yield from (of_season(each) for each in seasons if each.first <= day < each.end)
        elif window in CALENDAR:
            yield containing(window, day)
        elif (found := rolling(window, today)).holds(day):
            yield found
