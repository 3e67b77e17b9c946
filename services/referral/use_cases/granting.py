"""Grants: given out of a budget, approved or refused by a second person, revoked before they are paid, or expired.

Every step writes the budget and the grant in one transaction, and with them the transfer, the announcement and the line
of the audit. Two that meet at one budget collide, and the later one begins again with what the earlier one left.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from services.referral.domain import budgets as rules
from services.referral.domain import ledger as accounts
from services.referral.domain.budgets import Asked, Budget, Grant, Person, State, Step
from services.referral.domain.ledger import Transfer
from services.referral.repository import DATABASE, audit, budgets, grants, ledger, people, traces
from shared import mongo, outbox
from shared.errors import Invalid, NotFound
from shared.events import referral as events
from shared.mongo import Document

#: Who expires what nobody decided, in the audit.
CLOCK = "clock"


class Wanted(NamedTuple):
    """What somebody wants to give: `id` is his own, `member` is Laurel's, `called` what the community calls him."""

    id: str
    member: str
    called: str
    amount_minor: int
    currency: str
    budget: str
    reason: str


class Given(NamedTuple):
    """A grant, and whether this call made it."""

    grant: Document
    is_new: bool


@mongo.in_transaction(DATABASE)
def give(community: str, wanted: Wanted, by: Person, now: datetime) -> Given:
    """Grant, or reserve until a second person has decided. The same again is the same grant, whatever became of it.

    Raises Refused's children; then nothing is kept.
    """
    known = grants.load(community, wanted.id)
    if known is not None:
        _check_same(known, wanted)
        return Given(known, is_new=False)
    _check_known(wanted)
    rules.check_other(by.subject, wanted.called)
    budget = _free(community, _budget(community, wanted.budget), now)
    step = rules.ask(budget, Asked(wanted.id, wanted.amount_minor, wanted.currency), by, now)
    asked = {name: getattr(wanted, name) for name in _KEPT} | {"asked_by": by.subject, "asked_at": now}
    return Given(_take(community, asked, step, by, (now, wanted.reason)), is_new=True)


@mongo.in_transaction(DATABASE)
def approve(community: str, name: str, by: Person, now: datetime, reason: str | None = None) -> Document:
    """A second person lets a grant be given. Raises Refused's children."""
    stored = _grant(community, name)
    rules.check_other(by.subject, people.shown([stored["member"]])[stored["member"]])
    return _decide(stored, by, (now, reason), State.GRANTED, rules.approve)


@mongo.in_transaction(DATABASE)
def refuse(community: str, name: str, by: Person, now: datetime, reason: str) -> Document:
    """A grant that waits is not given. Raises Refused's children."""
    return _decide(
        _grant(community, name),
        by,
        (now, reason),
        State.REFUSED,
        lambda budget, grant, by, _: rules.refuse(budget, grant, by),
    )


@mongo.in_transaction(DATABASE)
def revoke(community: str, name: str, by: Person, now: datetime, reason: str) -> Document:
    """What was granted and is in no pay-out goes back into its budget. Raises Refused's children."""
    return _decide(
        _grant(community, name),
        by,
        (now, reason),
        State.REVOKED,
        lambda budget, grant, by, _: rules.revoke(budget, grant, by),
    )


def expire_due(now: datetime) -> int:
    """Give back what grants have reserved that waited for too long. Returns how many."""
    due = grants.over(now)
    for each in due:
        _expire_one(each["community"], each["budget"], now)
    return len(due)


@mongo.in_transaction(DATABASE)
def _expire_one(community: str, slug: str, now: datetime) -> None:
    _free(community, _budget(community, slug), now)


_KEPT = ("id", "member", "amount_minor", "currency", "budget", "reason")
_SHOWN = ("member", "amount_minor", "currency", "budget")
_Decided = tuple[datetime, str | None]
_Rule = Callable[[Budget, Grant, Person, datetime], Step]


