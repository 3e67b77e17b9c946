"""Pay-outs: begun by one person, approved or refused by another, paid line by line."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from services.referral.domain import payouts as rules
from services.referral.domain.money import units
from services.referral.domain.payouts import State, Status
from services.referral.repository import DATABASE, audit, communities, payouts
from services.referral.use_cases import preparing
from shared import clock, mongo, months, outbox, work
from shared.errors import NotFound
from shared.events import referral as events
from shared.mongo import Document


class Begun(NamedTuple):
    """A pay-out, and whether this call began it."""

    payout: Document
    is_new: bool


class Marked(NamedTuple):
    """What became of a line, who says so, and, where it failed or came back, why."""

    status: Status
    by: str
    reason: str | None = None
    reference: str | None = None


@mongo.in_transaction(DATABASE)
def begin(community: str, period: str, minimum: Mapping[str, int], by: str, now: datetime) -> Begun:
    """Begin to prepare the pay-out of a month; the same again is the same pay-out, unless it was refused.

    `minimum` is the least, in minor units of each currency, that is paid. Raises NotOver or Different.
    """
    stored = communities.load([community]).get(community, {})
    border = months.border(period, communities.zones(stored))
    if now < border:
        message = f"{period} is not over: it ends at {clock.text(border)}."
        raise rules.NotOver(message)
    before = payouts.of_period(community, period)
    if before is not None and before["state"] not in {State.REFUSING, State.REFUSED}:
        _check_same(before, minimum)
        return Begun(before, is_new=False)
    attempt = 1 if before is None else before["attempt"] + 1
    payout = payouts.add(
        community,
        {
            "name": period if attempt == 1 else f"{period}-{attempt}",
            "period": period,
            "attempt": attempt,
            "border": border,
            "minimum": dict(minimum),
            "state": State.PREPARING,
            "prepared_by": by,
            "begun_at": now,
            "cursor": [],
        },
    )
    work.add(DATABASE, preparing.PAYOUT, community, payout=payout["name"])
    _note(payout, "prepared", by, now, after={"minimum": dict(minimum), "border": clock.text(border)})
    return Begun(payout, is_new=True)


@mongo.in_transaction(DATABASE)
def approve(community: str, name: str, by: str, now: datetime, reason: str | None = None) -> Document:
    """A second person lets a prepared pay-out be paid; again, it stays so. Raises Refused's children."""
    payout = _payout(community, name)
    if payout["state"] == State.APPROVED and payout["decided_by"] == by:
        return payout
    rules.check_prepared(name, State(payout["state"]))
    rules.check_second(name, payout["prepared_by"], by)
    _note(payout, "approved", by, now, reason)
    return payouts.change(payout, state=State.APPROVED, decided_by=by, decided_at=now)


@mongo.in_transaction(DATABASE)
def refuse(community: str, name: str, by: str, now: datetime, reason: str) -> Document:
    """A prepared pay-out is not paid: all that it holds becomes payable again. Raises Refused's children."""
    payout = _payout(community, name)
    if payout["state"] in {State.REFUSING, State.REFUSED} and payout["decided_by"] == by:
        return payout
    rules.check_prepared(name, State(payout["state"]))
    work.add(DATABASE, preparing.PAYOUT, community, payout=name)
    _note(payout, "refused", by, now, reason)
    return payouts.change(payout, state=State.REFUSING, decided_by=by, decided_at=now)


@mongo.in_transaction(DATABASE)
def mark(community: str, name: str, line: str, marked: Marked, now: datetime) -> Document:
    """Keep that a line was paid; or that it failed, or came back, and is payable again. Said again, it stays so.

    Another reference is another payment, and is refused. Raises Refused's children.
    """
    status, by, reason, reference = marked
    payout = _payout(community, name)
    stored = payouts.line(payout, line)
    if stored is None:
        raise NotFound("line", line)
    rules.check_approved(name, State(payout["state"]))
    if stored["status"] == status:
        rules.check_same_payment(line, stored.get("reference"), reference if status is Status.PAID else None)
        return stored
    rules.check_mark(line, Status(stored["status"]), status)
    said: Document = {"marked_by": by, "marked_at": now, "reason": reason, "reference": reference}
    if status is Status.BOUNCED:
        said |= {"paid_at": stored["marked_at"], "reference": stored.get("reference")}
    preparing.end(payout, [stored], status, now, **said)
    if status is not Status.FAILED:
        _announce(payout, stored, said.get("paid_at", now), is_back=status is Status.BOUNCED)
    audit.note(
        community,
        by=by,
        act=f"line.{status}",
        thing=f"payout:{name}:{line}",
        now=now,
        reason=reason,
        after={"amount_minor": stored["amount_minor"], "currency": stored["currency"]},
    )
    return {**stored, "status": status, **said}


def _announce(payout: Document, line: Document, paid_at: datetime, *, is_back: bool) -> None:
    paid = events.RewardPaid(
        community=payout["community"],
        member=line["member"],
        payout=payout["name"],
        line=line["name"],
        version=2 if is_back else 1,
        amount=line["amount_minor"],
        currency=line["currency"],
        paid_at=paid_at,
        withdrawn=is_back,
    )
    outbox.add(DATABASE, payout["community"], events.EVENTS.name, [events.message(paid)])


def _payout(community: str, name: str) -> Document:
    found = payouts.load(community, name)
    if found is None:
        raise NotFound("pay-out", name)
    return found


def _check_same(before: Document, minimum: Mapping[str, int]) -> None:
    if before["minimum"] != dict(minimum):
        message = (
            f"{before['period']} has a pay-out already, with {_said(before['minimum'])}. Refuse it first, "
            "or ask for the same."
        )
        raise rules.Different(message)


def _said(minimum: Mapping[str, int]) -> str:
    """The least that is paid, in words."""
    some = [units(amount, currency) for currency, amount in sorted(minimum.items())]
    return f"a minimum of {', '.join(some)}" if some else "no minimum"


def _note(
    payout: Document,
    act: str,
    by: str,
    now: datetime,
    reason: str | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    audit.note(
        payout["community"],
        by=by,
        act=f"payout.{act}",
        thing=f"payout:{payout['name']}",
        now=now,
        reason=reason,
        before={"state": payout["state"]} if act != "prepared" else None,
        after=after,
    )
