"""Our copies of communities."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import mongo
from shared.mongo import Document

#: Slug → until when it may be told so, and what was read.
_recent: dict[str, tuple[float, Document]] = {}
_RECENT_SECONDS = 1.0


def load(slugs: Iterable[str]) -> dict[str, Document]:
    """Communities by slug."""
    return {each["_id"]: each for each in _communities().find({"_id": {"$in": list(slugs)}})}


def recent(slug: str) -> Document | None:
    """A community as it was within the last second: for what is asked with every request."""
    found = _recent.get(slug)
    if found is None or found[0] < time.monotonic():
        stored = load([slug]).get(slug)
        if stored is None:
            return None
        found = _recent[slug] = (time.monotonic() + _RECENT_SECONDS, stored)
    return found[1]


def zones(stored: Document) -> list[tuple[datetime, str]]:
    """The time zones of a community and since when each holds."""
    return [(since, zone) for since, zone in stored.get("zones", ())]


def keep(changed: Sequence[Document]) -> None:
    """Keep communities, inside the running transaction."""
    if changed:
        _recent.clear()
        _communities().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def _communities() -> Collection[Document]:
    return mongo.collection(DATABASE, "communities")
