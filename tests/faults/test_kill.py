"""Every process takes kill -9 in the middle of its batches while a real community comes in, and nothing differs.

The crash points are enumerated, and each kill is proven to fall at its point (`crash_points.py`). In the end old
versions come once more, after the new ones.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from shared.events.activity import EVENTS
from shared.kafka import PARTITIONS
from tests.faults import storm
from tests.faults.crash_points import Kill, Point, kill_at
from tests.faults.storm import Storm
from tests.live import Live

#: Seconds between two requests: what comes in beyond the kills' needs only has to be counted and compared afterwards.
PAUSE = 0.1

pytestmark = pytest.mark.takes(110)

API = "activity-api"
RELAY = "activity-relay"
JOBS = "activity-jobs"
CONSUME = "badges-consume"

#: Between any two writes of a batch, before its end, and between its end and the offset's.
IN_THE_CONSUMER = [
    Point(process=CONSUME, command="insert", collection="titles_and_badges.tallies"),
    Point(process=CONSUME, command="update", collection="titles_and_badges.tallies"),
    Point(process=CONSUME, command="insert", collection="titles_and_badges.object_tallies"),
    Point(process=CONSUME, command="update", collection="titles_and_badges.object_tallies"),
    Point(process=CONSUME, command="insert", collection="titles_and_badges.awards"),
    Point(process=CONSUME, command="commitTransaction"),
    Point(process=CONSUME, command="commitTransaction", after=True),
    Point(process=CONSUME, command="update", collection="titles_and_badges.partitions"),
    Point(process=CONSUME, command="insert", collection="titles_and_badges.facts"),
    Point(process=CONSUME, command="update", collection="titles_and_badges.tallies"),
]
IN_THE_API = [
    Point(process=API, command="insert", collection="activity.activities"),
    Point(process=API, command="insert", collection="activity.outbox"),
    Point(process=API, command="insert", collection="activity.work"),
    Point(process=API, command="commitTransaction"),
    Point(process=API, command="commitTransaction", after=True),
]
IN_THE_RELAY = [
    Point(process=RELAY, command="find", collection="activity.outbox"),
    Point(process=RELAY, command="delete", collection="activity.outbox"),
]
IN_THE_JOBS = [
    Point(process=JOBS, command="update", collection="activity.activities"),
    Point(process=JOBS, command="commitTransaction"),
    Point(process=JOBS, command="delete", collection="activity.work"),
]
#: One of each kind in turn, so that one is killed while another comes back.
ROUNDS = [
    (IN_THE_CONSUMER[turn], IN_THE_API[turn % 5], IN_THE_RELAY[turn % 2], IN_THE_JOBS[turn % 3])
    for turn in range(10)
]


@pytest.mark.timeout(900)
def test_nothing_differs_after_ten_kills_of_each_process_inside_its_batches(
    live: Live, calm: dict[str, Any], show: Callable[[str], None]
) -> None:
    kills: list[Kill] = []
    missed: list[Point] = []
    with Storm(live=live, slugs=storm.founding(live, "storm"), pause=PAUSE) as load:
        for point in [point for turn in ROUNDS for point in turn]:
            load.check()
            kill = kill_at(live, point)
            (missed.append(point) if kill is None else kills.append(kill))
    show(_table(kills, load))
    again = _send_old_versions_again(live, "storm-1")
    storm.assert_as_if_nothing_had_happened(live, load, calm)
    assert again
    assert not missed
    assert min(Counter(kill.point.process for kill in kills).values()) >= len(ROUNDS)
    assert all(kill.in_transaction for kill in kills if _is_inside(kill.point))


def _send_old_versions_again(live: Live, slug: str) -> int:
    """Send what has a newer version since, as a relay that slept too long might. Returns how many messages."""
    reader = KafkaConsumer(
        bootstrap_servers=live.kafka_servers, auto_offset_reset="earliest", consumer_timeout_ms=3_000
    )
    reader.assign([TopicPartition(EVENTS.name, number) for number in range(PARTITIONS)])
    source = ("ce_source", f"/laurel/activity/{slug}".encode())
    records = [(*_fact_and_version(record), record) for record in reader if source in record.headers]
    reader.close()
    newest: dict[str, int] = {}
    for fact, version, _ in records:
        newest[fact] = max(version, newest.get(fact, version))
    old = [record for fact, version, record in records if version < newest[fact]]
    producer = KafkaProducer(bootstrap_servers=live.kafka_servers)
    for record in old:
        producer.send(
            EVENTS.name,
            key=record.key,
            value=record.value,
            headers=record.headers,
            partition=record.partition,
        )
    producer.flush(60)
    producer.close()
    return len(old)


def _fact_and_version(record: Any) -> tuple[str, int]:
    fact, _, version = dict(record.headers)["ce_id"].decode().rpartition(":")
    return fact, int(version)


def _is_inside(point: Point) -> bool:
    """Whether a transaction with writes is open there."""
    first = point.command == "update" and str(point.collection).endswith("partitions")
    return point.process in {API, CONSUME} and not point.after and not first


def _table(kills: list[Kill], load: Storm) -> str:
    counts = Counter(str(kill.point) for kill in kills)
    lines = [f"{count:>3} × kill -9 of {where}" for where, count in sorted(counts.items())]
    transactions = sum(kill.in_transaction for kill in kills)
    lines.append(f"{len(kills)} kills, {transactions} of them with a transaction open")
    lines.append(f"{len(load.acknowledged)} communities, {load.count:,} activities acknowledged")
    lines.append(
        f"{load.unanswered} requests unanswered, {len(load.problems)} answered with 503, all sent again"
    )
    return "\n".join(lines)
