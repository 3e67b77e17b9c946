"""What is asked with every request: whether a token's community exists, and what waits."""

from collections.abc import Sequence
from typing import Any, Literal

from services.referral.repository import DATABASE, communities
from shared import outbox, work
from shared.errors import Invalid, NotFound

_SHOWN = 5


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


def meant(named: str | None) -> str:
    """The community that is named, or the only one. Raises NotFound; Invalid where it must be named."""
    if named is None:
        return only(communities.slugs(_SHOWN + 1))
    need(named)
    return named


def only(slugs: Sequence[str]) -> str:
    """The only one of these. Raises Invalid where there is none, or more."""
    if len(slugs) != 1:
        known = ", ".join([*slugs[:_SHOWN], *("…" for _ in slugs[_SHOWN:])]) or "there is none yet"
        message = f"Say which community is meant: --community SLUG ({known})."
        raise Invalid(message)
    return slugs[0]


def pending() -> dict[str, int]:
    """What waits: messages for Kafka, and marks."""
    return {"outbox": outbox.pending(DATABASE), "work": work.pending(DATABASE)}


def stuck() -> list[dict[str, Any]]:
    """Marks whose step raised."""
    return work.stuck(DATABASE)
