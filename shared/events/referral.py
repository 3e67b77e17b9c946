"""What `referral` publishes of its loops, keyed by the member who recommended, so that his badges can depend on it.

`loop` names one recommendation to one friend. Each event has a version: the highest one of a loop and a kind (and an
order) stands. When members merge, `referral` sends what concerns them again, under the survivor.
"""

from datetime import datetime
from typing import Any

import msgspec

from shared.events import envelope
from shared.kafka import Topic
from shared.outbox import Message

EVENTS = Topic("referral.events")

JOINED = "referral.joined"
PURCHASED = "referral.purchased"
REFUNDED = "referral.refunded"
SATISFIED = "referral.satisfied"
ADVOCATE_BORN = "advocate.born"


class ReferralJoined(msgspec.Struct, frozen=True, kw_only=True):
    """The friend of a member joined."""

    community: str
    member: str
    loop: str
    version: int
    joined_at: datetime
    friend: str | None = None
    generation: int = 1


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


class AdvocateBorn(msgspec.Struct, frozen=True, kw_only=True):
    """The friend of a member recommends by himself now: he is an advocate too."""

    community: str
    member: str
    loop: str
    version: int
    born_at: datetime
    advocate: str | None = None
    generation: int = 1


Outcome = ReferralJoined | ReferralPurchased | ReferralRefunded | ReferralSatisfied | AdvocateBorn

KINDS: dict[type[Outcome], str] = {
    ReferralJoined: JOINED,
    ReferralPurchased: PURCHASED,
    ReferralRefunded: REFUNDED,
    ReferralSatisfied: SATISFIED,
    AdvocateBorn: ADVOCATE_BORN,
}
OUTCOMES: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(shape) for shape, kind in KINDS.items()
}


def moment(event: Outcome) -> datetime:
    """When it happened."""
    match event:
        case ReferralJoined():
            return event.joined_at
        case ReferralPurchased():
            return event.purchased_at
        case ReferralRefunded():
            return event.refunded_at
        case ReferralSatisfied():
            return event.satisfied_at
    return event.born_at


def message(event: Outcome) -> Message:
    """An outcome as a message, keyed by the member who recommended."""
    kind = KINDS[type(event)]
    order = f":{event.order}" if isinstance(event, ReferralPurchased | ReferralRefunded) else ""
    return envelope.message(
        key=event.member,
        identifier=f"{event.loop}:{kind}{order}:{event.version}",
        kind=kind,
        source=f"/laurel/referral/{event.community}",
        subject=event.member,
        moment=moment(event),
        schema=f"urn:laurel:{kind}:1",
        data=event,
    )
