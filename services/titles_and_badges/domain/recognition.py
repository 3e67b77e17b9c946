"""From changed facts to changed tallies: what comes in order adds the difference, what does not recounts its bucket."""

from collections.abc import Iterable, Mapping, Sequence

from services.titles_and_badges.domain import standing, tallies, values
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.tallies import Tally

#: A badge, and the object for badges that count by object. All buckets here are one member's.
Bucket = tuple[str, str | None]


@values.value
class Change:
    """One fact of a member, as it was and as it is now; None where there was or is none.

    `counted_in` are the buckets that the old one was stored with: those are recounted, not the ones that it would
    fall into today (a zone, a role or a rule may have changed since).
    """

    old: Fact | None
    counted_in: Sequence[Bucket]
    new: Fact | None


@values.value
class Plan:
    """Which facts go into which buckets, and which are taken out of them."""

    buckets: Mapping[str, Sequence[Bucket]]  # of the new facts, by activity
    added: Mapping[Bucket, Sequence[Fact]]
    removed: Mapping[Bucket, set[str]]

    @property
    def touched(self) -> set[Bucket]:
        """All buckets that change."""
        return {*self.added, *self.removed} if self.removed else set(self.added)


def buckets(fact: Fact, rules: Rules, context: Context) -> list[Bucket]:
    """The buckets in which a fact counts."""
    concerned = rules.concerned(fact)
    if not concerned or not standing.may_count(fact, context):
        return []
    return [(badge.slug, badge.bucket(fact, context)) for badge in concerned]


def plan(changes: Iterable[Change], rules: Rules, context: Context) -> Plan:
    """Sort a member's changed facts into his buckets."""
    added: dict[Bucket, list[Fact]] = {}
    removed: dict[Bucket, set[str]] = {}
    of_new: dict[str, Sequence[Bucket]] = {}
    for change in changes:
        if change.old is not None:
            for bucket in change.counted_in:
                if bucket[0] in rules.badges:
                    removed.setdefault(bucket, set()).add(change.old.activity)
        if change.new is not None:
            now = of_new[change.new.activity] = buckets(change.new, rules, context)
            for bucket in now:
                added.setdefault(bucket, []).append(change.new)
    for facts in added.values():
        if len(facts) > 1:
            facts.sort(key=lambda fact: fact.order)
    return Plan(buckets=of_new, added=added, removed=removed)


def to_recount(planned: Plan, known: Mapping[Bucket, Tally]) -> set[Bucket]:
    """The buckets that must be recounted, for something leaves them or comes late. `known` are the tallies touched."""
    late = {
        bucket
        for bucket, facts in planned.added.items()
        if bucket in known and not tallies.comes_in_order(known[bucket], facts)
    }
    return late.union(planned.removed) if planned.removed else late


def carry_out(
    planned: Plan,
    rules: Rules,
    context: Context,
    known: Mapping[Bucket, Tally],
    stored: Mapping[Bucket, Sequence[Fact]],
) -> dict[Bucket, Tally]:
    """The new tallies of all touched buckets.

    `known` are their tallies before, `stored` the facts of all buckets to recount (and of no others), as they were.
    """
    result: dict[Bucket, Tally] = {}
    for bucket in planned.touched:
        badge = rules.badges[bucket[0]]
        new = planned.added.get(bucket, ())
        if bucket in stored:
            replaced = planned.removed.get(bucket, set()) | {fact.activity for fact in new}
            kept = [fact for fact in stored[bucket] if fact.activity not in replaced]
            result[bucket] = tallies.recount(badge, [*kept, *new], context)
        else:
            before = known.get(bucket) or tallies.empty(badge)
            result[bucket] = tallies.fold(badge, before, new, context)
    return result


def from_scratch(
    facts: Iterable[Fact], rules: Rules, context: Context
) -> tuple[dict[str, list[Bucket]], dict[Bucket, Tally]]:
    """All buckets of a member from all his surviving facts: what the incremental way must equal at any moment."""
    of_fact: dict[str, list[Bucket]] = {}
    in_bucket: dict[Bucket, list[Fact]] = {}
    for fact in facts:
        of_fact[fact.activity] = buckets(fact, rules, context)
        for bucket in of_fact[fact.activity]:
            in_bucket.setdefault(bucket, []).append(fact)
    counted = {
        bucket: tallies.recount(rules.badges[bucket[0]], members, context)
        for bucket, members in in_bucket.items()
    }
    return of_fact, counted
