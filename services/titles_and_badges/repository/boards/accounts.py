"""Credits, one document a member, board and month; and the marks that say which of them changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.boards.accounts import EMPTY, Account, Credits
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.repository import facts
from shared import mongo
from shared.mongo import Document

#: A mark names at most so many, so that what it asks for fits into one transaction.
CREDITS_A_MARK = 200
_BETWEEN = "|"
_BEHIND = "}"  # what sorts right behind it


class Key(NamedTuple):
    """Whose credits on which board in which month. Members' ids have one length, slugs and months no bar."""

    member: str
    board: str
    month: str

    def __str__(self) -> str:
        """As it stands in storage."""
        return _BETWEEN.join(self)


class Mark(NamedTuple):
    """What one transaction changed."""

    id: Any
    community: str
    credits: Sequence[str]


def read(key: str) -> Key:
    """A stored key."""
    return Key(*key.split(_BETWEEN))


def bucket(account: Account) -> str:
    """An account as facts name it, beside their badges' buckets; no badge's slug holds an @."""
    board, month = account
    return f"{board}@{month}"


def account(name: str) -> Account | None:
    """What `bucket` wrote; None for a badge's bucket."""
    board, found, month = name.partition("@")
    return (board, month) if found else None


def load(keys: Iterable[Key]) -> dict[Key, Credits]:
    """Credits by key, but for empty ones."""
    found = _credits().find({"_id": {"$in": [str(key) for key in keys]}}, batch_size=mongo.AT_ONCE)
    return {read(document["_id"]): _read(document) for document in found}


def of_members(members: Iterable[str]) -> dict[Key, Credits]:
    """All credits of members."""
    ranges: list[Document] = [
        {"_id": {"$gte": member + _BETWEEN, "$lt": member + _BEHIND}} for member in members
    ]
    found = _credits().find({"$or": ranges}, batch_size=mongo.AT_ONCE) if ranges else ()
    return {read(document["_id"]): _read(document) for document in found}


def following_members(community: str, after: str, limit: int) -> list[str]:
    """The next members with credits, or with something that is shown of them, in order of their ids."""
    query = {"_id": {"$gt": after + _BEHIND if after else ""}, "community": community}
    found: set[str] = set()
    for name in ("credits", "shown_credits"):
        keys = mongo.collection(DATABASE, name).find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)
        members = [read(each["_id"]).member for each in keys]
        # The last one may go on behind the limit, and others then are before him in the other collection.
        last = members[-1] if len(members) == limit else None
        found = {*found, *members} if last is None else {each for each in {*found, *members} if each <= last}
    return sorted(found)


def marked(community: str) -> set[str]:
    """Members whose credits changed and are not shown yet."""
    found = _marks().find({"community": community}, {"credits": 1})
    return {read(name).member for each in found for name in each["credits"]}


def deeds(wanted: Mapping[str, Iterable[Account]]) -> dict[str, dict[Account, list[Fact]]]:
    """The surviving facts stored as counted in these accounts of members."""
    names = {member: {bucket(account): account for account in each} for member, each in wanted.items()}
    found: dict[str, dict[Account, list[Fact]]] = {
        member: {account: [] for account in each.values()} for member, each in names.items()
    }
    for document in facts.named([(member, list(each)) for member, each in names.items() if each]):
        fact = facts.fact(document)
        for name in document["buckets"]:
            if name in names[fact.member]:
                found[fact.member][names[fact.member][name]].append(fact)
    return found


def keep(community: str, changed: Mapping[Key, Credits], known: Iterable[Key]) -> None:
    """Keep credits, and leave marks for the projector; `known` are the keys that exist."""
    existing = set(known)
    writes: list[Any] = []
    for key, credit in changed.items():
        name = str(key)
        if credit == EMPTY:
            writes += [DeleteOne({"_id": name})] if key in existing else []
        elif key in existing:
            writes.append(ReplaceOne({"_id": name}, _written(community, name, credit)))
        else:
            writes.append(InsertOne(_written(community, name, credit)))
    if writes:
        _credits().bulk_write(writes, ordered=False)
    mark(community, changed)


def mark(community: str, changed: Iterable[Key]) -> None:
    """Say that credits changed. Marks are inserts of their own, so that a batch never collides with the projector."""
    names = [str(key) for key in changed]
    parts = [names[start : start + CREDITS_A_MARK] for start in range(0, len(names), CREDITS_A_MARK)]
    if parts:
        _marks().insert_many([{"community": community, "credits": part} for part in parts])


def oldest_marks(community: str, limit: int) -> list[Mark]:
    """The oldest marks of a community."""
    found = _marks().find({"community": community}, sort=[("_id", 1)], limit=limit)
    return [Mark(each["_id"], each["community"], each["credits"]) for each in found]


def next_community(after: str) -> str | None:
    """The community whose marks come next, in a round: one's import delays nobody's like."""
    found = _marks().find_one({"community": {"$gt": after}}, {"community": 1}, sort=[("community", 1)])
    found = found or _marks().find_one({}, {"community": 1}, sort=[("community", 1)])
    return found["community"] if found else None


def forget_marks(marks: Iterable[Mark]) -> None:
    """What they said is shown."""
    _marks().delete_many({"_id": {"$in": [each.id for each in marks]}})


def count_marks(community: str | None = None) -> int:
    """How many marks are left."""
    return _marks().count_documents({} if community is None else {"community": community})


def _read(document: Document) -> Credits:
    last = document.get("last")
    return Credits(
        days={day: (points, at) for day, (points, at) in document.get("days", {}).items()},
        last=(last[0], last[1], last[2]) if last else None,
        spent=document.get("spent", {}),
        givers={giver: (deeds, given) for giver, deeds, given in document.get("givers", ())},
    )


def _written(community: str, name: str, credit: Credits) -> Document:
    document: Document = {"_id": name, "community": community, "last": list(credit.last or ())}
    if credit.days:
        document["days"] = {day: list(each) for day, each in credit.days.items()}
    if credit.spent:
        document["spent"] = dict(credit.spent)
    if credit.givers:
        document["givers"] = [[giver, *each] for giver, each in credit.givers.items()]
    return document


def _credits() -> Collection[Document]:
    return mongo.collection(DATABASE, "credits")


def _marks() -> Collection[Document]:
    return mongo.collection(DATABASE, "credit_marks")
