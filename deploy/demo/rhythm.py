"""When people do things: by season, weekday and hour of the community's own time."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Kyiv")

# January to December: coffee at home is for winter, and in August everybody is away.
_MONTHS = (1.2, 1.15, 1.1, 1.0, 0.95, 0.8, 0.7, 0.6, 1.0, 1.1, 1.2, 1.0)
_WEEKDAYS = (1.0, 1.0, 0.95, 0.95, 0.85, 1.2, 1.35)
_HOURS = (2, 1, 0.4, 0.2, 0.2, 0.6, 3, 7, 9, 7, 5, 5, 6, 6, 5, 4, 5, 6, 8, 10, 12, 12, 9, 5)


def days(start: datetime, until: datetime) -> Iterator[datetime]:
    """Midnight of every day, by the community's clock."""
    day = start.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < until:
        yield day
        day += timedelta(days=1)  # on the clock of the wall: a day of 23 hours stays a day


def mood(day: datetime, start: datetime, until: datetime) -> float:
    """How lively a day is, about 1: season, weekday, and a community that grows."""
    grown = 0.6 + 0.8 * (day - start) / (until - start)
    return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * grown


def moment(dice: Random, day: datetime) -> datetime:
    """Some time on that day, rather in the evening."""
    hour = dice.choices(range(24), _HOURS)[0]
    return day.replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60))


def after(dice: Random, moment: datetime, hours: float) -> datetime:
    """Some time later, `hours` in the middle of many draws; seldom at night."""
    later = moment
    for _ in range(3):
        later = moment + timedelta(hours=dice.expovariate(1 / hours), seconds=1)
        if dice.random() < _HOURS[later.astimezone(ZONE).hour] / 6:
            break
    return later


def how_many(dice: Random, mean: float) -> int:
    """A Poisson draw."""
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count
