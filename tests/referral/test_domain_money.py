"""Amounts are shared half up, away from zero, in exact arithmetic."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import money


@pytest.mark.parametrize(
    ("sale", "rate", "right"),
    [
        (500, "2.9%", 15),  # floats make 14
        (15, "10%", 2),  # truncation makes 1
        (3, "20%", 1),  # truncation makes 0
        (1, "50%", 1),  # half to even makes 0
        (7, "20%", 1),
        (2, "20%", 0),
        (1000, "20%", 200),
        (10_000, "20%", 2_000),
    ],
)
def test_a_rate_of_a_sale_is_rounded_half_up(sale: int, rate: str, right: int) -> None:
    assert money.share(sale, money.parse_rate(rate)) == right
    assert money.share(-sale, money.parse_rate(rate)) == -right


@given(st.integers(0, 10**15), st.fractions(0, 10, max_denominator=10**7))
def test_a_share_is_never_half_a_minor_unit_off_and_ties_go_up(amount: int, rate: Fraction) -> None:
    off = money.share(amount, rate) - amount * rate
    assert Fraction(-1, 2) < off <= Fraction(1, 2)
