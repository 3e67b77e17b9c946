"""Months are closed: when one is over, with its grace, and nothing older is pending, every partition is told, once.

A step is one transaction that writes the community's document, so that of several processes one takes it. What was
accepted before the first step has left marks that are as old; the second step waits until all that followed from them
is done, the third until what they announced is in Kafka. Only then is the closing sent, behind all of it.
"""

from datetime import datetime, timedelta
from typing import Any

from services.activity.repository import DATABASE, communities, members
from shared import mongo, months, outbox, work
from shared.events import activity as events
from shared.mongo import Document

_AT_ONCE = 100


def close_due(now: datetime) -> None:
    """Go as far as one can with every month that is over."""
    for slug in communities.due(now, _AT_ONCE):
        close(slug, now)


def close(slug: str, now: datetime) -> None:
    """Go as far as one can with the months of one community."""
    while _step(slug, now):
        pass


@mongo.in_transaction(DATABASE)
def _step(slug: str, now: datetime) -> bool:
    """One step. Returns whether the next one can be tried at once."""
    stored = communities.load(slug)
    if stored is None:
        return False
    period = _next(stored)
    border = months.border(period, stored["zones"])
    closes_at = border + timedelta(hours=stored.get("grace_hours", events.GRACE_HOURS))
    if closes_at > now:
        communities.put_closing(slug, {"closes_at": closes_at})
        return False
    state: dict[str, Any] = stored.get("closing") or {}
    if state.get("period") != period:
        communities.put_closing(
            slug,
            {"closes_at": closes_at, "closing": {"period": period, "marks": work.newest(DATABASE, slug)}},
        )
        return True
    if "parcels" not in state:
        profiles_wait = stored.get("unsent") or members.waits_unsent(slug)
        return not profiles_wait and _marks_done(slug, state)
    if _waits(outbox.waits, slug, state["parcels"]):
        return False
    _tell(slug, period, border)
    communities.put_closing(slug, {"closed": period, "closes_at": None}, clear=("closing",))
    return True


def _marks_done(slug: str, state: Document) -> bool:
    if _waits(work.waits, slug, state["marks"]):
        return False
    communities.put_closing(slug, {"closing.parcels": outbox.newest(DATABASE, slug)})
    return True


def _waits(ask: Any, slug: str, up_to: Any) -> bool:  # noqa: ANN401 (either room's question and id)
    return up_to is not None and bool(ask(DATABASE, slug, up_to))


def _tell(slug: str, period: str, border: datetime) -> None:
    messages = events.closings(events.PeriodClosing(community=slug, period=period, until=border))
    for topic in (events.EVENTS, events.PROFILES):
        outbox.add(DATABASE, slug, topic.name, messages)


def _next(stored: Document) -> str:
    """The month after the last one that was closed; the first one is that in which the community was founded."""
    closed = stored.get("closed")
    return months.following(closed) if closed else months.month_of(stored["created"], stored["zones"])
