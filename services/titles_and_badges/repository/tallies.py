"""Tallies: one document a member, one a member and object, so that neither grows without bound."""

from collections.abc import Iterable, Mapping

from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.domain.tallies import Reached, Tally
from services.titles_and_badges.repository import pages
from services.titles_and_badges.repository.pages import Memory, Page
from shared import mongo
from shared.errors import Fault
from shared.mongo import Document

Write = InsertOne[Document] | ReplaceOne[Document] | UpdateOne


class Outdated(Fault):
    """What was remembered of a member is no longer what is stored: read him, and do it again."""


class Book:
    """The tallies of some members, as one transaction reads, changes and writes them.

    Every member in it is written back, changed or not: two batches of one member must collide. Who is in `memory` is
    not read; if that was outdated, `write` raises Outdated.
    """

    def __init__(self, members: Iterable[str], memory: Memory | None = None) -> None:
        names = dict.fromkeys(members)
        self._pages = memory.take(names) if memory else {}
        self._pages |= pages.read([name for name in names if name not in self._pages])
        self._changed_objects: dict[tuple[str, str], set[str]] = {}

    def revision(self, member: str) -> int | None:
        """Under which revision of the rules a member was counted; None for one who never was."""
        document = self._pages[member].document
        return None if document is None else int(document["revision"])

    def load_objects(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read the tallies of (member, object) pairs."""
        missing = {(member, name) for member, name in wanted if name not in self._pages[member].objects}
        if missing:
            for member, name in missing:
                self._pages[member].objects[name] = None
            self._read_objects({"_id": {"$in": [_object_key(member, name) for member, name in missing]}})

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
        slug, name = bucket
        page = self._pages[member]
        written = (page.own() if name is None else page.of_object(name)).get(slug)
        return None if written is None else _read(written)

    def tallies(self, member: str, buckets: Iterable[Bucket]) -> dict[Bucket, Tally]:
        """The tallies of these buckets, but for empty ones."""
        return {bucket: tally for bucket in buckets if (tally := self.tally(member, bucket)) is not None}

    def reached(self, member: str) -> dict[str, dict[str | None, Tally]]:
        """The loaded tallies in which a threshold was ever reached, by badge and object (or None)."""
        page = self._pages[member]
        held = [(name, each["buckets"]) for name, each in page.objects.items() if each is not None]
        found: dict[str, dict[str | None, Tally]] = {}
        for name, buckets in ((None, page.own()), *held):
            for slug, written in buckets.items():
                if any(written["reached"]):
                    found.setdefault(slug, {})[name] = _read(written)
        return found

    def stored(self, member: str) -> dict[Bucket, Tally]:
        """All loaded tallies of a member, but for empty ones. Needs `load_all_objects`."""
        page = self._pages[member]
        objects = [(name, each["buckets"]) for name, each in page.objects.items() if each is not None]
        return {
            (slug, name): _read(written)
            for name, buckets in ((None, page.own()), *objects)
            for slug, written in buckets.items()
            if written["last"] is not None
        }

    def put(self, community: str, member: str, revision: int, tallies: Mapping[Bucket, Tally]) -> None:
        """Change buckets of a member; without any, he is written all the same."""
        page = self._pages[member]
        if page.document is None:
            page.document = {"_id": member, "community": community, "batches": 0, "buckets": {}}
        page.document["revision"] = revision
        for (slug, name), tally in tallies.items():
            if name is None:
                page.put(slug, written(tally))
            else:
                self._put_object(page, name, slug, written(tally))

    def replace(self, community: str, member: str, revision: int, tallies: Mapping[Bucket, Tally]) -> None:
        """Put these tallies in the place of all that a member has; what is so already is not written again.

        Needs `load_all_objects`.
        """
        page, (own, objects) = self._pages[member], _by_object(tallies)
        if page.document is not None and page.own() != own:
            page.replaced = True
            page.document["buckets"] = {}
        gone = [name for name, each in page.objects.items() if each is not None and name not in objects]
        for name in (*objects, *gone):
            self._replace_object(page, name, objects.get(name, {}))
        self.put(community, member, revision, {})
        if page.own() != own:
            for slug, written in own.items():
                page.put(slug, written)

    def write(self) -> None:
        """Write all members in it, and the objects that changed. Raises Outdated."""
        _write(_tallies(), [_of_page(page) for page in self._pages.values() if page.document is not None])
        _write(_object_tallies(), [self._of_object(*key) for key in self._changed_objects])

    def pages(self) -> Iterable[Page]:
        """What is to be remembered of it, once it is written and committed."""
        return self._pages.values()

    def _read_objects(self, query: Document) -> None:
        for document in _object_tallies().find(query, batch_size=mongo.AT_ONCE):
            page = self._pages[document["member"]]
            if page.objects.get(document["object"]) is None:
                page.objects[document["object"]] = document
                page.weigh(document["buckets"].values())

    def _put_object(self, page: Page, name: str, slug: str, written: Document) -> None:
        document = page.objects.get(name)
        if document is None:
            key = _object_key(page.member, name)
            document = {"_id": key, "member": page.member, "object": name, "buckets": {}}
            page.objects[name] = document
        document["buckets"][slug] = written
        page.weigh([written])
        self._changed_objects.setdefault((page.member, name), set()).add(slug)

    def _replace_object(self, page: Page, name: str, buckets: Document) -> None:
        document = page.objects.get(name)
        if document is None or document["buckets"] != buckets or document["reached"] != _reached(buckets):
            if document is not None:
                self._changed_objects.setdefault((page.member, name), set()).update(document["buckets"])
                document["buckets"] = {}
            for slug, written in buckets.items():
                self._put_object(page, name, slug, written)

    def _of_object(self, member: str, name: str) -> Write:
        document = self._pages[member].objects[name]
        assert document is not None  # noqa: S101 (what changed is there)
        buckets = document["buckets"]
        is_new = "reached" not in document
        document["reached"] = _reached(buckets)
        if is_new:
            return InsertOne(document)
        changed = self._changed_objects[member, name]
        if changed - buckets.keys():
            return ReplaceOne({"_id": document["_id"]}, document)
        return UpdateOne(
            {"_id": document["_id"]}, {"$set": {"reached": document["reached"], **_paths(changed, buckets)}}
        )


def behind(community: str, revision: int, limit: int) -> list[str]:
    """Members who were counted under older rules."""
    query = {"community": community, "revision": {"$lt": revision}}
    return [document["_id"] for document in _tallies().find(query, {"_id": 1}, limit=limit)]


def members_between(community: str, after: str, through: str | None) -> list[str]:
    """Members with tallies, in order of their ids: after one, up to another."""
    query: Document = {
        "community": community,
        "_id": {"$gt": after, **({"$lte": through} if through else {})},
    }
    return [document["_id"] for document in _tallies().find(query, {"_id": 1}, batch_size=mongo.AT_ONCE)]


def best_objects(member: str, slug: str, limit: int) -> list[tuple[str, Tally]]:
    """The objects of a member that are furthest with a badge, the furthest first."""
    field = f"buckets.{slug}.state.value"
    found = _object_tallies().find(
        {"member": member, f"buckets.{slug}": {"$exists": True}}, sort=[(field, -1), ("_id", 1)], limit=limit
    )
    return [(document["object"], _read(document["buckets"][slug])) for document in found]


def _of_page(page: Page) -> Write:
    document = page.document
    assert document is not None  # noqa: S101 (who is not known and was not put is not written)
    document["batches"] += 1
    if page.read is None:
        return InsertOne(document)
    as_read = {"_id": page.member, "batches": page.read}
    if page.replaced:
        return ReplaceOne(as_read, document)
    counted = {"batches": document["batches"], "revision": document["revision"]}
    return UpdateOne(as_read, {"$set": counted | _paths(page.changed, document["buckets"])})


def _paths(changed: Iterable[str], buckets: Document) -> Document:
    return {f"buckets.{slug}": buckets[slug] for slug in changed}


def _write(collection: Collection[Document], writes: list[Write]) -> None:
    if not writes:
        return
    done = collection.bulk_write(writes, ordered=False)
    if done.inserted_count + done.matched_count != len(writes):
        message = "a member was written by somebody else since he was remembered"
        raise Outdated(message)


def _by_object(tallies: Mapping[Bucket, Tally]) -> tuple[Document, dict[str, Document]]:
    own: Document = {}
    objects: dict[str, Document] = {}
    for (slug, name), tally in tallies.items():
        (own if name is None else objects.setdefault(name, {}))[slug] = written(tally)
    return own, objects


def _reached(buckets: Document) -> list[str]:
    return sorted(slug for slug, written in buckets.items() if any(written["reached"]))


def _read(written: Document) -> Tally:
    return Tally(
        state=written["state"],
        last=tuple(written["last"]) if written["last"] else None,
        reached=tuple(
            None if hit is None else Reached(since=(hit[0], hit[1], hit[2]), until=hit[3])
            for hit in written["reached"]
        ),
    )


def written(tally: Tally) -> Document:
    """A tally as it is stored."""
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
