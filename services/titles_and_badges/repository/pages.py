"""What a book holds of one member, and what a process remembers of it between two batches."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from services.titles_and_badges.documents import DATABASE
from shared import mongo
from shared.mongo import Document

#: How many buckets a process remembers, of all members together: about 60 MB.
MOST_BUCKETS = 50_000
#: Who has more in one bucket (people or objects that were seen) is read each time.
_LONGEST_LIST = 100


class Page:
    """A member's tallies: his own, and those of his objects as far as they were read; None is an object without any.

    `read` is what counted his batches when he was read: it rises with every write to any of his tallies, and a write
    that does not find it changes nothing.
    """

    __slots__ = ("changed", "document", "member", "objects", "read", "replaced", "too_long")

    def __init__(self, member: str, document: Document | None) -> None:
        self.member = member
        self.document = document
        self.read: int | None = None if document is None else document["batches"]
        self.objects: dict[str, Document | None] = {}
        self.changed: set[str] = set()
        self.replaced = False
        self.too_long = False

    def own(self) -> Document:
        """The buckets of the member himself."""
        return {} if self.document is None else self.document["buckets"]

    def of_object(self, name: str) -> Document:
        """The buckets of an object of his."""
        document = self.objects.get(name)
        return {} if document is None else document["buckets"]

    def put(self, slug: str, written: Document) -> None:
        """Change a bucket of the member himself."""
        self.own()[slug] = written
        self.changed.add(slug)
        self.weigh([written])

    def weigh(self, buckets: Iterable[Document]) -> None:
        """Look whether buckets, read or written, are too long to be remembered."""
        for written in buckets:
            for held in written["state"].values():
                if type(held) in (list, dict) and len(held) > _LONGEST_LIST:
                    self.too_long = True

    def kept(self) -> "Page":
        """The page as it lies in the database after it was written."""
        after = Page(self.member, self.document)
        after.objects = self.objects
        return after

    def size(self) -> int:
        """How many buckets it holds, and an object counts as one more."""
        held = [document for document in self.objects.values() if document is not None]
        return len(self.own()) + len(self.objects) + sum(len(document["buckets"]) for document in held)


class Memory:
    """Pages that this process wrote last. Whoever takes one has it alone; what becomes of it, he gives back or not.

    It may be outdated at any time. That shows when it is written, at the latest: then it is read and done again.
    """

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._pages: OrderedDict[str, tuple[Page, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def take(self, members: Iterable[str]) -> dict[str, Page]:
        """The pages of those members who are remembered; from now on they are not."""
        with self._lock:
            return {member: self._drop(member) for member in members if member in self._pages}

    def keep(self, pages: Iterable[Page]) -> None:
        """Remember pages that were written and committed; those least recently kept are forgotten for them."""
        with self._lock:
            for page in pages:
                if page.member in self._pages:
                    self._drop(page.member)
                if not page.too_long and page.document is not None:
                    self._pages[page.member] = (page.kept(), size := page.size())
                    self._size += size
            while self._size > self._most:
                self._drop(next(iter(self._pages)))

    def _drop(self, member: str) -> Page:
        page, size = self._pages.pop(member)
        self._size -= size
        return page


def read(members: Iterable[str]) -> dict[str, Page]:
    """Pages of members as they are stored, without their objects."""
    names = list(members)
    found = (
        mongo.collection(DATABASE, "tallies").find({"_id": {"$in": names}}, batch_size=mongo.AT_ONCE)
        if names
        else ()
    )
    pages = {document["_id"]: Page(document["_id"], document) for document in found}
    for page in pages.values():
        page.weigh(page.own().values())
    return {name: pages.get(name) or Page(name, None) for name in names}
