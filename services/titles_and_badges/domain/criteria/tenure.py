"""`tenure`: so many days, months or years since a member joined, or since his first deed.

{"kind": "tenure", "unit": "year", "since": "first-deed", "active": false, "role": "actor", "where": {…}}

It is reached at a moment of time, the anniversary in the community's zone, not by a deed. `since` is `first-deed` (the
first under the condition) or `joined`, which a community says of its members; he of whom it does not say it joined with
his first deed. Whoever never did anything gets nothing for waiting. With `"active": true` only those years count in
which something was done, each when it is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain import spans
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.count import Count
from services.titles_and_badges.domain.criteria.kinds import Kind, State, Terms, Turns
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.spans import Span
from services.titles_and_badges.domain.standing import Context

_UNITS = ("year", "month", "day")
_SINCE = ("first-deed", "joined")
_LONGEST = {"year": 200, "month": 2_400, "day": 73_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure(Count):
    """Whole units since the beginning, or those of them in which something was done."""

    unit: str
    since_joined: bool
    active: bool
    at: tuple[int, ...]
    timed: bool = True  # type: ignore[misc]

    def start(self) -> State:
        """Not begun."""
        return {"value": 0, "start": None, "unit": None}

    def step(self, state: State, fact: Fact, context: Context) -> State:
        """As many units as are over, or one more than before if the last one with a deed is over."""
        start = state["start"] or self._start(fact, context)
        now = self._units(start, fact.published, _zone(start, context))
        if not self.active:
            return {"value": max(0, now), "start": start, "unit": None}
        last = state["unit"]
        if now < 0 or now == last:  # what was done before he joined is in no unit
            return {**state, "start": start}
        return {"value": state["value"] + (last is not None), "start": start, "unit": now}

    def turns(self, state: State, fact: Fact, context: Context) -> Turns:  # noqa: ARG002
        """The anniversaries that reach something."""
        start = state["start"]
        zone = _zone(start, context)
        if self.active:
            if state["unit"] is None:
                return ()
            return [
                (later(start, state["unit"] + 1, self.unit, zone), {**state, "value": state["value"] + 1})
            ]
        return [
            (later(start, at, self.unit, zone), {**state, "value": at})
            for at in self.at
            if at > state["value"]
        ]

    def _start(self, fact: Fact, context: Context) -> datetime:
        joined = context.joined(fact.member) if self.since_joined else None
        return joined or fact.published

    def _units(self, start: datetime, moment: datetime, zone: ZoneInfo) -> int:
        """How many units of time lie whole between two moments."""
        begin, end = start.astimezone(zone), moment.astimezone(zone)
        if self.unit == "day":
            units = end.toordinal() - begin.toordinal()
        else:
            months = (end.year - begin.year) * 12 + end.month - begin.month
            units = months if self.unit == "month" else months // 12
        return units - (later(start, units, self.unit, zone) > moment)


def later(start: datetime, count: int, unit: str, zone: ZoneInfo) -> datetime:
    """The anniversary, in a zone: so many days, months or years later."""
    months = {"day": 0, "month": count, "year": 12 * count}[unit]
    return spans.later(start, Span(months=months, days=count if unit == "day" else 0), zone)


def _zone(start: datetime, context: Context) -> ZoneInfo:
    return context.zone(start)


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Tenure:
    kinds.options(written, pointer, {"role", "where", "unit", "since", "active"})
    unit = kinds.choice(written, pointer, "unit", _UNITS)
    if terms.highest > _LONGEST[unit]:
        raise kinds.invalid("/at", f"at most {_LONGEST[unit]} {unit}s can be asked for")
    return Tenure(
        role=kinds.role(written, pointer),
        where=kinds.where(written, pointer),
        unit=unit,
        since_joined=kinds.choice(written, pointer, "since", _SINCE) == "joined",
        active=kinds.flag(written, pointer, "active"),
        at=terms.at,
    )


KIND = Kind(parse=_parse)
