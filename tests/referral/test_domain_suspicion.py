"""What looks like fraud has points; from some on a person decides."""

from datetime import timedelta

import pytest

from services.referral.domain import suspicion
from shared import clock

NOW = clock.from_text("2026-05-01T12:00:00Z")


@pytest.mark.parametrize(
    ("codes", "points", "holds"),
    [
        ([], 0, False),
        (["relay-email", "paid-traffic"], 0, False),
        (["similar-names"], 20, False),
        (["burst"], 25, True),
        (["disposable-email"], 30, True),
        (["same-ip"], 40, True),
        (["similar-names", "same-domain"], 40, True),
        (["same-email", "same-email"], 100, True),
        (["something new"], 25, True),
    ],
)
def test_points_add_up_and_hold_from_twenty_five_on(codes: list[str], points: int, *, holds: bool) -> None:
    found = suspicion.flags(codes)
    assert (sum(each.points for each in found), suspicion.holds(found)) == (points, holds)


@pytest.mark.parametrize(("others", "burst"), [(4, False), (5, True), (9, True)])
def test_more_than_five_within_an_hour_are_a_burst_whichever_came_first(others: int, *, burst: bool) -> None:
    minutes = [timedelta(minutes=number) for number in range(1, others + 1)]
    assert suspicion.is_burst(NOW, [NOW + each for each in minutes]) is burst
    assert suspicion.is_burst(NOW, [NOW - each for each in minutes]) is burst
    assert suspicion.is_burst(NOW, [NOW + 13 * each for each in minutes]) is False


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Ann Brown", "ann  brown", True),
        ("Ann Brown", "Anne Brown", True),
        ("jack", "jackpot2lte", False),
        ("Ann", "Bob", False),
        ("", "", False),
        ("Олена Коваль", "Олена Коваль.", True),
    ],
)
def test_names_are_similar_or_not(one: str, other: str, *, alike: bool) -> None:
    assert suspicion.are_alike(one, other) is alike


def test_every_flag_with_points_is_explained() -> None:
    assert suspicion.POINTS.keys() == suspicion.WORDS.keys()
