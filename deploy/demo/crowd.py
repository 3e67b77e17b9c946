"""Who of the whole cast does it this time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import accumulate
from random import Random

from deploy.demo.cast import Person

_TRIES = 12
_STRANGER = 0.25  # how likely somebody answers on a topic that is not theirs


class Crowd:
    """Draws people by how much they like to do a thing; weights are added up once."""

    def __init__(self, people: Sequence[Person], dice: Random) -> None:
        self.dice = dice
        self._people = people
        self._weights: dict[str, list[float]] = {}

    def someone(
        self, does: str, at: datetime, *, knows: Collection[str] = (), but: Collection[str] = ()
    ) -> Person | None:
        """Somebody who was around at that time, rather one who knows the topic; None if nobody is found."""
        for person in self.dice.choices(self._people, cum_weights=self._added_up(does), k=_TRIES):
            fits = not knows or not set(knows).isdisjoint(person.knows) or self.dice.random() < _STRANGER
            if fits and person.id not in but and person.here(at):
                return person
        return None

    def _added_up(self, does: str) -> list[float]:
        if does not in self._weights:
            weights = (getattr(person.kind, does) * person.zeal for person in self._people)
            self._weights[does] = list(accumulate(weights))
        return self._weights[does]
