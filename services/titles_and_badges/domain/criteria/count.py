"""`count`: how many deeds of a kind.

{"kind": "count", "role": "actor", "where": {…}}
{"kind": "count", "role": "author", "where": {"type": "Like"}, "per_giver": {"most": 3}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.criteria import givers, kinds
from services.titles_and_badges.domain.criteria.givers import Givers
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms, Untimed
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Untimed):
    """Counts facts in which the member has the role."""

    role: str
    where: Condition
    per_giver: Givers | None = None
    by_object: bool = False

    @property
    def types(self) -> frozenset[str] | None:
        """The types that the condition allows."""
        return self.where.types

    def concerns(self, fact: Fact) -> bool:
        """In the role, under the condition; a vote on what is one's own never counts."""
        if self.role not in fact.roles or givers.is_own_vote(fact, self.role):
            return False
        return self.where.predicate(fact)

    def start(self) -> State:
        """None yet."""
        return {"value": 0} if self.per_giver is None else givers.start()

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002 (sums need it not)
        """One more, or as much of it as its giver may still give."""
        if self.per_giver is not None:
            return self.per_giver.add(state, fact, 1)
        return {"value": state["value"] + 1}


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Count:  # noqa: ARG001
    kinds.options(written, pointer, {"role", "where", "per_giver"})
    role = kinds.role(written, pointer)
    return Count(
        role=role,
        where=kinds.where(written, pointer),
        per_giver=givers.per_giver(written, pointer, role),
    )


KIND = Kind(parse=_parse)
