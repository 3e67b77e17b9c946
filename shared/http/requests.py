"""What surrounds every request: its id, its place in a trace, its line in the log, its time."""

import re
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from shared import telemetry

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})

_log = telemetry.logger(__name__)


class Traced:
    """WSGI middleware: a request id (the caller's, if it is a sane one) and a step in the caller's trace."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Hand the request on inside its trace."""
        request_id = environ["laurel.request_id"] = id_of(environ)
        environ["laurel.began"] = time.perf_counter()
        with telemetry.traced(environ.get("HTTP_TRACEPARENT"), request_id=request_id):
            return self._app(environ, start_response)


def id_of(environ: "WSGIEnvironment") -> str:
    """The id of a request: the caller's, if it is a sane one."""
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def request_id() -> str:
    """The id of the request in hand, as the caller sees it in `X-Request-Id`."""
    found: str = request.environ.get("laurel.request_id", "")
    return found


def register(app: Flask, service: str) -> None:
    """Name the request in its answer; count and time it; leave one line."""

    @app.after_request
    def account(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        seconds = time.perf_counter() - request.environ.get("laurel.began", time.perf_counter())
        # The template, not the path: ids of members stay out of logs and out of the names of series.
        route = request.url_rule.rule if request.url_rule is not None else "unmatched"
        telemetry.record_request(service, request.method, route, response.status_code, seconds)
        _write_line(route, response.status_code, seconds)
        return response


def _write_line(route: str, status: int, seconds: float) -> None:
    found = g.get("grant")
    caller = {} if found is None else {"community": found.community, "token_id": found.token_id}
    write = _log.debug if route in _QUIET else _log.info
    write("request", method=request.method, route=route, status=status, ms=round(seconds * 1000, 2), **caller)
