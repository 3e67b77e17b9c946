"""The outbox: what a transaction announces is stored in it, and the relay sends it to Kafka.

One document (a parcel) holds all that one transaction announces to one topic, so that announcing 500 deliveries
costs one insert. A parcel is removed only when Kafka has every message in it.
"""

import random
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from bson import ObjectId

from shared import mongo, telemetry

COLLECTION = "outbox"
PARKED = "outbox_parked"
#: A parcel stays far below MongoDB's 16 MB, and a relay's step stays short.
PARCEL_MESSAGES = 500
PARCEL_BYTES = 4_000_000


class Message(NamedTuple):
    """One record for Kafka: key and headers' values are text, the value is bytes (None is a tombstone).

    The key decides where it goes, but for what is said to every partition: that names its own.
    """

    key: str
    value: bytes | None
    headers: tuple[tuple[str, str], ...]
    partition: int | None = None


# One binary field for all of a parcel: MongoDB need not look into it, and encoding it costs a tenth.
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Message]).decode


def add(service: str, community: str, topic: str, messages: Iterable[Message]) -> None:
    """Announce messages, inside the running transaction.

    `community` is whose turn it uses up: the relay serves communities by turns.
    """
    trace = telemetry.current_traceparent()
    parcels = [
        {
            "community": community,
            "topic": topic,
            "trace": trace,
            "count": len(parcel),
            "messages": _encode(parcel),
        }
        for parcel in _parcels(messages)
    ]
    mongo.insert(service, COLLECTION, parcels)


def by_turns(service: str, limit: int) -> list[mongo.Document]:
    """The oldest parcels, at most `limit`, as many of each community: one's import delays nobody's like.

    Where more communities wait than there are places, chance says whose turn it is.

    Always from the beginning, never "beyond the last id": what commits late has a smaller id.
    """
    outbox = mongo.collection(service, COLLECTION)
    communities = outbox.distinct("community")
    if len(communities) > limit:
        communities = random.sample(communities, limit)
    each = limit // max(1, len(communities))
    return [
        parcel
        for community in communities
        for parcel in outbox.find({"community": community}, sort=[("_id", 1)], limit=each)
    ]


def messages(parcel: mongo.Document) -> list[Message]:
    """What lies in a parcel, each with the trace of the request that announced it."""
    found = _decode(parcel["messages"])
    trace = parcel.get("trace")
    if trace is None:
        return found
    return [message._replace(headers=(*message.headers, ("traceparent", trace))) for message in found]


def remove(service: str, parcels: Iterable[ObjectId]) -> None:
    """Forget parcels, after Kafka has them."""
    mongo.collection(service, COLLECTION).delete_many({"_id": {"$in": list(parcels)}})


def park(service: str, parcel: mongo.Document, message: Message, reason: str) -> None:
    """Set one message aside that Kafka will never take, so that it holds up nothing else."""
    mongo.collection(service, PARKED).insert_one(
        {
            "community": parcel["community"],
            "topic": parcel["topic"],
            "message": _encode([message]),
            "reason": reason,
        }
    )


def newest(service: str, community: str) -> ObjectId | None:
    """The newest parcel of a community that waits, None where none does."""
    found = mongo.collection(service, COLLECTION).find_one(
        {"community": community}, {"_id": 1}, sort=[("_id", -1)]
    )
    return found["_id"] if found else None


def waits(service: str, community: str, up_to: ObjectId) -> bool:
    """Whether a parcel of a community waits that is as old as `up_to`, or older."""
    query = {"community": community, "_id": {"$lte": up_to}}
    return mongo.collection(service, COLLECTION).find_one(query, {"_id": 1}) is not None


def pending(service: str) -> int:
    """How many messages wait to be sent."""
    rows: list[dict[str, Any]] = list(
        mongo.collection(service, COLLECTION).aggregate(
            [{"$group": {"_id": None, "count": {"$sum": "$count"}}}]
        )
    )
    return int(rows[0]["count"]) if rows else 0


def ensure(service: str) -> None:
    """Create what is missing: the collection, and the index by which communities take turns."""
    mongo.ensure_collection(service, COLLECTION).create_index([("community", 1), ("_id", 1)])


def _parcels(messages: Iterable[Message]) -> Iterable[list[msgspec.Raw]]:
    """Messages by parcels, each encoded as soon as it comes: what is made one by one is let go one by one."""
    parcel: list[msgspec.Raw] = []
    size = 0
    for message in messages:
        parcel.append(msgspec.Raw(_encode(message)))
        size += len(message.value or b"")
        if len(parcel) >= PARCEL_MESSAGES or size >= PARCEL_BYTES:
            yield parcel
            parcel, size = [], 0
    if parcel:
        yield parcel
