"""Who holds a title in a month: the best of those who may, with the reason of everyone who does not.

A tie at the last place is decided by what the title declares, and in the end by the member's hash: the same twice.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.titles_and_badges.domain.titles import months, reasons
from services.titles_and_badges.domain.titles.definitions import (
    DAYS,
    GIVERS,
    MOST_CO_HOLDERS,
    Title,
)
from services.titles_and_badges.domain.titles.measures import Terms
from services.titles_and_badges.domain.titles.reasons import Reason

SCORE = "score"
HASH = "hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What eligibility asks of a member at the end of the month. `first` is the time of his first deed.

    `held` are the months in which he held this title, up to the month in question, and not that month itself.
    """

    role: str
    opted_out: bool
    first: datetime | None
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A member with a score on the title's board. `score` is in points, or in thousandths where a measure counts."""

    member: str
    score: int
    reached: datetime
    terms: Terms
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a candidate. `place` is his place among those who may hold it, None for those who may not.

    `tie` names what decided between him and his equals at the border, where something did.
    """

    candidate: Candidate
    holds: bool
    place: int | None
    against: tuple[Reason, ...] = ()
    tie: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The verdicts on those who were looked at, the best first. Nobody holds it where none of them does."""

    verdicts: tuple[Verdict, ...]

    @property
    def holders(self) -> tuple[Verdict, ...]:
        """Who holds the title."""
        return tuple(verdict for verdict in self.verdicts if verdict.holds)


def choose(
    title: Title, period: str, until: datetime, candidates: Iterable[Candidate], runners_up: int = 10
) -> Choice:
    """Choose among candidates, which come by falling score; no more of them are read than are needed.

    `until` is the first moment after the month. `runners_up` are looked at besides, to tell them what was missing.
    """
    eligible: list[Candidate] = []
    refused: list[tuple[Candidate, tuple[Reason, ...]]] = []
    for candidate in candidates:
        below = (
            sum(each.score < title.minimum for each, _ in refused) if candidate.score < title.minimum else 0
        )
        if below >= runners_up or _is_enough(title, eligible, candidate, runners_up):
            break
        why = against(title, period, until, candidate)
        if why:
            refused.append((candidate, why))
        else:
            eligible.append(candidate)
    eligible.sort(key=lambda each: order(title, each))
    verdicts = [*_placed(title, eligible), *(_refused(each, why) for each, why in refused)]
    return Choice(verdicts=tuple(sorted(verdicts, key=lambda each: order(title, each.candidate))))


def against(title: Title, period: str, until: datetime, candidate: Candidate) -> tuple[Reason, ...]:
    """Everything that speaks against a candidate; nothing for one who may hold the title."""
    return (
        *_by_person(title, period, candidate),
        *_by_tenure(title, until, candidate.person),
        *_by_numbers(title, candidate),
    )


def order(title: Title, candidate: Candidate) -> tuple[object, ...]:
    """By what candidates are sorted: the best first, the same order every time."""
    return (
        -candidate.score,
        *(_breaker(name, candidate) for name in title.breakers),
        hash_of(candidate.member),
    )


def hash_of(member: str) -> str:
    """What decides in the end: as arbitrary as a lot, and the same for everybody who looks."""
    return hashlib.sha256(member.encode()).hexdigest()


def _breaker(name: str, candidate: Candidate) -> object:
    if name == GIVERS:
        return -candidate.terms.givers
    return -candidate.terms.days if name == DAYS else candidate.reached


def _is_enough(title: Title, eligible: Sequence[Candidate], next_one: Candidate, runners_up: int) -> bool:
    """Whether nobody who comes now can hold it: places are taken, and the tie at the last one is over."""
    if len(eligible) < title.holders + runners_up:
        return False
    scores = sorted((each.score for each in eligible), reverse=True)
    return next_one.score < scores[title.holders - 1]


def _placed(title: Title, eligible: Sequence[Candidate]) -> Iterable[Verdict]:
    count = _how_many(title, eligible)
    last = eligible[count - 1] if count else None
    for index, candidate in enumerate(eligible):
        place = index + 1
        if title.co_holders:
            place = 1 + sum(other.score > candidate.score for other in eligible)
        tied = last is not None and candidate.score == last.score
        split = tied and len(eligible) > count and eligible[count].score == last.score if last else False
        yield Verdict(
            candidate=candidate,
            holds=index < count,
            place=place,
            tie=_decided(title, last, eligible[count]) if split and last else None,
        )


def _how_many(title: Title, eligible: Sequence[Candidate]) -> int:
    count = min(title.holders, len(eligible))
    if not title.co_holders or not count:
        return count
    sharing = sum(each.score >= eligible[count - 1].score for each in eligible)
    # Where more share a place than can be honoured, the tie-breakers decide after all.
    return sharing if sharing <= MOST_CO_HOLDERS else count


def _decided(title: Title, last: Candidate, next_one: Candidate) -> str:
    return next(
        (name for name in title.breakers if _breaker(name, last) != _breaker(name, next_one)),
        HASH,
    )


def _refused(candidate: Candidate, why: tuple[Reason, ...]) -> Verdict:
    return Verdict(candidate=candidate, holds=False, place=None, against=why)


def _by_person(title: Title, period: str, candidate: Candidate) -> Iterable[Reason]:
    person = candidate.person
    if person.opted_out:
        yield Reason(rule=reasons.OPTED_OUT)
    if person.role not in title.eligibility.roles:
        yield Reason(rule=reasons.ROLE, note=person.role)
    for exclusion in title.excluded:
        if exclusion.member == candidate.member and exclusion.holds_in(period):
            yield Reason(rule=reasons.EXCLUDED, note=exclusion.reason)
    if title.once and person.held:
        yield Reason(rule=reasons.ONCE, note=min(person.held))
    resting = [month for month in person.held if 0 < months.distance(month, period) <= title.cooldown]
    if resting and not title.once:
        yield Reason(rule=reasons.COOLDOWN, note=max(resting), at=title.cooldown)


def _by_tenure(title: Title, until: datetime, person: Person) -> Iterable[Reason]:
    asked = title.eligibility
    days = (until - person.first).days if person.first is not None else 0
    if asked.tenure_at_least is not None and days < asked.tenure_at_least:
        yield Reason(rule=reasons.TOO_NEW, value=days, at=asked.tenure_at_least)
    if asked.tenure_at_most is not None and days > asked.tenure_at_most:
        yield Reason(rule=reasons.TOO_OLD, value=days, at=asked.tenure_at_most)


def _by_numbers(title: Title, candidate: Candidate) -> Iterable[Reason]:
    if candidate.score < title.minimum:
        yield Reason(rule=reasons.MINIMUM, value=candidate.score, at=title.minimum)
    terms, asked = candidate.terms, title.eligibility
    for rule, value, at in (
        (reasons.GIVERS, terms.givers, asked.givers),
        (reasons.DAYS, terms.days, asked.days),
        (reasons.POSTS, terms.posts, asked.posts),
        (reasons.THREADS, terms.threads, asked.threads),
    ):
        if value < at:
            yield Reason(rule=rule, value=value, at=at)


def changed(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[list[str], list[str], list[str]]:
    """Between two revisions, member → place: who gained it, who lost it, whose place moved; each in order."""
    gained = sorted(set(after) - set(before))
    lost = sorted(set(before) - set(after))
    moved = sorted(member for member in set(after) & set(before) if after[member] != before[member])
    return gained, lost, moved
