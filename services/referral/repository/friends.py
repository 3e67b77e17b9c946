"""Friends and buyers: the aggregate of all that is decided of one person."""

from collections.abc import Iterable
from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.emails import Mailbox
from shared import mongo
from shared.mongo import Document

#: What a transaction remembers: whom it holds, as he is since then.
_HELD = "friends held"
_MOST_OF_A_DOMAIN = 5_000


def hold(community: str, friend: str) -> None:
    """Write a friend first, inside the running transaction: whoever else decides of him begins again."""
    mongo.remembered(_HELD)[friend] = _friends().find_one_and_update(
        {"_id": friend},
        {"$inc": {"settled": 1}, "$setOnInsert": {"community": community}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )


def forget_held() -> None:
    """Whoever writes friends says so: the running transaction reads again whom it holds."""
    mongo.forget(_HELD)


def load(members: Iterable[str]) -> dict[str, Document]:
    """Friends by id, those that there are."""
    held, wanted = mongo.remembered(_HELD), list(members)
    found = {each: held[each] for each in wanted if each in held}
    missing = [each for each in wanted if each not in held]
    if missing:
        query = {"_id": {"$in": missing}}
        found |= {each["_id"]: each for each in _friends().find(query, batch_size=mongo.AT_ONCE)}
    return found


def keep(friend: str, before: Document, after: Document) -> None:
    """Change what is known of a friend, inside the running transaction, where it differs."""
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    gone = {name: "" for name, value in changed.items() if not value and name in before}
    kept = {name: value for name, value in changed.items() if value}
    update: dict[str, Any] = {name: what for name, what in (("$set", kept), ("$unset", gone)) if what}
    if update:
        forget_held()
        _friends().update_one({"_id": friend}, update)


def concerned(community: str, clicks: Iterable[str], visitors: Iterable[str]) -> list[str]:
    """The friends whose joins or orders named one of these clicks, or come from one of these visitors."""
    which = [{"clicks": {"$in": list(clicks)}}, {"visitors": {"$in": list(visitors)}}]
    found = _friends().find({"community": community, "$or": which}, {"_id": 1}, batch_size=mongo.AT_ONCE)
    return sorted(each["_id"] for each in found)


def wanting(community: str, names: Iterable[str], most: int) -> list[str]:
    """The friends, `most` at most, who named one of these codes or coupons (folded) when nobody stood behind it."""
    query = {"community": community, "wants": {"$in": sorted(names)}}
    return [each["_id"] for each in _friends().find(query, {"_id": 1}, limit=most)]


def want_no_more(community: str, names: Iterable[str]) -> None:
    """Forget that anybody named these codes and coupons, inside the running transaction."""
    forget_held()
    gone = {"$in": sorted(names)}
    _friends().update_many({"community": community, "wants": gone}, {"$pull": {"wants": gone}})


def mailboxes(members: Iterable[str]) -> list[Mailbox]:
    """What is kept of the addresses of members."""
    return [mailbox(each) for one in load(members).values() for each in one.get("mailboxes", ())]


def of_domains(community: str, domains: Iterable[str]) -> dict[str, list[Mailbox]]:
    """Friends with a mailbox in one of these domains (by their keyed hashes), and all that each gave.

    Of very many, the same ones whoever came last.
    """
    query = {"mailboxes.domain": {"$in": sorted(domains)}, "community": community}
    found = _friends().find(query, {"mailboxes": 1}, sort=[("_id", 1)], limit=_MOST_OF_A_DOMAIN)
    return {each["_id"]: [mailbox(one) for one in each["mailboxes"]] for each in found}


def of_addresses(community: str, addresses: Iterable[str]) -> dict[str, list[Mailbox]]:
    """Friends with one of these mailboxes (by their keyed hashes), and all that each gave."""
    query = {"mailboxes.address": {"$in": sorted(addresses)}, "community": community}
    found = _friends().find(query, {"mailboxes": 1}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: [mailbox(one) for one in each["mailboxes"]] for each in found}


def mailbox(stored: Document) -> Mailbox:
    """A mailbox as it was kept."""
    return Mailbox(**stored)


def after(community: str, member: str, limit: int) -> list[str]:
    """Friends in order of their ids, from a place on."""
    query = {"community": community, "_id": {"$gt": member}}
    return [each["_id"] for each in _friends().find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)]


def _friends() -> Collection[Document]:
    return mongo.collection(DATABASE, "friends")
