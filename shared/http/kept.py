"""Answers kept in the process: what very many ask for is made once a second, whoever asks.

A view gives its answer through `Kept`. For the rest of that second `Repeated`, which stands before Flask, gives the
same answer to whoever asks the same with the same token from the same origin. It asks nobody: it was just found that
he may.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import msgspec
from flask import Response, request

from shared import telemetry
from shared.http import answers, requests

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: For so long an answer is given without asking anybody.
FRESH_SECONDS = 1.0
#: After so long it is made anew even if its revision is the same: names may have changed.
LONGEST_SECONDS = 10.0
_MOST = 1_000
_TOLD = "laurel.kept"
_OF_A_BODY = frozenset({"content-type", "content-length", "x-request-id"})

T = TypeVar("T")


class _Answer(NamedTuple):
    body: bytes
    etag: str
    revision: Hashable
    made: float
    asked: float


class _Repeatable(NamedTuple):
    answer: _Answer
    stands: Callable[[], bool]
    route: str
    headers: list[tuple[str, str]]


class _Latest(Generic[T]):
    """So many things by key, those that were used last."""

    def __init__(self) -> None:
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()
        self.get = self._things.get

    def put(self, key: Hashable, thing: T) -> None:
        with self._lock:
            self._things[key] = thing
            self._things.move_to_end(key)
            while len(self._things) > _MOST:
                self._things.popitem(last=False)


class Kept:
    """Answers by key. What is put into a key must be all that the answer depends on, but for its revision.

    `changes` counts what this process itself changed: it sees that at once.
    """

    def __init__(self, changes: Callable[[], int]) -> None:
        self._answers: _Latest[_Answer] = _Latest()
        self._changes = changes

    def answer(self, key: Hashable, revision: Callable[[], Hashable], make: Callable[[], object]) -> Response:
        """The answer under a key: as it was kept, while its revision stands; else what `make` returns, as JSON."""
        changes, now = self._changes(), time.monotonic()
        kept = self._answers.get((key, changes))
        if kept is None or now > kept.asked + FRESH_SECONDS:
            # Asked before it is made: an answer is never older than the revision that it goes by.
            current = revision()
            if kept is None or kept.revision != current or now > kept.made + LONGEST_SECONDS:
                kept = _made(make(), current, now)
            else:
                kept = kept._replace(asked=now)
            self._answers.put((key, changes), kept)
        route = request.url_rule.rule if request.url_rule is not None else "unmatched"
        request.environ[_TOLD] = _Repeatable(kept, lambda: self._changes() == changes, route, [])
        response = Response(kept.body, mimetype=answers.MEDIA_TYPE)
        response.set_etag(kept.etag)
        return response


class Repeated:
    """WSGI middleware: gives an answer that a view has just made through `Kept` once more."""

    def __init__(self, app: "WSGIApplication", service: str) -> None:
        self._app = app
        self._service = service
        self._answers: _Latest[_Repeatable] = _Latest()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or hand the request on and listen to what is answered."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        began = time.monotonic()
        key = _asked(environ)
        kept = self._answers.get(key)
        if kept is not None and began <= kept.answer.asked + FRESH_SECONDS and kept.stands():
            return self._repeat(kept, began, environ, start_response)
        said: list[tuple[str, str]] = []

        def listen(status: str, headers: list[tuple[str, str]], *more: object) -> object:
            said.extend(headers)
            return start_response(status, headers, *more)  # type: ignore[arg-type]  # what WSGI hands on

        answer = self._app(environ, listen)  # type: ignore[arg-type]
        told: _Repeatable | None = environ.get(_TOLD)
        if told is not None:
            headers = [(name, value) for name, value in said if name.lower() not in _OF_A_BODY]
            self._answers.put(key, told._replace(headers=headers))
        return answer

    def _repeat(
        self, kept: _Repeatable, began: float, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        headers = [*kept.headers, ("X-Request-Id", requests.id_of(environ))]
        known = environ.get("HTTP_IF_NONE_MATCH") == f'"{kept.answer.etag}"'
        telemetry.record_request(
            self._service, "GET", kept.route, 304 if known else 200, time.monotonic() - began
        )
        if known:
            start_response("304 NOT MODIFIED", headers)
            return []
        body = kept.answer.body
        start_response(
            "200 OK",
            [*headers, ("Content-Type", answers.MEDIA_TYPE), ("Content-Length", str(len(body)))],
        )
        return [body]


def _asked(environ: "WSGIEnvironment") -> Hashable:
    """Whatever an answer may depend on: what is asked, with which token, from where."""
    address = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO")
    asking = (environ.get("HTTP_AUTHORIZATION"), environ.get("HTTP_ORIGIN"), environ.get("SCRIPT_NAME"))
    return (address, environ.get("QUERY_STRING"), *asking)


def _made(payload: object, revision: Hashable, now: float) -> _Answer:
    body = msgspec.json.encode(payload)
    return _Answer(body, sha256(body).hexdigest()[:32], revision, now, now)
