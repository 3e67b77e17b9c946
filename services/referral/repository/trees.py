"""Who descends from whom: ancestors of a loop, counts by generation, and what makes two gardeners collide.

Members' ids are of one community alone, so nothing here asks for it but what is listed by it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import loops as rules
from services.referral.domain.loops import Came
from shared import mongo
from shared.mongo import Document

#: Two joins below one ancestor collide in one case of so many; a count reads as many documents at most.
PARTS = 8
_BETWEEN, _BEHIND = "|", "}"
#: What a transaction remembers: who has friends.
_PARENTS = "who has friends"


def came(program: str, member: str) -> Came | None:
    """How a member came into a program; None: by nobody."""
    found = _loops().find_one(
        {"friend": member, "program": program, "gone": None}, {"anc": 1, "bound": 1, "generation": 1}
    )
    return None if found is None else Came(found["anc"], found["bound"], found["generation"])


def arrivals(members: Iterable[str]) -> dict[tuple[str, str], tuple[int, str]]:
    """(program, member) of those whom somebody brought: in which generation, and who."""
    found = _loops().find(
        {"friend": {"$in": list(members)}, "gone": None},
        {"program": 1, "friend": 1, "generation": 1, "advocate": 1},
    )
    return {(each["program"], each["friend"]): (each["generation"], each["advocate"]) for each in found}


def referrer(program: str, member: str) -> str | None:
    """Who recommended a program to a member."""
    found = _loops().find_one({"friend": member, "program": program, "gone": None}, {"advocate": 1})
    return None if found is None else found["advocate"]


def to_the_root(program: str, advocate: str) -> list[str]:
    """An advocate, who recommended to him, and so on up to the root."""
    return list(rules.to_the_root(advocate, lambda member: referrer(program, member)))


def above(program: str, advocates: Iterable[str]) -> dict[str, frozenset[str]]:
    """All who stand above advocates in a program's tree, up to the roots, whatever its bound."""
    return {each: frozenset(to_the_root(program, each)) - {each} for each in set(advocates)}


def has_friends(program: str, member: str) -> bool:
    """Whether a member has recommended a program to anybody."""
    known = mongo.remembered(_PARENTS)
    if (program, member) not in known:
        known[program, member] = bool(counts(program, member).get(1))
    return bool(known[program, member])


def friends(member: str, after: str, limit: int) -> list[tuple[str, str]]:
    """Whom a member recommended any program to: (id of the loop, friend), in order of the loops' ids."""
    query = {"advocate": member, "_id": {"$gt": after}}
    found = _loops().find(query, {"friend": 1}, sort=[("_id", 1)], limit=limit)
    return [(each["_id"], each["friend"]) for each in found]


def descendants(program: str | None, member: str, after: str, limit: int) -> list[Document]:
    """Loops of those who descend from a member, in a program or in any, in order of their ids."""
    query: Document = {"anc": member, "_id": {"$gt": after}}
    if program is not None:
        query["program"] = program
    return list(
        _loops().find(query, {"said": 0, "edges": 0}, sort=[("_id", 1)], limit=limit, batch_size=limit)
    )


def counts(program: str | None, member: str) -> dict[int, int]:
    """How many descend from a member, in a program or in all, by generation: as many reads, however many they are."""
    prefix = member if program is None else f"{member}{_BETWEEN}{program}"
    found: Counter[int] = Counter()
    for each in _counters().find({"_id": {"$gt": prefix + _BETWEEN, "$lt": prefix + _BEHIND}}, {"counts": 1}):
        found.update({int(number): count for number, count in each["counts"].items()})
    return {number: count for number, count in sorted(found.items()) if count}


