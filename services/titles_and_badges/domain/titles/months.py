"""Months as they are written, like `2026-10`."""

import re
from datetime import UTC, datetime

from services.titles_and_badges.domain.standing import Context

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def is_month(written: str) -> bool:
    """Whether it is a month."""
    return _MONTH.fullmatch(written) is not None


def add(month: str, count: int) -> str:
    """A month some months later, or earlier."""
    year, index = divmod(_index(month) + count, 12)
    return f"{year:04}-{index + 1:02}"


def distance(earlier: str, later: str) -> int:
    """How many months later one is than the other."""
    return _index(later) - _index(earlier)


def between(first: str, last: str) -> list[str]:
    """All months from one to another, both included."""
    return [add(first, count) for count in range(distance(first, last) + 1)]


def borders(month: str, context: Context) -> tuple[datetime, datetime]:
    """The first moment of a month and the first after it (aware UTC), in the community's zone of then."""
    first, after = (_start(each, context) for each in (month, add(month, 1)))
    return first, after


def _start(month: str, context: Context) -> datetime:
    year, index = divmod(_index(month), 12)
    about = datetime(year, index + 1, 1, tzinfo=UTC)
    return about.replace(tzinfo=context.zone(about)).astimezone(UTC)


def _index(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1
