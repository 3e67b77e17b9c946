"""The header `Idempotency-Key`, on whatever writes: 422 for another request under a key, 409 while the first runs."""

from http import HTTPStatus
from typing import Protocol

from flask import Flask, Response, g, request

from shared.errors import Invalid
from shared.http import access

HEADER = "Idempotency-Key"
LONGEST = 255
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Keys(Protocol):
    """Where keys are noted; `shared.idempotency.Keys` is one."""

    def begin(self, community: str, key: str, request: bytes) -> str:
        """Note that a request begins under a key."""

    def end(self, identifier: str, *, taken: bool) -> None:
        """Note that it was answered."""


def register(app: Flask, keys: Keys | None) -> None:
    """Hold keys apart, where a service notes them."""
    if keys is None:
        return

    @app.before_request
    def begin() -> None:
        key = request.headers.get(HEADER)
        if key is not None and request.method in _WRITES and "grant" in g:
            _check(key)
            body = request.get_data(cache=True)
            said = b"\0".join((request.method.encode(), request.path.encode(), request.query_string, body))
            g.idempotency = keys.begin(access.community(), key, said)

    @app.after_request
    def end(response: Response) -> Response:
        if "idempotency" in g:
            keys.end(g.idempotency, taken=response.status_code < HTTPStatus.BAD_REQUEST)
        return response


def _check(key: str) -> None:
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        message = f"An Idempotency-Key has 1 to {LONGEST} visible characters."
        raise Invalid(message, errors=[{"pointer": HEADER, "detail": message}])
