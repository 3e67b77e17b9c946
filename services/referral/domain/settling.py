"""From what is due to what is moved: the differences between a reward as it is kept and as it ought to be.

A reward is accrued into `held`, released into `payable`, and reversed out of where it lies: at its original rate,
never by more than it was. Reversing is undone when a refund fails. All of it follows from the present state alone, so
that it may be asked any number of times, and in whatever order facts come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from services.referral.domain import ledger, money
from services.referral.domain.ledger import Transfer
from services.referral.domain.rewards import Conversion

_REWARD = "reward"


class State(StrEnum):
    """Where a reward is. The last two are never kept: the line of the pay-out that holds a released one says them."""

    HELD = "held"
    IN_REVIEW = "in-review"
    RELEASED = "released"
    REVERSED = "reversed"
    REFUSED = "refused"
    PAYING = "paying"
    PAID = "paid"


#: What is kept of where a reward is.
KEPT = tuple(each for each in State if each not in {State.PAYING, State.PAID})


class Moved(StrEnum):
    """What a transfer does to a reward."""

    ACCRUED = "accrued"
    RELEASED = "released"
    REVERSED = "reversed"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the ledger holds of one reward: what was granted, how much of that was reversed, and where the rest lies.

    `steps` numbers its transfers.
    """

    reward: str
    program: str
    member: str
    currency: str
    amount_minor: int
    reversed_minor: int = 0
    released: bool = False
    steps: int = 0

    @property
    def net_minor(self) -> int:
        """What is left of it."""
        return self.amount_minor - self.reversed_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What ought to be reversed of a reward and why, and whether the rest may be released."""

    reversed_minor: int
    reason: str
    release: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One transfer that a reward needs; `after` is the account behind it."""

    moved: Moved
    debit: str
    credit: str
    amount_minor: int
    reason: str
    after: Account


def transfer(community: str, move: Move, time: datetime, value_date: datetime | None = None) -> Transfer:
    """A move as a transfer: its id follows from the reward and the number of the step.

    A release has the reward's value date, if that is another moment.
    """
    return Transfer(
        id=f"{community}|{_REWARD}|{move.after.reward}|{move.after.steps}",
        community=community,
        time=time,
        debit=move.debit,
        credit=move.credit,
        currency=move.after.currency,
        amount_minor=move.amount_minor,
        reason=move.reason,
        reference=move.after.reward,
        value_date=value_date if move.moved is Moved.RELEASED else None,
    )


def moved(found: Transfer) -> Moved | None:
    """What a transfer did to a reward; None when it is about something else."""
    if not found.id.startswith(f"{found.community}|{_REWARD}|"):
        return None
    (source, _), (to, _) = ledger.owner(found.debit), ledger.owner(found.credit)
    if to == ledger.EXPENSE:
        return Moved.REVERSED
    if source != ledger.EXPENSE:
        return Moved.RELEASED
    return Moved.ACCRUED if found.id.endswith("|1") else Moved.RESTORED


def target(account: Account, conversion: Conversion | None, *, is_due: bool, refused: bool) -> Target:
    """What ought to be reversed now. What was released already follows refunds and people's decisions alone."""
    whole = account.amount_minor
    refunded = 0 if conversion is None else back(whole, conversion)
    if refused:
        return Target(reversed_minor=whole, reason="review-refused")
    if is_due or account.released or refunded == whole:
        return Target(reversed_minor=refunded, reason="refund")
    return Target(reversed_minor=whole, reason="not-due")


def back(amount_minor: int, conversion: Conversion) -> int:
    """How much of a reward goes back for the refunds of its order: all refunds together are rounded once.

    So each takes what the ones before it left to round, and a full refund takes back exactly what was given.
    """
    if not conversion.amount_minor:
        return 0
    refunded = min(conversion.refunded_minor, conversion.amount_minor)
    return money.share(amount_minor, Fraction(refunded, conversion.amount_minor))


def accrue(account: Account, reason: str) -> Move:
    """The first transfer of a reward."""
    debit, credit = (
        ledger.account(ledger.EXPENSE, account.program),
        ledger.account(ledger.HELD, account.member),
    )
    return _move(Moved.ACCRUED, debit, credit, account.amount_minor, reason, account)


def moves(account: Account, wanted: Target) -> Iterator[Move]:
    """What is to be moved until the reward is as it ought to be; nothing when it is."""
    change = wanted.reversed_minor - account.reversed_minor
    if change:
        move = _correct(account, change, wanted.reason)
        yield move
        account = move.after
    if wanted.release and not account.released and account.net_minor:
        held, payable = (ledger.account(kind, account.member) for kind in (ledger.HELD, ledger.PAYABLE))
        after = replace(account, released=True)
        yield _move(Moved.RELEASED, held, payable, account.net_minor, "hold-over", after)


def _correct(account: Account, change: int, reason: str) -> Move:
    lies = ledger.account(ledger.PAYABLE if account.released else ledger.HELD, account.member)
    expense = ledger.account(ledger.EXPENSE, account.program)
    after = replace(account, reversed_minor=account.reversed_minor + change)
    if change > 0:
        return _move(Moved.REVERSED, lies, expense, change, reason, after)
    return _move(Moved.RESTORED, expense, lies, -change, "reversal-undone", after)


def _move(moved: Moved, debit: str, credit: str, amount_minor: int, reason: str, after: Account) -> Move:
    return Move(
        moved=moved,
        debit=debit,
        credit=credit,
        amount_minor=amount_minor,
        reason=reason,
        after=replace(after, steps=after.steps + 1),
    )
