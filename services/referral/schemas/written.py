"""Values as requests and answers hold them: rates, spans, currencies, amounts, addresses of pages."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import httpx
from babel.core import get_global
from babel.numbers import get_territory_currencies
from marshmallow import ValidationError, fields, validate

from services.referral.domain import durations, money
from shared import clock

T = TypeVar("T")

LONGEST_NAME = 100
LONGEST_TEXT = 2_000
LONGEST_ID = 1_000
LONGEST_URL = 2_000
_NO_PAGE = "The absolute address of a page is wanted here: http or https, a host, no user."
MOST = 1_000_000

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class _Written(fields.Field[T]):
    """A value that people write as text, as `example`; `parse` reads it and raises ValueError, `text` writes it."""

    example: ClassVar[str]
    parse: Callable[[str], T]
    text: Callable[[T], str]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> T:  # noqa: ANN401, ARG002
        if not isinstance(value, str):
            reason = f"Text is wanted here, such as {self.example!r}."
            raise ValidationError(reason)
        try:
            return type(self).parse(value)
        except ValueError as error:
            reason = f"{str(error)[:1].upper()}{str(error)[1:]}."
            raise ValidationError(reason) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ANN401, ARG002
        return None if value is None else type(self).text(value)


class Rate(_Written[Fraction]):
    """A percentage such as `2.9%`: text, because a float cannot hold it."""

    example = "2.9%"
    parse = staticmethod(money.parse_rate)
    text = staticmethod(money.rate_text)


class Span(_Written[timedelta]):
    """Whole days, hours or minutes: `30d`, `24h`, `15m`."""

    example = "30d"
    parse = staticmethod(durations.parse)
    text = staticmethod(durations.text)


class TimeOfDay(_Written[time]):
    """A time of the community's day: `21:00`."""

    example = "21:00"

    @staticmethod
    def parse(written: str) -> time:
        """Hours and minutes."""
        if not re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", written):
            message = f"{written!r} is no time such as 21:00"
            raise ValueError(message)
        return time.fromisoformat(written)

    @staticmethod
    def text(value: time) -> str:
        """Hours and minutes."""
        return value.isoformat(timespec="minutes")


def amount(least: int = 0, **options: Any) -> fields.Integer:  # noqa: ANN401
    """An amount in minor units: a whole number, never above the one bound of all amounts."""
    wrong: dict[str, Any] = {"invalid": "A whole number of minor units is wanted here: 5000 are 50.00 EUR."}
    return fields.Integer(
        strict=True, validate=validate.Range(least, money.MOST), error_messages=wrong, **options
    )


def number(least: int, most: int = MOST, **options: Any) -> fields.Integer:  # noqa: ANN401
    """A whole number."""
    return fields.Integer(strict=True, validate=validate.Range(least, most), **options)


def currency(**options: Any) -> fields.String:  # noqa: ANN401
    """A currency that is money today, by its ISO 4217 code."""
    return fields.String(validate=is_money, **options)


def any_currency(**options: Any) -> fields.String:  # noqa: ANN401
    """The same of what was begun earlier, and so may be in a currency that is no longer money."""
    return fields.String(validate=_was_money, **options)


def identifier(**options: Any) -> fields.String:  # noqa: ANN401
    """An id of the community's own, which may hold any character."""
    return fields.String(validate=validate.Length(1, LONGEST_ID), **options)


def reason(**options: Any) -> fields.String:  # noqa: ANN401
    """Why somebody does what he does: words, not spaces."""
    words = validate.Regexp(r"\s*\S", error="A reason is more than spaces.")
    return fields.String(validate=[validate.Length(3, LONGEST_TEXT), words], **options)


def page(**options: Any) -> fields.String:  # noqa: ANN401
    """The absolute address of a page, http or https."""
    return Page(validate=[validate.Length(1, LONGEST_URL), _is_page], **options)


class Page(fields.String):
    """An address as it goes into a header: a host by IDNA, all else in percent where it is not ASCII."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        read: str = super()._deserialize(value, attr, data, **kwargs)
        # What nobody may resolve is refused as it was written; encoding would make something else of it.
        _is_page(read)
        try:
            return str(httpx.URL(read))
        except httpx.InvalidURL as error:
            raise ValidationError(_NO_PAGE) from error


def whole(pattern: str, error: str) -> validate.Regexp:
    """Text that fits a pattern from its beginning to its end, for Python and for who reads our OpenAPI document.

    Python's `$` alone lets a line break follow, and what it has in its place is nothing to ECMAScript.
    """
    return validate.Regexp(rf"^(?:{pattern})$(?!\n)", error=error)


def slug(**options: Any) -> fields.String:  # noqa: ANN401
    """A name for addresses: small letters, digits and hyphens."""
    return fields.String(validate=is_slug, **options)


def is_slug(written: str) -> None:
    """Refuse what cannot stand in an address and in the name of an account."""
    if not _SLUG.fullmatch(written):
        reason = "Small letters, digits and hyphens, 64 at most, are wanted here."
        raise ValidationError(reason)


def is_money(written: str, day: date | None = None) -> None:
    """Refuse what nobody could pay with on a day (today): codes of metals, of funds, for tests, and of money gone."""
    day = day or clock.now().date()
    _check_currency(written, day, day)


def _was_money(written: str) -> None:
    _check_currency(written, date.min, clock.now().date())


def _check_currency(written: str, first: date, last: date) -> None:
    if written not in _money(first, last):
        reason = "This is not money; the ISO 4217 code of a currency is wanted, such as EUR."
        raise ValidationError(reason)


@lru_cache(maxsize=100)
def _money(first: date, last: date) -> frozenset[str]:
    """What is legal tender somewhere in these days, as CLDR knows it."""
    every = (get_territory_currencies(each, first, last) for each in get_global("territory_currencies"))
    return frozenset(code for some in every for code in some)


def _is_page(written: str) -> None:
    try:
        parts = urlsplit(written)
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None
        wrong = wrong or parts.port == 0
    except ValueError:
        wrong = True
    # Whoever resolves it must not read another host into it than we do.
    if wrong or re.search(r"[\x00-\x20\x7f\\]", written):
        raise ValidationError(_NO_PAGE)
