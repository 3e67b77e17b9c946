"""Time passes: awards that it gives and takes, each once, whenever somebody looks, also after an outage."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import passing
from shared import clock, mongo, outbox
from tests.fixtures import Courier, Door

STREAK = {
    "name": "Three days", "description": "", "at": 3, "policy": "live",
    "criterion": {"kind": "streak", "where": {"type": "Create"}},
}  # fmt: skip
START = datetime.fromisoformat("2040-03-01T12:00:00+00:00")


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch, courier: Courier) -> Callable[[datetime], None]:
    """Lets it be another time, and the jobs look."""

    def go(now: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)
        passing.notice()
        courier.carry()

    return go


def creates(*hours: int, actor: str = "ann") -> list[dict[str, Any]]:
    return [
        {
            "id": f"{actor} {hour}", "type": "Create", "actor": actor, "object": f"{actor} {hour}",
            "published": (START + timedelta(hours=hour)).isoformat(),
        }
        for hour in hours
    ]  # fmt: skip


def announced(community: str) -> list[tuple[str, str]]:
    """What was announced of Ann: the kind, and the moment that decided."""
    parcels = [each for each in outbox.by_turns(DATABASE, 10_000) if each["community"] == community]
    headers = [dict(message.headers) for parcel in parcels for message in outbox.messages(parcel)]
    return [(each["ce_type"], each["ce_time"][:16]) for each in headers]


def shown(badges: Door, slug: str, member: str = "ann") -> list[tuple[str, str | None]]:
    """Since when and until when a member held a badge."""
    awards = badges("GET", f"/v1/members/{member}/badges/{slug}").json["awards"]
    return [(each["awarded_at"][:16], each["revoked_at"] and each["revoked_at"][:16]) for each in awards]


def test_a_live_streak_that_lapses_is_revoked_at_that_time_once(
    badges: Door, activity: Door, courier: Courier, travel: Callable[[datetime], None]
) -> None:
    badges("PUT", "/v1/badges/streak", STREAK)
    travel(START + timedelta(days=3))
    activity("POST", "/v1/activities", creates(0, 24, 48))
    travel(START + timedelta(days=3))
    held = [("2040-03-03T12:00", None)]
    assert shown(badges, "streak") == held
    travel(datetime.fromisoformat("2040-03-04T21:59:59+00:00"))  # the end of the day in Kyiv
    assert shown(badges, "streak") == held
    for days in (1, 2, 200):  # the second and third looks find nothing to do
        travel(START + timedelta(days=3 + days))
        assert shown(badges, "streak") == [("2040-03-03T12:00", "2040-03-04T22:00")]
    assert announced(courier.community) == [
        ("badge.awarded", "2040-03-03T12:00"),
        ("badge.revoked", "2040-03-04T22:00"),
    ]


def test_what_time_gave_is_dated_by_time_also_after_an_outage(
    badges: Door, activity: Door, courier: Courier, travel: Callable[[datetime], None]
) -> None:
    years = {"name": "Years", "description": "", "criterion": {"kind": "tenure"}, "levels": [
        {"name": "one", "at": 1}, {"name": "two", "at": 2}, {"name": "five", "at": 5},
    ]}  # fmt: skip
    badges("PUT", "/v1/badges/years", years)
    travel(START)
    activity("POST", "/v1/activities", creates(0))
    travel(START + timedelta(days=100))
    assert shown(badges, "years") == []
    travel(START + timedelta(days=1_000))  # nobody looked on the two anniversaries
    expected = [("2041-03-01T12:00", None), ("2042-03-01T12:00", None)]
    assert sorted(shown(badges, "years")) == expected
    why = badges("GET", "/v1/members/ann/badges/years").json
    assert [each["decided_by"] for each in why["awards"]] == [None, None]
    mongo.collection(DATABASE, "awards").delete_many({"community": courier.community})
    badges("PUT", "/v1/badges/years", {**years, "description": "Counted anew."})
    badges("PUT", "/v1/badges/other", {**STREAK})
    travel(START + timedelta(days=1_001))
    assert sorted(shown(badges, "years")) == expected


def test_an_award_expires_and_is_renewed(
    badges: Door, activity: Door, courier: Courier, travel: Callable[[datetime], None]
) -> None:
    first = {"kind": "first", "where": {"type": "Create"}}
    definition = {"name": "Fresh", "description": "", "criterion": first, "expires_after": {"days": 10}}
    badges("PUT", "/v1/badges/fresh", definition)
    travel(START)
    activity("POST", "/v1/activities", creates(0, 24))
    travel(START + timedelta(days=10, hours=23))
    assert shown(badges, "fresh") == [("2040-03-01T12:00", None)]
    travel(START + timedelta(days=11))
    assert shown(badges, "fresh") == [("2040-03-01T12:00", "2040-03-12T12:00")]
    activity("POST", "/v1/activities", creates(24 * 30))
    travel(START + timedelta(days=31))
    assert shown(badges, "fresh") == [("2040-03-31T12:00", None)]
    assert [kind for kind, _ in announced(courier.community)] == [
        "badge.awarded",
        "badge.revoked",
        "badge.awarded",
    ]


def test_a_badge_a_month_expires_month_by_month(
    badges: Door, activity: Door, travel: Callable[[datetime], None]
) -> None:
    monthly = {
        "name": "Active", "description": "", "criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 2,
        "repeat": "month", "expires_after": {"months": 2},
    }  # fmt: skip
    badges("PUT", "/v1/badges/active", monthly)
    travel(START)
    # Noon of the 31st + 10 h is the first of April in Kyiv: summer time, three hours ahead.
    activity("POST", "/v1/activities", creates(0, 24, 24 * 30 + 10, 24 * 31, 24 * 32))
    travel(START + timedelta(days=40))
    items = badges("GET", "/v1/members/ann/badges").json["items"]
    assert [(each["period"], each["awarded_at"][:16]) for each in items] == [
        ("2040-04", "2040-04-01T12:00"),
        ("2040-03", "2040-03-02T12:00"),
    ]
    travel(START + timedelta(days=70))
    items = badges("GET", "/v1/members/ann/badges").json["items"]
    assert [each["period"] for each in items] == ["2040-04"]
    activity("DELETE", "/v1/activities/ann 768")
    activity("DELETE", "/v1/activities/ann 744")
    travel(START + timedelta(days=70))
    assert badges("GET", "/v1/members/ann/badges").json["items"] == []


def test_a_member_s_own_zone_and_pauses_are_declared_with_dates(
    badges: Door, activity: Door, travel: Callable[[datetime], None]
) -> None:
    own = {**STREAK, "criterion": {**STREAK["criterion"], "zone": "member"}, "policy": "sticky"}  # type: ignore[dict-item]
    badges("PUT", "/v1/badges/own", own)
    travel(START + timedelta(days=9))
    # Noon, then 23:00 UTC of the next day, then noon of the one after that: in Kyiv no day in between, in Lisbon one.
    activity("POST", "/v1/activities", [*creates(0, 35, 48), *creates(0, 24, 96, actor="bob")])
    travel(START + timedelta(days=9))
    assert shown(badges, "own") == []
    answer = activity("PUT", "/v1/members/ann", {"time_zone": "Europe/Lisbon", "name": "Ann"})
    assert answer.json["time_zones"] == [{"zone": "Europe/Lisbon", "since": "1970-01-01T00:00:00.000Z"}]
    paused = [
        {"id": "bob", "paused": True, "since": "2040-03-03T00:00:00Z"},
        {"id": "bob", "paused": False, "since": "2040-03-04T12:00:00Z"},
    ]
    assert activity("POST", "/v1/members", paused).json["accepted"] == 2
    travel(START + timedelta(days=9))
    assert shown(badges, "own") == [("2040-03-03T12:00", None)]
    assert shown(badges, "own", "bob") == [("2040-03-05T12:00", None)]
    shown_back = activity("GET", "/v1/members/bob").json
    assert [each["paused"] for each in shown_back["pauses"]] == [True, False]
    assert activity("PUT", "/v1/members/bob", {"time_zone": "Mars/Olympus"}).status_code == 422


def test_tenure_counts_from_the_day_of_joining(
    badges: Door, activity: Door, travel: Callable[[datetime], None]
) -> None:
    joined = {"kind": "tenure", "since": "joined"}
    badges("PUT", "/v1/badges/old", {"name": "Old", "description": "", "criterion": joined, "at": 3})
    travel(START)
    activity("POST", "/v1/activities", creates(0))
    travel(START + timedelta(days=300))
    assert shown(badges, "old") == []
    activity("PUT", "/v1/members/ann", {"joined": "2037-06-01T00:00:00Z"})
    travel(START + timedelta(days=300))
    assert shown(badges, "old") == [("2040-06-01T00:00", None)]


def test_what_is_next_counts_from_the_run_that_one_is_in(
    badges: Door, activity: Door, travel: Callable[[datetime], None]
) -> None:
    badges("PUT", "/v1/badges/week", {**STREAK, "at": 7, "policy": "sticky"})
    travel(START + timedelta(days=3))
    activity("POST", "/v1/activities", creates(0, 24, 48))
    travel(START + timedelta(days=3))
    why = badges("GET", "/v1/members/ann/badges/week").json
    assert (why["value"], why["missing"]["missing"]) == (3, 4)
    travel(START + timedelta(days=9))  # the run is over; the longest was three
    why = badges("GET", "/v1/members/ann/badges/week").json
    assert (why["value"], why["missing"]["missing"]) == (3, 7)
