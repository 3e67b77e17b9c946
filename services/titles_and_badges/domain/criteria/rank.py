"""`rank`: in how many sealed periods a member stood so high on a board.

{"kind": "rank", "board": "helpers", "window": "month", "best": 3}, `at` 1: once among the first three of a month

It looks at sealed periods alone, as facts: (board, window, period, rank). A new revision of a period is a new version
of its facts, and one that no longer has the member takes his fact away.
"""

from collections.abc import Mapping
from typing import Any

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, Terms
from services.titles_and_badges.domain.facts import OUTCOME

RANKED = "board.ranked"
_LONGEST = 64
#: So many ranks of a sealed period are kept as facts.
MOST = 100


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Count:  # noqa: ARG001
    kinds.options(written, pointer, {"board", "window", "best"})
    board, window = written.get("board"), written.get("window", "month")
    for name, value in (("board", board), ("window", window)):
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
            raise kinds.invalid(f"{pointer}/{name}", f"the name of a {name} is wanted here")
    best = kinds.whole(written.get("best", 1), f"{pointer}/best", 1, MOST)
    where = {"type": RANKED, "object.id": board, "object.type": window, "value": {"lte": best}}
    return Count(role=OUTCOME, where=conditions.compile_condition(where))


KIND = Kind(parse=_parse)
