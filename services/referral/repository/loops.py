"""Loops: kept by their one id a friend and program, listed, and never deleted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.growth import Pattern
from shared import mongo
from shared.mongo import Document

#: What was announced is nobody's business who reads a loop.
_SHOWN = {"said": 0}


def of_friends(friends: Iterable[str]) -> list[Document]:
    """All loops of these friends, those that are gone too."""
    return list(_loops().find({"friend": {"$in": list(friends)}}, batch_size=mongo.AT_ONCE))


def one(community: str, identifier: str) -> Document | None:
    """A loop by its id; of one that became another, that one; None where there is none."""
    found = _loops().find_one({"_id": identifier, "community": community}, _SHOWN)
    while found is not None and found.get("became"):
        found = _loops().find_one({"_id": found["became"], "community": community}, _SHOWN)
    return None if found is None or found.get("gone") else found


def latest(
    community: str, which: Mapping[str, str], *, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Loops of a community, those that began last first. `which`: the program, state, advocate or friend they have."""
    query: Document = {"community": community, "gone": None, **which}
    if before is not None:
        moment, identifier = before
        query["$or"] = [{"began": {"$lt": moment}}, {"began": moment, "_id": {"$gt": identifier}}]
    return list(_loops().find(query, _SHOWN, sort=[("began", -1), ("_id", 1)], limit=limit, batch_size=limit))


def every(community: str) -> Iterator[Document]:
    """All loops of a community, those that began first first."""
    query = {"community": community, "gone": None}
    yield from _loops().find(query, _SHOWN, sort=[("began", 1), ("_id", -1)], batch_size=1_000)


def keep(changed: Sequence[Document]) -> None:
    """Keep loops, inside the running transaction."""
    if changed:
        _loops().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def patterns(community: str, program: str) -> list[Pattern]:
    """Loops of a program by generation and by which edges of theirs stand: some dozens of lines at most."""
    stand = {"$filter": {"input": "$edges", "cond": "$$this.stands"}}
    pipeline: list[Mapping[str, Any]] = [
        {"$match": {"community": community, "program": program, "gone": None}},
        {
            "$group": {
                "_id": {
                    "generation": "$generation",
                    "states": {"$map": {"input": stand, "in": "$$this.state"}},
                },
                "count": {"$sum": 1},
            }
        },
    ]
    return [
        Pattern(each["_id"]["generation"], frozenset(each["_id"]["states"]), each["count"])
        for each in _loops().aggregate(pipeline)
    ]


def median_turn(community: str, program: str) -> tuple[int, float | None]:
    """How many loops of a program made a whole turn, and the median of the seconds that they took."""
    query = {"community": community, "program": program, "turn_seconds": {"$gte": 0}}
    count = _loops().count_documents(query)
    if not count:
        return 0, None
    middle = _loops().find(
        query, {"turn_seconds": 1}, sort=[("turn_seconds", 1)], skip=(count - 1) // 2, limit=2 - count % 2
    )
    found = [each["turn_seconds"] for each in middle]
    return count, sum(found) / len(found)


def _loops() -> Collection[Document]:
    return mongo.collection(DATABASE, "loops")
