"""Times in requests and answers: RFC 3339 with an offset on the way in, the one form of the chassis on the way out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields

from shared import clock

_EARLIEST_YEAR = 1970
_LATEST_YEAR = 9999


def moment(written: Any) -> datetime:  # noqa: ANN401 (untrusted JSON)
    """An RFC 3339 time with an offset, as aware UTC cut to milliseconds. Raises ValueError."""
    if not isinstance(written, str):
        message = "a time is a string as in RFC 3339"
        raise ValueError(message)  # noqa: TRY004 (all faults of a time are ValueErrors to the caller)
    try:
        read = clock.from_text(written)
    except OverflowError as error:
        message = "out of range"
        raise ValueError(message) from error
    if not _EARLIEST_YEAR <= read.year < _LATEST_YEAR:
        message = f"before {_EARLIEST_YEAR} or after {_LATEST_YEAR - 1}"
        raise ValueError(message)
    return read


class Moment(fields.DateTime):
    """A time with its offset from UTC."""

    def _deserialize(
        self,
        value: Any,  # noqa: ANN401 (untrusted JSON)
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ANN401, ARG002
    ) -> datetime:
        try:
            return moment(value)
        except ValueError as error:
            reason = f"Not a time with an offset, such as 2026-11-22T09:30:00Z: {error}."
            raise ValidationError(reason) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ANN401, ARG002
        return None if value is None else clock.text(value)
