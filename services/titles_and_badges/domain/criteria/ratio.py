"""`ratio`: so many percent of something are something more: accepted answers of all answers.

{"kind": "ratio", "part": {"role": "author", "where": {"type": "Accept"}},
 "whole": {"role": "actor", "where": {"type": "Create", "object.type": "Answer"}}, "least": 10}

`at` is in percent, rounded down. Below `least` of the whole the ratio is nothing: one of one is no habit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms, Untimed
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context

_MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Untimed):
    """Counts two things, and divides."""

    part: Count
    whole: Count
    least: int
    by_object: bool = False

    @property
    def types(self) -> frozenset[str] | None:
        """Those of both."""
        if self.part.types is None or self.whole.types is None:
            return None
        return self.part.types | self.whole.types

    def concerns(self, fact: Fact) -> bool:
        """Whether it is one of either."""
        return self.part.concerns(fact) or self.whole.concerns(fact)

    def start(self) -> State:
        """Nothing of nothing."""
        return {"value": 0, "part": 0, "whole": 0}

    def step(self, state: State, fact: Fact, context: Context) -> State:  # noqa: ARG002
        """One more of either, or of both."""
        part = state["part"] + self.part.concerns(fact)
        whole = state["whole"] + self.whole.concerns(fact)
        return {"value": part * 100 // whole if whole >= self.least else 0, "part": part, "whole": whole}


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Ratio:  # noqa: ARG001
    kinds.options(written, pointer, {"part", "whole", "least"})
    return Ratio(
        part=_side(written, pointer, "part"),
        whole=_side(written, pointer, "whole"),
        least=kinds.whole(written.get("least"), f"{pointer}/least", 1, _MOST),
    )


def _side(written: Mapping[str, Any], pointer: str, name: str) -> Count:
    side, pointer = written.get(name), f"{pointer}/{name}"
    if not isinstance(side, Mapping):
        raise kinds.invalid(pointer, "an object with role and where is wanted here")
    kinds.options(side, pointer, {"role", "where"})
    return Count(role=kinds.role(side, pointer), where=kinds.where(side, pointer))


KIND = Kind(parse=_parse)
