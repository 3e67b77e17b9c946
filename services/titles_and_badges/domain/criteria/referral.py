"""`referral`: what became of a member's recommendations; outcomes come from the service `referral`.

{"kind": "referral", "outcome": "purchased"}

Outcomes: joined · purchased · satisfied · advocate. Each friend counts once for joined, satisfied and advocate; each
purchase counts, unless it is refunded.
"""

from collections.abc import Mapping
from typing import Any

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, Terms
from services.titles_and_badges.domain.facts import OUTCOME

OUTCOMES = ("joined", "purchased", "satisfied", "advocate")


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Count:  # noqa: ARG001
    kinds.options(written, pointer, {"outcome"})
    outcome = kinds.choice(written, pointer, "outcome", OUTCOMES)
    # No activity has this role: nobody can post an outcome.
    return Count(role=OUTCOME, where=condition(outcome))


def condition(outcome: str) -> Condition:
    """Facts that say this of a recommendation."""
    return conditions.compile_condition({"type": f"referral.{outcome}"})


KIND = Kind(parse=_parse)
