"""Point policies: who gets how much for what.

{"points": [{"role": "author", "where": {"type": "Like"}, "points": 10, "cap_a_day": 50},
            {"role": "actor", "where": {"type": "Purchase"}, "factor": 2},
            {"outcome": "purchased", "points": 20}],
 "cap_a_day": 200,
 "by_giver": {"cap": 30, "shares": [100, 50, 25]}}

`factor` times the activity's `value`. An `outcome` is what became of a member's recommendations. Caps and shares hold
in event order; those by giver within a calendar month: the n-th deed by the same person gives its share in per cent,
rounded towards zero, and the last share goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.boards import days
from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.criteria import kinds, referral
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR, OUTCOME, Fact

MOST = 20
HEAVIEST = 1_000_000
#: What one deed gives at most: sums of many stay within 64 bits.
HIGHEST = 10**12
_WHOLE = 100
_OF_A_LINE = ("role", "where", "outcome", "points", "factor", "cap_a_day")
_MOST_SHARES = 100

#: What people do about something that exists. About one's own it earns nothing; making it may.
_MAKING = frozenset({"Create", "Update", "Add"})
_REACTIONS = frozenset({"Like", "Dislike", "Accept", "Announce", "Flag", "Follow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """One line of a policy: in which role, for which deeds, and how many points."""

    role: str
    where: Condition
    points: int | None
    factor: int | None
    cap_a_day: int | None

    def concerns(self, fact: Fact) -> bool:
        """Whether a deed gives points by this line."""
        return self.role in fact.roles and not _to_himself(fact, self.role) and self.where.predicate(fact)

    def worth(self, fact: Fact) -> int:
        """The points, before shares and caps."""
        if self.factor is None:
            return self.points or 0
        return max(-HIGHEST, min(HIGHEST, (fact.value or 0) * self.factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A checked policy."""

    earnings: tuple[Earning, ...]
    cap_a_day: int | None
    giver_cap: int | None
    giver_shares: tuple[int, ...]

    @property
    def types(self) -> frozenset[str] | None:
        """The activity types that can give points; None: any."""
        every = [each.where.types for each in self.earnings]
        return None if None in every else frozenset().union(*(each for each in every if each is not None))

    @property
    def by_giver(self) -> bool:
        """Whether it matters who gives."""
        return self.giver_cap is not None or bool(self.giver_shares)

    def concerns(self, fact: Fact) -> bool:
        """Whether a deed gives points by any line."""
        return any(each.concerns(fact) for each in self.earnings)

    def share(self, number: int) -> int:
        """What of the points the n-th deed by one giver is worth, in per cent."""
        if not self.giver_shares:
            return _WHOLE
        return self.giver_shares[min(number, len(self.giver_shares)) - 1]


def giver(fact: Fact) -> str | None:
    """The person on the other side; "" for somebody unknown, None where there is nobody."""
    if AUTHOR in fact.roles and fact.actor != fact.member:
        return fact.actor or ""
    return None if fact.object_author == fact.member else fact.object_author


def parse(definition: Mapping[str, Any]) -> Policy:
    """Read the policy of a board's definition. Raises Invalid with the places."""
    lines = definition.get("points")
    if not isinstance(lines, Sequence) or isinstance(lines, str) or not 0 < len(lines) <= MOST:
        raise days.invalid("/points", f"points are a list of 1 to {MOST} lines: who gets how much for what")
    cap, shares = _by_giver(definition.get("by_giver"), "/by_giver")
    return Policy(
        earnings=tuple(_earning(line, f"/points/{index}") for index, line in enumerate(lines)),
        cap_a_day=_cap(definition.get("cap_a_day"), "/cap_a_day"),
        giver_cap=cap,
        giver_shares=shares,
    )


def _to_himself(fact: Fact, role: str) -> bool:
    if fact.actor != fact.member or fact.object_author != fact.member:
        return False
    return fact.type not in _MAKING if role == AUTHOR else fact.type in _REACTIONS


def _earning(written: Any, pointer: str) -> Earning:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Mapping):
        raise days.invalid(pointer, "a line is an object with points or a factor")
    for name in written:
        if name not in _OF_A_LINE:
            raise days.invalid(
                conditions.below(pointer, name), f"a line has {', '.join(_OF_A_LINE)}, and nothing else"
            )
    points, factor = written.get("points"), written.get("factor")
    if points is not None and factor is not None:
        raise days.invalid(f"{pointer}/factor", "a line has either points or a factor of the value")
    role, where = _for_what(written, pointer)
    return Earning(
        role=role,
        where=where,
        points=_weight(1 if points is None else points, f"{pointer}/points") if factor is None else None,
        factor=None if factor is None else _weight(factor, f"{pointer}/factor"),
        cap_a_day=_cap(written.get("cap_a_day"), f"{pointer}/cap_a_day"),
    )


def _for_what(written: Mapping[str, Any], pointer: str) -> tuple[str, Condition]:
    if "outcome" not in written:
        return kinds.role(written, pointer), kinds.where(written, pointer)
    for name in ("role", "where"):
        if name in written:
            raise days.invalid(
                f"{pointer}/{name}", "an outcome is nobody's deed: it has no role and no where"
            )
    return OUTCOME, referral.condition(kinds.choice(written, pointer, "outcome", referral.OUTCOMES))


def _by_giver(written: Any, pointer: str) -> tuple[int | None, tuple[int, ...]]:  # noqa: ANN401
    if written is None:
        return None, ()
    if not isinstance(written, Mapping) or not written or set(written) - {"cap", "shares"}:
        raise days.invalid(pointer, "by_giver is an object with a cap, or shares, or both")
    shares = written.get("shares", ())
    if not isinstance(shares, Sequence) or isinstance(shares, str) or len(shares) > _MOST_SHARES:
        raise days.invalid(f"{pointer}/shares", f"shares are a list of at most {_MOST_SHARES} percentages")
    for index, share in enumerate(shares):
        if not _is_whole(share) or not 0 <= share <= _WHOLE:
            raise days.invalid(f"{pointer}/shares/{index}", "a percentage from 0 to 100 is wanted here")
    return _cap(written.get("cap"), f"{pointer}/cap"), tuple(shares)


def _weight(written: Any, pointer: str) -> int:  # noqa: ANN401
    if not _is_whole(written) or not 0 < abs(written) <= HEAVIEST:
        raise days.invalid(pointer, f"a whole number up to {HEAVIEST}, but not 0, is wanted here")
    return int(written)


def _cap(written: Any, pointer: str) -> int | None:  # noqa: ANN401
    if written is None:
        return None
    if not _is_whole(written) or not 0 < written <= HIGHEST:
        raise days.invalid(pointer, f"a whole number from 1 to {HIGHEST} is wanted here")
    return int(written)


def _is_whole(written: object) -> bool:
    return isinstance(written, int) and not isinstance(written, bool)


__all__ = ["ACTOR", "AUTHOR", "Earning", "Policy", "giver", "parse"]
