"""The kinds of criteria: one file each, registered here by its name."""

from services.titles_and_badges.domain.criteria import (
    chain,
    compound,
    count,
    distinct,
    first,
    manual,
    nth,
    object_score,
    rank,
    ratio,
    referral,
    streak,
    sum_of,
    tenure,
)
from services.titles_and_badges.domain.criteria.kinds import Criterion, Kind, Terms

_SIMPLE: dict[str, Kind] = {
    "chain": chain.KIND,
    "count": count.KIND,
    "distinct": distinct.KIND,
    "first": first.KIND,
    "manual": manual.KIND,
    "nth": nth.KIND,
    "object-score": object_score.KIND,
    "rank": rank.KIND,
    "ratio": ratio.KIND,
    "referral": referral.KIND,
    "streak": streak.KIND,
    "sum": sum_of.KIND,
    "tenure": tenure.KIND,
}
_OF_COMPOUNDS = {name: kind for name, kind in _SIMPLE.items() if kind not in (manual.KIND, chain.KIND)}

KINDS: dict[str, Kind] = {**_SIMPLE, "compound": compound.kind(_OF_COMPOUNDS)}

__all__ = ["KINDS", "Criterion", "Kind", "Terms"]
