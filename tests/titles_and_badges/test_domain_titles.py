"""Who holds a title, who does not, and why."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.domain.titles import choosing, reasons
from services.titles_and_badges.domain.titles.choosing import Candidate, Choice, Person
from services.titles_and_badges.domain.titles.definitions import title
from services.titles_and_badges.domain.titles.measures import Terms
from services.titles_and_badges.domain.titles.reasons import Reason, words
from shared.errors import Invalid

OCTOBER = "2026-10"
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HELPFUL = {"name": "Most helpful", "board": "help"}


def candidate(member: str, score: int, **known: Any) -> Candidate:
    """An ordinary member with a score; `known` fills terms and person."""
    terms = {name: known.pop(name) for name in ("givers", "days", "posts", "threads") if name in known}
    reached = known.pop("reached", LONG_AGO)
    person = {"role": "member", "opted_out": False, "first": LONG_AGO, **known}
    return Candidate(
        member=member, score=score, reached=reached, terms=Terms(**terms), person=Person(**person)
    )


def chosen(candidates: list[Candidate], **definition: Any) -> Choice:
    """The choice among candidates, however they come within a score."""
    ordered = sorted(candidates, key=lambda each: -each.score)
    return choosing.choose(title("t", {**HELPFUL, **definition}), OCTOBER, UNTIL, ordered)


def holders(choice: Choice) -> list[tuple[str, int | None]]:
    return [(each.candidate.member, each.place) for each in choice.holders]


def why(choice: Choice, member: str) -> list[str]:
    """The rules that speak against a member."""
    (verdict,) = [each for each in choice.verdicts if each.candidate.member == member]
    return [reason.rule for reason in verdict.against]


def test_the_best_of_those_who_may_hold_it() -> None:
    everybody = [candidate("ann", 30), candidate("bob", 20), candidate("eve", 50, role="staff")]
    assert holders(chosen(everybody)) == [("ann", 1)]
    assert holders(chosen(everybody, holders=2)) == [("ann", 1), ("bob", 2)]
    assert why(chosen(everybody), "eve") == ["role"]


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({"role": "staff"}, "role"),
        ({"role": "bot"}, "role"),
        ({"opted_out": True}, "opted-out"),
    ],
)
def test_staff_bots_opted_out_and_suspended_members_hold_nothing_and_are_told(known: Any, rule: str) -> None:
    choice = chosen([candidate("best", 99, **known), candidate("ann", 1)])
    assert holders(choice) == [("ann", 1)]
    assert why(choice, "best") == [rule]


def test_a_suspended_member_is_left_out_for_the_months_that_are_named() -> None:
    suspended = [{"member": "sam", "reason": "suspended", "from": "2026-09", "until": OCTOBER}]
    choice = chosen([candidate("sam", 99), candidate("ann", 1)], excluded=suspended)
    assert (holders(choice), why(choice, "sam")) == ([("ann", 1)], ["excluded"])
    assert words(choice.verdicts[0].against[0]) == "left out: suspended"


def test_an_exclusion_ends_with_its_last_month() -> None:
    past = [{"member": "sam", "reason": "suspended", "until": "2026-09"}]
    assert holders(chosen([candidate("sam", 9)], excluded=past)) == [("sam", 1)]


@pytest.mark.parametrize("seed", range(5))
def test_a_tie_at_the_last_place_is_decided_as_declared_the_same_twice(seed: int) -> None:
    later = LONG_AGO + timedelta(hours=1)
    tied = [
        candidate("few", 20, givers=2, days=9),
        candidate("many", 20, givers=5, days=1),
        candidate("late", 20, givers=2, days=9, reached=later),
        candidate("first", 50),
    ]
    random.Random(seed).shuffle(tied)  # noqa: S311 (an order, no secret)
    by_givers = chosen(tied, holders=2, tie_breakers=["givers"])
    assert holders(by_givers) == [("first", 1), ("many", 2)]
    assert {each.candidate.member: each.tie for each in by_givers.verdicts}["few"] == "givers"
    by_days = chosen(tied, holders=2, tie_breakers=["days", "earliest"])
    assert holders(by_days) == [("first", 1), ("few", 2)]
    assert {each.candidate.member: each.tie for each in by_days.verdicts}["late"] == "earliest"


def test_without_a_difference_the_members_hash_decides_not_the_order_of_arrival() -> None:
    tied = [candidate(name, 20) for name in ("ann", "bob", "cid")]
    one, other = chosen(tied, tie_breakers=[]), chosen(tied[::-1], tie_breakers=[])
    assert holders(one) == holders(other)
    assert holders(one)[0][0] == min(("ann", "bob", "cid"), key=choosing.hash_of)
    assert one.verdicts[0].tie == "hash"


def test_co_holders_share_the_last_place_unless_they_are_a_crowd() -> None:
    tied = [candidate("ann", 50), candidate("bob", 20), candidate("cid", 20), candidate("dan", 10)]
    choice = chosen(tied, holders=2, ties="co-holders", tie_breakers=[])
    assert sorted(holders(choice)) == [("ann", 1), ("bob", 2), ("cid", 2)]
    crowd = [candidate(f"m{number:03}", 20) for number in range(51)]
    assert len(chosen(crowd, ties="co-holders").holders) == 1


def test_last_months_holder_rests_and_is_told_until_when() -> None:
    everybody = [candidate("ann", 30, held=frozenset({"2026-09"})), candidate("bob", 20)]
    choice = chosen(everybody, cooldown=1)
    assert holders(choice) == [("bob", 1)]
    (reason,) = choice.verdicts[0].against
    assert reason.rule == "cooldown"
    assert words(reason) == "the member held it in 2026-09, and can hold it again from 2026-11 on"
    assert holders(chosen(everybody, cooldown=0)) == [("ann", 1)]
    earlier = [candidate("ann", 30, held=frozenset({"2026-08"})), candidate("bob", 20)]
    assert holders(chosen(earlier, cooldown=1)) == [("ann", 1)]


def test_a_title_that_is_given_once_is_never_given_again() -> None:
    everybody = [candidate("ann", 30, held=frozenset({"2021-02"})), candidate("bob", 20)]
    choice = chosen(everybody, once=True)
    assert (holders(choice), why(choice, "ann")) == ([("bob", 1)], ["once"])


def test_nobody_over_the_bar_means_no_holder_and_the_best_are_told() -> None:
    choice = chosen([candidate(f"m{number}", number) for number in range(1, 30)], minimum=100)
    assert holders(choice) == []
    assert len(choice.verdicts) == 10  # not the whole community
    assert (choice.verdicts[0].candidate.member, why(choice, "m29")) == ("m29", ["minimum"])
    assert holders(chosen([])) == []


def test_eligibility_is_asked_of_tenure_givers_days_posts_and_threads() -> None:
    asked = {"tenure_days": {"at_least": 10, "at_most": 60}, "givers": 3, "days": 2, "posts": 4, "threads": 2}
    enough: dict[str, Any] = {
        "givers": 3, "days": 2, "posts": 4, "threads": 2, "first": UNTIL - timedelta(days=30),
    }  # fmt: skip
    for changed, rules in [
        ({}, []),
        ({"givers": 2}, ["givers"]),
        ({"days": 1}, ["days"]),
        ({"posts": 3}, ["posts"]),
        ({"threads": 1}, ["threads"]),
        ({"first": UNTIL - timedelta(days=9)}, ["tenure-at-least"]),
        ({"first": UNTIL - timedelta(days=61)}, ["tenure-at-most"]),
        ({"givers": 0, "posts": 0}, ["givers", "posts"]),
    ]:
        choice = chosen([candidate("ann", 5, **{**enough, **changed})], eligibility=asked)
        assert (changed, why(choice, "ann")) == (changed, rules)


def test_every_reason_has_words() -> None:
    rules = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert all(words(Reason(rule=rule, value=1, at=2, note="2026-09")) for rule in rules)


def test_no_more_candidates_are_read_than_can_matter() -> None:
    def endless() -> Any:
        for number in range(1_000_000):
            assert number < 20, "read on although the places are taken"
            yield candidate(f"m{number}", 1_000 - number)

    assert holders(choosing.choose(title("t", HELPFUL), OCTOBER, UNTIL, endless())) == [("m0", 1)]


def test_a_tie_at_the_border_is_read_to_its_end() -> None:
    many = [candidate(f"m{number:02}", 7, givers=number) for number in range(40)]
    assert holders(chosen(many)) == [("m39", 1)]


def test_between_revisions_it_is_told_who_gained_lost_and_moved() -> None:
    assert choosing.changed({"ann": 1, "bob": 2, "cid": 3}, {"ann": 1, "cid": 2, "dan": 3}) == (
        ["dan"], ["bob"], ["cid"],
    )  # fmt: skip


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"board": None}, "/board"),
    ({"board": "No Slug"}, "/board"),
    ({"holders": 0}, "/holders"),
    ({"holders": 11}, "/holders"),
    ({"holders": True}, "/holders"),
    ({"ties": "coin"}, "/ties"),
    ({"tie_breakers": ["givers", "givers"]}, "/tie_breakers/1"),
    ({"tie_breakers": ["luck"]}, "/tie_breakers/0"),
    ({"tie_breakers": "givers"}, "/tie_breakers"),
    ({"cooldown": -1}, "/cooldown"),
    ({"once": 1}, "/once"),
    ({"minimum": 0}, "/minimum"),
    ({"minimum": 0.5}, "/minimum"),  # a board has whole points
    ({"eligibility": []}, "/eligibility"),
    ({"eligibility": {"roles": ["bot"]}}, "/eligibility/roles"),
    ({"eligibility": {"roles": []}}, "/eligibility/roles"),
    ({"eligibility": {"tenure_days": {"at_least": "2"}}}, "/eligibility/tenure_days/at_least"),
    ({"eligibility": {"givers": -1}}, "/eligibility/givers"),
    ({"excluded": [{"member": "ann"}]}, "/excluded/0/reason"),
    ({"excluded": [{"reason": "x"}]}, "/excluded/0/member"),
    ({"excluded": [{"member": "ann", "reason": "x", "from": "2026-13"}]}, "/excluded/0/from"),
    ({"measure": {"gives": []}}, "/measure/gives"),
    ({"measure": {"gives": [{"where": {"x": 1}}]}}, "/measure/gives/0/where/x"),
    ({"measure": {"gives": [{}], "by_tenure": [{"days": 5, "percent": 1}, {"days": 5, "percent": 2}]}},
     "/measure/by_tenure/1/days"),
    ({"measure": {"gives": [{}], "by_repeat": [100, -1]}}, "/measure/by_repeat/1"),
    ({"measure": {"gives": [{}], "per": "day"}}, "/measure/per"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "place"), WRONG)
def test_a_wrong_definition_is_refused_with_its_place(part: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        title("t", {**HELPFUL, **part})
    assert [each["pointer"] for each in refused.value.errors] == [place]
