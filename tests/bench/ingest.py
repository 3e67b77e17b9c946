"""Goals 1 to 4: activities come in."""

from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from services.activity import app as activity_app
from services.activity.use_cases import fan_out
from shared import kafka, mongo, outbox, relay, work
from tests.bench import doors, measuring, table
from tests.bench.doors import Door
from tests.bench.machine import Machine
from tests.bench.measuring import Pairs
from tests.bench.raw_ingest import COMMUNITY, SERVICE, TOPIC, RawIngest
from tests.bench.table import Row
from tests.bench.workload import Crowd, Item, author_of

MEMBERS = 2_000
BATCH = 500
SINGLES = 25

_encode = msgspec.json.Encoder().encode


class Ingest:
    """What both sides are given, and what is done between two rounds and not timed."""

    def __init__(self, machine: Machine, door: Door) -> None:
        self.door = door
        self.authors: dict[str, str] = {}
        self.servers = machine.settings.kafka_servers
        self._crowd = Crowd("c", MEMBERS)
        self._items = self._crowd.items()
        self._producer = kafka.Producer(self.servers)
        kafka.create_topics(self.servers, [kafka.Topic(TOPIC)], 1)

    def prepare(self) -> None:
        """All members exist and have posted before: the bench is about a community's every day."""
        arrivals = [_arrival(name) for name in self._crowd.members()]
        for start in range(0, len(arrivals), BATCH):
            self.door.post_fresh(_encode(arrivals[start : start + BATCH]))
        for _ in range(4):
            self.door.post_fresh(self.batch(BATCH * 2))
        self.settle()

    def batch(self, size: int = BATCH) -> bytes:
        """The next activities, as a client sends them."""
        return _encode(self._take(size))

    def singles(self) -> list[bytes]:
        """The next activities, one by one."""
        return [_encode(item) for item in self._take(SINGLES)]

    def carry(self) -> int:
        """Send the outbox to Kafka, all of it. Returns how many messages went."""
        count = 0
        while sent := relay.carry(SERVICE, self._producer):
            count += sent
        return count

    def settle(self) -> None:
        """Do the checks and fan-outs that follow a commit, and send what is left, so that every round begins alike."""
        while work.do_next(SERVICE, fan_out.STEPS):
            pass
        self.carry()

    def close(self) -> None:
        """Let go of Kafka."""
        self._producer.close()

    def _take(self, count: int) -> list[Item]:
        items = list(islice(self._items, count))
        for item in items:
            author = author_of(item, self._crowd)
            if author:
                self.authors[item["object"]["id"]] = author
        return items


def rows(machine: Machine, rounds: int) -> Iterator[Row]:
    """Goals 1 to 4, and what stands beside them."""
    ingest = Ingest(machine, doors.in_process(machine, COMMUNITY))
    ingest.prepare()
    same = RawIngest(ingest.servers, ingest.authors, same=True)
    plain = RawIngest(ingest.servers, ingest.authors, same=False)
    batches = _batches(ingest, same, rounds)
    yield table.of_speed(
        "1",
        f"batch of {BATCH} to the answer: raw insert + produce + flush, same indexes and messages",
        batches,
        1.0,
    )
    yield table.of_speed("", "… the same, raw without indexes and headers", _batches(ingest, plain, rounds))
    yield table.of_speed(
        "", "… until all of it is on the topic (answer + relay)", _batches(ingest, same, rounds, carried=True)
    )
    yield _served(machine, ingest, same, rounds)
    yield table.of_cpu("2", "CPU of it", batches, 2.0)
    singles = _singles(ingest, same, rounds)
    yield table.of_speed("3", "one a request: raw insert_one + produce + flush", singles, 0.4)
    together = _together(ingest, rounds)
    faster = [speed * BATCH / SINGLES for speed in together.speeds]
    yield Row("", "… in a batch, activities a second: one a request", faster, 25.0, control=together.control)
    yield table.of_speed(
        "4", f"batch of {BATCH} duplicates: the fresh batch", _duplicates(ingest, rounds), 0.8
    )
    for closing in (same, plain, ingest):
        closing.close()


