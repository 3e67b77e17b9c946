"""Months as they are written, like `2026-10`."""

import re

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


def _index(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1
