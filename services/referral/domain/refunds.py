"""Refunds: never more than was paid, in whatever order they come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a refund is. `whole` without an amount takes whatever other refunds leave."""

    PARTIAL = "partial"
    WHOLE = "whole"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A refund of an order; without an amount all that is left. One that `failed` is undone: nothing was refunded."""

    name: str
    kind: Kind
    at: datetime
    amount_minor: int | None = None
    currency: str | None = None
    failed: datetime | None = None


def counted(refunds: Iterable[Refund], currency: str) -> list[Refund]:
    """The refunds that stand, in order of time. One that waited for its order in another currency never counts."""
    standing = [each for each in refunds if each.failed is None and each.currency in {None, currency}]
    return sorted(standing, key=lambda each: (each.at, each.name))


def refunded(amount_minor: int, currency: str, refunds: Iterable[Refund]) -> int:
    """How much of an order was refunded, in its minor units: never more than the order."""
    standing = counted(refunds, currency)
    if any(each.amount_minor is None for each in standing):
        return amount_minor
    return min(amount_minor, sum(each.amount_minor or 0 for each in standing))


def excess(amount_minor: int, currency: str, refunds: Iterable[Refund]) -> int:
    """By how many minor units the named amounts exceed the order; 0 if they fit."""
    named = sum(each.amount_minor or 0 for each in counted(refunds, currency))
    return max(0, named - amount_minor)
