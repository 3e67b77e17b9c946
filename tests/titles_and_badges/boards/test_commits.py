"""A real activity log, 3,806 commits in 25 UTC offsets, whose months a script of its own counted in four zones."""

import csv
import json
import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.activity.use_cases import membership
from services.titles_and_badges.cli import definitions
from services.titles_and_badges.domain.boards import BoardRules, accounts, board
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.queries import boards as queries
from shared import clock
from shared.settings import Settings
from tests.fixtures import Courier, Door, Said
from tests.titles_and_badges.boards.deeds import deed, in_zone, places

DATA = Path(__file__).parents[2] / "data" / "commits"
ZONES = ("UTC", "Europe/Vienna", "America/Los_Angeles", "Pacific/Kiritimati")
#: (month, place, member, commits)
Line = tuple[str, int, str, int]


@cache
def activities() -> list[dict[str, Any]]:
    lines = (DATA / "activities.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def expected(zone: str) -> set[Line]:
    with (DATA / "expected-months.csv").open(encoding="utf-8") as file:
        return {
            (row["month"], int(row["rank"]), row["member"], int(row["commits"]))
            for row in csv.DictReader(file)
            if row["zone"] == zone
        }


def top_three(scores: dict[str, int], month: str) -> Iterator[Line]:
    for member, place in places(scores).items():
        if place <= 3:
            yield month, place, member, scores[member]


def facts() -> list[Fact]:
    return [
        deed(
            each["actor"],
            clock.from_text(each["published"]),
            activity=each["id"],
            object_type=each["object"]["type"],
        )
        for each in activities()
    ]


def shuffled(things: Sequence[Any]) -> list[Any]:
    return random.Random(7).sample(things, len(things))  # noqa: S311 (an order, no secret)


@pytest.mark.parametrize("arrange", [list, shuffled])
@pytest.mark.parametrize("zone", ZONES)
def test_the_months_of_a_real_history_are_what_a_script_counted(
    zone: str, arrange: Callable[[Sequence[Fact]], list[Fact]]
) -> None:
    (written,) = definitions.read("commits")["boards"]  # type: ignore[index]
    rules = BoardRules(1, [board("commits", {each: written[each] for each in written})], defined=True)
    context = in_zone(zone)
    kept: dict[tuple[str, str], accounts.Credits] = defaultdict(accounts.Credits)
    seen: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in arrange(facts()):
        for slug, month in accounts.accounts(fact, rules, context):
            key = (month, fact.member)
            seen[key].append(fact)
            one = rules.boards[slug]
            in_order = accounts.comes_in_order(kept[key], [fact])
            kept[key] = (
                accounts.fold(one, kept[key], [fact], context)
                if in_order
                else accounts.recount(one, seen[key], context)
            )
    months: dict[str, dict[str, int]] = defaultdict(dict)
    for (month, member), credit in kept.items():
        months[month][member] = sum(points for points, _ in credit.days.values())
    assert {line for month, scores in months.items() for line in top_three(scores, month)} == expected(zone)


@pytest.fixture
def far_east(databases: Settings, activity_client: FlaskClient) -> Door:
    """`activity`, asked by a community on the far side of the date line."""
    slug = f"test-{uuid.uuid4().hex[:12]}"
    zone = "Pacific/Kiritimati"
    membership.found_community(slug, name="Far", time_zone=zone, locale="en", now=clock.now())
    Courier(slug).carry()
    return Door(activity_client, databases, slug)


def test_through_the_doors_and_the_projector_too_shuffled(
    far_east: Door, laurel: Callable[..., Said]
) -> None:
    community = far_east.community
    loaded = laurel("titles-and-badges", "definitions", "load", "commits", "--community", community)
    assert "1 boards, 1 of them new or changed." in loaded.out
    history = shuffled(activities())
    courier = Courier(community, arrange=shuffled, batch=300)
    for start in range(0, len(history), 1_000):
        part = history[start : start + 1_000]
        assert far_east("POST", "/v1/activities", part).status_code == 200
        courier.carry()
    wanted = expected("Pacific/Kiritimati")
    months = {month for month, *_ in wanted}
    assert len(months) > 180
    found = {
        (month, row["rank"], row["member"], row["score"])
        for month in months
        for row in queries.every(community, "commits", f"month:{month}")
        if row["rank"] <= 3
    }
    assert found == wanted
    said = laurel(
        "titles-and-badges",
        "board",
        "commits",
        "--period",
        "2010-05",
        "--community",
        community,
        "--format",
        "csv",
    )
    first = next(line for line in sorted(wanted) if line[:2] == ("2010-05", 1))
    assert said.out.splitlines()[:2] == ["rank,member,score", f"1,{first[2]},{first[3]}"]
    assert sum(row["score"] for row in queries.every(community, "commits", "all")) == len(history)
