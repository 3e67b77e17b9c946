"""Histories of recommending on the real store: whatever comes in whatever order, races or dies: the money adds up."""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared import clock
from shared.settings import Settings
from tests.fixtures import Door, new_community
from tests.journeys import lived
from tests.journeys.referral_truth import broken, exporting, happening, judging, promises, said, twins
from tests.journeys.referral_truth.living import Life

pytestmark = pytest.mark.takes(70)

STEADY = settings(lived.STEADY, stateful_step_count=16)


class Histories(RuleBasedStateMachine):
    """Everything that can happen to a community whose members recommend."""

    #: Begins a history, in a community of its own.
    found: ClassVar[Callable[[], Life]]

    def __init__(self) -> None:
        super().__init__()
        self.life = type(self).found()

    @initialize(
        terms=st.lists(st.sampled_from(sorted(promises.ALL)), min_size=2, max_size=2),
        others=st.lists(said.enrolled, max_size=3),
        facts=st.lists(said.facts, min_size=8, max_size=18),
    )
    def begin(self, terms: list[str], others: list[Any], facts: list[Any]) -> None:
        """A community with programs, advocates, and a past that comes in any order."""
        self.live(
            lambda: self._begin(terms, [*said.BEGINNING, *((*each, None) for each in (*others, *facts))])
        )

    @rule(act=said.acts)
    def happens(self, act: Any) -> None:
        """One thing more. One rule for all of it: Hypothesis leaves out some of several for a whole history."""
        self.live(lambda: happening.happens(self.life, act))

    @invariant()
    def always(self) -> None:
        """At every moment it adds up."""
        self.live(lambda: judging.look(self.life))

    def teardown(self) -> None:
        """No history ends without its judgement."""
        self.live(self._end)

    def live(self, body: Callable[[], None]) -> None:
        """Let something happen."""
        body()

    def _begin(self, terms: list[str], acts: list[Any]) -> None:
        self.life.found(terms)
        for act in acts:
            happening.happens(self.life, act)

    def _end(self) -> None:
        judging.judge(self.life)
        for act in said.END:
            happening.happens(self.life, act)
        judging.judge(self.life)
        exporting.forget(self.life.community)


class Noticed(BaseException):
    """Enough: Hypothesis need not live through it again."""


class Watched(Histories):
    """The same, until one of them fails."""

    over = False

    def live(self, body: Callable[[], None]) -> None:
        """Stop at once."""
        if self.over:
            return
        try:
            body()
        except (AssertionError, LookupError) as failure:
            self.over = True
            exporting.forget(self.life.community)
            raise Noticed from failure


@pytest.fixture(autouse=True)
def _histories_begin(
    databases: Settings,
    activity_client: FlaskClient,
    referral_client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found() -> Life:
        monkeypatch.setattr(clock, "now", lambda: said.NOW)
        courier = new_community()
        activity, referral = (
            Door(each, databases, courier.community) for each in (activity_client, referral_client)
        )
        life = Life(activity, referral, courier)
        monkeypatch.setattr(clock, "now", lambda: life.now)
        return life

    Histories.found = found


@pytest.mark.timeout(60 * max(10, lived.HISTORIES))
def test_it_adds_up() -> None:
    wanted = settings(STEADY, max_examples=lived.HISTORIES or 6, derandomize=not lived.HISTORIES)
    run_state_machine_as_test(Histories, settings=wanted)


@pytest.mark.timeout(60 * max(10, lived.HISTORIES))
@settings(STEADY, max_examples=lived.HISTORIES or 3, derandomize=not lived.HISTORIES)
@given(facts=twins.facts, one=st.integers(0, 99), other=st.integers(0, 99))
def test_the_order_of_arrival_decides_nothing(facts: list[Any], one: int, other: int) -> None:
    """But what it decides by right, which is left out here: clicks after their grace, caps, places in tiers."""
    found = [twins.lives(Histories.found(), facts, Random(order)) for order in (one, other)]  # noqa: S311 (no secret)
    for kind in found[0]:
        assert found[0][kind] == found[1][kind]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("variant", broken.ALL)
def test_a_broken_variant_is_noticed(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them makes some history fail, so the histories prove that it is not so."""
    breaks, soon = broken.ALL[variant]
    breaks(monkeypatch)
    with pytest.raises((Noticed, AssertionError, Flaky)):
        run_state_machine_as_test(seed(soon)(Watched), settings=settings(STEADY, max_examples=40))
