"""What is announced of rewards."""

from datetime import datetime
from typing import Any

from services.referral.domain.settling import Move, Moved
from shared.events.referral import RewardAccrued, RewardReleased, RewardReversed
from shared.mongo import Document


def reward(stored: Document, move: Move, now: datetime) -> RewardAccrued | RewardReleased | RewardReversed:
    """What a transfer did to a reward; the version is the number of the transfer."""
    told: dict[str, Any] = {
        "community": stored["community"],
        "member": stored["member"],
        "reward": stored["_id"],
        "version": move.after.steps,
        "program": stored["program"],
        "amount": stored["amount_minor"],
        "currency": stored["currency"],
    }
    match move.moved:
        case Moved.ACCRUED:
            return RewardAccrued(
                **told,
                occasion=stored["occasion"],
                to=stored["to"],
                generation=stored["generation"],
                accrued_at=now,
                held_until=stored["held_until"],
            )
        case Moved.RELEASED:
            return RewardReleased(**told, released=move.amount_minor, released_at=now)
    return RewardReversed(**told, reversed=move.after.reversed_minor, reason=move.reason, reversed_at=now)
