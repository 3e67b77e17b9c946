"""Random histories through the pure parts of both services, against an oracle that sees the survivors alone."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.activity.domain.deeds import Deed
from services.activity.domain.history import Arrival
from services.titles_and_badges.domain import recognition, tallies
from services.titles_and_badges.domain.awards import GRANT, REVOKE, Decision
from shared.events.activity import Delivery
from tests.journeys.histories import mutations, oracle
from tests.journeys.histories.activity_side import ActivitySide, Member
from tests.journeys.histories.badge_sets import FIRST, SECOND, Badge, moment
from tests.journeys.histories.badges_side import BadgesSide
from tests.journeys.histories.oracle import Held, Log
from tests.journeys.histories.said import ACTIVITIES, IDS, activities, members, moments, roles, seldom

ALL_SEEN = 10**6

STEADY = settings(
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.takes(20)

#: `LAUREL_HISTORIES=20000` runs that many; without it few, the same ones every time.
HISTORIES = int(os.environ.get("LAUREL_HISTORIES", "0"))


class Histories(RuleBasedStateMachine):
    """Whatever is done, sent, lost on the way, sent twice and late: in the end the oracle's awards are the awards."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()
        self.activity = ActivitySide()
        self.badges = BadgesSide()
        self.clock = moment(20)

    @initialize(
        deeds=st.lists(st.tuples(activities(), st.booleans()), min_size=10, max_size=20),
        blind=st.booleans(),
        declared=st.lists(st.tuples(members, roles, moments), max_size=4),
        forgotten=st.sampled_from([(), (), IDS[2:]]),
        merged=st.sampled_from([(), (), (IDS[:2], IDS[1:3])]),
    )
    def begin(
        self,
        deeds: list[tuple[Deed, bool]],
        declared: list[tuple[str, str, datetime]],
        forgotten: Sequence[str],
        merged: Sequence[tuple[str, str]],
        *,
        blind: bool,
    ) -> None:
        """A community with a past."""
        self._define(FIRST)
        for deed, work in deeds:
            self.post(deed, blind=blind, work=work)
        for member, role, since in declared:
            self.declare_role(member, role, since)
        for member in forgotten:
            self.erase(member, wanted=True)
        for loser, survivor in merged:
            self.merge(loser, survivor, wanted=True)

    @rule(deed=activities(), blind=st.booleans(), work=st.booleans())
    def post(self, deed: Deed, *, blind: bool, work: bool) -> None:
        """An activity comes in: new, an edit, a duplicate, or one that is refused. The work after it waits, or not."""
        if self.activity.post(deed, blind=blind) is not Arrival.CONFLICT:
            self.log.posted.append(deed)
        while work and self.activity.marks:
            self.activity.work(self.activity.marks[0])

    @precondition(lambda self: self.log.posted)
    @rule(data=st.data(), updated=moments, blind=st.booleans())
    def post_again(self, data: st.DataObject, updated: datetime, *, blind: bool) -> None:
        """The same again, the same with another stamp, or an edit; also of what is retracted."""
        known = data.draw(st.sampled_from(self.log.posted[-4:]))
        name = data.draw(st.sampled_from(sorted({known.id, *self.log.retracted})))
        again = st.sampled_from([known, known._replace(updated=updated)])
        edited = activities([name]).map(lambda deed: deed._replace(updated=updated))
        self.post(data.draw(st.one_of(again, edited)), blind=blind, work=False)

    @rule(data=st.data(), known=st.booleans())
    def retract(self, data: st.DataObject, *, known: bool) -> None:
        """An activity is taken back, perhaps before it came."""
        ids = [deed.id for deed in self.log.posted] if known and self.log.posted else ACTIVITIES
        activity = data.draw(st.sampled_from(ids))
        self.activity.retract(activity)
        self.log.retracted.add(activity)

    @rule(loser=members, survivor=members, wanted=st.booleans())
    def merge(self, loser: str, survivor: str, *, wanted: bool) -> None:
        """Two members become one."""
        if wanted and self.activity.merge(loser, survivor):
            self.log.merged(loser, survivor)

    @rule(member=members, wanted=seldom)
    def erase(self, member: str, *, wanted: bool) -> None:
        """A member is forgotten."""
        if wanted and self.activity.erase(member):
            self.log.erased(member)

    @rule(member=members, role=roles, since=moments)
    def declare_role(self, member: str, role: str, since: datetime) -> None:
        """A member is found to be a bot, or none."""
        self.activity.declare_role(member, role, since)
        if member not in self.log.became:
            self.log.roles.setdefault(member, {})[since] = role

    @rule(member=members, out=st.booleans(), since=moments)
    def declare_opt_out(self, member: str, *, out: bool, since: datetime) -> None:
        """A member opts out, or in again."""
        self.activity.declare_opt_out(member, since, out=out)
        if member not in self.log.became:
            self.log.opt_outs.setdefault(member, {})[since] = out

    @rule(
        badges=st.sampled_from([FIRST, FIRST, SECOND]),
        zone=st.sampled_from(["UTC", "Pacific/Kiritimati"]),
        since=moments,
    )
    def define(self, badges: dict[str, Badge], zone: str, since: datetime) -> None:
        """Other badges are defined, and another zone holds since some time."""
        self.log.zones[since] = zone
        self._define(badges)

    @rule(
        member=members,
        badge=st.sampled_from([("thanked", None), ("helper", None), ("loved", "o1")]),
        kind=st.sampled_from([GRANT, REVOKE]),
    )
    def decide(self, member: str, badge: tuple[str, str | None], kind: str) -> None:
        """A person grants or revokes."""
        self.clock += timedelta(hours=1)
        slug, about = badge
        self.badges.decisions.append(
            (member, slug, Decision(kind=kind, object=about, at=self.clock, reason="so"))
        )
        self.log.decisions.append((member, slug, about, kind, self.clock))

    @precondition(lambda self: self.activity.marks)
    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        """Some work after a commit is done."""
        self.activity.work(data.draw(st.sampled_from(self.activity.marks)))

    @rule(wanted=seldom)
    def lose_and_republish(self, *, wanted: bool) -> None:
        """What was sent is gone, read or not; everything is sent again."""
        if wanted:
            self.activity.outbox.clear()
            self.activity.sent_profiles.clear()
            self.activity.republish()

    @precondition(lambda self: self.activity.outbox)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """A batch arrives: of any deliveries that were ever sent, in any order, known ones too."""
        places = st.integers(0, len(self.activity.outbox) - 1)
        batch = data.draw(st.lists(places, min_size=1, max_size=8))
        self.badges.recognise([self.activity.outbox[place] for place in batch])

    @precondition(lambda self: self.activity.sent_profiles)
    @rule(data=st.data())
    def deliver_profile(self, data: st.DataObject) -> None:
        """A profile arrives, perhaps an old one."""
        self.badges.follow(data.draw(st.sampled_from(self.activity.sent_profiles)))

    @precondition(lambda self: self.badges.marks)
    @rule(data=st.data())
    def recount(self, data: st.DataObject) -> None:
        """Those are counted anew whom a changed profile concerns."""
        self.badges.recount_involved(data.draw(st.sampled_from(self.badges.marks)))

    @rule(chance=st.randoms(use_true_random=True), size=st.sampled_from([1, 3, ALL_SEEN]))
    def settle(self, chance: Random, size: int) -> None:
        """Everything arrives that was sent, in any order, old things last; then the oracle is asked."""
        while self.activity.marks:
            self.activity.work(chance.choice(self.activity.marks))
        for arriving in self._batches(chance, size):
            self.badges.recognise([each for each in arriving if not isinstance(each, Member)])
            for profile in arriving:
                if isinstance(profile, Member):
                    self.badges.follow(profile)
        self.tallies_are_what_is_stored_in_their_buckets()
        while self.badges.marks:
            self.badges.recount_involved(chance.choice(self.badges.marks))
        self.badges.recount_behind()
        self._compare()

    @invariant()
    def tallies_are_what_is_stored_in_their_buckets(self) -> None:
        """At any moment, however much is still on its way."""
        for member, own in self.badges.tallies.items():
            if not self.badges.is_behind(member):
                context = self.badges.context(self.badges.profiles)
                for bucket, tally in own.items():
                    rule_of_it = self.badges.rules.badges[bucket[0]]
                    stored = self.badges.in_bucket(member, bucket)
                    assert tally == tallies.recount(rule_of_it, stored, context), (member, bucket)

    def teardown(self) -> None:
        """No history ends without its judgement."""
        if self.badges.rules.badges:
            self.settle(Random(0), 3)  # noqa: S311 (an order of arrival, no secret)

    def _define(self, badges: Any) -> None:
        self.log.badges = badges
        zones = sorted(self.log.zones.items())
        self.badges.define({slug: badge.definition for slug, badge in badges.items()}, zones)

    def _batches(self, chance: Random, size: int) -> list[list[Delivery | Member]]:
        everything = [*self.activity.outbox, *self.activity.sent_profiles]
        chance.shuffle(everything)
        return [everything[start : start + size] for start in range(0, len(everything), size)]

    def _compare(self) -> None:
        facts = {oracle.stated(each) for name in self.badges.tallies for each in self.badges.surviving(name)}
        assert facts == oracle.facts(self.log)
        held = {
            Held(member, each.badge, each.level, each.object, each.awarded_at, each.by, each.revoked_at)
            for member, each in self.badges.awards()
        }
        assert held == oracle.awards(self.log)
        for member in self.badges.tallies:
            context = self.badges.context(self.badges.profiles)
            own = self.badges.surviving(member)
            of_fact, counted = recognition.from_scratch(own, self.badges.rules, context)
            assert {each.activity: self.badges.buckets(each) for each in own} == of_fact
            filled = {bucket: tally for bucket, tally in self.badges.tallies[member].items() if tally.last}
            assert filled == counted


class Seeded(Histories):
    """The same, from a seed."""


@pytest.mark.timeout(60 * max(1, HISTORIES // 100))
def test_histories() -> None:
    run_state_machine_as_test(
        Histories, settings=settings(STEADY, max_examples=HISTORIES or 100, derandomize=not HISTORIES)
    )


@pytest.mark.parametrize("mutation", mutations.ALL)
def test_histories_notice(mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule left out or turned round makes them fail, so they prove that it holds."""
    breaks, soon = mutations.ALL[mutation]
    breaks(monkeypatch)
    until_it_fails = settings(STEADY, max_examples=1_000, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(seed(soon)(Seeded), settings=until_it_fails)
