"""Advocates: from an invitation to the end. What one was at a time stays known: what happened then goes by it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from shared import timeline
from shared.errors import Conflict
from shared.timeline import Timeline


class State(StrEnum):
    """What an advocate is: asked to be one; one; resting; one no more."""

    INVITED = "invited"
    ENROLLED = "enrolled"
    PAUSED = "paused"
    CLOSED = "closed"


class By(StrEnum):
    """How an advocate came to be one: by hand, by what he was awarded, or of his own satisfaction."""

    HAND = "hand"
    RECOGNITION = "recognition"
    SATISFACTION = "satisfaction"


#: (since when, state), in order of time.
History = Timeline[str]

#: (since when, of which rule, the rate; None: as everybody), in order of time.
Rates = Sequence[tuple[datetime, str, Fraction | None]]

_NEXT = {
    State.INVITED: frozenset({State.ENROLLED, State.CLOSED}),
    State.ENROLLED: frozenset({State.PAUSED, State.CLOSED}),
    State.PAUSED: frozenset({State.ENROLLED, State.CLOSED}),
    # A person may take back what a person ended; no rule does.
    State.CLOSED: frozenset({State.ENROLLED}),
}
_FURTHER = (State.INVITED, State.ENROLLED, State.PAUSED, State.CLOSED)


def state_at(history: History, moment: datetime) -> State | None:
    """What an advocate was at a moment, None before he was anything."""
    found = timeline.at(history, moment, "")
    return State(found) if found else None


def rates_at(rates: Rates, moment: datetime) -> dict[str, Fraction]:
    """What was agreed with an advocate alone and holds at a moment: rule → rate."""
    found = {rule: rate for since, rule, rate in rates if since <= moment}
    return {rule: rate for rule, rate in found.items() if rate is not None}


def changed(history: History, state: State, since: datetime) -> list[tuple[datetime, str]] | None:
    """The history with another state from `since` on; None where that is the state already. Raises Conflict."""
    now = State(history[-1][1])
    if state is now:
        return None
    if state not in _NEXT[now]:
        message = f"An advocate who is {now} cannot become {state}."
        raise Conflict(message)
    # Two changes within one moment of the clock keep their order.
    return [*history, (max(since, history[-1][0]), state)]


def joined(histories: Iterable[History]) -> list[tuple[datetime, str]]:
    """The one history of several people who turned out to be one.

    At each moment he was whatever went furthest: an end that a person set for one of them holds for all of them.
    """
    known = [history for history in histories if history]
    found: list[tuple[datetime, str]] = []
    for moment in sorted({since for history in known for since, _ in history}):
        state = max(
            (state_at(history, moment) for history in known),
            key=lambda each: _FURTHER.index(each) if each else -1,
        )
        if state is not None and (not found or found[-1][1] != state):
            found.append((moment, state))
    return found
