"""What `titles-and-badges` publishes, keyed by the member: awards, and their undoing."""

from dataclasses import dataclass
from datetime import datetime

from shared.events import envelope
from shared.kafka import Topic
from shared.outbox import Message

EVENTS = Topic("titles-and-badges.events")

AWARDED = "badge.awarded"
REVOKED = "badge.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeAwarded:
    """A member holds a badge. `awarded_at` is the event time of the deed that decided it, `decided_by` its id.

    The same award can be announced again with a higher version, when a late deed moves its date.
    """

    community: str
    award: str
    version: int
    member: str
    badge: str
    badge_version: int
    level: str | None
    object: str | None
    awarded_at: datetime
    decided_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeRevoked:
    """A member holds a badge no longer."""

    community: str
    award: str
    version: int
    member: str
    badge: str
    level: str | None
    object: str | None
    revoked_at: datetime


def message(event: BadgeAwarded | BadgeRevoked) -> Message:
    """An award, or its undoing, as a message."""
    kind = AWARDED if isinstance(event, BadgeAwarded) else REVOKED
    return envelope.message(
        key=event.member,
        identifier=f"{event.award}:{event.version}",
        kind=kind,
        source=f"/laurel/titles-and-badges/{event.community}",
        subject=event.member,
        moment=event.awarded_at if isinstance(event, BadgeAwarded) else event.revoked_at,
        schema=f"urn:laurel:{kind}:1",
        data=event,
    )
