"""The kinds of criteria: one file each, registered here by its name."""

from services.titles_and_badges.domain.criteria import (
    count,
    distinct,
    first,
    manual,
    nth,
    object_score,
    ratio,
    streak,
    sum_of,
    tenure,
)
from services.titles_and_badges.domain.criteria.kinds import Criterion, Kind, Terms

KINDS: dict[str, Kind] = {
    "count": count.KIND,
    "distinct": distinct.KIND,
    "first": first.KIND,
    "manual": manual.KIND,
    "nth": nth.KIND,
    "object-score": object_score.KIND,
    "ratio": ratio.KIND,
    "streak": streak.KIND,
    "sum": sum_of.KIND,
    "tenure": tenure.KIND,
}

__all__ = ["KINDS", "Criterion", "Kind", "Terms"]
