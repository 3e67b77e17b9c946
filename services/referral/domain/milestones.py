"""Milestones: when so many friends of an advocate had bought, in event order, whatever we heard of first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.referral.domain.programs import Beneficiary, Occasion, Program, Reward, Version
from services.referral.domain.rewards import Due


class Name(NamedTuple):
    """Which milestone of a program: its rule, and how many friends it takes."""

    rule: str
    friends: int


class Purchase(NamedTuple):
    """One that counts for an advocate: of a friend, by who that is now."""

    at: datetime
    key: str
    friend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A milestone that was reached, with which purchase; `by`: that one, and the first of each friend it took."""

    rule: Reward
    friends: int
    version: Version
    last: Purchase
    by: tuple[str, ...]


def names(program: Program) -> frozenset[Name]:
    """All milestones that a program promised at any time."""
    return frozenset(name for version in program.versions for name in _promised(version))


def reached(program: Program, purchases: Iterable[Purchase], wanted: Collection[Name]) -> dict[Name, Reached]:
    """Which of the `wanted` ones are reached by purchases in event order, looked at no further than it takes.

    A milestone is reached with the first purchase by which so many have bought, under terms that promise it.
    """
    found: dict[Name, Reached] = {}
    firsts: dict[str, str] = {}
    promised = {each.number: _promised(each) for each in program.versions}
    for each in purchases if wanted else ():
        firsts.setdefault(each.friend, each.key)
        if (version := program.at(each.at)) is None:
            continue
        for name, rule in promised[version.number].items():
            if name in wanted and name not in found and name.friends <= len(firsts):
                by = tuple(dict.fromkeys((*list(firsts.values())[: name.friends], each.key)))
                found[name] = Reached(rule=rule, friends=name.friends, version=version, last=each, by=by)
        if len(found) == len(wanted):
            break
    return found


def due(program: str, advocate: str, found: Reached) -> Due:
    """What is due for it."""
    return Due(
        program=program,
        version=found.version.number,
        rule=found.rule.name,
        to=Beneficiary.ADVOCATE,
        generation=0,
        occasion=Occasion.MILESTONE,
        subject=f"milestone:{found.friends}",
        member=advocate,
        currency=found.rule.currency or "",
        amount_minor=found.rule.amount_minor or 0,
        at=found.last.at,
        friends=found.friends,
    )


def _promised(version: Version) -> dict[Name, Reward]:
    return {
        Name(rule.name, rule.friends): rule
        for rule in version.terms.rewards
        if rule.on is Occasion.MILESTONE and rule.friends is not None
    }
