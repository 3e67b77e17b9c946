"""Growth in exact numbers: the vectors of the anchor, and nothing divided by nothing."""

from fractions import Fraction

import pytest

from services.referral.domain import growth


def test_ten_invitations_of_which_a_fifth_converts_bring_two_each() -> None:
    assert growth.k(recommendations=100, advocates=10, converted=20) == 2


@pytest.mark.parametrize(("cycle", "expected"), [(2, 20_470), (1, 20_971_510)])
def test_ten_customers_grow_as_skok_computed(cycle: int, expected: int) -> None:
    assert growth.customers(10, Fraction(2), 20 // cycle) == expected


def test_growth_below_and_at_one_is_exact_too() -> None:
    assert growth.customers(10, Fraction(1), 5) == 60
    assert growth.customers(10, Fraction(1, 2), 2) == Fraction(35, 2)
    assert growth.customers(10, Fraction(0), 9) == 10


def test_a_rate_of_nothing_is_nothing() -> None:
    assert growth.rate(0, 0) == 0
    assert growth.k(recommendations=0, advocates=0, converted=0) == 0


def test_few_cases_say_little() -> None:
    assert growth.interval(0, 0) == (0, 1)
    low, high = growth.interval(1, 2)
    assert (round(low, 3), round(high, 3)) == (0.095, 0.905)
    low, high = growth.interval(500, 1000)
    assert (round(low, 3), round(high, 3)) == (0.469, 0.531)
    assert growth.interval(0, 10).low == pytest.approx(0)
    assert growth.interval(10, 10).high == pytest.approx(1)
