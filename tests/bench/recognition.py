"""`titles-and-badges` on the bench: a community with badges, deliveries as records, its state as a hash."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import bson

from services.titles_and_badges import consumers
from services.titles_and_badges.cli import definitions as cli
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.repository import DATABASE, communities
from services.titles_and_badges.use_cases import defining, following
from shared import clock, consumer, kafka, mongo, process
from shared.events import activity as events
from shared.events.activity import CommunityProfile, ZoneSince
from shared.mongo import Document
from tests.bench import workload
from tests.bench.workload import Crowd

SERVICE = DATABASE
PARTITION = kafka.Partition(events.EVENTS.name, 0)
HANDLER = consumers.HANDLERS[PARTITION.topic]
#: The kinds that were measured from the beginning, so that figures can be compared.
KINDS = frozenset({"count", "distinct", "first", "manual", "object-score", "sum"})
#: What a consumer keeps of what it was told.
STATE = ("facts", "tallies", "object_tallies", "awards", "credits")
#: What it leaves to others.
LEFT = ("outbox", "credit_marks", "work")


def found(community: str, badges: Mapping[str, Any] | None = None) -> int:
    """A community with these badges, or those that come with Laurel and are of our kinds. Returns how many."""
    process.collect_seldom()  # as `consume` and `jobs` do; the baselines in this process gain by it as well
    zones = [ZoneSince(zone="Europe/Kyiv", since=datetime(1970, 1, 1, tzinfo=UTC))]
    profile = CommunityProfile(community=community, revision=1, name="Bench", locale="en", zones=zones)
    following.follow([profile], {})
    return len(defining.define(community, _ours() if badges is None else badges, clock.now()))


def _ours() -> dict[str, Any]:
    return {
        f"{name[:2]}-{slug}": definition
        for name in ("community", "stackexchange")
        for slug, definition in defining.check_file(cli.read(name)).items()
        if definition["criterion"]["kind"] in KINDS
    }


def rules(community: str) -> Rules:
    """The rules of a community, compiled."""
    return communities.rules(community, communities.load([community]))


def records(community: str, crowd: Crowd, count: int) -> list[kafka.Record]:
    """Deliveries as a consumer reads them from one partition."""
    read = []
    for offset, delivery in enumerate(workload.deliveries(community, crowd, count)):
        message = events.delivery(delivery)
        headers = [(name, value.encode()) for name, value in message.headers]
        read.append(kafka.Record(PARTITION, offset, message.key.encode(), message.value, headers))
    return read


def batches(read: Sequence[kafka.Record], size: int) -> list[Sequence[kafka.Record]]:
    """As the consumer polls them."""
    return [read[start : start + size] for start in range(0, len(read), size)]


def apply(batch: Sequence[kafka.Record]) -> None:
    """One batch, as the consumer applies it."""
    consumer.apply(HANDLER, PARTITION, batch)


def wipe(names: Iterable[str] = (*STATE, *LEFT)) -> None:
    """Forget what was told."""
    for name in names:
        mongo.collection(SERVICE, name).delete_many({})


def state(prefix: str = "", without: Sequence[str] = ()) -> str:
    """A hash over every byte of the state, but for fields that only count how often it was written."""
    digest = hashlib.sha256()
    for name in STATE:
        for document in mongo.collection(SERVICE, prefix + name).find({}, sort=[("_id", 1)]):
            digest.update(bson.encode(_sorted({k: v for k, v in document.items() if k not in without})))
    return digest.hexdigest()


def expect(what: str, found: object, expected: object) -> None:
    """Stop a bench whose two sides did different things."""
    if found != expected:
        message = f"{what}: {found}, not {expected}"
        raise AssertionError(message)


def _sorted(value: Document) -> Document:
    return {name: _sorted(held) if isinstance(held, dict) else held for name, held in sorted(value.items())}
