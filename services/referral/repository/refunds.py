"""Refunds, also those whose order has not come yet."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.refunds import Kind, Refund
from services.referral.repository.keys import key as key_of
from shared import listing, mongo
from shared.mongo import Document


def key(community: str, order: str, refund: str) -> str:
    """The key of a refund: its id is the shop's own, within its order."""
    return key_of(community, "refund", order, refund)


def one(identifier: str) -> Document | None:
    """A refund by its key."""
    return _refunds().find_one({"_id": identifier})


def stored(order_keys: Iterable[str]) -> dict[str, list[Document]]:
    """What is kept under orders, in order of time: also failures whose refund has not come."""
    found: dict[str, list[Document]] = {each: [] for each in order_keys}
    for each in _refunds().find({"order_key": {"$in": list(found)}}, batch_size=mongo.AT_ONCE):
        found[each["order_key"]].append(each)
    return found


def of(order_keys: Iterable[str]) -> dict[str, list[Refund]]:
    """The refunds of orders, failed ones included: key of the order → its refunds."""
    return {
        name: [read(each) for each in some if "kind" in each] for name, some in stored(order_keys).items()
    }


def read(document: Document) -> Refund:
    """A refund as the rules see it."""
    return Refund(
        name=document["refund"],
        kind=Kind(document["kind"]),
        at=document["at"],
        amount_minor=document.get("amount_minor"),
        currency=document.get("currency"),
        failed=document.get("failed"),
    )


def insert(document: Document) -> None:
    """Keep a refund, inside the running transaction."""
    mongo.insert(DATABASE, "refunds", [document])


def change(identifier: str, **fields: Any) -> None:  # noqa: ANN401 (whatever a document holds)
    """Add to what is kept of a refund, inside the running transaction."""
    _refunds().update_one({"_id": identifier}, {"$set": fields})


def latest(community: str, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Refunds, the latest first."""
    return listing.latest(_refunds(), {"community": community}, before, limit)


def _refunds() -> Collection[Document]:
    return mongo.collection(DATABASE, "refunds")
