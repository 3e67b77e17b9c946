"""What members and communities are, with the dates from which it holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from shared.clock import BEGINNING

T = TypeVar("T")

#: (from when, what): in order of time.
Timeline = Sequence[tuple[datetime, T]]


def at(timeline: Timeline[T], moment: datetime, default: T) -> T:
    """What holds at a moment."""
    holding = default
    for since, value in timeline:
        if since > moment:
            break
        holding = value
    return holding


def declare(
    timeline: Timeline[T], value: T, *, since: datetime | None, now: datetime, default: T
) -> list[tuple[datetime, T]]:
    """Add that `value` holds from `since` on, until the next entry.

    Without a date, what is declared first holds since always, and a change holds from now on. Declaring what holds
    already changes nothing.
    """
    if since is None:
        if at(timeline, now, default) == value:
            return list(timeline)
        since = now if timeline else BEGINNING
    kept = [(moment, held) for moment, held in timeline if moment != since]
    entries = sorted([*kept, (since, value)], key=lambda entry: entry[0])
    return _without_repeats(entries, default)


def _without_repeats(entries: Timeline[T], default: T) -> list[tuple[datetime, T]]:
    distinct: list[tuple[datetime, T]] = []
    holding = default
    for moment, value in entries:
        if value != holding:
            distinct.append((moment, value))
            holding = value
    return distinct
