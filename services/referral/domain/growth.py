"""Growth: how many each one brings, how fast, and how sure one can be of it. Exact fractions, and 0 of nothing is 0.

After David Skok's "Lessons learned: viral marketing"; the interval is Wilson's (1927).
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

#: Of fewer than so many cases a rate says little, and is shown with that remark.
FEW = 30
#: The quantile of 95 %.
_Z = 1.959964


class Interval(NamedTuple):
    """Between what and what a true rate lies, in 95 of 100 cases."""

    low: float
    high: float


def rate(part: int, whole: int) -> Fraction:
    """A share of a whole; 0 of nothing is 0."""
    return Fraction(part, whole) if whole else Fraction(0)


def k(recommendations: int, advocates: int, converted: int) -> Fraction:
    """K: recommendations an advocate, times the share of them that convert. Above 1 each turn outgrows the last."""
    return rate(recommendations, advocates) * rate(converted, recommendations)


def customers(start: int, factor: Fraction, turns: int) -> Fraction:
    """How many `start` customers have become after so many whole turns: the sum of a geometric series."""
    if factor == 1:
        return Fraction(start * (turns + 1))
    return start * (factor ** (turns + 1) - 1) / (factor - 1)


def interval(part: int, whole: int) -> Interval:
    """What a rate of `part` in `whole` cases says of the true one: nearly nothing while cases are few."""
    if not whole:
        return Interval(0.0, 1.0)
    share, square = part / whole, _Z * _Z
    middle = share + square / (2 * whole)
    spread = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    width = 1 + square / whole
    return Interval(max(0.0, (middle - spread) / width), min(1.0, (middle + spread) / width))


class Pattern(NamedTuple):
    """So many loops of a generation that have just these edges."""

    generation: int
    states: frozenset[str]
    loops: int


class Share(NamedTuple):
    """How many of so many cases, with what it says of the true rate."""

    part: int
    of: int

    @property
    def rate(self) -> Fraction:
        """The share itself."""
        return rate(self.part, self.of)

    @property
    def interval(self) -> Interval:
        """Where the true one may lie."""
        return interval(self.part, self.of)

    @property
    def few(self) -> bool:
        """Whether it says little."""
        return self.of < FEW


def having(patterns: Iterable[Pattern], *states: str) -> int:
    """How many loops have all these edges."""
    wanted = frozenset(states)
    return sum(each.loops for each in patterns if wanted <= each.states)


def conversion(patterns: Sequence[Pattern], state: str, following: str) -> Share:
    """How many of the loops that came to one state have come to a later one too."""
    return Share(having(patterns, state, following), having(patterns, state))
