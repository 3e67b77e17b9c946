"""`nth`: the n-th deed of a kind; the badge is about that deed.

{"kind": "nth", "role": "actor", "where": {…}}

It is reached by exactly the n-th surviving deed in event order, so that the award's date and deed are the n-th one's,
whatever came late. A count at n has the same date; but a count may be live, may take part of a deed from each giver,
and goes on. The n-th deed was done or was not: it is sticky, and counts each deed whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Nth(Count):
    """Counts whole deeds up to the last one asked for."""


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Nth:
    kinds.options(written, pointer, {"role", "where"})
    if terms.policy != "sticky":
        raise kinds.invalid("/policy", "the n-th deed was done or was not: such a badge is sticky")
    return Nth(role=kinds.role(written, pointer), where=kinds.where(written, pointer))


KIND = Kind(parse=_parse)
