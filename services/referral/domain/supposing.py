"""What if a program's terms had been others? Its versions with another window or model, and what that is in money."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from services.referral.domain import rewards, settling
from services.referral.domain.programs import Beneficiary, Model, Program, Terms
from services.referral.domain.rewards import Conversion

#: (member, currency) → minor units, after refunds.
Owed = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What would be otherwise: None is as it was. `program`: of which one alone."""

    window: timedelta | None = None
    model: Model | None = None
    program: str | None = None


class Friend(NamedTuple):
    """A friend, and all that he did."""

    member: str
    conversions: Sequence[Conversion]


def altered(programs: Mapping[str, Program], supposed: Supposed) -> dict[str, Program]:
    """The programs, all versions of them, as they would be."""
    return {
        slug: _altered(each, supposed) if supposed.program in {None, slug} else each
        for slug, each in programs.items()
    }


def owed(friends: Iterable[Friend], program: str | None = None) -> Owed:
    """What would be owed to advocates and those above them, by one program or all, before caps and milestones."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for friend in placed(friends):
        known = {each.subject: each for each in friend.conversions}
        for due in rewards.due(friend.member, friend.conversions):
            if due.to is not Beneficiary.FRIEND and program in {None, due.program}:
                back = settling.back(due.amount_minor, known[due.subject])
                found[due.member, due.currency] += due.amount_minor - back
    return dict(found)


def placed(friends: Iterable[Friend]) -> Iterator[Friend]:
    """Each purchase with its place among those of its advocate, by time: tiers go by it."""
    known = list(friends)
    places: dict[str, int] = {}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for each in sorted(_counting(known), key=lambda each: (each.at, each.subject)):
        if each.credit is not None:
            counts[each.credit.program, each.credit.advocate] += 1
            places[each.subject] = counts[each.credit.program, each.credit.advocate]
    for friend in known:
        yield friend._replace(
            conversions=[replace(each, position=places.get(each.subject, 1)) for each in friend.conversions]
        )


def _counting(friends: Iterable[Friend]) -> Iterator[Conversion]:
    for friend in friends:
        yield from (each for each in friend.conversions if rewards.counts(each))


def _altered(program: Program, supposed: Supposed) -> Program:
    versions = tuple(replace(each, terms=_terms(each.terms, supposed)) for each in program.versions)
    return replace(program, versions=versions)


def _terms(terms: Terms, supposed: Supposed) -> Terms:
    return replace(
        terms,
        window=terms.window if supposed.window is None else supposed.window,
        model=terms.model if supposed.model is None else supposed.model,
    )
