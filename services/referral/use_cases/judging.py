"""What people decide of joins and orders that are held for review."""

from datetime import datetime
from enum import StrEnum

from services.referral.domain import suspicion
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


_STATES = {Decision.PAY: cases.PAID, Decision.REFUSE: cases.REFUSED, Decision.UNDO: cases.OPEN}
#: What may be decided in which state: what was paid out by mistake can still be refused.
_ALLOWED = {
    Decision.PAY: {cases.OPEN},
    Decision.REFUSE: {cases.OPEN, cases.PAID},
    Decision.UNDO: {cases.PAID, cases.REFUSED},
}


@mongo.in_transaction(DATABASE)
def decide(community: str, review: str, decision: Decision, reason: str, by: str, now: datetime) -> Document:
    """Let what is held wait for its time alone, take it back, or undo that. Said again, it stays so.

    Raises NotFound, or Conflict where another decision stands or money went out by the one that is to be undone.
    """
    case = cases.one(community, review)
    if case is None or "review" not in case:
        raise NotFound("review", review)
    if decision is not Decision.UNDO and case["review"] == _STATES[decision]:
        return case
    _check(case, decision)
    (friend,) = people.survivors([case["friend"]]).values()
    friends.hold(community, friend)
    before, case["review"] = case["review"], _STATES[decision]
    case["decisions"] = [
        *case["decisions"], {"decision": str(decision), "reason": reason, "by": by, "at": now}
    ]  # fmt: skip
    if decision is Decision.UNDO:
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


def _check(case: Document, decision: Decision) -> None:
    if case["review"] not in _ALLOWED[decision]:
        message = f"This review is {case['review']}: it cannot be decided as {decision!s}."
        raise Conflict(message)
    if decision is Decision.UNDO and case["review"] == cases.PAID and _is_released(case):
        message = "What was held is released already. It can be refused: then it is taken back."
        raise Conflict(message)


def _is_released(case: Document) -> bool:
    kept = rewards.of_friends(people.merged(people.survivors([case["friend"]]).values()))
    return any(each["released"] for each in kept if each["subject"] == case["_id"])
