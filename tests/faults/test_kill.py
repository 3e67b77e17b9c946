"""Every process takes kill -9 in the middle of its batches while a real community comes in, and nothing differs.

The crash points are enumerated, and each kill is proven to fall at its point (`crash_points.py`).
"""

import os
import signal
import subprocess
import threading
from collections import Counter
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from services.activity.importers.items import Item
from shared.kafka import PARTITIONS
from tests.faults import storm
from tests.faults.crash_points import Kill, Point, kill_at, stop_at
from tests.faults.storm import NOISE, Storm
from tests.live import LAUREL, PROCESSES, Live, dies_with_us, wait_for

COMMUNITIES = 30

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
    live: Live, calm: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    slugs = [f"storm-{number}" for number in range(COMMUNITIES)]
    live.found(*slugs)
    kills: list[Kill] = []
    missed: list[Point] = []
    with Storm(live=live, slugs=slugs) as load:
        for point in [point for turn in ROUNDS for point in turn]:
            load.check()
            kill = kill_at(live, point)
            (missed.append(point) if kill is None else kills.append(kill))
    again = _wake_a_relay_beside_its_successor(live, "calm")
    assert storm.state(live, "calm") == calm
    storm.assert_as_if_nothing_had_happened(live, load, calm)
    with capsys.disabled():
        print("\n" + _table(kills, load))  # noqa: T201 (what was shown)
    assert again >= NOISE
    assert not missed
    assert min(Counter(kill.point.process for kill in kills).values()) >= len(ROUNDS)
    assert all(kill.in_transaction for kill in kills if _is_inside(kill.point))


def _wake_a_relay_beside_its_successor(live: Live, slug: str) -> int:
    """Let a relay sleep between reading likes and sending them; they are sent by another, and undone; then it wakes.

    So an older version comes last. Returns how many messages came twice.
    """
    pairs = [storm.undone(f"late/{number}", f"post/{post}") for number, post in enumerate(_posts())]
    posting = threading.Timer(1.0, _post, (live, slug, [like for like, _ in pairs]))
    posting.start()  # it has something to read only when something is posted
    sleeper = stop_at(live, Point(process=RELAY, command="find", collection="activity.outbox"))
    assert sleeper is not None
    posting.join()
    successor = subprocess.Popen(  # noqa: S603 (our own program)
        [*dies_with_us(), LAUREL, *PROCESSES[RELAY]], env=live.environment
    )
    with successor:
        _await_sent(live)
        _post(live, slug, [undo for _, undo in pairs])
        _await_sent(live)
        live.handled()
        before = _sent(live)
        os.kill(sleeper.pid, signal.SIGCONT)
        wait_for(lambda: _sent(live) > before, "the sleeper's messages")
        successor.terminate()
    live.handled()
    return _sent(live) - before


def _post(live: Live, slug: str, items: list[Item]) -> None:
    body = b"[" + b",".join(item.body for item in items) + b"]"
    with live.client(slug) as client:
        answer = client.post("/v1/activities", content=body, headers={"Content-Type": "application/json"})
        assert answer.json()["accepted"] == len(items)


def _posts() -> list[int]:
    return [int(item.id.removeprefix("post/")) for item in storm.history() if item.id.startswith("post/")]


def _await_sent(live: Live) -> None:
    outbox = live.database["activity"]["outbox"]
    wait_for(lambda: outbox.count_documents({}) == 0, "the outbox to be carried")


def _sent(live: Live) -> int:
    reader = KafkaConsumer(bootstrap_servers=live.kafka_servers)
    try:
        partitions = [TopicPartition("activity.events", number) for number in range(PARTITIONS)]
        return sum(reader.end_offsets(partitions).values())
    finally:
        reader.close()


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
