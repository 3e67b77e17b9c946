"""What a program's recommendations grow to, and of how many cases that is said."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from services.referral.domain import growth as rules
from services.referral.domain.growth import Pattern
from services.referral.domain.loops import STATES, State
from services.referral.repository import enrolments, loops, programs
from shared.errors import NotFound


def of_program(community: str, slug: str) -> dict[str, Any]:
    """K, the cycle, and what became of the loops of a program, by edge and by generation. Raises NotFound."""
    program = programs.load(community, slug)
    if program is None:
        raise NotFound("program", slug)
    found = loops.patterns(community, slug)
    advocates = enrolments.count(community, slug)
    turns, median = loops.median_turn(community, slug)
    return {
        "program": slug,
        "name": program.name,
        "customers": _factor(found, advocates, State.PURCHASED),
        "advocates": _factor(found, advocates, State.ADVOCATE),
        "cycle": {"turns": turns, "median_seconds": median, "few": turns < rules.FEW},
        "conversions": [_conversion(found, *states) for states in pairwise(STATES)],
        "generations": _generations(found),
    }


def _factor(found: Sequence[Pattern], advocates: int, state: State) -> dict[str, Any]:
    recommended, brought = rules.having(found), rules.having(found, state)
    factor = rules.k(recommended, advocates, brought)
    return {
        "advocates": advocates,
        "brought": brought,
        "k": f"{float(factor):.4f}",
        "few": advocates < rules.FEW,
    }


def _conversion(found: Sequence[Pattern], state: State, following: State) -> dict[str, Any]:
    share = rules.conversion(found, state, following)
    return {
        "state": state.value,
        "following": following.value,
        "part": share.part,
        "of": share.of,
        "rate": f"{float(share.rate):.4f}",
        "low": f"{share.interval.low:.4f}",
        "high": f"{share.interval.high:.4f}",
        "few": share.few,
    }


def _generations(found: Sequence[Pattern]) -> list[dict[str, Any]]:
    return [
        {
            "generation": number,
            "loops": rules.having(ours),
            "states": {state.value: rules.having(ours, state) for state in STATES},
        }
        for number in sorted({each.generation for each in found})
        for ours in [[each for each in found if each.generation == number]]
    ]
