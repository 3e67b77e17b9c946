"""What each kind of criterion counts, when thresholds are reached and lost, and whose deeds count at all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.titles_and_badges.domain import badges, standing, tallies
from services.titles_and_badges.domain.badges import Badge
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.domain.tallies import Reached, Tally

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOBODY = Context(profiles={})


def at(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def fact(hours: int = 0, kind: str = "Like", **said: Any) -> Fact:
    """Bob's deed about Ann's answer to Cy's question, as it concerns Ann."""
    known: dict[str, Any] = {
        "member": "ann", "activity": f"{kind}-{hours}", "version": 1, "roles": ("author",), "type": kind,
        "published": at(hours), "actor": "bob", "object": "o", "object_type": "Answer", "object_author": "ann",
        "parent": "q", "parent_author": "cy",
    }  # fmt: skip
    return Fact(**{**known, **said})


def badge(
    kind: str, at_: int | None = 2, policy: str = "sticky", repeat: str = "member", **options: Any
) -> Badge:
    definition: dict[str, Any] = {"criterion": {"kind": kind, **options}, "policy": policy, "repeat": repeat}
    return badges.badge("x", definition if at_ is None else {**definition, "at": at_})


def tally(rule: Badge, *facts: Fact) -> Tally:
    return tallies.recount(rule, [each for each in facts if rule.concerns(each)], NOBODY)


def reached(rule: Badge, *facts: Fact) -> Reached | None:
    return tally(rule, *facts).reached[0]


def test_a_count_counts_what_is_done_in_the_role() -> None:
    deeds = [fact(0), fact(1), fact(2, roles=("actor", "author")), fact(3, roles=("actor",))]
    assert tally(badge("count", role="author"), *deeds).value == 3
    assert tally(badge("count"), *deeds).value == 2
    assert tally(badge("count", where={"type": "Join"}), *deeds).value == 0


def test_a_sum_adds_up_values_where_there_are_any() -> None:
    deeds = [fact(0, value=5), fact(1, value=None), fact(2, value=-2), fact(3, value=0)]
    rule = badge("sum", role="author")
    assert [rule.concerns(each) for each in deeds] == [True, False, True, True]
    assert tally(rule, *deeds).value == 3


def test_the_first_deed_decides() -> None:
    rule = badge("first", None, role="author", where={"type": "Like"})
    assert reached(rule, fact(5), fact(3), fact(4), fact(1, "Join")) == Reached(since=fact(3).order)


def test_a_score_is_what_others_votes_add_up_to() -> None:
    votes = [
        fact(0),
        fact(1, actor=None),
        fact(2, "Dislike"),
        fact(3, actor="ann"),
        fact(4, roles=("actor",)),
    ]
    assert tally(badge("object-score"), *votes).value == 1
    weighed = badge("object-score", weights={"Like": 5, "Dislike": -3, "Join": 100})
    assert tally(weighed, *votes, fact(5, "Join"), fact(6, "Share")).value == 107
    assert not badge("object-score", where={"object.type": "Note"}).concerns(fact())
    assert not badge("object-score").concerns(fact(object=None))


@pytest.mark.parametrize(
    ("acceptance", "value"),
    [
        (None, 0),
        (fact(9, "Accept", actor="cy"), 2),
        (fact(-9, "Accept", actor="cy"), 2),
        (fact(9, "Accept", actor="bob"), 0),
        (fact(9, "Accept", actor="ann"), 0),
        (fact(9, "Accept", actor=None, parent_author=None), 0),
        (fact(9, "Accept", actor="ann", parent_author="ann"), 0),  # by himself
    ],
)
def test_a_score_counts_while_the_asker_accepts(acceptance: Fact | None, value: int) -> None:
    rule = badge("object-score", accepted=True)
    facts = [fact(0), fact(1), *([acceptance] if acceptance else [])]
    assert tally(rule, *facts).value == value
    hit = reached(rule, *facts)
    assert (hit.since if hit else None) == (max(each.order for each in facts) if value else None)


def test_nothing_earns_what_people_give() -> None:
    rule = badge("manual", None)
    assert not rule.concerns(fact())
    assert tallies.empty(rule).reached == (None,)


UP_AND_DOWN = [fact(1), fact(2), fact(3, "Dislike"), fact(4, "Dislike"), fact(5), fact(6)]


def test_sticky_stands_since_the_first_time() -> None:
    assert reached(badge("object-score"), *UP_AND_DOWN[:4]) == Reached(since=UP_AND_DOWN[1].order)
    assert reached(badge("object-score"), *UP_AND_DOWN) == Reached(since=UP_AND_DOWN[1].order)


def test_live_holds_while_it_holds() -> None:
    rule = badge("object-score", policy="live")
    assert reached(rule, *UP_AND_DOWN[:2]) == Reached(since=UP_AND_DOWN[1].order)
    assert reached(rule, *UP_AND_DOWN[:5]) == Reached(since=UP_AND_DOWN[1].order, until=at(3))
    assert reached(rule, *UP_AND_DOWN) == Reached(since=UP_AND_DOWN[5].order)


