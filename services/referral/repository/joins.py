"""Joins: one a member, for ever."""

from collections.abc import Iterable
from datetime import datetime

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.repository import coupons
from services.referral.repository.keys import key as key_of
from shared import listing, mongo
from shared.mongo import Document


def key(community: str, member: str) -> str:
    """The key of a member's join."""
    return key_of(community, "join", member)


def one(identifier: str) -> Document | None:
    """A join by its key."""
    return _joins().find_one({"_id": identifier})


def of(members: Iterable[str]) -> list[Document]:
    """The joins of these members, who are one person."""
    return list(_joins().find({"member": {"$in": list(members)}}, batch_size=mongo.AT_ONCE))


def insert(document: Document) -> None:
    """Keep a join, inside the running transaction."""
    mongo.insert(DATABASE, "joins", [document])


def of_coupon(community: str, coupon: str, after: str, limit: int) -> list[Document]:
    """Who named a coupon, by key from a place on: `_id` and `member`."""
    query = {"community": community, "folded": coupons.fold(coupon), "_id": {"$gt": after}}
    return list(_joins().find(query, {"member": 1}, sort=[("_id", 1)], limit=limit))


def latest(community: str, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Joins, the latest first."""
    return listing.latest(_joins(), {"community": community}, before, limit)


def _joins() -> Collection[Document]:
    return mongo.collection(DATABASE, "joins")
