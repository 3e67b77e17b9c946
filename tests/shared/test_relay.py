"""The relay on a genuine Kafka: everything gets there, at least once; and the lease by which one is at work."""

import threading
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from shared import kafka, mongo, outbox, relay
from shared.clock import BEGINNING
from shared.errors import Unavailable
from shared.kafka import Topic
from shared.lease import COLLECTION, Lease
from shared.outbox import Message


@pytest.fixture(scope="module")
def producer(kafka_servers: str) -> Iterator[kafka.Producer]:
    found = kafka.Producer([kafka_servers])
    yield found
    found.close()


@pytest.fixture
def topic(kafka_servers: str) -> str:
    name = f"test-{uuid.uuid4().hex[:8]}"
    kafka.create_topics([kafka_servers], [Topic(name, compacted=True)], 1)
    return name


def read(servers: str, topic: str) -> list[Any]:
    """All that lies in a topic, by partition and offset."""
    consumer = KafkaConsumer(bootstrap_servers=[servers], enable_auto_commit=False, group_id=None)
    partitions = [TopicPartition(topic, number) for number in range(kafka.PARTITIONS)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    records: list[Any] = []
    while sum(ends.values()) > len(records):
        for polled in consumer.poll(timeout_ms=1000).values():
            records.extend(polled)
    consumer.close(autocommit=False)
    return records


def announce(service: str, topic: str, messages: Sequence[Message], community: str = "a") -> None:
    mongo.transact(service, lambda: outbox.add(service, community, topic, messages))


def test_what_is_announced_gets_to_kafka_as_it_was_and_leaves_the_outbox(
    service: str, kafka_servers: str, producer: kafka.Producer, topic: str
) -> None:
    sent = [
        Message(f"m{number % 3}", str(number).encode(), (("ce_id", f"ид-{number}"),)) for number in range(30)
    ]
    for start in range(0, 30, 10):
        announce(service, topic, sent[start : start + 10])
    announce(service, topic, [Message("erased", None, ())], "another")
    assert relay.carry(service, producer) == 31
    assert outbox.pending(service) == 0
    records = read(kafka_servers, topic)
    by_key = {key: [each.value for each in records if each.key == key.encode()] for key in ("m0", "m1", "m2")}
    assert by_key == {key: [each.value for each in sent if each.key == key] for key in by_key}, (
        "one key's messages keep their order"
    )
    assert {each.headers[0][1].decode() for each in records if each.value} == {f"ид-{n}" for n in range(30)}
    assert [each.value for each in records if each.key == b"erased"] == [None]


def test_what_is_said_to_every_partition_gets_to_each_behind_what_was_there(
    service: str, kafka_servers: str, producer: kafka.Producer, topic: str
) -> None:
    announce(service, topic, [Message(f"m{number}", b"before", ()) for number in range(30)])
    relay.carry(service, producer)
    everywhere = [Message("closing", b"closing", (), number) for number in range(kafka.PARTITIONS)]
    announce(service, topic, everywhere)
    relay.carry(service, producer)
    last = {each.partition: each.value for each in read(kafka_servers, topic)}
    assert last == dict.fromkeys(range(kafka.PARTITIONS), b"closing")


def test_a_relay_that_dies_before_it_removes_leaves_duplicates_and_no_gap(
    service: str, kafka_servers: str, producer: kafka.Producer, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(service, topic, [Message("m", b"1", ()), Message("m", b"2", ())])

    def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "remove", die)
        with pytest.raises(SystemExit):
            relay.carry(service, producer)
    assert relay.carry(service, producer) == 2
    assert [each.value for each in read(kafka_servers, topic)] == [b"1", b"2", b"1", b"2"]


def test_what_kafka_did_not_confirm_stays(service: str, topic: str) -> None:
    class Away:
        def send(self, _topic: str, _messages: object) -> None:
            message = "Kafka is away"
            raise Unavailable(message)

    announce(service, topic, [Message("m", b"1", ())])
    with pytest.raises(Unavailable):
        relay.carry(service, Away())  # type: ignore[arg-type]  # it has what is used
    assert outbox.pending(service) == 1


def test_a_message_too_large_for_kafka_holds_up_no_other(
    service: str, kafka_servers: str, producer: kafka.Producer, topic: str
) -> None:
    announce(
        service, topic, [Message("a", b"1", ()), Message("b", b"x" * 2_000_000, ()), Message("c", b"2", ())]
    )
    relay.carry(service, producer)
    assert sorted(each.key for each in read(kafka_servers, topic)) == [b"a", b"c"]
    (parked,) = mongo.collection(service, outbox.PARKED).find()
    assert outbox.messages({"messages": parked["message"]})[0].key == "b"
    assert outbox.pending(service) == 0


def test_a_relay_runs_until_told_to_stop_and_gives_the_lease_back(
    service: str, kafka_servers: str, topic: str
) -> None:
    announce(service, topic, [Message("m", b"1", ())])
    stop = threading.Event()

    def extra(_: kafka.Producer) -> int:
        if outbox.pending(service) == 0:
            stop.set()
        return 0

    relay.run(service, [kafka_servers], stop.is_set, extra)
    assert [each.value for each in read(kafka_servers, topic)] == [b"1"]
    assert Lease(service, "relay").hold()


def test_one_holds_a_lease_until_it_runs_out_on_the_servers_clock(service: str) -> None:
    first, second = Lease(service, "relay"), Lease(service, "relay")
    assert first.hold()
    assert not second.hold()
    assert first.hold()
    stored = mongo.collection(service, COLLECTION).find_one({"_id": "relay"}) or {}
    server = mongo.database(service).command("hello")["localTime"].replace(tzinfo=UTC)
    assert 0 < (stored["until"] - server).total_seconds() <= 10
    mongo.collection(service, COLLECTION).update_one({"_id": "relay"}, {"$set": {"until": BEGINNING}})
    assert second.hold()
    assert not first.hold(), "who was overtaken knows it"


def test_a_lease_given_back_is_free_at_once_and_only_its_holder_can_give_it_back(service: str) -> None:
    first, second = Lease(service, "relay"), Lease(service, "relay")
    assert first.hold()
    second.release()
    assert not second.hold()
    first.release()
    assert second.hold()


def test_leases_of_other_names_are_not_concerned(service: str) -> None:
    assert Lease(service, "relay").hold()
    assert Lease(service, "another").hold()
