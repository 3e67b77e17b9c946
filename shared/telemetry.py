"""What a process tells about itself: logs, traces and HTTP numbers.

Logs carry ids, offsets and times; never a body, a token or an e-mail address.
"""

import logging
import logging.config
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from shared.settings import SettingsError

#: kafka-python's sender was seen to log 28,877 lines in 9 seconds while its broker was away.
NOISY = "kafka"
NOISY_RECORDS, NOISY_SECONDS = 5, 10.0

REQUESTS = Counter("laurel_http_requests", "Requests answered.", ["service", "method", "route", "status"])
LATENCY = Histogram(
    "laurel_http_request_seconds",
    "From the first byte of a request to its answer.",
    ["service", "method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

#: What the processes without an HTTP door do; told by `serve_metrics`.
SENT = Counter("laurel_relay_messages", "Messages that Kafka confirmed.", ["service", "topic"])
RECORDS = Counter("laurel_consumer_records", "Records applied, dead letters among them.", ["topic"])
DEAD_LETTERS = Counter("laurel_consumer_dead_letters", "Records that can never be applied.", ["topic"])
BATCHES = Histogram("laurel_consumer_batch_seconds", "A batch of one partition, to its commit.", ["topic"])
STEPS = Histogram(
    "laurel_work_step_seconds", "One step of a mark, also one that failed.", ["service", "kind"]
)
SPOOL_DROPPED = Counter(
    "laurel_spool_dropped", "Entries that a full spool, or its disk, had no room for.", ["service"]
)
SPOOL_DAMAGED = Counter("laurel_spool_damaged_bytes", "What could not be read of a spool.", ["service"])
FAILURES = Counter("laurel_work_failures", "Steps that raised, and were put off.", ["service", "kind"])

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECRET_KEYS = frozenset(
    {"authorization", "body", "cookie", "email", "headers", "password", "secret", "token"}
)
_SECRET_TEXT = re.compile(
    r"(?P<jwt>\beyJ[\w-]+\.[\w-]+\.[\w-]*)|(?P<login>(?<=://)[^\s/@]+(?=@))|(?P<mail>[\w.+-]{1,64}@[\w-]+\.[\w.-]+)"
)
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def configure(*, service: str, process: str, level: str = "info", form: str = "json") -> None:
    """Send all that is logged, by us or by a library, through one chain to standard error.

    `process` names one of the service's processes (`api`, `relay`, …); `form` is `json` or `console`.
    """
    known = {"service": service, "process": process}

    def add_known(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**known, **event}

    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_known,
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _route_standard_logging(chain, level, form)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that takes an event's name and its fields: `log.info("batch handled", facts=12)`."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return bound


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the work in hand, to travel with what it causes; None outside of any."""
    return _traceparent.get()


@contextmanager
def traced(incoming: str | None = None, **fields: object) -> Iterator[str]:
    """Do the work inside as a step of the `incoming` trace, with `fields` on every line that it logs.

    Without `incoming` it is a step of the trace in hand, or begins a new one.
    """
    mine = next_traceparent(incoming or current_traceparent())
    reset = _traceparent.set(mine)
    try:
        with structlog.contextvars.bound_contextvars(trace_id=mine.split("-")[1], **fields):
            yield mine
    finally:
        _traceparent.reset(reset)


def next_traceparent(incoming: str | None) -> str:
    """A new step in the trace that `incoming` names; in a new trace when it is missing or malformed."""
    trace_id, flags = _parse_traceparent(incoming or "") or (secrets.token_hex(16), "01")
    return f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"


def record_request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer. `route` is the rule's template, never the path, or each id would be a series."""
    record_requests(service, method, route, status, (seconds,))


def record_requests(service: str, method: str, route: str, status: int, seconds: Collection[float]) -> None:
    """Count answers that are alike but for the time that each took."""
    count, latency = _numbers(service, method if method in _METHODS else "other", route, status // 100)
    count.inc(len(seconds))
    for each in seconds:
        latency.observe(each)


def metrics() -> bytes:
    """Everything counted, in Prometheus' text form; over all workers when they share a directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
    return generate_latest(registry)


def serve_metrics(address: tuple[str, int] | None) -> None:
    """Answer `/metrics` at host and port from a thread, for processes without an HTTP door; nowhere without them.

    Raises SettingsError when another process has the port.
    """
    if address is None:
        return
    host, port = address
    try:
        start_http_server(port, addr=host)
    except OSError as error:
        message = f"LAUREL_METRICS_BIND is wrong: {host}:{port} cannot be had ({error})"
        raise SettingsError(message) from error


class Throttle(logging.Filter):
    """Lets `records` through from each place in the code, then none until `seconds` have passed.

    The first one after a silence tells how many were left out.
    """

    def __init__(
        self, name: str, records: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(name)
        self._records, self._seconds, self._clock = records, seconds, clock
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` may pass; what belongs to other loggers always may."""
        if not super().filter(record):
            return True
        place, now = (record.pathname, record.lineno), self._clock()
        with self._lock:
            began, seen = self._windows.get(place, (now, 0))
            left_out = 0
            if now - began >= self._seconds:
                left_out, began, seen = max(0, seen - self._records), now, 0
            self._windows[place] = (began, seen + 1)
        if left_out:
            record.left_out = left_out
        return seen < self._records


@lru_cache(maxsize=4_096)
def _numbers(service: str, method: str, route: str, hundreds: int) -> tuple[Counter, Histogram]:
    """Looking for them takes longer than counting."""
    return REQUESTS.labels(service, method, route, f"{hundreds}xx"), LATENCY.labels(service, method, route)


def _route_standard_logging(chain: list[structlog.typing.Processor], level: str, form: str) -> None:
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler()
    handler.addFilter(Throttle(NOISY, NOISY_RECORDS, NOISY_SECONDS))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("kafka", "pymongo"):
        # Below INFO drivers write out what they send: bodies, names, addresses.
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    for name in ("gunicorn.error", "gunicorn.access", "werkzeug"):
        # They bring handlers of their own; one line must not be written twice, in two forms.
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True


def _without_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: _cleaned(key, value) for key, value in event.items()}


def _cleaned(key: str, value: Any) -> Any:  # noqa: ANN401 - a log field may be anything
    if key.startswith("_"):
        return value  # structlog's own notes about the record
    if key.lower() in _SECRET_KEYS:
        return "***"
    if isinstance(value, str):
        return _SECRET_TEXT.sub("***", value)
    if isinstance(value, Mapping):
        return {inner: _cleaned(str(inner), part) for inner, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(key, part) for part in value]
    return value if value is None or isinstance(value, bool | int | float) else _cleaned(key, str(value))


def _parse_traceparent(written: str) -> tuple[str, str] | None:
    found = _TRACEPARENT.fullmatch(written.strip())
    if found is None:
        return None
    version, trace_id, parent_id, flags, rest = found.groups()
    if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(parent_id, 16):
        return None
    return trace_id, flags
