"""Places: tie policies, exclusions from ranking, and the tree that knows a place without a list."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.titles_and_badges.domain.boards import ranking
from services.titles_and_badges.domain.boards.ranking import Tree
from services.titles_and_badges.domain.standing import Profile
from tests.titles_and_badges.boards.deeds import NOON, a_board, in_zone, like, places, standing

D = date(2026, 11, 22)
DAY = timedelta(days=1)
SCORES = st.lists(
    st.one_of(st.integers(-250, 250), st.integers(-(10**12), 10**12), st.just(7)), min_size=1, max_size=60
)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("competition", [1, 2, 2, 4]), ("dense", [1, 2, 2, 3]), ("ordinal", [1, 2, 3, 4])],
)
def test_ties_are_placed_by_the_declared_policy_the_same_twice(ties: str, expected: list[int]) -> None:
    scores = {"a": 50, "b": 20, "c": 20, "d": 10}
    assert list(places(scores, ties).values()) == expected
    assert list(places(dict(reversed(scores.items())), ties).values()) == expected


def test_who_has_no_badge_has_no_place_and_others_move_past_who_gained_nothing() -> None:
    assert places({"w": 1, "x": 2, "y": 2, "z": 3}) == {"z": 1, "x": 2, "y": 2, "w": 4}
    assert places({"x": 3, "y": 1}) == {"x": 1, "y": 2}
    held = [like("two", by="a"), like("two", by="b")]
    assert places(standing(a_board(), held, "all", D)) == {"two": 1}
    assert places(standing(a_board(), [*held, like("one")], "all", D)) == {"two": 1, "one": 2}
    assert "none" not in standing(a_board(), [*held], "all", D)


def test_refreshing_over_two_days_adds_them_up() -> None:
    """10, 20 and 1 + 4 give 20, 10 and 5, and so the places 1, 2 and 3."""
    worth = {"ten": [10], "twenty": [20], "five": [1, 4]}
    facts = [
        like(member, by=f"{member}{day}{number}", at=NOON + day * DAY)
        for member, days in worth.items()
        for day, points in enumerate(days)
        for number in range(points)
    ]
    scores = standing(a_board(), facts, "all", D)
    assert scores == {"ten": 10, "twenty": 20, "five": 5}
    assert places(scores) == {"twenty": 1, "ten": 2, "five": 3}


def test_who_reached_a_score_earlier_stands_before_who_reached_it_later_then_the_id_decides() -> None:
    early, late = NOON, NOON + timedelta(milliseconds=1)
    rows = [
        (5, late, "a"),
        (5, early, "c"),
        (5, early, "b"),
        (6, late, "z"),
        (-1, early, "a"),
        (0, late, "y"),
    ]
    ordered = sorted(rows, key=lambda row: ranking.list_key(*row))
    assert ordered == [
        (6, late, "z"),
        (5, early, "b"),
        (5, early, "c"),
        (5, late, "a"),
        (0, late, "y"),
        (-1, early, "a"),
    ]
    before_1970 = datetime(1960, 1, 1, tzinfo=UTC)
    assert ranking.list_key(5, before_1970, "z") < ranking.list_key(5, early, "a")


def test_staff_is_left_out_as_declared_and_only_while_it_is_staff() -> None:
    board = a_board(exclude={"ranking": [{"role": "staff", "reason": "Paid."}]})
    profile = Profile(roles=((datetime(2026, 10, 15, tzinfo=UTC), "staff"),))
    context = in_zone(profiles={"ann": profile})
    facts = [like("ann", at=NOON), like("ann", at=NOON - 30 * DAY), like("bob")]
    assert standing(board, facts, "month:2026-09", D, context) == {"ann": 1}
    assert standing(board, facts, "month:2026-10", D, context) == {"bob": 1}
    assert standing(a_board(), facts, "month:2026-10", D, context) == {"ann": 1, "bob": 1}


def test_bots_have_no_place_and_who_opted_out_vanishes_everywhere() -> None:
    facts = [like("ann", at=NOON - 300 * DAY), like("bob", at=NOON - 300 * DAY)]
    out = Profile(opt_outs=((datetime(2026, 11, 1, tzinfo=UTC), True),))
    assert standing(a_board(), facts, "month:2025-12", D, in_zone(profiles={"ann": out})) == {"bob": 1}
    bot = Profile(roles=((datetime(2026, 11, 1, tzinfo=UTC), "bot"),))
    assert standing(a_board(), facts, "all", D, in_zone(profiles={"ann": bot})) == {"bob": 1}


def test_an_exclusion_by_name_holds_on_its_days() -> None:
    named = {"member": "ann", "from": "2026-10-20", "until": "2026-11-01", "reason": "Suspended."}
    board = a_board(exclude={"ranking": [named]}, windows=["day", "month", "all"])
    facts = [like("ann", at=NOON - 30 * DAY), like("ann", at=NOON), like("ann", at=NOON + 30 * DAY)]
    assert standing(board, facts, "month:2026-09", D) == {"ann": 1}
    assert standing(board, facts, "month:2026-10", D) == {}
    assert standing(board, facts, "month:2026-11", D) == {"ann": 1}
    assert standing(board, facts, "all", date(2026, 10, 25)) == {}
    assert standing(board, facts, "all", D) == {"ann": 3}


@given(SCORES, SCORES)
def test_the_tree_knows_what_counting_finds(members: list[int], gone: list[int]) -> None:
    tree = Tree({})
    for score in [*members, *gone]:
        tree.add(score, 1)
    for score in gone:
        tree.add(score, -1)
    for score in {*members, *gone}:
        higher = [each for each in members if each > score]
        assert tree.higher(score) == (len(higher), len(set(higher)))
        assert tree.at(score) == members.count(score)
    assert tree.total == len(members)
    again = Tree({})
    for score in reversed(members):
        again.add(score, 1)
    assert {path: node for path, node in tree.nodes.items() if node.counts} == again.nodes


@given(SCORES, st.sampled_from(["competition", "dense"]))
def test_the_tree_finds_the_score_on_a_place(members: list[int], ties: str) -> None:
    tree = Tree({})
    for score in members:
        tree.add(score, 1)
    ordered = sorted(set(members), reverse=True) if ties == "dense" else sorted(members, reverse=True)
    for wanted, score in enumerate(ordered, start=1):
        path: tuple[int, ...] = ()
        left = wanted
        while not path or not ranking.is_last(path):
            found = ranking.step_down(tree.nodes[path], left, ties)
            assert found is not None
            path, left = (*path, found[0]), left - found[1]
        assert ranking.score_at(path) == score
    assert ranking.step_down(tree.nodes[()], len(ordered) + 1, ties) is None


@given(SCORES)
def test_paths_and_keys_sort_as_scores_do(scores: list[int]) -> None:
    assert sorted(scores) == sorted(scores, key=ranking.path)
    assert sorted(scores, reverse=True) == sorted(
        scores, key=lambda score: ranking.list_key(score, NOON, "m")
    )
    assert [ranking.score_at(ranking.path(score)) for score in scores] == scores


@given(st.integers(-999_999, 999_999))
def test_a_place_below_a_million_points_needs_three_nodes_at_most(score: int) -> None:
    assert len(ranking.nodes_of(score)) <= 3


@given(SCORES, st.sampled_from(["competition", "dense", "ordinal"]), st.data())
def test_a_page_of_a_list_has_the_places_of_the_whole_list(
    members: list[int], ties: str, data: st.DataObject
) -> None:
    ordered = sorted(members, reverse=True)
    whole = list(ranking.ranks(ordered, ties, place=1, at_first=0, before=0))
    start = data.draw(st.integers(0, len(ordered) - 1))
    page = ordered[start : start + data.draw(st.integers(1, 10))]
    first = page[0]
    higher = [each for each in ordered if each > first]
    found = ranking.ranks(
        page,
        ties,
        place=1 + (len(set(higher)) if ties == "dense" else len(higher)),
        at_first=Counter(ordered)[first],
        before=start - len(higher),
    )
    assert list(found) == whole[start : start + len(page)]
