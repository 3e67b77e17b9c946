"""What a month's deeds are worth, term by term."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.domain.titles import measures
from services.titles_and_badges.domain.titles.choosing import Candidate, Person, choose
from services.titles_and_badges.domain.titles.definitions import title
from services.titles_and_badges.domain.titles.measures import Terms

DAY = datetime(2026, 10, 10, 12, tzinfo=UTC)
#: Discourse's: likes weigh 0.1, 0.5 or 1.0 by the liker's age, and are divided by the posts.
NEWCOMER: dict[str, Any] = {
    "name": "Newcomer of the month", "board": "welcome", "holders": 2, "once": True,
    "measure": {
        "gives": [{"where": {"type": "Like"}}],
        "by_tenure": [{"days": 0, "percent": 10}, {"days": 30, "percent": 50}, {"days": 90, "percent": 100}],
        "per": "post",
    },
    "eligibility": {"posts": 4, "threads": 2, "tenure_days": {"at_most": 31}},
}  # fmt: skip


def like(giver: str | None, number: int = 0, member: str = "ann", at: datetime = DAY) -> Fact:
    return Fact(
        member=member, activity=f"like/{giver}/{number}", version=1, roles=("author",), type="Like",
        published=at + timedelta(minutes=number), actor=giver, object="post/1", object_author=member,
    )  # fmt: skip


def post(number: int, thread: str | None = None, member: str = "ann") -> Fact:
    return Fact(
        member=member, activity=f"post/{number}", version=1, roles=("actor",), type="Create",
        published=DAY + timedelta(days=number), actor=member, object=f"post/{number}", object_author=member,
        parent=thread,
    )  # fmt: skip


def worth(facts: list[Fact], firsts: dict[str, datetime], definition: Any, **context: Any) -> Terms:
    measured = title("t", {"board": "b", "measure": definition}).measure
    assert measured is not None
    return measures.terms(measured, facts, firsts, Context(profiles=context))


@pytest.mark.parametrize(("days", "percent"), [(0, 10), (29, 10), (30, 50), (89, 50), (90, 100), (999, 100)])
def test_a_giver_weighs_by_how_long_he_has_been_there(days: int, percent: int) -> None:
    terms = worth([like("bob")], {"bob": DAY - timedelta(days=days)}, NEWCOMER["measure"])
    (term,) = terms.given
    assert (term.tenure, term.weight, term.amount, terms.amount) == (
        days,
        percent,
        10 * percent,
        10 * percent,
    )


def test_newcomer_of_the_month_has_two_holders_by_weighted_likes_over_posts_as_in_discourse() -> None:
    newcomer = title("newcomer", NEWCOMER)
    assert newcomer.measure is not None
    old, middle, new = (DAY - timedelta(days=days) for days in (200, 40, 3))
    firsts = {"old": old, "middle": middle, "new": new}
    months = {
        "loved": [*(post(number, f"thread/{number % 2}", "loved") for number in range(4)),
                  *(like(giver, member="loved") for giver in firsts)],
        "busy": [*(post(number, f"thread/{number % 2}", "busy") for number in range(8)),
                 *(like(giver, member="busy") for giver in firsts)],
        "liked": [*(post(number, f"thread/{number % 2}", "liked") for number in range(4)), like("old", member="liked")],
        "one-thread": [*(post(number, "thread/1", "one-thread") for number in range(4)),
                       *(like("old", number, "one-thread") for number in range(9))],
        "three-posts": [*(post(number, f"thread/{number % 2}", "three-posts") for number in range(3)),
                        *(like("old", number, "three-posts") for number in range(9))],
    }  # fmt: skip
    people: dict[str, dict[str, Any]] = {name: {} for name in months}
    months |= {name: [*(post(n, f"thread/{n % 2}", name) for n in range(4)), *(like("old", n, name) for n in range(20))]
               for name in ("staff", "earlier", "veteran")}  # fmt: skip
    people |= {
        "staff": {"role": "staff"},
        "earlier": {"held": frozenset({"2026-02"})},
        "veteran": {"first": old},
    }
    candidates = []
    for name, known in people.items():
        terms = measures.terms(newcomer.measure, months[name], firsts, Context(profiles={}))
        person = {
            "role": "member",
            "opted_out": False,
            "first": DAY - timedelta(days=5),
            **known,
        }
        candidates.append(
            Candidate(member=name, score=terms.amount, reached=DAY, terms=terms, person=Person(**person))
        )
    assert {each.member: each.score for each in candidates} | {"staff": 0, "earlier": 0, "veteran": 0} == {
        "loved": 400, "busy": 200, "liked": 250, "one-thread": 2250, "three-posts": 3000,
        "staff": 0, "earlier": 0, "veteran": 0,
    }  # fmt: skip  # (0.1 + 0.5 + 1.0) ÷ 4 posts = 0.4
    choice = choose(
        newcomer,
        "2026-10",
        datetime(2026, 11, 1, tzinfo=UTC),
        sorted(candidates, key=lambda each: -each.score),
    )
    assert [(each.candidate.member, each.place) for each in choice.holders] == [("loved", 1), ("liked", 2)]
    against = {each.candidate.member: [reason.rule for reason in each.against] for each in choice.verdicts}
    assert against == {
        "loved": [], "liked": [], "busy": [], "one-thread": ["threads"], "three-posts": ["posts"],
        "staff": ["role"], "earlier": ["once"], "veteran": ["tenure-at-most"],
    }  # fmt: skip


def test_one_giver_counts_for_less_each_time() -> None:
    measure = {"gives": [{"where": {"type": "Like"}, "points": 4}], "by_repeat": [100, 50, 25, 0]}
    terms = worth([like("bob", number) for number in range(9)], {}, measure)
    assert (terms.amount, terms.given[0].times) == (7_000, 9)
    many = worth([like(f"giver{number}") for number in range(9)], {}, measure)
    assert (many.amount, many.givers) == (36_000, 9)


def test_what_one_gives_oneself_or_a_bot_or_nobody_gives_is_worth_nothing() -> None:
    measure = {"gives": [{"where": {"type": "Like"}}]}
    bot = Profile(roles=((datetime(2020, 1, 1, tzinfo=UTC), "bot"),))
    terms = worth([like("ann"), like("robot"), like(None), like("bob")], {}, measure, robot=bot)
    assert (terms.amount, [term.giver for term in terms.given]) == (1_000, ["bob"])


def test_the_order_of_arrival_does_not_show() -> None:
    measure = {"gives": [{"where": {"type": "Like"}, "points": 3}], "by_repeat": [100, 30]}
    facts = [like(f"giver{number % 3}", number) for number in range(9)]
    assert worth(facts, {}, measure) == worth(facts[::-1], {}, measure)
