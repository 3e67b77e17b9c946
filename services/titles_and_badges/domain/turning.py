"""Tallies of badges that time itself can change, or that are lost later than they are reached.

Time is folded in like facts: before each fact come the turns that lie before it, and what lies ahead of the last one is
kept beside the tally. So what is held at a moment does not depend on when anybody looked.
"""

from collections.abc import Iterable
from datetime import datetime

from services.titles_and_badges.domain import reached
from services.titles_and_badges.domain.badges import LIVE, Badge, Threshold
from services.titles_and_badges.domain.criteria.kinds import State
from services.titles_and_badges.domain.facts import Fact, Order
from services.titles_and_badges.domain.reached import Ahead, Reached, Tally
from services.titles_and_badges.domain.spans import later
from services.titles_and_badges.domain.standing import Context

#: Before all facts of a moment: a place that names no fact.
_BEFORE_FACTS = -2

_All = tuple[Reached | None, ...]


def fold(badge: Badge, tally: Tally, facts: Iterable[Fact], context: Context) -> Tally:
    """As `tallies.fold`, for badges with turns, expiry or hysteresis."""
    for fact in facts:
        before = reached.at(tally, fact.published)
        state = badge.criterion.step(tally.state, fact, context)
        now = _judged(badge, state, before, fact.order)
        ahead = _ahead(badge, state, now, fact, context)
        tally = Tally(state=state, last=fact.order, reached=now, ahead=ahead)
    return tally


def _ahead(badge: Badge, state: State, held: _All, fact: Fact, context: Context) -> Ahead:
    """What time changes from a fact on, turn by turn and expiry by expiry."""
    turns = _turns(badge, state, fact, context)
    found = []
    while (moment := _next(turns, held)) is not None:
        before, held = held, _expired(held, moment)
        while turns and turns[0][0] <= moment:
            _, state = turns.pop(0)
            held = _judged(badge, state, held, (moment, _BEFORE_FACTS, ""))
        if held != before:
            found.append((moment, held))
    return tuple(found)


def _turns(badge: Badge, state: State, fact: Fact, context: Context) -> list[tuple[datetime, State]]:
    """What the criterion says, and the moments from which the badge asks for another value."""
    turns = list(badge.criterion.turns(state, fact, context)) if badge.criterion.timed else []
    for moment in badge.changes_after(fact.published):
        earlier = [then for when, then in turns if when <= moment]
        turns.append((moment, earlier[-1] if earlier else state))
    return sorted(turns, key=lambda turn: turn[0])


def _next(turns: list[tuple[datetime, State]], held: _All) -> datetime | None:
    moments = [each.expires for each in held if each and each.until is None and each.expires]
    return min([*moments, *(moment for moment, _ in turns[:1])], default=None)


def _expired(held: _All, moment: datetime) -> _All:
    return tuple(
        Reached(since=each.since, until=moment, expires=each.expires)
        if each and each.until is None and each.expires and each.expires <= moment
        else each
        for each in held
    )


def _judged(badge: Badge, state: State, held: _All, place: Order) -> _All:
    return tuple(
        _after(badge, threshold, state, before, place)
        for threshold, before in zip(badge.thresholds_at(place[0]), held, strict=True)
    )


def _after(
    badge: Badge, threshold: Threshold, state: State, before: Reached | None, place: Order
) -> Reached | None:
    """A threshold after one more step: reached, renewed, kept, or lost."""
    holds = state["value"] >= threshold.at
    if before is None or before.until is not None:
        return Reached(since=place, expires=_expiry(badge, place[0])) if holds else before
    if holds:
        # A deed renews it; that time goes on does not.
        is_deed = place[1] != _BEFORE_FACTS
        return _renewed(badge, before, place[0]) if is_deed and before.expires else before
    if badge.policy == LIVE and not _keeps(badge, threshold, state):
        return Reached(since=before.since, until=place[0], expires=before.expires)
    return before


def _keeps(badge: Badge, threshold: Threshold, state: State) -> bool:
    """Whether a value that holds no more is near enough to keep what was reached."""
    if "kept" in state:
        return bool(state["kept"] >= threshold.at)
    return bool(state["value"] * 100 >= threshold.at * badge.keep)


def _renewed(badge: Badge, before: Reached, moment: datetime) -> Reached:
    return Reached(since=before.since, expires=_expiry(badge, moment))


def _expiry(badge: Badge, moment: datetime) -> datetime | None:
    return None if badge.expires_after is None else later(moment, badge.expires_after)
