"""Spans of time as people write them: `30d`, `24h`, `15m`."""

import re
from datetime import timedelta

_WRITTEN = re.compile(r"([0-9]{1,5})([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def parse(written: str) -> timedelta:
    """The span that is meant by whole days, hours or minutes: `14d`, `36h`, `90m`. Raises ValueError."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        message = f"{written!r} is no span such as 30d, 24h or 15m"
        raise ValueError(message)
    return int(found[1]) * _UNITS[found[2]]


def text(span: timedelta) -> str:
    """A span as `parse` reads it, in its largest unit that leaves nothing over: 24 hours are `1d`."""
    unit = next((name for name, size in _UNITS.items() if span % size == timedelta()), "m")
    return f"{span // _UNITS[unit]}{unit}"
