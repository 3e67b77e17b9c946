"""Caps: how much of what is asked for fits into what is left, and which bound said no."""

from collections.abc import Sequence
from dataclasses import dataclass

ADVOCATE = "advocate-limit-reached"
FRIEND = "friend-limit-reached"
PROGRAM = "program-limit-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A bound and what is used of it: of an amount in minor units, or of a number of rewards (`counts`)."""

    most: int
    used: int
    reason: str
    counts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What is granted of what was asked for; `reason` says which bound cut or refused it."""

    amount_minor: int
    reason: str | None = None


def fit(asked_minor: int, bounds: Sequence[Bound]) -> Fitting:
    """As much as every bound leaves; nothing where no more rewards are allowed."""
    granted = Fitting(amount_minor=asked_minor)
    for each in bounds:
        left = max(0, each.most - each.used)
        room = left if not each.counts else granted.amount_minor * (left > 0)
        if room < granted.amount_minor:
            granted = Fitting(amount_minor=room, reason=each.reason)
    return granted
