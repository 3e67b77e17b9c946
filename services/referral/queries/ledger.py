"""What the ledger says: its entries, and what it sums to."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.referral.domain import ledger as rules
from services.referral.domain.ledger import Row, Transfer
from services.referral.repository import ledger, people


def rows(community: str, member: str | None = None) -> Iterator[Row]:
    """All rows in order of time, two an entry; or those of the entries that move accounts of a member (by his id)."""
    for transfer in ledger.every(community, _accounts(member)):
        yield from rules.rows(transfer)


def page(
    community: str, *, member: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Transfers in order of time, from a place on, each with whose accounts it moves; of one member, or all."""
    found = ledger.page(community, names=_accounts(member), after=after, limit=limit)
    called = people.shown({whose for each in found for whose in _owners(each)})
    return [
        {**asdict(each), "member": next((called[whose] for whose in _owners(each)), None)} for each in found
    ]


def _accounts(member: str | None) -> list[str] | None:
    """What the accounts of a member are called: his own, and those of whom he became."""
    if member is None:
        return None
    owners = people.identities(member)
    return [rules.account(kind, owner) for kind in sorted(ledger.KEPT) for owner in owners]


def _owners(transfer: Transfer) -> list[str]:
    """Whose accounts a transfer moves."""
    sides = (rules.owner(name) for name in (transfer.debit, transfer.credit))
    return [whose for kind, whose in sides if kind in ledger.KEPT]


def balance(community: str) -> list[dict[str, Any]]:
    """For each currency what lies on each program, budget and kind of members' account; their sum is zero."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, currency, amount in ledger.sums(community):
        found[currency][name] = amount
    return [
        {"currency": currency, "accounts": accounts, "sum_minor": sum(accounts.values())}
        for currency, accounts in sorted(found.items())
    ]
