"""Processes without an HTTP door tell their numbers when they are asked to, also while their servers are away."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.embedded import ports
from tests.live import dies_with_us

NOWHERE = {
    "LAUREL_MONGO_URL": "mongodb://127.0.0.1:1/?replicaSet=rs0",
    "LAUREL_KAFKA_SERVERS": "127.0.0.1:1",
}
LAUREL = "from services.cli import main; main()"


@contextmanager
def running(tmp_path: Path, command: str, bind: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of our processes, which finds neither of its servers."""
    keys = tmp_path / "keys.json"
    keys.write_text("{}")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PROMETHEUS_")}
    environment = {**inherited, **NOWHERE, "LAUREL_TOKEN_KEYS": str(keys), "LAUREL_METRICS_BIND": bind}
    process = subprocess.Popen(  # noqa: S603 (our own program)
        [*dies_with_us(), sys.executable, "-c", LAUREL, *command.split()],
        env=environment,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(address: str) -> str:
    """What is told there, as soon as somebody is there."""
    until = time.monotonic() + 30
    while True:
        try:
            return httpx.get(f"http://{address}/metrics").raise_for_status().text
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("activity relay", "laurel_relay_messages"),
        ("activity jobs", "laurel_work_step_seconds"),
        ("titles-and-badges consume", "laurel_consumer_records"),
    ],
)
def test_a_running_process_tells_its_numbers(tmp_path: Path, command: str, what: str) -> None:
    port = ports.free(1)[0]
    with running(tmp_path, command, str(port)):
        text = told(f"127.0.0.1:{port}")
    assert f"# TYPE {what}" in text
    assert "process_cpu_seconds_total" in text


def test_a_port_that_is_taken_stops_the_process_and_is_named(tmp_path: Path) -> None:
    port = ports.free(1)[0]
    with running(tmp_path, "activity relay", str(port)):
        told(f"127.0.0.1:{port}")
        with running(tmp_path, "activity jobs", f"127.0.0.1:{port}") as second:
            _, said = second.communicate(timeout=60)
    assert second.returncode == 2
    assert f"LAUREL_METRICS_BIND is wrong: 127.0.0.1:{port}" in said.decode()
