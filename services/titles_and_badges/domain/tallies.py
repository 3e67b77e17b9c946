"""Tallies: what the facts of one bucket add up to, folded in event order, and when each threshold was reached."""

from collections.abc import Iterable, Sequence

from services.titles_and_badges.domain import turning
from services.titles_and_badges.domain.badges import LIVE, Badge
from services.titles_and_badges.domain.facts import Fact, Order
from services.titles_and_badges.domain.reached import Reached, Tally
from services.titles_and_badges.domain.standing import Context

__all__ = ["Reached", "Tally", "comes_in_order", "empty", "fold", "recount"]


def empty(badge: Badge) -> Tally:
    """The tally of a bucket without facts."""
    return Tally(state=badge.criterion.start(), last=None, reached=(None,) * len(badge.thresholds))


def comes_in_order(tally: Tally, facts: Sequence[Fact]) -> bool:
    """Whether facts, sorted in event order, all come after what is in the tally."""
    return not facts or tally.last is None or facts[0].order > tally.last


def fold(badge: Badge, tally: Tally, facts: Iterable[Fact], context: Context) -> Tally:
    """Add facts, each later in event order than all before.

    A sticky threshold stays reached by the first fact after which it held; a live one is reached while it holds.
    """
    if not badge.is_plain:
        return turning.fold(badge, tally, facts, context)
    state, last, reached = tally.state, tally.last, tally.reached
    step, thresholds = badge.criterion.step, badge.thresholds
    for fact in facts:
        state = step(state, fact, context)
        last = fact.order
        value = state["value"]
        for index, threshold in enumerate(thresholds):
            before = reached[index]
            if (value >= threshold.at) is not (before is not None and before.until is None):
                turned = _turned(before, badge, last)
                if turned is not before:
                    reached = (*reached[:index], turned, *reached[index + 1 :])
    return Tally(state=state, last=last, reached=reached)


def recount(badge: Badge, facts: Iterable[Fact], context: Context) -> Tally:
    """The tally of a bucket from all its surviving facts, in any order."""
    return fold(badge, empty(badge), sorted(facts, key=lambda fact: fact.order), context)


def _turned(before: Reached | None, badge: Badge, place: Order) -> Reached | None:
    """A threshold that stood and holds no more, or the other way round."""
    if before is None or before.until is not None:
        return Reached(since=place)
    return Reached(since=before.since, until=place[0]) if badge.policy == LIVE else before
