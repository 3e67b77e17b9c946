"""Credits: what a member's deeds of one calendar month gave him on one board, folded in event order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.titles_and_badges.domain import standing
from services.titles_and_badges.domain.boards import days, exclusions, policies
from services.titles_and_badges.domain.boards.definitions import Board, BoardRules
from services.titles_and_badges.domain.boards.policies import HIGHEST, Policy
from services.titles_and_badges.domain.facts import Fact, Order
from services.titles_and_badges.domain.standing import Context, Profile

#: A board and a month (2026-10, in the community's zone). All accounts here are one member's.
Account = tuple[str, str]
#: Points of a day, and when the last of them were earned.
Day = tuple[int, datetime]

_ORDINARY = Profile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """The fold of one account so far.

    `days` maps days (2026-10-07) on which something was earned; `last` is the place of the last deed in it; `spent` is
    what lines have given a day, where they have a cap; `givers` the deeds and points by giver, where they matter.
    """

    days: Mapping[str, Day] = field(default_factory=dict)
    last: Order | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    givers: Mapping[str, tuple[int, int]] = field(default_factory=dict)


EMPTY = Credits()


def accounts(fact: Fact, rules: BoardRules, context: Context) -> list[Account]:
    """The accounts in which a deed stands, whether or not caps leave anything of it."""
    concerned = rules.concerned(fact)
    if not concerned or not standing.may_count(fact, context):
        return []
    if context.held and (fact.member, fact.activity) in context.held:
        return []
    zone = context.zone(fact.published)
    day = days.day_of(fact.published, zone)
    profile = context.profiles.get(fact.member, _ORDINARY)
    month = month_of(day)
    return [
        (board.slug, month)
        for board in concerned
        if board.is_open(day)
        and not (board.not_earning and exclusions.earning(board.not_earning, fact.member, profile, day, zone))
    ]


def month_of(day: date) -> str:
    """The month in which a day's credits are kept."""
    return f"{day.year:04}-{day.month:02}"


def comes_in_order(credit: Credits, facts: Sequence[Fact]) -> bool:
    """Whether deeds, sorted in event order, all come after what is in the account."""
    return not facts or credit.last is None or facts[0].order > credit.last


def fold(board: Board, credit: Credits, facts: Iterable[Fact], context: Context) -> Credits:
    """Add deeds, each later in event order than all before."""
    sheet = _Sheet(dict(credit.days), dict(credit.spent), dict(credit.givers))
    last = credit.last
    for fact in facts:
        day = days.day_of(fact.published, context.zone(fact.published)).isoformat()
        held = board.policy(fact.published)
        if held is not None:
            sheet.add(fact, day, *held)
        last = fact.order
    return Credits(days=sheet.days, last=last, spent=sheet.spent, givers=sheet.givers)


def recount(board: Board, facts: Iterable[Fact], context: Context) -> Credits:
    """An account from all its surviving deeds, in any order."""
    return fold(board, EMPTY, sorted(facts, key=lambda fact: fact.order), context)


@dataclass(slots=True)
class _Sheet:
    """An account while it is folded."""

    days: dict[str, Day]
    spent: dict[str, int]
    givers: dict[str, tuple[int, int]]

    def add(self, fact: Fact, day: str, number: int, policy: Policy) -> None:
        """One more deed, under the policy that held when it was done."""
        giver = policies.giver(fact) if policy.by_giver else None
        deeds, given = self.givers.get(giver, (0, 0)) if giver is not None else (0, 0)
        points = self._worth(fact, day, number, policy, policy.share(deeds + 1))
        if giver is not None:
            points = _up_to(policy.giver_cap, given, points)
        earned = self.days[day][0] if day in self.days else 0
        points = _up_to(policy.cap_a_day, earned, points)
        if giver is not None:
            self.givers[giver] = (deeds + 1, given + points)
        if points:
            self.days[day] = (earned + points, fact.published)

    def _worth(self, fact: Fact, day: str, number: int, policy: Policy, share: int) -> int:
        points = 0
        for index, line in enumerate(policy.earnings):
            if not line.concerns(fact):
                continue
            worth = _part(line.worth(fact), share)
            if line.cap_a_day is not None:
                name = f"{day}/{number}/{index}"
                worth = _up_to(line.cap_a_day, self.spent.get(name, 0), worth)
                self.spent[name] = self.spent.get(name, 0) + worth
            points += worth
        return max(-HIGHEST, min(HIGHEST, points))


def _part(points: int, share: int) -> int:
    """So many per cent of points, rounded towards zero: a penalty shrinks as a reward does."""
    return points * share // 100 if points >= 0 else -(-points * share // 100)


def _up_to(cap: int | None, before: int, points: int) -> int:
    """What of some points a cap leaves; what takes points away is never capped."""
    return points if cap is None or points <= 0 else max(0, min(points, cap - before))
