"""Spans and rates as people write them, read exactly."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import durations, money


@pytest.mark.parametrize(
    ("written", "rate"),
    [("2.9%", Fraction(29, 1000)), ("20%", Fraction(1, 5)), ("0.25%", Fraction(1, 400)), ("0%", Fraction(0))],
)
def test_a_rate_is_read_exactly_and_written_back(written: str, rate: Fraction) -> None:
    assert money.parse_rate(written) == rate
    assert money.rate_text(rate) == written


def test_a_space_before_the_sign_is_how_many_write_it() -> None:
    assert money.parse_rate("2.9 %") == Fraction(29, 1000)


@pytest.mark.parametrize("written", ["2,9%", "2.9", "", "-5%", "1e3%", " 5%", "5  %", "0x1%", "٣%", "1.%"])
def test_what_is_no_percentage_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        money.parse_rate(written)


@given(st.integers(0, 10_000_000))
def test_whatever_is_written_is_read_again(millionths: int) -> None:
    rate = Fraction(millionths, 10_000_000)
    assert money.parse_rate(money.rate_text(rate)) == rate


@pytest.mark.parametrize(
    ("written", "span", "again"),
    [
        ("30d", timedelta(days=30), "30d"),
        ("24h", timedelta(days=1), "1d"),
        ("90m", timedelta(minutes=90), "90m"),
        ("0d", timedelta(), "0d"),
    ],
)
def test_a_span_is_whole_days_hours_or_minutes(written: str, span: timedelta, again: str) -> None:
    assert durations.parse(written) == span
    assert durations.text(span) == again


@pytest.mark.parametrize("written", ["30", "d", "-1d", "1.5d", "30 d", "1w", "999999d", ""])
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no span"):
        durations.parse(written)
