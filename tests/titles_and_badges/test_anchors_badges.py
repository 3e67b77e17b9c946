"""What other systems got wrong about badges, one test each; the other lines are proved where their parts are tested."""

from dataclasses import replace
from typing import Any

import pytest

from services.titles_and_badges.domain import badges
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.facts import Fact
from tests.titles_and_badges.folding import NOBODY, at, badge, deed, fold, spans, value

HUNDRED = [{"name": f"level {level}", "at": 3 * level} for level in range(1, 101)]


def likes(count: int) -> list[Fact]:
    return [
        deed(f"2026-01-01T00:{minute // 60:02}:{minute % 60:02}", f"{minute:04}") for minute in range(count)
    ]


@pytest.mark.parametrize(("count", "level"), [(1, 0), (4, 1), (304, 100), (3_000, 100)])
def test_levels_of_gengine_and_beyond_the_top_the_top(count: int, level: int) -> None:
    tally = fold(badge({"kind": "count"}, levels=HUNDRED), likes(count))
    assert sum(each is not None for each in tally.reached) == level


def test_fifty_are_awarded_at_the_fiftieth_by_event_order_however_they_arrive() -> None:
    fifty = badge({"kind": "count"}, at=50)
    deeds = likes(99)
    tally = fold(fifty, [*deeds[60:], *deeds[:30], *deeds[30:60]])
    assert tally.reached[0] is not None
    assert tally.reached[0].since[2] == "0049"
    assert fold(fifty, deeds[:49]).reached == (None,)


def test_levels_come_in_their_order() -> None:
    levels = [{"name": name, "at": at} for name, at in (("III", 3), ("IV", 4), ("V", 5))]
    reached = fold(badge({"kind": "count"}, levels=levels), reversed(likes(9))).reached
    assert [each and each.since[2] for each in reached] == ["0002", "0003", "0004"]


def test_of_1100_badges_those_are_asked_that_a_deed_can_change(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    right = Count.concerns

    def concerns(self: Count, fact: Fact) -> bool:
        asked.append(fact.activity)
        return right(self, fact)

    monkeypatch.setattr(Count, "concerns", concerns)
    made = [
        badges.badge(
            f"b{number}",
            {"criterion": {"kind": "count", "where": {"type": f"T{number}", "value": 1}}, "at": 1},
        )
        for number in range(1_100)
    ]
    rules = Rules(1, made)
    assert [each.slug for each in rules.concerned(deed("2026-01-01", type="T7", value=1))] == ["b7"]
    assert len(asked) == 1


def test_what_time_can_change_is_asked_on_its_own_signals_alone() -> None:
    kinds: dict[str, dict[str, Any]] = {
        "streak": {"criterion": {"kind": "streak", "where": {"type": "Create"}}, "at": 1},
        "nth": {"criterion": {"kind": "nth", "where": {"type": "Create"}}, "at": 1},
        "tenure": {"criterion": {"kind": "tenure", "where": {"type": "Join"}}, "at": 1},
        "ratio": {
            "criterion": {
                "kind": "ratio",
                "part": {"where": {"type": "A"}},
                "whole": {"where": {"type": "B"}},
                "least": 1,
            },
            "at": 1,
        },
        "compound": {"criterion": {"kind": "compound", "any": [{"kind": "first", "where": {"type": "C"}}]}},
        "referral": {"criterion": {"kind": "referral"}, "at": 1},
        "rank": {"criterion": {"kind": "rank", "board": "b"}, "at": 1},
        "chain": {"criterion": {"kind": "chain", "all": [{"badge": "nth"}]}},
    }
    made = {slug: badges.badge(slug, each) for slug, each in kinds.items()}
    assert {slug: each.criterion.types for slug, each in made.items()} == {
        "streak": {"Create"}, "nth": {"Create"}, "tenure": {"Join"}, "ratio": {"A", "B"}, "compound": {"C"},
        "referral": {"referral.joined"}, "rank": {"board.ranked"}, "chain": set(),
    }  # fmt: skip


def test_a_rule_that_raises_is_a_fault_and_no_refusal_to_match(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Count, _fact: Fact) -> bool:
        message = "a fault"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(Count, "concerns", broken)
    rule = badge({"kind": "count", "where": {"value": 1}})
    with pytest.raises(ZeroDivisionError):
        Rules(1, [rule]).concerned(deed("2026-01-01"))


def test_all_are_revoked_if_live_none_if_sticky_when_nobody_qualifies_any_more() -> None:
    up, down = (
        deed(
            f"2026-01-0{day}",
            kind,
            type=kind,
            actor="bob",
            roles=("author",),
            object="o",
            object_author="ann",
        )
        for day, kind in ((1, "Like"), (2, "Dislike"))
    )
    for policy, until in (("live", "2026-01-02"), ("sticky", None)):
        assert spans(badge({"kind": "object-score"}, policy=policy), [up, down]) == [("2026-01-01", until)]
    assert spans(badge({"kind": "object-score"}), [down]) == [None]


def test_a_credit_is_taken_back_at_any_age() -> None:
    three = badge({"kind": "count"}, at=3)
    deeds = likes(3)
    old = replace_time(deeds[0], "1999-01-01")
    assert value(three, [old, *deeds[1:]]) == 3
    assert value(three, deeds[1:]) == 2


def replace_time(fact: Fact, published: str) -> Fact:
    return replace(fact, published=at(published))


def test_a_campaign_is_one_definition_for_all() -> None:
    campaign = badge(
        {"kind": "count", "where": {"object.type": "Answer"}},
        **{"at": 5, "from": "2026-05-01T00:00:00Z", "until": "2026-05-08T00:00:00Z"},
    )
    answers = [deed(f"2026-05-{day:02}", object="o", object_type="Answer") for day in range(1, 8)]
    assert spans(campaign, answers) == [("2026-05-05", None)]
    assert fold(campaign, answers, NOBODY).value == 7
