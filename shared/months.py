"""Months of a community, by its own clock: when one is over. Pure: any room may use it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.timeline import Timeline, at

_DECEMBER = 12


def month_of(moment: datetime, zones: Timeline[str]) -> str:
    """The month that a moment (aware) falls in, like `2026-10`, in the zone that holds at that moment."""
    return f"{moment.astimezone(ZoneInfo(at(zones, moment, 'UTC'))):%Y-%m}"


def following(period: str) -> str:
    """The month after a month."""
    year, month = _numbers(period)
    return f"{year + 1:04}-01" if month == _DECEMBER else f"{year:04}-{month + 1:02}"


def border(period: str, zones: Timeline[str]) -> datetime:
    """The first moment (aware UTC) after a month.

    Where the zone changes about then, the latest of the borders: to wait longer is never wrong.
    """
    year, month = _numbers(following(period))
    return max(
        datetime(year, month, 1, tzinfo=zone).astimezone(UTC) for zone in _zones_about(year, month, zones)
    )


def _zones_about(year: int, month: int, zones: Timeline[str]) -> Sequence[ZoneInfo]:
    first, last = (datetime(year, month, 1, tzinfo=UTC) + timedelta(days=days) for days in (-1, 1))
    names = {at(zones, first, "UTC"), *(zone for since, zone in zones if first < since <= last)}
    return [ZoneInfo(name) for name in names]


def _numbers(period: str) -> tuple[int, int]:
    year, _, month = period.partition("-")
    return int(year), int(month)
