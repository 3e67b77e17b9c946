"""Joins and orders that somebody is credited with: their places among the advocate's, their flags and reviews."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from pymongo import ReplaceOne, ReturnDocument
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.suspicion import Review
from shared import listing, mongo
from shared.mongo import Document


def of_friends(friends: Iterable[str]) -> dict[str, Document]:
    """The cases of these friends, who are one person, by id."""
    found = _cases().find({"friend": {"$in": list(friends)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def one(community: str, identifier: str) -> Document | None:
    """One case, or None."""
    return _cases().find_one({"_id": identifier, "community": community})


def load(identifiers: Iterable[str]) -> dict[str, Document]:
    """Cases by id."""
    found = _cases().find({"_id": {"$in": list(identifiers)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def keep(changed: Sequence[Document]) -> None:
    """Keep cases, inside the running transaction."""
    if changed:
        _cases().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def about(community: str, advocate: str, at: datetime, span: timedelta, but: str) -> list[datetime]:
    """When an advocate's other conversions were, within a span around a moment; a hundred are enough to know."""
    query: Document = {
        "community": community,
        "advocate": advocate,
        "at": {"$gt": at - span, "$lt": at + span},
        "_id": {"$ne": but},
    }
    return [each["at"] for each in _cases().find(query, {"at": 1}, limit=100)]


def address_of(click: str) -> str | None:
    """From which address of the network a click came: a keyed hash; None where that is not known any more."""
    found = mongo.collection(DATABASE, "clicks").find_one({"_id": click}, {"address": 1})
    return None if found is None else found.get("address")


def of_address(community: str, address: str, but: str) -> list[Document]:
    """Other cases whose clicks came from an address: whose they are. A hundred are enough to know."""
    query: Document = {"community": community, "address": address, "_id": {"$ne": but}}
    return list(_cases().find(query, {"friend": 1, "occasion": 1}, limit=100))


def latest(
    community: str,
    *,
    review: str | None,
    escalated: bool | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Document]:
    """Cases that are, or were, held for review, the latest first."""
    query: Document = {"community": community, "review": review or {"$gt": ""}}
    if escalated is not None:
        query["escalated"] = True if escalated else {"$ne": True}
    return listing.latest(_cases(), query, before, limit, by="opened")


def escalate(now: datetime) -> int:
    """Say of open reviews whose time is over that they have waited too long. Returns of how many."""
    overdue = {"review": Review.OPEN, "deadline": {"$lte": now}, "escalated": {"$ne": True}}
    return _cases().update_many(overdue, {"$set": {"escalated": True}}).modified_count


def unresolved(community: str) -> dict[str, str]:
    """Of each open review whose join or order it is."""
    found = _cases().find(
        {"community": community, "review": Review.OPEN}, {"friend": 1}, batch_size=mongo.AT_ONCE
    )
    return {each["_id"]: each["friend"] for each in found}


def counted(community: str, program: str, advocates: Iterable[str]) -> Iterator[Document]:
    """The purchases in a program that count for an advocate (by all his ids), in event order, as many as are asked for.

    Each has its friend and its moment.
    """
    query = {
        "community": community,
        "advocate": {"$in": list(advocates)},
        "program": program,
        "counted": True,
    }
    yield from _cases().find(query, {"friend": 1, "at": 1}, sort=[("at", 1), ("_id", 1)])


def reviews(identifiers: Iterable[str]) -> set[str]:
    """What became of the reviews of these, as far as somebody had or has to look."""
    query = {"_id": {"$in": list(identifiers)}, "review": {"$gt": ""}}
    return {each["review"] for each in _cases().find(query, {"review": 1}, batch_size=mongo.AT_ONCE)}


def tallies(names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """(purchases, friends) of advocates in programs, by the key of the tally; nothing where there were none."""
    wanted = list(names)
    found = _tallies().find({"_id": {"$in": wanted}}, batch_size=mongo.AT_ONCE) if wanted else ()
    return {each["_id"]: (each["purchases"], each["friends"]) for each in found}


def tally(community: str, program: str, advocate: str) -> str:
    """The key of what an advocate is credited with in a program."""
    return f"{community}|{program}|{advocate}"


def count(community: str, changes: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Change tallies by (purchases, friends), inside the running transaction. Returns them as they are now.

    By nothing too: whoever else counts for the advocate at this moment begins again.
    """
    return {name: _count(community, name, *change) for name, change in changes.items()}


def _count(community: str, name: str, purchases: int, friends: int) -> tuple[int, int]:
    _, program, advocate = name.split("|")
    told = {"community": community, "program": program, "advocate": advocate}
    change = {"$inc": {"purchases": purchases, "friends": friends, "turns": 1}, "$setOnInsert": told}
    kept = _tallies().find_one_and_update(
        {"_id": name}, change, upsert=True, return_document=ReturnDocument.AFTER
    )
    found = kept or {}
    return found["purchases"], found["friends"]


def _tallies() -> Collection[Document]:
    return mongo.collection(DATABASE, "tallies")


def _cases() -> Collection[Document]:
    return mongo.collection(DATABASE, "cases")
