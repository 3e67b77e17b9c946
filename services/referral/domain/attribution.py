"""Attribution: who brought a friend, decided from all candidates at once, whatever the order they came in.

A coupon beats a code, a form field or a token; those beat a tracked click; among clicks the program's model decides.
What an earlier join or order of the friend was attributed to goes on (`Door.RELATION`), without a window: the window
bounds the time before the first of them, the rewards' months bound the time after it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.referral.domain.programs import Model, Program, Terms
from services.referral.domain.reasons import Reason

PERSON, REPEAT, UNRESOLVED = "person", "repeat", "unresolved"
ENROLLED = "enrolled"
#: Who comes again is counted once, but it was he who came again. What led nowhere belonged to an old link.
_PEOPLE = frozenset({PERSON, REPEAT, UNRESOLVED})


class Door(StrEnum):
    """How a candidate came to be one."""

    COUPON = "coupon"
    CODE = "code"
    TOKEN = "token"  # noqa: S105 (it is a word)
    CLICK = "click"
    RELATION = "relation"


_STRENGTH = {door: place for place, door in enumerate(Door)}
#: What names somebody outright, the strongest first.
_NAMED = (Door.COUPON, Door.CODE, Door.TOKEN)


class Subject(StrEnum):
    """What is attributed."""

    JOIN = "join"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may have brought the friend.

    `moment` is that of the click (of a token: of the click behind it), of naming a code or coupon, or of the earlier
    join or order. `arrived` is when we learnt of a click. `since` and `until` bound the validity of a code or coupon;
    `only_for` are the members for whom a coupon is. `state` is the advocate's at the time of what is attributed. What
    cannot be found has no advocate and no channel.
    """

    door: Door
    moment: datetime
    name: str
    program: str | None = None
    advocate: str | None = None
    link: str | None = None
    channel: str | None = None
    klass: str = PERSON
    clicked: bool = False
    arrived: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    only_for: frozenset[str] | None = None
    state: str | None = ENROLLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be attributed: a friend's join or order. `received` is when we learnt of it."""

    subject: Subject
    friend: str
    moment: datetime
    received: datetime
    checkout_began: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Who the friend is to others.

    `same`: all ids that are this person, merged ones included. `advocate_since`: since when he recommends himself.
    `above`: each candidate's advocate → all who stand above him in the tree.
    """

    same: frozenset[str]
    advocate_since: datetime | None = None
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Verdict(NamedTuple):
    """What became of one candidate, and the window's arithmetic where there is one."""

    candidate: Candidate
    reason: Reason
    arithmetic: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who won by which rule, what became of every candidate, and which channel was used if one was."""

    winner: Candidate | None
    rule: str
    verdicts: tuple[Verdict, ...]
    version: int | None = None
    channel: str | None = None


class _Case(NamedTuple):
    asked: Asked
    candidate: Candidate
    program: Program | None
    relations: Relations

    @property
    def terms(self) -> Terms | None:
        found = self.program.at(self.asked.moment) if self.program else None
        return found.terms if found else None

    @property
    def begins(self) -> bool:
        """Whether a relation would begin with it; one that stands goes on."""
        return self.candidate.door is not Door.RELATION


def decide(
    asked: Asked, candidates: Iterable[Candidate], programs: Mapping[str, Program], relations: Relations
) -> Decision:
    """Who brought the friend. Neither the order of the candidates nor their repetition changes anything."""
    ordered = sorted(set(candidates), key=_place)
    cases = [_Case(asked, each, programs.get(each.program or ""), relations) for each in ordered]
    refused = {case.candidate: reason for case in cases if (reason := _refusal(case)) is not None}
    winner, rule = _choose(asked, [each for each in ordered if each not in refused], programs)
    verdicts = tuple(
        Verdict(
            case.candidate,
            refused.get(case.candidate) or _outcome(case.candidate, winner),
            _arithmetic(case),
        )
        for case in cases
    )
    channels = [each.channel for each, reason in refused.items() if reason is Reason.CHANNEL]
    return Decision(
        winner=winner,
        rule=rule,
        verdicts=verdicts,
        version=_version(winner, asked, programs),
        channel=min((each for each in channels if each), default=None),
    )


def settles(asked: Asked, programs: Iterable[Program]) -> datetime:
    """Until when a late click may still change the attribution: the longest grace of any program."""
    versions = [each.at(asked.moment) for each in programs]
    graces = [each.terms.grace for each in versions if each is not None]
    return max(asked.moment, asked.received) + max(graces, default=timedelta())


def written(span: timedelta) -> str:
    """A span as it is shown: `30 d 0 h 0 min 1 s`."""
    seconds, beyond = divmod(span, timedelta(seconds=1))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f".{beyond // timedelta(milliseconds=1):03}" if beyond else ""
    return f"{days} d {hours} h {minutes} min {seconds}{fraction} s"


_Rule = Callable[[_Case], bool]


def _is_older_than_the_window(case: _Case) -> bool:
    return (
        case.candidate.clicked
        and case.terms is not None
        and case.asked.moment - case.candidate.moment > case.terms.window
    )


def _is_after_checkout(case: _Case) -> bool:
    began = case.asked.checkout_began
    return case.candidate.clicked and began is not None and case.candidate.moment > began


def _came_too_late(case: _Case) -> bool:
    arrived = case.candidate.arrived
    if arrived is None or case.terms is None:
        return False
    return arrived > max(case.asked.moment, case.asked.received) + case.terms.grace


def _is_another_currency(case: _Case) -> bool:
    accepted = case.terms.currencies if case.terms else frozenset()
    return bool(accepted) and case.asked.currency is not None and case.asked.currency not in accepted


def _is_too_small(case: _Case) -> bool:
    least = case.terms.least_order_minor if case.terms else 0
    return case.asked.amount_minor is not None and case.asked.amount_minor < least


def _would_refer_an_advocate(case: _Case) -> bool:
    since = case.relations.advocate_since
    return case.begins and since is not None and since < case.asked.moment


def _has_ended(case: _Case) -> bool:
    return case.begins and case.program is not None and _is_over(case.program.ends, case.asked.moment)


def _has_not_begun(case: _Case) -> bool:
    program, moment = case.program, case.asked.moment
    program_later = program is not None and program.starts is not None and moment < program.starts
    return program_later or (case.candidate.since is not None and moment < case.candidate.since)


def _is_over(end: datetime | None, moment: datetime) -> bool:
    return end is not None and end <= moment


#: Why a candidate is refused: of several reasons, the first one here is told.
_REFUSALS: tuple[tuple[Reason, _Rule], ...] = (
    (Reason.NOT_A_PERSON, lambda case: case.candidate.klass not in _PEOPLE),
    (Reason.CHANNEL, lambda case: case.candidate.channel is not None),
    (Reason.NOT_FOUND, lambda case: case.program is None),
    (Reason.EXPIRED, lambda case: case.candidate.klass == UNRESOLVED),
    (Reason.ADVOCATE_NOT_FOUND, lambda case: case.candidate.advocate is None),
    (
        Reason.RECIPIENT_IS_THE_ADVOCATE,
        lambda case: case.candidate.advocate in case.relations.same,
    ),
    (Reason.CAME_AFTER, lambda case: case.candidate.moment > case.asked.moment),
    (Reason.AFTER_CHECKOUT_BEGAN, _is_after_checkout),
    (Reason.NOT_STARTED, _has_not_begun),
    (Reason.PROGRAM_NOT_RUNNING, _has_ended),
    (Reason.PROGRAM_NOT_TRIGGERED, lambda case: case.terms is None),
    (Reason.OUTSIDE_WINDOW, _is_older_than_the_window),
    (Reason.TOO_LATE, _came_too_late),
    (Reason.EXPIRED, lambda case: _is_over(case.candidate.until, case.asked.moment)),
    (
        Reason.RECIPIENT_DOES_NOT_MATCH,
        lambda case: (
            case.candidate.only_for is not None and not case.candidate.only_for & case.relations.same
        ),
    ),
    (Reason.ADVOCATE_NOT_ACTIVE, lambda case: case.candidate.state != ENROLLED),
    (
        Reason.CIRCLE,
        lambda case: bool(
            case.relations.above.get(case.candidate.advocate or "", frozenset()) & case.relations.same
        ),
    ),
    (Reason.EXISTING_ADVOCATE, _would_refer_an_advocate),
    (Reason.NOT_APPLICABLE, _is_another_currency),
    (Reason.CONDITION_NOT_MET, _is_too_small),
)


def _refusal(case: _Case) -> Reason | None:
    return next((reason for reason, holds in _REFUSALS if holds(case)), None)


def _choose(
    asked: Asked, standing: Sequence[Candidate], programs: Mapping[str, Program]
) -> tuple[Candidate | None, str]:
    kept = [each for each in standing if _is_kept(asked, each, programs)]
    if kept:
        return kept[0], "kept"
    for door in _NAMED:
        named = [each for each in standing if each.door is door]
        if named:
            return named[0], str(door)
    nominees = [_nominee(asked, each, programs) for each in _by_program(standing)]
    if not nominees:
        return None, "none"
    # Between programs, which know nothing of each other, the latest is the fairest guess.
    winner = max(nominees, key=lambda each: each.moment)
    if winner.door is Door.RELATION:
        return winner, "kept"
    return winner, "first-click" if _model(asked, winner, programs) is Model.FIRST else "last-click"


def _is_kept(asked: Asked, each: Candidate, programs: Mapping[str, Program]) -> bool:
    """A friend joins once; under a sticky program whoever brought him stays his advocate, whatever comes later."""
    if each.door is not Door.RELATION:
        return False
    return asked.subject is Subject.JOIN or _model(asked, each, programs) is Model.STICKY


def _nominee(asked: Asked, some: Sequence[Candidate], programs: Mapping[str, Program]) -> Candidate:
    """Whom a program's model prefers: `some` are in their order, by time."""
    if _model(asked, some[0], programs) is Model.FIRST:
        return next((each for each in some if each.door is Door.RELATION), some[0])
    return max(some, key=lambda each: each.moment)


