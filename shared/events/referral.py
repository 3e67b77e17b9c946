"""What `referral` publishes of its loops, keyed by the member who recommended, so that his badges can depend on it.

`loop` names one recommendation to one friend. Each event has a version: the highest one of a loop and a kind (and an
order) stands; if that one is `withdrawn`, nothing does: a late click, or a merge, may show that somebody else
recommended. When members merge, `referral` sends what concerns them again, under the survivor.
"""

from datetime import datetime
from typing import Any

import msgspec

from shared.events import envelope
from shared.kafka import Topic
from shared.outbox import Message

EVENTS = Topic("referral.events")

ATTRIBUTED = "referral.attributed"
JOINED = "referral.joined"
PURCHASED = "referral.purchased"
REFUNDED = "referral.refunded"
SATISFIED = "referral.satisfied"
ADVOCATE_BORN = "advocate.born"
LOW = "satisfaction.low"
ACCRUED = "reward.accrued"
RELEASED = "reward.released"
REVERSED = "reward.reversed"
GRANTED = "reward.granted"
PAID = "reward.paid"


class ReferralAttributed(msgspec.Struct, frozen=True, kw_only=True):
    """A friend's joining or order (`subject`: join or order) was found to be owed to a member's recommendation."""

    community: str
    member: str
    loop: str
    version: int
    attribution: str
    subject: str
    attributed_at: datetime
    door: str | None = None
    generation: int = 1
    withdrawn: bool = False


class ReferralJoined(msgspec.Struct, frozen=True, kw_only=True):
    """The friend of a member joined."""

    community: str
    member: str
    loop: str
    version: int
    joined_at: datetime
    friend: str | None = None
    generation: int = 1
    withdrawn: bool = False


class ReferralPurchased(msgspec.Struct, frozen=True, kw_only=True):
    """The friend of a member bought. `amount` is in minor units of the currency."""

    community: str
    member: str
    loop: str
    version: int
    order: str
    purchased_at: datetime
    amount: int | None = None
    currency: str | None = None
    generation: int = 1
    withdrawn: bool = False


class ReferralRefunded(msgspec.Struct, frozen=True, kw_only=True):
    """An order was refunded, `whole` or in part. It may come before its order: then that never counts."""

    community: str
    member: str
    loop: str
    version: int
    order: str
    refunded_at: datetime
    whole: bool = True


class ReferralSatisfied(msgspec.Struct, frozen=True, kw_only=True):
    """The friend of a member is satisfied with what he bought."""

    community: str
    member: str
    loop: str
    version: int
    satisfied_at: datetime
    generation: int = 1
    withdrawn: bool = False


class AdvocateBorn(msgspec.Struct, frozen=True, kw_only=True):
    """The friend of a member recommends by himself now: he is an advocate too."""

    community: str
    member: str
    loop: str
    version: int
    born_at: datetime
    advocate: str | None = None
    generation: int = 1
    withdrawn: bool = False


class SatisfactionLow(msgspec.Struct, frozen=True, kw_only=True):
    """A member answered below a program's threshold: this is for service, and no invitation follows.

    `scale` is nps or csat. `recovery`: he is unhappy (0 to 6 of 10, 1 to 3 of 5), not merely lukewarm. What he wrote
    stays with `referral`.
    """

    community: str
    member: str
    answer: str
    version: int
    scale: str
    score: int
    answered_at: datetime
    recovery: bool
    order: str | None = None


class RewardAccrued(msgspec.Struct, frozen=True, kw_only=True):
    """A member is owed a reward (`to` him as advocate, friend or upstream); it waits until `held_until` at least.

    `amount` is in minor units of the currency; `occasion` is join, purchase or milestone.
    """

    community: str
    member: str
    reward: str
    version: int
    program: str
    occasion: str
    to: str
    generation: int
    amount: int
    currency: str
    accrued_at: datetime
    held_until: datetime


class RewardReleased(msgspec.Struct, frozen=True, kw_only=True):
    """The hold of a reward is over: `released` of it, what refunds had left, goes to the next pay-out."""

    community: str
    member: str
    reward: str
    version: int
    program: str
    amount: int
    released: int
    currency: str
    released_at: datetime


