"""A real log with real offsets: streaks and n-th deeds as a plain script found them, in four zones, shuffled too."""

import csv
import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.titles_and_badges.domain import badges, recognition, tallies
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context
from shared.clock import BEGINNING

COMMITS = Path(__file__).parents[1] / "data" / "commits"
ZONES = ["UTC", "Europe/Vienna", "America/Los_Angeles", "Pacific/Kiritimati"]
LONGEST = 40
DEFINITIONS: dict[str, dict[str, Any]] = {
    "streak": {
        "criterion": {"kind": "streak", "where": {"type": "Create"}},
        "levels": [{"name": str(length), "at": length} for length in range(3, 3 + 20)],
    },
    "days": {"criterion": {"kind": "distinct", "of": "days", "where": {"type": "Create"}}, "at": 10_000},
    "nth": {
        "criterion": {"kind": "nth", "where": {"type": "Create"}},
        "levels": [{"name": str(count), "at": count} for count in (1, 10, 50, 100)],
    },
}


def rows(name: str) -> list[dict[str, str]]:
    """A file of expectations."""
    with (COMMITS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def commits() -> list[Fact]:
    """The commits as facts of who made them."""
    lines = (COMMITS / "activities.ndjson").read_text(encoding="utf-8").splitlines()
    return [
        Fact(
            member=each["actor"],
            activity=each["id"],
            version=1,
            roles=("actor", "author"),
            type=each["type"],
            published=datetime.fromisoformat(each["published"]).astimezone(UTC),
            actor=each["actor"],
            object=each["object"]["id"],
            object_author=each["actor"],
        )
        for each in map(json.loads, lines)
    ]


def incremental(rules: Rules, facts: Iterable[Fact], context: Context) -> dict[str, dict[str, tallies.Tally]]:
    """The tallies of everybody after the facts came one by one, however late: by the difference, or the bucket anew."""
    counted: dict[str, dict[recognition.Bucket, tallies.Tally]] = {}
    stored: dict[str, dict[recognition.Bucket, list[Fact]]] = {}
    for fact in facts:
        own, kept = counted.setdefault(fact.member, {}), stored.setdefault(fact.member, {})
        plan = recognition.plan([recognition.Change(old=None, counted_in=(), new=fact)], rules, context)
        anew = {bucket: kept.get(bucket, []) for bucket in recognition.to_recount(plan, own)}
        own.update(recognition.carry_out(plan, rules, context, own, anew))
        for bucket in plan.added:
            kept.setdefault(bucket, []).append(fact)
    return {member: {slug: tally for (slug, _), tally in own.items()} for member, own in counted.items()}


def reached(tally: tallies.Tally) -> list[tuple[datetime, int, str]]:
    """The places of the thresholds that are reached."""
    return [each.since for each in tally.reached if each]


@pytest.mark.parametrize("zone", ZONES)
def test_streaks_are_those_of_the_log(zone: str) -> None:
    rules = Rules(1, [badges.badge(slug, DEFINITIONS[slug]) for slug in ("streak", "days")])
    facts = sorted(commits(), key=lambda fact: fact.order)
    found = [
        {
            "zone": zone,
            "member": member,
            "longest_daily_streak": str(own["streak"].value),
            "first_reached_on": str(reached(own["streak"])[-1][0].astimezone(ZoneInfo(zone)).date()),
            "distinct_days": str(own["days"].value),
        }
        for member, own in incremental(rules, facts, Context(profiles={}, zones=[(BEGINNING, zone)])).items()
        if own["streak"].value >= 3
    ]
    expected = [row for row in rows("expected-streaks.csv") if row["zone"] == zone]
    assert sorted(found, key=lambda row: row["member"]) == sorted(expected, key=lambda row: row["member"])


def test_nth_deeds_are_those_of_the_log() -> None:
    rules = Rules(1, [badges.badge("nth", DEFINITIONS["nth"])])
    found = {
        (member, str((1, 10, 50, 100)[place]), activity, moment.isoformat())
        for member, own in incremental(rules, commits(), Context(profiles={})).items()
        for place, (moment, _, activity) in enumerate(reached(own["nth"]))
    }
    expected = rows("expected-nth.csv")
    assert found == {(row["member"], row["n"], row["activity"], row["published_utc"]) for row in expected}


@pytest.mark.parametrize("zone", ZONES)
def test_the_order_of_arrival_changes_nothing(zone: str) -> None:
    """Everybody's but the busiest, whose thousands of late commits would all be recounted here one by one."""
    rules = Rules(1, [badges.badge(slug, each) for slug, each in DEFINITIONS.items()])
    facts = sorted(commits(), key=lambda fact: fact.order)
    count = {fact.member: 0 for fact in facts}
    for fact in facts:
        count[fact.member] += 1
    few = [fact for fact in facts if count[fact.member] <= 200]
    context = Context(profiles={}, zones=[(BEGINNING, zone)])
    in_order = incremental(rules, few, context)
    random.Random(zone).shuffle(few)  # noqa: S311 (an order of arrival, no secret)
    assert incremental(rules, few, context) == in_order
