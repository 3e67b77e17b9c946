"""`titles-and-badges` in memory. It only stores, in the places where the service has transactions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.titles_and_badges.domain import awards, badges, recognition
from services.titles_and_badges.domain.awards import Award, Decision
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.recognition import Bucket, Change
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.domain.tallies import Tally
from services.titles_and_badges.use_cases import recognising
from shared.events.activity import ActivityRecorded, Delivery
from tests.journeys.histories.activity_side import Member

Key = tuple[str, str]
Zones = Sequence[tuple[datetime, str]]
#: Long after all histories.
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class Kept:
    """A fact at its highest version, with the buckets in which it is counted; no fact where it is retracted."""

    version: int
    fact: Fact | None
    buckets: Sequence[Bucket]


class BadgesSide:
    """Stores facts, tallies, profiles and decisions."""

    def __init__(self) -> None:
        self.facts: dict[Key, Kept] = {}
        self.tallies: dict[str, dict[Bucket, Tally]] = {}
        self.counted_under: dict[str, int] = {}
        self.profiles: dict[str, Member] = {}
        self.decisions: list[tuple[str, str, Decision]] = []
        self.rules = Rules(0, [])
        self.zones: Zones = ()
        self.marks: list[str] = []  # members whose profile changed

    def recognise(self, batch: Sequence[Delivery]) -> None:
        """One batch, one transaction: only what is newer than what is known changes anything."""
        newest: dict[Key, Delivery] = {}
        for delivery in batch:
            key = (delivery.member, delivery.activity)
            if self.is_news(delivery) and (key not in newest or newest[key].version < delivery.version):
                newest[key] = delivery
        for member in sorted({member for member, _ in newest}):
            self._apply(member, [each for (whose, _), each in newest.items() if whose == member])

    def is_news(self, delivery: Delivery) -> bool:
        """Whether a delivery is of a higher version than what is known."""
        kept = self.facts.get((delivery.member, delivery.activity))
        return kept is None or kept.version < delivery.version

    def follow(self, profile: Member) -> None:
        """Keep a profile, if it is newer; whom it concerns is counted anew later."""
        known = self.profiles.get(profile.member)
        if known is None or known.revision < profile.revision:
            self.profiles[profile.member] = profile
            self.marks.append(profile.member)

    def define(self, definitions: Mapping[str, Mapping[str, object]], zones: Zones) -> None:
        """Other rules, or other zones: everybody is counted anew later, or when his next batch comes."""
        ends = {slug: each.get("until") for slug, each in definitions.items()}
        made = [badges.badge(slug, each, until=ends[slug]) for slug, each in definitions.items()]  # type: ignore[arg-type]
        self.rules = Rules(self.rules.revision + 1, made)
        self.zones = zones

    def recount_involved(self, changed: str) -> None:
        """Count all anew whose facts involve a member whose profile changed."""
        self.marks.remove(changed)
        involved = {
            member
            for (member, _), kept in self.facts.items()
            if member == changed or (kept.fact is not None and changed in kept.fact.involved())
        }
        for member in sorted(involved):
            self._recount(member)

    def recount_behind(self) -> None:
        """Count all anew who were counted under older rules."""
        for member in sorted(self.tallies):
            if self.is_behind(member):
                self._recount(member)

    def is_behind(self, member: str) -> bool:
        """Whether a member was counted under older rules."""
        return self.counted_under.get(member) not in {None, self.rules.revision}

    def surviving(self, member: str) -> list[Fact]:
        """A member's facts that are not retracted."""
        return [kept.fact for (whose, _), kept in self.facts.items() if whose == member and kept.fact]

    def buckets(self, fact: Fact) -> list[Bucket]:
        """The buckets that a fact is stored with."""
        return list(self.facts[fact.member, fact.activity].buckets)

    def in_bucket(self, member: str, bucket: Bucket) -> list[Fact]:
        """The surviving facts that are stored as counted in a bucket."""
        return [fact for fact in self.surviving(member) if bucket in self.buckets(fact)]

    def context(self, members: Iterable[str]) -> Context:
        """What the rules know of some members."""
        found = {name: self.profiles[name] for name in members if name in self.profiles}
        standings = {name: Profile(roles=each.roles, opt_outs=each.opt_outs) for name, each in found.items()}
        return Context(profiles=standings, zones=self.zones)

    def awards(self) -> set[tuple[str, Award]]:
        """Who holds or held what."""
        members = {*self.tallies, *(self._now(member) for member, _, _ in self.decisions), *self.profiles}
        return {
            (member, award)
            for member in members
            for badge in self.rules.badges.values()
            for award in awards.decided(
                badge,
                awards.derived(badge, self._of_badge(member, badge.slug), NOW),
                self._decided(member, badge.slug),
            ).values()
        }

    def _apply(self, member: str, news: Sequence[Delivery]) -> None:
        behind = self.is_behind(member)
        changes = [self.change(delivery) for delivery in news]
        involved = {name for change in changes if change.new for name in change.new.involved()}
        buckets = {} if behind else self._count(member, changes, self.context({member, *involved}))
        for delivery, change in zip(news, changes, strict=True):
            counted = buckets.get(delivery.activity, ())
            self.facts[member, delivery.activity] = Kept(delivery.version, change.new, counted)
        if behind:
            self._recount(member)

    def change(self, delivery: Delivery) -> Change:
        """What a delivery changes about what is known."""
        kept = self.facts.get((delivery.member, delivery.activity))
        survived = kept is not None and kept.fact is not None
        return Change(
            old=kept.fact if kept and survived else None,
            counted_in=kept.buckets if kept and survived else (),
            new=recognising.fact(delivery) if isinstance(delivery, ActivityRecorded) else None,
        )

    def _count(
        self, member: str, changes: Sequence[Change], context: Context
    ) -> Mapping[str, Sequence[Bucket]]:
        own = self.tallies.setdefault(member, {})
        planned = recognition.plan(changes, self.rules, context)
        known = {bucket: own[bucket] for bucket in planned.touched if bucket in own}
        to_recount = recognition.to_recount(planned, known)
        stored = {bucket: self.in_bucket(member, bucket) for bucket in to_recount}
        own.update(recognition.carry_out(planned, self.rules, context, known, stored))
        self.counted_under[member] = self.rules.revision
        return planned.buckets

    def _recount(self, member: str) -> None:
        facts = self.surviving(member)
        context = self.context({member, *(name for fact in facts for name in fact.involved())})
        of_fact, counted = recognition.from_scratch(facts, self.rules, context)
        for fact in facts:
            self.facts[member, fact.activity].buckets = of_fact[fact.activity]
        self.tallies[member] = counted
        self.counted_under[member] = self.rules.revision

    def _of_badge(self, member: str, slug: str) -> dict[str | None, Tally]:
        own = self.tallies.get(member, {})
        return {name: tally for (badge, name), tally in own.items() if badge == slug}

    def _decided(self, member: str, slug: str) -> list[Decision]:
        """What was decided about a member and all who became him; about one who became another or nobody, nothing."""
        known = self.profiles.get(member, Member(member=member))
        if known.merged_into or known.erased:
            return []
        return [each for whose, badge, each in self.decisions if badge == slug and self._now(whose) == member]

    def _now(self, member: str) -> str:
        while member in self.profiles and (into := self.profiles[member].merged_into):
            member = into
        return member
