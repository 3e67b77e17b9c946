"""`object-score`: what others' votes on one object of the member's add up to.

{"kind": "object-score", "where": {"object.type": "Answer"}, "weights": {"Like": 1, "Dislike": -1}, "accepted": true}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.kinds import Kind, State
from services.titles_and_badges.domain.facts import AUTHOR, Fact
from services.titles_and_badges.domain.standing import Context

ACCEPT = "Accept"
_HEAVIEST = 1_000_000
_LONGEST_TYPE = 100
_LIKES = {"Like": 1, "Dislike": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectScore:
    """Weighs votes on an object by its author's fellows; one's own votes weigh nothing."""

    where: Condition
    weights: Mapping[str, int]
    accepted: bool
    by_object: bool = True

    @property
    def types(self) -> frozenset[str] | None:
        """The types that weigh, and the acceptance where it matters."""
        return frozenset(self.weights) | ({ACCEPT} if self.accepted else set())

    def concerns(self, fact: Fact) -> bool:
        """A vote by another on an object of the member's; its acceptance by who asked."""
        if AUTHOR not in fact.roles or fact.object is None:
            return False
        if fact.type == ACCEPT and self.accepted:
            by_asker = fact.actor is not None and fact.actor == fact.parent_author
            return by_asker and self.where.predicate(fact)
        return fact.type in self.weights and fact.actor != fact.member and self.where.predicate(fact)

    def start(self) -> State:
        """No votes yet."""
        return {"value": 0, "score": 0, "accepted": False} if self.accepted else {"value": 0}

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002
        """One more vote, or the acceptance, without which the score stays at nothing."""
        if not self.accepted:
            return {"value": state["value"] + self.weights[fact.type]}
        score = state["score"] + self.weights.get(fact.type, 0)
        accepted = state["accepted"] or fact.type == ACCEPT
        return {"value": score if accepted else 0, "score": score, "accepted": accepted}


def _parse(written: Mapping[str, Any], pointer: str, highest: int) -> ObjectScore:  # noqa: ARG001
    kinds.options(written, pointer, {"where", "weights", "accepted"})
    accepted = written.get("accepted", False)
    if not isinstance(accepted, bool):
        raise kinds.invalid(f"{pointer}/accepted", "true or false is wanted here")
    return ObjectScore(
        where=kinds.where(written, pointer), weights=_weights(written, pointer), accepted=accepted
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
