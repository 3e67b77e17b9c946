"""What a process writes about itself: enough to follow the work, nothing about persons."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from shared import telemetry

INCOMING = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def lines_of(program: str, form: str = "json", level: str = "info") -> list[str]:
    """What a fresh process that runs `program` writes: logging is set up once a process."""
    head = (
        "import logging\nfrom shared import telemetry\n"
        f"telemetry.configure(service='activity', process='relay', level={level!r}, form={form!r})\n"
        "log = telemetry.logger('laurel.test')\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", head + program], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stderr.splitlines()


def test_a_line_is_json_that_names_the_process_and_the_work() -> None:
    program = (
        f"with telemetry.traced({INCOMING!r}, request_id='r-1'):\n"
        "    log.info('batch handled', offset=12)\n"
        "log.info('alone')\n"
        "log.debug('not wanted')\n"
    )
    inside, outside = map(json.loads, lines_of(program))
    assert inside["event"] == "batch handled"
    assert inside["offset"] == 12
    assert (inside["service"], inside["process"], inside["level"]) == ("activity", "relay", "info")
    assert inside["request_id"] == "r-1"
    assert inside["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert inside["timestamp"].endswith("Z")
    assert "trace_id" not in outside


def test_what_a_library_logs_takes_the_same_way_once() -> None:
    program = (
        "logging.getLogger('pymongo.topology').warning('lost %s', 'primary', extra={'shard': 2})\n"
        "logging.getLogger('gunicorn.error').warning('worker lost')\n"
        "logging.getLogger('pymongo.command').debug('insert the whole document')\n"
    )
    first, second = map(json.loads, lines_of(program, level="debug"))
    assert (first["event"], first["logger"], first["shard"]) == ("lost primary", "pymongo.topology", 2)
    assert second["event"] == "worker lost"


def test_secrets_and_addresses_of_people_are_masked_wherever_they_stand() -> None:
    program = (
        "log.info('asked', token='abc', body={'name': 'Ann'}, note='to ann@example.org', "
        "nested={'Authorization': 'Bearer x', 'list': ['bob@example.org']})\n"
        "log.warning('bad token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln here')\n"
        "log.warning('away', address='mongodb://laurel:hunter2@db:27017/?replicaSet=rs0')\n"
        "logging.getLogger('x').warning('mail to %s', 'carol@example.org')\n"
        "try:\n    raise KeyError('dave@example.org')\nexcept KeyError as error:\n"
        "    log.exception('failed', error=error)\n"
    )
    written = "\n".join(lines_of(program))
    for secret in ("Ann", "example.org", "abc", "Bearer", "eyJ", "hunter2"):
        assert secret not in written
    assert "db:27017" in written
    assert "KeyError" in written


def test_the_console_form_is_for_people() -> None:
    [line] = lines_of("log.info('batch handled', offset=12)\n", form="console")
    assert "batch handled" in line
    assert not line.startswith("{")


def test_a_spinning_sender_writes_a_few_lines() -> None:
    program = (
        "spin = logging.getLogger('kafka.producer.sender')\n"
        "for number in range(30_000): spin.warning(f'not ready {number}')\n"
        "spin.warning('something else')\n"
        "log.info('the end')\n"
    )
    events = [json.loads(line)["event"] for line in lines_of(program)]
    assert events == [*(f"not ready {number}" for number in range(5)), "something else", "the end"]


def test_the_first_line_after_a_silence_tells_how_many_were_left_out() -> None:
    now = [0.0]
    throttle = telemetry.Throttle("kafka", records=2, seconds=10, clock=lambda: now[0])

    def passes(name: str = "kafka.conn") -> tuple[bool, int]:
        record = logging.LogRecord(name, logging.WARNING, "conn.py", 7, "away", (), None)
        return throttle.filter(record), getattr(record, "left_out", 0)

    assert [passes()[0] for _ in range(5)] == [True, True, False, False, False]
    assert passes("kafkaesque") == (True, 0)
    now[0] = 10.0
    assert passes() == (True, 3)
    assert passes() == (True, 0)
    assert passes() == (False, 0)


def test_a_step_continues_the_trace_and_is_gone_afterwards() -> None:
    with telemetry.traced(INCOMING) as mine:
        version, trace_id, span_id, flags = mine.split("-")
        assert (version, trace_id, flags) == ("00", "0af7651916cd43dd8448eb211c80319c", "01")
        assert span_id != "b7ad6b7169203331"
        assert telemetry.current_traceparent() == mine
        with telemetry.traced() as inner:
            assert inner.split("-")[1] == trace_id
        assert telemetry.current_traceparent() == mine
    assert telemetry.current_traceparent() is None


@pytest.mark.parametrize(
    "incoming",
    [
        None,
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX: y",
    ],
)
def test_a_malformed_traceparent_begins_a_new_trace(incoming: str | None) -> None:
    mine = telemetry.next_traceparent(incoming)
    assert "0af7651916cd43dd8448eb211c80319c" not in mine
    assert telemetry.next_traceparent(mine).split("-")[1] == mine.split("-")[1]


def test_a_later_version_of_the_header_is_understood() -> None:
    mine = telemetry.next_traceparent(
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-what-the-future-holds"
    )
    assert mine.startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert mine.endswith("-00")


def test_requests_are_counted_by_route_and_class_of_status() -> None:
    labels = {"service": "t", "method": "GET", "route": "/v1/things/<any_id:id>", "status": "4xx"}
    before = REGISTRY.get_sample_value("laurel_http_requests_total", labels) or 0
    telemetry.record_request("t", "GET", "/v1/things/<any_id:id>", 404, 0.01)
    telemetry.record_request("t", "GET", "/v1/things/<any_id:id>", 422, 0.01)
    assert REGISTRY.get_sample_value("laurel_http_requests_total", labels) == before + 2


def test_a_made_up_method_makes_no_series_of_its_own() -> None:
    telemetry.record_request("t", "BREW" * 100, "unmatched", 405, 0.01)
    assert "BREW" not in telemetry.metrics().decode()
    assert 'method="other"' in telemetry.metrics().decode()


def test_workers_that_share_a_directory_are_summed(tmp_path: Path) -> None:
    count = "from shared import telemetry\ntelemetry.record_request('t', 'GET', '/v1/x', 200, 0.01)\n"
    read = "from shared import telemetry\nprint(telemetry.metrics().decode())\n"
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    for program in (count, count, read):
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
        )
    assert (
        'laurel_http_requests_total{method="GET",route="/v1/x",service="t",status="2xx"} 2.0' in done.stdout
    )
