"""Friends and buyers: the aggregate of all that is decided of one person."""

from collections.abc import Iterable
from typing import Any

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.repository import people
from shared import mongo
from shared.mongo import Document


def hold(community: str, friend: str) -> Document:
    """Write a friend first, inside the running transaction: whoever else decides of him begins again. Returns him."""
    _friends().update_one(
        {"_id": friend}, {"$inc": {"settled": 1}, "$setOnInsert": {"community": community}}, upsert=True
    )
    return _friends().find_one({"_id": friend}) or {}


def load(members: Iterable[str]) -> dict[str, Document]:
    """Friends by id, those that there are."""
    found = _friends().find({"_id": {"$in": list(members)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def keep(friend: str, **changed: Any) -> None:  # noqa: ANN401 (whatever a document holds)
    """Change what is known of a friend, inside the running transaction; None takes a field away."""
    update: Document = {
        "$set": {name: value for name, value in changed.items() if value is not None},
        "$unset": {name: "" for name, value in changed.items() if value is None},
    }
    _friends().update_one({"_id": friend}, {name: what for name, what in update.items() if what})


def has_brought_anybody(members: Iterable[str]) -> bool:
    """Whether anybody was brought by one of these."""
    return _friends().find_one({"advocate": {"$in": list(members)}}, {"_id": 1}) is not None


def above(members: Iterable[str]) -> dict[str, frozenset[str]]:
    """Each of these members → all who stand above him: his advocate, that one's advocate, and so on."""
    parents: dict[str, str] = {}
    asked: set[str] = set()
    wanted = set(members)
    while wanted:
        asked |= wanted
        found = {each: one["advocate"] for each, one in load(wanted).items() if one.get("advocate")}
        now = people.survivors(found.values())
        parents |= {member: now[advocate] for member, advocate in found.items()}
        wanted = set(now.values()) - asked
    return {member: _chain(member, parents) for member in members}


def concerned(community: str, clicks: Iterable[str], visitors: Iterable[str]) -> list[str]:
    """The friends whose joins or orders named one of these clicks, or come from one of these visitors."""
    which = [{"clicks": {"$in": list(clicks)}}, {"visitors": {"$in": list(visitors)}}]
    found = _friends().find({"community": community, "$or": which}, {"_id": 1}, batch_size=mongo.AT_ONCE)
    return sorted(each["_id"] for each in found)


def _chain(member: str, parents: dict[str, str]) -> frozenset[str]:
    found: set[str] = set()
    while member in parents and parents[member] not in found:
        member = parents[member]
        found.add(member)
    return frozenset(found)


def _friends() -> Collection[Document]:
    return mongo.collection(DATABASE, "friends")
