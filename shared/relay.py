"""The relay: carries the outbox to Kafka. A process of its own, one at work for each service, by a lease.

A relay that dies or is paused anywhere between sending and removing leaves duplicates, never a gap.
"""

import contextlib
import time
from collections.abc import Callable, Sequence

import structlog

from shared import kafka, mongo, outbox, telemetry
from shared.errors import Fault, Unavailable
from shared.lease import Lease

#: Sends what is kept elsewhere than in the outbox (profiles); returns how many messages it sent.
Extra = Callable[[kafka.Producer], int]

PARCELS_A_TURN = 8
#: When Kafka or MongoDB stay away for longer, the process stops, and its supervisor starts it anew.
PATIENCE_SECONDS = 300.0

_AWAY: tuple[type[Exception], ...] = (Unavailable, *mongo.UNAVAILABLE)
_IDLE_SECONDS = 0.02
_LONGEST_IDLE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

_log = structlog.get_logger()


def run(
    service: str, servers: Sequence[str], stopping: Callable[[], bool], extra: Extra | None = None
) -> None:
    """Carry parcels until told to stop. Raises Fault when a server stays away too long."""
    lease = Lease(service, "relay", seconds=5)
    producer: kafka.Producer | None = None
    away_since: float | None = None
    pause = idle = _IDLE_SECONDS
    held_until = 0.0
    while not stopping():
        try:
            if time.monotonic() > held_until:
                if not lease.hold():
                    time.sleep(0.5)
                    continue
                held_until = time.monotonic() + 1.0
            producer = producer or kafka.Producer(servers)
            sent = carry(service, producer) + (extra(producer) if extra else 0)
            away_since, pause = None, _IDLE_SECONDS
            # Looking often costs most when there is nothing to see: the longer it is quiet, the less often.
            idle = _IDLE_SECONDS if sent else min(idle * 1.2, _LONGEST_IDLE_SECONDS)
            if not sent:
                time.sleep(idle)
        except _AWAY as error:
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since > PATIENCE_SECONDS:
                message = f"a server stayed away too long: {error!r}"
                raise Fault(message) from error
            _log.warning("a server is away", service=service, reason=repr(error), again_in_seconds=pause)
            if producer is not None:
                producer.close()
                producer = None
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    if producer is not None:
        producer.close()
    with contextlib.suppress(*mongo.UNAVAILABLE):  # then it runs out by itself
        lease.release()


def carry(service: str, producer: kafka.Producer) -> int:
    """One turn: send the oldest parcels and remove them. Returns how many messages went. Raises Unavailable."""
    parcels = outbox.by_turns(service, PARCELS_A_TURN)
    by_topic: dict[str, list[tuple[mongo.Document, outbox.Message]]] = {}
    for parcel in parcels:
        by_topic.setdefault(parcel["topic"], []).extend(
            (parcel, message) for message in outbox.messages(parcel)
        )
    count = 0
    for topic, entries in by_topic.items():
        outcome = producer.send(topic, [message for _, message in entries])
        for (parcel, message), error in zip(entries, outcome, strict=True):
            if error is not None:
                _log.error("a message is too large for kafka", topic=topic, parcel=str(parcel["_id"]))
                outbox.park(service, parcel, message, repr(error))
        count += len(entries)
        telemetry.SENT.labels(service, topic).inc(len(entries))
    outbox.remove(service, [parcel["_id"] for parcel in parcels])
    return count
