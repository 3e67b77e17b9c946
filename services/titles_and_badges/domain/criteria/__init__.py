"""The kinds of criteria: one file each, registered here by its name."""

from services.titles_and_badges.domain.criteria import count, distinct, first, manual, object_score, sum_of
from services.titles_and_badges.domain.criteria.kinds import Criterion, Kind

KINDS: dict[str, Kind] = {
    "count": count.KIND,
    "distinct": distinct.KIND,
    "first": first.KIND,
    "manual": manual.KIND,
    "object-score": object_score.KIND,
    "sum": sum_of.KIND,
}

__all__ = ["KINDS", "Criterion", "Kind"]
