"""What `activity` said of months that close, and which of them are to be sealed."""

from collections.abc import Sequence

from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from shared import mongo
from shared.mongo import Document


def load(community: str) -> Document:
    """What is known of a community's months; empty where nothing is."""
    return _closings().find_one({"_id": community}) or {}


def put(community: str, fields: Document, *, exists: bool) -> None:
    """Keep what changed. Written by every partition, so that two of them never miss one another."""
    if exists:
        _closings().update_one({"_id": community}, {"$set": fields, "$inc": {"said": 1}})
    else:
        _closings().insert_one({"_id": community, "due": [], "said": 1, **fields})


def order(community: str, periods: Sequence[str]) -> None:
    """Let months be sealed, inside the running transaction."""
    if (
        not _closings()
        .update_one({"_id": community}, {"$addToSet": {"due": {"$each": list(periods)}}, "$inc": {"said": 1}})
        .matched_count
    ):
        _closings().insert_one({"_id": community, "due": list(periods), "said": 1})


def settle(community: str, period: str) -> None:
    """A month is sealed: it is due no longer."""
    _closings().update_one({"_id": community}, {"$pull": {"due": period}, "$inc": {"said": 1}})


def _closings() -> Collection[Document]:
    return mongo.collection(DATABASE, "closings")
