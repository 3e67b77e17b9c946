"""Attribution: who brought a friend, decided from all candidates at once, whatever the order they came in.

A coupon beats a code or a form field, that a token, and that a tracked click; among clicks the program's model decides.
What an earlier join or order of the friend was attributed to goes on (`Door.RELATION`), without a window: the window
bounds the time before the first of them, the rewards' months bound the time after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from services.referral.domain import disqualifying
from services.referral.domain.candidates import Asked, Candidate, Decision, Door, Relations, Subject, Verdict
from services.referral.domain.disqualifying import Case
from services.referral.domain.programs import Model, Program
from services.referral.domain.reasons import Reason

_STRENGTH = {door: place for place, door in enumerate(Door)}
#: What names somebody outright, the strongest first.
_NAMED = (Door.COUPON, Door.CODE, Door.TOKEN)


def decide(
    asked: Asked, candidates: Iterable[Candidate], programs: Mapping[str, Program], relations: Relations
) -> Decision:
    """Who brought the friend. Neither the order of the candidates nor their repetition changes anything."""
    ordered = sorted(set(candidates), key=_place)
    cases = [Case(asked, each, programs.get(each.program or ""), relations) for each in ordered]
    refused = {case.candidate: reason for case in cases if (reason := disqualifying.reason(case)) is not None}
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


def goes_on(asked: Asked, programs: Iterable[Program]) -> bool:
    """Whether any program would count this for whoever brought the friend before, by a join that may still come."""
    earlier = Candidate(door=Door.RELATION, moment=asked.moment, name="a join", advocate="anybody")
    cases = (Case(asked, earlier, each, Relations(same=frozenset())) for each in programs)
    return any(disqualifying.reason(case) is None for case in cases)


def written(span: timedelta) -> str:
    """A span as it is shown: `30 d 0 h 0 min 1 s`."""
    seconds, beyond = divmod(span, timedelta(seconds=1))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f".{beyond // timedelta(milliseconds=1):03}" if beyond else ""
    return f"{days} d {hours} h {minutes} min {seconds}{fraction} s"


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


def _arithmetic(case: Case) -> str | None:
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
