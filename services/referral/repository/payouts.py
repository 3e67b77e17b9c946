"""Pay-outs and their lines."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.payouts import Status
from services.referral.domain.proving import Said
from shared import mongo
from shared.mongo import Document

#: Lines that are to be paid, or were: the order to the bank.
ORDERED = (Status.OPEN, Status.PAID, Status.FAILED, Status.BOUNCED)


def load(community: str, name: str) -> Document | None:
    """A pay-out, None where there is none."""
    return _payouts().find_one({"_id": _key(community, name)})


def of_period(community: str, period: str) -> Document | None:
    """The latest pay-out of a month, None where there is none."""
    return _payouts().find_one({"community": community, "period": period}, sort=[("attempt", -1)])


def latest(community: str, *, before: tuple[str, int] | None, limit: int) -> list[Document]:
    """Pay-outs, the latest month first."""
    query: Document = {"community": community}
    if before is not None:
        period, attempt = before
        query["$or"] = [{"period": {"$lt": period}}, {"period": period, "attempt": {"$lt": attempt}}]
    return list(_payouts().find(query, sort=[("period", -1), ("attempt", -1)], limit=limit))


def add(community: str, payout: Document) -> Document:
    """Keep a new pay-out, inside the running transaction."""
    document = {"_id": _key(community, payout["name"]), "community": community, **payout}
    mongo.insert(DATABASE, "payouts", [document])
    return document


def change(payout: Document, **changed: Any) -> Document:  # noqa: ANN401 (whatever a field holds)
    """Change a pay-out, inside the running transaction."""
    _payouts().update_one({"_id": payout["_id"]}, {"$set": changed})
    return {**payout, **changed}


def add_lines(payout: Document, lines: Sequence[Document]) -> None:
    """Keep new lines, inside the running transaction."""
    mongo.insert(
        DATABASE,
        "payout_lines",
        [
            {
                "_id": _line_key(payout, each["name"]),
                "community": payout["community"],
                "payout": payout["_id"],
                "border": payout["border"],
                **each,
            }
            for each in lines
        ],
    )


def known(payout: Document, names: Iterable[str]) -> set[str]:
    """Those of these lines that there are."""
    keys = [_line_key(payout, name) for name in names]
    return {each["name"] for each in _lines().find({"_id": {"$in": keys}}, {"name": 1})}


def line(payout: Document, name: str) -> Document | None:
    """A line, None where there is none."""
    return _lines().find_one({"_id": _line_key(payout, name)})


def mark(lines: Iterable[Document], **changed: Any) -> None:  # noqa: ANN401 (whatever a field holds)
    """Change lines, inside the running transaction."""
    _lines().update_many({"_id": {"$in": [each["_id"] for each in lines]}}, {"$set": changed})


def lines(
    payout: Document, *, statuses: Sequence[str] | None, after: str | None, limit: int
) -> list[Document]:
    """Lines of a pay-out by their names, from one on; in some states, or all."""
    query: Document = {"payout": payout["_id"], "_id": {"$gt": _line_key(payout, after or "")}}
    if statuses is not None:
        query["status"] = {"$in": list(statuses)}
    return list(_lines().find(query, sort=[("_id", 1)], limit=limit))


def ordered(payout: Document) -> Iterator[Document]:
    """All lines that are to be paid, or were, by their names."""
    query = {"payout": payout["_id"], "status": {"$in": list(ORDERED)}}
    yield from _lines().find(query, sort=[("_id", 1)])


def of_members(members: Iterable[str]) -> list[Document]:
    """All lines of members, whatever became of them, the earliest first."""
    query = {"member": {"$in": list(members)}}
    return list(_lines().find(query, sort=[("border", 1), ("_id", 1)], batch_size=mongo.AT_ONCE))


def holds(line: Document, reward: Document) -> bool:
    """Whether a line is made of a released reward, among others, whatever became of it.

    A pay-out takes all that was payable before its border, of which we had been told when it was prepared.
    """
    theirs = reward["member"] in line["accounts"] and reward["currency"] == line["currency"]
    since = reward.get("value_date", reward["released_at"])
    told = since < line["border"] and reward["released_at"] <= line["taken_at"]
    return bool(theirs and told and reward["_id"] not in line.get("in_review", ()))


def pays(line: Document) -> bool:
    """Whether a line is to be paid, or was."""
    return line["status"] in {Status.OPEN, Status.PAID}


def totals(payout: Document) -> list[Document]:
    """How many lines there are by currency and status, and what they sum to."""
    steps: list[dict[str, Any]] = [
        {"$match": {"payout": payout["_id"]}},
        {"$group": {
            "_id": {"currency": "$currency", "status": "$status"},
            "lines": {"$sum": 1},
            "amount_minor": {"$sum": "$amount_minor"},
        }},
        {"$sort": {"_id.currency": 1, "_id.status": 1}},
    ]  # fmt: skip
    return [
        {**each["_id"], "lines": each["lines"], "amount_minor": int(each["amount_minor"])}
        for each in _lines().aggregate(steps)
    ]


def said(community: str) -> Iterator[Said]:
    """What each line of a community's pay-outs says of itself, for the audit."""
    for payout in _payouts().find({"community": community}):
        for each in _lines().find({"payout": payout["_id"]}):
            reference = f"payout:{payout['name']}:{each['name']}"
            yield Said(reference=reference, amount_minor=each["amount_minor"], state=each["status"])


def _key(community: str, name: str) -> str:
    return f"{community}|{name}"


def _line_key(payout: Document, name: str) -> str:
    return f"{payout['_id']}|{name}"


def _payouts() -> Collection[Document]:
    return mongo.collection(DATABASE, "payouts")


def _lines() -> Collection[Document]:
    return mongo.collection(DATABASE, "payout_lines")
