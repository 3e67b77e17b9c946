"""Budgets: what a rep or a team may give away, and what became of each grant out of them.

What a grant takes is reserved while it waits for a second person, and spent once it is granted. Reserved and spent
together never exceed the limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.referral.domain import money
from services.referral.domain.refusals import (
    AboveMaximum,
    AlreadyDecided,
    BelowWhatIsSpent,
    Exhausted,
    Expired,
    NotBegun,
    NotToOneself,
    NotYours,
    PaidOut,
    SecondPersonNeeded,
    WrongCurrency,
)
from shared import clock
from shared.errors import Place

#: For so long a grant waits for a second person, unless its budget says otherwise.
PATIENCE = timedelta(days=14)


class State(StrEnum):
    """What became of a grant. It waits, or is granted at once; whatever else it becomes is final."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be given away, in minor units of one currency, from `begins` until before `ends`; None: no bound.

    `reps` are the subjects of the tokens that may grant from it; an admin may from any. What is more than
    `approval_above_minor` waits for a second person, for `patience` at the longest.
    """

    slug: str
    name: str = ""
    team: str = ""
    currency: str
    limit_minor: int
    begins: datetime | None = None
    ends: datetime | None = None
    approval_above_minor: int | None = None
    grant_maximum_minor: int | None = None
    patience: timedelta = PATIENCE
    reps: frozenset[str] = frozenset()
    reserved_minor: int = 0
    spent_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What can still be granted."""
        return self.limit_minor - self.reserved_minor - self.spent_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody asked for a member, and what became of it; `expires` while it waits."""

    id: str
    amount_minor: int
    asked_by: str
    state: State
    expires: datetime | None = None
    payout: str | None = None


class Person(NamedTuple):
    """Who acts: the subject of his token, and whether it is an admin's."""

    subject: str
    is_admin: bool = False


class Step(NamedTuple):
    """A budget and a grant after something has happened to both at once."""

    budget: Budget
    grant: Grant


class _Effect(NamedTuple):
    """How many times a grant's amount what happens adds to what a budget has reserved, and spent."""

    reserved: int
    spent: int


#: What may happen to a grant, and what it does to its budget. What is not here cannot happen.
EFFECTS: Mapping[tuple[State | None, State], _Effect] = {
    (None, State.WAITING): _Effect(1, 0),
    (None, State.GRANTED): _Effect(0, 1),
    (State.WAITING, State.GRANTED): _Effect(-1, 1),
    (State.WAITING, State.REFUSED): _Effect(-1, 0),
    (State.WAITING, State.EXPIRED): _Effect(-1, 0),
    (State.GRANTED, State.REVOKED): _Effect(0, -1),
}


class Asked(NamedTuple):
    """What somebody wants to give."""

    id: str
    amount_minor: int
    currency: str


def check_other(by: str, called: str | None) -> None:
    """Refuse that somebody gives to himself: his token is in the name of the member. Raises NotToOneself."""
    if called is not None and by in {called, f"member:{called}"}:
        message = f"You ({by}) are who would get it: somebody else has to give it."
        raise NotToOneself(message)


def ask(budget: Budget, asked: Asked, by: Person, now: datetime) -> Step:
    """Grant what is asked for, or reserve it until a second person has decided. Raises Refused's children."""
    _check_person(budget, by)
    _check_time(budget, now)
    _check_amount(budget, asked)
    waits = budget.approval_above_minor is not None and asked.amount_minor > budget.approval_above_minor
    grant = Grant(
        id=asked.id,
        amount_minor=asked.amount_minor,
        asked_by=by.subject,
        state=State.WAITING if waits else State.GRANTED,
        expires=_last_moment(budget, now) if waits else None,
    )
    return Step(_counted(budget, None, grant), grant)


def approve(budget: Budget, grant: Grant, by: Person, now: datetime) -> Step:
    """A second person lets it be granted. Raises Refused's children."""
    _check_person(budget, by)
    _check_second(grant, by)
    _check_waiting(grant)
    if is_over(grant, now):
        message = f"The grant {grant.id!r} waited for too long; ask for it again."
        raise Expired(message)
    _check_time(budget, now)
    return _become(budget, grant, State.GRANTED)


def refuse(budget: Budget, grant: Grant, by: Person) -> Step:
    """Somebody decides against it; whoever asked for it may take it back so. Raises Refused's children."""
    _check_person(budget, by)
    _check_waiting(grant)
    return _become(budget, grant, State.REFUSED)


