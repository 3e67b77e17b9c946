"""SIGTERM under load, two relays at once, and clients that would not keep the promises."""

import os
import signal
import subprocess
from typing import Any

import kafka as kafka_client
import pytest

from shared.errors import Fault
from shared.kafka import Producer
from shared.outbox import COLLECTION
from tests.faults import storm
from tests.faults.storm import Storm
from tests.live import LAUREL, PROCESSES, Live, dies_with_us, wait_for

#: Activities that come in beside the relay that woke up.
MORE = 500

pytestmark = pytest.mark.takes(70)


@pytest.mark.timeout(600)
def test_sigterm_under_load_ends_every_process_in_order_and_loses_nothing(
    live: Live, calm: dict[str, Any]
) -> None:
    slugs = ["sigterm-0", "sigterm-1"]
    live.found(*slugs)
    codes = {}
    with Storm(live=live, slugs=slugs, pause=0.1) as load:
        for name, kept in live.processes.items():
            codes[name] = kept.stop()
            kept.wanted = True
    assert codes == dict.fromkeys(PROCESSES, 0)
    live.await_ready()
    storm.assert_as_if_nothing_had_happened(live, load, calm)


@pytest.mark.timeout(600)
def test_a_relay_that_wakes_up_beside_its_successor_changes_nothing(live: Live, calm: dict[str, Any]) -> None:
    first = live.processes["activity-relay"]
    command = [*dies_with_us(), LAUREL, *PROCESSES["activity-relay"]]
    with (
        Storm(live=live, slugs=storm.founding(live, "two-relays"), pause=0.2) as load,
        subprocess.Popen(command, env=live.environment) as second,  # noqa: S603 (our own program)
    ):
        os.kill(first.pid, signal.SIGSTOP)
        wait_for(lambda: load.fault or _holder(live) == second.pid, "the second relay to take the lease")
        wait_for(lambda: live.database["activity"][COLLECTION].count_documents({}) == 0, "its work")
        os.kill(first.pid, signal.SIGCONT)
        enough = load.count + MORE
        wait_for(lambda: load.fault or load.count > enough, "more activities")
        second.terminate()
        assert second.wait(60) == 0
    storm.assert_as_if_nothing_had_happened(live, load, calm)


@pytest.mark.timeout(600)
def test_a_relay_killed_before_the_acknowledgement_loses_nothing(live: Live, calm: dict[str, Any]) -> None:
    live.found("unacknowledged")
    outbox = live.database["activity"][COLLECTION]
    with Storm(live=live, slugs=["unacknowledged"]) as load:
        live.kafka.pause()
        wait_for(lambda: load.fault or not load.alive, "the end of the load")
        assert outbox.count_documents({}) > 0
        live.processes["activity-relay"].kill()
        live.kafka.resume()
    storm.assert_as_if_nothing_had_happened(live, load, calm)


def _holder(live: Live) -> int:
    """The id of the process that is the relay now."""
    lease = live.database["activity"]["leases"].find_one({"_id": "relay"}) or {}
    _, pid, _ = lease["holder"].rsplit("/", 2)
    return int(pid)


def test_another_version_of_the_client_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_client, "__version__", "2.3.3")
    with pytest.raises(Fault, match=r"3\.0\.12 is needed"):
        Producer(["127.0.0.1:1"])


@pytest.mark.parametrize("changed", [{"acks": 1}, {"enable_idempotence": False}])
def test_a_producer_that_would_not_wait_for_all_replicas_is_refused(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    class Careless:
        def __init__(self, **options: Any) -> None:
            self.config = {"acks": -1, "enable_idempotence": options["enable_idempotence"], **changed}

    monkeypatch.setattr("shared.kafka.KafkaProducer", Careless)
    with pytest.raises(Fault, match="all replicas"):
        Producer(["127.0.0.1:1"])
