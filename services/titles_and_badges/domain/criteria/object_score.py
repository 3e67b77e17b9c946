"""`object-score`: what others' votes on one object of the member's add up to.

{"kind": "object-score", "where": {"object.type": "Answer"}, "weights": {"Like": 1, "Dislike": -1}, "accepted": true}
and `per_giver` as for a count
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.criteria import givers, kinds
from services.titles_and_badges.domain.criteria.givers import Givers
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms, Untimed
from services.titles_and_badges.domain.facts import AUTHOR, Fact
from services.titles_and_badges.domain.standing import Context

ACCEPT = "Accept"
_HEAVIEST = 1_000_000
_LONGEST_TYPE = 100
_LIKES = {"Like": 1, "Dislike": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectScore(Untimed):
    """Weighs votes on an object by its author's fellows; one's own votes weigh nothing."""

    where: Condition
    weights: Mapping[str, int]
    accepted: bool
    per_giver: Givers | None = None
    by_object: bool = True

    @property
    def types(self) -> frozenset[str] | None:
        """The types that weigh, and the acceptance where it matters."""
        return frozenset(self.weights) | ({ACCEPT} if self.accepted else set())

    def concerns(self, fact: Fact) -> bool:
        """A vote by another on an object of the member's; its acceptance by who asked, where that is another."""
        if AUTHOR not in fact.roles or fact.object is None or fact.actor == fact.member:
            return False
        if fact.type == ACCEPT and self.accepted:
            by_asker = fact.actor is not None and fact.actor == fact.parent_author
            return by_asker and self.where.predicate(fact)
        return fact.type in self.weights and self.where.predicate(fact)

    def start(self) -> State:
        """No votes yet."""
        votes = {"value": 0} if self.per_giver is None else givers.start()
        return {**votes, "score": 0, "accepted": False} if self.accepted else votes

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002
        """One more vote, or the acceptance, without which the score stays at nothing."""
        votes = self._voted(state, fact)
        if not self.accepted:
            return votes
        accepted = state["accepted"] or fact.type == ACCEPT
        return {**votes, "value": votes["score"] if accepted else 0, "accepted": accepted}

    def _voted(self, state: State, fact: Fact) -> State:
        name = "score" if self.accepted else "value"
        weight = self.weights.get(fact.type, 0)
        if self.per_giver is None or fact.type not in self.weights:
            return {**state, name: state[name] + weight}
        return self.per_giver.add(state, fact, weight, name)


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> ObjectScore:  # noqa: ARG001
    kinds.options(written, pointer, {"where", "weights", "accepted", "per_giver"})
    return ObjectScore(
        where=kinds.where(written, pointer),
        weights=_weights(written, pointer),
        accepted=kinds.flag(written, pointer, "accepted"),
        per_giver=givers.per_giver(written, pointer, AUTHOR),
    )


def _weights(written: Mapping[str, Any], pointer: str) -> Mapping[str, int]:
    weights = written.get("weights", _LIKES)
    if not isinstance(weights, Mapping) or not weights:
        raise kinds.invalid(f"{pointer}/weights", "weights map activity types to whole numbers")
    for name, weight in weights.items():
        if not 0 < len(name) <= _LONGEST_TYPE or "\0" in name:
            raise kinds.invalid(f"{pointer}/weights", "an activity type has 1 to 100 characters, and no NUL")
        if not isinstance(weight, int) or isinstance(weight, bool) or not -_HEAVIEST <= weight <= _HEAVIEST:
            raise kinds.invalid(
                conditions.below(f"{pointer}/weights", name),
                f"a whole number up to {_HEAVIEST} is wanted here",
            )
    return dict(weights)


KIND = Kind(parse=_parse)