def _free(community: str, budget: Budget, now: datetime) -> Budget:
    """The budget without what is reserved for longer than it may wait: nobody depends on when the clock looks."""
    for each in grants.over(now, community=community, budget=budget.slug):
        step = rules.expire(budget, grants.grant_of(each))
        _take(community, each, step, Person(CLOCK), (now, None))
        budget = step.budget
    return budget


def _decide(stored: Document, by: Person, decided: _Decided, state: State, rule: _Rule) -> Document:
    if stored["state"] == state and stored.get("decided_by") == by.subject:
        return stored  # he says it again
    community = stored["community"]
    step = rule(_budget(community, stored["budget"]), grants.grant_of(stored), by, decided[0])
    return _take(community, stored, step, by, decided)


def _take(community: str, stored: Document, step: Step, by: Person, decided: _Decided) -> Document:
    """Keep what a step decided: the budget, the grant, its money, its announcement, its line in the audit."""
    before, state = stored.get("state"), step.grant.state
    now, reason = decided
    changed: dict[str, Any] = {"state": state, "expires": step.grant.expires}
    if before is not None:
        changed |= {"decided_by": by.subject, "decided_at": now, "decision_reason": reason}
    if state is State.GRANTED:
        changed |= {"granted_at": now, "account": people.survivors([stored["member"]])[stored["member"]]}
    after = {name: value for name, value in {**stored, **changed}.items() if value is not None}
    if before is None:
        grants.add(community, after)
    else:
        grants.change(stored, changed)
    budgets.keep(community, step.budget)
    _move(community, after)
    audit.note(
        community,
        by=by.subject,
        act="grant.asked" if state is State.WAITING else f"grant.{state}",
        thing=f"grant:{stored['id']}",
        now=now,
        reason=reason,
        before=None if before is None else {"state": before},
        after={**{name: after[name] for name in _SHOWN}, "state": state},
    )
    return after


def _move(community: str, grant: Document) -> None:
    """Move the money of what was just granted or revoked, and say so."""
    if grant["state"] not in {State.GRANTED, State.REVOKED}:
        return
    is_back = grant["state"] == State.REVOKED
    source = accounts.account(accounts.BUDGET, grant["budget"])
    target = accounts.account(accounts.PAYABLE, grant["account"])
    if is_back:
        source, target = target, source
    ledger.post(
        [
            Transfer(
                id=f"{community}|grant|{grant['id']}|{grant['state']}",
                community=community,
                time=grant["decided_at"] if is_back else grant["granted_at"],
                debit=source,
                credit=target,
                currency=grant["currency"],
                amount_minor=grant["amount_minor"],
                reason=f"grant-{grant['state']}",
                reference=f"grant:{grant['id']}",
            )
        ]
    )
    announced = events.RewardGranted(
        community=community,
        member=grant["account"],
        grant=grant["id"],
        version=2 if is_back else 1,
        budget=grant["budget"],
        amount=grant["amount_minor"],
        currency=grant["currency"],
        granted_at=grant["granted_at"],
        withdrawn=is_back,
    )
    outbox.add(DATABASE, community, events.EVENTS.name, [events.message(announced)])


def _grant(community: str, name: str) -> Document:
    found = grants.load(community, name)
    if found is None:
        raise NotFound("grant", name)
    return found


def _budget(community: str, slug: str) -> Budget:
    found = budgets.load(community, slug)
    if found is None:
        raise NotFound("budget", slug)
    return found


def _check_same(known: Document, wanted: Wanted) -> None:
    others = [name for name in _KEPT if known[name] not in {getattr(wanted, name), traces.FORGOTTEN}]
    if others:
        message = f"The grant {wanted.id!r} was asked for already, with another {', another '.join(others)}."
        detail = "not what it was at first"
        raise Invalid(message, errors=[{"pointer": f"/{name}", "detail": detail} for name in others])


def _check_known(wanted: Wanted) -> None:
    """Money for a slip of the pen would wait for nobody for ever."""
    found = people.load([wanted.member]).get(wanted.member)
    if found is None or found.get("erased"):
        raise NotFound("member", wanted.called)
