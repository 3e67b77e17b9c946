"""Answers: JSON once encoded, ETags over its bytes, and headers that keep it where it belongs."""

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import marshmallow
import msgspec
from flask import Flask, Response, request
from flask.json.provider import JSONProvider

MEDIA_TYPE = "application/json"

Schema = marshmallow.Schema | type[marshmallow.Schema]


class Json(JSONProvider):
    """Flask's door to JSON, so that what flask-smorest renders goes the same fast way."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 - so is it declared by Flask
        """JSON as text."""
        return msgspec.json.encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 - so is it declared by Flask
        """Text as JSON."""
        return msgspec.json.decode(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - so is it declared by Flask
        """An answer that holds the arguments as JSON."""
        return Response(msgspec.json.encode(self._prepare_response_obj(args, kwargs)), mimetype=MEDIA_TYPE)


def respond(
    payload: object,
    status: int = HTTPStatus.OK,
    *,
    etag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`payload`, already plain, as JSON.

    A read gets a strong ETag over its bytes by itself; pass `etag` where a cheaper one is at hand.
    """
    response = Response(msgspec.json.encode(payload), status=status, mimetype=MEDIA_TYPE, headers=headers)
    if etag is not None:
        response.set_etag(etag)
    return response


def nothing() -> Response:
    """204: it is done, and there is nothing to say."""
    return Response(status=HTTPStatus.NO_CONTENT)


def register(app: Flask) -> None:
    """Finish every answer: ETag and 304, what caches may do, what browsers must not do."""
    app.json = Json(app)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        # What a token sees is for its holder alone, and asked for again each time: mostly a 304.
        response.headers.setdefault(
            "Cache-Control", "private, no-cache" if _is_read(response) else "no-store"
        )
        if response.cache_control.no_store:
            return response
        if not response.is_streamed and "ETag" not in response.headers:
            response.set_etag(sha256(response.get_data()).hexdigest()[:32])
        response.make_conditional(request)
        return response


def _is_read(response: Response) -> bool:
    return request.method in {"GET", "HEAD"} and response.status_code == HTTPStatus.OK
