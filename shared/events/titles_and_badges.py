"""What `titles-and-badges` publishes, keyed by the member: awards and titles, and their undoing; and sealed months."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from shared.events import envelope
from shared.kafka import Topic
from shared.outbox import Message

EVENTS = Topic("titles-and-badges.events")

AWARDED = "badge.awarded"
REVOKED = "badge.revoked"
TITLE_AWARDED = "title.awarded"
TITLE_CORRECTED = "title.corrected"
SEALED = "period.sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeAwarded:
    """A member holds a badge. `awarded_at` is the event time of the deed that decided it, `decided_by` its id.

    The same award can be announced again with a higher version, when a late deed moves its date. `silent`: it is no
    news, for the badge came later than the deed, and whoever defined it wants nobody told. Where time decided, as with
    an anniversary, `decided_by` is None.
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
    period: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeRevoked:
    """A member holds a badge no longer; `expired`: because its time was over."""

    community: str
    award: str
    version: int
    member: str
    badge: str
    level: str | None
    object: str | None
    revoked_at: datetime
    period: str | None = None
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleAwarded:
    """A member holds a title of a month, from this revision of its seal on.

    `place` counts from 1 among the holders. `score` is in points of the title's board, or, where `scale` is not 1, in
    that part of a point. `awarded_at` is the first moment after the month.
    """

    community: str
    title: str
    title_version: int
    period: str
    revision: int
    version: int
    member: str
    place: int
    score: int
    scale: int
    awarded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleCorrected:
    """What came late changed who holds a title: this member holds it no longer, or at another place or score."""

    community: str
    title: str
    period: str
    revision: int
    version: int
    member: str
    held: bool
    place: int | None
    score: int
    scale: int
    corrected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSealed:
    """A month is sealed, or has a new revision. `root` is the hash over its inputs, standings and verdicts.

    `held` is how many contributions were left out because somebody still has to decide about them.
    """

    community: str
    period: str
    revision: int
    root: str
    sealed_at: datetime
    held: int = 0


#: What a member holds, and what he holds no longer.
Recognition = BadgeAwarded | BadgeRevoked | TitleAwarded | TitleCorrected

RECOGNITIONS: dict[str, msgspec.json.Decoder[Any]] = {
    AWARDED: msgspec.json.Decoder(BadgeAwarded),
    REVOKED: msgspec.json.Decoder(BadgeRevoked),
    TITLE_AWARDED: msgspec.json.Decoder(TitleAwarded),
    TITLE_CORRECTED: msgspec.json.Decoder(TitleCorrected),
}

TitleEvent = TitleAwarded | TitleCorrected | PeriodSealed


def title_message(event: TitleEvent) -> Message:
    """What happened to a title or a month as a message; a month's key is not a member's."""
    if isinstance(event, PeriodSealed):
        subject = f"period:{event.community}"
        identifier, kind, moment = f"{event.period}:{event.revision}", SEALED, event.sealed_at
    else:
        subject = event.member
        identifier = f"{event.title}:{event.period}:{event.member}:{event.version}"
        kind = TITLE_AWARDED if isinstance(event, TitleAwarded) else TITLE_CORRECTED
        moment = event.awarded_at if isinstance(event, TitleAwarded) else event.corrected_at
    return envelope.message(
        key=subject,
        identifier=identifier,
        kind=kind,
        source=f"/laurel/titles-and-badges/{event.community}",
        subject=subject,
        moment=moment,
        schema=f"urn:laurel:{kind}:1",
        data=event,
    )


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
