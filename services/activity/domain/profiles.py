"""What members and communities are, with the dates from which it holds."""

from datetime import datetime
from typing import TypeVar
from zoneinfo import available_timezones

from shared.clock import BEGINNING
from shared.timeline import Timeline, at

T = TypeVar("T")

#: Names that mean something else on each machine, or nothing.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})


def is_time_zone(name: str) -> bool:
    """Whether it names a time zone of the IANA database, the same one on every machine."""
    return name in available_timezones() - _NO_ZONES


def declare(
    changes: Timeline[T], value: T, *, since: datetime | None, now: datetime, default: T
) -> list[tuple[datetime, T]]:
    """Add that `value` holds from `since` on, until the next entry.

    Without a date, what is declared first holds since always, a change holds from now on, and declaring what holds
    already changes nothing. With a date an entry is kept also where it repeats what holds: what comes later, dated
    earlier, must end there, or the order in which dates came would decide.
    """
    if since is None:
        if at(changes, now, default) == value:
            return list(changes)
        since = now if changes else BEGINNING
    kept = [(moment, held) for moment, held in changes if moment != since]
    return sorted([*kept, (since, value)], key=lambda entry: entry[0])
