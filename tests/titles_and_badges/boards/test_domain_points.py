"""Points: who gets how much for what, under which caps; what one does to oneself gives nothing."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.titles_and_badges.domain.boards import BoardRules, accounts, board
from services.titles_and_badges.domain.boards.definitions import Board
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Profile
from shared.errors import Invalid
from tests.titles_and_badges.boards.deeds import NOON, a_board, deed, earned, in_zone, like, points

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def scored(*lines: dict[str, Any], **more: Any) -> Board:
    return board("scores", {"name": "Scores", "points": list(lines), **more})


def made(kind: str, times: int, **said: Any) -> list[Fact]:
    """So many deeds of a type of ann's, a day apart."""
    return [deed(at=NOON + number * DAY, type=kind, **said) for number in range(times)]


def test_points_are_what_the_policy_says() -> None:
    likes = [like(by=f"fan-{number}") for number in range(10)]
    assert points(a_board(), likes) == {"ann": 10}
    replies = scored(
        {"where": {"type": "Create", "object.type": "Comment", "not": {"object.tag": "hidden"}}, "points": 2}
    )
    said = [
        *made("Create", 2, object_type="Comment"),
        *made("Create", 1, object_type="Question"),  # an opening post
        *made("Moderate", 1, object_type="Comment"),
        *made("Create", 1, object_type="Comment", object_tags=("hidden",)),
    ]
    assert points(replies, said) == {"ann": 4}
    for kind, times, each in (("Visit", 30, 1), ("FlagUpheld", 10, 10), ("InvitationRedeemed", 10, 10)):
        line = {"where": {"type": kind}, "points": each}
        assert points(scored(line), made(kind, times)) == {"ann": times * each}


def test_points_of_topics_go_with_the_topics() -> None:
    topics = made("Create", 10, object_type="Topic")
    five_each = scored({"where": {"object.type": "Topic"}, "points": 5})
    assert points(five_each, topics) == {"ann": 50}
    assert points(five_each, topics[:5]) == {"ann": 25}
    assert points(five_each, []) == {}


@pytest.mark.parametrize("value", [100, 3_600])
def test_the_value_of_a_deed_times_a_factor(value: int) -> None:
    read = made("Read", 30, value=value)
    once_a_day = scored({"where": {"type": "Read", "value": {"gte": value}}, "points": 1, "cap_a_day": 1})
    assert points(once_a_day, [*read, *read[:3]]) == {"ann": 30}
    assert points(scored({"where": {"type": "Read"}, "factor": 2}), read) == {"ann": 60 * value}
    assert points(scored({"factor": 2}), made("Read", 1)) == {}  # without a value there is nothing to give


def test_a_repair_has_no_border_in_time() -> None:
    board_ = scored({"where": {"type": "Create"}, "points": 5})
    days = [deed(at=NOON - number * DAY) for number in (8, 12, 400)]
    assert [day for day, _ in sorted(earned(board_, days)["ann"].items())] == [
        (NOON - number * DAY).date().isoformat() for number in (400, 12, 8)
    ]


def test_a_day_gives_no_more_than_its_cap_and_the_cap_survives_a_retraction() -> None:
    board_ = a_board(cap_a_day=3)
    deeds = [like(by=f"fan-{number}", at=NOON + number * HOUR / 60) for number in range(4)]
    assert points(board_, deeds) == {"ann": 3}
    assert points(board_, [deeds[0], *deeds[2:]]) == {"ann": 3}
    assert points(board_, [*deeds, like(at=NOON + DAY)]) == {"ann": 4}


def test_a_line_may_have_a_cap_of_its_own() -> None:
    board_ = scored(
        {"where": {"type": "Visit"}, "points": 1, "cap_a_day": 1}, {"where": {"type": "Create"}, "points": 5}
    )
    facts = [deed(type="Visit"), deed(type="Visit"), deed(type="Create"), deed(type="Create")]
    assert points(board_, facts) == {"ann": 11}


def test_what_takes_points_away_is_not_capped() -> None:
    board_ = scored(
        {"role": "author", "where": {"type": "Like"}, "points": 10},
        {"role": "author", "where": {"type": "Dislike"}, "points": -7},
        cap_a_day=10,
    )
    votes = [like(by="a"), like(by="b"), like(by="c", type="Dislike"), like(by="d"), like(by="e")]
    assert points(board_, votes) == {"ann": 10}  # 10, 10, 3, 10, 10


