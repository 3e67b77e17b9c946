"""Deeds, boards and standings without a server: what the tests of pure rules are told with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain.boards import Board, BoardRules, accounts, appearance, board, ranking
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context, Profile

NOON = datetime(2026, 10, 7, 12, tzinfo=UTC)
LIKES: dict[str, Any] = {"name": "Likes", "points": [{"role": "author", "where": {"type": "Like"}}]}
_numbers = count(1)


def a_board(**more: Any) -> Board:
    """A board of likes received, with whatever is different."""
    return board("likes", {**LIKES, **more})


def like(member: str = "ann", by: str | None = "fan", at: datetime = NOON, **said: Any) -> Fact:
    """Somebody's like of what a member wrote, as it concerns him."""
    standard: dict[str, Any] = {
        "type": "Like",
        "object": "o",
        "object_type": "Answer",
        "object_author": member,
    }
    roles = ("actor", "author") if by == member else ("author",)
    return _fact(member, by, at, roles, standard | said)


def deed(member: str = "ann", at: datetime = NOON, **said: Any) -> Fact:
    """Something that a member makes."""
    standard: dict[str, Any] = {"type": "Create", "object": "o", "object_author": member}
    return _fact(member, member, at, ("actor", "author"), standard | said)


def _fact(
    member: str, actor: str | None, at: datetime, roles: Sequence[str], said: Mapping[str, Any]
) -> Fact:
    named = {"activity": f"a{next(_numbers):06}", "version": 1, **said}
    return Fact(**named, member=member, actor=actor, roles=roles, published=at)


def in_zone(name: str = "UTC", profiles: Mapping[str, Profile] | None = None) -> Context:
    """What the rules know besides the facts."""
    return Context(profiles=profiles or {}, zones=[(datetime(1970, 1, 1, tzinfo=UTC), name)])


def earned(
    rules: Board, facts: Iterable[Fact], context: Context | None = None
) -> dict[str, dict[str, accounts.Day]]:
    """What every member earned on every day: member → day → (points, when)."""
    context = context or in_zone()
    every = BoardRules(1, [rules], defined=True)
    found: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        for _, month in accounts.accounts(fact, every, context):
            found.setdefault((fact.member, month), []).append(fact)
    days: dict[str, dict[str, accounts.Day]] = {}
    for (member, _), counted in found.items():
        days.setdefault(member, {}).update(accounts.recount(rules, counted, context).days)
    return days


def points(rules: Board, facts: Iterable[Fact], context: Context | None = None) -> dict[str, int]:
    """What every member earned in all."""
    found = earned(rules, facts, context)
    return {member: sum(each for each, _ in days.values()) for member, days in found.items() if days}


def standing(
    rules: Board, facts: Iterable[Fact], period: str, today: date, context: Context | None = None
) -> dict[str, int]:
    """Who has which score in a period, as of a day."""
    context = context or in_zone()
    zone = ZoneInfo(context.zone(NOON).key)
    found = {}
    for member, days in earned(rules, facts, context).items():
        profile = context.profiles.get(member, Profile())
        part = appearance.appearance(rules, member, days, profile, today, zone).get(period)
        if part is not None and not part.hidden:
            found[member] = part.points
    return found


def places(scores: Mapping[str, int], ties: str = "competition") -> dict[str, int]:
    """Who has which place; who ties is told apart by his id."""
    ordered = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    found = ranking.ranks((score for _, score in ordered), ties, place=1, at_first=0, before=0)
    return {member: place for (member, _), place in zip(ordered, found, strict=True)}
