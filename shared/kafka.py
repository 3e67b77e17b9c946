"""Kafka: the only room that knows its client (kafka-python 3.0.12, pinned for what anchors in ARCHITECTURE.md say)."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import crc32c  # noqa: F401  (without it kafka-python computes checksums in Python, three times slower)
import kafka
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import KafkaError, MessageSizeTooLargeError, TopicAlreadyExistsError

from shared.errors import Fault, Unavailable
from shared.outbox import Message

CLIENT_VERSION = "3.0.12"
#: All topics of one kind of key have as many partitions, so that the range assignor gives all that concerns one
#: member to one consumer. Never changed on a living topic: keys would move.
PARTITIONS = 6
DEAD_LETTERS = ".dead-letters"
RETENTION_DAYS = 28

T = TypeVar("T")

_DAY_MS = 86_400_000
_SEND_SECONDS = 30.0
_MAJORITY_OF_THREE = 3


class Topic(NamedTuple):
    """A topic as it is to be: compacted ones keep the last state of every key for ever."""

    name: str
    compacted: bool = False


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int


class Record(NamedTuple):
    """One record as it was read. Nothing in it can be trusted yet."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class TooLargeForKafka(Fault):
    """One message that no broker will take."""


class Producer:
    """Sends with acks=all and idempotence; nothing is done until `send` returns."""

    def __init__(self, servers: Sequence[str]) -> None:
        if kafka.__version__ != CLIENT_VERSION:
            message = f"kafka-python {kafka.__version__} is installed, {CLIENT_VERSION} is needed"
            raise Fault(message)
        self._producer = _connected(
            lambda: KafkaProducer(
                bootstrap_servers=list(servers),
                acks="all",
                enable_idempotence=True,
                # A shorter one wedges the idempotent producer for ever after an outage; the outbox bounds us.
                delivery_timeout_ms=2**31 - 1,
                request_timeout_ms=10_000,
                max_block_ms=2_000,
                linger_ms=5,
                batch_size=131_072,
                allow_auto_create_topics=False,
            )
        )
        if self._producer.config["acks"] != -1 or not self._producer.config["enable_idempotence"]:
            message = "the producer would not wait for all replicas"
            raise Fault(message)

    def send(self, topic: str, messages: Iterable[Message]) -> list[Exception | None]:
        """Send all and wait until Kafka has them. Returns for each message None, or why it cannot be sent at all.

        Raises Unavailable when Kafka did not confirm in time; what was sent may be stored all the same.
        """
        futures = []
        outcome: list[Exception | None] = []
        try:
            for message in messages:
                headers = [(name, text.encode()) for name, text in message.headers]
                try:
                    futures.append(
                        self._producer.send(
                            topic,
                            key=message.key.encode(),
                            value=message.value,
                            headers=headers,
                            partition=message.partition,
                        )
                    )
                    outcome.append(None)
                except MessageSizeTooLargeError as error:
                    outcome.append(error)
            for future in futures:
                future.get(timeout=_SEND_SECONDS)
        except KafkaError as error:
            reason = f"Kafka did not confirm what was sent: {error!r}"
            raise Unavailable(reason) from error
        return outcome

    def close(self) -> None:
        """Let go of it; what was not confirmed stays in the outbox."""
        with contextlib.suppress(Exception):  # closing a producer that lost its broker may raise anything
            self._producer.close(timeout=2)


