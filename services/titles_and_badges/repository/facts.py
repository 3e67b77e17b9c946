"""Facts, at their highest versions; tombstones stay."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.facts import OUTCOME, Fact
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.domain.spans import Period
from shared import mongo
from shared.mongo import Document

_FIELDS = tuple(field.name for field in fields(Fact))


def key(member: str, activity: str) -> str:
    """The key of a fact. Members' ids have one length, so that no two facts meet in one key."""
    return f"{member}:{activity}"


def load(keys: Iterable[str]) -> dict[str, Document]:
    """Facts and tombstones by key."""
    found = _facts().find({"_id": {"$in": list(keys)}}, batch_size=mongo.AT_ONCE)
    return {document["_id"]: document for document in found}


def of_members(members: Iterable[str], asked: Document | None = None) -> dict[str, list[Document]]:
    """All surviving facts of members, or those that it finds what is `asked`."""
    found: dict[str, list[Document]] = {member: [] for member in members}
    query: Document = {"member": {"$in": list(found)}, "retracted": {"$exists": False}}
    query |= {"$and": [asked]} if asked else {}
    for document in _facts().find(query, batch_size=mongo.AT_ONCE) if found else ():
        found[document["member"]].append(document)
    return found


def following_members(
    community: str, after: str, limit: int, asked: Document | None = None
) -> dict[str, list[Document]]:
    """The surviving facts of the next members of a community, in order of their ids; none when there are no more.

    Up to `limit` facts, always all of a member; if something is `asked`, those alone that it finds. Reads on
    through the facts of other communities.
    """
    query: Document = {
        "_id": {"$gt": after + _AFTER_ALL_OF},
        "community": community,
        "retracted": {"$exists": False},
        **({"$and": [asked]} if asked else {}),
    }
    found: dict[str, list[Document]] = {}
    count = 0
    for document in _facts().find(query, sort=[("_id", 1)], limit=limit, batch_size=mongo.AT_ONCE):
        found.setdefault(document["member"], []).append(document)
        count += 1
    if count < limit:
        return found
    last, _ = found.popitem()  # there may be more of him
    return found or of_members([last], asked)


def outcomes(members: Iterable[str], prefixes: Iterable[str], before: int) -> list[Document]:
    """What other parts of Laurel said of members, retracted or not, in versions before one.

    Of what is retracted the name alone is left: it begins with one of `prefixes`.
    """
    names = "|".join(re.escape(each) for each in prefixes)
    retracted = {"retracted": True, "activity": {"$regex": f"^({names})"}}
    query: Document = {"member": {"$in": list(members)}, "$or": [{"roles": OUTCOME}, retracted]}
    return list(
        _facts().find({**query, "version": {"$lt": before}}, sort=[("_id", 1)], batch_size=mongo.AT_ONCE)
    )


def in_buckets(wanted: Mapping[str, Iterable[Bucket]]) -> dict[str, dict[Bucket, list[Fact]]]:
    """The surviving facts stored as counted in these buckets of members."""
    found: dict[str, dict[Bucket, list[Fact]]] = {
        member: {bucket: [] for bucket in buckets} for member, buckets in wanted.items()
    }
    queries = [query for member, buckets in found.items() for query in _in_any_bucket(member, buckets)]
    for document in _facts().find({"$or": queries}, batch_size=mongo.AT_ONCE) if queries else ():
        for bucket in counted_in(document):
            if bucket in found[document["member"]]:
                found[document["member"]][bucket].append(fact(document))
    return found


def named(wanted: Sequence[tuple[str, Sequence[str]]]) -> Iterable[Document]:
    """The surviving facts of members that are stored with one of these names of buckets."""
    queries = [{"member": member, "buckets": {"$in": list(names)}} for member, names in wanted]
    return _facts().find({"$or": queries}, batch_size=mongo.AT_ONCE) if queries else ()


def evidence(member: str, bucket: Bucket, *, up_to: datetime | None, limit: int) -> list[Fact]:
    """Surviving facts counted in a bucket, the latest first, of those up to a moment."""
    query = _in_bucket(member, bucket)
    if up_to is not None:
        query["published"] = {"$lte": up_to}
    found = _facts().find(query, sort=[("published", -1), ("sequence", -1), ("activity", -1)], limit=limit)
    return [fact(document) for document in found]


def count(member: str, bucket: Bucket) -> int:
    """How many surviving facts are counted in a bucket."""
    return _facts().count_documents(_in_bucket(member, bucket))


