"""`streak`: on how many days (weeks, months) in a row.

{"kind": "streak", "unit": "day", "zone": "community", "role": "actor", "where": {…},
 "freeze": {"most": 2, "earned_by": 7}, "pause": [{"from": "2026-12-24", "until": "2027-01-02"}]}

A day counts once, in the zone of the community or, with `"zone": "member"`, in the member's own (see `days`). A freeze
bridges one missed day; it adds nothing to the run. A run begins with all of them, and every `earned_by` days of it give
one back. In a pause nothing is missed: the definition's pauses are dates (`until` is the first day after), a member's
own are declared with his profile. Sticky badges look at the longest run, live ones at the current one, which lapses by
itself when the first day that nothing bridges is over.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.titles_and_badges.domain import days
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms, Turns
from services.titles_and_badges.domain.days import Days
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context

_MOST_FREEZES = 100
_MOST_PAUSES = 100
_ZONES = ("community", "member")

#: First and last day, by number; None: until further notice.
Pause = tuple[int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak(Count):
    """Follows the run that the last deed is in."""

    unit: str
    own_zone: bool
    freezes: int
    earned_by: int
    pauses: Sequence[Pause]
    longest: bool

    @property
    def timed(self) -> bool:  # type: ignore[override]
        """A run lapses by itself; the longest one so far does not."""
        return not self.longest

    def start(self) -> State:
        """No run yet."""
        return {"value": 0, "run": 0, "last": None, "freezes": self.freezes, "toward": 0}

    def step(self, state: State, fact: Fact, context: Context) -> State:
        """The run goes on, begins anew, or has this day already."""
        calendar = self._calendar(fact, context)
        now = days.unit_of(calendar.index(fact.published), self.unit)
        last = state["last"]
        if last is not None and now <= last:
            return state
        missed = (
            0 if last is None else self._missed(last, now, calendar, self._paused(fact, calendar, context))
        )
        if missed > state["freezes"]:
            state, missed = {**self.start(), "value": state["value"]}, 0
        run = state["run"] + 1
        value = max(state["value"], run) if self.longest else run
        return {"value": value, "run": run, "last": now, **self._freezes(state, missed)}

    def turns(self, state: State, fact: Fact, context: Context) -> Turns:
        """When the run lapses."""
        calendar = self._calendar(fact, context)
        left = state["freezes"]
        for missed in self._misses(state["last"], calendar, self._paused(fact, calendar, context)):
            left -= 1
            if left < 0:
                return [(calendar.begins(days.first_day(missed + 1, self.unit)), {**state, "value": 0})]
        return ()

    def _freezes(self, state: State, missed: int) -> State:
        left, toward = state["freezes"] - missed, state["toward"] + 1
        if self.earned_by and toward >= self.earned_by:
            return {"freezes": min(self.freezes, left + 1), "toward": 0}
        return {"freezes": left, "toward": toward}

    def _missed(self, last: int, now: int, calendar: Days, paused: Sequence[Pause]) -> int:
        """How many units between two were missed; one more than there are freezes is enough to know."""
        between = itertools.takewhile(lambda unit: unit < now, self._misses(last, calendar, paused))
        return sum(1 for _ in itertools.islice(between, self.freezes + 1))

    def _misses(self, last: int, calendar: Days, paused: Sequence[Pause]) -> Iterator[int]:
        """The units after one that count as missed, as long as there is nothing in them; ends in an open pause."""
        unit = last + 1
        while True:
            begin, end = days.first_day(unit, self.unit), days.first_day(unit + 1, self.unit)
            pause = next(
                (each for each in paused if each[0] < end and (each[1] is None or each[1] >= begin)), None
            )
            if pause is not None and pause[1] is None:
                return
            # A zone may have skipped a date altogether, as Samoa did in 2011.
            if pause is None and calendar.begins(begin) < calendar.begins(end):
                yield unit
            unit = unit + 1 if pause is None or pause[1] is None else days.unit_of(pause[1], self.unit) + 1

    def _calendar(self, fact: Fact, context: Context) -> Days:
        return days.days(context.zones_of(fact.member) if self.own_zone else tuple(context.zones))

    def _paused(self, fact: Fact, calendar: Days, context: Context) -> list[Pause]:
        """The definition's pauses and the member's own, in order."""
        declared = context.pauses_of(fact.member)
        own = [
            (calendar.index(begin), None if end is None else calendar.index(end)) for begin, end in declared
        ]
        return sorted([*self.pauses, *own], key=lambda pause: pause[0])


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Streak:
    kinds.options(written, pointer, {"role", "where", "unit", "zone", "freeze", "pause"})
    freezes, earned_by = _freeze(written.get("freeze", 0), f"{pointer}/freeze")
    return Streak(
        role=kinds.role(written, pointer),
        where=kinds.where(written, pointer),
        unit=kinds.choice(written, pointer, "unit", days.UNITS),
        own_zone=kinds.choice(written, pointer, "zone", _ZONES) == "member",
        freezes=freezes,
        earned_by=earned_by,
        pauses=_pauses(written.get("pause", ()), f"{pointer}/pause"),
        longest=terms.policy == "sticky",
    )


def _freeze(written: Any, pointer: str) -> tuple[int, int]:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Mapping):
        return kinds.whole(written, pointer, 0, _MOST_FREEZES), 0
    kinds.options(written, pointer, {"most", "earned_by"})
    return (
        kinds.whole(written.get("most"), f"{pointer}/most", 0, _MOST_FREEZES),
        kinds.whole(written.get("earned_by", 0), f"{pointer}/earned_by", 0, 10_000),
    )


def _pauses(written: Any, pointer: str) -> tuple[Pause, ...]:  # noqa: ANN401
    if not isinstance(written, Sequence) or isinstance(written, str) or len(written) > _MOST_PAUSES:
        raise kinds.invalid(pointer, f"a list of at most {_MOST_PAUSES} pauses is wanted here")
    return tuple(_pause(each, f"{pointer}/{index}") for index, each in enumerate(written))


def _pause(written: Any, pointer: str) -> Pause:  # noqa: ANN401
    if not isinstance(written, Mapping):
        raise kinds.invalid(pointer, "a pause is an object with from and until")
    kinds.options(written, pointer, {"from", "until"})
    begin, end = (_date(written.get(name), f"{pointer}/{name}") for name in ("from", "until"))
    if end <= begin:
        raise kinds.invalid(f"{pointer}/until", "a pause ends after it begins")
    return begin.toordinal(), end.toordinal() - 1


def _date(written: Any, pointer: str) -> date:  # noqa: ANN401
    try:
        return datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 (a date has no zone)
    except (TypeError, ValueError):
        raise kinds.invalid(pointer, "a date such as 2026-12-24 is wanted here") from None


KIND = Kind(parse=_parse)
