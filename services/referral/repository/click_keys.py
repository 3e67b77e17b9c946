"""The keys of clicks, wrapped."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import mongo
from shared.mongo import Document


def every() -> dict[str, bytes | None]:
    """All keys by name, wrapped; None for one that was destroyed."""
    return {each["_id"]: each.get("wrapped") for each in _keys().find({})}


def keep(wrapped: Mapping[str, bytes], now: datetime) -> None:
    """Keep new keys; one that is there already stays, and one that was destroyed stays destroyed."""
    _keys().bulk_write(
        [
            UpdateOne({"_id": name}, {"$setOnInsert": {"wrapped": key, "made": now}}, upsert=True)
            for name, key in wrapped.items()
        ]
    )


def destroy(names: Iterable[str], now: datetime) -> int:
    """Destroy keys for ever. Returns how many there were."""
    which = {"_id": {"$in": list(names)}, "wrapped": {"$exists": True}}
    return _keys().update_many(which, {"$set": {"destroyed": now}, "$unset": {"wrapped": ""}}).modified_count


def _keys() -> Collection[Document]:
    return mongo.collection(DATABASE, "click_keys")
