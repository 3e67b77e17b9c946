"""The ledger: transfers from one account to another, one currency each, never changed and never taken back.

What is credited rises, what is debited falls: what is owed to a member is the balance of `payable:MEMBER`, and all
balances of a currency sum to zero. What was wrong is put right by another transfer.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from shared import clock
from shared.errors import Fault

HELD = "held"
PAYABLE = "payable"
PAID = "paid"
PAYING = "paying"
EXPENSE = "expense"
BUDGET = "budget"

#: What stands before the first batch of a community.
GENESIS = hashlib.sha256(b"laurel ledger").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """So much of a currency from the account `debit` to the account `credit`.

    `id` follows from what it is for, so that no money effect is ever written twice. `reason` is a stable code, and
    `reference` names what it is for (a reward, a grant, a line of a pay-out): never a name, never free text. Which
    month's pay-out it is for goes by its `value_date`, where that lies before its `time`: told late, an order of May
    is one of May.
    """

    id: str
    community: str
    time: datetime
    debit: str
    credit: str
    currency: str
    amount_minor: int
    reason: str
    reference: str
    value_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One side of a transfer, as the ledger is exported: the rows of an entry sum to zero."""

    entry: str
    time: datetime
    account: str
    currency: str
    amount_minor: int
    reason: str
    reference: str


def account(kind: str, owner: str) -> str:
    """An account: `payable:m2x…` is what is owed to a member, `expense:spring` what a program has spent."""
    return f"{kind}:{owner}"


def owner(name: str) -> tuple[str, str]:
    """The kind of an account, and whose it is."""
    kind, _, whose = name.partition(":")
    return kind, whose


def check(transfer: Transfer) -> None:
    """Raise Fault for what is no transfer: it would break the sum of the ledger."""
    if transfer.amount_minor <= 0 or transfer.debit == transfer.credit:
        message = f"{transfer.id} moves {transfer.amount_minor} from {transfer.debit} to {transfer.credit}"
        raise Fault(message)


def same(one: Transfer, other: Transfer) -> bool:
    """Whether two transfers under one id move the same: when each was tried makes no difference."""
    return all(
        getattr(one, each.name) == getattr(other, each.name)
        for each in fields(Transfer)
        if each.name not in {"time", "value_date"}
    )


def rows(transfer: Transfer) -> tuple[Row, Row]:
    """Both sides of a transfer."""
    sides = ((transfer.debit, -transfer.amount_minor), (transfer.credit, transfer.amount_minor))
    debited, credited = (
        Row(
            entry=transfer.id,
            time=transfer.time,
            account=name,
            currency=transfer.currency,
            amount_minor=amount,
            reason=transfer.reason,
            reference=transfer.reference,
        )
        for name, amount in sides
    )
    return debited, credited


def changes(transfers: Iterable[Transfer]) -> dict[tuple[str, str], int]:
    """What transfers change of the balance of each (account, currency)."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for transfer in transfers:
        for row in rows(transfer):
            found[row.account, row.currency] += row.amount_minor
    return dict(found)


def line(transfer: Transfer) -> str:
    """A transfer as it enters the chain: every field, in one canonical form."""
    written = [
        transfer.id,
        clock.text(transfer.time),
        transfer.debit,
        transfer.credit,
        transfer.currency,
        transfer.amount_minor,
        transfer.reason,
        transfer.reference,
        *([] if transfer.value_date is None else [clock.text(transfer.value_date)]),
    ]
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def chained(previous: str, number: int, transfers: Iterable[Transfer]) -> str:
    """The hash of a batch: over the one before it, its own number and its lines in their order."""
    digest = hashlib.sha256(f"{previous}\n{number}\n".encode())
    for transfer in transfers:
        digest.update(f"{line(transfer)}\n".encode())
    return digest.hexdigest()


def in_order(transfers: Iterable[Transfer]) -> Iterator[Transfer]:
    """Transfers as a batch holds them: by time, then by id."""
    yield from sorted(transfers, key=lambda each: (each.time, each.id))
