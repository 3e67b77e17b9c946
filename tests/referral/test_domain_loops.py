"""Loops by pure rules: who recommended, how far it came, with which proof; and trees without circles."""

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import loops
from services.referral.domain.loops import JOIN, ORDER, Came, Enrolment, Loop, Refund, State, Touch
from services.referral.domain.programs import Satisfaction
from services.referral.domain.satisfaction import Answer, Scale

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return MAY + timedelta(days=number)


def touch(subject: str, number: float, advocate: str = "ann", **more: Any) -> Touch:
    named = f"{subject}-{number}-{advocate}"
    said = {"attribution": f"a-{named}", "id": named, "door": "code", **more}
    return Touch(subject=subject, advocate=advocate, moment=day(number), **said)


def answered(score: int, number: float) -> Answer:
    return Answer(id=f"s{number}", scale=Scale.NPS, score=score, at=day(number))


def turned(*touches: Touch, answers: Sequence[Answer] = (), enrolled: Enrolment | None = None) -> Loop | None:
    return loops.loop("bob", touches, answers, lambda _: Satisfaction(), enrolled)


def edges(found: Loop | None) -> list[tuple[str, float]]:
    assert found
    return [(each.state.value, (each.moment - MAY) / timedelta(days=1)) for each in found.edges]


def test_a_whole_turn_has_every_edge_with_its_evidence() -> None:
    clicked = {"door": "click", "link": "abc", "click": "c1", "clicked": day(0)}
    joined, bought = touch(JOIN, 1, **clicked), touch(ORDER, 2, amount_minor=4900, currency="EUR")
    born = Enrolment(moment=day(9), how="satisfaction", evidence="i1")
    found = turned(bought, joined, answers=[answered(10, 5)], enrolled=born)
    assert found
    assert found.advocate == "ann"
    assert found.state is State.ADVOCATE
    assert [(each.state.value, dict(each.evidence)) for each in found.edges] == [
        ("recommended", {"door": "click", "link": "abc", "attribution": joined.attribution}),
        ("clicked", {"click": "c1", "link": "abc"}),
        ("joined", {"join": joined.id, "attribution": joined.attribution}),
        ("purchased", {"order": bought.id, "attribution": bought.attribution}),
        ("satisfied", {"satisfaction": "s5", "nps": "10"}),
        ("advocate", {"how": "satisfaction", "evidence": "i1"}),
    ]
    assert [moment for _, moment in edges(found)] == [0, 0, 1, 2, 5, 9]


def test_nobody_recommended_no_loop() -> None:
    assert turned() is None
    assert turned(touch(JOIN, 1, "bob")) is None, "nobody recommends himself"


def test_a_referrer_never_changes_whatever_comes_later_and_in_whatever_order() -> None:
    touches = [touch(JOIN, 1), touch(ORDER, 2, "zoe"), touch(ORDER, 3)]
    for order in itertools.permutations(touches):
        found = turned(*order)
        assert found
        assert found.advocate == "ann"
        assert edges(found) == [("recommended", 1), ("joined", 1), ("purchased", 3)]


def test_who_is_an_advocate_already_is_nobodys_friend() -> None:
    enrolled = Enrolment(moment=day(1), how="by-hand")
    assert turned(touch(JOIN, 2), enrolled=enrolled) is None
    assert turned(touch(JOIN, 1), enrolled=enrolled)


def test_what_was_refunded_whole_does_not_stand_and_is_shown() -> None:
    half = [Refund(id="r1", moment=day(3), amount_minor=50)]
    whole = [*half, Refund(id="r2", moment=day(4), amount_minor=50)]
    bought = {"amount_minor": 100, "currency": "EUR"}
    found = turned(touch(JOIN, 1), touch(ORDER, 2, **bought, refunds=half))
    assert found
    assert found.state is State.PURCHASED
    found = turned(touch(JOIN, 1), touch(ORDER, 2, **bought, refunds=whole))
    assert found
    assert found.state is State.JOINED
    assert [(each.state, each.stands) for each in found.edges][-1] == (State.PURCHASED, False)
    found = turned(touch(JOIN, 1), touch(ORDER, 2, **bought, refunds=whole), touch(ORDER, 5, **bought))
    assert edges(found)[-1] == ("purchased", 5)


def test_only_the_latest_answer_after_he_came_satisfies() -> None:
    joined = touch(JOIN, 2)
    assert edges(turned(joined, answers=[answered(10, 1)]))[-1] == ("joined", 2)
    assert edges(turned(joined, answers=[answered(9, 4), answered(10, 3)]))[-1] == ("satisfied", 3)
    assert edges(turned(joined, answers=[answered(10, 3), answered(4, 5)]))[-1] == ("joined", 2)


