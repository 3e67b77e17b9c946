"""Months by a community's own clock."""

from datetime import UTC, datetime, timedelta, timezone

from shared import months
from shared.clock import BEGINNING


def test_the_border_of_a_month_is_midnight_in_the_communitys_zone_across_clock_changes_and_far_offsets() -> (
    None
):
    borders = {
        "Europe/Kyiv": datetime(2026, 10, 31, 22, tzinfo=UTC),  # winter time since the 25th
        "America/New_York": datetime(2026, 11, 1, 4, tzinfo=UTC),  # summer time until two hours later
        "Pacific/Kiritimati": datetime(2026, 10, 31, 10, tzinfo=UTC),
        "Etc/GMT+12": datetime(2026, 11, 1, 12, tzinfo=UTC),
        "UTC": datetime(2026, 11, 1, tzinfo=UTC),
    }
    for zone, border in borders.items():
        zones = [(BEGINNING, zone)]
        assert (zone, months.border("2026-10", zones)) == (zone, border)
        assert months.month_of(border - timedelta(microseconds=1), zones) == "2026-10"
        assert months.month_of(border, zones) == "2026-11"


def test_where_the_zone_changes_about_the_border_the_later_border_holds() -> None:
    moved = datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert months.border(
        "2026-10", [(BEGINNING, "Pacific/Kiritimati"), (moved, "America/New_York")]
    ) == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_years_follow_one_another() -> None:
    assert [months.following(each) for each in ("2026-12", "2026-01", "2026-09")] == [
        "2027-01",
        "2026-02",
        "2026-10",
    ]
    assert months.month_of(datetime(2026, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))), []) == "2027-01"
