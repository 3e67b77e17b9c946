"""Windows: which days a period holds, in whose zone, and what moves on by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.titles_and_badges.domain.boards import appearance, windows
from services.titles_and_badges.domain.standing import Profile
from tests.titles_and_badges.boards.deeds import NOON, a_board, deed, earned, in_zone, like, places, standing

D = date(2026, 11, 22)
DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)
#: Discourse's nine scores of 10: days before D, and the same day a month before.
SCORES = [D - n * DAY for n in (60, 50, 46, 45, 15, 14, 0, -15)] + [date(2026, 10, 22)]
SLIDING = ("all", "since-a-year", "since-a-quarter", "since-a-month", "since-a-week", "since-yesterday")
FROM = {"from": (D - 45 * DAY).isoformat()}
TO = {"until": (D - 14 * DAY).isoformat()}  # the first day that is not in it: the last one is D−15


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("borders", "expected"),
    [
        (FROM | TO, [30, 30, 30, 20, None, None]),
        (FROM, [50, 50, 50, 40, 10, 10]),
        (TO, [60, 60, 60, 20, None, None]),
        ({}, [80, 80, 80, 40, 10, 10]),
    ],
)
def test_sliding_windows_hold_their_first_day_and_never_the_future(
    borders: dict[str, Any], expected: list[int | None]
) -> None:
    board = a_board(points=[{"role": "author", "points": 10}], windows=SLIDING, **borders)
    facts = [like(at=noon(day)) for day in SCORES]
    found = [standing(board, facts, window, D).get("ann") for window in SLIDING]
    assert found == expected


@pytest.mark.parametrize(
    ("zone", "month"),
    [
        ("Pacific/Kiritimati", (2026, 2)),  # +14
        ("Etc/GMT+12", (2026, 2)),  # −12
        ("Europe/Vienna", (2026, 3)),  # the clock changes within it
        ("America/Los_Angeles", (2026, 11)),  # back, on the first
        ("Asia/Kathmandu", (2026, 12)),  # +5:45, across a year
    ],
)
def test_the_last_moment_of_a_month_and_the_first_of_the_next_are_apart(
    zone: str, month: tuple[int, int]
) -> None:
    year, number = month
    begins = datetime(year, number, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    following = date(year, number, 1) + timedelta(days=31)
    ends = datetime(following.year, following.month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    facts = [like("early", at=begins - MS), like("first", at=begins)]
    facts += [like("last", at=ends - MS), like("late", at=ends)]
    name = f"month:{year}-{number:02}"
    assert standing(a_board(), facts, name, date(2027, 6, 1), in_zone(zone)) == {"first": 1, "last": 1}


def test_a_month_of_a_community_that_moved_is_that_of_the_zone_of_its_time() -> None:
    moved = in_zone("Pacific/Kiritimati")
    context = type(moved)(
        profiles={}, zones=[*moved.zones, (datetime(2026, 10, 15, tzinfo=UTC), "America/Los_Angeles")]
    )
    # 23 h UTC: already the next day in Kiritimati, and the same day in Los Angeles.
    facts = [like("ann", at=datetime(2026, 9, 30, 23, tzinfo=UTC))]
    facts += [like("bob", at=datetime(2026, 10, 31, 23, tzinfo=UTC))]
    assert standing(a_board(), facts, "month:2026-10", D, context) == {"ann": 1, "bob": 1}


def test_a_week_across_two_months_is_one_week() -> None:
    board = a_board(windows=["week", "month"])
    facts = [like(by=f"fan-{day}", at=datetime(2026, 9, 28, 12, tzinfo=UTC) + day * DAY) for day in range(7)]
    days = earned(board, facts)["ann"]
    by_month = [
        {day: each for day, each in days.items() if day.startswith(month)} for month in ("2026-09", "2026-10")
    ]
    parts = [appearance.appearance(board, "ann", each, Profile(), D, ZoneInfo("UTC")) for each in by_month]
    assert sum(part["week:2026-W40"].points for part in parts) == 7
    assert [
        part[f"month:2026-{number}"].points for part, number in zip(parts, ("09", "10"), strict=True)
    ] == [3, 4]


def test_on_the_second_of_a_month_its_board_is_short_and_a_rolling_one_stands_beside_it() -> None:
    board = a_board(windows=["month", "last-30-days"])
    facts = [like(at=noon(D.replace(day=1) + number * DAY)) for number in range(30)]
    facts += [like(at=noon(date(2026, 12, 1)))]
    second = date(2026, 12, 2)
    assert standing(board, facts, "month:2026-12", second) == {"ann": 1}
    assert standing(board, facts, "month:2026-11", second) == {"ann": 30}
    assert standing(board, facts, "last-30-days", second) == {"ann": 28 + 1}


def test_since_yesterday_a_week_and_four_weeks() -> None:
    since = ["since-yesterday", "since-a-week", "since-four-weeks"]
    board = a_board(windows=since)
    ann = [like("ann", at=noon(D - DAY))]
    bob = [like("bob", at=noon(D - number * DAY)) for number in (1, 7, 28)]
    found = [standing(board, ann + bob, window, D) for window in since]
    assert [each["ann"] for each in found] == [1, 1, 1]
    assert [each["bob"] for each in found] == [1, 2, 3]


def test_in_a_new_season_everybody_starts_level_and_the_old_one_stays() -> None:
    seasons = [
        {"name": "spring", "from": "2026-03-01", "until": "2026-06-01"},
        {"name": "summer", "from": "2026-06-01", "until": "2026-09-01"},
    ]
    board = a_board(windows=["season"], seasons=seasons)
    facts = [like("veteran", by=f"v{n}", at=datetime(2026, 5, 31, 12, tzinfo=UTC)) for n in range(9)]
    facts += [like(who, at=datetime(2026, 6, 1, tzinfo=UTC)) for who in ("veteran", "newcomer")]
    assert standing(board, facts, "season:spring", D) == {"veteran": 9}
    assert standing(board, facts, "season:summer", D) == {"veteran": 1, "newcomer": 1}


def test_a_late_event_counts_in_its_own_month() -> None:
    at = datetime(2017, 5, 1, 10, tzinfo=UTC)
    board = a_board(points=[{"where": {"type": "Gain"}, "factor": 1}])
    may = {"klaus": 5, "clara": 3, "liam": 10}
    facts = [deed(member, at, type="Gain", value=value) for member, value in may.items()]
    cities = {"klaus": "A", "clara": "A", "liam": "B"}
    today = date(2017, 5, 31)

    def zero_based(period: str, city: str | None = None) -> dict[str, int]:
        scores = standing(board, facts, period, today)
        scores = {each: score for each, score in scores.items() if city in {None, cities[each]}}
        return {each: place - 1 for each, place in places(scores).items()}

    assert zero_based("month:2017-05", "A") == {"klaus": 0, "clara": 1}
    assert zero_based("month:2017-05") == {"liam": 0, "klaus": 1, "clara": 2}
    facts.append(deed("clara", datetime(2017, 4, 1, 10, tzinfo=UTC), type="Gain", value=10))
    assert zero_based("month:2017-05")["clara"] == 2
    assert zero_based("month:2017-04") == {"clara": 0}


@pytest.mark.parametrize("window", ["last-7-days", "since-a-month", "since-a-year", "last-365-days"])
@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 400))
def test_what_leaves_a_rolling_window_is_due_on_the_day_on_which_it_leaves(
    window: str, today: date, age: int
) -> None:
    board = a_board(windows=[window])
    day = today - age * DAY
    days = {day.isoformat(): (1, NOON)}
    due = appearance.next_change(board, "ann", days, Profile(), today, ZoneInfo("UTC"))
    held = [windows.rolling(window, today + n * DAY).holds(day) for n in range(400)]
    changes = [today + n * DAY for n in range(1, 400) if held[n] != held[n - 1]]
    assert due == min(changes, default=None)


def test_a_day_to_come_is_due_when_it_comes() -> None:
    board = a_board(windows=["all"])
    days = {(D + 3 * DAY).isoformat(): (1, NOON)}
    assert appearance.appearance(board, "ann", days, Profile(), D, ZoneInfo("UTC")) == {}
    assert appearance.next_change(board, "ann", days, Profile(), D, ZoneInfo("UTC")) == D + 3 * DAY


@pytest.mark.parametrize(
    ("window", "name"),
    [
        ("day", "2026-2-1"),
        ("week", "2026-W54"),
        ("week", "2026W41"),
        ("month", "2026-13"),
        ("month", "2026-1"),
    ],
)
def test_a_period_has_one_name(window: str, name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        windows.named(window, name)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.sampled_from(["day", "week", "month"]))
def test_a_period_is_found_by_its_name_and_follows_the_one_before(day: date, window: str) -> None:
    period = windows.containing(window, day)
    assert period.holds(day)
    assert windows.named(window, period.name or "") == period
    before = windows.before(period, ())
    assert before is not None
    assert before.end == period.first
