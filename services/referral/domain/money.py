"""Money: whole minor units of a currency, and rates that are exact. Nothing here ever is a float."""

import re
from fractions import Fraction

# A space before the sign is how many people write it. A bare `2.9` is refused: it may mean 2.9 % or 290 %.
_PERCENT = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,6}))? ?%")
_HUNDRED = 100
#: The most of anything in minor units: 10 thousand million of a currency with two decimals. Nine million such amounts
#: still fit into the 64 bits of a sum.
MOST = 10**12


def share(amount_minor: int, rate: Fraction) -> int:
    """A rate of an amount, in whole minor units, half away from zero: the one rounding of Laurel."""
    return rounded(amount_minor * rate)


def rounded(exact: Fraction) -> int:
    """Whole minor units, half away from zero."""
    size = abs(exact)
    # floor(x + 1/2) in whole numbers: a float would make 14 of 14.5, and 14.499… of what is 14.5.
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if exact >= 0 else -whole


def units(amount_minor: int, currency: str) -> str:
    """An amount as requests say it, so that it can be asked for: a bare number reads as whole units."""
    return f"{amount_minor} minor units of {currency}"


def parse_rate(written: str) -> Fraction:
    """The rate that a percentage such as `2.9%` means, exactly: 29/1000. Raises ValueError."""
    found = _PERCENT.fullmatch(written)
    if found is None:
        message = f"{written!r} is not a percentage such as 2.9%"
        raise ValueError(message)
    whole, decimals = found[1], found[2] or ""
    return Fraction(int(whole + decimals), _HUNDRED * 10 ** len(decimals))


def rate_text(rate: Fraction) -> str:
    """A rate as `parse_rate` reads it: 29/1000 is `2.9%`. Raises ValueError where decimals never end."""
    percent = rate * _HUNDRED
    for decimals in range(7):
        scaled = percent * 10**decimals
        if scaled.denominator == 1:
            digits = str(scaled.numerator).rjust(decimals + 1, "0")
            return f"{digits[:-decimals]}.{digits[-decimals:]}%" if decimals else f"{digits}%"
    message = f"{rate} is no percentage with six decimals"
    raise ValueError(message)
