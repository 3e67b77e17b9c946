"""`streak`: runs of days, weeks and months; freezes, pauses, zones, clock changes and travel."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from services.titles_and_badges.domain.standing import Context
from shared.errors import Invalid
from tests.titles_and_badges.folding import NOBODY, at, badge, deed, in_zone, spans, value

if TYPE_CHECKING:
    from services.titles_and_badges.domain.facts import Fact


def streak(at: int = 3, policy: str = "sticky", **options: Any) -> Any:
    return badge({"kind": "streak", **options}, at=at, policy=policy)


def run(*days: str, context: Context = NOBODY, **options: Any) -> int:
    """The current run after deeds on these days (or at these times)."""
    return value(streak(policy="live", **options), [deed(day) for day in days], context)


def test_days_in_a_row() -> None:
    assert run("2026-03-01", "2026-03-02T23:59:59", "2026-03-03") == 3
    assert run("2026-03-01", "2026-03-01T09:00", "2026-03-02") == 2
    assert run("2026-03-01", "2026-03-02", "2026-03-04") == 1


def test_the_longest_run_is_kept_by_a_sticky_badge() -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-07"]
    assert value(streak(), [deed(day) for day in days]) == 3
    assert spans(streak(), [deed(day) for day in days]) == [("2026-03-03", None)]


def test_a_live_streak_lapses_by_itself_when_the_missed_day_is_over() -> None:
    days = [deed(day) for day in ("2026-03-01", "2026-03-02", "2026-03-03T10:00")]
    live = streak(policy="live")
    assert spans(live, days, "2026-03-04T23:59") == [("2026-03-03T10:00", None)]
    assert spans(live, days, "2026-03-05") == [("2026-03-03T10:00", "2026-03-05")]
    assert spans(live, [*days, deed("2026-03-20")], "2026-04-01") == [("2026-03-03T10:00", "2026-03-05")]


def test_a_lapse_is_the_same_whoever_looked_in_between() -> None:
    days = [deed(f"2026-03-{day:02}") for day in (1, 2, 3, 6, 7, 8)]
    assert spans(streak(policy="live"), days, "2026-03-09") == [("2026-03-08", None)]


@pytest.mark.parametrize(
    ("unit", "days", "length"),
    [
        ("week", ["2026-03-02", "2026-03-15", "2026-03-16"], 3),  # Monday, the Sunday after next, Monday
        ("week", ["2025-12-29", "2026-01-04", "2026-01-05"], 2),  # the week across the year is one
        ("week", ["2026-03-02", "2026-03-16"], 1),
        ("month", ["2026-01-31", "2026-02-01", "2026-03-31"], 3),
        ("month", ["2025-12-31", "2026-01-01"], 2),
        ("month", ["2026-01-31", "2026-03-01"], 1),
    ],
)
def test_weeks_and_months(unit: str, days: list[str], length: int) -> None:
    assert run(*days, unit=unit) == length


def test_a_frozen_streak_with_a_gap_is_bridged() -> None:
    assert run("2026-03-01", "2026-03-03", freeze=1) == 2
    assert run("2026-03-01", "2026-03-04", freeze=1) == 1
    assert run("2026-03-01", "2026-03-04", freeze=2) == 2
    assert run("2026-03-01", "2026-03-03", "2026-03-05", freeze=1) == 1


def test_freezes_are_earned_back() -> None:
    days = ["2026-03-01", "2026-03-03", "2026-03-04", "2026-03-06"]
    assert run(*days, freeze={"most": 1}) == 1
    assert run(*days, freeze={"most": 1, "earned_by": 3}) == 4
    assert run(*days, freeze={"most": 1, "earned_by": 4}) == 1


def test_a_freeze_puts_the_lapse_off() -> None:
    days = [deed("2026-03-01"), deed("2026-03-02")]
    live = streak(at=2, policy="live", freeze=1)
    assert spans(live, days, "2026-03-04T12:00") == [("2026-03-02", None)]
    assert spans(live, days, "2026-03-06") == [("2026-03-02", "2026-03-05")]


def test_in_a_pause_nothing_is_missed() -> None:
    pause = [{"from": "2026-12-24", "until": "2027-01-02"}]
    assert run("2026-12-23", "2027-01-02", pause=pause) == 2
    assert run("2026-12-23", "2027-01-03", pause=pause) == 1
    assert run("2026-12-23", "2026-12-26", "2027-01-02", pause=pause) == 3
    live = streak(at=1, policy="live", pause=pause)
    assert spans(live, [deed("2026-12-23")]) == [("2026-12-23", "2027-01-03")]


def test_members_declare_pauses_of_their_own() -> None:
    paused = in_zone("UTC", pauses=[(at("2026-03-02T12:00"), True), (at("2026-03-05"), False)])
    assert run("2026-03-01", "2026-03-06", context=paused) == 2
    assert run("2026-03-01", "2026-03-07", context=paused) == 1
    until_further_notice = in_zone("UTC", pauses=[(at("2026-03-02"), True)])
    assert run("2026-03-01", "2026-09-01", context=until_further_notice) == 2
    live = streak(at=1, policy="live")
    assert spans(live, [deed("2026-03-01")], context=until_further_notice) == [("2026-03-01", None)]


@pytest.mark.parametrize(
    "zone",
    ["UTC", "Europe/Vienna", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Apia", "Asia/Tehran"],
)
@pytest.mark.parametrize("begin", [datetime(2026, 3, 1), datetime(2026, 10, 1)])  # noqa: DTZ001 (of each zone)
def test_a_clock_change_neither_breaks_nor_doubles(zone: str, begin: datetime) -> None:
    for hour in range(24):
        daily = [begin + timedelta(days=day, hours=hour, minutes=30) for day in range(40)]
        deeds = [deed(each.replace(tzinfo=ZoneInfo(zone)).isoformat()) for each in daily]
        again = [deed(each.replace(tzinfo=ZoneInfo(zone), hour=12).isoformat(), "again") for each in daily]
        assert value(streak(policy="live"), [*deeds, *again], in_zone(zone)) == 40


def test_a_date_that_a_zone_skipped_is_not_missed() -> None:
    samoa = in_zone("Pacific/Apia")  # 30 December 2011 did not happen there
    assert run("2011-12-29T20:00-10:00", "2011-12-31T08:00+14:00", context=samoa) == 2


def journey(*zones: tuple[str, str]) -> Context:
    return in_zone("UTC", own=[("1970-01-01", zones[0][1]), *zones[1:]])


@pytest.mark.parametrize(
    ("home", "away"),
    [
        ("America/Los_Angeles", "Pacific/Kiritimati"),
        ("Pacific/Kiritimati", "America/Los_Angeles"),
        ("Europe/London", "Europe/Kyiv"),
        ("Europe/Kyiv", "Europe/London"),
        ("Europe/Vienna", "Asia/Tokyo"),
        ("Asia/Tokyo", "Europe/Vienna"),
    ],
)
def test_who_does_something_every_twelve_hours_keeps_his_streak_on_any_journey(home: str, away: str) -> None:
    deeds = [deed((at("2026-05-01") + timedelta(hours=12 * step)).isoformat()) for step in range(40)]
    for hour in range(0, 48, 5):
        moved = (at("2026-05-10") + timedelta(hours=hour)).isoformat()
        travelled = journey(("", home), (moved, away))
        length = value(streak(zone="member", policy="live"), deeds, travelled)
        # Twenty days by any clock; the borders of the days can cost or give one, a journey none.
        assert length in {20, 21}


def test_changing_zones_to_gain_a_day_gains_none() -> None:
    moved = journey(("", "America/Los_Angeles"), ("2026-05-05T19:30", "Pacific/Kiritimati"))
    before, after = "2026-05-05T19:00", "2026-05-05T20:00"  # noon, and ten the next morning
    assert run(before, after, zone="member", context=moved) == 1
    hops = [("", "America/Los_Angeles")]
    deeds = []
    for hour in range(0, 240, 4):  # to and fro every four hours, for ten days
        moment = (at("2026-05-05T07:00") + timedelta(hours=hour)).isoformat()
        hops.append((moment, ("Pacific/Kiritimati", "America/Los_Angeles")[hour // 4 % 2]))
        deeds.append(deed((at(moment) + timedelta(minutes=1)).isoformat()))
    assert 10 <= value(streak(zone="member", policy="live"), deeds, journey(*hops)) <= 11


def test_the_community_s_zone_holds_until_a_member_has_his_own() -> None:
    late: list[Fact] = [deed("2026-05-01T21:30"), deed("2026-05-02T22:30")]  # Kyiv: the 2nd and the 3rd
    assert value(streak(zone="member", policy="live"), late, in_zone("Europe/Kyiv")) == 2
    own = in_zone("Europe/Kyiv", own=[("1970-01-01", "UTC")])
    early = [deed("2026-05-01T21:30"), deed("2026-05-02T20:30")]  # Kyiv: both the 2nd
    assert value(streak(zone="member", policy="live"), early, own) == 2
    assert value(streak(zone="community", policy="live"), early, own) == 1


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"unit": "hour"}, "/criterion/unit"),
        ({"zone": "sun"}, "/criterion/zone"),
        ({"freeze": -1}, "/criterion/freeze"),
        ({"freeze": {"most": True}}, "/criterion/freeze/most"),
        ({"freeze": {"most": 1, "x": 1}}, "/criterion/freeze/x"),
        ({"pause": {}}, "/criterion/pause"),
        ({"pause": [{"from": "2026-02-30", "until": "2026-03-01"}]}, "/criterion/pause/0/from"),
        ({"pause": [{"from": "2026-03-01", "until": "2026-03-01"}]}, "/criterion/pause/0/until"),
    ],
)
def test_what_is_no_streak_is_refused_with_its_place(options: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        streak(**options)
    assert refused.value.errors[0]["pointer"] == pointer
