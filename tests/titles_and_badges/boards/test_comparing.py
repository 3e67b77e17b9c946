"""`verify` names whatever boards show that credits do not say, and `rebuild` mends it."""

from typing import Any

import pytest

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.repository.boards import trees
from services.titles_and_badges.use_cases import comparing_boards, projecting
from shared import clock, mongo
from tests.titles_and_badges.boards.conftest import ALL, Boards, liked


def a_score(boards: Boards) -> None:
    _break(boards, "standings", f"{_all(boards)}:{boards.member('ann')}", {"$inc": {"s": 5}})


def a_row_is_gone(boards: Boards) -> None:
    mongo.collection(DATABASE, "standings").delete_one({"_id": f"{_all(boards)}:{boards.member('bob')}"})


def a_count(boards: Boards) -> None:
    _break(boards, "score_counts", _all(boards), {"$inc": {"counts.103": 1}})


def the_whole_tree(boards: Boards) -> None:
    mongo.collection(DATABASE, "score_counts").delete_many({"_id": _all(boards)})


def what_is_shown(boards: Boards) -> None:
    key = f"{boards.member('ann')}|likes|2026-05"
    _break(boards, "shown_credits", key, {"$unset": {"parts.all": ""}})


def _all(boards: Boards) -> str:
    return f"{boards.community}:likes:all"


def _break(boards: Boards, collection: str, key: str, change: Any) -> None:
    assert boards.community
    assert mongo.collection(DATABASE, collection).update_one({"_id": key}, change).modified_count == 1


@pytest.mark.parametrize("breaking", [a_score, a_row_is_gone, a_count, the_whole_tree, what_is_shown])
def test_what_is_wrong_is_named_and_mended(boards: Boards, breaking: Any) -> None:
    boards.put(windows=["month", "all"])
    boards.hear(*liked(boards, ann=3, bob=1))
    before = boards.rows(ALL)
    assert list(comparing_boards.compare(boards.community, clock.now())) == []
    breaking(boards)
    assert list(comparing_boards.compare(boards.community, clock.now())) != []
    repair = lambda held: comparing_boards.repair(held, boards.community, clock.now())  # noqa: E731
    assert list(projecting.alone(repair))
    assert list(comparing_boards.compare(boards.community, clock.now())) == []
    assert boards.rows(ALL) == before
    counted = trees.one(_all(boards), [3, 1])
    assert (counted.place(3, "competition"), counted.place(1, "competition"), counted.total) == (1, 2, 2)


def test_what_waits_for_the_projector_is_no_drift(boards: Boards) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=3))
    assert list(comparing_boards.compare(boards.community, clock.now())) == []
