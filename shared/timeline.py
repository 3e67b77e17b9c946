"""What holds at a moment, where it has changed with time. Pure: any room may use it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

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


def stored(document: Mapping[str, Any], name: str) -> list[tuple[datetime, Any]]:
    """A timeline as a document holds it; empty where it has none."""
    return [(since, value) for since, value in document.get(name) or ()]
