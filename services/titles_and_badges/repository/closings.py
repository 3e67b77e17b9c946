"""What `activity` said of months that close, and which of them are to be sealed."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from shared import mongo
from shared.mongo import Document


def load(community: str) -> Document:
    """What is known of a community's months; empty where nothing is."""
    return _closings().find_one({"_id": community}) or {}


def put(community: str, fields: Document, *, exists: bool) -> None:
    """Keep what changed. Written by every partition, so that two of them never miss one another."""
    if exists:
        _closings().update_one({"_id": community}, {"$set": fields, "$inc": {"said": 1}})
    else:
        _closings().insert_one({"_id": community, "due": [], "said": 1, **fields})


def order(community: str, periods: Sequence[str], *, redefined: bool = False) -> None:
    """Let months be sealed, inside the running transaction; `redefined`: under the definitions of today."""
    wanted = {"$each": list(periods)}
    _change(community, {"$addToSet": {"due": wanted, **({"redefined": wanted} if redefined else {})}})


def settle(community: str, period: str) -> None:
    """A month is sealed: it is due no longer."""
    _change(community, {"$pull": {"due": period, "redefined": period, "examined": period}})


def put_examined(community: str, period: str) -> None:
    """A month was looked at for what is to be held."""
    _change(community, {"$addToSet": {"examined": period}})


def put_late(community: str, periods: Sequence[str], now: datetime) -> None:
    """Something came late for sealed months: they are looked at again, a while after the first of it."""
    _change(community, {"$addToSet": {"late": {"$each": list(periods)}}, "$min": {"late_since": now}})


def late(since: datetime) -> list[str]:
    """Communities for which something came late that long ago, or longer."""
    return [each["_id"] for each in _closings().find({"late_since": {"$lte": since}}, {"_id": 1})]


def order_late(community: str) -> bool:
    """What came late is due. Returns False if another process ordered it already."""
    stored = load(community)
    if "late_since" not in stored:
        return False
    due = {"due": {"$each": stored["late"]}}
    _change(community, {"$addToSet": due, "$unset": {"late": "", "late_since": ""}})
    return True


def _change(community: str, update: Document) -> None:
    # Always a real write: `$addToSet` of what is there would let two decisions pass each other.
    update["$inc"] = {"said": 1}
    if not _closings().update_one({"_id": community}, update).matched_count:
        _closings().insert_one({"_id": community, "due": [], "said": 0})
        _closings().update_one({"_id": community}, update)


def _closings() -> Collection[Document]:
    return mongo.collection(DATABASE, "closings")