class Consumer:
    """Reads topics as a member of a group. Offsets move by `commit` alone, and by `poll` where a commit had failed."""

    def __init__(self, servers: Sequence[str], group: str, topics: Sequence[str], batch: int = 500) -> None:
        self._consumer = _connected(
            lambda: KafkaConsumer(
                *topics,
                bootstrap_servers=list(servers),
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_poll_records=batch,
                max_poll_interval_ms=300_000,
                # A killed consumer is missed for so long. Heartbeats come from the client's own thread: a slow
                # batch needs no more, `max_poll_interval_ms` bounds that.
                session_timeout_ms=15_000,
                heartbeat_interval_ms=3_000,
                fetch_max_wait_ms=200,
                partition_assignment_strategy=[RangePartitionAssignor],
                allow_auto_create_topics=False,
            )
        )
        self._uncommitted: dict[TopicPartition, int] = {}

    def poll(self, timeout_ms: int = 500) -> Mapping[Partition, list[Record]]:
        """The next records by partition; none after the time-out. Raises Unavailable."""
        self._commit_again()
        try:
            polled = self._consumer.poll(timeout_ms=timeout_ms)
        except KafkaError as error:
            message = f"Kafka could not be read: {error!r}"
            raise Unavailable(message) from error
        found: dict[Partition, list[Record]] = {}
        for theirs, records in polled.items():
            partition = Partition(theirs.topic, theirs.partition)
            found[partition] = [
                Record(partition, record.offset, record.key, record.value, record.headers)
                for record in records
            ]
        return found

    def commit(self, partition: Partition, next_offset: int) -> bool:
        """Say that all before `next_offset` is done. False when that cannot be said now.

        When the group moved on, the next owner reads it again; when the broker was away, `poll` says it again: nothing
        else would, where no more records come.
        """
        self._uncommitted[TopicPartition(*partition)] = next_offset
        return self._commit()

    def _commit_again(self) -> None:
        ours = self._consumer.assignment() if self._uncommitted else ()
        self._uncommitted = {each: offset for each, offset in self._uncommitted.items() if each in ours}
        if self._uncommitted:
            self._commit()

    def _commit(self) -> bool:
        done = {each: OffsetAndMetadata(offset, "", -1) for each, offset in self._uncommitted.items()}
        try:
            self._consumer.commit(done, timeout_ms=5_000)
        except KafkaError:
            return False
        self._uncommitted = {}
        return True

    def close(self) -> None:
        """Leave the group."""
        with contextlib.suppress(Exception):  # a broker that is away must not keep a process from ending
            self._consumer.close(autocommit=False, timeout_ms=5_000)


def create_topics(servers: Sequence[str], topics: Iterable[Topic], replication_factor: int) -> None:
    """Create what is missing, each with its dead letters where it has any; what exists is left as it is."""
    wanted: dict[str, dict[str, Any]] = {}
    for topic in topics:
        wanted[topic.name] = _as_new(topic, replication_factor)
        if not topic.compacted:
            dead_letters = Topic(topic.name + DEAD_LETTERS)
            wanted[dead_letters.name] = _as_new(dead_letters, replication_factor)
    admin = _connected(lambda: KafkaAdminClient(bootstrap_servers=list(servers)))
    try:
        existing = set(admin.list_topics())
        missing = {name: options for name, options in wanted.items() if name not in existing}
        if missing:
            with contextlib.suppress(TopicAlreadyExistsError):  # another `init` was faster
                admin.create_topics(missing, timeout_ms=20_000, wait_for_metadata=True)
    finally:
        admin.close()


def lag(servers: Sequence[str], group: str, topics: Sequence[str]) -> int:
    """How many records of the topics the group has not finished. Raises Unavailable."""
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=list(servers),
            group_id=group,
            enable_auto_commit=False,
            bootstrap_timeout_ms=5_000,  # somebody waits for the answer
        )
    except KafkaError as error:
        message = f"Kafka does not answer: {error!r}"
        raise Unavailable(message) from error
    try:
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        ends = consumer.end_offsets(partitions, timeout_ms=10_000)
        begins = consumer.beginning_offsets(partitions, timeout_ms=10_000)
        return sum(
            ends[partition] - max(begins[partition], consumer.committed(partition, timeout_ms=10_000) or 0)
            for partition in partitions
        )
    except KafkaError as error:
        message = f"Kafka does not answer: {error!r}"
        raise Unavailable(message) from error
    finally:
        with contextlib.suppress(Exception):
            consumer.close(autocommit=False, timeout_ms=2_000)


def _connected(connect: Callable[[], T]) -> T:
    try:
        return connect()
    except KafkaError as error:
        message = f"Kafka does not answer: {error!r}"
        raise Unavailable(message) from error


def _as_new(topic: Topic, replication_factor: int) -> dict[str, Any]:
    configuration = (
        {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}
        if topic.compacted
        else {"cleanup.policy": "delete", "retention.ms": str(RETENTION_DAYS * _DAY_MS)}
    )
    configuration["min.insync.replicas"] = "2" if replication_factor >= _MAJORITY_OF_THREE else "1"
    return {"num_partitions": PARTITIONS, "replication_factor": replication_factor, "configs": configuration}
