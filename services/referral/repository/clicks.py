"""Clicks: what was kept of each, and what was made of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import visits
from services.referral.domain.visits import Verdict, Visit
from shared import listing, mongo
from shared.mongo import Document

#: Of whom very much comes at once, only so much is looked at: then it is no person's anyway.
_MOST_NEAR = 2_000
_OF_A_VISIT = (
    "moment", "method", "user_agent", "prefetch", "cookie", "visitor", "address", "channel", "sent", "link", "ended",
)  # fmt: skip
_JUDGED = (*_OF_A_VISIT, "klass", "reason", "kind", "classifier")


def known(identifiers: Iterable[str]) -> set[str]:
    """Which of these clicks are kept already."""
    found = _clicks().find({"_id": {"$in": list(identifiers)}}, {"_id": 1}, batch_size=mongo.AT_ONCE)
    return {each["_id"] for each in found}


def take_turn(community: str) -> None:
    """Write to a community's clicks as a whole, inside the running transaction.

    Two who judge them take turns, and so does who misses one that may be on its way.
    """
    turns = mongo.collection(DATABASE, "click_turns")
    turns.update_one({"_id": community}, {"$inc": {"turn": 1}}, upsert=True)


def keep(new: Sequence[Document]) -> None:
    """Keep new clicks, inside the running transaction."""
    mongo.insert(DATABASE, "clicks", new)


def near(community: str, documents: Sequence[Document]) -> list[Document]:
    """The clicks that may make one of these a repeat, or be made one by it; they may be among them."""
    first, last = min(each["moment"] for each in documents), max(each["moment"] for each in documents)
    told: list[Document] = []
    for name, within in (("visitor", visits.SAME_VISITOR), ("address", visits.SAME_ADDRESS)):
        values = {each[name] for each in documents if each.get(name)}
        if values:
            moment = {"$gte": first - within, "$lte": last + within}
            told.append({"community": community, name: {"$in": list(values)}, "moment": moment})
    if not told:
        return []
    shown = dict.fromkeys(_JUDGED, 1)
    return list(_clicks().find({"$or": told}, shown, limit=_MOST_NEAR, batch_size=mongo.AT_ONCE))


def judge(verdicts: Mapping[str, Verdict]) -> None:
    """Keep what clicks are now, inside the running transaction."""
    if verdicts:
        writes = [UpdateOne({"_id": name}, {"$set": judged(each)}) for name, each in verdicts.items()]
        _clicks().bulk_write(writes, ordered=False)


def after(
    community: str, place: tuple[datetime, str] | None, until: datetime | None, limit: int
) -> list[Document]:
    """What is judged of a community's clicks, the oldest first, from a place on."""
    query: Document = {"community": community}
    if place is not None:
        moment, identifier = place
        query["$or"] = [{"moment": {"$gt": moment}}, {"moment": moment, "_id": {"$gt": identifier}}]
    if until is not None:
        query["moment"] = {"$lt": until}
    shown = dict.fromkeys(_JUDGED, 1)
    return list(_clicks().find(query, shown, sort=[("moment", 1), ("_id", 1)], limit=limit))


def latest(
    community: str, *, asked: Mapping[str, str], before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """A community's clicks, the latest first; `asked`: only those with these values, such as a `klass`."""
    return listing.latest(_clicks(), {"community": community, **asked}, before, limit, by="moment")


def forget(community: str, visitors: Iterable[str]) -> None:
    """Forget who visitors were: their clicks stay, and belong to nobody."""
    gone = dict.fromkeys(("visitor", "address", "referrer", "source"), "")
    query = {"community": community, "visitor": {"$in": list(visitors)}}
    _clicks().update_many(query, {"$unset": gone, "$set": {"user_agent": ""}})


def visit(document: Document) -> Visit:
    """A stored click, as the rules judge it."""
    said: dict[str, Any] = {name: document[name] for name in _OF_A_VISIT if document.get(name) is not None}
    return Visit(id=document["_id"], **said)


def judged(verdict: Verdict) -> Document:
    """What a click is, as it is stored."""
    return {
        "klass": verdict.klass.value,
        "reason": verdict.reason.value,
        "kind": verdict.kind,
        "classifier": visits.VERSION,
    }


def _clicks() -> Collection[Document]:
    return mongo.collection(DATABASE, "clicks")
