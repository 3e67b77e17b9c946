"""Whether boards show what credits say: every row from its accounts, every tree from its rows; and repair."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.titles_and_badges.domain.boards.appearance import Part
from services.titles_and_badges.domain.boards.ranking import Node, Path, Tree
from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.repository.boards import accounts, standings, trees
from services.titles_and_badges.repository.boards.accounts import Key
from services.titles_and_badges.repository.boards.standings import Shown, Standing
from services.titles_and_badges.use_cases import projecting
from services.titles_and_badges.use_cases.projecting import Row
from shared import lease, mongo

_MEMBERS = 200


class Drift(NamedTuple):
    """Something shown that is not what credits say; None is what is not there."""

    name: str
    stored: Any
    expected: Any


def compare(community: str, now: datetime) -> Iterator[Drift]:
    """Compare all rows and trees of a community's boards, some at a time, each time in one snapshot.

    Whoever waits for the projector is left out.
    """
    for members in _chunks(community):
        yield from _compare_rows(community, members, now)
    for p in _periods(community):
        yield from _compare_tree(p)


def repair(held: lease.Lease, community: str, now: datetime) -> Iterator[str]:
    """Show everybody anew, and count every tree from its rows. Yields what was done. Raises lease.Lost."""
    for members in _chunks(community):
        _repair_rows(held, community, members, now)
        yield members[-1]
    for p in _periods(community):
        _repair_tree(held, p)
        yield p


def _periods(community: str) -> list[str]:
    return sorted({*trees.periods(community), *standings.periods(community)})


def _chunks(community: str) -> Iterator[list[str]]:
    members = accounts.following_members(community, "", _MEMBERS)
    while members:
        yield members
        members = accounts.following_members(community, members[-1], _MEMBERS)


@mongo.in_transaction(DATABASE)
def _compare_rows(community: str, members: Sequence[str], now: datetime) -> list[Drift]:
    waiting = accounts.marked(community)
    asked = [member for member in members if member not in waiting]
    shown, expected = _shown(community, asked, now)
    late = {key.member for key, each in shown.items() if each.due is not None and each.due <= now}
    shown = {key: each for key, each in shown.items() if key.member not in late}
    drift = [
        Drift(f"{key} shown", shown[key].parts, expected[key].parts)
        for key in shown
        if shown[key].parts != expected[key].parts
    ]
    rows, wanted = _rows(community, shown, expected)
    return drift + [
        Drift(f"{p} {member}", rows.get((p, member)), standing)
        for (p, member), standing in wanted.items()
        if rows.get((p, member)) != standing
    ]


@mongo.in_transaction(DATABASE)
def _compare_tree(p: str) -> list[Drift]:
    stored, expected = trees.whole(p).nodes, _counted(p).nodes
    return [
        Drift(f"{p} counts {'/'.join(map(str, path))}", stored.get(path), expected.get(path))
        for path in sorted(stored.keys() | expected.keys())
        if stored.get(path, Node()) != expected.get(path, Node())
    ]


@mongo.in_transaction(DATABASE)
def _repair_rows(held: lease.Lease, community: str, members: Sequence[str], now: datetime) -> None:
    held.fence()
    shown, expected = _shown(community, members, now)
    rows, wanted = _rows(community, shown, expected)
    standings.keep({row: each for row, each in wanted.items() if rows.get(row) != each}, rows)
    changed = {key: each for key, each in expected.items() if shown[key] != each}
    standings.keep_shown(community, changed, [key for key, each in shown.items() if each != _NOTHING])


@mongo.in_transaction(DATABASE)
def _repair_tree(held: lease.Lease, p: str) -> None:
    held.fence()
    stored, expected = trees.whole(p), _counted(p)
    wrong: set[Path] = {
        path
        for path in stored.nodes.keys() | expected.nodes.keys()
        if stored.nodes.get(path, Node()) != expected.nodes.get(path, Node())
    }
    if wrong:
        for path in wrong:
            stored.nodes[path] = expected.nodes.get(path, Node())
        stored.changed = wrong
        trees.keep({p: stored})


_NOTHING = Shown({}, None)


def _shown(
    community: str, members: Sequence[str], now: datetime
) -> tuple[dict[Key, Shown], dict[Key, Shown]]:
    """What is shown of members' accounts, and what ought to be."""
    earned, stored = accounts.of_members(members), standings.shown_of(members)
    keys = {*earned, *stored}
    return {key: stored.get(key, _NOTHING) for key in keys}, projecting.as_of(community, earned, keys, now)


def _rows(
    community: str, shown: Mapping[Key, Shown], expected: Mapping[Key, Shown]
) -> tuple[dict[Row, Standing], dict[Row, Standing | None]]:
    """The rows of members as they are, and as they ought to be."""
    parts: dict[Row, list[Part]] = {}
    for key in shown:
        for period in shown[key].parts.keys() | expected[key].parts.keys():
            row = (standings.period_key(community, key.board, period), key.member)
            parts.setdefault(row, []).extend(filter(None, [expected[key].parts.get(period)]))
    wanted = {row: _standing(row[1], each) for row, each in parts.items()}
    return standings.load(wanted), wanted


def _standing(member: str, parts: Sequence[Part]) -> Standing | None:
    if not parts:
        return None
    return Standing(
        member=member,
        score=sum(part.points for part in parts),
        on_days=sum(part.on_days for part in parts),
        reached=max(part.reached for part in parts),
        hidden=parts[0].hidden,
    )


def _counted(p: str) -> Tree:
    tree = Tree({})
    for score in standings.scores(p):
        tree.add(score, 1)
    return tree
