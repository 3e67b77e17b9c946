"""What is held for review, as managers see it."""

from collections.abc import Sequence
from datetime import datetime

from services.titles_and_badges.domain import holds as rules
from services.titles_and_badges.queries import awards as people
from services.titles_and_badges.repository import communities, holds
from shared import clock
from shared.mongo import Document

ACTIVITIES_SHOWN = 100


def latest(
    community: str, *, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Holds, the latest first; of one state, or all."""
    return shown(holds.latest(community, state=state, before=before, limit=limit))


def shown(found: Sequence[Document]) -> list[Document]:
    """Holds as they are shown."""
    known = communities.profiles({name for each in found for name in (each["member"], each["giver"])})
    now = clock.now()
    return [
        {
            "id": each["_id"],
            "period": each["period"],
            "member": people.person(known.get(each["member"]), now),
            "giver": people.person(known.get(each["giver"]), now),
            "rule": each["rule"],
            "detail": rules.words(each["rule"], len(each["activities"]), each["of"]),
            "count": len(each["activities"]),
            "of": each["of"],
            "activities": each["activities"][:ACTIVITIES_SHOWN],
            "state": each["state"],
            "opened": each["opened"],
            "decisions": each["decisions"],
        }
        for each in found
    ]
