"""Why a candidate cannot have brought the friend, whoever else there is."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from services.referral.domain.advocates import State
from services.referral.domain.candidates import Asked, Candidate, Door, Relations
from services.referral.domain.programs import Program, Terms
from services.referral.domain.reasons import Reason
from services.referral.domain.visits import PEOPLE, Class

#: Who comes again is counted once, but it was he who came again. What led nowhere belonged to an old link.
_COUNTING = PEOPLE | {Class.UNRESOLVED}


class Case(NamedTuple):
    """A candidate, what is asked of him, and the program that he would count in."""

    asked: Asked
    candidate: Candidate
    program: Program | None
    relations: Relations

    @property
    def terms(self) -> Terms | None:
        """What the program says at the moment of what is attributed."""
        found = self.program.at(self.asked.moment) if self.program else None
        return found.terms if found else None

    @property
    def begins(self) -> bool:
        """Whether a relation would begin with it; one that stands goes on."""
        return self.candidate.door is not Door.RELATION


def reason(case: Case) -> Reason | None:
    """Why this one does not count, whoever else there is; None where he may win."""
    return next((why for why, holds in _REFUSALS if holds(case)), None)


_Rule = Callable[[Case], bool]


def _is_older_than_the_window(case: Case) -> bool:
    return (
        case.candidate.clicked
        and case.terms is not None
        and case.asked.moment - case.candidate.moment > case.terms.window
    )


def _is_after_checkout(case: Case) -> bool:
    began = case.asked.checkout_began
    return case.candidate.clicked and began is not None and case.candidate.moment > began


def _came_too_late(case: Case) -> bool:
    arrived = case.candidate.arrived
    if arrived is None or case.terms is None:
        return False
    return arrived > max(case.asked.moment, case.asked.received) + case.terms.grace


def _is_another_currency(case: Case) -> bool:
    accepted = case.terms.currencies if case.terms else frozenset()
    return bool(accepted) and case.asked.currency is not None and case.asked.currency not in accepted


def _is_too_small(case: Case) -> bool:
    least = case.terms.least_order_minor if case.terms else 0
    return case.asked.amount_minor is not None and case.asked.amount_minor < least


def _would_refer_an_advocate(case: Case) -> bool:
    since = case.relations.advocate_since
    return case.begins and since is not None and since <= case.asked.moment


def _has_ended(case: Case) -> bool:
    return case.begins and case.program is not None and _is_over(case.program.ends, case.asked.moment)


def _has_not_begun(case: Case) -> bool:
    program, moment = case.program, case.asked.moment
    program_later = program is not None and program.starts is not None and moment < program.starts
    return program_later or (case.candidate.since is not None and moment < case.candidate.since)


def _is_over(end: datetime | None, moment: datetime) -> bool:
    return end is not None and end <= moment


#: Why a candidate is refused: of several reasons, the first one here is told.
_REFUSALS: tuple[tuple[Reason, _Rule], ...] = (
    (Reason.NOT_A_PERSON, lambda case: case.candidate.klass not in _COUNTING),
    (Reason.CHANNEL, lambda case: case.candidate.channel is not None),
    (Reason.NOT_FOUND, lambda case: case.program is None),
    (Reason.EXPIRED, lambda case: case.candidate.klass == Class.UNRESOLVED),
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
    (Reason.ADVOCATE_NOT_ACTIVE, lambda case: case.candidate.state != State.ENROLLED),
    # Before circles: who stands above whom may become known later than who was an advocate.
    (Reason.EXISTING_ADVOCATE, _would_refer_an_advocate),
    (
        Reason.CIRCLE,
        lambda case: bool(
            case.relations.above.get(case.candidate.advocate or "", frozenset()) & case.relations.same
        ),
    ),
    (Reason.NOT_APPLICABLE, _is_another_currency),
    (Reason.CONDITION_NOT_MET, _is_too_small),
)
