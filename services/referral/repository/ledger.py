"""The ledger: transfers are added and never changed; what lies on members' accounts is kept beside them.

`expense:PROGRAM` has no balance of its own: every conversion of a program would queue for it. It is the sum of its
transfers.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import ledger
from services.referral.domain.ledger import Transfer
from shared import mongo
from shared.errors import Fault
from shared.mongo import Document

#: The kinds of account whose balance is kept.
KEPT = frozenset({ledger.HELD, ledger.PAYABLE, ledger.PAYING, ledger.PAID})


def post(transfers: Sequence[Transfer]) -> list[Transfer]:
    """Add transfers, inside the running transaction, and change the balances. Returns those that were new.

    One that is there already is not written again; raises Fault for another one under its id.
    """
    if not transfers:
        return []
    stored = {each.id: each for each in of_ids([each.id for each in transfers])}
    new: dict[str, Transfer] = {}
    for each in transfers:
        ledger.check(each)
        known = stored.get(each.id) or new.get(each.id)
        if known is None:
            new[each.id] = each
        elif not ledger.same(known, each):
            message = f"{each.id} is in the ledger already, as another transfer"
            raise Fault(message)
    mongo.insert(DATABASE, "transfers", [_document(each) for each in new.values()])
    _move(list(new.values()))
    return list(new.values())


def of_ids(identifiers: Iterable[str]) -> list[Transfer]:
    """Transfers by their ids, those that there are."""
    found = _transfers().find({"_id": {"$in": list(identifiers)}}, batch_size=mongo.AT_ONCE)
    return [transfer_of(each) for each in found]


def page(
    community: str, *, names: Sequence[str] | None = None, after: tuple[datetime, str] | None, limit: int
) -> list[Transfer]:
    """Transfers of a community in order of time and id, from a place on; those of these accounts, or all."""
    query = _of(community, names)
    if after is not None:
        moment, identifier = after
        later = [{"time": {"$gt": moment}}, {"time": moment, "_id": {"$gt": identifier}}]
        query["$and"] = [{"$or": later}]
    found = _transfers().find(query, sort=[("time", 1), ("_id", 1)], limit=limit, batch_size=limit)
    return [transfer_of(each) for each in found]


def every(community: str, names: Sequence[str] | None = None) -> Iterator[Transfer]:
    """All transfers of a community, or of these accounts, in order of time and id: as many as there are."""
    for each in _transfers().find(_of(community, names), sort=[("time", 1), ("_id", 1)]):
        yield transfer_of(each)


def balance(community: str, name: str, currency: str) -> int:
    """What lies on an account whose balance is kept, in minor units; below zero when the owner owes."""
    found = _balances().find_one({"_id": _key(community, name, currency)})
    return int(found["amount_minor"]) if found else 0


def balances(
    community: str,
    kind: str,
    *,
    currency: str | None = None,
    owners: Iterable[str] | None = None,
) -> list[tuple[str, str, int]]:
    """(owner, currency, minor units) of all accounts of a kind, in order of currency and owner."""
    query: Document = {"community": community, "kind": kind}
    if currency is not None:
        query["currency"] = currency
    if owners is not None:
        query["owner"] = {"$in": list(owners)}
    found = _balances().find(query, sort=[("currency", 1), ("owner", 1)], batch_size=mongo.AT_ONCE)
    return [(each["owner"], each["currency"], int(each["amount_minor"])) for each in found]


def owing(
    community: str, kind: str, *, after: tuple[str, str] | None, limit: int
) -> list[tuple[str, str, int]]:
    """(currency, owner, minor units) of accounts of a kind on which something lies, in this order, from a place on."""
    query: Document = {"community": community, "kind": kind}
    if after is not None:
        currency, whose = after
        query["$or"] = [{"currency": {"$gt": currency}}, {"currency": currency, "owner": {"$gt": whose}}]
    found = _balances().find(
        {**query, "amount_minor": {"$ne": 0}}, sort=[("currency", 1), ("owner", 1)], limit=limit
    )
    return [(each["currency"], each["owner"], int(each["amount_minor"])) for each in found]


def moved_since(community: str, names: Iterable[str], moment: datetime) -> dict[tuple[str, str], int]:
    """What transfers from a moment on, by their value dates, have changed: (account, currency) → minor units."""
    wanted = set(names)
    of_these = {"$in": list(wanted)}
    found = _transfers().find(
        {
            "community": community,
            "time": {"$gte": moment},
            "value_date": {"$not": {"$lt": moment}},
            "$or": [{"debit": of_these}, {"credit": of_these}],
        },
        batch_size=mongo.AT_ONCE,
    )
    changed = ledger.changes(transfer_of(each) for each in found)
    return {place: change for place, change in changed.items() if place[0] in wanted}


def sums(community: str) -> list[tuple[str, str, int]]:
    """(account, currency, minor units), counted from the transfers themselves; members' accounts by kind alone."""
    kind = {"$arrayElemAt": [{"$split": ["$sides.account", ":"]}, 0]}
    sides = [
        {"account": "$debit", "amount": {"$multiply": ["$amount_minor", -1]}},
        {"account": "$credit", "amount": "$amount_minor"},
    ]
    steps: list[dict[str, Any]] = [
        {"$match": {"community": community}},
        {"$project": {"currency": 1, "sides": sides}},
        {"$unwind": "$sides"},
        {"$group": {
            "_id": {
                "name": {"$cond": [{"$in": [kind, sorted(KEPT)]}, kind, "$sides.account"]},
                "currency": "$currency",
            },
            "amount": {"$sum": "$sides.amount"},
        }},
        {"$sort": {"_id.currency": 1, "_id.name": 1}},
    ]  # fmt: skip
    return [
        (each["_id"]["name"], each["_id"]["currency"], int(each["amount"]))
        for each in _transfers().aggregate(steps)
    ]


