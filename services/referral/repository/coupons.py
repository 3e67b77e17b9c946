"""Coupons of shops."""

from collections.abc import Iterable

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.repository.keys import key as key_of
from shared import mongo
from shared.mongo import Document

#: What names a coupon; the rest is what was said of it.
ITS_NAME = ("_id", "community", "folded", "coupon")


def fold(written: str) -> str:
    """A coupon as it is compared: neither case nor spaces around it matter."""
    return written.strip().casefold()


def thing(written: str) -> str:
    """What the audit calls a coupon."""
    return f"coupon:{fold(written)}"


def load(community: str, written: Iterable[str]) -> dict[str, Document]:
    """Coupons by their folded form, those that there are."""
    keys = [_key(community, each) for each in written]
    found = _coupons().find({"_id": {"$in": keys}}, batch_size=mongo.AT_ONCE) if keys else ()
    return {each["folded"]: each for each in found}


def of(community: str, members: Iterable[str]) -> list[str]:
    """The coupons of somebody (by all his ids), folded."""
    query = {"community": community, "advocate": {"$in": list(members)}}
    return [each["folded"] for each in _coupons().find(query, {"folded": 1}, batch_size=mongo.AT_ONCE)]


def keep(community: str, written: str, document: Document) -> None:
    """Keep a coupon in the place of what was kept under its name, inside the running transaction."""
    named = {"community": community, "folded": fold(written), "coupon": written.strip()}
    _coupons().replace_one({"_id": _key(community, written)}, {**document, **named}, upsert=True)


def after(community: str, folded: str, limit: int) -> list[Document]:
    """Coupons in order of their folded names, from a place on."""
    query = {"community": community, "folded": {"$gt": folded}}
    return list(_coupons().find(query, sort=[("folded", 1)], limit=limit))


def _key(community: str, written: str) -> str:
    return key_of(community, "coupon", fold(written))


def _coupons() -> Collection[Document]:
    return mongo.collection(DATABASE, "coupons")
