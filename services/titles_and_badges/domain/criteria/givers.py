"""Givers: how much one person may add to another's value, so that rings and one's own votes earn nothing.

"per_giver": {"most": 3}                    the first three deeds of each giver count
"per_giver": {"percent": [100, 50, 25]}     the first counts whole, the second half, the third a quarter, others nothing
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.kinds import State
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR, Fact

_WHOLE = 100
_MOST = 1_000
_VOTES = frozenset({"Like", "Dislike"})
_VERDICTS = frozenset({"Like", "Dislike", "Accept"})


def is_own_vote(fact: Fact, role: str) -> bool:
    """Whether a member votes on what he wrote. An acceptance of one's own is a deed, and no credit to its author."""
    if fact.type not in (_VOTES if role == ACTOR else _VERDICTS):
        return False
    return fact.actor is not None and fact.actor == fact.object_author


@dataclass(frozen=True, slots=True, kw_only=True)
class Givers:
    """How many percent of a giver's first, second … deed count. Anonymous givers are one."""

    percents: Sequence[int]

    def add(self, state: State, fact: Fact, amount: int, name: str = "value") -> State:
        """The state with as much of an amount as its giver may still give, rounded down in the sum."""
        giver = fact.actor or ""
        given = state["givers"].get(giver, 0)
        if giver == fact.member or given >= len(self.percents):
            return state
        hundredths = state["hundredths"] + amount * self.percents[given]
        return {
            **state,
            name: hundredths // _WHOLE,
            "hundredths": hundredths,
            "givers": {**state["givers"], giver: given + 1},
        }


def start() -> State:
    """Nobody gave anything yet."""
    return {"value": 0, "hundredths": 0, "givers": {}}


def per_giver(written: Mapping[str, Any], pointer: str, role: str) -> Givers | None:
    """Read the option; None without it. Only who is given something has givers."""
    option = written.get("per_giver")
    if option is None:
        return None
    pointer = f"{pointer}/per_giver"
    if role != AUTHOR:
        raise kinds.invalid(pointer, "only what others do to an author has givers: role is author")
    if not isinstance(option, Mapping) or len(option) != 1:
        raise kinds.invalid(pointer, "either most or percent is wanted here")
    if "most" in option:
        return Givers(percents=(_WHOLE,) * kinds.whole(option["most"], f"{pointer}/most", 1, _MOST))
    return Givers(percents=_percents(option.get("percent"), f"{pointer}/percent"))


def _percents(written: Any, pointer: str) -> tuple[int, ...]:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Sequence) or isinstance(written, str) or not 0 < len(written) <= _MOST:
        raise kinds.invalid(pointer, f"a list of 1 to {_MOST} percentages is wanted here")
    return tuple(kinds.whole(each, f"{pointer}/{index}", 0, _WHOLE) for index, each in enumerate(written))
