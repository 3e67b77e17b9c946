"""`manual`: granted and revoked by people, each time with a reason.

{"kind": "manual"}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms, Untimed
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual(Untimed):
    """No deed earns it."""

    types: frozenset[str] | None = frozenset()
    by_object: bool = False

    def concerns(self, fact: Fact) -> bool:  # noqa: ARG002
        """Nothing does."""
        return False

    def start(self) -> State:
        """Nothing adds up."""
        return {"value": 0}

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002
        """Nothing adds up."""
        return state


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Manual:  # noqa: ARG001
    kinds.options(written, pointer, set())
    return Manual()


KIND = Kind(parse=_parse, has_threshold=False)
