"""The ingest as one writes it by hand: parse, insert, produce, flush. No accounts, no refusals, no second thoughts.

It sends a message to everybody whom an activity concerns, as we do, and knows the authors of all objects without
reading them. It writes under our write concern and sends with our client, set up alike. What it does not do: tell a
duplicate, hold the database and Kafka together, or send again when an object comes late.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from kafka import KafkaProducer
from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from shared import mongo

TOPIC = "bench.raw"
SERVICE = "activity"
COMMUNITY = "bench"

_MAJORITY = WriteConcern("majority", j=True)
_CREATED, _MENTIONED = 7, 1

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class RawIngest:
    """One connection to each server, opened beforehand. `authors` maps objects to who wrote them.

    Of the `same` kind it keeps the indexes that we keep and sends CloudEvents in binary mode, as we do; else it keeps
    none but that of `_id`, and sends a bare key and value.
    """

    def __init__(self, servers: tuple[str, ...], authors: Mapping[str, str], *, same: bool) -> None:
        self.collection = _collection(same=same)
        self.sent = 0
        self._headers = _headers if same else lambda _item, _member: []
        self._authors = authors
        # As shared/kafka.py sets it up: all replicas, idempotent.
        self._producer = KafkaProducer(
            bootstrap_servers=list(servers),
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            batch_size=131_072,
            allow_auto_create_topics=False,
        )

    def batch(self, written: bytes) -> None:
        """Keep and send a batch."""
        items = _decode(written)
        self.collection.insert_many([_document(item) for item in items], ordered=False)
        self._send(items)

    def single(self, written: bytes) -> None:
        """Keep and send one."""
        item = _decode(written)
        self.collection.insert_one(_document(item))
        self._send([item])

    def close(self) -> None:
        """Let go of Kafka."""
        self._producer.close(timeout=2)

    def _send(self, items: Iterable[Any]) -> None:
        for item in items:
            value = _encode(item)
            for member in {item["actor"], self._authors.get(item["object"]["id"])} - {None}:
                self._producer.send(
                    TOPIC, key=member.encode(), value=value, headers=self._headers(item, member)
                )
                self.sent += 1
        self._producer.flush()


def _collection(*, same: bool) -> Collection[mongo.Document]:
    name = "raw_same" if same else "raw_plain"
    collection = mongo.database(SERVICE).get_collection(name, write_concern=_MAJORITY)
    ours = mongo.collection(SERVICE, "activities").index_information() if same else {}
    for index, options in ours.items():
        if index != "_id_":
            kept = {name: options[name] for name in ("sparse", "partialFilterExpression") if name in options}
            collection.create_index(options["key"], name=index, **kept)
    return collection


def _document(item: Any) -> mongo.Document:
    described = item["object"]
    document = {
        "_id": f"{COMMUNITY}:{item['id']}",
        "community": COMMUNITY,
        "type": item["type"],
        "actor": item["actor"],
        "published": datetime.fromisoformat(item["published"]),
        "object": described,
        "object_key": f"{COMMUNITY}:{described['id']}",
        "retracted": False,
    }
    if "type" in described:  # what our indexes of claims hold
        document["authority"] = _CREATED if item["type"] == "Create" else _MENTIONED
        document["claimed_at"] = document["published"]
    if item["type"] == "Create":
        document["claimed_author"] = item["actor"]
    if "inReplyTo" in described:
        document["parent_key"] = f"{COMMUNITY}:{described['inReplyTo']}"
    return document


def _headers(item: Any, member: str) -> list[tuple[str, bytes]]:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{item['id']}:{member}:1".encode()),
        ("ce_type", b"activity.recorded"),
        ("ce_source", b"/laurel/activity/bench"),
        ("ce_subject", member.encode()),
        ("ce_time", item["published"].encode()),
        ("ce_dataschema", b"urn:laurel:activity.recorded:1"),
        ("content-type", b"application/json"),
    ]
