"""Days of a community's calendar: windows and their keys, exclusions and seasons are all made of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.errors import Invalid, Place

ONE = timedelta(days=1)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day on which a moment falls in a zone."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in a zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last one of that month where there is no such day."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    following = first + timedelta(days=31)
    last = following.replace(day=1) - ONE
    return last.replace(day=min(day.day, last.day))


def read(written: object, pointer: str) -> date | None:
    """A day as a definition writes it, or None where there is none. Raises Invalid with the place."""
    if written is None:
        return None
    if isinstance(written, str):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass
    raise invalid(pointer, "a day is wanted here, as 2026-10-31")


def invalid(pointer: str, detail: str) -> Invalid:
    """A refusal that names the place."""
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])
