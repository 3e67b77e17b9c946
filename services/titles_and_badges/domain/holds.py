"""What looks arranged: contributions to hold until somebody has decided about them. Thresholds are stated, and few.

Nothing is taken away for good, and nobody is accused: a hold says which rule found what, in numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.titles_and_badges.domain.facts import AUTHOR, Fact

BURST, SHARE, RING = "burst", "one-giver", "ring"

#: One person gives one member so many times within this time.
BURST_COUNT = 10
BURST_WITHIN = timedelta(minutes=10)
#: One person gives a member so many times in a month, and this many percent of all that he is given.
SHARE_COUNT = 10
SHARE_PERCENT = 50
#: Members give to one another in a circle: each so often, and each this many percent of what the next is given.
RING_COUNT = 5
RING_PERCENT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What one giver gave to a member, by which rule it is held, and of how much it is how much."""

    rule: str
    member: str
    giver: str
    activities: tuple[str, ...]
    of: int


def suspicions(given: Mapping[str, Iterable[Fact]]) -> list[Suspicion]:
    """What is to be held of what members were given in a month, in the order of members, givers and rules."""
    by_member = {member: _by_giver(member, facts) for member, facts in given.items()}
    rings = _rings(by_member)
    found = []
    for member, givers in by_member.items():
        total = sum(map(len, givers.values()))
        for giver, facts in givers.items():
            rule = _rule(facts, total, in_ring=(giver, member) in rings)
            if rule is not None:
                held = _burst(facts) if rule == BURST else facts
                activities = tuple(fact.activity for fact in held)
                found.append(
                    Suspicion(rule=rule, member=member, giver=giver, activities=activities, of=total)
                )
    return sorted(found, key=lambda each: (each.member, each.giver, each.rule))


def words(rule: str, count: int, of: int) -> str:
    """Why something is held, as a sentence without its end."""
    if rule == BURST:
        return f"one person gave {count} times within {BURST_WITHIN.seconds // 60} minutes"
    if rule == SHARE:
        return f"one person gave {count} of {of}, more than {SHARE_PERCENT} %"
    return f"in a circle of members who give to one another: {count} of {of}"


def _by_giver(member: str, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: fact.order):
        if AUTHOR in fact.roles and fact.actor is not None and fact.actor != member:
            found.setdefault(fact.actor, []).append(fact)
    return found


def _rule(facts: Sequence[Fact], total: int, *, in_ring: bool) -> str | None:
    if in_ring:
        return RING
    if len(facts) >= SHARE_COUNT and len(facts) * 100 > total * SHARE_PERCENT:
        return SHARE
    return BURST if _burst(facts) else None


def _burst(facts: Sequence[Fact]) -> list[Fact]:
    """Those that lie so close together."""
    found: dict[str, Fact] = {}
    for first in range(len(facts) - BURST_COUNT + 1):
        last = first + BURST_COUNT - 1
        if facts[last].published - facts[first].published <= BURST_WITHIN:
            found |= {fact.activity: fact for fact in facts[first : last + 1]}
    return list(found.values())


def _rings(by_member: Mapping[str, Mapping[str, Sequence[Fact]]]) -> set[tuple[str, str]]:
    """Pairs (giver, member) that are part of a circle of heavy giving."""
    gives: dict[str, set[str]] = {}
    for member, givers in by_member.items():
        total = sum(map(len, givers.values()))
        for giver, facts in givers.items():
            if len(facts) >= RING_COUNT and len(facts) * 100 >= total * RING_PERCENT:
                gives.setdefault(giver, set()).add(member)
    reached = {giver: _reached(giver, gives) for giver in gives}
    return {(giver, member) for giver in gives for member in gives[giver] if giver in reached.get(member, ())}


def _reached(start: str, gives: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for member in gives.get(waiting.pop(), ()):
            if member not in found:
                found.add(member)
                waiting.append(member)
    return found
