"""Tallies: one document a member, one a member and object, so that neither grows without bound."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.reached import Tally
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.repository import buckets, pages
from services.titles_and_badges.repository.pages import Memory, Page
from shared import clock, mongo
from shared.errors import Fault
from shared.mongo import Document

Write = InsertOne[Document] | ReplaceOne[Document] | UpdateOne


class Outdated(Fault):
    """What was remembered of a member is no longer what is stored: read him, and do it again."""


class Book:
    """The tallies of some members, as one transaction reads, changes and writes them.

    Every member in it is written back, changed or not: two batches of one member must collide. Who is in `memory` is
    not read; if that was outdated, `write` raises Outdated. Beside tallies stands when time changes them next, as seen
    from `now`.
    """

    def __init__(
        self, members: Iterable[str], memory: Memory | None = None, now: datetime | None = None
    ) -> None:
        self.now = now or clock.now()
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
        stored = (page.own() if name is None else page.of_object(name)).get(slug)
        return None if stored is None else buckets.read(stored)

    def tallies(self, member: str, buckets: Iterable[Bucket]) -> dict[Bucket, Tally]:
        """The tallies of these buckets, but for empty ones."""
        return {bucket: tally for bucket in buckets if (tally := self.tally(member, bucket)) is not None}

    def reached(self, member: str) -> dict[str, dict[str | None, Tally]]:
        """The loaded tallies in which a threshold was reached, or will be by time, by badge and object (or None)."""
        found: dict[str, dict[str | None, Tally]] = {}
        for name, held in self._loaded(member):
            for slug in buckets.reached(held):
                found.setdefault(slug, {})[name] = buckets.read(held[slug])
        return found

    def stored(self, member: str) -> dict[Bucket, Tally]:
        """All loaded tallies of a member, but for empty ones. Needs `load_all_objects`."""
        return {
            (slug, name): buckets.read(stored)
            for name, held in self._loaded(member)
            for slug, stored in held.items()
            if stored["last"] is not None
        }

    def _loaded(self, member: str) -> list[tuple[str | None, Document]]:
        page = self._pages[member]
        objects = [(name, each["buckets"]) for name, each in page.objects.items() if each is not None]
        return [(None, page.own()), *objects]

    def put(self, community: str, member: str, revision: int, tallies: Mapping[Bucket, Tally]) -> None:
        """Change buckets of a member; without any, he is written all the same."""
        page = self._pages[member]
        if page.document is None:
            page.document = {"_id": member, "community": community, "batches": 0, "buckets": {}}
        page.document["revision"] = revision
        for (slug, name), tally in tallies.items():
            if name is None:
                self._put_own(page, slug, written(tally))
            else:
                self._put_object(page, name, slug, written(tally))

    def replace(self, community: str, member: str, revision: int, tallies: Mapping[Bucket, Tally]) -> None:
        """Put these tallies in the place of all that a member has; what is so already is not written again.

        Needs `load_all_objects`.
        """
        page, (own, objects) = self._pages[member], _by_object(tallies)
        self.put(
            community, member, revision, {}
        )  # first, so that new tallies of objects know their community
        if page.document is not None and page.own() != own:
            page.replaced = True
            buckets.clear(page.document)
        gone = [name for name, each in page.objects.items() if each is not None and name not in objects]
        for name in (*objects, *gone):
            self._replace_object(page, name, objects.get(name, {}))
        if page.own() != own:
            for slug, stored in own.items():
                self._put_own(page, slug, stored)

    def load_due_objects(self, members: Iterable[str]) -> None:
        """Read the object tallies that time has changed."""
        self._read_objects({"member": {"$in": list(members)}, "due": {"$lte": self.now}})

    def is_due(self, member: str) -> bool:
        """Whether time has changed something of a member that nobody looked at yet. Needs `load_all_objects`."""
        page = self._pages[member]
        documents = [each for each in (page.document, *page.objects.values()) if each is not None]
        return any(buckets.due(each, self.now) for each in documents)

    def pass_time(self, member: str) -> list[Bucket]:
        """The loaded buckets of a member that time has changed; it is noted when it changes them next."""
        page = self._pages[member]
        found: list[Bucket] = []
        for name, document in ((None, page.document), *page.objects.items()):
            for slug in buckets.due(document, self.now) if document else ():
                found.append((slug, name))
                buckets.look_again(document or {}, slug, self.now)
                if name is not None:
                    self._changed_objects.setdefault((member, name), set()).add(slug)
        return found

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

    def _put_own(self, page: Page, slug: str, stored: Document) -> None:
        page.put(slug, stored)
        buckets.look_again(page.document or {}, slug, self.now)

    def _put_object(self, page: Page, name: str, slug: str, stored: Document) -> None:
        document = page.objects.get(name)
        if document is None:
            key = _object_key(page.member, name)
            document = {"_id": key, "member": page.member, "object": name, "buckets": {}}
            if page.document is not None:
                document["community"] = page.document["community"]
            page.objects[name] = document
        document["buckets"][slug] = stored
        buckets.look_again(document, slug, self.now)
        page.weigh([stored])
        self._changed_objects.setdefault((page.member, name), set()).add(slug)

    def _replace_object(self, page: Page, name: str, held: Document) -> None:
        document = page.objects.get(name)
        if document is None or document["buckets"] != held or document["reached"] != buckets.reached(held):
            if document is not None:
                self._changed_objects.setdefault((page.member, name), set()).update(document["buckets"])
                buckets.clear(document)
            for slug, stored in held.items():
                self._put_object(page, name, slug, stored)

    def _of_object(self, member: str, name: str) -> Write:
        document = self._pages[member].objects[name]
        assert document is not None  # noqa: S101 (what changed is there)
        is_new = "reached" not in document
        document["reached"] = buckets.reached(document["buckets"])
        if is_new:
            return InsertOne(document)
        changed = self._changed_objects[member, name]
        if changed - document["buckets"].keys():
            return ReplaceOne({"_id": document["_id"]}, document)
        fields = {"reached": document["reached"]}
        return UpdateOne({"_id": document["_id"]}, buckets.update(document, changed, fields))


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
    return [(document["object"], buckets.read(document["buckets"][slug])) for document in found]


def members_due(community: str, now: datetime, limit: int) -> list[str]:
    """Members of whom time has changed something since somebody looked."""
    query = {"due": {"$lte": now}, "community": community}
    found = [each["_id"] for each in _tallies().find(query, {"_id": 1}, limit=limit)]
    left = limit - len(found)
    objects = _object_tallies().find(query, {"member": 1}, limit=left) if left else ()
    return list(dict.fromkeys([*found, *(each["member"] for each in objects)]))


def communities_due(now: datetime) -> list[str]:
    """Communities of whose members time has changed something."""
    query = {"due": {"$lte": now}}
    return sorted({*_tallies().distinct("community", query), *_object_tallies().distinct("community", query)})


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
    return UpdateOne(as_read, buckets.update(document, page.changed, counted))


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


def written(tally: Tally) -> Document:
    """A tally as it is stored."""
    return buckets.write(tally)


def _object_key(member: str, name: str) -> str:
    return f"{member}:{name}"


def _tallies() -> Collection[Document]:
    return mongo.collection(DATABASE, "tallies")


def _object_tallies() -> Collection[Document]:
    return mongo.collection(DATABASE, "object_tallies")
