"""Offsets on a genuine broker: what could not be committed is committed when the broker is back, unasked."""

import uuid

import pytest

from deploy.embedded.server import Server
from shared import kafka
from shared.kafka import Topic
from shared.outbox import Message

pytestmark = pytest.mark.timeout(120)


def test_a_commit_that_failed_is_said_again_though_no_more_records_come(kafka_server: Server) -> None:
    servers, name = [kafka_server.url], f"offsets-{uuid.uuid4().hex[:8]}"
    kafka.create_topics(servers, [Topic(name)], 1)
    producer = kafka.Producer(servers)
    assert producer.send(name, [Message("a", b"1", ())]) == [None]
    consumer = kafka.Consumer(servers, name, [name])
    found: dict[kafka.Partition, list[kafka.Record]] = {}
    while not found:
        found.update(consumer.poll())
    ((partition, records),) = found.items()
    kafka_server.pause()
    try:
        assert not consumer.commit(partition, records[-1].offset + 1)
    finally:
        kafka_server.resume()
    while kafka.lag(servers, name, [name]):
        assert not consumer.poll()
    consumer.close()
    producer.close()
