"""What a community shows to everybody."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.repository.awards import HELD
from shared import mongo
from shared.mongo import Document


def keep(community: str, *, public: bool, origins: Sequence[str]) -> None:
    """Keep whether the pages are public, and who may frame them."""
    setting = {"public": public, "origins": list(origins)}
    mongo.collection(DATABASE, "communities").update_one({"_id": community}, {"$set": {"pages": setting}})


def most_given(community: str, since: datetime, until: datetime, limit: int) -> list[Document]:
    """How often badges were given for deeds between two moments, the most frequent first: `badge`, `count`."""
    rows = _awards().aggregate(
        [
            {
                "$match": {
                    "community": community,
                    "state": HELD,
                    "awarded_at": {"$gte": since, "$lt": until},
                }
            },
            {"$group": {"_id": "$badge", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": limit},
        ]
    )
    return [{"badge": row["_id"], "count": row["count"]} for row in rows]


def _awards() -> Collection[Document]:
    return mongo.collection(DATABASE, "awards")