def shift(community: str, program: str, friend: str, changes: Mapping[tuple[str, int], int]) -> None:
    """Change counts, inside the running transaction. All of one friend's changes go to parts of one number."""
    if not changes:
        return
    by_ancestor: dict[str, Document] = {}
    for (ancestor, generation), count in changes.items():
        by_ancestor.setdefault(ancestor, {})[f"counts.{generation}"] = count
    known = mongo.remembered(_PARENTS)
    for ancestor in by_ancestor:
        known.pop((program, ancestor), None)
    _counters().bulk_write(
        [
            UpdateOne(
                {"_id": part(ancestor, program, friend)},
                {
                    "$inc": increments,
                    "$setOnInsert": {"community": community, "program": program, "ancestor": ancestor},
                },
                upsert=True,
            )
            for ancestor, increments in sorted(by_ancestor.items())
        ],
        ordered=False,
    )


def ancestors(community: str) -> list[str]:
    """Members of a community who have descendants, or counts of any."""
    return sorted(
        {
            each["_id"]
            for collection, field in ((_counters(), "ancestor"), (_loops(), "advocate"))
            for each in collection.aggregate(
                [{"$match": {"community": community, field: {"$gt": ""}}}, {"$group": {"_id": f"${field}"}}]
            )
        }
    )


def counted(ancestor: str) -> dict[str, dict[int, int]]:
    """The counts of a member's descendants as they are kept: part → generation → how many, without zeros."""
    found = _counters().find({"_id": {"$gt": ancestor + _BETWEEN, "$lt": ancestor + _BEHIND}}, {"counts": 1})
    kept = {
        each["_id"]: {int(number): count for number, count in each["counts"].items() if count}
        for each in found
    }
    return {name: counts for name, counts in kept.items() if counts}


def counted_anew(ancestor: str) -> dict[str, dict[int, int]]:
    """The same, by looking at every descendant."""
    found: dict[str, Counter[int]] = {}
    for each in _loops().find(
        {"anc": ancestor}, {"anc": 1, "program": 1, "friend": 1}, batch_size=mongo.AT_ONCE
    ):
        name = part(ancestor, each["program"], each["friend"])
        found.setdefault(name, Counter())[each["anc"].index(ancestor) + 1] += 1
    return {name: dict(counts) for name, counts in found.items()}


def replace(community: str, ancestor: str, counts: Mapping[str, Mapping[int, int]]) -> None:
    """Keep other counts of a member's descendants, inside the running transaction."""
    mongo.forget(_PARENTS)
    _counters().delete_many({"_id": {"$gt": ancestor + _BETWEEN, "$lt": ancestor + _BEHIND}})
    documents = [
        {
            "_id": name,
            "community": community,
            "program": name.split(_BETWEEN)[1],
            "ancestor": ancestor,
            "counts": {str(number): count for number, count in some.items()},
        }
        for name, some in counts.items()
    ]
    mongo.insert(DATABASE, "descendants", documents)


def part(ancestor: str, program: str, friend: str) -> str:
    """The document in which a friend is counted among an ancestor's descendants."""
    return _place(ancestor, program, _number(friend))


def hold_below(community: str, program: str, advocate: str, friend: str) -> None:
    """Make whoever changes where an advocate stands collide with the running transaction, which plants below him.

    It writes one part of what `hold` writes whole, so that those who plant below him seldom collide with each other.
    """
    _write(community, [_place(advocate, program, _number(friend))])


def hold(community: str, program: str, members: Iterable[str]) -> None:
    """Make whoever plants below these members, or changes where they stand, collide with the running transaction.

    Else two who plant at once, each blind to the other, could close a circle.
    """
    _write(community, [_place(member, program, number) for member in set(members) for number in range(PARTS)])


def _write(community: str, places: Sequence[str]) -> None:
    update = {"$inc": {"writes": 1}, "$setOnInsert": {"community": community}}
    _lineages().bulk_write(
        [UpdateOne({"_id": place}, update, upsert=True) for place in sorted(places)], ordered=False
    )


def _place(member: str, program: str, number: int) -> str:
    return _BETWEEN.join((member, program, str(number)))


def _number(friend: str) -> int:
    return crc32(friend.encode()) % PARTS


def _loops() -> Collection[Document]:
    return mongo.collection(DATABASE, "loops")


def _counters() -> Collection[Document]:
    return mongo.collection(DATABASE, "descendants")


def _lineages() -> Collection[Document]:
    return mongo.collection(DATABASE, "lineages")
