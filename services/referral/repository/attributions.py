"""Attributions: who brought a friend, with every candidate's verdict."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.repository.keys import key as key_of
from shared import listing, mongo
from shared.mongo import Document


def key(community: str, kind: str, subject: str) -> str:
    """The key of the attribution of a join (`subject`: the member) or an order (its id)."""
    return key_of(community, "attribution", kind, subject)


def one(community: str, identifier: str) -> Document | None:
    """An attribution of a community by its key."""
    return _attributions().find_one({"_id": identifier, "community": community})


def load(identifiers: Iterable[str]) -> dict[str, Document]:
    """Attributions by key."""
    found = _attributions().find({"_id": {"$in": list(identifiers)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def of(friends: Iterable[str]) -> list[Document]:
    """The attributions of a friend (by all his ids), in event order."""
    return in_order(_attributions().find({"friend": {"$in": list(friends)}}, batch_size=mongo.AT_ONCE))


def about(identifiers: Iterable[str], friends: Iterable[str]) -> dict[str, Document]:
    """Attributions with these keys or of this friend (by all his ids), by key: all of them that concern him."""
    which = [{"_id": {"$in": list(identifiers)}}, {"friend": {"$in": list(friends)}}]
    found = _attributions().find({"$or": which}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def in_order(some: Iterable[Document]) -> list[Document]:
    """Attributions in event order: by time, a join before an order."""
    return sorted(some, key=lambda each: (each["at"], each["kind"], each["_id"]))


def keep(documents: Sequence[Document]) -> None:
    """Keep attributions, inside the running transaction."""
    if documents:
        _attributions().bulk_write(
            [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents]
        )


def brought(advocates: Iterable[str], friends: Iterable[str]) -> list[Document]:
    """What of these friends is attributed to an advocate, by all his ids."""
    query = {"advocate": {"$in": list(advocates)}, "friend": {"$in": list(friends)}}
    return list(_attributions().find(query, {"friend": 1, "at": 1}, batch_size=mongo.AT_ONCE))


def naming(advocates: Iterable[str], after: str, limit: int) -> list[Document]:
    """Attributions that are not frozen and have one of these among their candidates, in order of their keys."""
    query = {
        "candidates.advocate": {"$in": list(advocates)},
        "frozen": {"$ne": True},
        "_id": {"$gt": after},
    }
    return list(_attributions().find(query, {"friend": 1}, sort=[("_id", 1)], limit=limit))


def settling(identifiers: Iterable[str]) -> list[datetime]:
    """From when on no late click changes any of these."""
    found = _attributions().find(
        {"_id": {"$in": list(identifiers)}}, {"settles": 1}, batch_size=mongo.AT_ONCE
    )
    return [each["settles"] for each in found]


def awaiting(until: datetime, limit: int) -> list[Document]:
    """Attributions of all communities that waited for a click until the grace was over."""
    query = {"awaits": {"$exists": True}, "settles": {"$lt": until}}
    return list(_attributions().find(query, {"community": 1, "friend": 1}, limit=limit))


def await_no_more(identifier: str) -> None:
    """What was waited for did not come in time."""
    _attributions().update_one({"_id": identifier}, {"$unset": {"awaits": ""}, "$set": {"awaited": True}})


def freeze(identifiers: Iterable[str]) -> None:
    """From now on these never change."""
    _attributions().update_many({"_id": {"$in": list(identifiers)}}, {"$set": {"frozen": True}})


def latest(community: str, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Attributions, the latest first."""
    return listing.latest(_attributions(), {"community": community}, before, limit)


def _attributions() -> Collection[Document]:
    return mongo.collection(DATABASE, "attributions")