def count_up_to(members: Sequence[str], limit: int) -> int:
    """How many facts members have together; `limit` if more."""
    return _facts().count_documents({"member": {"$in": list(members)}}, limit=limit)


def members_involved_with(members: Sequence[str], after: str, limit: int) -> list[str]:
    """Members who have facts in which these take part, or who are these, in order of their ids."""
    rows = _facts().aggregate(
        [
            {"$match": {"$or": [{"involved": {"$in": list(members)}}, {"member": {"$in": list(members)}}]}},
            {"$match": {"member": {"$gt": after}}},
            {"$group": {"_id": "$member"}},
            {"$sort": {"_id": 1}},
            {"$limit": limit},
        ]
    )
    return [row["_id"] for row in rows]


def fact(document: Document) -> Fact:
    """A stored fact."""
    return Fact(**{name: document[name] for name in _FIELDS if name in document})


def put(document: Document, *, exists: bool) -> InsertOne[Document] | ReplaceOne[Document]:
    """Keep a fact, or a higher version of one. A read decided which: no upsert inside a transaction."""
    return ReplaceOne({"_id": document["_id"]}, document) if exists else InsertOne(document)


def document(community: str, new: Fact, slugs: Sequence[str]) -> Document:
    """A fact as it is stored."""
    written: Document = {"_id": key(new.member, new.activity), "community": community}
    for name in _FIELDS:
        value = getattr(new, name)
        if value is not None and value != ():
            written[name] = value
    involved = new.involved()
    if involved:
        written["involved"] = involved
    if slugs:
        written["buckets"] = list(slugs)
    return written


def tombstone(community: str, member: str, activity: str, version: int) -> Document:
    """A retracted fact: its version stays, lest an older copy counts."""
    return {
        "_id": key(member, activity),
        "community": community,
        "member": member,
        "activity": activity,
        "version": version,
        "retracted": True,
    }


def counted_in(document: Document) -> list[Bucket]:
    """The buckets that a stored fact is counted in; whether a slug counts by object was decided when it was stored."""
    name = document.get("object")
    return [_bucket(stored, name) for stored in document.get("buckets", ())]


def bucket_names(buckets: Iterable[Bucket]) -> list[str]:
    """Buckets as a fact stores them."""
    return [_stored(slug, name) for slug, name in buckets]


def rebucket(changes: Mapping[str, Sequence[str]]) -> list[UpdateOne]:
    """Store that facts are counted in other buckets: key → as `bucket_names`."""
    return [UpdateOne({"_id": name}, {"$set": {"buckets": list(slugs)}}) for name, slugs in changes.items()]


def write(writes: Sequence[InsertOne[Document] | ReplaceOne[Document] | UpdateOne]) -> None:
    """Apply writes."""
    if writes:
        _facts().bulk_write(list(writes), ordered=False)


#: A member's id and this lie behind the keys of all his facts.
_AFTER_ALL_OF = ";"
#: Mark a bucket that is one an object, or one a period; no slug holds them.
_BY_OBJECT = "#"
_BY_PERIOD = "@"


def _bucket(stored: str, about: str | None) -> Bucket:
    if stored.endswith(_BY_OBJECT):
        return stored[:-1], about
    slug, by_period, name = stored.partition(_BY_PERIOD)
    return slug, Period(name) if by_period else None


def _stored(slug: str, name: str | None) -> str:
    if name is None:
        return slug
    return f"{slug}{_BY_PERIOD}{name}" if isinstance(name, Period) else slug + _BY_OBJECT


def _in_bucket(member: str, bucket: Bucket) -> Document:
    slug, name = bucket
    query = {"member": member, "buckets": _stored(slug, name)}
    return query if name is None or isinstance(name, Period) else {**query, "object": name}


def _in_any_bucket(member: str, buckets: Iterable[Bucket]) -> list[Document]:
    """One query for the buckets of the member's own, one for those of objects. They may find a little too much."""
    own = [_stored(slug, name) for slug, name in buckets if name is None or isinstance(name, Period)]
    by_object = {
        (slug + _BY_OBJECT, name)
        for slug, name in buckets
        if name is not None and not isinstance(name, Period)
    }
    queries: list[Document] = [{"member": member, "buckets": {"$in": own}}] if own else []
    if by_object:
        slugs, names = zip(*by_object, strict=True)
        queries.append(
            {"member": member, "object": {"$in": list(set(names))}, "buckets": {"$in": list(set(slugs))}}
        )
    return queries


def _facts() -> Collection[Document]:
    return mongo.collection(DATABASE, "facts")
