"""`distinct`: on how many days, with how many people, or about how many objects.

{"kind": "distinct", "of": "days", "role": "actor", "where": {…}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms
from services.titles_and_badges.domain.facts import AUTHOR, Fact
from services.titles_and_badges.domain.standing import Context

DAYS = "days"
PEOPLE = "people"
OBJECTS = "objects"

#: What is seen of people and objects lies in the tally, which must not grow without bound.
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct(Count):
    """Counts what differs; beyond the highest threshold there is nothing more to remember."""

    of: str
    highest: int

    def concerns(self, fact: Fact) -> bool:
        """As a count, where there is a day, a person or an object."""
        return Count.concerns(self, fact) and (self.of == DAYS or self._other(fact) is not None)

    def start(self) -> State:
        """Nothing seen."""
        return {"value": 0, "seen": []}

    def step(self, state: State, fact: Fact, context: Context) -> State:
        """One more, if it was not seen before."""
        element = self._day(fact, context) if self.of == DAYS else self._other(fact)
        if state["value"] >= self.highest or self._is_known(element, state["seen"]):
            return state
        seen = [element] if self.of == DAYS else [*state["seen"], element]
        return {"value": state["value"] + 1, "seen": seen}

    def _is_known(self, element: str | None, seen: list[str]) -> bool:
        if self.of != DAYS:
            return element in seen
        # Days come in order: the last one is enough, and a change of zone that repeats a day gains nothing.
        return bool(seen) and str(element) <= seen[0]

    def _day(self, fact: Fact, context: Context) -> str:
        return fact.published.astimezone(context.zone(fact.published)).date().isoformat()

    def _other(self, fact: Fact) -> str | None:
        """The object, or the person on the other side, who is never the member himself."""
        if self.of == OBJECTS:
            return fact.object
        person = fact.actor if self.role == AUTHOR else fact.object_author
        return None if person == fact.member else person


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Distinct:
    kinds.options(written, pointer, {"role", "where", "of"})
    of = written.get("of")
    if of not in (DAYS, PEOPLE, OBJECTS):
        raise kinds.invalid(f"{pointer}/of", "of is days, people or objects")
    if of != DAYS and terms.highest > _MOST:
        raise kinds.invalid("/at", f"at most {_MOST} distinct {of} can be asked for")
    return Distinct(
        role=kinds.role(written, pointer),
        where=kinds.where(written, pointer),
        of=of,
        highest=terms.highest,
    )


KIND = Kind(parse=_parse)
