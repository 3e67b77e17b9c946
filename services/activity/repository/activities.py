"""Activities, and the claims about objects that lie in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.activity.documents import DATABASE
from services.activity.domain.deeds import Deed
from services.activity.domain.deliveries import Sent
from services.activity.domain.history import Stored
from services.activity.domain.objects import Claim
from shared import listing, mongo
from shared.mongo import Document

_CLAIM_FIELDS = {"_id": 1, "object": 1, "authority": 1, "claimed_at": 1}
_STORED_FIELDS = {**_CLAIM_FIELDS, "digest": 1, "past": 1, "updated": 1, "retracted": 1}
#: Who creates or updates an object; see domain/objects.py.
_OF_THE_ACT = 4


class AtHand(NamedTuple):
    """What the running transaction has read already: all claims by act about these objects."""

    objects: frozenset[str]
    by_act: Sequence[Claim]


NOTHING_AT_HAND = AtHand(frozenset(), ())


def key(community: str, identifier: str) -> str:
    """The key of an activity or object. A slug holds no colon, so that no two communities meet in one key."""
    return f"{community}:{identifier}"


def identifier(stored_key: str) -> str:
    """The id behind a key."""
    return stored_key.partition(":")[2]


def stored(
    community: str, ids: Iterable[str], object_ids: Iterable[str] = ()
) -> tuple[dict[str, Stored], AtHand]:
    """What is remembered of the contents of activities, by id, and what who acted said about objects, in one look."""
    keys, objects = {key(community, name) for name in ids}, frozenset(object_ids)
    wanted: Document = {"_id": {"$in": list(keys)}}
    if objects:
        wanted = {"$or": [wanted, _by_act(community, objects)]}
    rows = _activities().find(wanted, _STORED_FIELDS, batch_size=mongo.AT_ONCE)
    contents: dict[str, Stored] = {}
    by_act: list[Claim] = []
    for row in rows:
        if row["_id"] in keys:
            contents[identifier(row["_id"])] = _stored(row)
        if row.get("authority", 0) >= _OF_THE_ACT and row["object"]["id"] in objects:
            by_act.append(_claim(row))
    return contents, AtHand(objects, by_act)


def load(keys: Sequence[str]) -> list[Document]:
    """Whole activities, by key."""
    if not keys:
        return []
    return list(_activities().find({"_id": {"$in": list(keys)}}, batch_size=mongo.AT_ONCE))


def claims(
    community: str, object_ids: Iterable[str], new: Iterable[Claim] = (), at_hand: AtHand = NOTHING_AT_HAND
) -> list[Claim]:
    """The surviving claims that can be the best about each object, at the current snapshot, besides `new` ones.

    What is `at_hand` is not read again.
    """
    wanted = set(object_ids)
    by_act = [claim for claim in at_hand.by_act if claim.object in wanted]
    unread = wanted - at_hand.objects
    if unread:
        rows = _activities().find(_by_act(community, unread), _CLAIM_FIELDS, batch_size=mongo.AT_ONCE)
        by_act += [_claim(row) for row in rows]
    # Beside a claim of somebody who knows the object, a mention is never the best.
    missing = wanted - {claim.object for claim in by_act}
    missing -= {claim.object for claim in new if claim.rank[0] >= _OF_THE_ACT}
    return [*by_act, *_best_mentions([key(community, name) for name in missing])]


def insert(documents: Sequence[Document]) -> None:
    """Keep new activities."""
    mongo.insert(DATABASE, "activities", documents)


def update(changes: Mapping[str, Document]) -> None:
    """Change activities: key → update. Every one must be a real write, so that concurrent changes collide."""
    if changes:
        _activities().bulk_write(
            [UpdateOne({"_id": name}, change) for name, change in changes.items()], ordered=False
        )


def touch(keys: Sequence[str]) -> None:
    """Write to activities without changing what they say, so that whoever decided beside us collides with us.

    `$inc`, because neither `$set` to the same value nor `$setOnInsert` conflicts on a genuine mongod.
    """
    if keys:
        _activities().update_many({"_id": {"$in": list(keys)}}, {"$inc": {"checks": 1}})


def new_document(community: str, deed: Deed, claim: Claim | None, now_sent: Sent) -> Document:
    """A new activity as it is stored, with its first deliveries."""
    return {
        "_id": key(community, deed.id),
        "community": community,
        "retracted": False,
        **content(community, deed, claim),
        **sent_fields(now_sent),
    }


def content(community: str, deed: Deed, claim: Claim | None) -> Document:
    """The fields that a content fills. Those of the claim are there only while the activity survives."""
    fields: Document = {
        "type": deed.type,
        "actor": deed.actor,
        "published": deed.published,
        "updated": deed.updated,
        "sequence": deed.sequence,
        "value": deed.value,
        "digest": deed.digest,
    }
    if deed.object is not None:
        fields["object_key"] = key(community, deed.object)
        fields["object"] = _object(deed)
    if claim is not None:
        fields["authority"] = claim.rank[0]
        fields["claimed_at"] = claim.rank[1]
        fields["claimed_author"] = claim.author
        fields["parent_key"] = key(community, claim.parent) if claim.parent else None
    return _without_empty(fields)


#: What a content may fill, and an edit or a retraction must clear.
CONTENT_FIELDS = (
    "type", "actor", "published", "updated", "sequence", "value", "digest", "object", "object_key",
    "authority", "claimed_at", "claimed_author", "parent_key",
)  # fmt: skip
CLAIM_FIELDS = ("authority", "claimed_at", "claimed_author", "parent_key")


def tombstone(community: str, name: str) -> Document:
    """A retraction that came before its activity."""
    return {"_id": key(community, name), "community": community, "retracted": True, "version": 0, "to": []}


def sent(document: Document) -> Sent:
    """What the activity remembers of its deliveries."""
    return Sent(
        version=document["version"],
        actor=document.get("resolved_actor"),
        seen=document.get("seen"),
        to=tuple(document["to"]),
        left=tuple(document.get("left", ())),
    )


def sent_fields(now_sent: Sent) -> Document:
    """The fields that remember deliveries."""
    fields = {"version": now_sent.version, "to": list(now_sent.to)}
    if now_sent.actor is not None:
        fields["resolved_actor"] = now_sent.actor
    if now_sent.seen is not None:
        fields["seen"] = now_sent.seen
    if now_sent.left:
        fields["left"] = list(now_sent.left)
    return fields


def answers(object_keys: Sequence[str], after: str, limit: int) -> list[str]:
    """The keys of objects that answer any of these, in order; one comes as often as activities say so."""
    query = {"parent_key": {"$in": list(object_keys)}, "object_key": {"$gt": after}}
    found = _activities().find(query, {"_id": 0, "object_key": 1}, sort=[("object_key", 1)], limit=limit)
    return [document["object_key"] for document in found]


def about_with_another_snapshot(digests: Mapping[str, bytes], limit: int) -> list[str]:
    """Surviving activities whose last deliveries carried another snapshot of their object than the current one.

    `digests` maps object keys to the digest of the current snapshot.
    """
    stale = [
        {"object_key": object_key, "seen": {"$ne": digest}, "retracted": False}
        for object_key, digest in digests.items()
    ]
    if not stale:
        return []
    return [document["_id"] for document in _activities().find({"$or": stale}, {"_id": 1}, limit=limit)]


def by_actor_not_resolved_to(actors: Sequence[str], resolved: str, limit: int) -> list[str]:
    """Activities of these raw actors whose last deliveries named another actor than `resolved`."""
    query = {"actor": {"$in": list(actors)}, "resolved_actor": {"$ne": resolved}, "digest": {"$exists": True}}
    return [document["_id"] for document in _activities().find(query, {"_id": 1}, limit=limit)]


def objects_claimed_for(authors: Sequence[str], after: str, limit: int) -> list[tuple[str, str]]:
    """(activity key, object key) of claims that name one of these raw authors, in order of activity keys."""
    query = {"claimed_author": {"$in": list(authors)}, "_id": {"$gt": after}}
    found = _activities().find(query, {"object_key": 1}, sort=[("_id", 1)], limit=limit)
    return [(document["_id"], document["object_key"]) for document in found]


def latest(community: str, *, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Surviving activities of a community, the latest first."""
    query = {"community": community, "retracted": False, "published": {"$exists": True}}
    place = None if before is None else (before[0], key(community, before[1]))
    return listing.latest(_activities(), query, place, limit, by="published")


