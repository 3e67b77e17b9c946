"""`sum`: the deeds' `value` added up.

{"kind": "sum", "role": "actor", "where": {…}}, and `per_giver` as for a count
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.criteria import givers, kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Count):
    """Adds up whole numbers, so that the order of adding cannot change the sum."""

    def concerns(self, fact: Fact) -> bool:
        """As a count, where there is something to add."""
        return fact.value is not None and Count.concerns(self, fact)

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002
        """So much more, or as much of it as its giver may still give."""
        if self.per_giver is not None:
            return self.per_giver.add(state, fact, fact.value or 0)
        return {"value": state["value"] + (fact.value or 0)}


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Sum:  # noqa: ARG001
    kinds.options(written, pointer, {"role", "where", "per_giver"})
    role = kinds.role(written, pointer)
    return Sum(
        role=role,
        where=kinds.where(written, pointer),
        per_giver=givers.per_giver(written, pointer, role),
    )


KIND = Kind(parse=_parse)
