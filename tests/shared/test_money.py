"""Amounts as people read them."""

import pytest

from shared import money


@pytest.mark.parametrize(
    ("amount_minor", "currency", "read"),
    [
        (5_000, "EUR", "50.00 EUR"),
        (5_000, "JPY", "5,000 JPY"),
        (5_000, "KWD", "5.000 KWD"),
        (5_000, "RSD", "50.00 RSD"),
        (7, "EUR", "0.07 EUR"),
        (0, "EUR", "0.00 EUR"),
        (-123_456_789, "EUR", "-1,234,567.89 EUR"),
        (10**18 + 1, "USD", "10,000,000,000,000,000.01 USD"),
    ],
)
def test_minor_units_are_said_as_money_by_the_decimals_of_their_currency(
    amount_minor: int, currency: str, read: str
) -> None:
    assert money.text(amount_minor, currency) == read
