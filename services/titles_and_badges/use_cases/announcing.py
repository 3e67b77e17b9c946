"""Awards as they are announced, in the transaction that makes them true."""

from collections.abc import Sequence

from services.titles_and_badges.domain.badges import Badge
from services.titles_and_badges.repository import DATABASE
from shared import outbox
from shared.events import titles_and_badges as events
from shared.mongo import Document

Announcement = events.BadgeAwarded | events.BadgeRevoked


def awarded(community: str, badge: Badge, document: Document) -> events.BadgeAwarded:
    """A member holds a badge."""
    return events.BadgeAwarded(
        community=community,
        award=document["_id"],
        version=document["version"],
        member=document["member"],
        badge=document["badge"],
        badge_version=document["badge_version"],
        level=document.get("level"),
        object=document.get("object"),
        period=document.get("period"),
        silent=badge.silent_before is not None and document["awarded_at"] < badge.silent_before,
        awarded_at=document["awarded_at"],
        decided_by=document.get("by"),
    )


def revoked(community: str, document: Document) -> events.BadgeRevoked:
    """A member holds a badge no longer."""
    return events.BadgeRevoked(
        community=community,
        award=document["_id"],
        version=document["version"],
        member=document["member"],
        badge=document["badge"],
        level=document.get("level"),
        object=document.get("object"),
        period=document.get("period"),
        expired=document.get("expired", False),
        # What was withdrawn never was: it ends when it began.
        revoked_at=document["revoked_at"] if "revoked_at" in document else document["awarded_at"],
    )


def announce(community: str, said: Sequence[Announcement]) -> None:
    """Put announcements into the outbox."""
    outbox.add(DATABASE, community, events.EVENTS.name, [events.message(event) for event in said])
