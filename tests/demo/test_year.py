"""Months of the demo through both services: exactly the awards that a plain walk through the story finds."""

import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import httpx
import pytest
from flask.testing import FlaskClient
from rich.console import Console

from deploy.demo import loading, months
from deploy.demo.history import SEED, YEAR, History, history
from deploy.demo.rhythm import ZONE
from services.titles_and_badges import definitions
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.use_cases import sealing
from tests.demo import oracle
from tests.fixtures import Courier, Door, Said

pytestmark = pytest.mark.takes(35)

UNTIL = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def first_months() -> History:
    """The beginning of the story: the whole of it takes a minute."""
    story = history(SEED, UNTIL)
    end = UNTIL - YEAR + timedelta(days=150)
    activities = (one for one in story.activities if datetime.fromisoformat(one["published"]) < end)
    return replace(story, activities=tuple(activities))


def shuffled(records: list[object]) -> list[object]:
    """As no relay would ever send them."""
    return random.Random(7).sample(records, len(records))  # noqa: S311


def load(client: FlaskClient, door: Door, story: History) -> list[object]:
    headers = {"Authorization": f"Bearer {door.token()}"}
    transport = httpx.WSGITransport(app=client.application)
    with httpx.Client(transport=transport, base_url="http://laurel", headers=headers) as sender:
        return list(loading.load(sender, story, lambda _: None))


def held(community: str) -> dict[oracle.Award, datetime]:
    return {
        (row["badge"], row["member"], row["object"], row["level"]): datetime.fromisoformat(row["awarded_at"])
        for row in queries.every(community)
        if not row["revoked_at"]
    }


@pytest.mark.timeout(180)
def test_both_services_find_exactly_the_awards_that_the_story_holds(
    activity: Door,
    badges: Door,
    activity_client: FlaskClient,
    courier: Courier,
    laurel: Callable[..., Said],
) -> None:
    story = first_months()
    courier.arrange = shuffled
    said = laurel("titles-and-badges", "definitions", "load", "community", "--community", activity.community)
    assert said.code == 0, said.err
    assert load(activity_client, activity, story) == []
    courier.carry()
    expected = oracle.awards(story)
    assert len(expected) > 250
    assert held(activity.community) == expected

    # Once more, as `make demo` does when it is run again.
    assert load(activity_client, activity, story) == []
    courier.carry()
    assert held(activity.community) == expected
    past = months.past(UNTIL - YEAR, UNTIL - YEAR + timedelta(days=150))
    every_title_has_holders(badges, past)
    courier.carry()
    ranked = oracle.podium(the_best_three_of(badges, past))
    assert held(activity.community) == expected | ranked
    assert {badge for badge, *_ in expected | ranked} == given_by_rules()


def given_by_rules() -> set[str]:
    written = json.loads(resources.files(definitions).joinpath("community.json").read_text("utf-8"))
    # People decide about the one, and `referral` tells of the other: the year itself holds neither.
    others = {"manual", "referral"}
    return {each["slug"] for each in written["badges"] if each["criterion"]["kind"] not in others}


def the_best_three_of(badges: Door, past: list[str]) -> Iterator[tuple[datetime, list[str]]]:
    """For each month its end, and who was on the places 1 to 3 of the board of helpers as it was sealed."""
    for month in past:
        rows = badges("GET", f"/v1/periods/{month}/boards/helpers?limit=50").json["items"]
        end = (datetime.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1, tzinfo=ZONE)
        yield end.astimezone(UTC), [row["member"]["id"] for row in rows if row["rank"] <= 3]


def every_title_has_holders(badges: Door, past: list[str]) -> None:
    """Sealed in their order, the months name who carried the community: every title somebody, no newcomer twice."""
    for month in past:
        sealing.seal(badges.community, month)
    sealed = [badges("GET", f"/v1/periods/{month}").json for month in past]
    held_by = {each["title"]: [] for each in sealed[0]["titles"]}  # type: ignore[var-annotated]
    for month in sealed:
        for each in month["titles"]:
            held_by[each["title"]] += [holder["member"]["id"] for holder in each["holders"]]
    assert len(held_by) == 6
    assert all(held_by.values()), held_by
    assert len(set(held_by["newcomer"])) == len(held_by["newcomer"])
    shown = as_the_demo_shows_it(badges, past)
    assert all(month in shown for month in past)
    assert "these people carried us" in shown
    assert f"/v1/periods/{past[-1]}" in shown
    assert f"/pages/demo/months/{past[-1]}" in shown
    assert "/pages/demo/members/a%2Fb" in shown


def as_the_demo_shows_it(badges: Door, past: list[str]) -> str:
    console = Console(record=True, width=140, file=io.StringIO())
    headers = {"Authorization": f"Bearer {badges.token()}"}
    transport = httpx.WSGITransport(app=badges.client.application)
    with httpx.Client(transport=transport, base_url="http://laurel", headers=headers) as reader:
        months.show(console, reader, past)
    months.doors(console, "http://laurel", "demo", past, "a/b")
    return console.export_text()
