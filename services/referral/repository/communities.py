"""Our copies of communities."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import mongo, timeline
from shared.mongo import Document
from shared.recent import Recent


def load(slugs: Iterable[str]) -> dict[str, Document]:
    """Communities by slug."""
    return {each["_id"]: each for each in _communities().find({"_id": {"$in": list(slugs)}})}


def slugs(most: int) -> list[str]:
    """Which there are, so many at most, in order of the alphabet."""
    return [each["_id"] for each in _communities().find({}, {"_id": 1}, sort=[("_id", 1)], limit=most)]


def recent(slug: str) -> Document | None:
    """A community as it was within the last second: for what is asked with every request."""
    return _recent.one(slug)


def zones(stored: Document) -> list[tuple[datetime, str]]:
    """The time zones of a community and since when each holds."""
    return timeline.stored(stored, "zones")


def keep(changed: Sequence[Document]) -> None:
    """Keep communities, inside the running transaction."""
    if changed:
        _recent.forget()
        _communities().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def _communities() -> Collection[Document]:
    return mongo.collection(DATABASE, "communities")


_recent = Recent(lambda slug: load([slug]).get(slug))
