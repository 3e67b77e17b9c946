"""A server is away for a minute while a community comes in: nothing acknowledged is lost, nothing is doubled."""

import os
import time
from typing import Any

import pytest

from tests.faults import storm
from tests.faults.storm import Storm
from tests.live import Live, wait_for

#: The minute that is promised. Shorter while one works on it: LAUREL_OUTAGE_SECONDS=10.
OUTAGE_SECONDS = float(os.environ.get("LAUREL_OUTAGE_SECONDS", "60"))
#: Between two requests: so two communities come in within that minute; nobody is founded while a server is away.
PAUSE, COMMUNITIES = 0.5, 4

pytestmark = pytest.mark.takes(190)


@pytest.mark.timeout(600)
def test_kafka_away_nothing_is_refused_and_nothing_lost(live: Live, calm: dict[str, Any]) -> None:
    with _load(live, "no-kafka") as load:
        live.kafka.pause()  # worse than dead: connections stay open and nothing answers
        before = load.count
        time.sleep(OUTAGE_SECONDS)
        meanwhile = load.count - before
        live.kafka.resume()
    assert meanwhile > 0
    assert (load.problems, load.unanswered) == ([], 0)
    storm.assert_as_if_nothing_had_happened(live, load, calm)


@pytest.mark.timeout(600)
def test_mongodb_away_nothing_is_acknowledged_and_nothing_lost(live: Live, calm: dict[str, Any]) -> None:
    with _load(live, "no-mongodb") as load:
        live.mongo.kill()
        wait_for(lambda: load.problems, "an answer without the database")
        before = load.count
        time.sleep(OUTAGE_SECONDS)
        meanwhile = load.count - before
        live.mongo.start()
    assert meanwhile == 0
    assert {answer.headers["content-type"] for answer in load.problems} == {"application/problem+json"}
    assert all(answer.headers["retry-after"] for answer in load.problems)
    storm.assert_as_if_nothing_had_happened(live, load, calm)


@pytest.mark.timeout(600)
def test_kafka_killed_and_mongodb_hanging_together(live: Live, calm: dict[str, Any]) -> None:
    with _load(live, "neither") as load:
        live.kafka.kill()
        live.mongo.pause()
        time.sleep(min(OUTAGE_SECONDS, 15.0))
        live.mongo.resume()
        live.kafka.start()
    storm.assert_as_if_nothing_had_happened(live, load, calm)


def _load(live: Live, name: str) -> Storm:
    slugs = [f"{name}-{number}" for number in range(COMMUNITIES)]
    live.found(*slugs)
    return Storm(live=live, slugs=slugs, pause=PAUSE)
