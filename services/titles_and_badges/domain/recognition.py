"""From changed facts to changed tallies: what comes in order adds the difference, what does not recounts its bucket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.titles_and_badges.domain import standing, tallies
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.tallies import Tally

#: A badge, and the object for badges that count by object. All buckets here are one member's.
Bucket = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact of a member, as it was and as it is now; None where there was or is none.

    `counted_in` are the buckets that the old one was stored with: those are recounted, not the ones that it would
    fall into today (a zone, a role or a rule may have changed since).
    """

    old: Fact | None
    counted_in: Sequence[Bucket]
    new: Fact | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done: which facts go into which buckets, and which buckets must be recounted."""

    buckets: Mapping[str, Sequence[Bucket]]  # of the new facts, by activity
    added: Mapping[Bucket, Sequence[Fact]]
    removed: Mapping[Bucket, frozenset[str]]
    recount: frozenset[Bucket]

    @property
    def touched(self) -> set[Bucket]:
        """All buckets that change."""
        return set(self.added) | set(self.removed)


def buckets(fact: Fact, rules: Rules, context: Context) -> list[Bucket]:
    """The buckets in which a fact counts."""
    concerned = rules.concerned(fact)
    if not concerned or not standing.may_count(fact, context):
        return []
    return [(badge.slug, fact.object if badge.by_object else None) for badge in concerned]


def touched(changes: Iterable[Change], rules: Rules, context: Context) -> set[Bucket]:
    """The buckets whose tallies `plan` needs."""
    found: set[Bucket] = set()
    for change in changes:
        found.update(bucket for bucket in change.counted_in if bucket[0] in rules.badges)
        if change.new is not None:
            found.update(buckets(change.new, rules, context))
    return found


def plan(changes: Sequence[Change], rules: Rules, context: Context, known: Mapping[Bucket, Tally]) -> Plan:
    """Decide how a member's changed facts change his buckets. `known` are the tallies of the touched ones."""
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
        facts.sort(key=lambda fact: fact.order)
    late = {
        bucket
        for bucket, facts in added.items()
        if bucket in known and not tallies.comes_in_order(known[bucket], facts)
    }
    return Plan(
        buckets=of_new,
        added=added,
        removed={bucket: frozenset(names) for bucket, names in removed.items()},
        recount=frozenset(late | removed.keys()),
    )


def carry_out(
    planned: Plan,
    rules: Rules,
    context: Context,
    known: Mapping[Bucket, Tally],
    stored: Mapping[Bucket, Sequence[Fact]],
) -> dict[Bucket, Tally]:
    """The new tallies of all touched buckets. `stored` are the facts of the buckets to recount, as they were before."""
    result: dict[Bucket, Tally] = {}
    for bucket in planned.touched:
        badge = rules.badges[bucket[0]]
        new = planned.added.get(bucket, ())
        if bucket in planned.recount:
            replaced = planned.removed.get(bucket, frozenset()) | {fact.activity for fact in new}
            kept = [fact for fact in stored.get(bucket, ()) if fact.activity not in replaced]
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
