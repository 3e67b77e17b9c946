"""What a bucket has reached: thresholds with their dates, and what time alone will change of it."""

from datetime import datetime

from services.titles_and_badges.domain import values
from services.titles_and_badges.domain.criteria.kinds import State
from services.titles_and_badges.domain.facts import Order


@values.value
class Reached:
    """A threshold was reached: since when (the deciding fact), and until when, for a badge that was lost.

    `expires` is when it is lost if no deed renews it. Where time alone decided, the place names no fact.
    """

    since: Order
    until: datetime | None = None
    expires: datetime | None = None


#: What time alone will change: (when, what is reached from then on), in order of time.
Ahead = tuple[tuple[datetime, tuple[Reached | None, ...]], ...]


@values.value
class Tally:
    """The fold of one bucket so far. `last` is the place of the last fact in it; `reached` one for each threshold."""

    state: State
    last: Order | None
    reached: tuple[Reached | None, ...]
    ahead: Ahead = ()

    @property
    def value(self) -> int:
        """What thresholds are compared with."""
        return int(self.state["value"])


def at(tally: Tally, now: datetime) -> tuple[Reached | None, ...]:
    """What is reached at a moment: what lay ahead of the last fact and is over has happened."""
    reached = tally.reached
    for moment, then in tally.ahead:
        if moment > now:
            break
        reached = then
    return reached


def due(tally: Tally, now: datetime) -> datetime | None:
    """When time alone changes next what is reached, None for never."""
    return next((moment for moment, _ in tally.ahead if moment > now), None)