class RewardReversed(msgspec.Struct, frozen=True, kw_only=True):
    """Of a reward, `reversed` in all are taken back now: less than before when a refund failed."""

    community: str
    member: str
    reward: str
    version: int
    program: str
    amount: int
    reversed: int
    currency: str
    reason: str
    reversed_at: datetime


class RewardGranted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gave a member a reward out of a budget; `withdrawn`: and took it back before it was paid.

    `amount` is in minor units of the currency. Why he gave it stays with `referral`.
    """

    community: str
    member: str
    grant: str
    version: int
    budget: str
    amount: int
    currency: str
    granted_at: datetime
    withdrawn: bool = False


class RewardPaid(msgspec.Struct, frozen=True, kw_only=True):
    """What was owed to a member, his line in a pay-out, is paid; `withdrawn`: and the bank sent it back.

    `amount` is in minor units of the currency. It is owed again then, and another line pays it.
    """

    community: str
    member: str
    payout: str
    line: str
    version: int
    amount: int
    currency: str
    paid_at: datetime
    withdrawn: bool = False


#: What badges can depend on.
Outcome = ReferralJoined | ReferralPurchased | ReferralRefunded | ReferralSatisfied | AdvocateBorn
Reward = RewardAccrued | RewardReleased | RewardReversed | RewardGranted | RewardPaid
Event = Outcome | ReferralAttributed | SatisfactionLow | Reward

_OF_BADGES: dict[type[Event], str] = {
    ReferralJoined: JOINED,
    ReferralPurchased: PURCHASED,
    ReferralRefunded: REFUNDED,
    ReferralSatisfied: SATISFIED,
    AdvocateBorn: ADVOCATE_BORN,
}
KINDS: dict[type[Event], str] = {
    **_OF_BADGES,
    ReferralAttributed: ATTRIBUTED,
    SatisfactionLow: LOW,
    RewardAccrued: ACCRUED,
    RewardReleased: RELEASED,
    RewardReversed: REVERSED,
    RewardGranted: GRANTED,
    RewardPaid: PAID,
}
_MOMENTS: dict[type[Event], str] = {
    ReferralAttributed: "attributed_at",
    ReferralJoined: "joined_at",
    ReferralPurchased: "purchased_at",
    ReferralRefunded: "refunded_at",
    ReferralSatisfied: "satisfied_at",
    AdvocateBorn: "born_at",
    SatisfactionLow: "answered_at",
    RewardAccrued: "accrued_at",
    RewardReleased: "released_at",
    RewardReversed: "reversed_at",
    RewardGranted: "granted_at",
    RewardPaid: "paid_at",
}
#: What names the thing that an event is about, where that is no loop.
_NAMED: dict[type[Event], tuple[str, ...]] = {
    ReferralAttributed: ("loop", "attribution"),
    ReferralPurchased: ("loop", "order"),
    ReferralRefunded: ("loop", "order"),
    SatisfactionLow: ("answer",),
    RewardAccrued: ("reward",),
    RewardReleased: ("reward",),
    RewardReversed: ("reward",),
    RewardGranted: ("grant",),
    RewardPaid: ("payout", "line"),
}
OUTCOMES: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(shape) for shape, kind in _OF_BADGES.items()
}


def moment(event: Event) -> datetime:
    """When it happened."""
    found: datetime = getattr(event, _MOMENTS[type(event)])
    return found


def message(event: Event) -> Message:
    """An event as a message, keyed by the member whom it is about."""
    kind = KINDS[type(event)]
    return envelope.message(
        key=event.member,
        identifier=f"{_subject(event)}:{event.version}",
        kind=kind,
        source=f"/laurel/referral/{event.community}",
        subject=event.member,
        moment=moment(event),
        schema=f"urn:laurel:{kind}:1",
        data=event,
    )


def _subject(event: Event) -> str:
    """What the versions of an event are versions of."""
    thing, *others = (getattr(event, name) for name in _NAMED.get(type(event), ("loop",)))
    return ":".join((thing, KINDS[type(event)], *others))
