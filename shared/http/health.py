"""What those ask who keep the process running: is it alive, is it ready, how is it doing."""

import threading
from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared import telemetry
from shared.errors import Unavailable

OPEN_ENDPOINTS = frozenset({"health.livez", "health.readyz", "health.metrics"})

_TEXT = "text/plain; charset=utf-8"
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

_stopping = threading.Event()


def begin_shutdown() -> None:
    """Say "not ready" from now on, so that nothing new is sent here while the last requests are finished."""
    _stopping.set()


def register(app: Flask, ready: Callable[[], None], pending: Callable[[], Mapping[str, int]]) -> None:
    """Serve `/livez`, `/readyz` and `/metrics`; `ready` and `pending` ask the database and raise while it is away."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/livez")
    def livez() -> Response:
        # Never asks the database: a process that is restarted because its database is away helps nobody.
        return _fresh("alive\n", _TEXT)

    @blueprint.get("/readyz")
    def readyz() -> Response:
        if _stopping.is_set():
            message = "The process is shutting down."
            raise Unavailable(message)
        try:
            ready()
        except Exception as error:
            message = f"Not ready: {error}"
            raise Unavailable(message) from error
        return _fresh("ready\n", _TEXT)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return _fresh(telemetry.metrics() + _pending(app.name, pending), _PROMETHEUS)

    app.register_blueprint(blueprint)


def _pending(service: str, pending: Callable[[], Mapping[str, int]]) -> bytes:
    """What waits, asked when somebody asks us; without the database the numbers are absent, never nothing."""
    try:
        waiting = pending()
    except Exception:  # noqa: BLE001 (the other numbers are wanted most when something is away)
        return b""
    registry = CollectorRegistry()
    gauge = Gauge("laurel_pending", "Accepted, but not handed on.", ["service", "what"], registry=registry)
    for what, count in waiting.items():
        gauge.labels(service, what).set(count)
    return generate_latest(registry)


def _fresh(content: str | bytes, content_type: str) -> Response:
    return Response(content, content_type=content_type, headers={"Cache-Control": "no-store"})
