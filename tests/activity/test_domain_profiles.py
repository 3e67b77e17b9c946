"""What a member is, and from when."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.activity.domain import profiles
from shared.clock import BEGINNING

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
STEADY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def later(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def test_what_is_declared_first_holds_since_always_and_a_change_from_now_on() -> None:
    first = profiles.declare([], "bot", since=None, now=later(1), default="member")
    assert first == [(BEGINNING, "bot")]
    changed = profiles.declare(first, "member", since=None, now=later(2), default="member")
    assert changed == [(BEGINNING, "bot"), (later(2), "member")]
    assert profiles.declare(changed, "member", since=None, now=later(3), default="member") == changed
    assert profiles.declare([], "member", since=None, now=later(1), default="member") == []


def test_of_one_moment_the_last_declaration_holds() -> None:
    timeline = profiles.declare([(later(1), "bot")], "staff", since=later(1), now=later(5), default="member")
    assert timeline == [(later(1), "staff")]


@STEADY
@given(st.dictionaries(st.integers(0, 3), st.sampled_from(["member", "bot"]), max_size=4))
def test_dated_declarations_hold_until_the_next_whatever_their_order(said: dict[int, str]) -> None:
    expected = [(later(hours), said[hours]) for hours in sorted(said)]
    for order in permutations(said.items()):
        timeline: list[tuple[datetime, str]] = []
        for hours, role in order:
            timeline = profiles.declare(timeline, role, since=later(hours), now=later(9), default="member")
        assert timeline == expected
