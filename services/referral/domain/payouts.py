"""Pay-outs: what was payable at the end of a month, one line a member and currency, each paid once or not at all.

What is below zero, or below the minimum, stays where it is and is carried over, visibly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.referral.domain.ledger import PAID, PAYABLE, PAYING, Transfer, account
from services.referral.domain.refusals import SecondPersonNeeded
from shared.errors import Conflict


class State(StrEnum):
    """Where a pay-out is. Preparing and refusing are long work; what is approved is paid line by line."""

    PREPARING = "preparing"
    PREPARED = "prepared"
    APPROVED = "approved"
    REFUSING = "refusing"
    REFUSED = "refused"


class Status(StrEnum):
    """What became of a line. What failed, came back from the bank, or was in a refused pay-out, is payable again."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    #: Paid, and days later the bank sent it back.
    BOUNCED = "bounced"
    RETURNED = "returned"
    CARRIED = "carried"


class Why(StrEnum):
    """Why a line is carried over."""

    NEGATIVE = "negative"
    BELOW_MINIMUM = "below-minimum"
    #: Released before it looked like fraud: silence never pays.
    IN_REVIEW = "in-review"
    NOBODY = "nobody-to-pay"


#: Why what was released is not paid yet, as a stable code and in words.
_UNPAID: dict[Status | Why, tuple[str, str]] = {
    Status.FAILED: ("payment-failed", "The payment with {} failed: it goes into the next pay-out."),
    Status.BOUNCED: (
        "payment-bounced",
        "The bank sent back the payment with {}: it goes into the next pay-out.",
    ),
    Why.BELOW_MINIMUM: (
        "below-minimum",
        "All that was payable at the end of {} is less than the least that is paid out: it is carried over.",
    ),
    Why.NEGATIVE: (
        "negative",
        "More was taken back than was payable in {}: it is set against that, and carried over.",
    ),
    Why.IN_REVIEW: ("review", "Somebody has to look at it first: it was left out of {}."),
    Why.NOBODY: ("nobody-to-pay", "Its member was erased: nobody is left to be paid."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was payable to a member at the end of a month, and what is now; who was merged has several accounts."""

    member: str
    border_minor: int
    now_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a line takes from an account; below zero: what it puts there, to even out what is owed."""

    member: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one member gets in one currency, made of pieces that sum to it; or what is carried over, and why."""

    amount_minor: int
    status: Status
    pieces: tuple[Piece, ...] = ()
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A line as it is paid: of which pay-out of which community, to whom, how much."""

    community: str
    payout: str
    line: str
    member: str
    currency: str
    amount_minor: int


class NotOver(Conflict):
    """A month is paid when it is over."""

    title = "Month not over"


class NotReady(Conflict):
    """The pay-out is not where it would have to be for that."""

    title = "Not at this step"


class Different(Conflict):
    """The month has a pay-out, and it is another one."""

    title = "Prepared otherwise"


class AlreadyMarked(Conflict):
    """A line is paid once, or it failed."""

    title = "Already marked"


def line(
    accounts: Sequence[Account], minimum_minor: int, *, is_known: bool, in_review_minor: int = 0
) -> Line | None:
    """What a member with these accounts gets, all of one currency; None where there is nothing to say.

    Never more than was payable at the end of the month, and never more than is now: what was taken back since then
    is not paid, and what came since then waits for its own month. Nor what somebody has to look at first.
    """
    now = sum(each.now_minor for each in accounts)
    amount = min(sum(each.border_minor for each in accounts), now)
    if now < 0:
        return Line(amount_minor=now, status=Status.CARRIED, why=Why.NEGATIVE)
    if amount <= 0:
        return None
    if not is_known:
        return Line(amount_minor=amount, status=Status.CARRIED, why=Why.NOBODY)
    if amount <= in_review_minor:
        return Line(amount_minor=amount, status=Status.CARRIED, why=Why.IN_REVIEW)
    amount -= in_review_minor
    if amount < minimum_minor:
        return Line(amount_minor=amount, status=Status.CARRIED, why=Why.BELOW_MINIMUM)
    return Line(amount_minor=amount, status=Status.OPEN, pieces=_pieces(accounts, amount))


def unpaid(payout: str, of: Status | Why) -> tuple[str, str] | None:
    """Why a line of a pay-out does not pay: a stable code, and words; None where there is nothing to say."""
    found = _UNPAID.get(of)
    return None if found is None else (found[0], found[1].format(payout))


def taken(order: Order, pieces: Sequence[Piece], time: datetime) -> list[Transfer]:
    """The transfers that take a line's money from the member's accounts to the pay-out's."""
    paying = account(PAYING, order.payout)
    found = []
    for piece in pieces:
        sides = (account(PAYABLE, piece.member), paying)
        sides = sides if piece.amount_minor > 0 else (sides[1], sides[0])
        found.append(_transfer(order, f"taken|{piece.member}", time, sides, abs(piece.amount_minor)))
    return found


def settled(order: Order, status: Status, time: datetime) -> Transfer:
    """The transfer that ends a line: to what was paid, or, whatever else became of it, back to what is payable."""
    kind = PAID if status is Status.PAID else PAYABLE
    is_back = status is Status.BOUNCED
    lay = account(PAID, order.member) if is_back else account(PAYING, order.payout)
    sides = (lay, account(kind, order.member))
    return _transfer(order, status, time, sides, order.amount_minor)


def check_prepared(name: str, state: State) -> None:
    """Refuse to decide on what is not prepared, or decided already. Raises NotReady."""
    if state is not State.PREPARED:
        message = f"The pay-out {name} is {state}: there is nothing to decide."
        raise NotReady(message)


def check_approved(name: str, state: State) -> None:
    """Refuse to pay what nobody has approved. Raises NotReady."""
    if state is not State.APPROVED:
        message = f"The pay-out {name} is {state}: only one that a second person has approved is paid."
        raise NotReady(message)


def check_second(name: str, prepared_by: str, by: str) -> None:
    """Refuse that somebody approves what he prepared. Raises SecondPersonNeeded."""
    if prepared_by == by:
        message = f"You ({by}) prepared the pay-out {name}: somebody else has to approve it."
        raise SecondPersonNeeded(message)


def check_mark(name: str, status: Status, wanted: Status) -> None:
    """Refuse to mark what is marked otherwise, or was never to be paid. Raises AlreadyMarked or NotReady."""
    if wanted is Status.BOUNCED and status is Status.OPEN:
        message = f"The line {name} is open: what was not paid cannot come back."
        raise NotReady(message)
    if status is not (Status.PAID if wanted is Status.BOUNCED else Status.OPEN):
        message = f"The line {name} is {status}: it cannot be marked {wanted} any more."
        raise AlreadyMarked(message)


def check_same_payment(name: str, reference: str | None, wanted: str | None) -> None:
    """Refuse another payment of what is paid; who names none says the same again. Raises AlreadyMarked."""
    if wanted is not None and wanted != reference:
        what = "without a reference" if reference is None else f"under the reference {reference!r}"
        message = f"The line {name} is paid already, {what}."
        raise AlreadyMarked(message, errors=[{"pointer": "/reference", "detail": "not what it was at first"}])


def _transfer(order: Order, effect: str, time: datetime, sides: tuple[str, str], amount: int) -> Transfer:
    # The effect is in the id: what has happened to a line cannot happen to it again.
    return Transfer(
        id=f"{order.community}|payout|{order.payout}|{order.line}|{effect}",
        community=order.community,
        time=time,
        debit=sides[0],
        credit=sides[1],
        currency=order.currency,
        amount_minor=amount,
        reason=f"payout-{effect.partition('|')[0]}",
        reference=f"payout:{order.payout}:{order.line}",
    )


def _pieces(accounts: Sequence[Account], amount: int) -> tuple[Piece, ...]:
    """Even out what is below zero, and take the rest where there is something, in order."""
    pieces = [
        Piece(member=each.member, amount_minor=each.now_minor) for each in accounts if each.now_minor < 0
    ]
    missing = amount - sum(each.amount_minor for each in pieces)
    for each in accounts:
        taken = min(each.now_minor, missing)
        if taken > 0:
            pieces.append(Piece(member=each.member, amount_minor=taken))
            missing -= taken
    return tuple(pieces)
