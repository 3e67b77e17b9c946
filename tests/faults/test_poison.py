"""What nobody can read becomes a dead letter with its reason, one an offset, and holds up nobody else."""

from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from services.titles_and_badges.consumers import HANDLERS
from shared import consumer
from shared.errors import Fault
from shared.kafka import PARTITIONS, Partition, Record
from tests.faults import storm
from tests.live import Live

TOPIC = "activity.events"
DEAD = "activity.events.dead-letters"
RECORDED = [("ce_type", b"activity.recorded")]
#: What is wrong, and with which value and headers.
POISON: dict[str, tuple[bytes | None, list[tuple[str, bytes]]]] = {
    "bad UTF-8": (b'{"community": "\xff\xfe"}', RECORDED),
    "bad JSON": (b"{", RECORDED),
    "no type": (b"{}", []),
    "unknown type": (b"{}", [("ce_type", b"activity.sung")]),
    "missing fields": (b"{}", RECORDED),
    "fields of another type": (b'{"community": 1, "version": "one"}', RECORDED),
    "tombstone": (None, RECORDED),
    "a megabyte of brackets": (b"[" * 1_000_000, RECORDED),
}


def test_each_poison_is_one_dead_letter_and_the_rest_goes_on(live: Live, calm: dict[str, Any]) -> None:
    producer = KafkaProducer(bootstrap_servers=live.kafka_servers)
    sent = {}
    for number, (what, (value, headers)) in enumerate(POISON.items()):
        stored = producer.send(
            TOPIC, key=b"poison", value=value, headers=headers, partition=number % PARTITIONS
        ).get(timeout=30)
        sent[stored.partition, stored.offset] = what
    producer.close()
    live.found("beside-poison")
    live.laurel("import", "stackexchange", storm.FACTS, "--community", "beside-poison")
    live.handled()
    assert storm.state(live, "beside-poison") == calm
    letters = [
        letter
        for letter in _dead_letters(live)
        if (int(letter["laurel_partition"]), int(letter["laurel_offset"])) in sent
    ]
    assert len(letters) == len(sent)
    assert {(int(each["laurel_partition"]), int(each["laurel_offset"])) for each in letters} == set(sent)
    assert all(each["laurel_reason"] and each["laurel_topic"] == TOPIC for each in letters)


def test_a_dead_letter_carries_the_record_as_it_was(live: Live) -> None:
    producer = KafkaProducer(bootstrap_servers=live.kafka_servers)
    stored = producer.send(TOPIC, key=b"a key", value=b"\xff", headers=[("ce_type", b"x"), ("ce_id", b"7")])
    offset = stored.get(timeout=30).offset
    producer.close()
    live.handled()
    letter = next(
        each for each in _dead_letters(live) if each["laurel_offset"] == str(offset) and each["ce_id"] == "7"
    )
    assert (letter["key"], letter["value"], letter["ce_type"]) == (b"a key", b"\xff", "x")


def test_too_much_poison_in_a_batch_stops_the_process_before_anything_is_written() -> None:
    partition = Partition(TOPIC, 0)
    poison = [Record(partition, offset, b"m", b"{", RECORDED) for offset in range(consumer.FUSE + 1)]
    with pytest.raises(Fault, match="cannot be applied"):
        consumer.apply(HANDLERS[TOPIC], partition, poison)


def _dead_letters(live: Live) -> list[dict[str, Any]]:
    reader = KafkaConsumer(
        bootstrap_servers=live.kafka_servers, auto_offset_reset="earliest", consumer_timeout_ms=3_000
    )
    try:
        reader.assign([TopicPartition(DEAD, number) for number in range(PARTITIONS)])
        return [
            {
                "key": record.key,
                "value": record.value,
                **{name: value.decode() for name, value in record.headers},
            }
            for record in reader
        ]
    finally:
        reader.close()