def expire(budget: Budget, grant: Grant) -> Step:
    """It waited for too long."""
    return _become(budget, grant, State.EXPIRED)


def revoke(budget: Budget, grant: Grant, by: Person) -> Step:
    """Take back what was granted, before it is paid out. Raises Refused's children."""
    _check_person(budget, by)
    if grant.payout is not None:
        message = (
            f"The grant {grant.id!r} is in the pay-out {grant.payout}: it cannot be taken back any more."
        )
        raise PaidOut(message)
    if grant.state is not State.GRANTED:
        message = f"The grant {grant.id!r} is {grant.state}: only what is granted can be revoked."
        raise AlreadyDecided(message)
    return _become(budget, grant, State.REVOKED)


def is_over(grant: Grant, now: datetime) -> bool:
    """Whether a grant has waited for too long."""
    return grant.state is State.WAITING and grant.expires is not None and grant.expires <= now


def change(before: Budget, after: Budget) -> Budget:
    """A budget under another definition; what is reserved and spent stays. Raises Refused's children."""
    used = before.reserved_minor + before.spent_minor
    if after.currency != before.currency and used:
        message = f"The budget {before.slug!r} has given away {before.currency}: its currency stays."
        raise WrongCurrency(message, errors=[Place(pointer="/currency", detail=message)])
    if after.limit_minor < used:
        message = (
            f"Of the budget {before.slug!r}, {money.units(before.spent_minor, before.currency)} are spent and "
            f"{before.reserved_minor} reserved: the limit cannot be {after.limit_minor}."
        )
        raise BelowWhatIsSpent(message, errors=[Place(pointer="/limit_minor", detail=message)])
    return replace(after, reserved_minor=before.reserved_minor, spent_minor=before.spent_minor)


def _become(budget: Budget, grant: Grant, state: State) -> Step:
    after = replace(grant, state=state, expires=None)
    return Step(_counted(budget, grant.state, after), after)


def _counted(budget: Budget, before: State | None, grant: Grant) -> Budget:
    effect = EFFECTS[before, grant.state]
    return replace(
        budget,
        reserved_minor=budget.reserved_minor + effect.reserved * grant.amount_minor,
        spent_minor=budget.spent_minor + effect.spent * grant.amount_minor,
    )


def _last_moment(budget: Budget, now: datetime) -> datetime:
    patience = now + budget.patience
    return patience if budget.ends is None else min(patience, budget.ends)


def _check_person(budget: Budget, by: Person) -> None:
    if not by.is_admin and by.subject not in budget.reps:
        message = f"The budget {budget.slug!r} does not name you ({by.subject})."
        raise NotYours(message)


def _check_second(grant: Grant, by: Person) -> None:
    if by.subject == grant.asked_by:
        message = f"You ({by.subject}) asked for the grant {grant.id!r}: somebody else has to approve it."
        raise SecondPersonNeeded(message)


def _check_waiting(grant: Grant) -> None:
    if grant.state is not State.WAITING:
        message = f"The grant {grant.id!r} is {grant.state}: there is nothing to decide."
        raise AlreadyDecided(message)


def _check_time(budget: Budget, now: datetime) -> None:
    if budget.begins is not None and now < budget.begins:
        message = f"The budget {budget.slug!r} begins at {clock.text(budget.begins)}."
        raise NotBegun(message)
    if budget.ends is not None and budget.ends <= now:
        message = f"The budget {budget.slug!r} expired at {clock.text(budget.ends)}."
        raise Expired(message)


def _check_amount(budget: Budget, asked: Asked) -> None:
    if asked.currency != budget.currency:
        message = f"The budget {budget.slug!r} holds {budget.currency}, not {asked.currency}."
        raise WrongCurrency(message, errors=[Place(pointer="/currency", detail=message)])
    if budget.grant_maximum_minor is not None and asked.amount_minor > budget.grant_maximum_minor:
        most = money.units(budget.grant_maximum_minor, budget.currency)
        message = f"One grant from the budget {budget.slug!r} is {most} at most."
        raise AboveMaximum(message, errors=[Place(pointer="/amount_minor", detail=message)])
    if asked.amount_minor > budget.left_minor:
        left = money.units(max(budget.left_minor, 0), budget.currency)
        message = f"Of the budget {budget.slug!r}, {left} are left."
        raise Exhausted(message, errors=[Place(pointer="/amount_minor", detail=message)])
