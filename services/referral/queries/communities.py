"""What is asked with every request: whether a token's community exists, and what waits."""

from typing import Any, Literal

from services.referral.repository import DATABASE, communities
from shared import outbox, work
from shared.errors import NotFound


def standing(community: str, token_id: str) -> Literal["ok", "unknown-community", "revoked"]:
    """Whether a token's community exists and the token still holds, by our copy of the community."""
    stored = communities.recent(community)
    if stored is None:
        return "unknown-community"
    return "revoked" if token_id in stored.get("revoked_tokens", ()) else "ok"


def need(community: str) -> None:
    """Raise NotFound unless the profile of the community has come."""
    if communities.recent(community) is None:
        raise NotFound("community", community)


def pending() -> dict[str, int]:
    """What waits: messages for Kafka, and marks."""
    return {"outbox": outbox.pending(DATABASE), "work": work.pending(DATABASE)}


def stuck() -> list[dict[str, Any]]:
    """Marks whose step raised."""
    return work.stuck(DATABASE)
