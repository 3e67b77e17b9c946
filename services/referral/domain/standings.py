"""What a member holds in recognition, and from when on he is an advocate because of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from services.referral.domain.programs import Program

BADGE, TITLE = "badge", "title"
#: A title of a month lends standing until the next month's holder is named: a month, its grace, and the sealing.
REIGN = timedelta(days=35)


class Said(NamedTuple):
    """What was said of an award: by which version, and for when."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one award is, or was: a badge or title, by its slug, from when until when."""

    kind: str
    slug: str
    since: datetime
    until: datetime | None = None

    def at(self, moment: datetime) -> bool:
        """Whether it was held at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Standing(NamedTuple):
    """The badges and the titles that a member holds."""

    badges: frozenset[str]
    titles: frozenset[str]


def held(kind: str, slug: str, awarded: Said | None, ended: Said | None) -> Held | None:
    """What an award is by what was said of it; None while it is not known to have begun, or if it never did."""
    if awarded is None:
        return None
    over = ended is not None and ended.version > awarded.version
    until = ended.at if over and ended is not None else None
    if kind == TITLE:
        until = min(until or awarded.at + REIGN, awarded.at + REIGN)
    if until is not None and until <= awarded.at:
        return None
    return Held(kind=kind, slug=slug, since=awarded.at, until=until)


def at(every: Iterable[Held], moment: datetime) -> Standing:
    """What is held at a moment."""
    holding = [each for each in every if each.at(moment)]
    return Standing(
        badges=frozenset(each.slug for each in holding if each.kind == BADGE),
        titles=frozenset(each.slug for each in holding if each.kind == TITLE),
    )


def enrols(program: Program, every: Iterable[Held], now: datetime) -> tuple[datetime, Held] | None:
    """From when on a program makes a member an advocate, and by what; None where it does not, or not yet.

    That is the first moment at which he holds what the version of that moment asks for, while the program runs. So it
    makes no difference what came first, the award or the program, or when we learnt of either.
    """
    found = [
        (moment, each)
        for each in every
        for moment in _moments(program, each)
        if moment <= now and program.runs(moment)
    ]
    return min(found, key=lambda one: (one[0], one[1].kind, one[1].slug), default=None)


def begins_later(program: Program, now: datetime) -> datetime | None:
    """When next a version of a program begins that makes advocates; None where none is planned."""
    coming = [
        max(each.effective, program.starts or each.effective)
        for each in program.versions
        if each.terms.enrolment.badges or each.terms.enrolment.titles
    ]
    return min((each for each in coming if each > now), default=None)


def _moments(program: Program, award: Held) -> Iterable[datetime]:
    """The first moment under each version that asks for it at which it is held."""
    ends = [*(each.effective for each in program.versions[1:]), None]
    for version, end in zip(program.versions, ends, strict=True):
        wanted = version.terms.enrolment
        if award.slug not in (wanted.badges if award.kind == BADGE else wanted.titles):
            continue
        moment = max(award.since, version.effective, program.starts or version.effective)
        if award.at(moment) and (end is None or moment < end):
            yield moment
