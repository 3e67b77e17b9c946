"""Months close: who has read it in every partition of both topics has all of them, and seals."""

from collections.abc import Mapping, Sequence

from services.titles_and_badges.domain.titles import months
from services.titles_and_badges.repository import DATABASE, closings
from shared import kafka, mongo, work
from shared.events import activity
from shared.events.activity import PeriodClosing

#: A mark that months of a community are to be sealed.
SEAL = "seal"
_EVERYWHERE = kafka.PARTITIONS * len((activity.EVENTS, activity.PROFILES))


@mongo.in_transaction(DATABASE)
def note(topic: str, partition: int, said: Sequence[PeriodClosing]) -> None:
    """Keep that a partition has named months. The last partition to do so leaves the mark that seals them."""
    for community in sorted({each.community for each in said}):
        named = [each.period for each in said if each.community == community]
        _note(community, f"{topic.rpartition('.')[2]}-{partition}", named)


def _note(community: str, where: str, named: Sequence[str]) -> None:
    stored = closings.load(community)
    read: Mapping[str, str] = stored.get("read", {})
    last = max(*named, read.get(where, ""))
    read = {**read, where: last}
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
