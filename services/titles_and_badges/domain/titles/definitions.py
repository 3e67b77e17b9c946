"""Title definitions are checked here, and become rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.titles import months
from services.titles_and_badges.domain.titles.measures import UNIT, Measure, measure
from services.titles_and_badges.domain.titles.written import choice, invalid, mapping, number

MOST_HOLDERS = 10
MOST_CO_HOLDERS = 50
MOST_MONTHS = 120
MOST_EXCLUDED = 1_000
LONGEST_TENURE = 36_500
HIGHEST = 10**12

BREAK_TIES = "tie-breakers"
CO_HOLDERS = "co-holders"
#: What can decide between equal scores: more givers, more days, who had the score earlier. The member's hash is last.
GIVERS, DAYS, EARLIEST = "givers", "days", "earliest"
BREAKERS = (GIVERS, DAYS, EARLIEST)
ROLES = ("member", "staff")

_NOT_EXACT = 1e-6
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A member whom a title leaves out, by Laurel's id; months are inclusive, None is open."""

    member: str
    reason: str
    first: str | None = None
    last: str | None = None

    def holds_in(self, period: str) -> bool:
        """Whether it holds in a month."""
        return (self.first is None or self.first <= period) and (self.last is None or period <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Who may hold a title. `tenure` is in whole days since the member's first deed, at the end of the month."""

    roles: tuple[str, ...] = ("member",)
    tenure_at_least: int | None = None
    tenure_at_most: int | None = None
    givers: int = 0
    days: int = 0
    posts: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A checked definition. `minimum` is in points of the board, or in thousandths where there is a measure."""

    slug: str
    version: int
    board: str
    measure: Measure | None
    holders: int
    co_holders: bool
    breakers: tuple[str, ...]
    cooldown: int
    once: bool
    minimum: int
    eligibility: Eligibility
    excluded: tuple[Exclusion, ...]


def title(slug: str, definition: Mapping[str, Any], *, version: int = 1) -> Title:
    """Check a definition and make a rule of it. Raises Invalid with the place of what is wrong."""
    if not SLUG.fullmatch(slug):
        raise invalid("/slug", "a slug is 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -")
    board = definition.get("board")
    if not isinstance(board, str) or not SLUG.fullmatch(board):
        raise invalid("/board", "a title names the board whose month it looks at")
    written = definition.get("measure")
    return Title(
        slug=slug,
        version=version,
        board=board,
        measure=None if written is None else measure(written, "/measure"),
        holders=number(definition, "holders", 1, MOST_HOLDERS, "", default=1),
        co_holders=choice(definition, "ties", (BREAK_TIES, CO_HOLDERS), "") == CO_HOLDERS,
        breakers=_breakers(definition.get("tie_breakers", BREAKERS)),
        cooldown=number(definition, "cooldown", 0, MOST_MONTHS, "", default=0),
        once=_once(definition.get("once", False)),
        minimum=_minimum(definition.get("minimum"), UNIT if written is not None else 1),
        eligibility=_eligibility(definition.get("eligibility", {})),
        excluded=_excluded(definition.get("excluded", ())),
    )


def _breakers(written: Any) -> tuple[str, ...]:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Sequence) or isinstance(written, str) or len(written) > len(BREAKERS):
        raise invalid("/tie_breakers", f"a list of {', '.join(BREAKERS)} in the order in which they decide")
    for index, name in enumerate(written):
        if name not in BREAKERS or name in written[:index]:
            raise invalid(f"/tie_breakers/{index}", f"one of {', '.join(BREAKERS)}, each once")
    return tuple(written)


def _minimum(written: Any, unit: int) -> int:  # noqa: ANN401
    """In the unit of the scores; the least that is more than nothing by default."""
    if written is None:
        return 1
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 < written <= HIGHEST:
        raise invalid("/minimum", f"a number above 0, up to {HIGHEST}")
    amount = round(written * unit)
    if not amount or abs(amount - written * unit) > _NOT_EXACT:
        raise invalid("/minimum", "whole points for a board, thousandths for a measure")
    return amount


def _once(written: Any) -> bool:  # noqa: ANN401
    if not isinstance(written, bool):
        raise invalid("/once", "once is true or false")
    return written


def _eligibility(written: Any) -> Eligibility:  # noqa: ANN401
    asked = mapping(written, "/eligibility")
    roles = asked.get("roles", ("member",))
    if not isinstance(roles, Sequence) or isinstance(roles, str) or not roles or set(roles) - set(ROLES):
        raise invalid("/eligibility/roles", f"a list of {', '.join(ROLES)}; bots hold no titles")
    tenure = mapping(asked.get("tenure_days", {}), "/eligibility/tenure_days")
    bounds = {
        name: number(tenure, name, 0, LONGEST_TENURE, "/eligibility/tenure_days") if name in tenure else None
        for name in ("at_least", "at_most")
    }
    least = {
        name: number(asked, name, 0, HIGHEST, "/eligibility", default=0)
        for name in ("givers", "days", "posts", "threads")
    }
    return Eligibility(
        roles=tuple(roles),
        tenure_at_least=bounds["at_least"],
        tenure_at_most=bounds["at_most"],
        **least,
    )


def _excluded(written: Any) -> tuple[Exclusion, ...]:  # noqa: ANN401
    if not isinstance(written, Sequence) or isinstance(written, str) or len(written) > MOST_EXCLUDED:
        raise invalid("/excluded", f"a list of {MOST_EXCLUDED} exclusions at most")
    return tuple(_exclusion(each, f"/excluded/{index}") for index, each in enumerate(written))


def _exclusion(written: Any, pointer: str) -> Exclusion:  # noqa: ANN401
    asked = mapping(written, pointer)
    for name in ("member", "reason"):
        if not isinstance(asked.get(name), str) or not asked[name].strip():
            raise invalid(f"{pointer}/{name}", f"an exclusion has a {name}")
    for name in ("from", "until"):
        month = asked.get(name)
        if month is not None and (not isinstance(month, str) or not months.is_month(month)):
            raise invalid(f"{pointer}/{name}", "a month, like 2026-10")
    return Exclusion(
        member=asked["member"], reason=asked["reason"], first=asked.get("from"), last=asked.get("until")
    )