def _of(community: str, names: Sequence[str] | None) -> Document:
    # No index on accounts: every transfer would pay for it, and few people ask.
    sides = [] if names is None else [{side: {"$in": list(names)}} for side in ("debit", "credit")]
    return {"community": community, **({"$or": sides} if sides else {})}


def _move(transfers: Sequence[Transfer]) -> None:
    writes = []
    for (name, currency), change in sorted(ledger.changes(transfers).items()):
        kind, owner = ledger.owner(name)
        community = transfers[0].community
        if kind in KEPT and change:
            told = {"community": community, "kind": kind, "owner": owner, "currency": currency}
            moved = {"$inc": {"amount_minor": change}, "$setOnInsert": told}
            writes.append(UpdateOne({"_id": _key(community, name, currency)}, moved, upsert=True))
    if writes:
        _balances().bulk_write(writes)


def _key(community: str, name: str, currency: str) -> str:
    return f"{community}|{name}|{currency}"


def _document(transfer: Transfer) -> Document:
    return {
        "_id": transfer.id,
        "community": transfer.community,
        "time": transfer.time,
        "debit": transfer.debit,
        "credit": transfer.credit,
        "currency": transfer.currency,
        "amount_minor": transfer.amount_minor,
        "reason": transfer.reason,
        "reference": transfer.reference,
        "waits": True,
        **({} if transfer.value_date is None else {"value_date": transfer.value_date}),
    }


def transfer_of(stored: Document) -> Transfer:
    """A transfer out of its document."""
    return Transfer(
        id=stored["_id"],
        community=stored["community"],
        time=stored["time"],
        debit=stored["debit"],
        credit=stored["credit"],
        currency=stored["currency"],
        amount_minor=stored["amount_minor"],
        reason=stored["reason"],
        reference=stored["reference"],
        value_date=stored.get("value_date"),
    )


def _transfers() -> Collection[Document]:
    return mongo.collection(DATABASE, "transfers")


def _balances() -> Collection[Document]:
    return mongo.collection(DATABASE, "balances")
