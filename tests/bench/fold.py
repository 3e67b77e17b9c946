"""Goal 6: consume, decode and fold, without a database, against the barest loop that does it. CPU is what counts."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from kafka import KafkaConsumer

from services.titles_and_badges.domain import badges
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.standing import Context
from shared import kafka
from shared.events import activity as events
from tests.bench import measuring, recognition, workload
from tests.bench.machine import Machine
from tests.bench.raw_consume import Fold
from tests.bench.table import Row
from tests.bench.workload import Crowd

COMMUNITY = "bench"
TOPIC = "bench.deliveries"
MEMBERS = 20_000
A_ROUND = 4_000


def rows(machine: Machine, rounds: int) -> Iterator[Row]:
    """Goal 6, and what all badges cost."""
    servers = machine.settings.kafka_servers
    _publish(servers, (rounds + 1) * A_ROUND)
    counts = Rules(1, [badges.badge(slug, definition) for slug, definition in _FOUR_COUNTS.items()])
    yield _row(
        servers, rounds, counts, "consume, decode, fold 4 counts: bare loop (msgspec, dict), by CPU", 0.6
    )
    everything = recognition.rules(COMMUNITY)
    yield _row(servers, rounds, everything, f"… ours with {len(everything.badges)} badges", None)


def _row(servers: tuple[str, ...], rounds: int, rules: Rules, what: str, wanted: float | None) -> Row:
    fold = Fold(rules, Context(profiles={}))
    bare: dict[tuple[str, str], int] = {}
    decode = msgspec.json.Decoder(events.ActivityRecorded).decode
    consumer = kafka.Consumer(servers, f"bench-ours-{len(rules.badges)}", [TOPIC])
    loop = _consumer(servers, f"bench-bare-{len(rules.badges)}")
    ours = _Stream(lambda: consumer.poll().values())
    theirs = _Stream(lambda: loop.poll(500).values())

    def count(records: Sequence[Any]) -> None:
        for record in records:
            _count(decode(record.value), bare)

    pairs = measuring.interleave(rounds, lambda _: fold.apply(ours.take()), lambda _: count(theirs.take()))
    consumer.close()
    loop.close(autocommit=False, timeout_ms=2_000)
    if wanted is not None:
        recognition.expect("counts", sum(tally.value for tally in fold.tallies.values()), sum(bare.values()))
    return Row("6" if wanted else "", what, [1 / cpu for cpu in pairs.cpus], wanted, cpu=pairs.cpu)


class _Stream:
    """Records, the same number each round; what a poll brings beyond it is kept for the next one."""

    def __init__(self, poll: Callable[[], Any]) -> None:
        self._poll = poll
        self._waiting: list[Any] = []

    def take(self) -> list[Any]:
        """A round's records."""
        while len(self._waiting) < A_ROUND:
            for records in self._poll():
                self._waiting.extend(records)
        taken, self._waiting = self._waiting[:A_ROUND], self._waiting[A_ROUND:]
        return taken


_CREDITS = ("Like", "Dislike", "Accept")
#: What the bare loop counts, as badges.
_FOUR_COUNTS = {
    f"{role}-{kind}": {"criterion": {"kind": "count", "role": role, **where}, "at": 10}
    for role in ("actor", "author")
    for kind, where in (("all", {}), ("likes", {"where": {"type": "Like"}}))
}


def _count(delivery: events.ActivityRecorded, counts: dict[tuple[str, str], int]) -> None:
    roles = delivery.roles
    if (
        len(roles) > 1 and delivery.type in _CREDITS
    ):  # to nobody from himself; accepting is a deed all the same
        roles = roles[:1] if delivery.type == "Accept" else ()
    for role in roles:
        counts[delivery.member, role] = counts.get((delivery.member, role), 0) + 1
        if delivery.type == "Like":
            liked = (delivery.member, f"{role}-likes")
            counts[liked] = counts.get(liked, 0) + 1


def _consumer(servers: tuple[str, ...], group: str) -> Any:
    return KafkaConsumer(
        TOPIC,
        bootstrap_servers=list(servers),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=500,
        fetch_max_wait_ms=200,
    )


def _publish(servers: tuple[str, ...], count: int) -> None:
    kafka.create_topics(servers, [kafka.Topic(TOPIC)], 1)
    producer = kafka.Producer(servers)
    waiting = []
    for delivery in workload.deliveries(COMMUNITY, Crowd("c", MEMBERS), count):
        waiting.append(events.delivery(delivery))
        if len(waiting) == A_ROUND:
            producer.send(TOPIC, waiting)
            waiting = []
    producer.send(TOPIC, waiting)
    producer.close()
