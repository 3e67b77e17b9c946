"""Titles as data, and who holds them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.repository import facts
from shared import mongo
from shared.mongo import Document


def definitions(community: str) -> list[Document]:
    """All titles of a community, in order of slugs."""
    return list(_titles().find({"community": community}, sort=[("slug", 1)]))


def definition(community: str, slug: str) -> Document | None:
    """One title, or None."""
    return _titles().find_one({"_id": f"{community}:{slug}"})


def keep_definitions(changed: Sequence[tuple[Document, bool]]) -> None:
    """Keep titles; the flag says whether it exists already."""
    _titles().bulk_write(
        [ReplaceOne({"_id": each["_id"]}, each) if exists else InsertOne(each) for each, exists in changed]
    )


def holder_key(community: str, title: str, period: str, member: str) -> str:
    """The id of a holder: one title of one month is his once, in the database itself."""
    return f"{community}|{title}|{period}|{member}"


def of_period(community: str, period: str) -> dict[str, Document]:
    """Who holds, or held by an earlier revision, a title of a month, by key."""
    found = _holders().find({"community": community, "period": period}, batch_size=mongo.AT_ONCE)
    return {document["_id"]: document for document in found}


def holders(
    community: str, title: str, *, before: tuple[str, int, str] | None = None, limit: int
) -> list[Document]:
    """Who holds a title, the latest month first, then by place; `before` is (period, place, key) of the last one."""
    query: Document = {"community": community, "title": title, "held": True}
    if before is not None:
        period, place, key = before
        query["$or"] = [
            {"period": {"$lt": period}},
            {"period": period, "place": {"$gt": place}},
            {"period": period, "place": place, "_id": {"$gt": key}},
        ]
    order = [("period", -1), ("place", 1), ("_id", 1)]
    return list(_holders().find(query, sort=order, limit=limit))


def all_holders(community: str) -> list[Document]:
    """Every row that is, or was, a holder's, by title, month, and place."""
    order = [("title", 1), ("period", 1), ("held", -1), ("place", 1), ("_id", 1)]
    return list(_holders().find({"community": community}, sort=order, batch_size=mongo.AT_ONCE))


def keys_after(community: str, after: str, limit: int) -> list[str]:
    """The keys of a community's holders behind one of them, in order; from the first with an empty one."""
    query = {"_id": {"$gt": after or f"{community}|", "$lt": f"{community}}}"}}  # } follows |
    return [found["_id"] for found in _holders().find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)]


def by_keys(keys: Iterable[str]) -> dict[str, Document]:
    """Holders by key, those of earlier revisions too."""
    return {document["_id"]: document for document in _holders().find({"_id": {"$in": list(keys)}})}


def held_by(members: Iterable[str], title: str | None = None) -> list[Document]:
    """The titles that members hold, the latest month first."""
    query: Document = {"member": {"$in": list(members)}, "held": True}
    if title is not None:
        query["title"] = title
    return list(_holders().find(query, sort=[("period", -1), ("title", 1), ("_id", 1)]))


def write_holders(changed: Iterable[tuple[Document, bool]]) -> None:
    """Keep holders; the flag says whether the row exists already."""
    writes = [
        ReplaceOne({"_id": each["_id"]}, each) if exists else InsertOne(each) for each, exists in changed
    ]
    if writes:
        _holders().bulk_write(writes)


def deeds_between(members: Iterable[str], first: datetime, until: datetime) -> dict[str, list[Fact]]:
    """All surviving facts of members from one moment on and before another."""
    found: dict[str, list[Fact]] = {member: [] for member in members}
    query = {
        "member": {"$in": list(found)},
        "published": {"$gte": first, "$lt": until},
        "retracted": {"$exists": False},
    }
    for document in mongo.collection(DATABASE, "facts").find(query, batch_size=mongo.AT_ONCE):
        found[document["member"]].append(facts.fact(document))
    return found


def first_deeds(members: Iterable[str]) -> Mapping[str, datetime]:
    """When members did something for the first time; who never did is missing."""
    wanted = {"member": {"$in": list(members)}, "roles": "actor", "retracted": {"$exists": False}}
    pipeline = [{"$match": wanted}, {"$group": {"_id": "$member", "first": {"$min": "$published"}}}]
    return {row["_id"]: row["first"] for row in mongo.collection(DATABASE, "facts").aggregate(pipeline)}


def _titles() -> Collection[Document]:
    return mongo.collection(DATABASE, "titles")


def _holders() -> Collection[Document]:
    return mongo.collection(DATABASE, "title_holders")
