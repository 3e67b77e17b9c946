"""Standings: one document a member and period, a tree of counts a period, and what they show of credits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.boards import ranking
from services.titles_and_badges.domain.boards.appearance import Part
from services.titles_and_badges.repository.boards.accounts import Key
from services.titles_and_badges.repository.boards.accounts import read as read_key
from shared import mongo
from shared.mongo import Document

_CHUNK = 1_000


class Standing(NamedTuple):
    """A member's score in a period: of how many days, reached when; `hidden`: without a place in the list."""

    member: str
    score: int
    on_days: int
    reached: datetime
    hidden: bool

    @property
    def key(self) -> str:
        """Where he stands in the list."""
        return ranking.list_key(self.score, self.reached, self.member)


class Shown(NamedTuple):
    """What standings show of an account, by period, and when that changes by itself."""

    parts: Mapping[str, Part]
    due: datetime | None


def period_key(community: str, board: str, period: str) -> str:
    """What all rows of a period have in common."""
    return f"{community}:{board}:{period}"


def rows(community: str, board: str, period: str) -> Iterator[Document]:
    """Every place of a period (`month:2026-10`), best first: {"member", "score", "reached"}. Streamed."""
    query = {"p": period_key(community, board, period)}
    for document in _standings().find(query, sort=[("k", 1)], batch_size=_CHUNK):
        yield {"member": document["m"], "score": document["s"], "reached": document["t"]}


def periods(community: str) -> list[str]:
    """The keys of all periods of a community in which somebody has a place."""
    query = {"p": {"$gt": f"{community}:", "$lt": f"{community};"}}
    return [str(p) for p in _standings().distinct("p", query)]


def scores(p: str) -> Iterator[int]:
    """The scores of all who have a place in a period. Streamed."""
    for document in _standings().find({"p": p}, {"s": 1}, batch_size=mongo.AT_ONCE):
        yield document["s"]


def after(p: str, key: str | None, limit: int) -> list[Standing]:
    """The rows of a list behind a key; from its beginning without one."""
    query: Document = {"p": p} if key is None else {"p": p, "k": {"$gt": key}}
    return [_read(each) for each in _standings().find(query, sort=[("k", 1)], limit=limit)]


def beginning(p: str, key: str, limit: int, skip: int = 0) -> list[Standing]:
    """The rows of a list from a key on, the one that has it included."""
    query = {"p": p, "k": {"$gte": key}}
    return [_read(each) for each in _standings().find(query, sort=[("k", 1)], limit=limit, skip=skip)]


def around(p: str, key: str, count: int) -> list[Standing]:
    """The row that has a key, with so many before and behind it, in the list's order; in one question."""
    ahead: list[Document] = [
        {"$match": {"p": p, "k": {"$lt": key}}},
        {"$sort": {"k": -1}},
        {"$limit": count},
    ]
    from_it: list[Document] = [
        {"$match": {"p": p, "k": {"$gte": key}}},
        {"$sort": {"k": 1}},
        {"$limit": count + 1},
    ]
    both = [*ahead, {"$unionWith": {"coll": _standings().name, "pipeline": from_it}}] if count else from_it
    return sorted((_read(each) for each in _standings().aggregate(both)), key=lambda row: row.key)


def ties_before(p: str, standing: Standing) -> int:
    """How many of those with the same score stand before somebody: it costs as many places of an index."""
    first, _ = ranking.score_bounds(standing.score)
    return _standings().count_documents({"p": p, "k": {"$gte": first, "$lt": standing.key}})