def test_one_giver_counts_for_less_each_time() -> None:
    board_ = scored(
        {"role": "author", "where": {"type": "Like"}, "points": 10}, by_giver={"shares": [100, 50, 25]}
    )
    by_bob = [like(at=NOON + number * HOUR / 10) for number in range(5)]
    assert points(board_, by_bob) == {"ann": 10 + 5 + 2 + 2 + 2}
    assert points(board_, [*by_bob, like(by="eve")]) == {"ann": 31}


def test_the_month_is_what_a_givers_cap_holds_for() -> None:
    board_ = a_board(by_giver={"cap": 2})
    october = [like(at=NOON + number * HOUR) for number in range(5)]
    assert points(board_, october) == {"ann": 2}
    assert points(board_, [*october, like(at=NOON + 31 * DAY)]) == {"ann": 3}


def test_a_ring_of_two_earns_no_more_than_a_givers_cap_each() -> None:
    board_ = a_board(by_giver={"cap": 3, "shares": [100, 100, 0]})
    ring = [
        like(member, by=by, at=NOON + number * HOUR / 60)
        for number in range(30)
        for member, by in (("ann", "bob"), ("bob", "ann"))
    ]
    assert points(board_, ring) == {"ann": 2, "bob": 2}


def test_all_who_are_not_known_are_one_giver() -> None:
    assert points(a_board(by_giver={"cap": 2}), [like(by=None) for _ in range(9)]) == {"ann": 2}
    assert points(a_board(), [like(by=None) for _ in range(9)]) == {"ann": 9}


@pytest.mark.parametrize("role", ["author", "actor"])
@pytest.mark.parametrize("kind", ["Like", "Accept", "Dislike"])
def test_what_one_does_to_oneself_earns_nothing(role: str, kind: str) -> None:
    board_ = scored({"role": role, "where": {"type": kind}, "points": 10})
    assert points(board_, [like("ann", by="ann", type=kind)]) == {}


@pytest.mark.parametrize("role", ["author", "actor"])
def test_making_something_of_ones_own_does(role: str) -> None:
    assert points(scored({"role": role, "where": {"type": "Create"}, "points": 4}), [deed()]) == {"ann": 4}


def test_bots_earn_nothing_and_their_likes_give_nothing() -> None:
    bot = Profile(roles=((datetime(1970, 1, 1, tzinfo=UTC), "bot"),))
    context = in_zone(profiles={"robot": bot})
    assert points(a_board(), [like("ann", by="robot"), like("robot", by="ann")], context) == {}


def test_what_is_excluded_from_earning_is_excluded_on_its_days_alone() -> None:
    suspended = {
        "earning": [
            {"member": "ann", "from": "2026-10-05", "until": "2026-10-08", "reason": "Suspended for spam."}
        ]
    }
    facts = [like(at=NOON + number * DAY) for number in range(-4, 4)]
    assert sorted(earned(a_board(exclude=suspended), facts)["ann"]) == [
        "2026-10-03",
        "2026-10-04",
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
    ]


def test_who_became_staff_earns_nothing_since() -> None:
    staff = {"earning": [{"role": "staff", "reason": "Paid."}]}
    profile = Profile(roles=((NOON, "staff"),))
    facts = [like(at=NOON - DAY), like(at=NOON + DAY)]
    assert points(a_board(exclude=staff), facts, in_zone(profiles={"ann": profile})) == {"ann": 1}


def test_a_changed_policy_holds_for_what_is_done_while_it_is_in_force() -> None:
    one, ten = ({"points": [{"role": "author", "where": {"type": "Like"}, "points": n}]} for n in (1, 10))
    board_ = board(
        "likes", {"name": "Likes", **ten}, earlier=[(datetime(1, 1, 1, tzinfo=UTC), one), (NOON, ten)]
    )
    facts = [like(at=NOON - DAY), like(by="eve", at=NOON), like(by="eve", at=NOON + DAY)]
    assert points(board_, facts) == {"ann": 21}


