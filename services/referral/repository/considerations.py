"""All that speaks for or against inviting members into programs, gathered from where it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.referral.domain import satisfaction
from services.referral.domain.loops import Enrolment
from services.referral.domain.programs import Program
from services.referral.domain.satisfaction import Answer, Considered, Reason
from services.referral.repository import answers, candidacies, communities, enrolments, people
from shared import timeline
from shared.mongo import Document

_MEMBER = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of members, each by who he is now."""

    people: Mapping[str, Document]
    answers: Mapping[str, Sequence[Answer]]
    enrolled: Mapping[str, Mapping[str, Enrolment]]


def reasons(
    community: str, programs: Mapping[str, Program], found: Sequence[Document], now: datetime
) -> list[list[Reason]]:
    """Why each of these candidates is not to be invited now; nothing: he may be. The reads do not grow with them."""
    became = people.merged({each["member"] for each in found})
    known = _Known(
        people=people.load({each["member"] for each in found}),
        answers=answers.by_member(became),
        enrolled=enrolments.by_member(became),
    )
    zones = communities.zones(communities.load([community])[community])
    zone = timeline.at(zones, now, default="UTC")
    return [_reasons(known, programs[each["program"]], each, now, zone) for each in found]


def _reasons(known: _Known, program: Program, stored: Document, now: datetime, zone: str) -> list[Reason]:
    quiet = satisfaction.quiet_until(now, zone, program.said(now).quiet)
    return list(satisfaction.obstacles(_considered(known, program, stored, now), now, quiet))


def _considered(known: _Known, program: Program, stored: Document, now: datetime) -> Considered:
    member = stored["member"]
    person = known.people.get(member, {})
    role = timeline.at(person.get("roles", ()), now, default=_MEMBER)
    given = known.answers.get(member, ())
    return Considered(
        satisfied=satisfaction.satisfied_since(given, lambda moment: program.said(moment).satisfaction),
        held_out=stored["held_out"],
        advocate=program.slug in known.enrolled.get(member, {}),
        opted_out=timeline.at(person.get("opt_outs", ()), now, default=False),
        member=role == _MEMBER and not person.get("erased"),
        runs=program.runs(now),
        invitation=candidacies.invitation(stored),
    )
