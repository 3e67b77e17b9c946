"""`count`: how many deeds of a kind.

{"kind": "count", "role": "actor", "where": {…}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.kinds import Kind, State
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Counts facts in which the member has the role."""

    role: str
    where: Condition
    by_object: bool = False

    @property
    def types(self) -> frozenset[str] | None:
        """The types that the condition allows."""
        return self.where.types

    def concerns(self, fact: Fact) -> bool:
        """In the role, under the condition."""
        return self.role in fact.roles and self.where.predicate(fact)

    def start(self) -> State:
        """None yet."""
        return {"value": 0}

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002 (a count needs neither)
        """One more."""
        return {"value": state["value"] + 1}


def _parse(written: Mapping[str, Any], pointer: str, highest: int) -> Count:  # noqa: ARG001
    kinds.options(written, pointer, {"role", "where"})
    return Count(role=kinds.role(written, pointer), where=kinds.where(written, pointer))


KIND = Kind(parse=_parse)
