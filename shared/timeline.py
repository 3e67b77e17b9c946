"""What holds at a moment, where it has changed with time. Pure: any room may use it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

T = TypeVar("T")

#: (from when, what), in order of time.
Timeline = Sequence[tuple[datetime, T]]


def at(changes: Timeline[T], moment: datetime, default: T) -> T:
    """What holds at a moment; `default` before the first entry."""
    holding = default
    for since, value in changes:
        if since > moment:
            break
        holding = value
    return holding
