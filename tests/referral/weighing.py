"""Candidates for having brought Bob, and what is decided of them, without any store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.referral.domain import attribution
from services.referral.domain.candidates import Asked, Candidate, Decision, Door, Relations, Subject
from services.referral.domain.programs import Model, Program, Terms, Version
from services.referral.domain.reasons import Reason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LONG_AGO = NOW - 1_000 * DAY


def program(slug: str = "spring", model: Model = Model.LAST, **terms: Any) -> Program:
    starts, ends = terms.pop("starts", None), terms.pop("ends", None)
    held = Terms(landing_url="https://shop.example", model=model, **terms)
    version = Version(number=1, effective=LONG_AGO, terms=held)
    return Program(slug=slug, name=slug, versions=(version,), starts=starts, ends=ends)


def asked(subject: Subject = Subject.ORDER, moment: datetime = NOW, **more: Any) -> Asked:
    return Asked(subject=subject, friend="bob", moment=moment, received=more.pop("received", moment), **more)


def click(advocate: str, before: timedelta, **more: Any) -> Candidate:
    return Candidate(
        **{"door": Door.CLICK, "moment": NOW - before, "name": f"{advocate} {before}", "program": "spring"}
        | {"advocate": advocate, "link": f"of {advocate}", "clicked": True}
        | more
    )


def named(door: Door, advocate: str | None, **more: Any) -> Candidate:
    return Candidate(
        **{"door": door, "moment": NOW, "name": f"{door} of {advocate}", "program": "spring"}
        | {"advocate": advocate}
        | more
    )


def relation(advocate: str, before: timedelta, **more: Any) -> Candidate:
    return named(Door.RELATION, advocate, moment=NOW - before, **more)


BOB = Relations(same=frozenset({"bob"}))


def decide(*candidates: Candidate, of: Asked | None = None, **more: Any) -> Decision:
    programs = more.pop("programs", None) or [program(**more.pop("terms", {}))]
    by_slug = {each.slug: each for each in programs}
    return attribution.decide(of or asked(), candidates, by_slug, more.pop("relations", BOB))


def reason(decision: Decision, candidate: Candidate) -> Reason:
    return next(each.reason for each in decision.verdicts if each.candidate == candidate)


def arithmetic(decision: Decision) -> str | None:
    return decision.verdicts[0].arithmetic


def winner(decision: Decision) -> str | None:
    return decision.winner.advocate if decision.winner else None
