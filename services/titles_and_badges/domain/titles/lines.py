"""A verdict as a line of a seal: what is nothing is left out."""

from dataclasses import asdict
from typing import Any

from services.titles_and_badges.domain.titles.choosing import Verdict

#: Of those who gave something to a candidate, so many are kept with him, the most generous first.
GIVERS_KEPT = 10


def line(verdict: Verdict) -> dict[str, Any]:
    """What is kept of a verdict."""
    candidate = verdict.candidate
    terms = asdict(candidate.terms)
    terms["given"] = terms["given"][:GIVERS_KEPT]
    kept = {
        "member": candidate.member,
        "score": candidate.score,
        "holds": verdict.holds,
        "place": verdict.place,
        "tie": verdict.tie,
        "terms": terms,
        "against": [
            {name: value for name, value in asdict(reason).items() if value is not None}
            for reason in verdict.against
        ],
    }
    return {name: value for name, value in kept.items() if value is not None and value != []}
