"""The consumer: reads batches of one partition, applies each as one transaction, then moves the offset.

Three kinds of trouble. An event that can never be applied (`Refused`, or one that alone breaks its batch, found by
halving) becomes a dead letter with its reason, in the batch's own transaction. A server that is away is waited for,
then the process stops loudly; nothing was committed, so nothing is lost. Too many dead letters at once blow the
fuse: a bad deploy must not empty the topic.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import structlog

from shared import kafka, mongo, telemetry
from shared.errors import Fault, Refused, Unavailable
from shared.outbox import Message

_log = structlog.get_logger()

#: A batch with more dead letters than this, and more than a fifth of it, stops the process.
FUSE = 10
PATIENCE_SECONDS = 120.0
_LONGEST_PAUSE_SECONDS = 5.0
_AWAY: tuple[type[Exception], ...] = (Unavailable, *mongo.UNAVAILABLE)
_NOT_THE_EVENTS_FAULT: tuple[type[Exception], ...] = (Fault, *mongo.UNAVAILABLE)


class DeadLetter(NamedTuple):
    """A record that cannot be applied, and why."""

    record: kafka.Record
    reason: str
    fault: bool = False

    def message(self) -> Message:
        """It as it goes to `<topic>.dead-letters`: key, value and headers as they were, the reason beside them."""
        record = self.record
        origin = [
            ("laurel_reason", self.reason),
            ("laurel_kind", "fault" if self.fault else "refused"),
            ("laurel_topic", record.partition.topic),
            ("laurel_partition", str(record.partition.number)),
            ("laurel_offset", str(record.offset)),
        ]
        headers = [(name, (value or b"").decode(errors="replace")) for name, value in record.headers]
        return Message((record.key or b"").decode(errors="replace"), record.value, (*headers, *origin))


def letters_by_topic(dead: Sequence[DeadLetter]) -> dict[str, list[Message]]:
    """Dead letters as messages, by the topic that they go to."""
    found: dict[str, list[Message]] = {}
    for letter in dead:
        found.setdefault(letter.record.partition.topic + kafka.DEAD_LETTERS, []).append(letter.message())
    return found


class Handler(Protocol):
    """What a service does with one topic."""

    def decode(self, record: kafka.Record) -> Any:  # noqa: ANN401 (each topic has its own events)
        """Read a record. Pure. Raises Refused, and nothing else."""

    def apply(self, partition: int, events: Sequence[Any], dead: Sequence[DeadLetter]) -> None:
        """Apply events and keep dead letters, in one transaction. Events may be old, repeated and out of order."""


def run(
    servers: Sequence[str],
    group: str,
    handlers: Mapping[str, Handler],
    stopping: Callable[[], bool],
    batch: int = 500,
) -> None:
    """Read and apply until told to stop. Raises Fault when it must not go on."""
    consumer = kafka.Consumer(servers, group, list(handlers), batch)
    try:
        while not stopping():
            for partition, records in _poll(consumer, stopping).items():
                with telemetry.BATCHES.labels(partition.topic).time():
                    apply(handlers[partition.topic], partition, records, stopping)
                telemetry.RECORDS.labels(partition.topic).inc(len(records))
                if not consumer.commit(partition, records[-1].offset + 1):
                    # The next owner reads the batch again and finds that every event in it is known.
                    _log.warning("offset not committed", topic=partition.topic, partition=partition.number)
    finally:
        consumer.close()


def apply(
    handler: Handler,
    partition: kafka.Partition,
    records: Sequence[kafka.Record],
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Apply one batch, with patience. Raises Fault when a server stays away or the fuse blows."""
    events, dead = decoded(handler, records)
    _check_fuse(partition, dead, len(records))
    try:
        _with_patience(
            lambda: handler.apply(partition.number, [event for _, event in events], dead), stopping
        )
    except _NOT_THE_EVENTS_FAULT:
        raise
    except Exception:  # noqa: BLE001 (one event may have broken the batch: find it, so that the others go on)
        _log.exception(
            "batch broken", topic=partition.topic, partition=partition.number, first=records[0].offset
        )
        _with_patience(lambda: handler.apply(partition.number, [], dead), stopping)
        parked: list[DeadLetter] = []
        _halve(handler, partition.number, events, parked, stopping)
        _check_fuse(partition, parked, len(records))
        _with_patience(lambda: handler.apply(partition.number, [], parked), stopping)


def decoded(
    handler: Handler, records: Sequence[kafka.Record]
) -> tuple[list[tuple[kafka.Record, Any]], list[DeadLetter]]:
    """Sort records into events and dead letters."""
    events: list[tuple[kafka.Record, Any]] = []
    dead: list[DeadLetter] = []
    decode = handler.decode
    for record in records:
        try:
            events.append((record, decode(record)))
        except Refused as refusal:
            _log.warning(
                "dead letter", topic=record.partition.topic, offset=record.offset, reason=refusal.detail
            )
            telemetry.DEAD_LETTERS.labels(record.partition.topic).inc()
            dead.append(DeadLetter(record, refusal.detail))
    return events, dead


def _poll(
    consumer: kafka.Consumer, stopping: Callable[[], bool]
) -> Mapping[kafka.Partition, list[kafka.Record]]:
    polled: Mapping[kafka.Partition, list[kafka.Record]] = _with_patience(consumer.poll, stopping)
    return polled or {}


def _halve(
    handler: Handler,
    partition: int,
    events: Sequence[tuple[kafka.Record, Any]],
    parked: list[DeadLetter],
    stopping: Callable[[], bool],
) -> None:
    if not events:
        return
    try:
        _with_patience(lambda: handler.apply(partition, [event for _, event in events], []), stopping)
    except _NOT_THE_EVENTS_FAULT:
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it goes to the dead letters with its name)
        if len(events) == 1:
            telemetry.DEAD_LETTERS.labels(events[0][0].partition.topic).inc()
            parked.append(DeadLetter(events[0][0], f"{type(error).__name__}: {error}", fault=True))
            return
        middle = len(events) // 2
        _halve(handler, partition, events[:middle], parked, stopping)
        _halve(handler, partition, events[middle:], parked, stopping)


def _check_fuse(partition: kafka.Partition, dead: Sequence[DeadLetter], size: int) -> None:
    if len(dead) > FUSE and len(dead) * 5 > size:
        message = (
            f"{len(dead)} of {size} records of {partition.topic}/{partition.number} cannot be applied: "
            "stopped before the topic is emptied into the dead letters"
        )
        raise Fault(message)


def _with_patience(do: Callable[[], Any], stopping: Callable[[], bool]) -> Any:  # noqa: ANN401
    until = time.monotonic() + PATIENCE_SECONDS
    pause = 0.1
    while True:
        try:
            return do()
        except _AWAY as error:
            if time.monotonic() > until or stopping():
                raise
            _log.warning("a server is away", reason=repr(error), again_in_seconds=pause)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
