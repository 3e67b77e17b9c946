"""Lists of what has a time, the latest first."""

from collections.abc import Mapping
from datetime import datetime

from pymongo.collection import Collection

from shared.mongo import Document


def latest(
    collection: Collection[Document],
    community: str,
    before: tuple[datetime, str] | None,
    limit: int,
    which: Mapping[str, object] | None = None,
) -> list[Document]:
    """What of a collection is a community's (and `which`), by `at` and key, the latest first, from a place on."""
    query: Document = {"community": community, **(which or {})}
    if before is not None:
        moment, identifier = before
        query["$or"] = [{"at": {"$lt": moment}}, {"at": moment, "_id": {"$lt": identifier}}]
    return list(collection.find(query, sort=[("at", -1), ("_id", -1)], limit=limit))
