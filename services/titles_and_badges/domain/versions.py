"""Versions of a definition with the dates from which they hold: what was done before keeps the value it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.titles_and_badges.domain import reading
from services.titles_and_badges.domain.criteria import Criterion
from services.titles_and_badges.domain.criteria.kinds import State, Turns
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.reading import Definition, Threshold
from services.titles_and_badges.domain.standing import Context


class Earlier(NamedTuple):
    """A definition that held until a moment."""

    until: datetime
    definition: Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """Each fact is judged by the criterion of its time; what they add up to goes on."""

    latest: Criterion
    earlier: tuple[tuple[datetime, Criterion], ...]

    @property
    def types(self) -> frozenset[str] | None:
        """Those of all versions."""
        found: frozenset[str] = frozenset()
        for each in (self.latest, *(criterion for _, criterion in self.earlier)):
            if each.types is None:
                return None
            found |= each.types
        return found

    @property
    def by_object(self) -> bool:
        """As all versions do."""
        return self.latest.by_object

    @property
    def timed(self) -> bool:
        """As the versions are."""
        return self.latest.timed

    def concerns(self, fact: Fact) -> bool:
        """Whether it concerns the criterion of its time."""
        return self._at(fact.published).concerns(fact)

    def start(self) -> State:
        """The same for all versions."""
        return self.earlier[0][1].start() if self.earlier else self.latest.start()

    def step(self, state: State, fact: Fact, context: Context) -> State:
        """One more, by the criterion of its time."""
        return self._at(fact.published).step(state, fact, context)

    def turns(self, state: State, fact: Fact, context: Context) -> Turns:
        """What time changes, by the criterion of the last fact."""
        return self._at(fact.published).turns(state, fact, context)

    def _at(self, moment: datetime) -> Criterion:
        return next((each for until, each in self.earlier if moment < until), self.latest)


#: What says in which unit a criterion remembers: days are no weeks, and people no objects.
_UNITS = ("of", "unit", "since")

Thresholds = tuple[Threshold, ...]
#: Until when which values were asked for, in order of time.
Before = tuple[tuple[datetime, Thresholds], ...]


def read(
    definition: Definition, effective: datetime | None, earlier: Sequence[Earlier]
) -> tuple[str, Criterion, Thresholds, Before]:
    """The kind, the criterion and the values to reach of a definition, and the values of earlier ones.

    Raises Invalid, also where what was counted under an earlier one cannot go on under this one.
    """
    kind, criterion, thresholds = reading.criterion(definition)
    if effective is None:
        return kind, criterion, thresholds, ()
    before = [(each.until, *reading.criterion(each.definition)) for each in earlier]
    for _, other_kind, other, values in before:
        _check(kind == other_kind, "another kind")
        _check(_goes_on(criterion, other), "other options")
        _check([each.level for each in values] == [each.level for each in thresholds], "other levels")
    versioned = Versioned(latest=criterion, earlier=tuple((until, other) for until, _, other, _ in before))
    return kind, versioned, thresholds, tuple((until, values) for until, _, _, values in before)


def _goes_on(criterion: Criterion, other: Criterion) -> bool:
    """Whether one can take up what the other counted; of compounds, each part what that part counted."""
    parts, others = getattr(criterion, "parts", ()), getattr(other, "parts", ())
    return (
        type(criterion) is type(other)
        and criterion.start().keys() == other.start().keys()
        and (criterion.timed, criterion.by_object) == (other.timed, other.by_object)
        and all(getattr(criterion, name, None) == getattr(other, name, None) for name in _UNITS)
        and len(parts) == len(others)
        and all(_goes_on(part.criterion, was.criterion) for part, was in zip(parts, others, strict=True))
    )


def _check(goes_on: bool, what: str) -> None:  # noqa: FBT001 (a condition)
    if not goes_on:
        raise reading.invalid(
            "/effective",
            f"with {what} nothing that was counted goes on: order a recompute, after its preview",
        )
