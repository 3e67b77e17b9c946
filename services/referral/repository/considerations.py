"""All that speaks for or against inviting a member into a program, gathered from where it is kept."""

from datetime import datetime

from services.referral.domain import satisfaction
from services.referral.domain.programs import Program
from services.referral.domain.satisfaction import Considered, Reason
from services.referral.repository import answers, candidacies, communities, enrolments, people
from shared import timeline
from shared.mongo import Document

_MEMBER = "member"


def reasons(program: Program, stored: Document, now: datetime) -> list[Reason]:
    """Why a candidate is not to be invited now; nothing: he may be."""
    same = sorted(people.merged([stored["member"]]))
    of = _considered(program, stored, same, now)
    return list(satisfaction.obstacles(of, now, _quiet_until(program, stored["community"], now)))


def _considered(program: Program, stored: Document, same: list[str], now: datetime) -> Considered:
    person = people.load([stored["member"]]).get(stored["member"], {})
    role = timeline.at(person.get("roles", ()), now, default=_MEMBER)
    return Considered(
        satisfied=satisfaction.satisfied_since(
            answers.of(same), lambda moment: program.said(moment).satisfaction
        ),
        held_out=stored["held_out"],
        advocate=program.slug in enrolments.of(same),
        opted_out=timeline.at(person.get("opt_outs", ()), now, default=False),
        member=role == _MEMBER and not person.get("erased"),
        runs=program.runs(now),
        invitation=candidacies.invitation(stored),
    )


def _quiet_until(program: Program, community: str, now: datetime) -> datetime | None:
    zones = communities.zones(communities.load([community])[community])
    return satisfaction.quiet_until(now, timeline.at(zones, now, default="UTC"), program.said(now).quiet)
