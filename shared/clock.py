"""Time: aware UTC, cut to milliseconds, because that is what MongoDB keeps."""

from datetime import UTC, datetime

#: "Since always", for what is declared without a date.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present, aware, in UTC, cut to milliseconds."""
    return cut(datetime.now(UTC))


def cut(moment: datetime) -> datetime:
    """The same moment in UTC without what lies below a millisecond.

    MongoDB would cut it in silence; cutting at the door keeps what we decide equal to what we store.
    """
    moment = moment.astimezone(UTC)
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment


def text(moment: datetime) -> str:
    """RFC 3339 with milliseconds and `Z`: the one form in which Laurel writes times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def from_text(written: str) -> datetime:
    """Read what `text` wrote, or any RFC 3339 time with an offset. Raises ValueError."""
    # RFC 3339 lets `t` and `z` be small; Python knows the small `t` alone.
    moment = datetime.fromisoformat(f"{written[:-1]}Z" if written.endswith("z") else written)
    if moment.tzinfo is None:
        message = f"{written!r} has no offset from UTC"
        raise ValueError(message)
    return cut(moment)
