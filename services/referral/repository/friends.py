"""Friends and buyers: the aggregate of all that is decided of one person."""

from collections.abc import Iterable

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import mongo
from shared.mongo import Document


def hold(community: str, friend: str) -> None:
    """Write a friend first, inside the running transaction: whoever else decides of him begins again."""
    _friends().update_one(
        {"_id": friend}, {"$inc": {"settled": 1}, "$setOnInsert": {"community": community}}, upsert=True
    )


def remember(friend: str, *, clicks: Iterable[str], visitors: Iterable[str]) -> None:
    """Keep what his joins and orders named, inside the running transaction: clicks that come late are found by it."""
    named = {"clicks": list(clicks), "visitors": list(visitors)}
    added = {name: {"$each": values} for name, values in named.items() if values}
    if added:
        _friends().update_one({"_id": friend}, {"$addToSet": added})


def concerned(community: str, clicks: Iterable[str], visitors: Iterable[str]) -> list[str]:
    """The friends whose joins or orders named one of these clicks, or come from one of these visitors."""
    which = [{"clicks": {"$in": list(clicks)}}, {"visitors": {"$in": list(visitors)}}]
    found = _friends().find({"community": community, "$or": which}, {"_id": 1}, batch_size=mongo.AT_ONCE)
    return sorted(each["_id"] for each in found)


def after(community: str, member: str, limit: int) -> list[str]:
    """Friends in order of their ids, from a place on."""
    query = {"community": community, "_id": {"$gt": member}}
    return [each["_id"] for each in _friends().find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)]


def _friends() -> Collection[Document]:
    return mongo.collection(DATABASE, "friends")
