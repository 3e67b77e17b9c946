"""Places: how the rows of a list stand to one another, and a tree of counts that knows a place without a list.

The tree has radix 100. Its root counts scores by their number of digits and their first one, so that a score below 100
is found in the root itself, one below 10,000 one node deeper, one below 1,000,000 two. It counts members, and distinct
scores.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.titles_and_badges.domain.boards.definitions import DENSE, ORDINAL

_RADIX = 100
_SHIFT = 2**63
_TIME_SHIFT = 2**47


class Place(NamedTuple):
    """What a list orders: by score, then who reached it earlier, then by id."""

    score: int
    reached: datetime
    member: str


def list_key(score: int, reached: datetime, member: str) -> str:
    """A key that sorts as the list does, best first."""
    time = round(reached.timestamp() * 1000)
    return f"{_SHIFT - score:016x}{time + _TIME_SHIFT:012x}{member}"


def score_bounds(score: int) -> tuple[str, str]:
    """Between which keys all of one score lie: from the first on, before the second."""
    return f"{_SHIFT - score:016x}", f"{_SHIFT - score + 1:016x}"


@dataclass(slots=True)
class Node:
    """One node: how many members, and how many distinct scores, lie under each key.

    Scores end in nodes at different depths; `distinct` names only keys that have nodes of their own beneath.
    """

    counts: dict[int, int] = field(default_factory=dict)
    distinct: dict[int, int] = field(default_factory=dict)


#: Where a node is: the keys that lead to it.
Path = tuple[int, ...]


def path(score: int) -> Path:
    """The keys that lead to a score: of two scores, the higher one has the higher path."""
    sign, rest = (-1, -score) if score < 0 else (1, score)
    digits = []
    while True:
        rest, digit = divmod(rest, _RADIX)
        digits.append(digit)
        if not rest:
            break
    first, *others = reversed(digits)
    return (sign * (len(digits) * _RADIX + first), *(sign * digit for digit in others))


def nodes_of(score: int) -> list[Path]:
    """The nodes that know something about a score, the root first."""
    keys = path(score)
    return [keys[:depth] for depth in range(len(keys))]


class Tree:
    """Some nodes of a tree, as they were read; nodes that are missing are empty. `revision` is the period's."""

    def __init__(self, nodes: Mapping[Path, Node], revision: int = 0) -> None:
        self.revision = revision
        self.nodes = dict(nodes)
        self.known = frozenset(nodes)
        self.changed: set[Path] = set()

    def add(self, score: int, count: int) -> None:
        """So many members more, or fewer, have a score. Needs `nodes_of` it."""
        keys = path(score)
        below = 0
        for depth in reversed(range(len(keys))):
            below = self._add(keys[:depth], keys[depth], count, below, is_leaf=depth == len(keys) - 1)

    def higher(self, score: int) -> tuple[int, int]:
        """How many members, and how many distinct scores, are above a score. Needs `nodes_of` it."""
        members = scores = 0
        keys = path(score)
        for depth, mine in enumerate(keys):
            node = self.nodes.get(keys[:depth], _NOTHING)
            for key, count in node.counts.items():
                if key > mine:
                    members += count
                    scores += node.distinct.get(key, 1)
        return members, scores

    def at(self, score: int) -> int:
        """How many members have a score. Needs `nodes_of` it."""
        *above, last = path(score)
        return self.nodes.get(tuple(above), _NOTHING).counts.get(last, 0)

    def place(self, score: int, policy: str) -> int:
        """The place that a score has, ties aside. Needs `nodes_of` it."""
        members, scores = self.higher(score)
        return 1 + (scores if policy == DENSE else members)

    @property
    def total(self) -> int:
        """How many there are. Needs the root."""
        return sum(self.nodes.get((), _NOTHING).counts.values())

    def _add(self, where: Path, key: int, count: int, below: int, *, is_leaf: bool) -> int:
        """Change one node. Returns by how many the distinct scores under its key changed."""
        node = self.nodes.setdefault(where, Node())
        self.changed.add(where)
        before = node.counts.get(key, 0)
        _put(node.counts, key, before + count)
        if not is_leaf:
            _put(node.distinct, key, node.distinct.get(key, 0) + below)
            return below
        return int(before + count > 0) - int(before > 0)


_NOTHING = Node()


def _put(numbers: dict[int, int], key: int, value: int) -> None:
    if value:
        numbers[key] = value
    else:
        numbers.pop(key, None)


def step_down(node: Node, wanted: int, policy: str) -> tuple[int, int] | None:
    """The key of a node under which the `wanted`-th place (from 1) lies, and how many places are above it in the node.

    Places are counted in members, for dense ones in scores. None where there are not so many.
    """
    above = 0
    for key in sorted(node.counts, reverse=True):
        size = node.distinct.get(key, 1) if policy == DENSE else node.counts[key]
        if above + size >= wanted:
            return key, above
        above += size
    return None


def is_last(keys: Path) -> bool:
    """Whether keys lead to a score, not to a node."""
    return abs(keys[0]) // _RADIX == len(keys)


def score_at(keys: Path) -> int:
    """The score that a whole path leads to."""
    sign = -1 if keys[0] < 0 else 1
    score = abs(keys[0]) % _RADIX
    for key in keys[1:]:
        score = score * _RADIX + abs(key)
    return sign * score


def ranks(scores: Iterable[int], policy: str, *, place: int, at_first: int, before: int) -> Iterator[int]:
    """The places of consecutive rows of a list, best first.

    `place` is the one that the first row's score has (counted in members, or in scores for dense ones); `at_first` is
    how many have that score, and `before` how many of these stand before the first row.
    """
    size = at_first
    for _, rows in itertools.groupby(scores):
        count = 0
        for count, _ in enumerate(rows, start=1):
            yield place + before + count - 1 if policy == ORDINAL else place
        place += 1 if policy == DENSE else size or count
        size = before = 0