def _by_program(standing: Sequence[Candidate]) -> list[list[Candidate]]:
    names = sorted({each.program or "" for each in standing})
    return [[each for each in standing if each.program == name] for name in names]


def _model(asked: Asked, each: Candidate, programs: Mapping[str, Program]) -> Model:
    version = programs[each.program or ""].at(asked.moment)
    return version.terms.model if version else Model.LAST


def _outcome(each: Candidate, winner: Candidate | None) -> Reason:
    if winner is None or each == winner:
        return Reason.WON
    if winner.door is Door.RELATION:
        return Reason.ALREADY_REFERRED
    if winner.door in _NAMED and each.door is not winner.door:
        return Reason.WEAKER_DOOR
    return Reason.LATER_WON if each.moment < winner.moment else Reason.EARLIER_WON


def _version(winner: Candidate | None, asked: Asked, programs: Mapping[str, Program]) -> int | None:
    version = programs[winner.program or ""].at(asked.moment) if winner else None
    return version.number if version else None


def _arithmetic(case: _Case) -> str | None:
    if not case.candidate.clicked:
        return None
    age = case.asked.moment - case.candidate.moment
    side = "before" if age >= timedelta() else "after"
    said = f"clicked {written(abs(age))} {side}"
    return f"{said}; window {_short(case.terms.window)}" if case.terms else said


def _short(span: timedelta) -> str:
    return f"{span.days} d" if span == timedelta(days=span.days) else written(span)


def _place(each: Candidate) -> tuple[datetime, int, str]:
    """Where a candidate stands among others: by time, then by what it is, never by when it came."""
    return (each.moment, _STRENGTH[each.door], repr(each))
