"""What becomes of an activity that comes again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.activity.domain import history
from services.activity.domain.history import Arrival, Stored

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
STEADY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def later(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def stored(digest: bytes | None = b"a", updated: datetime | None = None, **more: Any) -> Stored:
    return Stored(
        digest=digest, updated=updated, past=more.get("past", ()), retracted=more.get("retracted", False)
    )


@pytest.mark.parametrize(
    ("known", "digest", "updated", "expected"),
    [
        (None, b"a", None, Arrival.NEW),
        (stored(digest=None, retracted=True), b"a", None, Arrival.FILLS_TOMBSTONE),
        (stored(), b"a", None, Arrival.DUPLICATE),
        (stored(updated=later(1)), b"a", later(1), Arrival.DUPLICATE),
        (stored(updated=later(1)), b"a", None, Arrival.DUPLICATE),
        (stored(), b"a", later(1), Arrival.RESTAMPED),
        (stored(), b"b", later(1), Arrival.EDIT),
        (stored(updated=later(1)), b"b", later(2), Arrival.EDIT),
        (stored(updated=later(1)), b"b", later(1), Arrival.CONFLICT),
        (stored(updated=later(1)), b"b", None, Arrival.CONFLICT),
        (stored(), b"b", None, Arrival.CONFLICT),
        (stored(b"b", later(1), past={b"a"}), b"a", None, Arrival.DUPLICATE),
        (stored(b"b", later(1), past={b"a"}), b"a", later(2), Arrival.EDIT),
    ],
)
def test_what_comes_again_is_a_duplicate_an_edit_or_a_conflict(
    known: Stored | None, digest: bytes, updated: datetime | None, expected: Arrival
) -> None:
    assert history.arrival(known, digest=digest, updated=updated) is expected


@STEADY
@given(st.lists(st.sampled_from([b"a", b"b"]), min_size=1, max_size=4))
def test_the_latest_stamp_stands_in_whatever_order_contents_come(contents: list[bytes]) -> None:
    said = [(digest, later(hours)) for hours, digest in enumerate(contents)]
    assert {_standing(order) for order in permutations(said)} == {said[-1]}


def _standing(said: Sequence[tuple[bytes, datetime]]) -> tuple[bytes | None, datetime | None]:
    known: Stored | None = None
    for digest, updated in said:
        if history.arrival(known, digest=digest, updated=updated) not in {
            Arrival.DUPLICATE,
            Arrival.CONFLICT,
        }:
            past = {*known.past, known.digest} if known and known.digest else set()
            known = stored(digest, updated, past=past)
    assert known is not None
    return known.digest, known.updated