def test_only_boards_that_a_deed_can_change_are_asked() -> None:
    asked = []
    rules = BoardRules(
        1,
        [board(f"b{n}", {"name": "B", "points": [{"where": {"type": f"T{n}"}}]}) for n in range(1_100)],
        defined=True,
    )
    for each in rules.boards.values():
        line = each.policies[0][1].earnings[0]
        tested = line.where.predicate
        object.__setattr__(line.where, "predicate", lambda fact, t=tested: asked.append(1) or t(fact))
    assert [each.slug for each in rules.concerned(deed(type="T7"))] == ["b7"]
    assert len(asked) == 1


def test_a_rule_that_raises_is_a_fault_and_no_missing_credit() -> None:
    board_ = a_board()
    line = board_.policies[0][1].earnings[0]
    object.__setattr__(line.where, "predicate", lambda _fact: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        points(board_, [like()])


LIMITED = scored(
    {"role": "author", "where": {"type": "Like"}, "points": 7, "cap_a_day": 20},
    {"role": "author", "where": {"type": "Dislike"}, "points": -3},
    cap_a_day=30,
    by_giver={"cap": 25, "shares": [100, 70, 30]},
)
DEEDS = st.lists(
    st.builds(
        lambda number, kind, by, hour, sequence: like(
            by=by, at=NOON + hour * HOUR, type=kind, activity=f"d{number}", sequence=sequence
        ),
        st.integers(0, 30),
        st.sampled_from(["Like", "Like", "Dislike"]),
        st.sampled_from(["bob", "eve", None]),
        st.integers(0, 60),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=20,
    unique_by=lambda fact: fact.activity,
)


@given(DEEDS, st.randoms(use_true_random=False))
def test_by_the_difference_or_from_scratch_in_any_order_it_is_the_same(
    facts: list[Fact], chance: random.Random
) -> None:
    context = in_zone()
    whole = accounts.recount(LIMITED, facts, context)
    in_parts, seen = accounts.EMPTY, list[Fact]()
    waiting = chance.sample(facts, len(facts))
    while waiting:
        size = chance.randint(1, 5)
        batch, waiting = sorted(waiting[:size], key=lambda fact: fact.order), waiting[size:]
        seen += batch
        if accounts.comes_in_order(in_parts, batch):
            in_parts = accounts.fold(LIMITED, in_parts, batch, context)
        else:
            in_parts = accounts.recount(LIMITED, seen, context)
    assert in_parts == whole


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"points": []}, "/points"),
        ({"points": [{"points": 0}]}, "/points/0/points"),
        ({"points": [{"points": 1, "factor": 1}]}, "/points/0/factor"),
        ({"points": [{"points": 1.5}]}, "/points/0/points"),
        ({"points": [{"points": True}]}, "/points/0/points"),
        ({"points": [{"where": {"typo": 1}}]}, "/points/0/where/typo"),
        ({"points": [{"role": "reader"}]}, "/points/0/role"),
        ({"points": [{"worth": 1}]}, "/points/0/worth"),
        ({"cap_a_day": 0}, "/cap_a_day"),
        ({"by_giver": {}}, "/by_giver"),
        ({"by_giver": {"shares": [101]}}, "/by_giver/shares/0"),
        ({"windows": ["month", "decade"]}, "/windows/1"),
        ({"windows": ["last-500-days"]}, "/windows/0"),
        ({"windows": ["month", "month"]}, "/windows"),
        ({"windows": ["season"]}, "/windows/0"),
        ({"seasons": [{"name": "x", "from": "2026-02-01", "until": "2026-02-01"}]}, "/seasons/0/until"),
        ({"seasons": [{"name": "X!", "from": "2026-01-01", "until": "2026-02-01"}]}, "/seasons/0/name"),
        ({"ties": "random"}, "/ties"),
        ({"exclude": {"ranking": [{"role": "staff"}]}}, "/exclude/ranking/0/reason"),
        ({"exclude": {"ranking": [{"reason": "why"}]}}, "/exclude/ranking/0"),
        ({"exclude": {"earning": [{"role": "king", "reason": "why"}]}}, "/exclude/earning/0/role"),
        (
            {"exclude": {"earning": [{"role": "bot", "reason": "x", "from": "soon"}]}},
            "/exclude/earning/0/from",
        ),
        ({"exclude": {"cheering": []}}, "/exclude"),
        ({"from": "2026-13-01"}, "/from"),
        ({"from": "2026-02-01", "until": "2026-01-01"}, "/until"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_board(**change)
    assert [each["pointer"] for each in refused.value.errors] == [place]
