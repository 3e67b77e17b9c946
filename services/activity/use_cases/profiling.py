"""Profiles go to Kafka: the current state of what changed, by the relay alone."""

from datetime import UTC, datetime
from typing import Any

from services.activity.repository import communities, members
from shared import clock, identity
from shared.clock import BEGINNING
from shared.events import activity as events
from shared.kafka import Producer
from shared.mongo import Document
from shared.outbox import Message

_AT_ONCE = 500


def send_profiles(producer: Producer) -> int:
    """Send the profiles that changed, and settle their marks. Returns how many. Raises Unavailable.

    The mark goes only if the state is still what was sent; otherwise it is set again (rule 18d).
    """
    changed_communities = communities.unsent(_AT_ONCE)
    changed_members = members.unsent(_AT_ONCE)
    now = clock.now()
    messages = [
        *(events.profile(community_profile(document), now) for document in changed_communities),
        *(member_message(document, now) for document in changed_members),
    ]
    if messages:
        producer.send(events.PROFILES.name, messages)
    communities.settle_sent({document["_id"]: document["revision"] for document in changed_communities})
    members.settle_sent({document["_id"]: document["revision"] for document in changed_members})
    return len(messages)


def community_profile(document: Document) -> events.CommunityProfile:
    """A community as other services see it."""
    return events.CommunityProfile(
        community=document["_id"],
        revision=document["revision"],
        name=document["name"],
        locale=document["locale"],
        zones=[events.ZoneSince(zone=zone, since=_utc(since)) for since, zone in document["zones"]],
        revoked_tokens=document["revoked_tokens"],
        grace_hours=document.get("grace_hours", events.GRACE_HOURS),
    )


def member_message(document: Document, now: datetime) -> Message:
    """A member as other services see him; a tombstone for one who is erased."""
    erased = document.get("erased") and identity.is_reachable(document["_id"])
    profile = events.MemberProfile(
        community=document["community"],
        member=document["_id"],
        revision=document["revision"],
        external_id=document.get("external_id") if not document.get("network") else None,
        name=document.get("name"),
        roles=[events.RoleSince(role=role, since=_utc(since)) for since, role in document["roles"]],
        opt_outs=[
            events.OptOutSince(opted_out=out, since=_utc(since)) for since, out in document["opt_outs"]
        ],
        merged_into=document.get("merged_into"),
        time_zones=[
            events.ZoneSince(zone=zone, since=_utc(since)) for since, zone in document.get("time_zones", ())
        ],
        pauses=[
            events.PauseSince(paused=paused, since=_utc(since))
            for since, paused in document.get("pauses", ())
        ],
        joined=_utc(document["joined"]) if document.get("joined") else None,
    )
    message = events.profile(profile, now)
    return message._replace(value=None) if erased else message


def _utc(moment: Any) -> datetime:  # noqa: ANN401 (what MongoDB gives back is a datetime)
    return BEGINNING if moment == BEGINNING else moment.astimezone(UTC)
