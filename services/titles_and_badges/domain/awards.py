"""Awards: who holds which badge, since when, and what decided it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.titles_and_badges.domain import reached as rules_of_reached
from services.titles_and_badges.domain.badges import ONCE_A_MEMBER, ONCE_AN_OBJECT, Badge
from services.titles_and_badges.domain.reached import Reached, Tally

GRANT = "grant"
REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A badge, held or once held. `object` is for whose sake, or `period` for which time.

    `by` is the deciding activity, None where people or time decided. `expired`: it was lost because its time was over.
    """

    badge: str
    level: str | None
    object: str | None
    awarded_at: datetime
    by: str | None
    evidence: str | None = None  # the object whose bucket decided, where the badge is given once a member
    revoked_at: datetime | None = None
    period: str | None = None
    expired: bool = False
    expires_at: datetime | None = None
    sequence: int | None = None  # the deed's, where a badge has a maximum of holders; else nobody asks
    limited: int | None = None  # the maximum of holders

    @property
    def about(self) -> str | None:
        """The object or the period that it is given for."""
        return self.object if self.period is None else self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided about a badge of a member, and why."""

    kind: str
    object: str | None
    at: datetime
    reason: str


#: What tells the awards of one member apart: badge, level and object (or period).
Key = tuple[str, str | None, str | None]


def key(award: Award) -> Key:
    """Which award of a member's it is."""
    return (award.badge, award.level, award.about)


def in_line(member: str, award: Award) -> tuple[datetime, int, str, str, str]:
    """Where somebody's award stands among those who earned a badge with a maximum of holders: in event order."""
    sequence = -1 if award.sequence is None else award.sequence
    return (award.awarded_at, sequence, award.by or "", member, award.about or "")


def derived(badge: Badge, tallies: Mapping[str | None, Tally], now: datetime) -> dict[Key, Award]:
    """The awards of one badge that a member's tallies earn, as of a moment.

    `tallies` maps objects or periods (or None) to buckets. What time decided has its own date, whatever `now` is; only
    what is still to come is left out.
    """
    earned: dict[Key, Award] = {}
    held = {name: rules_of_reached.at(tally, now) for name, tally in tallies.items()}
    for index, threshold in enumerate(badge.thresholds):
        reached = {name: hit for name, each in held.items() if (hit := each[index]) is not None}
        if badge.repeat != ONCE_A_MEMBER:
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
        if award.about == decision.object and result[name].revoked_at is not None:
            result[name] = award


def _grant(badge: Badge, result: dict[Key, Award], decision: Decision) -> None:
    wanted = (badge.slug, badge.thresholds[0].level, decision.object)
    held = result.get(wanted)
    if held is None or held.revoked_at is not None:
        in_object = badge.repeat == ONCE_AN_OBJECT
        result[wanted] = Award(
            badge=badge.slug, level=wanted[1], awarded_at=decision.at, by=None,
            object=decision.object if in_object else None, period=None if in_object else decision.object,
            limited=badge.most_holders,
        )  # fmt: skip


def _revoke(result: dict[Key, Award], decision: Decision) -> None:
    for name, award in list(result.items()):
        if award.about == decision.object and award.revoked_at is None:
            result[name] = replace(award, revoked_at=max(decision.at, award.awarded_at))


def _award(badge: Badge, level: str | None, name: str | None, hit: Reached, *, evidence: str | None) -> Award:
    moment, _, activity = hit.since
    in_object = badge.repeat == ONCE_AN_OBJECT
    return Award(
        badge=badge.slug, level=level, awarded_at=moment, by=activity or None,
        object=name if in_object else None, period=None if in_object or name is None else str(name),
        evidence=evidence if badge.by_object else None, revoked_at=hit.until,
        expired=hit.until is not None and hit.until == hit.expires,
        expires_at=hit.expires if hit.until is None else None,
        sequence=None if badge.most_holders is None else hit.since[1], limited=badge.most_holders,
    )  # fmt: skip


def _deciding(reached: Mapping[str | None, Reached]) -> tuple[str | None, Reached]:
    """Of several buckets that reached it: the earliest that still stands, else the one that was lost last."""
    standing = {name: hit for name, hit in reached.items() if hit.until is None}
    if standing:
        return min(standing.items(), key=lambda entry: entry[1].since)
    return max(reached.items(), key=lambda entry: (entry[1].until, entry[1].since))