def _batches(ingest: Ingest, raw: RawIngest, rounds: int, *, carried: bool = False) -> Pairs:
    written = [ingest.batch() for _ in range(rounds + 1)]
    before, raw_before = _activities(), raw.collection.count_documents({})

    def ours(number: int) -> None:
        ingest.door.post_fresh(written[number])
        if carried:
            ingest.carry()

    pairs = measuring.interleave(rounds, ours, lambda number: raw.batch(written[number]), ingest.settle)
    kept = len(written) * BATCH
    _expect("activities kept", _activities() - before, kept)
    _expect("raw activities kept", raw.collection.count_documents({}) - raw_before, kept)
    return pairs


def _served(machine: Machine, ingest: Ingest, raw: RawIngest, rounds: int) -> Row:
    """Goal 1 as a client sees it. Its CPU is not told: most of ours is in another process."""
    door = ingest.door
    with doors.behind_gunicorn(machine, COMMUNITY) as ingest.door:
        pairs = _batches(ingest, raw, rounds)
    ingest.door = door
    what = "… the same over HTTP, gunicorn with one worker on the client's core"
    return table.of_speed("", what, pairs)._replace(cpu=None)


def _singles(ingest: Ingest, raw: RawIngest, rounds: int) -> Pairs:
    written = [ingest.singles() for _ in range(rounds + 1)]
    before = _activities()
    pairs = measuring.interleave(
        rounds, _each(written, ingest.door.post), _each(written, raw.single), ingest.settle
    )
    _expect("activities kept", _activities() - before, len(written) * SINGLES)
    return pairs


def _together(ingest: Ingest, rounds: int) -> Pairs:
    """Ours against ours: a batch, and as many requests as a pair of rounds can wait for."""
    batches = [ingest.batch() for _ in range(rounds + 1)]
    singles = [ingest.singles() for _ in range(rounds + 1)]
    return measuring.interleave(
        rounds,
        lambda number: ingest.door.post_fresh(batches[number]),
        _each(singles, ingest.door.post),
        ingest.settle,
    )


def _duplicates(ingest: Ingest, rounds: int) -> Pairs:
    """Ours against ours: first each batch fresh, then again. The fresh one is the baseline."""
    written = [ingest.batch() for _ in range(rounds + 2)]
    ingest.door.post_fresh(written[0])
    ingest.settle()
    before = _activities()
    pairs = measuring.interleave(
        rounds,
        lambda number: ingest.door.post_known(written[number]),
        lambda number: ingest.door.post_fresh(written[number + 1]),
        ingest.settle,
    )
    _expect("activities kept", _activities() - before, (rounds + 1) * BATCH)
    told = _told(ingest)
    for batch in written:
        ingest.door.post_known(batch)
    _expect("deliveries of a duplicate", outbox.pending(SERVICE), 0)
    _expect("marks of a duplicate", work.pending(SERVICE), 0)
    ingest.settle()
    _expect("messages of a duplicate", _told(ingest) - told, 0)
    return pairs


def _each(written: list[list[bytes]], take: Callable[[bytes], object]) -> Callable[[int], None]:
    def act(number: int) -> None:
        for item in written[number]:
            take(item)

    return act


def _arrival(name: str) -> Item:
    place = {"id": "the-door", "type": "Place"}
    return {
        "id": f"arrival/{name}",
        "type": "Join",
        "actor": name,
        "object": place,
        "published": "2025-01-01T00:00:00Z",
    }


def _told(ingest: Ingest) -> int:
    """How many messages lie in the topics: the lag of a group that has read nothing."""
    return kafka.lag(ingest.servers, "nobody", [topic.name for topic in activity_app.TOPICS])


def _activities() -> int:
    return mongo.collection(SERVICE, "activities").count_documents({})


def _expect(what: str, found: int, expected: int) -> None:
    if found != expected:
        message = f"{what}: {found}, not {expected}"
        raise AssertionError(message)
