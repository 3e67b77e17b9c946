"""What the ledger says: its entries, and what it sums to."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.referral.domain import ledger as rules
from services.referral.domain.ledger import Row, Transfer
from services.referral.repository import ledger


def rows(community: str) -> Iterator[Row]:
    """All rows, in order of time: two an entry."""
    for transfer in ledger.every(community):
        yield from rules.rows(transfer)


def page(community: str, *, after: tuple[datetime, str] | None, limit: int) -> list[Transfer]:
    """Transfers, in order of time, from a place on."""
    return ledger.page(community, after=after, limit=limit)


def balance(community: str) -> list[dict[str, Any]]:
    """For each currency what lies on each program, budget and kind of members' account; their sum is zero."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, currency, amount in ledger.sums(community):
        found[currency][name] = amount
    return [
        {"currency": currency, "accounts": accounts, "sum_minor": sum(accounts.values())}
        for currency, accounts in sorted(found.items())
    ]
