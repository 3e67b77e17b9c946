"""The chain over the ledger: numbered batches of transfers, each with a hash over the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import ledger
from services.referral.domain.ledger import Transfer
from services.referral.repository.ledger import transfer_of
from shared import mongo
from shared.mongo import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as it was kept; which transfers name it is what an audit compares."""

    number: int
    count: int
    previous: str
    hash: str


def waiting() -> list[str]:
    """Communities with transfers that are in no batch."""
    found: list[str] = _transfers().distinct("community", {"waits": True})
    return sorted(found)


def waits(community: str) -> int:
    """How many transfers of a community are in no batch yet."""
    return _transfers().count_documents({"community": community, "waits": True})


def extend(community: str, most: int, now: datetime) -> int:
    """Put the oldest transfers that wait into the next batch, inside the running transaction. Returns how many."""
    found = _transfers().find({"community": community, "waits": True}, limit=most, batch_size=most)
    transfers = list(ledger.in_order(transfer_of(each) for each in found))
    if not transfers:
        return 0
    last = head(community)
    number, previous = (last.number + 1, last.hash) if last else (1, ledger.GENESIS)
    kept: Document = {
        "_id": f"{community}|{number}",
        "community": community,
        "number": number,
        "count": len(transfers),
        "previous": previous,
        "hash": ledger.chained(previous, number, transfers),
        "time": now,
    }
    mongo.insert(DATABASE, "ledger_batches", [kept])
    named = {"_id": {"$in": [each.id for each in transfers]}}
    _transfers().update_many(named, {"$set": {"batch": number}, "$unset": {"waits": ""}})
    return len(transfers)


def head(community: str) -> Batch | None:
    """The last batch of a community."""
    found = _batches().find_one({"community": community}, sort=[("number", -1)])
    return _batch(found) if found else None


def batches(community: str) -> Iterator[Batch]:
    """All batches of a community, in order."""
    for each in _batches().find({"community": community}, sort=[("number", 1)]):
        yield _batch(each)


def by_batch(community: str) -> Iterator[tuple[int | None, Transfer]]:
    """All transfers with the number of their batch: first those that wait (None), then batch by batch, in order."""
    order = [("batch", 1), ("time", 1), ("_id", 1)]
    for each in _transfers().find({"community": community}, sort=order):
        yield each.get("batch"), transfer_of(each)


def _batch(stored: Document) -> Batch:
    return Batch(
        number=stored["number"], count=stored["count"], previous=stored["previous"], hash=stored["hash"]
    )


def _transfers() -> Collection[Document]:
    return mongo.collection(DATABASE, "transfers")


def _batches() -> Collection[Document]:
    return mongo.collection(DATABASE, "ledger_batches")