def load(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    """Standings by (period key, member), but for those that are not there."""
    names = {f"{p}:{member}": (p, member) for p, member in wanted}
    found = _standings().find({"_id": {"$in": list(names)}}, batch_size=mongo.AT_ONCE)
    return {names[document["_id"]]: _read(document) for document in found}


def keep(changed: Mapping[tuple[str, str], Standing | None], known: Iterable[tuple[str, str]]) -> None:
    """Keep standings by (period key, member), None to forget one; `known` are those that exist."""
    existing = set(known)
    writes: list[Any] = []
    for (p, member), standing in changed.items():
        name = f"{p}:{member}"
        if standing is None:
            writes.append(DeleteOne({"_id": name}))
        elif (p, member) in existing:
            writes.append(ReplaceOne({"_id": name}, written(p, standing)))
        else:
            writes.append(InsertOne(written(p, standing)))
    if writes:
        _standings().bulk_write(writes, ordered=False)


def written(p: str, standing: Standing) -> Document:
    """A standing as it is stored."""
    document: Document = {
        "_id": f"{p}:{standing.member}",
        "m": standing.member,
        "s": standing.score,
        "n": standing.on_days,
        "t": standing.reached,
    }
    return document if standing.hidden else {**document, "p": p, "k": standing.key}


def shown(keys: Iterable[Key]) -> dict[Key, Shown]:
    """What is shown of accounts."""
    found = _shown().find({"_id": {"$in": [str(key) for key in keys]}}, batch_size=mongo.AT_ONCE)
    return {read_key(each["_id"]): _read_shown(each) for each in found}


def shown_of(members: Iterable[str]) -> dict[Key, Shown]:
    """What is shown of all accounts of members."""
    ranges: list[Document] = [{"_id": {"$gte": f"{each}|", "$lt": each + "}"}} for each in members]
    found = _shown().find({"$or": ranges}, batch_size=mongo.AT_ONCE) if ranges else ()
    return {read_key(each["_id"]): _read_shown(each) for each in found}


def shown_parts(member: str, board: str, period: str) -> dict[Key, Part]:
    """What is shown in a period of all accounts of a member on a board."""
    field = f"parts.{period}"
    query = {
        "_id": {"$gte": f"{member}|{board}|", "$lt": f"{member}|{board}" + "}"},
        field: {"$exists": True},
    }
    found = _shown().find(query, {field: 1}, batch_size=mongo.AT_ONCE)
    return {read_key(each["_id"]): Part(*each["parts"][period]) for each in found}


def keep_shown(community: str, changed: Mapping[Key, Shown], known: Iterable[Key]) -> None:
    """Remember what is shown; `known` are the keys that exist."""
    existing = set(known)
    writes: list[Any] = []
    for key, each in changed.items():
        name = str(key)
        if not each.parts and each.due is None:
            writes += [DeleteOne({"_id": name})] if key in existing else []
            continue
        document: Document = {
            "_id": name,
            "community": community,
            "parts": {period: list(part) for period, part in each.parts.items()},
        }
        if each.due is not None:
            document["due"] = each.due
        writes.append(ReplaceOne({"_id": name}, document) if key in existing else InsertOne(document))
    if writes:
        _shown().bulk_write(writes, ordered=False)


def due(now: datetime, limit: int) -> list[tuple[str, Key]]:
    """Accounts that show something else since a moment, the longest due first: (community, key)."""
    found = _shown().find({"due": {"$lte": now}}, {"community": 1}, sort=[("due", 1)], limit=limit)
    return [(each["community"], read_key(each["_id"])) for each in found]


def count_due(now: datetime) -> int:
    """How many accounts show something else since a moment."""
    return _shown().count_documents({"due": {"$lte": now}})


def longest_due(community: str, now: datetime) -> datetime | None:
    """Since when something of a community has been due, None if nothing is."""
    query = {"due": {"$lte": now}, "community": community}
    found = _shown().find_one(query, {"due": 1}, sort=[("due", 1)])
    return found["due"] if found else None


def _read(document: Document) -> Standing:
    return Standing(document["m"], document["s"], document["n"], document["t"], "k" not in document)


def _read_shown(document: Document) -> Shown:
    parts = {period: Part(*part) for period, part in document["parts"].items()}
    return Shown(parts, document.get("due"))


def _standings() -> Collection[Document]:
    return mongo.collection(DATABASE, "standings")


def _shown() -> Collection[Document]:
    return mongo.collection(DATABASE, "shown_credits")


def bulk(documents: Sequence[Document]) -> None:
    """Keep many new standings as they are, as a bench or a rebuild has them."""
    _standings().insert_many(documents, ordered=False)