def test_what_was_retracted_never_happened() -> None:
    assert reached(badge("object-score"), *UP_AND_DOWN[1:5]) is None
    assert reached(badge("object-score", policy="live"), *UP_AND_DOWN[1:5]) is None


def test_every_level_is_reached_by_its_own_deed() -> None:
    levels = [{"name": "one", "at": 1}, {"name": "three", "at": 3}, {"name": "nine", "at": 9}]
    rule = badges.badge("x", {"criterion": {"kind": "count", "role": "author"}, "levels": levels})
    found = tally(rule, fact(1), fact(2), fact(3), fact(4)).reached
    assert found == (Reached(since=fact(1).order), Reached(since=fact(3).order), None)


def test_one_deed_may_reach_several_levels() -> None:
    levels = [{"name": "one", "at": 1}, {"name": "three", "at": 3}]
    rule = badges.badge("x", {"criterion": {"kind": "sum", "role": "author"}, "levels": levels})
    assert tally(rule, fact(1, value=5)).reached == (Reached(since=fact(1).order),) * 2


def test_event_order_is_time_then_sequence_then_id() -> None:
    ordered = [
        fact(0, activity="z"),
        fact(1, activity="b"),
        fact(1, activity="c", sequence=0),
        fact(1, activity="a", sequence=1),
        fact(1, activity="b", sequence=1),
        fact(2, activity="a"),
    ]
    assert sorted(ordered, key=lambda each: each.order) == ordered
    rule = badge("count", 3, role="author")
    assert {reached(rule, *order) for order in permutations(ordered)} == {Reached(since=ordered[2].order)}


def test_order_is_total_where_some_have_no_sequence() -> None:
    circle = [fact(1, activity="a", sequence=2), fact(1, activity="b"), fact(1, activity="c", sequence=1)]
    orders = {tuple(sorted(each, key=lambda one: one.order)) for each in permutations(circle)}
    assert len(orders) == 1


def test_a_tally_knows_what_comes_in_order() -> None:
    rule = badge("count", role="author")
    known = tally(rule, fact(2))
    assert tallies.comes_in_order(known, [fact(3)])
    assert tallies.comes_in_order(known, [])
    assert tallies.comes_in_order(tallies.empty(rule), [fact(1)])
    assert not tallies.comes_in_order(known, [fact(1), fact(3)])
    assert not tallies.comes_in_order(known, [fact(2)])


def test_folding_further_is_counting_all() -> None:
    rule = badge("object-score", policy="live", accepted=True)
    facts = [*UP_AND_DOWN, fact(7, "Accept", actor="cy"), fact(8, "Dislike"), fact(9)]
    whole = tallies.recount(rule, facts, NOBODY)
    for cut in range(len(facts) + 1):
        first = tallies.recount(rule, facts[:cut], NOBODY)
        assert tallies.fold(rule, first, facts[cut:], NOBODY) == whole


BOT_AT_NOON = Profile(roles=((at(-9), "staff"), (at(0), "bot"), (at(9), "member")))
OUT_AT_NOON = Profile(opt_outs=((at(0), True), (at(9), False)))


@pytest.mark.parametrize(
    ("profiles", "hours", "counts"),
    [
        ({}, 0, True),
        *(
            ({"ann": BOT_AT_NOON}, hours, counts)
            for hours, counts in ((-1, True), (0, False), (8, False), (9, True))
        ),
        *(
            ({"bob": BOT_AT_NOON}, hours, counts)
            for hours, counts in ((-1, True), (0, False), (8, False), (9, True))
        ),
        *(
            ({"ann": OUT_AT_NOON}, hours, counts)
            for hours, counts in ((-1, True), (0, False), (8, False), (9, True))
        ),
        ({"bob": OUT_AT_NOON}, 0, True),  # who earns nothing may still give
        ({"cy": BOT_AT_NOON}, 0, True),
    ],
)
def test_bots_and_who_opted_out_earn_nothing_and_bots_give_nothing(
    profiles: dict[str, Profile],
    hours: int,
    counts: bool,  # noqa: FBT001
) -> None:
    assert standing.may_count(fact(hours), Context(profiles=profiles)) is counts


def test_nobody_is_no_bot() -> None:
    assert standing.may_count(fact(actor=None), Context(profiles={"bob": BOT_AT_NOON}))


def test_a_zone_holds_from_its_date_on() -> None:
    zones = [(at(0), "Europe/Kyiv"), (at(9), "Asia/Tokyo")]
    context = Context(profiles={}, zones=zones)
    assert [str(context.zone(at(hours))) for hours in (-1, 0, 9)] == ["UTC", "Europe/Kyiv", "Asia/Tokyo"]


def test_who_else_is_involved() -> None:
    assert _involved(fact()) == ["bob", "cy"]
    assert _involved(fact(actor="ann", parent_author=None)) == []


def _involved(deed: Fact) -> Sequence[str]:
    return deed.involved()
