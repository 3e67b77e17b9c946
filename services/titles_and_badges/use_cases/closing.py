"""Months close: who has read it in every partition of both topics has all of them, and seals. What is late revises."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.titles import months
from services.titles_and_badges.repository import DATABASE, closings, communities, seals
from shared import kafka, mongo, work
from shared.events import activity
from shared.events.activity import Delivery, PeriodClosing

#: A mark that months of a community are to be sealed.
SEAL = "seal"
#: So long what comes late is gathered: a day's delayed batch makes one revision, not one a deed.
LATE = timedelta(minutes=5)
_EVERYWHERE = kafka.PARTITIONS * len((activity.EVENTS, activity.PROFILES))
#: What is younger is of a month that cannot be sealed yet, whatever its grace: most batches end here.
_YOUNG = timedelta(minutes=1)


@mongo.in_transaction(DATABASE)
def note(topic: str, partition: int, said: Sequence[PeriodClosing]) -> None:
    """Keep that a partition has named months. The last partition to do so leaves the mark that seals them."""
    for community in sorted({each.community for each in said}):
        named = [each.period for each in said if each.community == community]
        _note(community, f"{topic.rpartition('.')[2]}-{partition}", named)


def note_late(deliveries: Sequence[Delivery], now: datetime) -> None:
    """Where deliveries concern sealed months, these are looked at again. Doing it twice changes nothing."""
    old: dict[str, list[datetime]] = {}
    for each in deliveries:
        if each.published < now - _YOUNG:
            old.setdefault(each.community, []).append(each.published)
    for community, moments in old.items():
        _note_late(community, moments, now)


def revise_since(community: str, moment: datetime, now: datetime) -> None:
    """Inside the running transaction: what holds of members since a moment changed, so sealed months may differ."""
    found = seals.sealed_months(community, f"{moment:%Y-%m}")
    if found:
        closings.put_late(community, found, now)


def order_late(now: datetime) -> None:
    """Let what came late be sealed anew, once it has been gathered."""
    for community in closings.late(now - LATE):
        _order_late(community)


@mongo.in_transaction(DATABASE)
def order(community: str, periods: Sequence[str], *, redefined: bool = False) -> None:
    """Let months be sealed, or sealed anew."""
    closings.order(community, periods, redefined=redefined)
    work.add(DATABASE, SEAL, community)


@mongo.in_transaction(DATABASE)
def _order_late(community: str) -> None:
    if closings.order_late(community):
        work.add(DATABASE, SEAL, community)


@mongo.in_transaction(DATABASE)
def _note_late(community: str, moments: Iterable[datetime], now: datetime) -> None:
    stored = communities.load([community]).get(community, {})
    context = Context(profiles={}, zones=communities.zones(stored))
    named = {f"{each.astimezone(context.zone(each)):%Y-%m}" for each in moments}
    found = [each for each in seals.sealed_months(community, min(named), max(named)) if each in named]
    if found:
        closings.put_late(community, found, now)


def _note(community: str, where: str, named: Sequence[str]) -> None:
    stored = closings.load(community)
    read: Mapping[str, str] = stored.get("read", {})
    read = {**read, where: max(*named, read.get(where, ""))}
    first = min(stored.get("first") or named[0], *named)
    # A month that closes in a partition closes there with all before it; the topic of profiles keeps only the last.
    closed = min(read.values()) if len(read) == _EVERYWHERE else ""
    before = stored.get("closed", "")
    fields = {"read": read, "first": first, "closed": max(closed, before)}
    due = months.between(months.add(before, 1) if before else first, closed) if closed > before else []
    closings.put(community, fields, exists=bool(stored))
    if due:
        closings.order(community, due)
        work.add(DATABASE, SEAL, community)
