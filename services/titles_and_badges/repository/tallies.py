"""Tallies: one document a member, one a member and object, so that neither grows without bound."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.domain.tallies import Reached, Tally
from shared import mongo
from shared.mongo import Document


class Book:
    """The tallies of some members, as one transaction reads, changes and writes them.

    Every member in it is written back, changed or not: two batches of one member must collide.
    """

    def __init__(self, members: Iterable[str]) -> None:
        found = _tallies().find({"_id": {"$in": list(members)}}, batch_size=mongo.AT_ONCE)
        self._members: dict[str, Document] = {document["_id"]: document for document in found}
        self._objects: dict[str, Document] = {}
        self._objects_of: dict[str, list[Document]] = {}
        self._asked: set[str] = set()
        self._known = set(self._members)
        self._changed_objects: set[str] = set()

    def revision(self, member: str) -> int | None:
        """Under which revision of the rules a member was counted; None for one who never was."""
        document = self._members.get(member)
        return None if document is None else int(document["revision"])

    def load_objects(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read the tallies of (member, object) pairs."""
        keys = {_object_key(member, name) for member, name in wanted} - self._asked
        self._asked |= keys
        if keys:
            self._read_objects({"_id": {"$in": list(keys)}})

    def load_all_objects(self, members: Iterable[str]) -> None:
        """Read all object tallies of members."""
        self._read_objects({"member": {"$in": list(members)}})

    def load_reached(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Read the object tallies in which badges have reached a threshold: member → slugs."""
        if wanted:
            self._read_objects(
                {"$or": [{"member": name, "reached": {"$in": list(slugs)}} for name, slugs in wanted.items()]}
            )

    def tally(self, member: str, bucket: Bucket) -> Tally | None:
        """A bucket's tally, None for an empty one."""
        written = self._buckets(member, bucket[1]).get(bucket[0])
        return None if written is None else _read(written)

    def tallies(self, member: str, buckets: Iterable[Bucket]) -> dict[Bucket, Tally]:
        """The tallies of these buckets, but for empty ones."""
        return {bucket: tally for bucket in buckets if (tally := self.tally(member, bucket)) is not None}

    def of_badge(self, member: str, slug: str) -> dict[str | None, Tally]:
        """All loaded tallies of a badge: by object, or under None."""
        found: dict[str | None, Tally] = {}
        own = self._members.get(member, {}).get("buckets", {}).get(slug)
        if own is not None:
            found[None] = _read(own)
        for document in self._objects_of.get(member, ()):
            if slug in document["buckets"]:
                found[document["object"]] = _read(document["buckets"][slug])
        return found

    def put(self, community: str, member: str, revision: int, tallies: Mapping[Bucket, Tally]) -> None:
        """Change buckets of a member; without any, he is written all the same."""
        document = self._members.setdefault(
            member, {"_id": member, "community": community, "batches": 0, "buckets": {}}
        )
        document["revision"] = revision
        document["batches"] += 1
        for (slug, name), tally in tallies.items():
            if name is None:
                document["buckets"][slug] = _written(tally)
            else:
                self._object(member, name)["buckets"][slug] = _written(tally)

    def clear(self, member: str) -> None:
        """Empty all buckets of a member, before they are counted from scratch. Needs `load_all_objects`."""
        if member in self._members:
            self._members[member]["buckets"] = {}
        for document in self._objects_of.get(member, ()):
            document["buckets"] = {}
            self._changed_objects.add(document["_id"])

    def write(self) -> None:
        """Write all members in it, and the objects that changed."""
        _write(_tallies(), self._members.values(), self._known)
        changed = [self._objects[key] for key in self._changed_objects]
        for document in changed:
            document["reached"] = sorted(
                slug for slug, written in document["buckets"].items() if any(written["reached"])
            )
        _write(
            _object_tallies(),
            changed,
            {document["_id"] for document in changed if not document.pop("new", False)},
        )

    def _read_objects(self, query: Document) -> None:
        for document in _object_tallies().find(query, batch_size=mongo.AT_ONCE):
            self._keep_object(document)

    def _keep_object(self, document: Document) -> None:
        if document["_id"] not in self._objects:
            self._objects[document["_id"]] = document
            self._objects_of.setdefault(document["member"], []).append(document)

    def _object(self, member: str, name: str) -> Document:
        key = _object_key(member, name)
        self._changed_objects.add(key)
        if key not in self._objects:
            self._keep_object({"_id": key, "member": member, "object": name, "buckets": {}, "new": True})
        return self._objects[key]

    def _buckets(self, member: str, name: str | None) -> Mapping[str, Any]:
        found = self._members.get(member) if name is None else self._objects.get(_object_key(member, name))
        return {} if found is None else dict(found["buckets"])


def behind(community: str, revision: int, limit: int) -> list[str]:
    """Members who were counted under older rules."""
    query = {"community": community, "revision": {"$lt": revision}}
    return [document["_id"] for document in _tallies().find(query, {"_id": 1}, limit=limit)]


def best_objects(member: str, slug: str, limit: int) -> list[tuple[str, Tally]]:
    """The objects of a member that are furthest with a badge, the furthest first."""
    field = f"buckets.{slug}.state.value"
    found = _object_tallies().find(
        {"member": member, f"buckets.{slug}": {"$exists": True}}, sort=[(field, -1), ("_id", 1)], limit=limit
    )
    return [(document["object"], _read(document["buckets"][slug])) for document in found]


def _write(collection: Collection[Document], documents: Iterable[Document], known: set[str]) -> None:
    writes = [
        ReplaceOne({"_id": document["_id"]}, document) if document["_id"] in known else InsertOne(document)
        for document in documents
    ]
    if writes:
        collection.bulk_write(writes, ordered=False)


def _read(written: Document) -> Tally:
    return Tally(
        state=written["state"],
        last=tuple(written["last"]) if written["last"] else None,
        reached=tuple(
            None if hit is None else Reached(since=(hit[0], hit[1], hit[2]), until=hit[3])
            for hit in written["reached"]
        ),
    )


def _written(tally: Tally) -> Document:
    return {
        "state": tally.state,
        "last": list(tally.last) if tally.last else None,
        "reached": [None if hit is None else [*hit.since, hit.until] for hit in tally.reached],
    }


def _object_key(member: str, name: str) -> str:
    return f"{member}:{name}"


def _tallies() -> Collection[Document]:
    return mongo.collection(DATABASE, "tallies")


def _object_tallies() -> Collection[Document]:
    return mongo.collection(DATABASE, "object_tallies")
