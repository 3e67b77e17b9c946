"""Badges and points together: what both lose with a deed, and what one more award costs at any number of members."""

from typing import Any

from services.titles_and_badges.repository import DATABASE
from shared import mongo
from tests.titles_and_badges.boards.conftest import Boards

ALL = "?window=all"
FIRST = {"name": "First", "criterion": {"kind": "object-score"}, "at": 1}


def test_a_deed_that_is_taken_back_takes_the_badge_and_the_points_along(boards: Boards) -> None:
    """A badge gives no points itself: boards count the deeds that earned it, so that both go together."""
    boards.define("first", FIRST)
    boards.put()
    boards.hear(boards.like("x", "ann", "fan"), boards.like("y", "bob", "fan"))
    assert (boards.held("ann"), sorted(boards.rows(ALL))) == (
        [("first", None)],
        [(1, "ann", 1), (1, "bob", 1)],
    )
    boards.hear(boards.retraction("x", "ann"))
    assert (boards.held("ann"), boards.rows(ALL)) == ([], [(1, "bob", 1)])


def test_an_award_costs_the_same_among_100_members_and_among_4_000(boards: Boards) -> None:
    """Counted, not timed: commands to MongoDB, and the keys and documents that it looks at; the board's too."""
    boards.define("first", FIRST)
    boards.put(ties="competition")
    few = _cost_of_the_award_after(boards, range(100))
    many = _cost_of_the_award_after(boards, range(100, 4_000))
    assert few["commands"] > 10
    assert (many["commands"], many["documents"]) == (few["commands"], few["documents"])
    # A look into an index may end on the entry behind the last one that it wants.
    assert many["keys"] <= few["keys"] + few["commands"]


def _cost_of_the_award_after(boards: Boards, others: range) -> dict[str, int]:
    likes = [boards.like("x", f"m{number}") for number in others]
    for begin in range(0, len(likes), 500):
        boards.hear(*likes[begin : begin + 500])
    boards.courier.carry()
    newest = f"newest-{len(others)}"
    boards.people(newest)
    boards.courier.carry()
    database = mongo.database(DATABASE)
    database.command("profile", 2)
    try:
        boards.hear(boards.like("x", newest))
        while boards.courier.project():
            pass
    finally:
        database.command("profile", 0)
        asked = list(database["system.profile"].find())
        # Other tests look through all that there is.
        database.drop_collection("system.profile")
    assert boards.held(newest) == [("first", None)]
    return _looked_at(asked)


def _looked_at(profiled: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "commands": len(profiled),
        "keys": sum(each.get("keysExamined", 0) for each in profiled),
        "documents": sum(each.get("docsExamined", 0) for each in profiled),
    }
