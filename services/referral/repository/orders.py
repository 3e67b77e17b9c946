"""Orders, under the shop's own ids, for ever."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.repository import coupons
from services.referral.repository.keys import key as key_of
from shared import listing, mongo
from shared.mongo import Document

#: In the place of an order that has not come stands nothing but that something waits for it.
_HAS_COME: Document = {"digest": {"$gt": ""}}


def key(community: str, order: str) -> str:
    """The key of an order; its id may hold any character."""
    return key_of(community, "order", order)


def one(identifier: str) -> Document | None:
    """An order by its key; None while nothing but a refund of it has come."""
    return _orders().find_one({"_id": identifier, **_HAS_COME})


def of(members: Iterable[str]) -> list[Document]:
    """The orders of these members, who are one person, in order of time."""
    found = _orders().find({"member": {"$in": list(members)}}, batch_size=mongo.AT_ONCE)
    return sorted(found, key=lambda each: (each["at"], each["_id"]))


def insert(document: Document) -> None:
    """Keep an order, inside the running transaction. Where another one came meanwhile, the transaction begins again."""
    _orders().replace_one({"_id": document["_id"], "digest": None}, document, upsert=True)


def wait(identifier: str) -> None:
    """Take the place of an order of which a refund came first: so the two collide, and neither misses the other."""
    _orders().update_one({"_id": identifier}, {"$inc": {"waiting": 1}}, upsert=True)


def of_coupon(community: str, coupon: str, after: str, limit: int) -> list[Document]:
    """Who named a coupon, by key from a place on: `_id` and `member`."""
    query = {"community": community, "folded": coupons.fold(coupon), "_id": {"$gt": after}}
    return list(_orders().find(query, {"member": 1}, sort=[("_id", 1)], limit=limit))


def latest(community: str, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Orders, the latest first."""
    return listing.latest(_orders(), {"community": community}, before, limit)


def every(community: str) -> Iterator[Document]:
    """All orders of a community, in order of time."""
    yield from _orders().find({"community": community}, sort=[("at", 1), ("_id", 1)])


def _orders() -> Collection[Document]:
    return mongo.collection(DATABASE, "orders")
