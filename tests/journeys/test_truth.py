"""Histories on the real store: whatever happens in whatever order, and wherever a process dies: live = rebuilt."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.titles_and_badges.use_cases import recognising
from shared.settings import Settings
from tests.fixtures import Door, new_community
from tests.journeys import lived
from tests.journeys.truth import broken, definitions, dying, exporting, said
from tests.journeys.truth.living import ALL, Life

pytestmark = pytest.mark.takes(100)

STEADY = settings(lived.STEADY, stateful_step_count=20)

chances = st.integers(0, 10**6).map(Random)


def dies(places: list[str]) -> st.SearchStrategy[str | None]:
    """Mostly nobody dies."""
    return st.one_of(st.none(), st.none(), st.sampled_from(places))


class Histories(RuleBasedStateMachine):
    """Everything that can happen to a community."""

    #: Begins a history, in a community of its own.
    found: ClassVar[Callable[[], Life]]

    def __init__(self) -> None:
        super().__init__()
        self.life = type(self).found()
        self.seals = False

    @initialize(
        deeds=st.lists(said.activities(), min_size=14, max_size=24, unique_by=lambda deed: deed["id"]),
        variants=st.integers(0, 2),
        chance=chances,
        heard=st.booleans(),
    )
    def begin(self, deeds: list[Any], variants: int, chance: Random, *, heard: bool) -> None:
        """A community with rules and a past."""
        people = [{"id": name} for name in said.MEMBERS]
        self.life.ask(self.life.activity, "POST", "/v1/members", people)
        self.life.follow(ALL, chance)
        self.life.define_all(variants)
        self.life.ask(self.life.activity, "POST", "/v1/activities", deeds)
        if heard:
            self.life.settle(chance)

    @rule(deeds=st.lists(said.activities(), min_size=1, max_size=4), place=dies(dying.DOOR))
    def post(self, deeds: list[Any], place: str | None) -> None:
        """Activities come in: new, edited, repeated, refused."""
        self.life.ask(self.life.activity, "POST", "/v1/activities", deeds, dies=place)

    @rule(activity=st.sampled_from(said.ACTIVITIES), place=dies(dying.DOOR))
    def retract(self, activity: str, place: str | None) -> None:
        """An activity is taken back, perhaps before it came."""
        self.life.ask(self.life.activity, "DELETE", f"/v1/activities/{activity}", dies=place)

    @rule(loser=said.members, survivor=said.members, wanted=said.seldom)
    def merge(self, loser: str, survivor: str, *, wanted: bool) -> None:
        """Two members become one."""
        if wanted and loser != survivor:
            self.life.ask(self.life.activity, "POST", f"/v1/members/{loser}/merge", {"into": survivor})

    @rule(member=said.members, wanted=said.seldom)
    def erase(self, member: str, *, wanted: bool) -> None:
        """A member is forgotten."""
        if wanted and member == "dee":
            self.life.ask(self.life.activity, "DELETE", f"/v1/members/{member}")

    @rule(
        member=said.members,
        change=st.one_of(
            st.fixed_dictionaries({"role": said.roles}),
            st.fixed_dictionaries({"opted_out": st.booleans()}),
            st.fixed_dictionaries({"time_zone": said.zones}),
            st.fixed_dictionaries({"paused": st.booleans()}),
        ),
        since=said.moments,
    )
    def declare(self, member: str, change: dict[str, Any], since: str) -> None:
        """Something of a member holds since some time."""
        self.life.ask(self.life.activity, "PUT", f"/v1/members/{member}", {**change, "since": since})

    @rule(zone=said.zones, since=said.moments, wanted=said.seldom)
    def move(self, zone: str, since: str, *, wanted: bool) -> None:
        """The community has another time zone."""
        if wanted:
            body = {"time_zone": zone, "since": since}
            self.life.ask(self.life.activity, "PATCH", "/v1/community", body)

    @rule(
        slug=st.sampled_from(sorted(definitions.BADGES)),
        variant=st.integers(0, 2),
        effective=st.one_of(st.none(), said.moments),
    )
    def redefine_a_badge(self, slug: str, variant: int, effective: str | None) -> None:
        """A badge asks for something else, for ever or since a moment."""
        variants = definitions.BADGES[slug]
        self.life.redefine(slug, variants[variant % len(variants)], effective)

    @rule(slug=st.sampled_from(sorted(definitions.BOARDS)), variant=st.integers(0, 2))
    def redefine_a_board(self, slug: str, variant: int) -> None:
        """A board gives other points."""
        variants = definitions.BOARDS[slug]
        self.life.define("boards", slug, variants[variant % len(variants)])

    @rule(
        member=said.members,
        slug=st.sampled_from(["thanks", "third"]),
        kind=st.sampled_from(["grants", "revocations"]),
    )
    def decide(self, member: str, slug: str, kind: str) -> None:
        """A person grants or revokes."""
        body = {"member": member, "reason": "so it is"}
        self.life.ask(self.life.badges, "POST", f"/v1/badges/{slug}/{kind}", body)

    @rule(
        count=st.sampled_from([1, 3, 8, ALL]),
        chance=chances,
        by=st.integers(0, 1),
        place=dies(dying.BATCH),
    )
    def hear(self, count: int, chance: Random, by: int, place: str | None) -> None:
        """Some of what was sent arrives, in any order, some of it again."""
        self.life.hear(count, chance, consumed_by=by, dies=place)

    @rule(count=st.sampled_from([1, ALL]), chance=chances)
    def follow(self, count: int, chance: Random) -> None:
        """Profiles arrive."""
        self.life.follow(count, chance)

    @rule(of_badges=st.booleans(), place=dies(dying.STEP))
    def work(self, place: str | None, *, of_badges: bool) -> None:
        """The jobs do something."""
        self.life.work(of_badges=of_badges, dies=place)

    @rule(place=dies(dying.SHOWING))
    def project(self, place: str | None) -> None:
        """The projector does something."""
        self.life.project(dies=place)

    @rule(wanted=said.seldom)
    def seal(self, *, wanted: bool) -> None:
        """The month is sealed in the middle of everything."""
        if wanted:
            self.seals = True
            self.life.seal()

    @rule(chance=chances, size=st.sampled_from([1, 3, ALL]), wanted=said.seldom)
    def settle(self, chance: Random, size: int, *, wanted: bool) -> None:
        """All arrives, and `verify` finds nothing."""
        if wanted:
            self.life.settle(chance, size)
            assert self.life.drift() == []

    def teardown(self) -> None:
        """No history ends without its judgement."""
        judge(self.life, seals=self.seals)


class Noticed(BaseException):
    """Enough: Hypothesis need not live through it again."""


class Watched(Histories):
    """The same, until one of them fails."""

    def teardown(self) -> None:
        """Stop at once."""
        try:
            super().teardown()
        except (AssertionError, LookupError) as failure:
            raise Noticed from failure


def judge(life: Life, *, seals: bool = False) -> None:
    """What was lived through is what is built from nothing, twice: from the facts, and from all that was ever sent."""
    life.settle(Random(0), 8)  # noqa: S311 (an order of arrival, no secret)
    sealed = life.seal() if seals else None
    life.settle(Random(0))  # noqa: S311
    assert life.drift() == []
    live = exporting.export(life.community)
    assert exporting.differences(live, life.rebuilt()) == []
    assert exporting.differences(live, life.replayed()) == []
    assert sealed is None or life.seal() == sealed


@pytest.fixture(autouse=True)
def _histories_begin(
    databases: Settings, activity_client: FlaskClient, badges_client: FlaskClient
) -> Iterator[None]:
    memory = recognising._memory  # noqa: SLF001 (what this process remembers)

    def found() -> Life:
        courier = new_community()
        activity, badges = (
            Door(each, databases, courier.community) for each in (activity_client, badges_client)
        )
        return Life(activity, badges, courier)

    Histories.found = found  # type: ignore[method-assign,assignment]
    yield
    recognising._memory = memory  # noqa: SLF001


@pytest.mark.timeout(60 * max(10, lived.HISTORIES))
def test_live_is_rebuilt() -> None:
    wanted = settings(STEADY, max_examples=lived.HISTORIES or 12, derandomize=not lived.HISTORIES)
    run_state_machine_as_test(Histories, settings=wanted)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("variant", broken.ALL)
def test_a_broken_variant_is_noticed(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them makes some history fail, so the histories prove that it is not so."""
    breaks, soon = broken.ALL[variant]
    breaks(monkeypatch)
    with pytest.raises((Noticed, AssertionError, Flaky)):
        run_state_machine_as_test(seed(soon)(Watched), settings=settings(STEADY, max_examples=60))
