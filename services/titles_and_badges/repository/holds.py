"""Contributions that are held for review."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import InsertOne, UpdateOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.holds import Suspicion
from shared import listing, mongo
from shared.mongo import Document

OPEN, COUNTED, LEFT_OUT = "open", "counted", "left-out"
_HELD = (OPEN, LEFT_OUT)


def key(community: str, period: str, each: Suspicion) -> str:
    """The id of a hold: the same rule finds the same thing once."""
    named = f"{community}|{period}|{each.member}|{each.giver}|{each.rule}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def held(community: Document, members: Iterable[str]) -> frozenset[tuple[str, str]]:
    """(member, activity) of what is held of members; `community` says whether anything of it ever was."""
    if not community.get("holds"):
        return frozenset()
    found = _holds().find(
        {"member": {"$in": list(members)}, "state": {"$in": _HELD}}, batch_size=mongo.AT_ONCE
    )
    return frozenset((each["member"], activity) for each in found for activity in each["activities"])


def of_period(community: str, period: str) -> dict[str, Document]:
    """All holds of a month, by id."""
    found = _holds().find({"community": community, "period": period}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def one(community: str, name: str) -> Document | None:
    """One hold, or None."""
    return _holds().find_one({"_id": name, "community": community})


def latest(
    community: str, *, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Holds, the latest first."""
    query: Document = {"community": community}
    if state is not None:
        query["state"] = state
    return listing.latest(_holds(), query, before, limit, by="opened")


def keep(community: str, new: Sequence[Document], grown: Sequence[Document]) -> None:
    """Keep new holds, and those that hold other activities than before."""
    writes: list[InsertOne[Document] | UpdateOne] = [InsertOne(each) for each in new]
    writes += [
        UpdateOne({"_id": each["_id"]}, {"$set": {name: each[name] for name in ("activities", "of")}})
        for each in grown
    ]
    if writes:
        _holds().bulk_write(writes)
        mongo.collection(DATABASE, "communities").update_one({"_id": community}, {"$set": {"holds": True}})


def decide(name: str, state: str, decision: Document) -> None:
    """Keep what somebody decided."""
    _holds().update_one({"_id": name}, {"$set": {"state": state}, "$push": {"decisions": decision}})


def _holds() -> Collection[Document]:
    return mongo.collection(DATABASE, "holds")
