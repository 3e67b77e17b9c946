"""The ledger's chain grows behind the writers, who never queue for its head: one process at a time, by a lease."""

from datetime import datetime

from services.referral.repository import DATABASE, chain
from shared import mongo
from shared.lease import Lease

#: So many transfers a batch at most: some hundred kilobytes a transaction.
BATCH = 500

_lease = Lease(DATABASE, "ledger")


def extend(now: datetime) -> int:
    """Put what waits into batches, community by community.

    Returns how many transfers; 0 when another one is at work.
    """
    waiting = chain.waiting()
    if not waiting or not _lease.hold():
        return 0
    return sum(_step(community, now) for community in waiting)


def complete(community: str, now: datetime) -> int:
    """Put all that waits of one community into batches; beside another process at work, which is as good."""
    count = 0
    while found := _step(community, now):
        count += found
    return count


@mongo.in_transaction(DATABASE)
def _step(community: str, now: datetime) -> int:
    # Two who extend one chain would make the same number: the second one's transaction begins again.
    return chain.extend(community, BATCH, now)
