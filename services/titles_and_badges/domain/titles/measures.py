"""Measures: what a month's deeds are worth, so that each term of it can be shown.

Worth is given by others. What one giver gives is weighted by how long he has been there, and counts for less each
time he gives again to the same member in that month; the sum can be divided by how much the member wrote. Amounts are
whole numbers of thousandths: no rounding depends on an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain.conditions import Predicate, compile_condition
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR, Fact
from services.titles_and_badges.domain.standing import Context, may_count
from services.titles_and_badges.domain.titles.written import choice, invalid, mapping, number

UNIT = 1_000
_WHOLE = 100
_MOST_STEPS = 20
_MOST_POINTS = 1_000
_MOST_DAYS = 36_500
_MOST_PERCENT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """What counts, and how many points it is worth."""

    predicate: Predicate
    role: str
    points: int

    def holds(self, fact: Fact) -> bool:
        """Whether a fact is such a giving."""
        return self.role in fact.roles and self.predicate(fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A checked measure. Weights are percents; `by_tenure` are (from how many days on, weight), rising."""

    gives: tuple[Giving, ...]
    by_tenure: tuple[tuple[int, int], ...] = ((0, _WHOLE),)
    by_repeat: tuple[int, ...] = (_WHOLE,)
    per_post: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiverTerm:
    """What one giver gave: his tenure in days when he first did, its weight in percent, how often, and the sum."""

    giver: str
    tenure: int
    weight: int
    times: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a member's month consists of. `amount` is in thousandths, and only there with a measure."""

    amount: int = 0
    givers: int = 0
    days: int = 0
    posts: int = 0
    threads: int = 0
    given: tuple[GiverTerm, ...] = ()


def measure(written: Any, pointer: str) -> Measure:  # noqa: ANN401 (untrusted JSON)
    """Check a measure. Raises Invalid with the place of what is wrong."""
    asked = mapping(written, pointer)
    gives = asked.get("gives")
    if not isinstance(gives, Sequence) or isinstance(gives, str) or not 0 < len(gives) <= _MOST_STEPS:
        raise invalid(
            f"{pointer}/gives", f"a list of 1 to {_MOST_STEPS} kinds of deeds that are worth something"
        )
    per = asked.get("per")
    if per not in {None, "post"}:
        raise invalid(f"{pointer}/per", "a sum is divided by nothing, or per post")
    return Measure(
        gives=tuple(_giving(each, f"{pointer}/gives/{index}") for index, each in enumerate(gives)),
        by_tenure=_by_tenure(asked.get("by_tenure"), f"{pointer}/by_tenure"),
        by_repeat=_by_repeat(asked.get("by_repeat"), f"{pointer}/by_repeat"),
        per_post=per == "post",
    )


def terms(
    counts: Measure | Predicate,
    facts: Iterable[Fact],
    firsts: Mapping[str, datetime],
    context: Context,
) -> Terms:
    """What a member's facts of one month come to. `firsts` says when each giver's first deed was.

    What counts is what a measure names, or what a board's policy gives points for.
    """
    measured = counts if isinstance(counts, Measure) else None
    counted = sorted((fact for fact in facts if may_count(fact, context)), key=lambda fact: fact.order)
    posts = [fact for fact in counted if fact.type == "Create" and ACTOR in fact.roles]
    received = [(fact, _points(counts, fact)) for fact in counted if _is_given(fact)]
    given = _given(measured, [each for each in received if each[1]], firsts)
    amount = sum(term.amount for term in given)
    return Terms(
        amount=amount // max(1, len(posts)) if measured and measured.per_post else amount,
        givers=len(given),
        days=len({_day(fact, context) for fact in counted if _points(counts, fact) or fact in posts}),
        posts=len(posts),
        threads=len({fact.parent or fact.object or fact.activity for fact in posts}),
        given=tuple(sorted(given, key=lambda term: (-term.amount, term.giver))),
    )


def weight(measured: Measure, days: int) -> int:
    """How much a giver's deed weighs, in percent, who has been there for so many days."""
    return next((percent for since, percent in reversed(measured.by_tenure) if since <= days), 0)


def _given(
    measured: Measure | None, received: Sequence[tuple[Fact, int]], firsts: Mapping[str, datetime]
) -> list[GiverTerm]:
    by_giver: dict[str, list[tuple[Fact, int]]] = {}
    for fact, points in received:
        by_giver.setdefault(fact.actor or "", []).append((fact, points))
    return [_of_giver(measured, giver, each, firsts) for giver, each in by_giver.items()]


def _of_giver(
    measured: Measure | None, giver: str, received: Sequence[tuple[Fact, int]], firsts: Mapping[str, datetime]
) -> GiverTerm:
    at = received[0][0].published
    tenure = max(0, (at - min(at, firsts.get(giver, at))).days)
    percent = _WHOLE if measured is None else weight(measured, tenure)
    repeats = (_WHOLE,) if measured is None else measured.by_repeat
    amount = sum(
        points * UNIT * percent * repeats[min(index, len(repeats) - 1)] // (_WHOLE * _WHOLE)
        for index, (_, points) in enumerate(received)
    )
    return GiverTerm(giver=giver, tenure=tenure, weight=percent, times=len(received), amount=amount)


def _points(counts: Measure | Predicate, fact: Fact) -> int:
    if not isinstance(counts, Measure):
        return int(counts(fact))
    return sum(giving.points for giving in counts.gives if giving.holds(fact))


def _is_given(fact: Fact) -> bool:
    return fact.actor is not None and fact.actor != fact.member


def _day(fact: Fact, context: Context) -> str:
    return f"{fact.published.astimezone(context.zone(fact.published)):%Y-%m-%d}"


def _giving(written: Any, pointer: str) -> Giving:  # noqa: ANN401
    asked = mapping(written, pointer)
    return Giving(
        predicate=compile_condition(asked.get("where", {}), f"{pointer}/where").predicate,
        role=choice(asked, "role", (AUTHOR, ACTOR), pointer),
        points=number(asked, "points", 1, _MOST_POINTS, pointer, default=1),
    )


def _by_tenure(written: Any, pointer: str) -> tuple[tuple[int, int], ...]:  # noqa: ANN401
    if written is None:
        return ((0, _WHOLE),)
    steps = _list(written, pointer)
    found: list[tuple[int, int]] = []
    for index, each in enumerate(steps):
        asked = mapping(each, f"{pointer}/{index}")
        days = number(asked, "days", 0, _MOST_DAYS, f"{pointer}/{index}")
        if found and days <= found[-1][0]:
            raise invalid(f"{pointer}/{index}/days", "days rise from step to step")
        found.append((days, number(asked, "percent", 0, _MOST_PERCENT, f"{pointer}/{index}")))
    return tuple(found)


def _by_repeat(written: Any, pointer: str) -> tuple[int, ...]:  # noqa: ANN401
    if written is None:
        return (_WHOLE,)
    steps = _list(written, pointer)
    for index, percent in enumerate(steps):
        if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= _MOST_PERCENT:
            raise invalid(f"{pointer}/{index}", f"a percent from 0 to {_MOST_PERCENT}")
    return tuple(steps)


def _list(written: Any, pointer: str) -> Sequence[Any]:  # noqa: ANN401
    if not isinstance(written, Sequence) or isinstance(written, str) or not 0 < len(written) <= _MOST_STEPS:
        raise invalid(pointer, f"a list of 1 to {_MOST_STEPS} steps")
    return written
