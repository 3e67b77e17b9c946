"""Goal 11: how many descend from a member, at ten descendants and at a thousand; a list of them beside a plain find."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.referral import app as referral_app
from services.referral.domain import loops as rules
from services.referral.domain.loops import Came
from services.referral.queries import loops as queries
from services.referral.repository import DATABASE, people, trees
from shared import identity, mongo
from tests.bench import measuring, table
from tests.bench.machine import Machine
from tests.bench.table import Row

COMMUNITY, PROGRAM = "bench-generations", "friends"
SIZES = (10, 100, 1_000)
ROOTS = 200
GENERATIONS = 5
#: Roots asked about in one round, others in each.
ASKED = 40
PAGE = 200
_CHUNK = 10_000
_BEGAN = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Grove:
    """Trees of one size each: their roots by name, and how many descend from each by generation."""

    size: int
    key: bytes
    counts: Mapping[str, Mapping[int, int]]

    def asked(self, number: int) -> Sequence[str]:
        """The roots of a round."""
        return random.Random(number).sample(list(self.counts), ASKED)  # noqa: S311 (no secret)

    def member(self, name: str) -> str:
        """The id of a member."""
        return identity.member_id(self.key, COMMUNITY, name)


def rows(ready: Machine, rounds: int) -> Iterator[Row]:
    """Goal 11."""
    referral_app.ensure(ready.settings)
    groves = {size: _planted(size, ready.settings.need_member_key()) for size in SIZES}
    for grove in groves.values():
        _check(grove)
    small, large = groves[SIZES[0]], groves[SIZES[-1]]
    for size in SIZES[1:]:
        yield _growth(groves[size], small, rounds)
    yield _list(large, rounds)
    yield _beside_graph_lookup(large, max(2, rounds // 3))


def _growth(large: Grove, small: Grove, rounds: int) -> Row:
    pairs = measuring.interleave(rounds, _each(large, _counts), _each(small, _counts))
    times = [ours.wall / theirs.wall for ours, theirs in zip(pairs.ours, pairs.theirs, strict=True)]
    best = min(sample.wall for sample in pairs.ours) / ASKED * 1000
    said = f"counts by generation: {large.size:,} descendants against {small.size:,} ({best:.2f} ms at best)"
    return Row("11", said, times, 1.3, at_most=True, minima=1 / pairs.of_minima, control=pairs.control)


def _list(large: Grove, rounds: int) -> Row:
    def ours(grove: Grove, name: str) -> object:
        return queries.descendants(PROGRAM, grove.member(name), after="", limit=PAGE)

    def theirs(grove: Grove, name: str) -> object:
        query = {"anc": grove.member(name)}
        return list(mongo.collection(DATABASE, "loops").find(query).limit(PAGE))

    pairs = measuring.interleave(rounds, _each(large, ours), _each(large, theirs))
    times = [one.wall / other.wall for one, other in zip(pairs.ours, pairs.theirs, strict=True)]
    said = f"page of {PAGE} of {large.size:,} descendants with their names: against a plain find of the loops"
    return Row("11", said, times, 2.0, at_most=True, minima=1 / pairs.of_minima, control=pairs.control)


def _beside_graph_lookup(large: Grove, rounds: int) -> Row:
    pairs = measuring.interleave(rounds, _each(large, _counts), _each(large, _looked_up))
    said = f"counts by generation at {large.size:,} descendants: against $graphLookup with its index"
    return table.of_speed("11", said, pairs, 10.0)


def _each(grove: Grove, ask: Callable[[Grove, str], object]) -> Callable[[int], None]:
    def all_of_them(number: int) -> None:
        for name in grove.asked(number):
            ask(grove, name)

    return all_of_them


def _counts(grove: Grove, name: str) -> dict[int, int]:
    return queries.generations(PROGRAM, grove.member(name))


def _looked_up(grove: Grove, name: str) -> dict[int, int]:
    member = grove.member(name)
    found = mongo.collection(DATABASE, "loops").aggregate(
        [
            {"$match": {"advocate": member}},
            {"$limit": 1},
            {
                "$graphLookup": {
                    "from": "loops",
                    "startWith": "$advocate",
                    "connectFromField": "friend",
                    "connectToField": "advocate",
                    "as": "found",
                    "maxDepth": GENERATIONS - 1,
                    "depthField": "depth",
                }
            },
            {"$unwind": "$found"},
            {"$group": {"_id": "$found.depth", "count": {"$sum": 1}}},
        ]
    )
    return {int(each["_id"]) + 1: each["count"] for each in found}


def _check(grove: Grove) -> None:
    """What is measured is right, on both sides."""
    for name in grove.asked(0)[:5]:
        expected = dict(grove.counts[name])
        if not _counts(grove, name) == _looked_up(grove, name) == expected:
            message = f"the counts of {name} are wrong"
            raise AssertionError(message)


def _planted(size: int, key: bytes) -> Grove:
    """So many random trees, written as `looping` writes them, but by the thousand."""
    chance = random.Random(size)  # noqa: S311 (no secret)
    grove = Grove(size, key, {})
    documents: list[dict[str, Any]] = []
    named: dict[str, str] = {}
    kept: dict[str, Counter[str]] = {}
    counts: dict[str, Mapping[int, int]] = {}
    for number in range(ROOTS):
        root = f"{size}-{number}"
        tree = _tree(root, size, chance, grove, named)
        documents += [_loop(friend, came) for friend, came in tree.items()]
        counts[root] = Counter(came.generation for came in tree.values())
        for friend, came in tree.items():
            for (ancestor, generation), one in rules.shifts((), came.ancestors).items():
                name = trees.part(ancestor, PROGRAM, friend)
                kept.setdefault(name, Counter())[str(generation)] += one
    _insert("loops", documents)
    _insert("descendants", [_counter(name, found) for name, found in kept.items()])
    for start in range(0, len(named), _CHUNK):
        people.ensure(COMMUNITY, dict(list(named.items())[start : start + _CHUNK]))
    return Grove(size, key, {root: dict(found) for root, found in counts.items()})


def _tree(
    root: str, size: int, chance: random.Random, grove: Grove, named: dict[str, str]
) -> dict[str, Came]:
    """Each one comes by somebody who is there already, in five generations at most. Friend → how he came."""
    came: dict[str, Came] = {}
    members = [grove.member(root)]
    named[members[0]] = root
    while len(came) < size:
        advocate = chance.choice(members)
        if advocate in came and came[advocate].generation == GENERATIONS:
            continue
        name = f"{root}-{len(came)}"
        friend = grove.member(name)
        named[friend] = name
        came[friend] = rules.lineage(advocate, GENERATIONS, came.get)
        members.append(friend)
    return came


def _loop(friend: str, came: Came) -> dict[str, Any]:
    joined = {"at": _BEGAN, "evidence": {"join": friend, "attribution": friend}, "stands": True}
    return {
        "_id": rules.loop_id(COMMUNITY, PROGRAM, friend),
        "community": COMMUNITY,
        "program": PROGRAM,
        "friend": friend,
        "advocate": came.ancestors[0],
        "anc": list(came.ancestors),
        "bound": came.bound,
        "generation": came.generation,
        "began": _BEGAN,
        "state": "joined",
        "edges": [{"state": state, **joined} for state in ("recommended", "clicked", "joined")],
        "orders": [],
        "said": [],
    }


def _counter(name: str, counts: Mapping[str, int]) -> dict[str, Any]:
    ancestor = name.split("|", maxsplit=1)[0]
    return {
        "_id": name,
        "community": COMMUNITY,
        "program": PROGRAM,
        "ancestor": ancestor,
        "counts": dict(counts),
    }


def _insert(name: str, documents: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(documents), _CHUNK):
        mongo.insert(DATABASE, name, documents[start : start + _CHUNK])
