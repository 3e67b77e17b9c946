"""What people decide of joins and orders that are held for review."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from services.referral.domain import suspicion
from services.referral.domain.budgets import check_other
from services.referral.domain.suspicion import Review
from services.referral.repository import DATABASE, audit, cases, dossiers, friends, people, rewards
from services.referral.use_cases import rewarding
from shared import mongo
from shared.errors import Conflict, NotFound
from shared.mongo import Document


class Decision(StrEnum):
    """It is fine, it is not, or it is to be looked at again."""

    PAY = "pay"
    REFUSE = "refuse"
    UNDO = "undo"


_STATES = {Decision.PAY: Review.PAID, Decision.REFUSE: Review.REFUSED}
#: What may be decided in which state: what was paid out by mistake can still be refused.
_ALLOWED = {
    Decision.PAY: {Review.OPEN},
    Decision.REFUSE: {Review.OPEN, Review.PAID},
    Decision.UNDO: {Review.PAID, Review.REFUSED},
}


@mongo.in_transaction(DATABASE)
def decide(community: str, review: str, decision: Decision, reason: str, by: str, now: datetime) -> Document:
    """Let what is held wait for its time alone, take it back, or undo that. Said again, it stays so.

    Undoing takes back the last decision: what was paid before it was refused is paid again. Raises NotFound;
    NotToOneself for whoever would get it; Conflict where another decision stands, or money went out by the last one.
    """
    case = cases.one(community, review)
    if case is None or "review" not in case:
        raise NotFound("review", review)
    if decision is not Decision.UNDO and case["review"] == _STATES[decision]:
        return case
    (friend,) = people.survivors([case["friend"]]).values()
    owed = [each for each in rewards.of_friends(people.merged([friend])) if each["subject"] == case["_id"]]
    _check(case, decision, owed)
    _check_other(by, case, owed)
    friends.hold(community, friend)
    before, case["review"] = case["review"], _next(case, decision)
    case["decisions"] = [
        *case["decisions"], {"decision": str(decision), "reason": reason, "by": by, "at": now}
    ]  # fmt: skip
    if case["review"] == Review.OPEN:
        case.update(deadline=now + suspicion.PATIENCE, escalated=False)
    cases.keep([case])
    rewarding.follow(dossiers.of(community, friend), now)
    audit.note(
        community,
        by=by,
        act=f"review.{decision}",
        thing=f"review:{review}",
        now=now,
        reason=reason,
        before={"review": before},
        after={"review": case["review"]},
    )
    return case


def _next(case: Document, decision: Decision) -> Review:
    """The state after a decision; what was undone is as if it had never been decided."""
    states = [Review.OPEN]
    for each in (*(Decision(one["decision"]) for one in case["decisions"]), decision):
        if each is not Decision.UNDO:
            states.append(_STATES[each])
        elif len(states) > 1:
            states.pop()
    return states[-1]


def _check(case: Document, decision: Decision, owed: Sequence[Document]) -> None:
    if case["review"] not in _ALLOWED[decision]:
        what = "nothing is to be undone" if case["review"] == Review.OPEN else "`undo` opens it again"
        message = f"This review is {case['review']}: {what}."
        raise Conflict(message)
    if decision is Decision.UNDO and case["review"] == Review.PAID and any(each["released"] for each in owed):
        message = "What was held is released already. It can be refused: then it is taken back."
        raise Conflict(message)


def _check_other(by: str, case: Document, owed: Sequence[Document]) -> None:
    """Nobody decides what he would get himself. Raises NotToOneself."""
    for called in people.shown({case["advocate"], *(each["member"] for each in owed)}).values():
        check_other(by, called)
