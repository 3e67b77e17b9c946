"""Amounts as people read them; wherever a program reads them they stay whole numbers of minor units."""

from decimal import Decimal

from babel.numbers import get_currency_precision

#: Where Babel (CLDR) says how many decimals people write, and the minor unit of ISO 4217 is a smaller one.
_SMALLER = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)


def text(amount_minor: int, currency: str) -> str:
    """An amount in minor units of a currency as money, the same in every locale: 5000 of EUR is `50.00 EUR`."""
    decimals = _SMALLER.get(currency) or get_currency_precision(currency)
    return f"{Decimal(amount_minor).scaleb(-decimals):,f} {currency}"