def keys_after(community: str, after: str, limit: int) -> list[str]:
    """The next activities of a community in order of keys, tombstones too."""
    query = {"_id": {"$gt": after or key(community, ""), "$lt": f"{community};"}}
    return [
        document["_id"] for document in _activities().find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)
    ]


def _by_act(community: str, object_ids: Iterable[str]) -> Document:
    keys = [key(community, name) for name in object_ids]
    return {"object_key": {"$in": keys}, "authority": {"$gte": _OF_THE_ACT}}


def _best_mentions(object_keys: Sequence[str]) -> list[Claim]:
    if not object_keys:
        return []
    order = {"object_key": -1, "authority": -1, "claimed_at": -1, "_id": -1}
    return [
        _claim(row["best"])
        for row in _activities().aggregate(
            [
                {"$match": {"object_key": {"$in": list(object_keys)}, "authority": {"$gt": 0}}},
                {"$sort": order},
                {"$project": {**_CLAIM_FIELDS, "object_key": 1}},
                {"$group": {"_id": "$object_key", "best": {"$first": "$$ROOT"}}},
            ]
        )
    ]


def _stored(document: Document) -> Stored:
    return Stored(
        digest=document.get("digest"),
        past=document.get("past", ()),
        updated=document.get("updated"),
        retracted=document["retracted"],
    )


def _claim(document: Document) -> Claim:
    described = document["object"]
    return Claim(
        object=described["id"],
        type=described.get("type"),
        author=described.get("author"),
        parent=described.get("parent"),
        published=described.get("published"),
        tags=tuple(described.get("tags", ())),
        rank=(document["authority"], document["claimed_at"], identifier(document["_id"])),
    )


def _object(deed: Deed) -> Document:
    return _without_empty(
        {
            "id": deed.object,
            "type": deed.object_type,
            "author": deed.author,
            "parent": deed.parent,
            "published": deed.object_published,
            "tags": list(deed.tags),
        }
    )


def _without_empty(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if value is not None and value != []}


def _activities() -> Collection[Document]:
    return mongo.collection(DATABASE, "activities")
