"""Communities."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo.collection import Collection

from services.activity.documents import DATABASE
from services.activity.repository import members
from shared import mongo
from shared.mongo import Document


def load(slug: str) -> Document | None:
    """One community, or None."""
    return _communities().find_one({"_id": slug})


def insert(document: Document) -> None:
    """Keep a new community; its profile waits for the relay."""
    _communities().insert_one({**document, "revision": 1, "unsent": True})


def change(slug: str, fields: Document) -> None:
    """Change a community; its profile waits for the relay."""
    _communities().update_one({"_id": slug}, {"$set": {**fields, "unsent": True}, "$inc": {"revision": 1}})


def due(now: datetime, limit: int) -> list[str]:
    """Communities whose months are to be looked at, those first who have waited longest."""
    query = {"$or": [{"closes_at": {"$lte": now}}, {"closes_at": None}]}
    found = _communities().find(query, {"_id": 1}, sort=[("closes_at", 1)], limit=limit)
    return [document["_id"] for document in found]


def put_closing(slug: str, fields: Document, *, clear: Sequence[str] = ()) -> None:
    """Keep how far the closing of a month is. It is no part of the profile."""
    update: Document = {"$set": fields, "$inc": {"looks": 1}}
    if clear:
        update["$unset"] = dict.fromkeys(clear, "")
    _communities().update_one({"_id": slug}, update)


def unsent(limit: int) -> list[Document]:
    """Communities whose profile waits for the relay."""
    return list(_communities().find({"unsent": True}, limit=limit))


def settle_sent(revisions: Mapping[str, int]) -> None:
    """As for members: clear the marks of what Kafka has, if it is still the state."""
    members.settle(_communities(), revisions)


def count_unsent() -> int:
    """How many profiles wait."""
    return _communities().count_documents({"unsent": True})


def _communities() -> Collection[Document]:
    return mongo.collection(DATABASE, "communities")
