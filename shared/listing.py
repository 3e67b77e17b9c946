"""Lists of what has a time, the latest first, page by page."""

from collections.abc import Mapping
from datetime import datetime

from pymongo.collection import Collection

from shared.mongo import Document


def latest(
    collection: Collection[Document],
    which: Mapping[str, object],
    before: tuple[datetime, str] | None,
    limit: int,
    *,
    by: str = "at",
) -> list[Document]:
    """Those of a collection's documents by their time and key, the latest first; `before` is the last one's place."""
    query: Document = {**which}
    if before is not None:
        moment, identifier = before
        query["$or"] = [{by: {"$lt": moment}}, {by: moment, "_id": {"$lt": identifier}}]
    return list(collection.find(query, sort=[(by, -1), ("_id", -1)], limit=limit))
