"""What `activity` publishes.

`activity.events`, keyed by the member: a delivery says what one activity means to one member, in which roles, with
a snapshot of the object. Each has a version; the highest version of (activity, member) is the fact, and a retraction
is a version too. `activity.profiles`, compacted: what a community or a member is.

These are msgspec's structs, not dataclasses: what every activity passes through is made ten times, written and read
twice as fast. None can be part of a circle, so the collector of garbage need not look at them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from shared.errors import Refused
from shared.events import envelope
from shared.kafka import PARTITIONS, Record, Topic
from shared.outbox import Message

EVENTS = Topic("activity.events")
PROFILES = Topic("activity.profiles", compacted=True)

RECORDED = "activity.recorded"
RETRACTED = "activity.retracted"
CLOSING = "period.closing"
MEMBER_PROFILE = "activity.member-profile"
COMMUNITY_PROFILE = "activity.community-profile"

#: How long after its border a month waits for what comes late, by default: a backend that hands on a day's deeds in a
#: nightly run has had its run, and the titles still come on the 2nd.
GRACE_HOURS = 24

Role = Literal["actor", "author"]


class Parent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the object answers."""

    id: str
    type: str | None = None
    author: str | None = None
    published: datetime | None = None


class Object(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the activity is about, as `activity` knew it at this version."""

    id: str
    type: str | None = None
    author: str | None = None
    published: datetime | None = None
    tags: Sequence[str] = ()
    parent: Parent | None = None


class ActivityRecorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An activity concerns a member. Members are ids of Laurel's own, never the community's."""

    community: str
    activity: str
    member: str
    version: int
    roles: Sequence[Role]
    type: str
    published: datetime
    actor: str | None = None
    object: Object | None = None
    sequence: int | None = None
    value: int | None = None


class ActivityRetracted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An activity concerns a member no longer: retracted, or now another's."""

    community: str
    activity: str
    member: str
    version: int
    published: datetime


class RoleSince(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A role and from when it holds."""

    role: Literal["member", "staff", "bot"]
    since: datetime


class OptOutSince(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether a member stays out of recognition, and from when."""

    opted_out: bool
    since: datetime


class ZoneSince(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A time zone, of a community or of a member, and from when it holds."""

    zone: str
    since: datetime


class PauseSince(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether a member pauses: his streaks wait. And from when."""

    paused: bool
    since: datetime


class MemberProfile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a member is. A higher revision replaces a lower one."""

    community: str
    member: str
    revision: int
    external_id: str | None = None
    name: str | None = None
    roles: Sequence[RoleSince] = ()
    opt_outs: Sequence[OptOutSince] = ()
    merged_into: str | None = None
    time_zones: Sequence[ZoneSince] = ()
    pauses: Sequence[PauseSince] = ()
    joined: datetime | None = None


class CommunityProfile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a community is, and which of its tokens hold no more."""

    community: str
    revision: int
    name: str
    locale: str
    zones: Sequence[ZoneSince]
    revoked_tokens: Sequence[str] = ()
    grace_hours: int = GRACE_HOURS


class PeriodClosing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A month is over, with its grace, and all that `activity` accepted until then was sent before this.

    It stands in every partition of both topics; whoever has read them all has all of the month, and of those before.
    `period` is like `2026-10`; `until` its border, the first moment after it.
    """

    community: str
    period: str
    until: datetime


Delivery = ActivityRecorded | ActivityRetracted
Profile = MemberProfile | CommunityProfile


class Erased(NamedTuple):
    """The tombstone in the place of a profile: whoever had this id has none of his own any more."""

    member: str


#: What who keeps copies of profiles follows.
Followed = Profile | Erased

DELIVERIES: dict[str, msgspec.json.Decoder[Any]] = {
    RECORDED: msgspec.json.Decoder(ActivityRecorded),
    RETRACTED: msgspec.json.Decoder(ActivityRetracted),
}
CLOSINGS: msgspec.json.Decoder[PeriodClosing] = msgspec.json.Decoder(PeriodClosing)
PROFILES_BY_KIND: dict[str, msgspec.json.Decoder[Any]] = {
    MEMBER_PROFILE: msgspec.json.Decoder(MemberProfile),
    COMMUNITY_PROFILE: msgspec.json.Decoder(CommunityProfile),
}


def delivery(event: Delivery) -> Message:
    """A delivery as a message, keyed by its member."""
    kind = RECORDED if isinstance(event, ActivityRecorded) else RETRACTED
    return envelope.message(
        key=event.member,
        identifier=f"{event.activity}:{event.member}:{event.version}",
        kind=kind,
        source=f"/laurel/activity/{event.community}",
        subject=event.member,
        moment=event.published,
        schema=f"urn:laurel:{kind}:1",
        data=event,
    )


def profile(event: Profile, moment: datetime) -> Message:
    """A profile as a message, keyed by what it describes."""
    kind = MEMBER_PROFILE if isinstance(event, MemberProfile) else COMMUNITY_PROFILE
    key = event.member if isinstance(event, MemberProfile) else f"community:{event.community}"
    return envelope.message(
        key=key,
        identifier=f"{key}:{event.revision}",
        kind=kind,
        source=f"/laurel/activity/{event.community}",
        subject=key,
        moment=moment,
        schema=f"urn:laurel:{kind}:1",
        data=event,
    )


def followed(record: Record) -> Followed | PeriodClosing:
    """Read a profile, the tombstone of an erased member, or that a month closes. Raises Refused."""
    if record.value is None:
        return Erased((record.key or b"").decode(errors="replace"))
    kind = envelope.kind(record)
    if kind == CLOSING:
        return envelope.data(record, CLOSINGS)
    if kind not in PROFILES_BY_KIND:
        message = f"{kind!r} is no event of this topic"
        raise Refused(message)
    found: Followed = envelope.data(record, PROFILES_BY_KIND[kind])
    return found


def closings(event: PeriodClosing) -> list[Message]:
    """A closing as messages, one for every partition. Its key is not a member's; a compacted topic keeps the last."""
    key = f"closing:{event.community}"
    return [
        envelope.message(
            key=key,
            identifier=f"{key}:{event.period}:{partition}",
            kind=CLOSING,
            source=f"/laurel/activity/{event.community}",
            subject=event.period,
            moment=event.until,
            schema=f"urn:laurel:{CLOSING}:1",
            data=event,
        )._replace(partition=partition)
        for partition in range(PARTITIONS)
    ]
