"""Awards: who holds which badge, since when, and what decided it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.titles_and_badges.domain.badges import ONCE_AN_OBJECT, Badge
from services.titles_and_badges.domain.tallies import Reached, Tally

GRANT = "grant"
REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A badge, held or once held. `object` is for whose sake; `by` the deciding activity, None where people decided."""

    badge: str
    level: str | None
    object: str | None
    awarded_at: datetime
    by: str | None
    evidence: str | None = None  # the object whose bucket decided, where the badge is given once a member
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided about a badge of a member, and why."""

    kind: str
    object: str | None
    at: datetime
    reason: str


#: What tells the awards of one member apart: badge, level and object.
Key = tuple[str, str | None, str | None]


def key(award: Award) -> Key:
    """Which award of a member's it is."""
    return (award.badge, award.level, award.object)


def derived(badge: Badge, tallies: Mapping[str | None, Tally]) -> dict[Key, Award]:
    """The awards of one badge that a member's tallies earn. `tallies` maps objects (or None) to buckets."""
    earned: dict[Key, Award] = {}
    for index, threshold in enumerate(badge.thresholds):
        reached = {name: hit for name, tally in tallies.items() if (hit := tally.reached[index]) is not None}
        if badge.repeat == ONCE_AN_OBJECT:
            for name, hit in reached.items():
                award = _award(badge, threshold.level, name, hit, evidence=name)
                earned[key(award)] = award
        elif reached:
            name, hit = _deciding(reached)
            award = _award(badge, threshold.level, None, hit, evidence=name)
            earned[key(award)] = award
    return earned


def decided(badge: Badge, earned: Mapping[Key, Award], decisions: Iterable[Decision]) -> dict[Key, Award]:
    """The awards of one badge after what people decided, one decision after the other.

    A grant gives what was not earned, and gives back what was; a revocation takes what was earned or granted.
    """
    result = dict(earned)
    for decision in sorted(decisions, key=lambda each: each.at):
        if decision.kind == GRANT:
            _give_back(result, earned, decision)
            _grant(badge, result, decision)
        else:
            _revoke(result, decision)
    return result


def _give_back(result: dict[Key, Award], earned: Mapping[Key, Award], decision: Decision) -> None:
    for name, award in earned.items():
        # What is held already stays as it is: granting twice is granting once.
        if award.object == decision.object and result[name].revoked_at is not None:
            result[name] = award


def _grant(badge: Badge, result: dict[Key, Award], decision: Decision) -> None:
    wanted = (badge.slug, badge.thresholds[0].level, decision.object)
    held = result.get(wanted)
    if held is None or held.revoked_at is not None:
        result[wanted] = Award(
            badge=badge.slug, level=wanted[1], object=decision.object, awarded_at=decision.at, by=None
        )


def _revoke(result: dict[Key, Award], decision: Decision) -> None:
    for name, award in list(result.items()):
        if award.object == decision.object and award.revoked_at is None:
            result[name] = _ended(award, max(decision.at, award.awarded_at))


def _ended(award: Award, moment: datetime) -> Award:
    return Award(
        badge=award.badge, level=award.level, object=award.object, awarded_at=award.awarded_at,
        by=award.by, evidence=award.evidence, revoked_at=moment,
    )  # fmt: skip


def _award(badge: Badge, level: str | None, name: str | None, hit: Reached, *, evidence: str | None) -> Award:
    moment, _, activity = hit.since
    return Award(
        badge=badge.slug, level=level, object=name, awarded_at=moment, by=activity,
        evidence=evidence, revoked_at=hit.until,
    )  # fmt: skip


def _deciding(reached: Mapping[str | None, Reached]) -> tuple[str | None, Reached]:
    """Of several buckets that reached it: the earliest that still stands, else the one that was lost last."""
    standing = {name: hit for name, hit in reached.items() if hit.until is None}
    if standing:
        return min(standing.items(), key=lambda entry: entry[1].since)
    return max(reached.items(), key=lambda entry: (entry[1].until, entry[1].since))
