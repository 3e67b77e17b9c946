"""The real log through both services, shuffled: streaks and n-th deeds in four zones, each by a change of zone."""

import csv
import json
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.titles_and_badges.queries import awards
from shared import clock
from tests.fixtures import Courier, Door
from tests.titles_and_badges.test_commits import DEFINITIONS, ZONES

COMMITS = Path(__file__).parents[1] / "data" / "commits"


def rows(name: str) -> list[dict[str, str]]:
    with (COMMITS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.timeout(900)
def test_the_log_earns_what_it_must_in_every_zone_also_shuffled(
    activity: Door, badges: Door, community: str
) -> None:
    for slug in ("streak", "nth"):
        badges("PUT", f"/v1/badges/{slug}", {"name": slug, "description": "", **DEFINITIONS[slug]})
    items = [json.loads(line) for line in (COMMITS / "activities.ndjson").read_text().splitlines()]
    random.Random(7).shuffle(items)  # noqa: S311 (an order of arrival, no secret)
    for start in range(0, len(items), 1_000):
        answer = activity("POST", "/v1/activities", items[start : start + 1_000])
        assert answer.json["refused"] == 0
    courier = Courier(community)
    for zone in ZONES:
        activity("PATCH", "/v1/community", {"time_zone": zone, "since": "1970-01-01T00:00:00Z"})
        courier.carry()
        assert longest_streaks(community, zone) == {
            (row["member"], row["longest_daily_streak"], row["first_reached_on"])
            for row in rows("expected-streaks.csv")
            if row["zone"] == zone
        }
    found = {
        (each["member"], each["level"], each["awarded_at"])
        for each in awards.every(community)
        if each["badge"] == "nth"
    }
    assert found == {
        (row["member"], row["n"], clock.text(clock.from_text(row["published_utc"])))
        for row in rows("expected-nth.csv")
    }


def longest_streaks(community: str, zone: str) -> set[tuple[str, str, str]]:
    """For each member his highest level, and on which day he reached it."""
    found: dict[str, tuple[int, str]] = {}
    for each in awards.every(community):
        if each["badge"] == "streak":
            day = clock.from_text(each["awarded_at"]).astimezone(ZoneInfo(zone)).date()
            found[each["member"]] = max(found.get(each["member"], (0, "")), (int(each["level"]), str(day)))
    return {(member, str(length), day) for member, (length, day) in found.items()}
