"""Random histories of one board, told to the real store in any order, with a projector that is interrupted."""

import contextlib
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.titles_and_badges.domain.boards import Board, board, ranking
from services.titles_and_badges.domain.boards.ranking import Tree
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Profile
from services.titles_and_badges.queries import board_views
from services.titles_and_badges.queries import boards as queries
from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.repository.boards import standings, trees
from services.titles_and_badges.use_cases import (
    defining_boards,
    following,
    projecting,
    recognising,
    recounting,
)
from shared import clock, work
from shared.events.activity import (
    ActivityRecorded,
    ActivityRetracted,
    Delivery,
    MemberProfile,
    Object,
    RoleSince,
)
from tests.titles_and_badges.boards.deeds import earned, in_zone

BEGINS = datetime(2026, 9, 28, 12, tzinfo=UTC)  # a week that lies in two months
PERIODS = (
    "week:2026-W40",
    "month:2026-09",
    "month:2026-10",
    "day:2026-10-01",
    "season:autumn",
    "all",
    "last-60-days",
)
DEFINITION: dict[str, Any] = {
    "name": "Votes",
    "points": [
        {"role": "author", "where": {"type": "Like"}, "points": 60},
        {"role": "author", "where": {"type": "Dislike"}, "points": -50},
    ],
    "cap_a_day": 130,
    "by_giver": {"shares": [100, 50]},
    "windows": ["day", "week", "month", "season", "all", "last-60-days"],
    "seasons": [{"name": "autumn", "from": "2026-09-30", "until": "2026-10-02"}],
    "exclude": {"ranking": [{"role": "staff", "reason": "Paid."}]},
}


class Interrupted(Exception):  # noqa: N818 (it is meant)
    """The process died here."""


def step(now: datetime) -> bool:
    """One step of a projector."""
    projector = projecting.Projector()
    assert projector.hold()
    try:
        return projector.step(now)
    finally:
        projector.release()


@dataclass
class Game:
    """One history; `chance` decides what is told when."""

    chance: random.Random
    ties: str
    slug: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:12]}")
    definition: dict[str, Any] = field(default_factory=lambda: dict(DEFINITION))
    staff: set[str] = field(default_factory=set)
    revision: int = 1

    def play(self, deeds: int, interrupt: Callable[[], Any]) -> None:
        """Tell a history to the end, then hold every answer against what sorting finds."""
        self.define()
        surviving, deliveries = self._history(deeds)
        while deliveries:
            size = self.chance.randint(1, 8)
            batch, deliveries = deliveries[:size], deliveries[size:]
            recognising.recognise(0, batch, {})
            self._something_else(interrupt)
        self.settle()
        self.check(surviving)

    def define(self) -> None:
        """Define the board as it is to be now, for all that was ever done."""
        self.definition["ties"] = self.ties
        defining_boards.define(self.slug, {"votes": {**self.definition, "effective": "always"}}, clock.now())

    def settle(self) -> None:
        """Do all that is left."""
        while work.do_next(DATABASE, recounting.STEPS) or self._step():
            pass
        assert not projecting.is_behind(self.slug)

    def check(self, surviving: list[Fact]) -> None:
        """Lists, places and trees are what sorting the surviving facts finds."""
        rules = board("votes", self.definition)
        profiles = {name: Profile(roles=((BEGINS - timedelta(days=9), "staff"),)) for name in self.staff}
        days = earned(rules, surviving, in_zone(profiles=profiles))
        for period in PERIODS:
            self._check_period(rules, period, days)

    def _history(self, count: int) -> tuple[list[Fact], list[Delivery]]:
        surviving: list[Fact] = []
        told: list[Delivery] = []
        for number in range(count):
            first = self.deed(number, 1)
            versions: list[Delivery] = [first]
            if self.chance.random() < 0.3:
                versions.append(self.deed(number, 2, first.member))
            if self.chance.random() < 0.25:
                versions.append(_retraction(first))
            newest = versions[-1]
            if isinstance(newest, ActivityRecorded):
                surviving.append(recognising.fact(newest))
            told += [*versions, *self.chance.sample(versions, self.chance.randint(0, len(versions)))]
        self.chance.shuffle(told)
        return surviving, told

    def deed(self, number: int, version: int, member: str | None = None) -> ActivityRecorded:
        """Somebody's vote, as it is delivered."""
        chance = self.chance
        member = member or self.member(chance.choice("abcd"))
        return ActivityRecorded(
            community=self.slug,
            activity=f"deed-{number}",
            member=member,
            version=version,
            roles=["author"],
            type=chance.choice(["Like", "Like", "Dislike"]),
            published=BEGINS + timedelta(hours=12 * chance.randint(0, 9)),
            actor=self.member(chance.choice("xyz")),
            object=Object(id="o", type="Answer", author=member),
        )

    def member(self, name: str) -> str:
        """An id as long as Laurel's."""
        return f"m{self.slug[-12:]}{name}".ljust(25, "-")

    def _something_else(self, interrupt: Callable[[], Any]) -> None:
        match self.chance.randint(0, 9):
            case 0 | 1 | 2:
                self._step()
            case 3 | 4:
                with interrupt(), contextlib.suppress(Interrupted):
                    self._step()
            case 5:
                self.definition["cap_a_day"] = self.chance.choice([100, 130, 500])
                self.define()
            case 6:
                self._promote(self.member(self.chance.choice("abcd")))
            case 7:
                work.do_next(DATABASE, recounting.STEPS)

    def _promote(self, member: str) -> None:
        self.revision += 1
        self.staff.add(member)
        roles = [RoleSince(role="staff", since=BEGINS - timedelta(days=9))]
        profile = MemberProfile(
            community=self.slug, member=member, external_id=member, revision=self.revision, roles=roles
        )
        following.follow([profile], {})

    def _step(self) -> bool:
        return step(clock.now())

    def _check_period(self, rules: Board, period: str, days: dict[str, Any]) -> None:
        window = board_views.named(rules, period, clock.now().date())
        rows = []
        for member, each in days.items():
            held = [
                (points, at) for day, (points, at) in each.items() if window.holds(date.fromisoformat(day))
            ]
            if held and member not in self.staff:
                rows.append((sum(points for points, _ in held), max(at for _, at in held), member))
        rows.sort(key=lambda row: (-row[0], row[1], row[2]))
        found = [
            (row["score"], row["reached"], row["member"])
            for row in standings.rows(self.slug, "votes", period)
        ]
        assert found == rows, period
        p = standings.period_key(self.slug, "votes", period)
        scores = [score for score, *_ in rows]
        self._check_tree(p, scores)
        places = list(ranking.ranks(scores, self.ties, place=1, at_first=0, before=0))
        pages, cursor = [], None
        for _ in range(0, len(rows) + 1, 2):
            page = queries.standing(self.slug, "votes", period, limit=2, cursor=cursor)
            pages += [item["rank"] for item in page["items"]]
            cursor = page["next"]
            assert page["total"] == len(rows)
            if cursor is None:
                break
        assert pages == places, period

    def _check_tree(self, p: str, scores: list[int]) -> None:
        wanted = Tree({})
        for score in scores:
            wanted.add(score, 1)
        found = trees.one(p, scores)
        assert {path: node for path, node in found.nodes.items() if node.counts} == wanted.nodes


def _retraction(deed: ActivityRecorded) -> ActivityRetracted:
    return ActivityRetracted(
        community=deed.community,
        activity=deed.activity,
        member=deed.member,
        version=3,
        published=deed.published,
    )
