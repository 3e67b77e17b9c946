"""Satisfaction is a gate: an unhappy friend gets service, a happy one may be asked whether he recommends.

Nothing is sent by itself: a person, or the community's own page, invites.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from services.referral.domain.programs import Satisfaction

#: For so long an invitation can be accepted.
VALID = timedelta(days=30)
_DRAWN_BYTES = 8


class Scale(StrEnum):
    """How satisfaction was asked for: 0 to 10, or 1 to 5."""

    NPS = "nps"
    CSAT = "csat"


#: The lowest and the highest answer of each scale.
RANGES = {Scale.NPS: (0, 10), Scale.CSAT: (1, 5)}
#: Up to this answer somebody is unhappy, and not merely lukewarm.
_UNHAPPY = {Scale.NPS: 6, Scale.CSAT: 3}


class Reason(StrEnum):
    """Why a member is not invited. Codes are stable."""

    BELOW = "below-threshold"
    HELD_OUT = "held-out"
    ADVOCATE = "advocate-already"
    OPTED_OUT = "opted-out"
    NO_MEMBER = "not-a-member"
    INVITED = "invited-already"
    DECLINED = "declined"
    NOT_RUNNING = "program-not-running"
    QUIET = "quiet-hours"


WORDS = {
    Reason.BELOW: "his latest answer is below the program's threshold",
    Reason.HELD_OUT: "he is held out, to compare with",
    Reason.ADVOCATE: "he is an advocate already",
    Reason.OPTED_OUT: "he opted out",
    Reason.NO_MEMBER: "he is no member of the community",
    Reason.INVITED: "he is invited already",
    Reason.DECLINED: "he declined",
    Reason.NOT_RUNNING: "the program is not running",
    Reason.QUIET: "these are the program's quiet hours",
}


class Candidacy(StrEnum):
    """Whether somebody who answered may be asked to recommend: satisfied, satisfied but held out, or not satisfied."""

    CANDIDATE = "candidate"
    HELD_OUT = "held-out"
    BELOW = "below-threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a member answered, when, and of which order."""

    id: str
    scale: Scale
    score: int
    at: datetime
    order: str | None = None


class Fate(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """That a member was invited, and what he said. Whether it has expired is a question of the time of asking."""

    id: str
    at: datetime
    expires: datetime
    fate: Fate = Fate.OPEN
    decided: datetime | None = None

    def now(self, moment: datetime) -> Fate:
        """What has become of it by a moment."""
        return Fate.EXPIRED if self.fate is Fate.OPEN and self.expires <= moment else self.fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """All that speaks for or against inviting a member into a program.

    `satisfied`: the first of his latest answers that were all at or above the threshold; None when the latest was not.
    """

    satisfied: Answer | None
    held_out: bool = False
    advocate: bool = False
    opted_out: bool = False
    member: bool = True
    runs: bool = True
    invitation: Invitation | None = None


def is_satisfied(answer: Answer, bar: Satisfaction) -> bool:
    """Whether an answer reaches a program's threshold."""
    return answer.score >= (bar.nps if answer.scale is Scale.NPS else bar.csat)


def is_unhappy(answer: Answer) -> bool:
    """Whether somebody ought to look after him: 0 to 6 of 10, 1 to 3 of 5."""
    return answer.score <= _UNHAPPY[answer.scale]


def in_order(answers: Iterable[Answer]) -> list[Answer]:
    """Answers in the order in which they were given, however they came."""
    return sorted(answers, key=lambda each: (each.at, each.id))


def satisfied_since(answers: Iterable[Answer], bar: Callable[[datetime], Satisfaction]) -> Answer | None:
    """The answer since which a member is satisfied; None when his latest one is below the threshold of its time."""
    found: Answer | None = None
    for each in in_order(answers):
        found = (found or each) if is_satisfied(each, bar(each.at)) else None
    return found


def held_out(program: str, member: str, share: Fraction) -> bool:
    """Whether a member is among those who are never invited into a program, so that there is something to compare with.

    Always the same for him; and since a member's id is a keyed hash already, nobody can choose it.
    """
    digest = hashlib.blake2b(f"{program}\0{member}".encode(), digest_size=_DRAWN_BYTES).digest()
    return Fraction(int.from_bytes(digest), 1 << 8 * _DRAWN_BYTES) < share


def quiet_until(moment: datetime, zone: str, quiet: tuple[time, time] | None) -> datetime | None:
    """When the quiet hours end that a moment lies in, in the community's zone; None when it lies in none."""
    if quiet is None:
        return None
    begins, ends = quiet
    local = moment.astimezone(ZoneInfo(zone))
    clock = local.time()
    over_midnight = ends < begins
    inside = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if over_midnight and clock >= begins else local.date()
    return datetime.combine(day, ends, local.tzinfo).astimezone(UTC)


def obstacles(of: Considered, moment: datetime, quiet: datetime | None) -> Sequence[Reason]:
    """Why a member is not to be invited at a moment; nothing: he may be."""
    fate = of.invitation.now(moment) if of.invitation else None
    return [
        reason
        for reason, holds in (
            (Reason.BELOW, of.satisfied is None),
            (Reason.HELD_OUT, of.held_out),
            (Reason.ADVOCATE, of.advocate or fate is Fate.ACCEPTED),
            (Reason.OPTED_OUT, of.opted_out),
            (Reason.NO_MEMBER, not of.member),
            (Reason.INVITED, fate is Fate.OPEN),
            (Reason.DECLINED, fate is Fate.DECLINED and not _was_asked_since(of)),
            (Reason.NOT_RUNNING, not of.runs),
            (Reason.QUIET, quiet is not None),
        )
        if holds
    ]


def _was_asked_since(of: Considered) -> bool:
    """Whether he became satisfied anew after he declined: only then he may be asked again."""
    decided = of.invitation.decided if of.invitation else None
    return of.satisfied is not None and decided is not None and of.satisfied.at > decided
