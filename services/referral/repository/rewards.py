"""Rewards: what was granted, and what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.programs import Occasion
from services.referral.domain.settling import Account
from shared import listing, mongo
from shared.mongo import Document


def of_friends(friends: Iterable[str]) -> list[Document]:
    """All rewards for what these friends did, who are one person; with the milestones that he completed."""
    return list(_rewards().find({"friend": {"$in": list(friends)}}, batch_size=mongo.AT_ONCE))


def milestones(advocates: Iterable[str]) -> list[Document]:
    """The milestones of advocates, whoever completed them."""
    query = {"advocate": {"$in": list(advocates)}, "occasion": str(Occasion.MILESTONE)}
    return list(_rewards().find(query, batch_size=mongo.AT_ONCE))


def keep(changed: Sequence[Document]) -> None:
    """Keep rewards, inside the running transaction."""
    if changed:
        _rewards().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def account(stored: Document) -> Account:
    """What the ledger must hold of a reward."""
    return Account(
        reward=stored["_id"],
        program=stored["program"],
        member=stored["member"],
        currency=stored["currency"],
        amount_minor=stored["amount_minor"],
        reversed_minor=stored["reversed_minor"],
        released=stored["released"],
        steps=stored["steps"],
    )


def accounts(community: str) -> Iterator[Account]:
    """What the ledger must hold of each reward of a community."""
    for each in _rewards().find({"community": community}):
        yield account(each)


def one(community: str, identifier: str) -> Document | None:
    """A reward of a community, None where there is none."""
    return _rewards().find_one({"_id": identifier, "community": community})


def latest(
    community: str,
    *,
    state: str | None = None,
    members: Sequence[str] | None = None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Document]:
    """Rewards, the latest first: of a state, of members (who are one person), or all."""
    which: Document = {"community": community, **({} if state is None else {"state": state})}
    if members is not None:
        which["member"] = {"$in": list(members)}
    return listing.latest(_rewards(), which, before, limit)


def ripe_communities(now: datetime) -> list[str]:
    """Communities with rewards whose time has come."""
    found: list[str] = _rewards().distinct("community", {"ripe": {"$lte": now}})
    return sorted(found)


def ripe(community: str, now: datetime, after: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Rewards whose time has come, those that waited longest first."""
    query: Document = {"ripe": {"$lte": now}, "community": community}
    if after is not None:
        moment, identifier = after
        query["$or"] = [{"ripe": {"$gt": moment}}, {"ripe": moment, "_id": {"$gt": identifier}}]
    return list(_rewards().find(query, sort=[("ripe", 1), ("_id", 1)], limit=limit))


def unreleased(members: Iterable[str]) -> list[Document]:
    """Rewards for what these advocates brought about that are held, in review, or taken back before that."""
    query = {"advocate": {"$in": list(members)}, "released": False}
    return list(_rewards().find(query, {"friend": 1}, batch_size=mongo.AT_ONCE))


def _rewards() -> Collection[Document]:
    return mongo.collection(DATABASE, "rewards")