def test_the_loop_of_a_friend_has_one_id_in_each_program_and_community() -> None:
    named = [("c", "p", "f"), ("c", "p", "g"), ("c", "q", "f"), ("d", "p", "f")]
    assert len({loops.loop_id(*each) for each in named}) == 4
    assert loops.loop_id("c", "p", "f") == loops.loop_id("c", "p", "f")


@dataclass
class Forest:
    """Who recommended to whom, kept as the store keeps it: nearest ancestors, and counts by the difference."""

    bounds: dict[str, int]
    came: dict[str, Came] = field(default_factory=dict)
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def referrer(self, member: str) -> str | None:
        """Who recommended to a member."""
        came = self.came.get(member)
        return came.ancestors[0] if came else None

    def plant(self, friend: str, advocate: str) -> bool:
        """Let a friend come by an advocate; False: that is refused."""
        if friend in self.came or friend in loops.to_the_root(advocate, self.referrer):
            return False
        self._keep(friend, advocate)
        return True

    def _keep(self, friend: str, advocate: str) -> None:
        before = self.came.get(friend)
        after = loops.lineage(advocate, self.bounds[friend], self.came.get)
        if after == before:
            return
        self.came[friend] = after
        self.counts.update(loops.shifts(before.ancestors if before else (), after.ancestors))
        for child in [name for name in self.came if self.referrer(name) == friend]:
            self._keep(child, friend)


def walked(forest: Forest) -> Counter[tuple[str, int]]:
    """The counts by walking up from everybody, as far as his bound."""
    found: Counter[tuple[str, int]] = Counter()
    for friend, bound in forest.bounds.items():
        chain = list(loops.to_the_root(friend, forest.referrer))[1:]
        found.update((ancestor, number) for number, ancestor in enumerate(chain[:bound], 1))
    return found


MEMBERS = "abcdefghij"


@given(
    st.lists(st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)), max_size=30),
    st.lists(st.integers(1, 4), min_size=len(MEMBERS), max_size=len(MEMBERS)),
)
def test_joins_in_any_order_make_no_circle_and_counts_are_what_a_walk_counts(
    joins: list[tuple[str, str]], bounds: list[int]
) -> None:
    forest = Forest(dict(zip(MEMBERS, bounds, strict=True)))
    grow(forest, joins)


def grow(forest: Forest, joins: Sequence[tuple[str, str]]) -> None:
    """Let friends come by advocates, and see that the trees are what a walk finds."""
    for friend, advocate in joins:
        before = forest.referrer(friend)
        forest.plant(friend, advocate)
        assert before is None or forest.referrer(friend) == before, "a referrer never changes"
    for friend, came in forest.came.items():
        chain = list(loops.to_the_root(friend, forest.referrer))
        assert forest.referrer(chain[-1]) is None, "every walk ends at a root"
        assert came.generation == len(chain) - 1
        assert list(came.ancestors) == chain[1 : forest.bounds[friend] + 1]
    assert +forest.counts == walked(forest)


class Trusting(Forest):
    """Plants whoever comes, below whomever."""

    def plant(self, friend: str, advocate: str) -> bool:
        """Without a walk to the root."""
        if friend in self.came or friend == advocate:
            return False
        self._keep(friend, advocate)
        return True


class Forgetful(Forest):
    """Lets those below a late join stand where they stood."""

    def _keep(self, friend: str, advocate: str) -> None:
        self.came[friend] = loops.lineage(advocate, self.bounds[friend], self.came.get)
        self.counts.update(loops.shifts((), self.came[friend].ancestors))


@pytest.mark.parametrize("broken", [Trusting, Forgetful])
def test_a_broken_variant_is_noticed(broken: type[Forest]) -> None:
    with pytest.raises((AssertionError, RecursionError)):
        grow_many(broken)


def grow_many(kind: type[Forest]) -> None:
    """Many forests of a kind, by chance."""
    chance = random.Random(1)  # noqa: S311 (no secret)
    for _ in range(200):
        joins = [(chance.choice(MEMBERS), chance.choice(MEMBERS)) for _ in range(20)]
        grow(kind(dict.fromkeys(MEMBERS, 3)), joins)


def test_a_circle_of_three_is_refused() -> None:
    forest = Forest(dict.fromkeys("ABC", 5))
    assert forest.plant("B", "A")
    assert forest.plant("C", "B")
    assert not forest.plant("A", "C")
    assert not forest.plant("A", "A")
    assert +forest.counts == {("A", 1): 1, ("A", 2): 1, ("B", 1): 1}
